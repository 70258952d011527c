"""The card in the browser: only her token opens it, nobody stores the token, and a number tells no more than it must."""

from __future__ import annotations

import base64
import html
import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import redis
from sqlalchemy import select, update

from sms_service.enrolment import card_code
from sms_service.enrolment import cards as cards_of
from sms_service.enrolment.numbers import written
from sms_service.privacy import token_hash
from sms_service.store.bell import Bell
from sms_service.store.tables import card, member, person, registration
from sms_service.web import card as card_page
from sms_service.web import card_words, verify_words
from sms_service.web.app import create_app
from tests.gateways.twilio import PUBLIC_URL
from tests.web.conftest import HANDSET_SECRET, own
from tests.web.process import Answer, Web
from workers import cards, deliver

ENROLER = "+919800000003"
MEMBERS = {"+919876543210": "Ram Kumar", "+919876543211": "सुनीता बाई देवी"}
LANGUAGES = ["en", "hi", "sw", "bn", "ta", "ar", "fr"]
COOKIE = ("Cookie", f"handset={HANDSET_SECRET}")
PICTURES = {"png": ("image/png", b"\x89PNG\r\n\x1a\n"), "pdf": ("application/pdf", b"%PDF-")}


@dataclass
class Issued:
    """Two members, each with a card. `tokens` in the order of their numbers."""

    web: Web
    tokens: list[str]

    @property
    def token(self) -> str:
        return self.tokens[0]


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> Iterator[Issued]:
    settings = {"PUBLIC_URL": PUBLIC_URL, "CHANNELS__HANDSET__SECRET": HANDSET_SECRET}
    with Web({**settings, **own(tmp_path_factory.mktemp("cards"), valkey_url, 6)}) as web:
        tokens = []
        for number, (phone, name) in enumerate(MEMBERS.items()):
            entry = f"REG {phone} ABC123456{number} 12 {name}"
            for sender, text in ((ENROLER, entry), (phone, "1")):
                answer = web.handset("sms", {"id": f"{number}{text[:1]}", "phone": sender, "text": text}, [COOKIE])
                assert answer.status == 200
                while cards.draw_wanted(web.service, 10) + deliver.send_due(web.service, 100):
                    pass
            bubbles = web.handset("messages", {"phone": phone}, [COOKIE]).json["messages"]
            link = re.search(re.escape(f"{PUBLIC_URL}/card/?") + r"(\S+)", bubbles[-1]["text"])
            assert link, bubbles
            tokens.append(link[1])
        yield Issued(web, tokens)


def is_private(answer: Answer) -> bool:
    """No search engine, no cache and no other site learns of it."""
    header = answer.header
    return (header["x-robots-tag"], header["cache-control"], header["referrer-policy"]) == (
        "noindex",
        "no-store",
        "no-referrer",
    ) and header["x-content-type-options"] == "nosniff"


def opened(issued: Issued, token: str, signs: str) -> Answer:
    """What the form answers."""
    return issued.web.post(f"/card/?{token}", [("signs", signs)])


def address(page: Answer, name: str) -> str:
    """The address on the page of a picture."""
    found = re.search(rf'"({re.escape(name)}\?[^"]+)"', page.text)
    assert found, page.text
    return f"/card/{found[1]}"


# --- the token ----------------------------------------------------------------------------------------------------


def test_a_token_has_128_bits_and_no_two_are_alike(issued: Issued) -> None:
    for token in issued.tokens:
        assert re.fullmatch(r"[A-Za-z0-9_-]{22,}", token)
        assert len(base64.urlsafe_b64decode(token + "==")) * 8 >= 128
    assert len(set(issued.tokens)) == 2


def test_a_token_is_stored_nowhere_in_clear(issued: Issued) -> None:
    live: Any = redis.Redis.from_url(issued.web.config.live_url)
    live.execute_command("WAITAOF", 1, 0, 5_000)
    of_valkey = Path(live.config_get("dir")["dir"])
    files = [file for folder in (issued.web.config.data_dir, of_valkey) for file in folder.rglob("*") if file.is_file()]
    names = {file.name for file in files}

    assert "sms_service.sqlite3" in names
    assert any("aof" in name for name in names), names
    for token in issued.tokens:
        clear = [token.encode(), token.encode("utf-16-le"), base64.urlsafe_b64decode(token + "==")]
        assert [file.name for file in files if any(one in file.read_bytes() for one in clear)] == []


# --- the four signs -----------------------------------------------------------------------------------------------

SIGNS = ("4560", "4561")
"""The last four of their voter IDs."""


def test_the_link_alone_shows_a_form_and_nothing_of_the_member(issued: Issued) -> None:
    page = issued.web.get(f"/card/?{issued.token}")

    assert (page.status, page.header["content-type"]) == (200, "text/html; charset=utf-8")
    assert is_private(page)
    assert '<meta name="robots" content="noindex">' in page.text
    assert "Last 4 letters or digits of your ID number" in page.text
    for personal in ("Ram", "Kumar", "0000013", "Booth 12", "9876543210", "4560", issued.token):
        assert personal not in page.text


def test_the_four_signs_open_the_card(issued: Issued) -> None:
    for token, name, number, signs in zip(issued.tokens, MEMBERS.values(), ("0000013", "0000021"), SIGNS, strict=True):
        page = opened(issued, token, signs)
        assert page.status == 200
        assert is_private(page)
        assert name in page.text
        assert number in page.text
        assert '<meta name="robots" content="noindex">' in page.text
        assert "set-cookie" not in page.header


@pytest.mark.parametrize("typed", ["4560", " 45 60 ", "456O", "४५६०", "ABC1234560", "abc-123-4560"])
def test_the_signs_may_be_typed_in_many_ways(issued: Issued, typed: str) -> None:
    assert "Ram Kumar" in opened(issued, issued.token, typed).text


@pytest.mark.parametrize("typed", ["", "456", "  ", "....", "?!", "\x00"])
def test_fewer_than_four_signs_are_no_guess(issued: Issued, typed: str) -> None:
    for _ in range(7):
        with issued.web.nothing_written():
            page = opened(issued, issued.token, typed)
        assert (page.status, "Type 4 signs" in page.text, "Ram" in page.text) == (400, True, False)
    assert opened(issued, issued.token, "4560").status == 200


def test_after_five_wrong_guesses_nobody_opens_the_card_for_an_hour(issued: Issued) -> None:
    token = issued.tokens[1]
    answers = [opened(issued, token, f"11{guess:02}") for guess in range(5)]
    assert [(page.status, "This does not open the card" in page.text) for page in answers] == [(403, True)] * 5
    assert len({page.text for page in answers}) == 1, "nothing tells how near a guess was"
    for signs in ("1199", "4561"):
        locked = opened(issued, token, signs)
        assert (locked.status, "Wait one hour" in locked.text, "देवी" in locked.text) == (429, True, False)
    assert opened(issued, issued.token, "4560").status == 200, "another card is not touched"

    with issued.web.service.engine.begin() as conn:
        conn.execute(update(card).where(card.c.member_number == 2).values(wrong_since=card.c.wrong_since - 3_601))
    assert opened(issued, token, "4561").status == 200


def test_where_no_id_was_entered_the_last_four_of_the_phone_open_it_and_in_her_language(issued: Issued) -> None:
    service = issued.web.service
    with service.engine.begin() as conn:
        found = cards_of.by_member(conn, service.keys, 1)
        assert found
        without = json.dumps({name: value for name, value in found.fields.items() if name != "voter_id"})
        hers = registration.c.id == found.member.registration_id
        before = conn.execute(select(registration.c.fields_sealed).where(hers)).scalar_one()
        sealed = found.person.key.encrypt("registration.fields", without)
        conn.execute(update(registration).where(hers).values(fields_sealed=sealed))
        conn.execute(update(person).where(person.c.id == found.person.id).values(language="hi"))
    try:
        form = issued.web.get(f"/card/?{issued.token}").text
        assert '<html lang="hi"' in form
        assert "आपके मोबाइल नंबर के आखिरी 4 अंक" in form
        assert 'inputmode="numeric"' in form
        assert opened(issued, issued.token, "4560").status == 403
        page = opened(issued, issued.token, "3210")
        assert (page.status, "सदस्य संख्या" in page.text) == (200, True)
    finally:
        with service.engine.begin() as conn:
            conn.execute(update(registration).where(hers).values(fields_sealed=before))
            conn.execute(update(person).where(person.c.id == found.person.id).values(language="en"))
            conn.execute(update(card).where(card.c.member_number == 1).values(wrong=0))


def test_guesses_are_counted_and_cards_open_with_redis_down(issued: Issued) -> None:
    nobody = redis.Redis.from_url("unix:///nobody.sock")
    browser = create_app(replace(issued.web.service, redis=nobody, bell=Bell(nobody))).test_client()
    link = f"/card/?{issued.token}"

    assert browser.get(link).status_code == 200
    assert [browser.post(link, data={"signs": "1199"}).status_code for _ in range(6)] == [403] * 5 + [429]
    with issued.web.service.engine.begin() as conn:
        conn.execute(update(card).where(card.c.member_number == 1).values(wrong=0))
    assert "Ram Kumar" in browser.post(link, data={"signs": "4560"}).text


def test_the_form_needs_no_script_and_is_clean_for_a_screen_reader(issued: Issued) -> None:
    for page in (issued.web.get(f"/card/?{issued.token}").text, opened(issued, issued.token, "1199").text):
        assert "<script" not in page
        assert page.count('<label for="signs">') == page.count('id="signs"') == page.count("<h1") == 1
        described = re.search(r'aria-describedby="([^"]+)"', page)
        assert described
        assert all(f'id="{one}"' in page for one in described[1].split())
    assert 'role="alert"' in page


# --- the page and the pictures ------------------------------------------------------------------------------------


def test_all_that_opening_a_card_loads_is_below_30_kb(issued: Issued) -> None:
    for token, signs in zip(issued.tokens, SIGNS, strict=True):
        page = opened(issued, token, signs)
        screen = issued.web.get(address(page, "screen.png"))
        style = issued.web.get("/static/fonts.css")
        assert screen.body.startswith(PICTURES["png"][1])
        assert len(page.body) + len(screen.body) + len(style.body) < 30_000


def test_the_page_loads_nothing_from_elsewhere_and_tells_no_number_of_a_phone(issued: Issued) -> None:
    page = opened(issued, issued.token, "4560").text

    assert set(re.findall(r"https?://[^/\"' <]+", page)) == {PUBLIC_URL}
    assert "9876543210" not in page
    assert "ABC1234560" not in page


@pytest.mark.parametrize("kind", PICTURES)
def test_the_pictures(issued: Issued, kind: str) -> None:
    content_type, magic = PICTURES[kind]
    for token, signs in zip(issued.tokens, SIGNS, strict=True):
        picture = issued.web.get(address(opened(issued, token, signs), f"picture.{kind}"))
        assert (picture.status, picture.header["content-type"]) == (200, content_type)
        assert picture.body.startswith(magic)
        assert is_private(picture)
        assert re.fullmatch(rf'inline; filename="card-0000(013|021)\.{kind}"', picture.header["content-disposition"])


def test_a_picture_without_a_proof_leads_to_the_form(issued: Issued) -> None:
    service, token = issued.web.service, issued.token
    now = time.time()
    late, far, right = (card_page._proof(service, token, int(now) + add) for add in (-1, 90_000, 60))
    other = card_page._proof(service, issued.tokens[1], int(now) + 60)
    for proof in (
        "",
        ".",
        f".{late}",
        f".{far}",
        f".{other}",
        f".{right[:-1]}",
        f".{right}0",
        f".{'0' * 40}",
        ".é",
        ".%00",
    ):
        answer = issued.web.get(f"/card/picture.png?{token}{quote(proof, safe='.%')}")
        assert (answer.status, answer.header["location"], answer.body) == (303, f"/card/?{token}", b"")
    assert issued.web.get(f"/card/picture.png?{token}.{right}").status == 200


ADDRESSES = ["/card/?TOKEN", "/verify/0000013"]


@pytest.mark.parametrize("target", ADDRESSES)
def test_asking_only_for_the_head_answers_the_same_without_a_body(issued: Issued, target: str) -> None:
    target = target.replace("TOKEN", issued.token)
    head, whole = issued.web.ask("HEAD", target), issued.web.get(target)

    assert (head.status, head.body) == (200, b"")
    assert head.header["content-type"] == whole.header["content-type"]


def test_a_card_opened_by_previews_and_scanners_is_still_hers(issued: Issued) -> None:
    with issued.web.nothing_written():
        for target in ADDRESSES * 5:
            address = target.replace("TOKEN", issued.token)
            assert issued.web.get(address, [("User-Agent", "LinkPreview/1.0"), ("Range", "bytes=0-1")]).status in (
                200,
                206,
            )

    for _ in range(2):
        assert opened(issued, issued.token, "4560").status == 200


def test_a_link_without_its_slash_leads_on_within_the_service(issued: Issued) -> None:
    """Never to the http:// or the host that the process behind the proxy sees."""
    answer = issued.web.get(f"/card?{issued.token}", host="evil.example")
    assert (answer.status, answer.header["location"], answer.body) == (308, f"/card/?{issued.token}", b"")


PREVIEWS = {
    "WhatsApp": "WhatsApp/2.23.20.0",
    "Facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Google": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Telegram": "TelegramBot (like TwitterBot)",
}


@pytest.mark.parametrize("agent", PREVIEWS.values(), ids=PREVIEWS)
def test_what_a_preview_shows_is_no_more_than_that_it_is_a_card(issued: Issued, agent: str) -> None:
    with issued.web.nothing_written():
        for method in ("GET", "HEAD", "GET"):
            page = issued.web.ask(method, f"/card/?{issued.token}", [("User-Agent", agent)])
            assert page.status == 200
    shown = re.findall(r'<(?:title>|meta property="og:[a-z]+" content=")([^"<]*)', page.text)
    assert shown == ["Membership card", "Membership card"]
    for personal in ("Ram", "Kumar", "0000013", "Booth 12", "9876543210", "4560", issued.token):
        assert personal not in page.text

    assert opened(issued, issued.token, "4560").status == 200


def test_a_card_opened_twice_at_once_or_again_is_the_same(issued: Issued) -> None:
    with ThreadPoolExecutor(4) as browsers:
        pages = list(browsers.map(lambda _: opened(issued, issued.token, "4560"), range(8)))
    assert {page.status for page in pages} == {200}
    assert {issued.web.get(address(page, "screen.png")).status for page in pages} == {200}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_a_card_are_in_her_language_and_run_its_way(issued: Issued, language: str) -> None:
    service, words = issued.web.service, card_words.of(language)
    with service.engine.begin() as conn:
        found = cards_of.by_member(conn, service.keys, 1)
        assert found
        conn.execute(update(person).where(person.c.id == found.person.id).values(language=language))
    try:
        form, wrong = issued.web.get(f"/card/?{issued.token}"), opened(issued, issued.token, "456")
        page = opened(issued, issued.token, "4560")
        for one, said in ((form, "ask_id"), (wrong, "few"), (page, "again")):
            assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in one.text
            assert words[said] in html.unescape(one.text)
            assert "<script" not in one.text
        loaded = [page, issued.web.get(address(page, "screen.png")), issued.web.get("/static/fonts.css")]
        assert sum(len(one.body) for one in loaded) < 30_000
    finally:
        with service.engine.begin() as conn:
            conn.execute(update(person).where(person.c.id == found.person.id).values(language="en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_has_all_its_words(language: str) -> None:
    assert card_words.of(language)["lang"] == language
    assert card_words.of(language).keys() == card_words.of("en").keys()


def test_the_link_to_the_check_on_her_page_holds_the_code_of_her_card(issued: Issued) -> None:
    page = opened(issued, issued.token, "4560").text
    [target] = re.findall(rf'href="{PUBLIC_URL}(/verify/[^"]+)"', page)
    assert "The code on this card is genuine" in issued.web.get(target).text


# --- every other token --------------------------------------------------------------------------------------------

WRONG = {
    "none": "",
    "wrong": "A" * 22,
    "cut": "half",
    "one sign less": "one less",
    "one sign more": "TOKENA",
    "padded": "TOKEN==",
    "a line end": "TOKEN%0A",
    "a space before": "%20TOKEN",
    "NUL": "TOKEN%00",
    "a parameter": "token=TOKEN",
    "a parameter behind": "TOKEN&utm_source=sms",
    "upside down": "swapcase",
    "not ASCII": "%E0%A4%B8%E0%A5%81",
    "no UTF-8": "%FF%FE",
    "half a character": "%ED%A0%80",
    "broken percent": "%zz%",
    "its number": "0000013",
    "its number as a parameter": "number=1",
    "SQL": "%27%20OR%201%3D1--",
    "9 kB": "A" * 9_000,
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_every_other_token_gets_the_page_that_says_what_to_do(issued: Issued, wrong: str) -> None:
    token = issued.token
    query = {"one less": token[:-1], "swapcase": token.swapcase(), "half": token[:11]}.get(
        wrong, wrong.replace("TOKEN", token)
    )
    with issued.web.nothing_written():
        page = issued.web.get(f"/card/?{query}" if query else "/card/")
        pictures = [issued.web.get(f"/card/picture.{kind}?{query}") for kind in PICTURES]
        posted = issued.web.post(f"/card/?{query}", [("signs", "4560")])

    assert page.status == 404
    assert all(words["unknown"] in html.unescape(page.text) for words in card_words.WORDS.values())
    assert "Ram" not in page.text
    assert is_private(page)
    assert [(picture.status, picture.body) for picture in pictures] == [(404, b"")] * 2
    assert (posted.status, "Ram" in posted.text) == (404, False)


def test_a_token_with_raw_bytes_is_refused(issued: Issued) -> None:
    assert issued.web.get("/card/?सुनीता".encode()).status in (400, 404)


def test_the_stored_hash_of_a_token_opens_nothing(issued: Issued) -> None:
    hashed = token_hash(issued.token)
    for guess in (hashed.hex(), base64.urlsafe_b64encode(hashed).decode().rstrip("=")):
        assert issued.web.get(f"/card/?{guess}").status == 404


@pytest.mark.parametrize("target", ["/card/picture.svg", "/card/picture.", "/card/picture.png/x", "/card/x"])
def test_other_addresses_under_card_are_not_there(issued: Issued, target: str) -> None:
    assert issued.web.get(f"{target}?{issued.token}").status == 404


# --- /verify/NUMBER -----------------------------------------------------------------------------------------------


def code_in(issued: Issued, number: int = 1, serial: int = 1) -> str:
    """What the card's code holds, behind the host."""
    told = card_code.CardCode(number, serial, date(2026, 3, 14))
    return f"/verify/{written(number)}?{card_code.digits(issued.web.service.keys, told)}"


def test_a_genuine_code_shows_a_masked_name_and_the_area(issued: Issued) -> None:
    page = issued.web.get(code_in(issued))

    assert page.status == 200
    assert ">VALID<" in page.text
    assert "R. Kumar" in page.text
    assert "Kanke" in page.text
    assert is_private(page)
    for personal in ("Ram", "9876543210", "ABC1234560", issued.token):
        assert personal not in page.text


@pytest.mark.parametrize(
    "target", ["/verify/0000013", "/verify/13", "/verify/0000013?utm_source=sms", "/verify/0000021"]
)
def test_whoever_tries_numbers_one_after_the_other_learns_of_no_name_and_no_area(issued: Issued, target: str) -> None:
    page = issued.web.get(target)

    assert (page.status, ">VALID<" in page.text, "scan the code on the card" in page.text) == (200, True, True)
    for personal in ("Kumar", "देवी", "Kanke", "Booth"):
        assert personal not in page.text


@pytest.mark.parametrize("number", ["000013", "000001", "000021", "123453"])
def test_the_number_of_a_card_of_before_the_check_digit_is_never_another_members(issued: Issued, number: str) -> None:
    page = issued.web.get(f"/verify/{number}")
    assert (page.status, ">MISTYPED<" in page.text, "has only six" in page.text) == (404, True, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_check_is_told_in_the_browsers_language_and_in_a_word_in_every_other(issued: Issued, language: str) -> None:
    page = issued.web.get(code_in(issued), [("Accept-Language", f"zz, {language}-XX;q=0.9, en;q=0.1")])

    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in page.text
    assert f">{verify_words.WORDS[language]['verdict']['valid']}</h1>" in page.text
    for other in LANGUAGES:
        assert verify_words.WORDS[other]["verdict"]["valid"] in page.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_has_its_word_and_its_sentence(language: str) -> None:
    words, english = verify_words.WORDS[language], verify_words.WORDS["en"]
    assert words["verdict"].keys() == english["verdict"].keys()
    assert words["said"].keys() == english["said"].keys() == {*words["verdict"], "coded"}


def test_of_a_name_in_devanagari_no_more_is_shown(issued: Issued) -> None:
    page = issued.web.get(code_in(issued, 2)).text

    assert "सु. बा. देवी" in page
    assert "सुनीता" not in page


@pytest.mark.parametrize(
    "number",
    ["0", "3", "0000014", "0000031", "000001", "9" * 30, "9" * 5_000, "-1", "+1", "1.0", "1e0", "0x1", "1_0",
     "abc", "NaN", "%D9%A1", "%E0%A5%A7", "%C2%B2", "%EF%BC%91", "%F0%9F%98%80", "1%20", "%201", "1%0A", "1%00", "%FF",
     "%ED%A0%80", "%zz", "1;2", "'%20OR%201=1", "..", "."],
)  # fmt: skip
def test_every_other_number_is_mistyped_and_never_a_fault(issued: Issued, number: str) -> None:
    with issued.web.nothing_written():
        page = issued.web.get(f"/verify/{number}")

    assert page.status == 404
    assert "MISTYPED" in page.text
    assert "Kumar" not in page.text
    assert len(page.text) < 4_000


@pytest.mark.parametrize("number", ["0000000", "0000037", "9999990", "999999999999"])
def test_a_number_that_is_written_right_and_that_nobody_has_is_not_found(issued: Issued, number: str) -> None:
    page = issued.web.get(f"/verify/{number}")
    assert (page.status, "NOT FOUND" in page.text) == (404, True)


def test_with_the_signed_part_it_says_that_the_card_itself_is_genuine(issued: Issued) -> None:
    for target in (code_in(issued), code_in(issued) + "&fbclid=x"):
        page = issued.web.get(target)
        assert (page.status, ">VALID<" in page.text, "The code on this card is genuine" in page.text) == (
            200,
            True,
            True,
        )
    for target in ("/verify/0000013", "/verify/0000013?utm_source=sms"):
        page = issued.web.get(target)
        assert (page.status, ">VALID<" in page.text, "genuine" in page.text) == (200, True, False)


def test_a_code_that_we_did_not_sign_for_this_number_is_not_ours(issued: Issued) -> None:
    genuine = code_in(issued)
    for forged in (code_in(issued, 2).replace("0000021", "0000013"), genuine[:-1], genuine[:-1] + "x", genuine + "1"):
        page = issued.web.get(forged)
        assert (page.status, "NOT OURS" in page.text, "Kumar" in page.text) == (404, True, False), forged


def test_the_code_of_a_card_that_has_a_newer_one_is_replaced(issued: Issued) -> None:
    page = issued.web.get(code_in(issued, serial=7))
    assert (page.status, "REPLACED" in page.text, ">VALID<" in page.text) == (200, True, False)


@pytest.mark.parametrize("target", ["/verify/", "/verify", "/verify/1/2", "/verify/%2F"])
def test_an_address_without_a_number_is_not_there(issued: Issued, target: str) -> None:
    answer = issued.web.get(target)
    assert answer.status == 404
    assert "Kumar" not in answer.text


@pytest.mark.parametrize(
    ("values", "verdict", "said"),
    [
        ({"status": "revoked"}, "NOT VALID", "Ask the office for a new card"),
        ({"status": "expired"}, "EXPIRED", "Ask the office for a new card"),
        ({"valid_until": 1.0}, "EXPIRED", "Ask the office for a new card"),
    ],
)
def test_a_card_that_is_worth_nothing_opens_no_more_and_says_why(
    issued: Issued, values: dict[str, object], verdict: str, said: str
) -> None:
    page = opened(issued, issued.token, "4560")
    with issued.web.service.engine.begin() as conn:
        conn.execute(update(card).where(card.c.member_number == 1).values(values))
    try:
        for target in ("/verify/0000013", code_in(issued)):
            assert verdict in issued.web.get(target).text
        for closed in (issued.web.get(f"/card/?{issued.token}"), opened(issued, issued.token, "4560")):
            assert (closed.status, said in closed.text, "Ram" in closed.text) == (410, True, False)
        assert issued.web.get(address(page, "picture.png")).status == 404
    finally:
        with issued.web.service.engine.begin() as conn:
            conn.execute(update(card).where(card.c.member_number == 1).values(status="ready", valid_until=None))
    assert issued.web.get(f"/card/?{issued.token}").status == 200


def test_an_ended_membership_is_not_valid_and_its_card_opens_no_more(issued: Issued) -> None:
    """Last in this file: it ends the second membership."""
    page = opened(issued, issued.tokens[1], "4561")
    assert page.status == 200
    with issued.web.service.engine.begin() as conn:
        conn.execute(update(member).where(member.c.number == 2).values(status="withdrawn"))

    for target in ("/verify/0000021", code_in(issued, 2)):
        verified = issued.web.get(target)
        assert verified.status == 200
        assert "NOT VALID" in verified.text
        for personal in ("सुनीता", "देवी", "Kanke"):
            assert personal not in verified.text
    closed = issued.web.get(f"/card/?{issued.tokens[1]}").text
    assert "This membership has ended" in closed
    assert "send JOIN" in closed
    assert "This membership has ended" in issued.web.get(f"/card/?{issued.tokens[1]}").text
    assert opened(issued, issued.tokens[1], "4561").status == 410
    for kind in PICTURES:
        assert issued.web.get(address(page, f"picture.{kind}")).status == 404

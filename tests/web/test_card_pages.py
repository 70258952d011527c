"""The card in the browser: only her token opens it, nobody stores the token, and a number tells no more than it must."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import update

from sms_service.privacy import token_hash
from sms_service.store.tables import member
from tests.gateways.twilio import PUBLIC_URL
from tests.web.conftest import HANDSET_SECRET, own
from tests.web.process import Answer, Web
from workers import cards, deliver

ENROLER = "+919800000003"
MEMBERS = {"+919876543210": "Ram Kumar", "+919876543211": "सुनीता बाई देवी"}
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


# --- the page and the pictures ------------------------------------------------------------------------------------


def test_the_card_page(issued: Issued) -> None:
    for token, name, number in zip(issued.tokens, MEMBERS.values(), ("000001", "000002"), strict=True):
        page = issued.web.get(f"/card/?{token}")
        assert (page.status, page.header["content-type"]) == (200, "text/html; charset=utf-8")
        assert is_private(page)
        assert name in page.text
        assert number in page.text
        assert '<meta name="robots" content="noindex">' in page.text


def test_the_page_loads_nothing_from_elsewhere_and_tells_no_number_of_a_phone(issued: Issued) -> None:
    page = issued.web.get(f"/card/?{issued.token}").text

    assert set(re.findall(r"https?://[^/\"' <]+", page)) == {PUBLIC_URL}
    assert "9876543210" not in page
    assert "ABC1234560" not in page


@pytest.mark.parametrize("kind", PICTURES)
def test_the_pictures(issued: Issued, kind: str) -> None:
    content_type, magic = PICTURES[kind]
    for token in issued.tokens:
        picture = issued.web.get(f"/card/picture.{kind}?{token}")
        assert (picture.status, picture.header["content-type"]) == (200, content_type)
        assert picture.body.startswith(magic)
        assert is_private(picture)
        assert re.fullmatch(rf'inline; filename="card-00000[12]\.{kind}"', picture.header["content-disposition"])


ADDRESSES = ["/card/?TOKEN", "/card/picture.png?TOKEN", "/card/picture.pdf?TOKEN", "/verify/000001"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_asking_only_for_the_head_answers_the_same_without_a_body(issued: Issued, address: str) -> None:
    target = address.replace("TOKEN", issued.token)
    head, whole = issued.web.ask("HEAD", target), issued.web.get(target)

    assert (head.status, head.body) == (200, b"")
    assert head.header["content-type"] == whole.header["content-type"]


def test_a_card_opened_by_previews_and_scanners_is_still_hers(issued: Issued) -> None:
    with issued.web.nothing_written():
        for address in ADDRESSES * 5:
            target = address.replace("TOKEN", issued.token)
            assert issued.web.get(target, [("User-Agent", "LinkPreview/1.0"), ("Range", "bytes=0-1")]).status in (
                200,
                206,
            )

    assert issued.web.get(f"/card/?{issued.token}").status == 200


def test_a_link_without_its_slash_leads_on_within_the_service(issued: Issued) -> None:
    """Never to the http:// or the host that the process behind the proxy sees."""
    answer = issued.web.get(f"/card?{issued.token}", host="evil.example")
    assert (answer.status, answer.header["location"], answer.body) == (308, f"/card/?{issued.token}", b"")


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
    "its number": "000001",
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

    assert page.status == 404
    assert "Open it once more from the SMS itself" in page.text
    assert "Ram" not in page.text
    assert is_private(page)
    assert [(picture.status, picture.body) for picture in pictures] == [(404, b"")] * 2


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


def test_a_valid_number_shows_a_masked_name_and_the_area(issued: Issued) -> None:
    page = issued.web.get("/verify/000001")

    assert page.status == 200
    assert ">VALID<" in page.text
    assert "R. Kumar" in page.text
    assert "Kanke" in page.text
    assert is_private(page)
    for personal in ("Ram", "9876543210", "ABC1234560", issued.token):
        assert personal not in page.text


def test_of_a_name_in_devanagari_no_more_is_shown(issued: Issued) -> None:
    page = issued.web.get("/verify/2").text

    assert "सु. बा. देवी" in page
    assert "सुनीता" not in page


@pytest.mark.parametrize(
    "number",
    ["0", "000000", "3", "999999999999", "9" * 30, "9" * 5_000, "-1", "+1", "1.0", "1e0", "0x1", "1_0", "abc", "NaN", "%D9%A1",
     "%E0%A5%A7", "%C2%B2", "%EF%BC%91", "%F0%9F%98%80", "1%20", "%201", "1%0A", "1%00", "%FF", "%ED%A0%80", "%zz", "1;2",
     "'%20OR%201=1", "..", "."],
)  # fmt: skip
def test_every_other_number_is_not_found_and_never_a_fault(issued: Issued, number: str) -> None:
    with issued.web.nothing_written():
        page = issued.web.get(f"/verify/{number}")

    assert page.status == 404
    assert "NOT FOUND" in page.text
    assert "Kumar" not in page.text
    assert len(page.text) < 3_000


@pytest.mark.parametrize("target", ["/verify/", "/verify", "/verify/1/2", "/verify/%2F"])
def test_an_address_without_a_number_is_not_there(issued: Issued, target: str) -> None:
    answer = issued.web.get(target)
    assert answer.status == 404
    assert "Kumar" not in answer.text


def test_an_ended_membership_is_not_valid_and_its_card_opens_no_more(issued: Issued) -> None:
    """Last in this file: it ends the second membership."""
    assert issued.web.get(f"/card/?{issued.tokens[1]}").status == 200
    with issued.web.service.engine.begin() as conn:
        conn.execute(update(member).where(member.c.number == 2).values(status="withdrawn"))

    page = issued.web.get("/verify/000002")
    assert page.status == 200
    assert "NOT VALID" in page.text
    assert "सुनीता" not in page.text
    assert issued.web.get(f"/card/?{issued.tokens[1]}").status == 404
    for kind in PICTURES:
        assert issued.web.get(f"/card/picture.{kind}?{issued.tokens[1]}").status == 404

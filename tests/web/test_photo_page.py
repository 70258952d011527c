"""A member puts her photo by the link of her card: after the four signs, in her language, and nothing else gets through."""

from __future__ import annotations

import html
import re
import tempfile
import time
from dataclasses import dataclass
from unittest.mock import patch

import pytest
import requests
from sqlalchemy import update

from sms_service.enrolment import erasure, photo_queue, photos, portrait
from sms_service.store import people
from sms_service.store.tables import card, member, person, photo
from sms_service.web import card_words, photo_words
from sms_service.web import photo as photo_page
from tests.enrolment.test_portrait import NASTY, picture
from tests.town import MEMBER, Town
from tests.web.process import Web

SIGNS = "4567"


@dataclass
class Visit:
    """A browser on the page."""

    town: Town
    address: str

    def get(self) -> requests.Response:
        return requests.get(self.address, timeout=10, allow_redirects=False)

    def send(self, data: bytes, name: str = "me.jpg", **fields: str) -> requests.Response:
        files = {"photo": (name, data, "image/jpeg")}
        return requests.post(self.address, files=files, data=fields, timeout=20, allow_redirects=False)

    def remove(self) -> requests.Response:
        return requests.post(self.address, files={"remove": (None, "1")}, timeout=20, allow_redirects=False)


def opened(town: Town) -> Visit:
    """The page, by way of the link in the newest SMS and the four signs."""
    link = town.member.last.split(": ")[-1].split()[0]
    page = requests.post(link, data={"signs": SIGNS}, timeout=10)
    found = re.search(r'href="(photo\?[^"]+)"', page.text)
    assert found, page.text
    return Visit(town, f"{town.url}/card/{found[1]}")


@pytest.fixture
def visit(any_town: Town) -> Visit:
    any_town.enrols()
    return opened(any_town)


def rows(visit: Visit) -> list[tuple[str, str]]:
    return [(row.status, row.failure) for row in visit.town.rows(photo)]


def said(answer: requests.Response) -> str:
    return html.unescape(answer.text)


EN = photo_words.WORDS["en"]


# --- the way of a photo -------------------------------------------------------------------------------------------


def test_a_photo_is_kept_sealed_and_waits_for_the_office(visit: Visit) -> None:
    page = visit.get()
    assert page.status_code == 200
    assert EN["ask"] in said(page)
    answer = visit.send(picture())
    assert answer.status_code == 200
    assert EN["thanks"] in said(answer)
    assert rows(visit) == [("waiting", "")]
    made = portrait.clean(picture())
    [row] = visit.town.rows(photo)
    assert made[:40] not in row.picture_sealed
    with visit.town.service.reads.begin() as conn:
        [waiting] = photo_queue.waiting(conn, visit.town.service.keys, 10)
        assert photo_queue.picture(conn, visit.town.service.keys, waiting.id) == made
        assert (waiting.own, waiting.shown) == (True, "0000013 R. Kumar")
    assert EN["waiting"] in said(visit.get())


def test_another_takes_its_place(visit: Visit) -> None:
    visit.send(picture())
    visit.send(picture("PNG", "L"), name="C:\\me.png")
    assert rows(visit) == [("replaced", ""), ("waiting", "")]


@pytest.mark.parametrize("name", [name for name in NASTY if name != "too many bytes"])
def test_what_is_no_photo_is_told_and_not_kept(town: Town, name: str) -> None:
    town.enrols()
    visit = opened(town)
    problem, data = NASTY[name]
    answer = visit.send(data)
    assert answer.status_code == 400
    assert EN[problem] in said(answer)
    assert EN["ask"] in said(answer), "she can choose another one at once"
    assert rows(visit) == [("failed", problem)]
    assert town.rows(photo)[0].picture_sealed is None


def test_too_many_bytes_are_told_and_not_read(town: Town) -> None:
    town.enrols()
    visit = opened(town)
    for size in (portrait.BYTES_MAX + 1, photo_page.BODY_MAX):
        answer = visit.send(picture() + bytes(size - len(picture())))
        assert EN["too_many_bytes"] in said(answer)
        assert answer.status_code == (400 if size == portrait.BYTES_MAX + 1 else 413)
    assert rows(visit) == [("failed", "too_many_bytes")]


def test_no_file_and_odd_forms_are_told(visit: Visit) -> None:
    for answer in (
        visit.send(b"", name=""),
        requests.post(visit.address, data={"photo": "x"}, timeout=10),
        requests.post(visit.address, data=b"\0" * 500, timeout=10),
        requests.post(visit.address, files={"picture": ("a.jpg", picture())}, timeout=10),
        requests.post(
            visit.address,
            data=b"--x\r\nnot a part",
            headers={"Content-Type": "multipart/form-data; boundary=x"},
            timeout=10,
        ),
    ):
        assert answer.status_code == 400
        assert EN["none"] in said(answer)
    assert rows(visit) == []


@pytest.mark.parametrize("parts", [50, 5])
def test_a_form_of_many_parts_is_refused(town: Town, parts: int) -> None:
    town.enrols()
    visit = opened(town)
    files = [("photo", (f"{place}.jpg", b"x")) for place in range(parts)]
    answer = requests.post(visit.address, files=files, timeout=10)
    assert answer.status_code == 413
    assert rows(visit) == []


def test_a_day_has_so_many_uploads_good_or_bad(visit: Visit) -> None:
    for _ in range(photos.OWN_A_DAY - 1):
        visit.send(b"<svg/>")
    assert visit.send(picture()).status_code == 200
    answer = visit.send(picture())
    assert answer.status_code == 429
    assert EN["too_many"] in said(answer)
    assert len(rows(visit)) == photos.OWN_A_DAY
    with visit.town.service.engine.begin() as conn:
        conn.execute(update(photo).values(received_at=photo.c.received_at - photos.DAY))
    assert visit.send(picture()).status_code == 200


def test_a_file_never_touches_the_disk(town: Town) -> None:
    town.enrols()
    visit = opened(town)
    with (
        patch.object(tempfile, "TemporaryFile", side_effect=AssertionError("in clear on the disk")),
        patch.object(tempfile, "SpooledTemporaryFile", side_effect=AssertionError("in clear on the disk")),
    ):
        assert visit.send(picture(size=(2000, 2500), quality=100)).status_code == 200


def test_the_rest_of_the_application_keeps_its_limit(town: Town) -> None:
    town.enrols()
    visit = opened(town)
    answer = requests.post(visit.address.replace("/photo", "/"), data={"signs": "4567" * 20_000}, timeout=10)
    assert answer.status_code == 413


# --- who may ------------------------------------------------------------------------------------------------------


def test_without_the_four_signs_the_page_leads_back_to_them(visit: Visit) -> None:
    token, _, proof = visit.address.partition("?")[2].partition(".")
    base = visit.address.partition("?")[0]
    for given in (
        token,
        f"{token}.",
        f"{token}.{proof[:-1]}",
        f"{token}.{'0' * 40}",
        f"x{token}.{proof}",
        "",
        ".",
        "%0d%0aX: y.z",
    ):
        wrong = Visit(visit.town, f"{base}?{given}")
        for answer in (wrong.get(), wrong.send(picture()), wrong.remove()):
            assert answer.status_code == 303
            expected = given.partition(".")[0].replace("%0d%0aX: y", "%0D%0AX%3A%20y")
            assert answer.headers["location"] == f"/card/?{expected}".rstrip("?")
    assert rows(visit) == []


def test_a_proof_ends(visit: Visit) -> None:
    with patch.object(time, "time", return_value=time.time() + 901):
        assert visit.get().status_code == 303
        assert visit.send(picture()).status_code == 303
    assert rows(visit) == []


@pytest.mark.parametrize("status", ["revoked", "wanted", "expired"])
def test_a_card_that_is_not_valid_takes_no_photo(town: Town, status: str) -> None:
    town.enrols()
    visit = opened(town)
    with town.service.engine.begin() as conn:
        conn.execute(update(card).values(status=status, **({"token_hash": None} if status == "wanted" else {})))
    assert visit.send(picture()).status_code == 303
    assert rows(visit) == []


def test_who_has_left_puts_no_photo(visit: Visit) -> None:
    with visit.town.service.engine.begin() as conn:
        conn.execute(update(member).values(status="withdrawn"))
    assert visit.send(picture()).status_code == 303
    assert rows(visit) == []


def test_a_person_forgotten_while_her_file_is_read_leaves_nothing(visit: Visit) -> None:
    town = visit.town

    def slow(data: bytes) -> bytes:
        with town.service.engine.begin() as conn:
            whom = people.by_phone(conn, town.service.keys, MEMBER)
            assert whom
            assert erasure.forget(conn, town.service.keys, whom, time.time())
        return data

    with patch.object(portrait, "clean", slow):
        assert visit.send(picture()).status_code == 303
    assert rows(visit) == []


@pytest.mark.parametrize("way", ["removes", "leaves"])
def test_who_goes_while_her_file_is_drawn_leaves_nothing(visit: Visit, way: str) -> None:
    town = visit.town

    def slow(data: bytes) -> bytes:
        if way == "removes":
            assert EN["removed"] in said(visit.remove())
        else:
            town.member.texts("LEAVE")
            town.member.texts("1")
        return data

    with patch.object(portrait, "clean", slow):
        assert visit.send(picture()).status_code == 303
    assert rows(visit) == [("replaced", "")]
    assert not [row for row in town.rows(photo) if row.picture_sealed]


def test_while_others_are_drawn_she_is_asked_to_send_it_again_and_it_does_not_count(visit: Visit) -> None:
    with patch.object(portrait, "clean", side_effect=portrait.Busy):
        answer = visit.send(picture())
    assert answer.status_code == 503
    assert EN["busy"] in said(answer)
    assert rows(visit) == []
    assert visit.send(picture()).status_code == 200


# --- a way out ----------------------------------------------------------------------------------------------------


def accept(town: Town) -> None:
    with town.service.engine.begin() as conn:
        [waiting] = photo_queue.waiting(conn, town.service.keys, 10)
        assert photo_queue.accept(conn, town.service.keys, waiting.id, time.time())
    town.work()


def test_she_removes_her_photo_and_gets_her_card_without_it(visit: Visit) -> None:
    town = visit.town
    visit.send(picture())
    accept(town)
    again = opened(town)
    assert EN["accepted"] in said(again.get())
    before = town.member.last
    assert EN["removed"] in said(again.remove())
    town.work()
    assert not [row for row in town.rows(photo) if row.picture_sealed]
    assert town.member.last != before
    assert "/card/?" in town.member.last
    assert EN["remove"] not in said(opened(town).get())


def test_she_removes_a_photo_that_waits_and_her_card_stays(visit: Visit) -> None:
    visit.send(picture())
    before = visit.town.rows(card)
    assert EN["removed"] in said(visit.remove())
    assert rows(visit) == [("replaced", "")]
    assert visit.town.rows(card) == before
    for _ in range(photos.OWN_A_DAY - 1):
        assert visit.send(picture()).status_code == 200
    assert visit.send(picture()).status_code == 429, "removing does not count anew"


# --- the page -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", sorted(photo_words.WORDS))
def test_the_page_is_small_plain_and_in_her_language(town: Town, language: str) -> None:
    town.enrols()
    with town.service.engine.begin() as conn:
        conn.execute(update(person).values(language=language))
    page = opened(town).get()
    words = photo_words.WORDS[language]
    assert all(words[name] in said(page) for name in ("title", "ask", "hint", "send", "back"))
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page.text
    assert len(page.content) < 8_000
    assert "<script" not in page.text
    assert 'enctype="multipart/form-data"' in page.text
    assert 'accept="image/jpeg,image/png,image/webp"' in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert MEMBER[1:] not in page.text
    assert "Ram" not in page.text


def test_every_language_of_the_cards_pages_has_all_words() -> None:
    assert photo_words.WORDS.keys() == card_words.WORDS.keys()
    for language, words in photo_words.WORDS.items():
        assert words.keys() == EN.keys(), language
        assert portrait.PROBLEMS.keys() <= words.keys()


def test_the_real_server_turns_a_large_body_away_without_a_proof(proxied: Web) -> None:
    answer = proxied.ask("POST", "/card/photo?nobody", body=bytes(4_000_000))
    assert (answer.status, answer.header["location"]) == (303, "/card/?nobody")

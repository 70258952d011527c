"""The law's notice: read by anybody in her language on an old phone, written by the office, and kept as it was."""

from __future__ import annotations

import hashlib
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from sms_service import launch
from sms_service.config import PREFIX, ConfigError, read_config
from sms_service.enrolment import notices
from sms_service.store.tables import consent, notice
from sms_service.web.app import create_app
from sms_service.web.notice import Block, blocks
from sms_service.web.notice_words import NAMES, WORDS
from tests.conftest import ROOT
from tests.town import Town
from tests.typed import sms_service

LANGUAGES = ("ar", "bn", "en", "fr", "hi", "sw", "ta")
OLD_PHONE = 30_000
"""Bytes that a page may have: half a minute on GPRS."""


@pytest.fixture
def browser(town: Town) -> FlaskClient:
    return create_app(town.service).test_client()


class Tags(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page.partition("</style>")[2])

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_is_small_without_script_and_says_what_the_law_asks_for(browser: FlaskClient, language: str) -> None:
    answer = browser.get(f"/notice/?lang={language}")

    page = Tags(answer.text)
    assert answer.status_code == 200
    assert len(answer.data) < OLD_PHONE
    assert not {"script", "img", "iframe", "form"} & set(page.tags)
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in answer.text
    for said in ("51969", "STOP", "XYZ", "Data Protection Board of India", "www.odpc.go.ke"):
        assert said in page.text, f"{said} is missing in {language}"
    words = ("ME", "FIX", "LEAVE", "FORGET") if language != "sw" else ("TAARIFA", "REKEBISHA", "TOKA", "SAHAU")
    assert all(re.search(rf"\b{word}\b", page.text) for word in words)
    assert "{" not in page.text, "something was not filled in"
    assert page.tags.count("h2") == 6, "what, why, who gets them, how long, rights, complaints"


def test_every_language_has_its_words_and_its_name() -> None:
    assert set(LANGUAGES) == set(NAMES) == set(WORDS)
    assert all(WORDS[one].keys() == WORDS["en"].keys() for one in LANGUAGES)


def test_the_words_that_a_notice_tells_people_to_send_do_what_it_says(town: Town) -> None:
    keywords = town.service.shelf.ways.keywords
    for language in LANGUAGES:
        rights = notices.texts(town.config)[language].split("\n## ")[5]
        _, *items = re.findall(r"^- (.+)$", rights, re.MULTILINE)  # the first is a no, which the question reads
        sent = {word.casefold() for item in items for word in re.findall(r"\b[A-Z]{2,}\b", item)} - {
            "stop",
            "help",
            "sms",
        }
        assert len(sent) == 7, language
        assert sent <= keywords.keys(), f"{language}: {sent - keywords.keys()}"


def test_a_browser_gets_its_own_language_and_else_that_of_the_drive(browser: FlaskClient) -> None:
    def language(accepted: str) -> str:
        answer = browser.get("/notice/", headers={"Accept-Language": accepted} if accepted else {})
        assert answer.headers["Vary"] == "Accept-Language"
        return re.search(r'<html lang="(\w+)"', answer.text)[1]  # type: ignore[index]

    assert language("sw-KE,sw;q=0.9,en;q=0.5") == "sw"
    assert language("de") == "en"
    assert language("") == "en"
    assert browser.get("/notice/?lang=de").status_code == 404
    assert browser.get("/notice/?lang=../../etc").status_code == 404


# --- which wording was in force -----------------------------------------------------------------------------------


def test_a_consent_names_the_wording_in_her_language_which_stays_readable(town: Town, browser: FlaskClient) -> None:
    town.enrols()
    [row] = town.rows(consent)
    [hers] = [one for one in town.rows(notice) if one.language == "en"]
    assert row.notice == hers.hash == hashlib.sha256(hers.text.encode()).hexdigest()

    changed = notices.texts(town.config) | {"en": "# Ours now\n\nWrite to the office.\n"}
    with town.service.engine.begin() as conn:
        notices.keep(conn, changed, hers.since + 86_400)
        assert notices.hash_in_force(conn, "en", hers.since + 86_399) == hers.hash
        assert notices.hash_in_force(conn, "en", hers.since + 86_400) == notices.hash_of(changed["en"])
        assert notices.hash_in_force(conn, "de", hers.since) == hers.hash, (
            "who reads no language of ours can read English"
        )
        assert notices.hash_in_force(conn, "en", hers.since - 1) == ""

    old = browser.get(f"/notice/{row.notice}")
    assert old.status_code == 200
    assert "This is an old wording." in old.text
    assert "Complain to us first" in old.text
    assert browser.get(f"/notice/{row.notice}.txt").data == hers.text.encode()
    now = browser.get(f"/notice/{notices.hash_of(changed['en'])}").text
    assert "Ours now" in now
    assert "old wording" not in now


@pytest.mark.parametrize("language", ["%00", "h%00i", "hi%00", "HI", "hi ", "hin%64i", "x", "hi-IN", "%ED%A0%80", "हि"])
def test_what_is_no_language_has_no_page(browser: FlaskClient, language: str) -> None:
    assert browser.get(f"/notice/?lang={language}").status_code == 404


@pytest.mark.parametrize("hash_", ["0" * 64, "abc", "A" * 64, "%00", f"{'0' * 64}.txt", "x.txt"])
def test_an_unknown_hash_is_no_page(browser: FlaskClient, hash_: str) -> None:
    assert browser.get(f"/notice/{hash_}").status_code == 404


def test_what_is_in_force_is_written_once_however_often_a_process_starts(town: Town) -> None:
    before = len(town.rows(notice))
    with town.service.engine.begin() as conn:
        notices.keep(conn, notices.texts(town.config), 2_000_000_000.0)
    assert len(town.rows(notice)) == before == len(LANGUAGES)


# --- the office's own ---------------------------------------------------------------------------------------------


def test_the_office_writes_its_own(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "hi.md").write_text(
        "# हमारी सूचना\n\n{controller}: {contact}, {nothing} {complaints}", encoding="utf-8-sig"
    )
    (tmp_path / "texts" / "README.md").write_text("not a language")
    (tmp_path / "config.yaml").write_text(
        "notice: {controller: Union of X, contact: 'Road 1, Ranchi', complaints: boss@x.example, text: texts}"
    )
    config = read_config({}, tmp_path / "config.yaml")

    made = notices.texts(config)

    assert made["hi"] == "# हमारी सूचना\n\nUnion of X: Road 1, Ranchi, {nothing} boss@x.example\n"
    assert "Union of X is responsible for your data. Contact: Road 1, Ranchi" in made["en"], "no file of theirs: ours"


def test_a_folder_that_cannot_be_used_is_told_at_the_start(tmp_path: Path) -> None:
    config = read_config({f"{PREFIX}NOTICE__TEXT": str(tmp_path)})
    with pytest.raises(ConfigError, match=r"no file like en\.txt or hi\.md lies in"):
        notices.texts(config)
    (tmp_path / "en.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"en\.txt is not UTF-8"):
        notices.texts(config)
    for content in ("", "क" * 8_001):
        (tmp_path / "en.txt").write_text(content)
        with pytest.raises(ConfigError, match="a notice has 1 to 24000"):
            notices.texts(config)


def test_what_the_office_writes_is_shown_as_text(town: Town, browser: FlaskClient) -> None:
    with town.service.engine.begin() as conn:
        notices.keep(conn, {"en": "# <b>X</b>\n\n<script>alert(1)</script>\n"}, 1_900_000_000.0)
        found = notices.in_force(conn, "en", 2_000_000_000.0)
    assert found
    page = browser.get(f"/notice/{found.hash}").text
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_headings_lists_and_paragraphs_are_told_apart() -> None:
    text = "# Title\nbelow it\n\n- one\n  goes on\n* two\n## Next\nlast\nline"
    assert list(blocks(text)) == [
        Block("h1", ["Title"]), Block("p", ["below it"]), Block("ul", ["one goes on", "two"]), Block("h2", ["Next"]),
        Block("p", ["last line"]),
    ]  # fmt: skip


def test_a_drive_without_a_contact_is_told_so_when_it_starts() -> None:
    [line] = launch.notice_lacks(read_config({}))
    assert line.split() == ["notice", "does", "not", "say", "whom", "people", "turn", "to:", "set", "notice.contact", "and",
                            "notice.complaints"]  # fmt: skip
    contact = {f"{PREFIX}NOTICE__CONTACT": "Road 1", f"{PREFIX}NOTICE__COMPLAINTS": "Road 2"}
    assert launch.notice_lacks(read_config(contact)) == []


def test_the_database_refuses_to_change_a_wording(town: Town) -> None:
    with town.service.engine.begin() as conn, pytest.raises(Exception, match="rows of notice are evidence"):
        conn.execute(notice.update().values(text="other"))


def test_the_short_address_takes_no_scheme(town: Town) -> None:
    assert town.config.notice_address == town.url.removeprefix("http://") + "/notice/"
    public = read_config({f"{PREFIX}PUBLIC_URL": "https://sms.example.org/"})
    assert public.notice_address == "sms.example.org/notice/"


@pytest.mark.parametrize(("flow", "text"), [("confirm", "ask.say"), ("notice", "notice.say")])
def test_the_notice_takes_two_sms_at_most_whatever_stands_in_it(flow: str, text: str) -> None:
    """With the longest names, and a host of usual length."""
    settings = {**os.environ, f"{PREFIX}PUBLIC_URL": "https://sms.example.org"}
    file = str(ROOT / "flows" / f"{flow}.yaml")
    rows = json.loads(sms_service(settings, "flow", "check", "--lengths", "--json", file).stdout)
    told = {row["language"]: row for row in rows if row["text"] == text}
    assert told.keys() == {"en", "hi", "sw"}
    assert [row["segments"] for row in told.values()] == [2, 2, 2]
    for row in told.values():
        assert "sms.example.org/notice/" in row["message"]
        assert "STOP" in row["message"]

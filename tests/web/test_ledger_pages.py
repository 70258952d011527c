"""/ledger/: anybody reads the signed heads, keeps one, and checks it without us."""

from __future__ import annotations

import html
import re
import subprocess
from pathlib import Path

import pytest
import requests

from sms_service.enrolment import ledger, ledger_heads
from tests.town import MEMBER, Town

PAGE_MAX = 30_000
"""Bytes of a page that a phone of 2012 loads over a slow line."""


@pytest.fixture
def signed(town: Town) -> Town:
    """A member, and the heads of 70 days."""
    town.enrols()
    with town.service.engine.begin() as conn:
        ledger.chain(conn, town.service.keys)
        for number in range(70):
            day = ledger_heads.day_before(1_790_000_000.0 + number * ledger_heads.DAY)
            ledger_heads.close(conn, town.service.keys, day, 5.0)
    return town


def get(town: Town, path: str) -> requests.Response:
    return requests.get(f"{town.url}{path}", timeout=10)


def test_the_page_shows_the_heads_of_the_newest_month_and_leads_to_the_others(signed: Town) -> None:
    page = get(signed, "/ledger/")
    assert page.status_code == 200
    with signed.service.reads.begin() as conn:
        newest, *others = ledger_heads.months(conn)
        days = ledger_heads.of_month(conn, newest)
    for one in days:
        assert one.head.hash.hex() in page.text
        assert one.signature.hex() in page.text
        assert f'href="/ledger/{one.day}.json"' in page.text
    assert len(others) == 2
    for month in others:
        assert f'href="/ledger/{month}/"' in page.text
        assert get(signed, f"/ledger/{month}/").status_code == 200


def test_the_longest_month_stays_small_and_needs_no_script(signed: Town) -> None:
    with signed.service.reads.begin() as conn:
        months = ledger_heads.months(conn)
        assert max(len(ledger_heads.of_month(conn, one)) for one in months) == 31
    for month in months:
        page = get(signed, f"/ledger/{month}/")
        assert len(page.content) < PAGE_MAX
        assert "<script" not in page.text


def test_nothing_of_any_person_stands_there(signed: Town) -> None:
    for path in ("/ledger/", "/ledger/2026-09-30.json"):
        said = get(signed, path).text
        for hers in ("Ram", "Kumar", MEMBER[-10:], "ABC1234567", "Anil"):
            assert hers not in said


def test_a_day_is_the_file_that_the_office_reads_back(signed: Town) -> None:
    answer = get(signed, "/ledger/2026-09-30.json")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    with signed.service.reads.begin() as conn:
        assert ledger_heads.from_json(answer.text, signed.service.keys).head == ledger.head(conn)
        kept = ledger_heads.of_day(conn, "2026-09-30")
    assert kept
    config, key = signed.service.config, signed.service.keys.public_key("ledger")
    assert answer.text == ledger_heads.as_json(kept, config.organisation, key)


def test_what_the_page_tells_to_type_checks_the_signature_and_finds_another_head(signed: Town, tmp_path: Path) -> None:
    page = get(signed, "/ledger/").text
    (tmp_path / "key.pem").write_text(get(signed, "/ledger/key.pem").text)
    [typed] = [one for one in re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL) if "openssl" in one]
    steps = html.unescape(typed)

    def run(commands: str) -> str:
        done = subprocess.run(["sh", "-c", commands], cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    assert "Signature Verified Successfully" in run(steps)
    assert "Verified Successfully" not in run(steps.replace("\\n1\\n", "\\n2\\n"))


@pytest.mark.parametrize(
    "path", ["/ledger/2026-13-45.json", "/ledger/x.json", "/ledger/2031-01/", "/ledger/x/", "/ledger/%25-01/"]
)
def test_what_is_not_there_is_not_found(signed: Town, path: str) -> None:
    assert get(signed, path).status_code == 404


def test_before_the_first_day_is_over_the_page_says_so(town: Town) -> None:
    page = get(town, "/ledger/")
    assert (page.status_code, "the first head comes tomorrow" in page.text) == (200, True)

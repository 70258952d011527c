"""`sms-service areas quiet`: the days before a poll, and hours of each day."""

from __future__ import annotations

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner, Result

from sms_service.cli import app
from sms_service.enrolment import quiet_windows
from sms_service.store.tables import quiet_window
from tests.town import ENTRY, Town

INDIA = ZoneInfo("Asia/Kolkata")
DISTRICT = "JH-N-RAN"


@pytest.fixture
def office(any_town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    for name, value in any_town.environment.items():
        monkeypatch.setenv(name, value)
    return any_town


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def test_two_days_before_a_poll_in_the_time_of_the_country(office: Town) -> None:
    begun = typed("areas", "quiet", DISTRICT, "--from", "2097-04-01T18:00", "--until", "2097-04-03T18:00")
    assert begun.stdout == (
        "Ranchi, North Chotanagpur: nothing is sent that nobody awaits, "
        "from 2097-04-01 18:00 until 2097-04-03 18:00 (Asia/Calcutta).\n"
    )
    [row] = office.rows(quiet_window)
    assert row.begins_at == datetime(2097, 4, 1, 18, tzinfo=INDIA).timestamp()
    assert row.ends_at == datetime(2097, 4, 3, 18, tzinfo=INDIA).timestamp()
    assert typed("areas", "quiet", "--list").stdout == (
        "JH-N-RAN Ranchi: from 2097-04-01 18:00 until 2097-04-03 18:00 (Asia/Calcutta)\n"
    )


def test_an_hour_with_its_own_offset_is_taken_as_it_stands(office: Town) -> None:
    typed("areas", "quiet", DISTRICT, "--until", "2097-04-03T18:00+00:00")
    [row] = office.rows(quiet_window)
    assert row.ends_at == datetime(2097, 4, 3, 18, tzinfo=ZoneInfo("UTC")).timestamp()
    assert row.begins_at <= time.time()


def test_hours_of_each_day_hold_until_they_are_ended(office: Town) -> None:
    begun = typed("areas", "quiet", DISTRICT, "--from", "21:00", "--until", "10:00")
    assert "each day from 21:00 to 10:00, since " in begun.stdout
    [row] = office.rows(quiet_window)
    assert (row.daily_from, row.daily_to, row.ends_at) == ("21:00", "10:00", quiet_windows.FOR_EVER)


def test_ended_what_waited_leaves(office: Town) -> None:
    typed("areas", "quiet", DISTRICT, "--until", "2097-04-03T18:00")
    typed("areas", "quiet", DISTRICT, "--from", "2097-05-01T18:00", "--until", "2097-05-03T18:00")
    office.enroler.texts(ENTRY)
    assert office.member.heard == []
    ended = typed("areas", "quiet", DISTRICT, "--end")
    assert ended.stdout.startswith("Ranchi, North Chotanagpur: 2 ended. What waited for it leaves now")
    office.work()
    assert len(office.member.heard) == 1
    assert typed("areas", "quiet", "--list").stdout.strip() == ""


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("NOWHERE", "--until", "2097-04-03T18:00"), "there is no area NOWHERE"),
        ((), "which area?"),
        ((DISTRICT,), "until when?"),
        ((DISTRICT, "--until", "2097-04-03"), "2097-04-03 is no minute"),
        ((DISTRICT, "--until", "tomorrow"), "tomorrow is no minute"),
        ((DISTRICT, "--from", "21:00", "--until", "2097-04-03T18:00"), "21:00 is no minute"),
        ((DISTRICT, "--until", "2007-04-03T18:00"), "it would be over before it begins"),
    ],
)
def test_what_cannot_be_meant_is_told(office: Town, words: tuple[str, ...], problem: str) -> None:
    refused = typed("areas", "quiet", *words)
    assert refused.exit_code == 1
    assert refused.stderr.startswith(problem)
    assert office.rows(quiet_window) == []


def test_where_a_country_has_several_times_one_must_be_set(office: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMS_SERVICE__REGION", "US")
    assert "set quiet_hours.timezone" in typed("areas", "quiet", DISTRICT, "--until", "2097-04-03T18:00").stderr
    monkeypatch.setenv("SMS_SERVICE__QUIET_HOURS__TIMEZONE", "America/Denver")
    assert "(America/Denver)" in typed("areas", "quiet", DISTRICT, "--until", "2097-04-03T18:00").stdout

"""Quiet hours: until when it is night for a number, by its country, or by the one time zone of the settings."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from sms_service import quiet
from sms_service.config_sending import QuietHours

INDIA, KENYA, RUSSIA, TOLL_FREE, NOWHERE = "+919876543210", "+254712345678", "+79161234567", "+18005550123", "+88235671"
HOURS = QuietHours()


def at(clock: str, zone: str, day: int = 22) -> float:
    hour, _, minute = clock.partition(":")
    return datetime(2026, 11, day, int(hour), int(minute), tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("phone", "zone", "clock", "ends"),
    [
        (INDIA, "Asia/Kolkata", "20:59", None),
        (INDIA, "Asia/Kolkata", "21:00", ("08:00", 23)),
        (INDIA, "Asia/Kolkata", "23:59", ("08:00", 23)),
        (INDIA, "Asia/Kolkata", "00:00", ("08:00", 22)),
        (INDIA, "Asia/Kolkata", "07:59", ("08:00", 22)),
        (INDIA, "Asia/Kolkata", "08:00", None),
        (KENYA, "Africa/Nairobi", "20:59", None),
        (KENYA, "Africa/Nairobi", "21:30", ("08:00", 23)),
        ("+14155550123", "America/Los_Angeles", "22:00", ("08:00", 23)),
    ],
)
def test_the_night_is_that_of_the_numbers_country(
    phone: str, zone: str, clock: str, ends: tuple[str, int] | None
) -> None:
    assert quiet.night_ends(HOURS, phone, at(clock, zone)) == (at(ends[0], zone, ends[1]) if ends else None)


def test_where_a_country_has_several_zones_it_is_day_in_all_of_them() -> None:
    morning = quiet.night_ends(HOURS, RUSSIA, at("03:00", "Europe/Moscow"))
    assert morning
    for zone in ("Europe/Kaliningrad", "Europe/Moscow", "Asia/Kamchatka"):
        assert 8 <= datetime.fromtimestamp(morning, ZoneInfo(zone)).hour < 21
    assert quiet.night_ends(HOURS, RUSSIA, morning) is None


def test_a_text_is_never_put_off_for_ever() -> None:
    """With short days it is never day from Samoa to Puerto Rico at once: the zone in the middle decides."""
    short = QuietHours.model_validate({"from": "12:00", "to": "09:00"})
    now = at("13:00", "UTC")
    morning = quiet.night_ends(short, TOLL_FREE, now)
    assert morning
    assert now < morning <= now + 86_400
    assert quiet.night_ends(short, TOLL_FREE, morning) is None


def test_a_number_that_is_nowhere_is_in_utc() -> None:
    assert quiet.night_ends(HOURS, NOWHERE, at("07:00", "UTC")) == at("08:00", "UTC")


def test_one_time_zone_may_be_set_for_all() -> None:
    hours = QuietHours(timezone="Africa/Nairobi")
    assert quiet.night_ends(hours, INDIA, at("20:00", "Africa/Nairobi")) is None
    assert quiet.night_ends(hours, INDIA, at("22:00", "Africa/Nairobi")) == at("08:00", "Africa/Nairobi", 23)


def test_hours_within_one_day_are_quiet_too() -> None:
    siesta = QuietHours.model_validate({"from": "13:00", "to": "15:30", "timezone": "UTC"})
    assert quiet.night_ends(siesta, INDIA, at("14:00", "UTC")) == at("15:30", "UTC")
    assert quiet.night_ends(siesta, INDIA, at("12:59", "UTC")) is None
    assert quiet.night_ends(siesta, INDIA, at("23:00", "UTC")) is None


def test_the_clocks_may_change_in_the_night() -> None:
    """In New York clocks went back on 1 November 2026: that night is an hour longer."""
    evening = datetime(2026, 10, 31, 23, tzinfo=ZoneInfo("America/New_York"))
    morning = quiet.night_ends(HOURS, "+12125550123", evening.timestamp())
    assert morning == evening.timestamp() + 10 * 3600


def test_without_hours_nothing_is_quiet() -> None:
    off = QuietHours.model_validate({"from": "", "to": ""})
    assert quiet.night_ends(off, INDIA, at("03:00", "Asia/Kolkata")) is None

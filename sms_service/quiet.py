"""Quiet hours: until when it is night where a phone is. Pure; the time zone comes from the number (phonenumbers.timezone)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone
from phonenumbers.tzdata import TIMEZONE_DATA

from sms_service.config_sending import QuietHours

NOWHERE = "Etc/Unknown"
"""What phonenumbers says of a number that it cannot place; those are in UTC here."""

ROUNDS_MAX = 8
"""How often the morning of one zone may be the night of another (Russia has eleven) before one of them decides alone."""


def night_ends(hours: QuietHours, phone: str, now: float) -> float | None:
    """When it is day again for this phone (E.164), in seconds since 1970; None where it is day now, or nothing is quiet.

    Of a country of several zones it has to be day in all of them; where it never is, the one in the middle counts.
    """
    if not hours.from_:
        return None
    zones = (hours.timezone,) if hours.timezone else _zones(phone)
    then = now
    for _ in range(ROUNDS_MAX):
        mornings = [morning for zone in zones if (morning := _morning(hours, zone, then)) is not None]
        if not mornings:
            return then if then > now else None
        then = max(mornings)
    return _morning(hours, zones[len(zones) // 2], now)


def office_zone(hours: QuietHours, region: str) -> str | None:
    """The time zone that the office tells times in: the one that is set, else that of its country (ISO 3166); None where
    that has several."""
    if hours.timezone:
        return hours.timezone
    zones = _placed(TIMEZONE_DATA.get(str(phonenumbers.country_code_for_region(region)), ()))
    return zones[0] if len(zones) == 1 and zones[0] != NOWHERE else None


def _morning(hours: QuietHours, zone: str, at: float) -> float | None:
    """The end of the night that `at` lies in; None if it lies in none."""
    here = datetime.fromtimestamp(at, _zone(zone))
    begins, ends = time.fromisoformat(hours.from_), time.fromisoformat(hours.to)
    over_midnight = begins > ends
    clock = here.time()
    if over_midnight and clock >= begins:
        return datetime.combine(here.date() + timedelta(days=1), ends, here.tzinfo).timestamp()
    if (clock < ends) if over_midnight else (begins <= clock < ends):
        return datetime.combine(here.date(), ends, here.tzinfo).timestamp()
    return None


def _zones(phone: str) -> tuple[str, ...]:
    """Time zones that this number may be in, from east to west by their offsets of today, each offset once."""
    return _placed(tuple(timezone.time_zones_for_number(phonenumbers.parse(phone))))


@lru_cache(maxsize=1024)
def _placed(names: tuple[str, ...]) -> tuple[str, ...]:
    by_offset = {datetime(2026, 1, 1, tzinfo=_zone(name)).utcoffset(): name for name in names}
    return tuple(name for _, name in sorted(by_offset.items(), reverse=True)) or (NOWHERE,)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:  # Etc/Unknown, or a zone that is younger than this machine's data
        return ZoneInfo("UTC")

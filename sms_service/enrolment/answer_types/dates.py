"""Days: dates without a time, the day first, in figures of any script or with the month's name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache

from sms_service.authoring.vocabulary import Parameters
from sms_service.engine.answers import fold
from sms_service.engine.model import Field
from sms_service.engine.words import WORDS
from sms_service.enrolment.answer_types.amounts import said_beside
from sms_service.enrolment.answer_types.registry import Setting, Wrong, answer_type, plain

DATE_MIN, DATE_MAX = date(1900, 1, 1), date(2099, 12, 31)
"""The first and the last day, where a flow says nothing: who was born, or will be asked anything."""

TODAY = "today"
"""The bound that moves with the clock."""

EAST, WEST = 14 * 3_600, -12 * 3_600
"""Seconds from UTC to the clocks of Kiribati and of Baker Island. Where a person is we do not know: what is today
anywhere on earth is today."""

LOCALES = (*WORDS, "ar_SY", "ar_DZ", "ar_MA")
"""Whose month names count: every language of the service, and the three other sets that Arabic has."""

SPELLINGS = {
    1: "janwari, janvari, জানুয়ারি, كانون ثاني",
    2: "farwari, farvari, febuary, feburary, ফেব্রুয়ারি",
    4: "aprail, aprel",
    6: "joon",
    7: "julai, जुलाइ",
    8: "agast, ஆகஸ்டு",
    9: "sept, sitambar, sitamber, सितम्बर",
    10: "aktubar, aktoobar, अक्तूबर",
    11: "navambar, navamber, नवम्बर",
    12: "disambar, disamber, dicember, दिसम्बर, كانون اول",
}
"""How people write months besides what Babel (CLDR) has, by number of the month."""

BESIDE = """of, the, dob, born, birth, date, on, st, nd, rd, th, er, le, du, tarikh, ko, tarehe, mwezi,
    तारीख, को, يوم, شهر, তারিখ, தேதி"""
"""What may stand before a date or within it, as greetings and the like may."""

AFTER = frozenset(fold(word) for word in ("को", "ko", "है", "hai", "ji", "जी", "please", "sir", "st", "nd", "rd", "th"))
"""What may follow it. No more: after a date in a line comes a name, and Sahab Singh or Le Duc is to keep his first."""

_PIECE = re.compile(r"[0-9]+|[^0-9\s]+")


@cache
def months() -> dict[str, int]:
    """The names of the months, folded, each with its number. A name that means two of them means none."""
    from babel.dates import get_month_names  # CLDR takes 20 ms to read, and most commands never see a date

    found: dict[str, set[int]] = {}
    for locale in LOCALES:
        for width in ("wide", "abbreviated"):
            for use in ("format", "stand-alone"):
                for month, name in get_month_names(width, use, locale).items():
                    found.setdefault(fold(name), set()).add(month)
    for month, names in SPELLINGS.items():
        for name in names.split(","):
            found.setdefault(fold(name), set()).add(month)
    return {name: meant.pop() for name, meant in found.items() if len(meant) == 1}


def _check(parameters: Parameters) -> str:
    for name in ("min", "max"):
        value = parameters.get(name, TODAY)
        if value != TODAY and _iso(value) is None:
            return f"{name} is {value}; it must be a day like 2010-12-31, or {TODAY}"
    least, most = (_iso(parameters.get(name)) for name in ("min", "max"))
    return f"min is {least} and max is {most}: no day fits; change one" if least and most and least > most else ""


def _iso(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2010-12-31") else None
    except ValueError:
        return None


@answer_type(
    words=3, longest=lambda _parameters, _language: "2000-12-30", parameters=("min", "max"), check=_check
)  # fmt: skip
def date_(text: str, field: Field, setting: Setting) -> str | Wrong:
    """A day from `min` to `max` as YYYY-MM-DD: 31/12/1990, 31-12-90, 31121990, 31 Dec 1990, 1990-12-31."""
    parts = _parts(text)
    if parts is None:
        return Wrong("not_a_date")
    today = _day(setting.now + EAST)
    least = _bound(field.parameters.get("min"), _day(setting.now + WEST), DATE_MIN)
    most = _bound(field.parameters.get("max"), today, DATE_MAX)
    days = [day for day in _days(*parts) if day]
    if not days:
        return Wrong("no_such_day")
    meant = max((day for day in days if day <= today), default=days[0])  # 31/12/90 is past, unless only the future fits
    meant = next((day for day in days if day > today and meant < least), meant)
    if meant < least:
        return Wrong("too_early")
    return Wrong("too_late") if meant > most else meant.isoformat()


def _bound(value: object, today: date, otherwise: date) -> date:
    return today if value == TODAY else _iso(value) or otherwise


def _day(now: float) -> date:
    return datetime.fromtimestamp(now, UTC).date()


def _days(day: int, month: int, year: int, digits: int) -> Iterable[date | None]:
    """The days meant: one, or with a year of two digits one in each century."""
    for full in (year,) if digits == 4 else (1900 + year, 2000 + year):
        try:
            yield date(full, month, day)
        except ValueError:
            yield None


def _parts(text: str) -> tuple[int, int, int, int] | None:
    """Day, month, year, and how many digits the year has; None where `text` has no date or more than one reading."""
    named, numbers = None, []
    for piece in _pieces(plain(text)):
        if piece.isdigit():
            numbers.append(piece)
        elif piece in months() and not named:
            named = (months()[piece], len(numbers))
        elif piece in months() or piece not in _beside():
            return None
    if named:
        return _with_name(numbers, *named)
    if len(numbers) == 1:
        numbers = _cut(numbers[0])
    if [len(number) <= 2 for number in numbers] == [False, True, True] and len(numbers[0]) == 4:
        numbers.reverse()
    return _day_first(numbers)


def _with_name(numbers: list[str], month: int, place: int) -> tuple[int, int, int, int] | None:
    """31 Dec 1990, Dec 31 1990, 1990 Dec 31; with a year of two digits only the first can be nothing else."""
    if len(numbers) != 2:
        return None
    day, year = numbers if len(numbers[0]) <= 2 else reversed(numbers)
    if place != 1 and len(year) != 4:
        return None
    return _day_first([day, str(month), year])


def _day_first(numbers: list[str]) -> tuple[int, int, int, int] | None:
    if len(numbers) != 3 or len(numbers[0]) > 2 or len(numbers[1]) > 2 or len(numbers[2]) not in (2, 4):
        return None
    day, month, year = map(int, numbers)
    return day, month, year, len(numbers[2])


def _cut(digits: str) -> list[str]:
    """31121990, 19901231 and 311290; six digits that may as well be year, month, day (101112) are no date."""
    day_first, year_first = [digits[:2], digits[2:4], digits[4:]], [digits[:4], digits[4:6], digits[6:]]
    if len(digits) == 8:
        return day_first if DATE_MIN.year <= int(digits[4:]) <= DATE_MAX.year else year_first
    if len(digits) == 6 and not any(_days(int(digits[4:]), int(digits[2:4]), int(digits[:2]), 2)):
        return day_first
    return []


def _pieces(typed: str) -> list[str]:
    """The numbers and words of `typed`, without what may follow a date; none if the date is not at its end."""
    if any(unicodedata.category(c) == "No" for c in typed):  # ½ and ² are digits, once folded
        return []
    pieces: list[str] = []
    for piece in _PIECE.findall(fold(typed)):
        if pieces and f"{pieces[-1]} {piece}" in months():  # كانون الثاني is one month
            pieces[-1] = f"{pieces[-1]} {piece}"
        else:
            pieces.append(piece)
    while pieces and pieces[-1] in AFTER:
        pieces.pop()
    return pieces if pieces and (pieces[-1].isdigit() or pieces[-1] in months()) else []


@cache
def _beside() -> frozenset[str]:
    return said_beside() | {fold(word) for word in BESIDE.split(",")}

"""Days, the day first, in figures and with the name of the month."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_service.engine.answers import fold
from sms_service.engine.words import NUMBERS
from sms_service.enrolment.answer_types.dates import LOCALES, months
from tests.enrolment.answer_types.reading import read, setting


@pytest.mark.parametrize(
    "typed",
    [
        "31/12/1990", "31-12-1990", "31.12.1990", "31 12 1990", "31, 12, 1990", "31121990", "1990-12-31", "1990/12/31",
        "19901231", "31-12-90", "31/12/90", "311290", "३१/१२/१९९०", "٣١/١٢/١٩٩٠", "31 Dec 1990", "31 DEC 90", "31dec1990",
        "31-Dec-1990", "31st of December, 1990", "December 31, 1990", "1990 Dec 31", "31 दिसंबर 1990", "३१ दिसम्बर १९९०",
        "31 disambar 1990", "31 Desemba 1990", "tarehe 31 Desemba 1990", "31 décembre 1990", "31 déc. 1990",
        "31 ডিসেম্বর 1990",
        "31 டிசம்பர் 1990", "31 ديسمبر 1990", "31 كانون الأول 1990", "DOB 31/12/1990", "31 दिसंबर 1990 को",
    ],
)  # fmt: skip
def test_a_date_in_any_of_its_spellings(typed: str) -> None:
    assert read("date", typed) == "1990-12-31"


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "not_a_date"), ("soon", "not_a_date"), ("1990", "not_a_date"), ("12/1990", "not_a_date"),
        ("Dec 1990", "not_a_date"),
        ("31/12/1990 10:30", "not_a_date"), ("31 Dec Nov 1990", "not_a_date"), ("31/12/199", "not_a_date"),
        ("½ 1990", "not_a_date"),
        ("101112", "not_a_date"), ("1121990", "not_a_date"), ("121990", "no_such_day"), ("Dec 10 12", "not_a_date"),
        ("3112199000", "not_a_date"), ("31/12/1990 or 1/1/1991", "not_a_date"), ("20 years", "not_a_date"),
        ("1/1/1990 Le Duc", "not_a_date"),
        ("31/02/1990", "no_such_day"), ("12/31/1990", "no_such_day"), ("29/02/1900", "no_such_day"),
        ("0/1/1990", "no_such_day"),
        ("31/12/0000", "no_such_day"), ("29/02/99", "no_such_day"), ("31/12/1899", "too_early"), ("1/1/2100", "too_late"),
    ],
)  # fmt: skip
def test_what_is_no_date_or_has_two_readings(typed: str, problem: str) -> None:
    assert read("date", typed) == f"?{problem}"


@pytest.mark.parametrize(
    ("typed", "range_", "found"),
    [
        ("1/1/2008", {"max": "2008-01-01"}, "2008-01-01"), ("2/1/2008", {"max": "2008-01-01"}, "?too_late"),
        ("31/12/2007", {"min": "2008-01-01"}, "?too_early"), ("1/3/2026", {"min": "today", "max": "today"}, "2026-03-01"),
        ("3/3/2026", {"max": "today"}, "?too_late"), ("27/2/2026", {"min": "today"}, "?too_early"),
        ("1/1/10", {"max": "today"}, "2010-01-01"), ("1/1/30", {"max": "today"}, "1930-01-01"),
        ("1/1/30", {}, "1930-01-01"),
        ("1/1/30", {"min": "today"}, "2030-01-01"), ("1/1/10", {"min": "today"}, "?too_early"),
        ("29/2/00", {}, "2000-02-29"),
        ("1/1/10", {"max": "2008-01-01"}, "?too_late"),
    ],
)  # fmt: skip
def test_the_range_of_a_date_and_years_of_two_digits(typed: str, range_: dict[str, Any], found: str) -> None:
    assert read("date", typed, **range_) == found


def test_what_is_today_anywhere_on_earth_is_today() -> None:
    late = setting(now=datetime(2026, 3, 1, 20, tzinfo=UTC).timestamp())  # 2 March, 1:30 in India
    assert read("date", "2/3/2026", late, max="today") == "2026-03-02"
    early = setting(now=datetime(2026, 3, 1, 3, tzinfo=UTC).timestamp())  # 28 February in Lima
    assert read("date", "28/2/2026", early, min="today") == "2026-02-28"


def test_every_month_is_known_in_every_language_by_one_meaning() -> None:
    assert set(months().values()) == set(range(1, 13))
    assert len(LOCALES) >= len(NUMBERS)
    assert (months()[fold("मई")], months()[fold("Machi")], months()[fold("août")], months()["may"]) == (5, 3, 8, 5)


@given(
    st.dates(date(1930, 1, 1), date(2020, 12, 31)),
    st.sampled_from(["%d/%m/%Y", "%Y-%m-%d", "%d%m%Y", "%d %b %Y", "%B %d, %Y", "%d.%m.%y"]),
)
def test_every_day_is_read_as_it_is_written(day: date, written: str) -> None:
    assert read("date", day.strftime(written), max="today") == day.isoformat()

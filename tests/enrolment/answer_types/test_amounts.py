"""How many: whole numbers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_service.engine.answers import fold, read_key
from sms_service.engine.words import NUMBERS
from sms_service.enrolment.answer_types.amounts import unchanging
from tests.enrolment.answer_types.reading import read


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("25", 25), (" 25. ", 25), ("२५", 25), ("২৫", 25), ("௨௫", 25), ("٢٥", 25), ("025", 25), ("25.00", 25), ("+25", 25),
        ("25 years", 25), ("25yrs", 25), ("Age: 25", 25), ("I am 25 years old", 25), ("25 saal", 25),
        ("मेरी उम्र 25 साल है", 25),
        ("miaka 25", 25), ("25 ji", 25), ("٢٥ سنة", 25), ("25 ans", 25), ("5️⃣", 5), ("#5", 5), ("0", 0),
        ("1,200", 1200), ("1,00,000", 100_000), ("12,34,567", 1_234_567), ("1,234,567", 1_234_567), ("١٬٢٠٠", 1200),
        ("Rs.500/-", 500), ("₹ 500", 500), ("500/=", 500), ("five", 5), ("Five.", 5), ("paanch saal", 5),
        ("पाँच", 5), ("tano", 5),
    ],
)  # fmt: skip
def test_a_whole_number(typed: str, value: int) -> None:
    assert read("number", typed) == value


@pytest.mark.parametrize(
    "typed",
    [
        "", "many", "1-15", "1–15", "2 or 3", "2 3", "1 200", "1.5", ".5", "2,5", "1.200", "1,20", "12,34", "½",
        "5½", "25%",
        "25+", "25?", "2 lakh", "10k", "two hundred", "twenty five", "five six", "5 six", "about 25", "under 25",
        "not 25", "- 4",
        "age-25", "12A", "1e5", "0x12", "2*3", "1/2", "31/12/1990", "minus 4", "half",
    ],
)  # fmt: skip
def test_what_is_no_number_or_has_two_readings(typed: str) -> None:
    assert read("number", typed, min=-100) == "?not_a_number"


@pytest.mark.parametrize(
    ("typed", "range_", "found"),
    [
        ("17", {"min": 18, "max": 120}, "?too_small"), ("18", {"min": 18, "max": 120}, 18), ("120", {"max": 120}, 120),
        ("121", {"max": 120}, "?too_large"), ("-4", {}, "?too_small"), ("-4", {"min": -10}, -4), ("−4", {"min": -10}, -4),
        ("9876543210", {}, "?too_large"), ("9" * 5000, {}, "?too_large"), ("0", {"min": 1}, "?too_small"),
    ],
)  # fmt: skip
def test_the_range_of_a_number(typed: str, range_: dict[str, Any], found: object) -> None:
    assert read("number", typed, **range_) == found


def test_no_word_that_counts_stands_among_those_that_change_nothing() -> None:
    counting = {fold(word) for words in NUMBERS.values() for word in words.replace("/", ",").split(",")}
    assert not counting & unchanging()
    assert all(read_key(word, [str(number) for number in range(1, 11)]) for word in counting)


@given(st.integers(-50, 1_000_000), st.sampled_from(["{}", "{:,}", " {} years", "{}."]))
def test_every_number_is_read_as_it_is_written(number: int, written: str) -> None:
    assert read("number", written.format(number), min=-50) == number

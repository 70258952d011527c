"""Patterns of ID numbers: what they read, what is refused in them, and that none can hang."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_service.id_pattern import SIGNS_MAX, BadPattern, read_pattern


@pytest.mark.parametrize(
    ("pattern", "typed", "value"),
    [
        ("[A-Z]{2}[0-9]{6}", "AB123456", ("AB123456", 0)), ("[A-Z]{2}[0-9]{6}", "ab 12-34.56", ("AB123456", 0)),
        ("[a-z]{2}[0-9]{6}", "AB123456", ("AB123456", 0)), ("[A-Z]{2}[0-9]{6}", "AB12345", None),
        ("[A-Z]{2}[0-9]{6}", "AB1234567", None), ("[A-Z]{2}[0-9]{6}", "ABC12345", None),
        ("UN[0-9]{5,7}", "un12345", ("UN12345", 0)), ("UN[0-9]{5,7}", "UN1234567", ("UN1234567", 0)),
        ("UN[0-9]{5,7}", "UN12345678", None), ("[A-Z]{0,2}[A-Z0-9]{3}[0-9]{2}", "ABCDE12", ("ABCDE12", 0)),
        ("[ABX-Z]{1}[0-9]{5}", "X12345", ("X12345", 0)), ("[ABX-Z]{1}[0-9]{5}", "C12345", None),
        ("[A-Z]{2}[0-9]{6}", "राम", None), ("[A-Z]{2}[0-9]{6}", "", None),
    ],
)  # fmt: skip
def test_what_a_pattern_reads(pattern: str, typed: str, value: tuple[str, int] | None) -> None:
    assert read_pattern(pattern).value(typed) == value


@pytest.mark.parametrize(
    ("pattern", "typed", "value"),
    [
        ("[A-Z]{2}[0-9]{6}", "ABl2345O", ("AB123450", 2)), ("[A-Z]{2}[0-9]{6}", "A8I23456", ("AB123456", 2)),
        ("[A-Z]{2}[0-9]{6}", "A8I2345S", None), ("UN[0-9]{5,7}", "UN1234O", None),
    ],
)  # fmt: skip
def test_a_sign_is_read_as_another_only_where_its_place_allows_nothing_else(
    pattern: str, typed: str, value: tuple[str, int] | None
) -> None:
    """Not in more than two places, and not where the length is open, because there a place may be one or another."""
    assert read_pattern(pattern).value(typed) == value


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(A+)+$", "cannot be read"), ("[A-Z]+[0-9]{6}", '"+[0-9]{6}" cannot be read'), (".*", 'leave "." out'),
        (r"\d{6}", "cannot be read"), ("[0-9]{2}/[0-9]{6}", 'leave "/" out'), ("[0-9]{6}|[0-9]{8}", "cannot be read"),
        ("[0-9", "cannot be read"), ("[^A]{6}", "cannot be read"), ("[०-९]{6}", "cannot be read"),
        ("[9-0]{5}", "9-0 is no range"), ("[A-9]{5}", "A-9 is no range"), ("[0-9]{6,2}", "not below the first"),
        ("A[0-9]{0}", "not 0"), ("[0-9]{33}", f"at most {SIGNS_MAX}"), ("[0-9]{0,30}[0-9]{0,30}", f"at most {SIGNS_MAX}"),
        ("", "shortest number of this pattern has 0"), ("[0-9]{3}", "it needs 4"), ("[A-Z]{6}", "always a digit"),
        ("[A-Z0-9]{8}", "always a digit"), ("A" * 201, "at most 200 characters"),
    ],
)  # fmt: skip
def test_whatever_else_is_refused_with_a_sentence(pattern: str, said: str) -> None:
    with pytest.raises(BadPattern) as refused:
        read_pattern(pattern)
    assert said in str(refused.value)


@given(st.text("[]{}0-9A-Z,+*()|\\.Aa19", max_size=60), st.text("A0O1I", max_size=64))
def test_a_pattern_is_read_or_refused_and_its_longest_number_is_one(pattern: str, typed: str) -> None:
    try:
        read = read_pattern(pattern)
    except BadPattern:
        return
    assert read.value(read.longest) == (read.longest, 0)
    found = read.value(typed)
    assert found is None or read.value(found[0]) == (found[0], 0)


def test_places_that_could_be_divided_in_many_ways_are_not_tried_one_by_one() -> None:
    """A regular expression would go through 2**20 divisions of these signs before it gave up."""
    hostile = "[A0]{0,1}" * 20 + "[0-9]{4}"
    assert read_pattern(hostile).value("0" * 20 + "000A") is None

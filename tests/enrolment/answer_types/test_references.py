"""References of registrations, and lines that an effect reads itself."""

from __future__ import annotations

import pytest

from sms_service.enrolment.answer_types.references import CONFUSED
from sms_service.enrolment.effect_shapes import PRACTICE_REF
from sms_service.enrolment.numbers import REF_ALPHABET, new_ref
from tests.enrolment.answer_types.reading import read


@pytest.mark.parametrize("typed", ["R4K7P", "r4k7p", " R4K7P. ", "#r4k7p", "R4K-7P", "Ｒ４Ｋ７Ｐ", "R४K७P", "(R4K7P)"])
def test_a_reference_is_read_in_any_case_and_spelling(typed: str) -> None:
    assert read("ref", typed) == "R4K7P"


@pytest.mark.parametrize("typed", ["R4K7", "R4K7PP", "", "R4K7€", "नमस्ते", "R 4 K 7", "BOOTH 14"])
def test_what_has_not_five_signs_is_none(typed: str) -> None:
    assert read("ref", typed) == "?wrong_shape"


@pytest.mark.parametrize("typed", ["O4K7P", "04K7P", "RI4K7", "R14K7", "ABCDO"])
def test_signs_that_no_reference_has_are_told_and_never_repaired(typed: str) -> None:
    assert read("ref", typed) == "?confused_sign"
    assert not CONFUSED & set(REF_ALPHABET)


def test_a_mistyped_reference_is_told_from_a_right_one() -> None:
    assert read("ref", "R4K7Q") == "?wrong_check_sign"
    assert read("ref", "R4K8P") == "?wrong_check_sign"
    assert all(read("ref", ref.lower()) == ref for ref in (new_ref() for _ in range(50)))
    assert read("ref", PRACTICE_REF) == PRACTICE_REF, "FIX can be practised, and finds nothing"


def test_a_line_is_whatever_was_typed() -> None:
    assert read("line", " R4K7P,  BOOTH 14\n") == "R4K7P, BOOTH 14"
    assert read("line", "१४") == "१४"
    assert read("line", "?!") == "?nothing"
    assert read("line", "a" * 161) == "?too_long"

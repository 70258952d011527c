"""Receipts, amounts of money, and which enroler is meant."""

from __future__ import annotations

import pytest

from sms_service.enrolment.answer_types.money import book_and_number
from tests.enrolment.answer_types.reading import read


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("B1207", "B1207"), ("b 1207", "B1207"), ("B-1207.", "B1207"), ("b/1207", "B1207"), ("1207", "1207"),
        ("B0012", "B12"), ("KA12", "KA12"), ("B१२०७", "B1207"), ("#1207", "1207"),
    ],
)  # fmt: skip
def test_a_receipt(typed: str, value: str) -> None:
    assert read("receipt", typed) == value


@pytest.mark.parametrize("typed", ["", "B", "B0", "12B", "B12C", "B1207 5", "receipt", "9876543210", "B-"])
def test_what_is_no_receipt(typed: str) -> None:
    assert read("receipt", typed) == "?not_a_receipt"


def test_the_letters_of_a_receipt_are_its_book() -> None:
    assert book_and_number("B1207") == ("B", "1207")
    assert book_and_number("1207") == ("", "1207")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("5", "5"), ("5.00", "5.00"), ("5 rs", "5"), ("Rs.5/-", "5"), ("Rs 5", "5"), ("₹ 5", "5"), ("५ रु", "5"),
        ("1,200", "1200"), ("KSh 50", "50"), ("50/=", "50"), ("5 rupees only", "5"),
    ],
)  # fmt: skip
def test_an_amount(typed: str, value: str) -> None:
    assert read("amount", typed) == value


@pytest.mark.parametrize(
    "typed", ["", "0", "five lakh", "5 lakh", ".5", "5-6", "5 10", "about 5", "-5", "5%", "1.2345"]
)
def test_what_is_no_amount(typed: str) -> None:
    assert read("amount", typed) == "?not_an_amount"


def test_an_amount_that_no_fee_is() -> None:
    assert read("amount", "1000000") == "?too_large"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("98765 43210", "+919876543210"),
        ("+254712345678", "+254712345678"),
        ("Sunita Devi", "Sunita Devi"),
        ("सुनीता", "सुनीता"),
    ],
)
def test_whom(typed: str, value: str) -> None:
    assert read("whom", typed) == value


@pytest.mark.parametrize("typed", ["", "12", "98765", "Booth 12"])
def test_nobody(typed: str) -> None:
    assert read("whom", typed) == "?nobody"

"""Fees: a receipt is tied to a registration of the enroler's own, once."""

from __future__ import annotations

import pytest

from sms_service.enrolment import fees
from sms_service.store.tables import fee_receipt, registration
from tests.town import ENTRY, Town

REKHA = "+919800000003"


def entered(town: Town) -> str:
    """A registration of the enroler's; its reference."""
    town.enroler.texts(ENTRY)
    return str(town.rows(registration)[-1].ref)


@pytest.mark.parametrize("text", ["FEE {} B1207 5", "fee {} b-1207 5.00", "FEE {}, B 1207, 5 rs", "Fee 5rs B1207 {}"])
def test_save_fee_saved_however_it_is_typed_and_again(any_town: Town, text: str) -> None:
    ref = entered(any_town)
    for _ in range(2):
        any_town.enroler.texts(text.format(ref))
        assert any_town.enroler.last == f"{ref}: receipt B1207, INR 5.00, saved."
    [saved] = any_town.rows(fee_receipt)
    assert (saved.book, saved.number, saved.amount, saved.currency) == ("B", "1207", 500, "INR")


def test_save_fee_saved_without_letters_of_a_book(town: Town) -> None:
    ref = entered(town)
    town.enroler.texts(f"FEE {ref} 1207 5")
    assert [(row.book, row.number) for row in town.rows(fee_receipt)] == [("", "1207")]


def test_save_fee_used_for_another_registration(any_town: Town) -> None:
    first = entered(any_town)
    any_town.enroler.texts("REG 9876543211 ABC1234575 12 Sita Devi")
    second = next(row.ref for row in any_town.rows(registration) if row.ref != first)
    any_town.enroler.texts(f"FEE {first} B1207 5")
    any_town.enroler.texts(f"FEE {second} B01207 5")
    assert "receipt B1207 was entered before" in any_town.enroler.last
    assert len(any_town.rows(fee_receipt)) == 1


def test_save_fee_unknown_is_a_deleted_registration_and_its_leaf_is_not_gone(any_town: Town) -> None:
    ref = entered(any_town)
    any_town.enroler.texts(f"DEL {ref}")
    any_town.enroler.texts(f"FEE {ref} B1207 5")
    assert any_town.enroler.last == f"NOT saved: you have no registration {ref}. LIST shows yours."
    assert any_town.rows(fee_receipt) == []


def test_save_fee_saved_for_another_once_the_leaf_s_own_was_deleted(any_town: Town) -> None:
    first = entered(any_town)
    any_town.enroler.texts(f"FEE {first} B1207 5")
    any_town.enroler.texts(f"DEL {first}")
    any_town.enroler.texts(ENTRY)
    again = any_town.rows(registration)[-1]

    any_town.enroler.texts(f"FEE {again.ref} B1207 5")

    assert any_town.enroler.last == f"{again.ref}: receipt B1207, INR 5.00, saved."
    assert [row.registration_id for row in any_town.rows(fee_receipt)] == [again.id]


def test_save_fee_unknown_is_a_registration_of_somebody_else_or_none(town: Town) -> None:
    ref = entered(town)
    for one in (ref, "R4K7P"):
        town.phone(REKHA).texts(f"FEE {one} B1207 5")
        assert town.phone(REKHA).last == f"NOT saved: you have no registration {one}. LIST shows yours."
    assert town.rows(fee_receipt) == []


def test_save_fee_wrong_amount_is_another_than_the_drive_asks_for(town: Town) -> None:
    ref = entered(town)
    town.enroler.texts(f"FEE {ref} B1207 50")
    assert "the amount should be INR 5.00" in town.enroler.last
    assert town.rows(fee_receipt) == []


@pytest.mark.parametrize(
    ("amount", "currency", "units", "written"),
    [
        ("5", "INR", 500, "INR 5.00"), ("5.5", "KES", 550, "KES 5.50"), ("500", "UGX", 500, "UGX 500"),
        ("1.250", "TND", 1250, "TND 1.250"), ("999999.99", "INR", 99_999_999, "INR 999999.99"),
    ],
)  # fmt: skip
def test_minor_units_are_those_of_the_currency(amount: str, currency: str, units: int, written: str) -> None:
    assert fees.minor(amount, currency) == units
    assert fees.written(units, currency) == written


@pytest.mark.parametrize(("amount", "currency"), [("5.5", "UGX"), ("5.005", "INR")])
def test_an_amount_finer_than_the_currency_is_none(amount: str, currency: str) -> None:
    assert fees.minor(amount, currency) is None

"""What was paid: the leaf of a receipt book, and an amount of money."""

from __future__ import annotations

import re
from decimal import Decimal

from sms_service.engine.answers import fold
from sms_service.engine.model import Field
from sms_service.enrolment.answer_types.amounts import unchanging
from sms_service.enrolment.answer_types.identity import AS_DIGIT
from sms_service.enrolment.answer_types.registry import Noted, Setting, Wrong, answer_type, plain

BOOK_MAX = 6
"""Letters of a receipt book. Printed books have one to three; a longer word is a name."""

RECEIPT_DIGITS = 9
"""Digits of a receipt's number, so that a phone number is not taken for one."""

AMOUNT_MAX = 999_999
"""The largest amount, in whole units: in thousandths (a currency of three decimals) it still fits its column, an INTEGER."""

DECIMALS_MAX = 3
"""Decimals that some currency has (ISO 4217: the dinars)."""

CURRENCIES = "inr, kes, ngn, zar, npr, ugx, tzs, ghs, ksh, kshs, tsh, ush, sh, naira, rand, rands, cedi, cedis"
"""What may stand beside an amount, folded, besides the units of amounts.py: codes (ISO 4217) and their short forms."""

_RECEIPT = re.compile(rf"([A-Z]{{0,{BOOK_MAX}}})[\s.\-/#]*0*([1-9][0-9]{{0,{RECEIPT_DIGITS - 1}}})")
_MISREAD = re.compile(rf"([A-Z]{{0,{BOOK_MAX}}})[\s.\-/#]*0*([1-9][0-9OIL]{{0,{RECEIPT_DIGITS - 1}}})")
_AMOUNT = re.compile(r"[0-9]+(?:,[0-9]{2,3})*(?:\.[0-9]+)?")
_SIGNS = frozenset(" .:#₹₨$£€₦/")


@answer_type(words=2, longest=lambda _parameters, _language: "W" * BOOK_MAX + "9" * RECEIPT_DIGITS)
def receipt(text: str, _field: Field, _setting: Setting) -> str | Noted | Wrong:
    """Letters of the book, if it has any, and the number of the leaf: B1207, b-1207, 1207. Zeros before it are dropped,
    so that B0012 and B12 are one leaf. Behind a digit, letters that are typed for digits are these: B12O7."""
    typed = plain(text).strip(" .,;#").upper()
    if found := _RECEIPT.fullmatch(typed):
        return f"{found[1]}{found[2]}"
    if found := _MISREAD.fullmatch(typed):
        number = found[2].translate(AS_DIGIT)
        return Noted(f"{found[1]}{number}", sum(one != other for one, other in zip(found[2], number, strict=True)))
    return Wrong("not_a_receipt")


def book_and_number(value: str) -> tuple[str, str]:
    """The book ("" for none) and the number of a receipt as `receipt` reads it."""
    book = value.rstrip("0123456789")
    return book, value[len(book) :]


@answer_type(words=2, longest=lambda _parameters, _language: f"{AMOUNT_MAX}.{'9' * DECIMALS_MAX}")
def amount(text: str, _field: Field, _setting: Setting) -> str | Wrong:
    """An amount of money, kept as it is written with a point: 5, 5.00, 5 rs, Rs.5/-, ₹ 1,200, KSh 50."""
    typed = re.sub(r"/[-=]", " ", plain(text).casefold())
    figures = list(_AMOUNT.finditer(typed))
    if len(figures) != 1:
        return Wrong("not_an_amount")
    before, after = typed[: figures[0].start()], typed[figures[0].end() :]
    beside = f"{before} {after}"
    if any(not (sign.isalpha() or sign in _SIGNS or "\u0900" <= sign <= "\u097f") for sign in beside):
        return Wrong("not_an_amount")
    if re.search(r"(^|\s)\.$", before) or not (unchanging() | set(CURRENCIES.split(", "))).issuperset(
        fold(beside).split()
    ):
        return Wrong("not_an_amount")  # .5, or a word that may change it: lakh, about
    value = Decimal(figures[0][0].replace(",", ""))
    decimals = figures[0][0].partition(".")[2]
    if value <= 0 or len(decimals) > DECIMALS_MAX:
        return Wrong("not_an_amount")
    return Wrong("too_large") if value >= AMOUNT_MAX + 1 else f"{value:f}"

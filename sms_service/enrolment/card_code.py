"""The signed part of the code on a card: a scanner without network tells by it whether the card is ours.

    https://members.example.org/verify/0000013?2369...

Behind the number stand decimal digits: one big number whose bytes are the form (1), the day of issue, the last day (0:
none), the serial of the card, two bytes each, and an Ed25519 signature of 64 (RFC 8032). Digits, because a QR code packs
them tightest: three in ten bits (ISO/IEC 18004, numeric mode), where base64 takes a quarter more room.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from sms_service.enrolment.numbers import Mistyped, read_number, written
from sms_service.privacy import Keys, is_signed

FORM = 1
"""The first byte: how the others are read. It is never 0, so that no byte is lost in the number."""

EPOCH = date(2020, 1, 1)
"""The day that days are counted from; two bytes of them last until 2199."""

SERIAL_MAX = 65_535
"""Cards of one member: two bytes."""

BYTES = 1 + 2 + 2 + 2 + 64
DIGITS_MAX = 171
"""Digits of the largest number of so many bytes."""

WRITTEN = re.compile(r"(?P<number>[0-9]{1,13})\?(?P<digits>[0-9]+)(?![0-9])")
"""The number and the digits, wherever they stand in what a scanner read."""


class NotACode(ValueError):
    """This is no code of a card: not forged, but something else, or half of it."""


class Forged(ValueError):
    """It looks like the code of a card, and whoever made it did not have the key."""


@dataclass(frozen=True, slots=True)
class CardCode:
    """What the code says: whose card, the how manieth of hers, issued when, valid until (the last day) or for ever."""

    number: int
    serial: int
    issued: date
    until: date | None = None


def digits(keys: Keys, code: CardCode) -> str:
    """The code, signed."""
    told = _days(code.issued), _days(code.until) if code.until else 0, code.serial
    fields = bytes([FORM]) + b"".join(one.to_bytes(2, "big") for one in told)
    return str(int.from_bytes(fields + keys.sign("card", _signed(code)), "big"))


def checked(public_key: bytes, number: str, given: str) -> CardCode:
    """What the digits behind this number say. Raises Mistyped (the number), NotACode, Forged."""
    member = read_number(number)
    if not (given.isascii() and given.isdecimal() and len(given) <= DIGITS_MAX):
        raise NotACode("these are not the digits of a card's code")
    value = int(given)
    if value >> 8 * (BYTES - 1) != FORM:
        raise NotACode("digits are missing, or it is the code of a later release")
    data = value.to_bytes(BYTES, "big")
    issued, until, serial = (int.from_bytes(data[at : at + 2], "big") for at in (1, 3, 5))
    code = CardCode(member, serial, _date(issued), _date(until) if until else None)
    if not is_signed(public_key, _signed(code), data[7:]):
        raise Forged(f"the code for {written(member)} was not signed with this key")
    return code


def found_in(text: str) -> tuple[str, str]:
    """The number and the digits in what a scanner read: the whole address, or its end. Raises NotACode."""
    found = WRITTEN.search(text)
    if found is None:
        raise NotACode("no code of a card is in this text: it ends in /verify/NUMBER?DIGITS")
    return found["number"], found["digits"]


def _signed(code: CardCode) -> bytes:
    until = code.until.isoformat() if code.until else ""
    return f"sms_service/card/1\n{code.number}\n{code.serial}\n{code.issued.isoformat()}\n{until}".encode()


def _days(day: date) -> int:
    return (day - EPOCH).days


def _date(days: int) -> date:
    return EPOCH + timedelta(days=days)


__all__ = ["CardCode", "Forged", "Mistyped", "NotACode", "checked", "digits", "found_in"]

"""References, membership numbers and card links, as people see and type them."""

from __future__ import annotations

import secrets

from stdnum import damm

REF_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Signs of a short reference: no O, 0, I or 1, which feature phones and tired eyes confuse."""

REF_LENGTH = 5
"""Four signs and a check sign: a million references, and a mistyped one is noticed. Taken ones are drawn again."""

NUMBER_DIGITS = 6
"""Digits a membership number is filled up to with zeros, before its check digit; the millionth simply has more."""

LONGEST = 99_999_999
"""The longest number that the checker of flow files counts with: eight digits and the check digit."""

NUMBER_MAX = 13
"""Digits of a membership number that are looked at, the check digit among them."""


class Mistyped(ValueError):
    """No membership number of ours is written so: a digit is wrong, missing, too many, or two changed places."""


def new_ref() -> str:
    """Four random signs and a check sign."""
    signs = "".join(secrets.choice(REF_ALPHABET) for _ in range(REF_LENGTH - 1))
    return signs + check_sign(signs)


def check_sign(signs: str) -> str:
    """The last sign of a reference: a weighted sum (odd weights), which notices any one wrong sign."""
    total = sum((2 * place + 1) * REF_ALPHABET.index(sign) for place, sign in enumerate(signs))
    return REF_ALPHABET[total % len(REF_ALPHABET)]


def written(number: int) -> str:
    """A membership number as people see it: 0000013, the last one its check digit.

    Damm's algorithm (H. M. Damm, 2004) finds every single wrong digit and every two neighbours that changed places;
    zeros in front do not change it.
    """
    digits = f"{number:0{NUMBER_DIGITS}d}"
    return digits + str(damm.calc_check_digit(digits))


def read_number(typed: str) -> int:
    """The number that `written` wrote; zeros in front may be missing. Raises Mistyped."""
    if not (typed.isascii() and typed.isdecimal() and 1 < len(typed) <= NUMBER_MAX and damm.is_valid(typed)):
        raise Mistyped("this is no membership number")
    return int(typed[:-1])


def card_link(url: str, token: str) -> str:
    """What a member opens her card by, under the address that phones reach us by."""
    return f"{url}/card/?{token}"

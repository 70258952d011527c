"""References, membership numbers and card links, as people see and type them."""

from __future__ import annotations

import secrets

REF_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Signs of a short reference: no O, 0, I or 1, which feature phones and tired eyes confuse."""

REF_LENGTH = 5
"""Four signs and a check sign: a million references, and a mistyped one is noticed. Taken ones are drawn again."""

NUMBER_DIGITS = 6
"""Digits a membership number is filled up to with zeros; the ten millionth simply has more."""

LONGEST = 99_999_999
"""The longest number that the checker of flow files counts with: eight digits."""


def new_ref() -> str:
    """Four random signs and a check sign."""
    signs = "".join(secrets.choice(REF_ALPHABET) for _ in range(REF_LENGTH - 1))
    return signs + check_sign(signs)


def check_sign(signs: str) -> str:
    """The last sign of a reference: a weighted sum (odd weights), which notices any one wrong sign."""
    total = sum((2 * place + 1) * REF_ALPHABET.index(sign) for place, sign in enumerate(signs))
    return REF_ALPHABET[total % len(REF_ALPHABET)]


def written(number: int) -> str:
    """A membership number as people see it: 000001."""
    return f"{number:0{NUMBER_DIGITS}d}"


def card_link(url: str, token: str) -> str:
    """What a member opens her card by, under the address that phones reach us by."""
    return f"{url}/card/?{token}"

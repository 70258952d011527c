"""Phone numbers at the edge: whatever a gateway or a person writes, as E.164 or not at all."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

LONGEST_WRITTEN = 40
"""Characters. E.164 has at most 15 digits; with spaces and brackets between all of them it still fits."""

BARE_SHORTEST = 9
"""Digits of an international number that is written without its plus. Short codes have three to eight, and would be numbers of
other countries (430123: +43 0123 in Austria); of phones only those of the smallest islands have fewer, country's code
included (Niue has seven)."""

REMEMBERED = 4096
"""Parsed numbers kept in memory (one takes 20 us to parse): the phones that are talking at the moment."""

_WRITTEN = re.compile(r"\+?[0-9 ().\-/]+")
"""What a number may be written with. Letters are out: phonenumbers would read 1-800-FLOWERS, but a lettered sender
cannot be answered."""

_PLUS_OR_SPACE = str.maketrans(
    {"\uff0b": "+", "\u00a0": " ", "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-"}
)


@lru_cache(maxsize=REMEMBERED)
def e164(text: str, region: str | None = None) -> str | None:
    """`text` as E.164 (+ and digits), or None: short codes, letters, impossible lengths, `whatsapp:+...`.

    `region` (ISO 3166) reads national numbers; without it only international ones pass. A number need not be a valid
    mobile: gateways send test numbers (+15005550006), and new ranges open before the tables know them.
    """
    if len(text) > LONGEST_WRITTEN:
        return None
    written = "".join(_plain(sign) for sign in text.translate(_PLUS_OR_SPACE)).strip()
    if not _WRITTEN.fullmatch(written):
        return None
    if written.startswith("00") and not written.startswith("000"):
        written = (
            "+" + written[2:]
        )  # ITU's prefix; Kenya and the US dial another one abroad, people everywhere write 00
    try:
        number = phonenumbers.parse(written, region)
    except NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def international(text: str, region: str = "") -> str | None:
    """E.164 of a number that a gateway gives: in international form, now and then without its plus, or (`region`) as the
    people of its country write it where that is a number there. None for what is too short to be a phone without a plus."""
    written = e164(text)
    if written is None and region:
        own = e164(text, region)
        if own and phonenumbers.is_valid_number(phonenumbers.parse(own)):
            return own
    if written is None and sum(sign.isdecimal() for sign in text) < BARE_SHORTEST:
        return None
    return written or e164(f"+{text}")


def _plain(sign: str) -> str:
    """A digit of any script as 0-9; invisible direction marks, which phones copy along with numbers, as nothing."""
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    return "" if unicodedata.category(sign) == "Cf" else sign

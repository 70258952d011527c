"""A line of SMS cut into pieces: runs of letters and runs of digits, with what stands between them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

PIECES_MAX = 60
"""Pieces that are looked at. Two SMS hold some forty words; what is longer is a letter, and is answered as one."""

GLUED, SOFT, HARD = 0, 1, 2
"""What stands before a piece: nothing; a sign that may belong to a value (98765-43210, 12/A); a space or a comma."""

_QUOTES = {**dict.fromkeys("‘’‛ʼʻʹ`´′", "'"), **dict.fromkeys("“”„«»″", '"')}
_DASHES = dict.fromkeys("‐‑‒–—―−", "-")
_STOPS = dict.fromkeys("।॥،؛、。", ",")
_KEYCAP = "\u20e3"


class _Cleaning(dict[int, str | None]):
    """The table of `clean`, filled as characters turn up; those of rare scripts and emoji are not kept, as in `fold`."""

    def __missing__(self, code: int) -> str | None:
        cleaned = _cleaned(chr(code))
        if code <= 0xFFFF:
            self[code] = cleaned
        return cleaned


def _cleaned(sign: str) -> str | None:
    category = unicodedata.category(sign)
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    if sign in _QUOTES or sign in _DASHES or sign in _STOPS:
        return {**_QUOTES, **_DASHES, **_STOPS}[sign]
    if sign in "\u200c\u200d":
        return sign  # joiners: names in Indic scripts and Persian need them
    if category in ("Cf", "Co", "Cn") or sign == _KEYCAP or "\ufe00" <= sign <= "\ufe0f":
        return None
    if category in ("Cc", "Cs", "Zs", "Zl", "Zp"):
        return " "
    if "\uff01" <= sign <= "\uff5e" or category == "No":  # full-width forms, circled and raised digits
        return unicodedata.normalize("NFKC", sign)
    return sign


class _Kinds(dict[int, str]):
    """One letter for each character: a letter, digit, quote, soft or hard separator."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        kind = (
            "d" if sign.isascii() and sign.isdigit()
            else "a" if unicodedata.category(sign)[0] in "LM" or sign in "\u200c\u200d"
            else "q" if sign == "'"
            else "s" if sign in "./-_:=#*+&@\\~"
            else "h"
        )  # fmt: skip
        if code <= 0xFFFF:
            self[code] = kind
        return kind


_CLEANING, _KINDS = _Cleaning(), _Kinds()
_LOOSE_JOINER = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]+")
_PIECE = re.compile("a(?:[aq]*a)?|d+")
_LOOSE_QUOTE = re.compile("(?<!a)q|q(?!a)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of letters or of digits: `text[start:end]`, and what stands before it."""

    start: int
    end: int
    digits: bool
    gap: int
    word: str
    """In capitals, without joiners: what is compared."""


def clean(text: str) -> str:
    """What is read, and what a name is taken from: NFC, digits of every script as ASCII, straight quotes and dashes, no
    invisible characters but the joiners that Indic names need."""
    if text.isascii() and text.isprintable() and "`" not in text:
        return text
    return _LOOSE_JOINER.sub("", unicodedata.normalize("NFC", text).translate(_CLEANING))


def pieces(cleaned: str) -> list[Piece]:
    """The pieces of a text that is `clean`, at most PIECES_MAX."""
    kinds = cleaned.translate(_KINDS)
    loose = [match.start() for match in _LOOSE_QUOTE.finditer(kinds)]
    found: list[Piece] = []
    before = 0
    for match in _PIECE.finditer(kinds):
        start, end = match.span()
        end += loose == [end] and kinds[start] == "a"  # Ochieng' ends so; where there are two, they are round a name
        between = kinds[before:start]
        gap = (GLUED if not between else HARD if "h" in between else SOFT) if found else HARD
        word = cleaned[start:end].upper().replace("\u200c", "").replace("\u200d", "")
        found.append(Piece(start, end, kinds[start] == "d", gap, word))
        before = end
        if len(found) == PIECES_MAX:
            break
    return found

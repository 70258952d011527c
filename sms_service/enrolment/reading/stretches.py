"""A line cut into pieces, and what its stretches look like, whichever field asks."""

from __future__ import annotations

import re
from itertools import pairwise

from sms_service.engine.answers import fold
from sms_service.enrolment.reading.pieces import GLUED, HARD, pieces

RUN, LETTERS_APART = 4, 2
"""Digits in one run after which a single one more is not of the same number; letters that stand apart, of two neighbours."""

CONFUSED = frozenset("OILSB")
"""Letters that are typed for digits."""

_ID = r"[A-Za-z]{3}\d{7}"

PARTING = {
    sign: re.compile(
        rf"\d{{7}}\{sign}[^\W\d_]|(?:\d{{9}}|{_ID})\{sign}[\w(+]|\d\{sign}(?:\+|{_ID})|(?<![+\d])(?!0)\d{{1,4}}\{sign}\d{{9}}"
    )
    for sign in "./-_"
}
"""By sign: a phone or an ID that it sets off from what stands beside it."""


class Stretches:
    """A text and its pieces. Places are numbers of pieces; a stretch is `pieces[start:end]`."""

    def __init__(self, cleaned: str) -> None:
        self.text = cleaned
        self.pieces = pieces(self.text)
        self.words = [piece.word if piece.digits else fold(piece.word) for piece in self.pieces]

    def name_of(self, start: int, end: int) -> str:
        """The words of a name, without the separators that stood between them; dots and hyphens of the name stay."""
        parts = [self.text[self.pieces[start].start : self.pieces[start].end]]
        for before, piece in zip(self.pieces[start:end], self.pieces[start + 1 : end], strict=False):
            between = self.text[before.end : piece.start]
            if between.strip() in (".", "-") and not (between == "." and self.parted(".")):
                parts.append(between.rstrip() + " " * between[-1:].isspace())
            else:
                parts.append(" ")
            parts.append(self.text[piece.start : piece.end])
        return "".join(parts)

    def parted(self, sign: str) -> bool:
        """Whether this sign separates the fields of this line: then it is not part of its name or its booth."""
        return sign in PARTING and PARTING[sign].search(self.text) is not None

    def begins_name(self, place: int) -> bool:
        """Whether the letter at `place`, behind a number and a sign, is the initial of a name rather than of a booth."""
        sign = self.text[self.pieces[place - 1].end : self.pieces[place].start]
        return not self.pieces[place].digits and (self.text[self.pieces[place].end :][:1] == "." or self.parted(sign))

    def letter_of_number(self, place: int, beside: int) -> bool:
        """Whether the piece at `place` is a single letter that touches the digits `beside`."""
        if not 0 <= beside < len(self.pieces) or len(self.words[place]) > 1:
            return False
        return self.pieces[max(place, beside)].gap == GLUED and self.pieces[beside].digits

    def ragged(self, start: int, end: int, of_id: bool) -> bool:
        """Whether letters that would be digits are none: the b of `MMP472159 b-254` and the B of `366B 012345678` touch no
        digits of the same number. In a phone they may touch the next ones: 98765 O3210."""

        def glued(place: int, other: int) -> bool:
            return start <= other < end and self.pieces[other].digits and self.pieces[max(place, other)].gap == GLUED

        return any(
            not (glued(place, place - 1) or (not of_id and glued(place, place + 1)))
            for place in range(start, end)
            if not self.pieces[place].digits and (not of_id or (place > start and self.pieces[place - 1].digits))
        )

    def joins_another(self, start: int, end: int) -> bool:
        """Whether a phone or an ID would get its last or first sign from its neighbour: a booth of one digit (987654321 2)
        or an initial (`K FBS676444`). Nobody groups her digits or letters so."""
        parts = self.pieces[start:end]
        for before, piece in pairwise(parts):
            if before.digits and piece.digits and piece.gap == HARD:
                first = before is parts[0] and len(before.word) == 1 and before.word != "0" and len(piece.word) >= RUN
                if first or (piece is parts[-1] and len(piece.word) == 1 and len(before.word) >= RUN):
                    return True
            if not (before.digits or piece.digits) and len(before.word + piece.word) > LETTERS_APART:
                return True
        return False

    def confused(self, place: int) -> bool:
        """Whether letters stand at `place` that are digits of the same word: O9876543210."""
        letters = self.pieces[place].word
        return not self.loose(place) and set(letters) <= CONFUSED

    def loose(self, place: int) -> bool:
        """Whether the letters at `place` touch no digits."""
        beside = ((place - 1, place), (place + 1, place + 1))
        return not any(
            0 <= other < len(self.pieces) and self.pieces[other].digits and self.pieces[gap].gap == GLUED
            for other, gap in beside
        )

    def torn(self, start: int, end: int) -> bool:
        """Whether a stretch begins or ends within a word."""
        return any(0 < place < len(self.pieces) and self.pieces[place].gap == GLUED for place in (start, end))

    def word_end(self, start: int) -> int:
        """Behind the last piece of the word that `start` is in."""
        end = start + 1
        while end < len(self.pieces) and self.pieces[end].gap != HARD:
            end += 1
        return end

    def set_off(self, place: int) -> bool:
        """Whether the word at `place` is set off from its neighbours by a sign, or is in small letters beside capitals."""
        here = self.text[self.pieces[place].start : self.pieces[place].end]
        for before, after in ((place - 1, place), (place, place + 1)):
            if before < 0 or after >= len(self.pieces) or self.pieces[before if after == place else after].digits:
                continue
            other = self.pieces[before if after == place else after]
            parted = self.text[self.pieces[before].end : self.pieces[after].start].strip()
            if not parted and not (here.islower() and not self.text[other.start : other.end].islower()):
                return False
        return True

    def small_at_end(self) -> bool:
        """Whether the last word is in small letters, and the one before it is not: `Juma Otieno asante`."""
        before, last = ("", *(self.text[piece.start : piece.end] for piece in self.pieces[-2:]))[-2:]
        return last.islower() and not before.islower()

"""Patterns of ID numbers, as config.yaml writes them: signs, classes and counts. Read forwards only, so that none can hang."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

SIGNS_MAX = 32
"""Signs of the longest number that a pattern may describe; python-stdnum's longest has 27."""

SIGNS_MIN = 4
"""Signs of the shortest one. What is shorter is the number of a booth too, or an age."""

WRITTEN_MAX = 200
"""Characters of a pattern as it is written: 32 places with a class and a count each would not be one any more."""

REPAIRED_MAX = 2
"""Signs of one number that are read as another. With more of them it is a word rather than a number."""

AS_DIGIT = {"O": "0", "I": "1", "L": "1", "S": "5", "B": "8"}
AS_LETTER = {"0": "O", "1": "I", "5": "S", "8": "B"}
"""Signs that feature phones and tired eyes confuse."""

SEPARATORS = re.compile(r"[\s/.\-]+")
"""What people type between the signs of a number; it is no part of it."""

_PLACE = re.compile(
    r"(?:(?P<sign>[A-Z0-9])|\[(?P<set>(?:[A-Z0-9](?:-[A-Z0-9])?)+)\])(?:\{(?P<least>[0-9]{1,2})(?:,(?P<most>[0-9]{1,2}))?\})?"
)
_MADE_OF = "a pattern is made of letters, digits, classes like [A-Z] and [0-9], and counts like {6} or {5,7}"


class BadPattern(ValueError):
    """A pattern that cannot be used. The message is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Place:
    """So many signs in a row, each one of `signs`."""

    signs: frozenset[str]
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class IdPattern:
    """A pattern that was read."""

    places: tuple[Place, ...]

    @property
    def longest(self) -> str:
        """A number as long as any."""
        return "".join(max(place.signs) * place.most for place in self.places)

    def value(self, typed: str) -> tuple[str, int] | None:
        """The number that was typed, in capitals and without separators, and how many of its signs were read as another
        (O for 0; only where every number has the same length, so that the place says what it can be). None if it is none."""
        compact = SEPARATORS.sub("", typed.upper())
        if not compact.isascii() or len(compact) > SIGNS_MAX:
            return None
        if self._fits(compact):
            return compact, 0
        return self._repaired(compact)

    def _fits(self, text: str) -> bool:
        """Every place moves on from wherever the ones before it may end: never back, whatever the pattern is."""
        ends = {0}
        for place in self.places:
            further = set[int]()
            for start in ends:
                run = 0
                while run < place.most and start + run < len(text) and text[start + run] in place.signs:
                    run += 1
                further.update(range(start + place.least, start + run + 1))
            ends = further
        return len(text) in ends

    def _repaired(self, text: str) -> tuple[str, int] | None:
        each = [place.signs for place in self.places for _ in range(place.most)]
        if len(each) != len(text) or any(place.least != place.most for place in self.places):
            return None
        mended = [
            next((one for one in (sign, AS_DIGIT.get(sign), AS_LETTER.get(sign)) if one in signs), None)
            for sign, signs in zip(text, each, strict=True)
        ]
        signs = [one for one in mended if one is not None]
        count = sum(one != sign for one, sign in zip(signs, text, strict=False))
        return ("".join(signs), count) if len(signs) == len(text) and count <= REPAIRED_MAX else None


@cache
def read_pattern(written: str) -> IdPattern:
    """The pattern that was written: `[A-Z]{2}[0-9]{6}`. Capitals and small letters are the same. Raises BadPattern."""
    if len(written) > WRITTEN_MAX:
        raise BadPattern(f"a pattern has at most {WRITTEN_MAX} characters, this one has {len(written)}")
    text, at, places = written.upper() if written.isascii() else written, 0, list[Place]()
    while at < len(text):
        found = _PLACE.match(text, at)
        if found is None:
            raise BadPattern(_unread(written, at))
        places.append(_place(found))
        at = found.end()
    most, least = sum(place.most for place in places), sum(place.least for place in places)
    if most > SIGNS_MAX:
        raise BadPattern(f"the longest number of this pattern has {most} signs; at most {SIGNS_MAX} are read")
    if least < SIGNS_MIN:
        raise BadPattern(
            f"the shortest number of this pattern has {least} signs; it needs {SIGNS_MIN} to be told from a booth"
        )
    if not any(place.least and all(sign.isdigit() for sign in place.signs) for place in places):
        raise BadPattern("no place of this pattern is always a digit: a name would be read as such a number")
    return IdPattern(tuple(places))


def _place(found: re.Match[str]) -> Place:
    least = int(found["least"] or 1)
    most = int(found["most"] or least)
    if most < least or most == 0:
        raise BadPattern(f"{found[0]}: the second number of a count is not below the first, and not 0")
    return Place(frozenset(found["sign"] or _class(found["set"])), least, most)


def _class(written: str) -> str:
    """The signs of a class: `A-HJ9` without its brackets."""
    signs = ""
    for first, last in re.findall(r"([A-Z0-9])(?:-([A-Z0-9]))?", written):
        last = last or first
        if last < first or first.isdigit() != last.isdigit():
            raise BadPattern(f"[{written}]: {first}-{last} is no range; write [A-Z0-9] for letters and digits")
        signs += "".join(chr(code) for code in range(ord(first), ord(last) + 1))
    return signs


def _unread(written: str, at: int) -> str:
    sign = written[at]
    if SEPARATORS.match(sign):
        return (
            f'leave "{sign}" out: spaces, hyphens, dots and slashes in what people type are dropped before it is read'
        )
    return f'"{written[at:]}" cannot be read: {_MADE_OF}'

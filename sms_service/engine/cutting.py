"""Texts that are too long, made to fit: cut between words, never within what a reader takes for one character.

The end of a message is what is asked of her, with its keys, or the link or code that it is about. So the end stays whole, and
what goes is what stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import accumulate

from sms_service.engine.clusters import clusters

MARK = "..."
"""Where something is left out. The one character `…` is not in GSM-7, and would more than double what the text costs."""

NEAR = 12
"""Characters. A space so near before the cut is where it is made: nearly all words are shorter, longer ones are cut."""

END_SHARE = 3 / 4
"""Of the room, for the end that stays whole. A question has at most three segments of the five that the narrowest gateway
takes; the quarter before it says who speaks."""

_PIECES = (re.compile(r"(?<=\n)"), re.compile(r"(?<=[.!?।؟]) +"), re.compile(r" +"))
"""Where an end may begin: at a line, a sentence, a word."""


def shortened(text: str, fits: Callable[[str], bool]) -> str:
    """`text` if it `fits`, else its beginning, MARK, and as much of its end as stays whole. Where there is no room
    for both, its beginning alone.

    `fits` says no of every text that is longer than one of which it says no.
    """
    if fits(text):
        return text
    room = _most(text, fits)
    end = _end(text, int(room * END_SHARE))
    rest = text[: len(text) - len(end)]
    gap = "\n" if rest.endswith("\n") else " " if end else ""
    kept = beginning(rest, lambda piece: fits(f"{piece}{MARK}{gap}{end}"))
    whole = f"{kept}{MARK}{gap}{end}"
    return whole if fits(whole) else beginning(text, fits)


def beginning(text: str, fits: Callable[[str], bool]) -> str:
    """The longest beginning of `text` that `fits`, without blanks behind it: to the end of a word where one is near, else of a
    character as readers see it."""
    most = _most(text, fits)
    if most == len(text):
        return text.rstrip()
    space = max(text.rfind(" ", 1, most + 1), text.rfind("\n", 1, most + 1))
    return text[: space if space > 0 and most - space <= NEAR else most].rstrip()


def _most(text: str, fits: Callable[[str], bool]) -> int:
    """How many characters of `text` fit, cut between two clusters."""
    ends = [0, *accumulate(map(len, clusters(text)))]
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[: ends[middle]]) else (low, middle - 1)
    return ends[low]


def _end(text: str, most: int) -> str:
    """The end of `text` that stays: whole lines, at most `most` characters; where the last line is longer, whole sentences,
    then whole words; "" where the last word is longer."""
    for pieces in _PIECES:
        starts = [found.end() for found in pieces.finditer(text) if 0 < len(text) - found.end() <= most]
        if starts:
            return text[starts[0] :]
    return ""

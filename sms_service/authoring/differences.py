"""Where what was said differs from what should be said, word by word; and what varies between two sayings of the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import NamedTuple

from sms_service.authoring.talk import ANYTHING

WORD = re.compile(r"\.\.\.|[^\W_]+(?:[\u0900-\u0dff\u064b-\u065f\u0670]|[^\W_])*|\s+|.", re.DOTALL)
"""`...`, a word (with the vowel signs of Indian scripts and of Arabic, which are no letters to Python), spaces, a sign."""

SAME, ABSORB, ONLY_EXPECTED, ONLY_SAID = "same", "absorb", "expected", "said"


class Piece(NamedTuple):
    """A part of a text, and whether it differs from the other one."""

    text: str
    differs: bool


def compare(expected: str, said: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts in pieces, those marked that differ. `...` in `expected` takes whatever stands in its place."""
    left, right = WORD.findall(expected), WORD.findall(said)
    table = _costs(left, right)
    marked_left: list[tuple[str, bool]] = []
    marked_right: list[tuple[str, bool]] = []
    row, column = 0, 0
    while row < len(left) or column < len(right):
        move = _move(table, left, right, row, column)
        if move in (SAME, ONLY_EXPECTED):
            marked_left.append((left[row], move == ONLY_EXPECTED))
            row += 1
        elif move == ABSORB and table[row + 1][column] == table[row][column]:
            marked_left.append((left[row], False))  # `...` has taken all it needs
            row += 1
            continue
        if move != ONLY_EXPECTED:
            marked_right.append((right[column], move == ONLY_SAID))
            column += 1
    return _joined(marked_left), _joined(marked_right)


def _costs(left: Sequence[str], right: Sequence[str]) -> list[list[int]]:
    """How many words from here to the ends must be left out or put in: the usual table, where `...` takes any for nothing."""
    table = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    table[len(left)] = list(range(len(right), -1, -1))
    for row in range(len(left) - 1, -1, -1):
        below, here, free = table[row + 1], table[row], left[row] == ANYTHING
        here[len(right)] = below[len(right)] + (not free)
        for column in range(len(right) - 1, -1, -1):
            if free:
                here[column] = min(below[column], here[column + 1])
            elif left[row] == right[column]:
                here[column] = below[column + 1]
            else:
                here[column] = 1 + min(below[column], here[column + 1])
    return table


def _move(table: list[list[int]], left: Sequence[str], right: Sequence[str], row: int, column: int) -> str:
    if row == len(left):
        return ONLY_SAID
    if left[row] == ANYTHING:
        return ABSORB
    if column == len(right):
        return ONLY_EXPECTED
    if left[row] == right[column]:
        return SAME
    return ONLY_EXPECTED if table[row + 1][column] <= table[row][column + 1] else ONLY_SAID


def _joined(marked: Sequence[tuple[str, bool]]) -> list[Piece]:
    """Neighbours of one kind as one piece; a single space between two that differ differs with them."""
    spaced = [
        (text, differs or (text.isspace() and 0 < n < len(marked) - 1 and marked[n - 1][1] and marked[n + 1][1]))
        for n, (text, differs) in enumerate(marked)
    ]
    return [
        Piece("".join(text for text, _ in group), differs) for differs, group in groupby(spaced, key=lambda one: one[1])
    ]


def varying(first: str, second: str) -> str:
    """The text that both are, with `...` for what is different in them: whole words, up to the signs around them.

    A word that is no word but chance (a reference, the token of an address) is replaced as a whole, also where two of them
    share letters: its ends are spaces, or signs that both have there.
    """
    left, right = re.findall(r"\s+|\S+", first), re.findall(r"\s+|\S+", second)
    parts: list[str] = []
    for operation, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        old, new = "".join(left[a:b]), "".join(right[c:d])
        parts.append(old if operation == "equal" else _between_signs(old, new))
    return re.sub(r"\.{3,}(?: +\.{3,})*", ANYTHING, "".join(parts))


def _between_signs(old: str, new: str) -> str:
    before = 0
    for n, (one, other) in enumerate(zip(old, new, strict=False), start=1):
        if one != other:
            break
        before = n if _is_sign(one) else before
    after = 0
    for n, (one, other) in enumerate(zip(reversed(old[before:]), reversed(new[before:]), strict=False), start=1):
        if one != other:
            break
        after = n if _is_sign(one) else after
    return old[:before] + ANYTHING + (old[len(old) - after :] if after else "")


def _is_sign(character: str) -> bool:
    return not character.isalnum() and character not in "-_"  # these two are letters of base64url

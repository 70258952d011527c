"""Slips of the finger in words that refuse, stop, ask for help or name a wrong number: `wrng number`,
        `stpo`, `hapaan`.

By rule, and for those words only: none of them is a yes, or may stand beside one,
        so what is mended can take a yes back and
never make one. The slips of a yes stand one by one in its list,
        where each was looked at: `sasa` is a slip of sawa and means
now.
"""

from __future__ import annotations

from collections.abc import Container, Iterator

MENDED = """stop, unsubscribe, cancel, remove, delete, message, messages, refuse, never, wrong, number,
        person, help,
    nahi, nahin, galat, nambar, madad, sahayata, hapana, sitaki, msaada, namba, nambari, umekosea, acheni,
        meseji,
    numero, mauvais, aide, arretez, arreter, jamais, supprimez, rasayel, ghalat"""
NO_SLIPS = """hell, helo, hello, strop, nayi, naji, nabi, nani, nagi, reuse, nahar, deleted, removed, newer, sever,
        mover"""
"""Words of their own that a slip would give."""

ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
VOWELS = "aeiou"
MISSING = 5
"""Letters a word needs for one of them to be missing or another vowel: stop without one is top,
        with another step."""


def slips(known: Container[str]) -> dict[str, str]:
    """Each slip and its word: two letters that changed places, the key beside the right one,
        a key beside it as well, a
    letter doubled, and in a long word one left out or another vowel (numbar). The first letter stands,
        but for a change of places. No word that is `known` is one."""
    kept = {word.strip() for word in NO_SLIPS.split(",")}
    table: dict[str, str] = {}
    for word in (word.strip() for word in MENDED.split(",")):
        for slip in _slips(word):
            if slip not in kept and slip not in known:
                table.setdefault(slip, word)
    return table


def _slips(word: str) -> Iterator[str]:
    for place, letter in enumerate(word):
        before, behind = word[:place], word[place + 1 :]
        if behind:
            yield before + behind[0] + letter + behind[1:]
        if place == 0:
            continue
        yield before + letter + letter + behind
        if letter in VOWELS and len(word) >= MISSING:
            yield from (before + vowel + behind for vowel in VOWELS if vowel != letter)
        for key in _BESIDE[letter]:
            yield before + key + behind
            yield before + key + letter + behind
            yield before + letter + key + behind
        if len(word) >= MISSING and (behind or len(word) > MISSING):
            yield before + behind


def _beside() -> dict[str, str]:
    keys = {key: (row, column) for row, letters in enumerate(ROWS) for column, key in enumerate(letters)}
    return {
        key: "".join(
            other
            for other, (r, c) in keys.items()
            if (r == row and abs(c - column) == 1) or (r == row + 1 and c in (column - 1, column)) or
            (r == row - 1 and c in (column, column + 1))
        )
        for key, (row, column) in keys.items()
    }  # fmt: skip


_BESIDE = _beside()

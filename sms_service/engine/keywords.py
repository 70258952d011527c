"""The keyword a text begins with, as cold fingers type it: glued to a number, between quotes, one letter off. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import TypeVar

from rapidfuzz.distance import OSA

from sms_service.engine.answers import fold

NEAR_MIN = 2
"""Letters of a word that may be a mistyped keyword (RG for REG); any single letter would be one edit from many."""

NEAR_TO = 3
"""Letters of a keyword that others may be near misses of: OK is one edit from NO."""

SEPARATORS = " \t\n,.;:#*-+=_/|()[]\"'"
"""What stands between a keyword and the rest without being part of either."""

Goal = TypeVar("Goal")


def first_word(text: str) -> tuple[str, str]:
    """The first word of a text, and what comes after it. Whatever is no letter ends it (REG98..., REG,98); quotes,
    emoji and the like before it are dropped. A + before a number belongs to it."""
    text = text[next((place for place, sign in enumerate(text) if sign.isalnum() or sign == "+"), len(text)) :]
    end = next((place for place, sign in enumerate(text) if not _in_a_word(sign)), len(text))
    rest = text[end:].lstrip(SEPARATORS)
    between = text[end : len(text) - len(rest)]
    return text[:end], f"+{rest}" if between.endswith("+") else rest


def _in_a_word(sign: str) -> bool:
    return sign.isalpha() or unicodedata.category(sign) in ("Mn", "Mc", "Me", "Cf")  # marks, and what is invisible


def near(word: str, keywords: Mapping[str, Goal]) -> Goal | None:
    """What the folded `keywords` lead to from a word that is one edit away: a letter wrong, missing, too many, or two
    swapped. None where keywords of two different goals are that near: REG and REF, LIST and LAST."""
    typed = fold(word)
    if len(typed) < NEAR_MIN:
        return None
    goals = [
        goal
        for keyword, goal in keywords.items()
        if len(keyword) >= NEAR_TO and OSA.distance(typed, keyword, score_cutoff=1) <= 1
    ]
    return goals[0] if goals and all(goal is goals[0] for goal in goals) else None

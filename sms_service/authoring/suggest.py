"""Which name was probably meant, where one is misspelt. For suggestions only."""

from __future__ import annotations

from collections.abc import Collection

from rapidfuzz import process
from rapidfuzz.distance import OSA

SUGGESTION_CUTOFF = 0.6
"""How alike (0 to 1) a name must be to be suggested: one slip in three letters, two in five. Below, the guess confuses."""

SHOWN = 20
"""Names that are listed where none is near: more than a drive has flows."""


def nearest(given: str, known: Collection[str]) -> str:
    """The one of the known names that was probably meant, or ""."""
    # a list, because rapidfuzz looks at the values of a mapping
    found = process.extractOne(given, list(known), scorer=OSA.normalized_similarity, score_cutoff=SUGGESTION_CUTOFF)
    return str(found[0]) if found else ""


def did_you_mean(given: str, known: Collection[str]) -> str:
    """`, did you mean "x"?` where one of the known names is near, else nothing."""
    meant = nearest(given, known)
    return f', did you mean "{meant}"?' if meant else ""


def instead(given: str, known: Collection[str]) -> str:
    """The same, or `; there are x, y` where none is near."""
    return did_you_mean(given, known) or (f"; there are {', '.join(sorted(known)[:SHOWN])}" if known else "")

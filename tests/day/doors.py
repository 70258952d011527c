"""What all scenes share: somebody to enter, and a text that leaves an entry open."""

from __future__ import annotations

from collections.abc import Callable

from tests.day.country import BOOTHS, Enroler
from tests.day.crowd import FIELDS, Someone
from tests.day.play import DRAFT, Day, Scene

PAUSE = 40.0
"""Seconds between two texts of one dialogue."""

Play = Callable[[Day, Enroler], Scene]


def someone(day: Day, her: Enroler, mobile: str = "") -> Someone:
    """A person of her block; not of its last booth, which may be full."""
    block = day.country.block_of(her.area)
    booths = [area.number for area in day.country.areas.values() if area.parent == block.code][: BOOTHS - 1]
    return day.crowd.someone(her.language, day.rng.choice(booths), mobile)


def drafts(day: Day, her: Enroler, text: str, asks: set[str], of: set[str] | None = None) -> None:
    """A text that leaves an entry open: it is asked for these fields, and perhaps for others `of` those that are missing."""
    day.figures.outcomes["drafted"] += 1
    day.drafts[her.phone] = asks
    day.text(her.phone, text, [(her.phone, DRAFT)], asks=asks, of=of)


def without(*names: str) -> tuple[str, ...]:
    return tuple(name for name in FIELDS if name not in names)

"""The drawing of a flow as data: boxes, arrows, what stands in them, how many people went where. Written out by dot.py,
mermaid.py and picture.py."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from sms_service.engine.clusters import prefix

Kind = Literal["start", "clock", "say", "question", "consent", "effect", "decide", "call", "end", "stop"]
"""`start` and `clock` (a session that nobody answers) are no states; `stop` is the end beside an effect or a question."""

Style = Literal["way", "astray", "time"]
"""What a person or an outcome does; an answer that was not understood; time that passes."""


# --- what was counted ---------------------------------------------------------------------------------------------


class Taken(NamedTuple):
    """How many people took a way, and how many times it was taken."""

    people: int
    times: int


@dataclass(frozen=True)
class Counts:
    """What the turn log says of one flow, see `store/funnel.py`.

    `ways` are keyed by (state, way, state after); the last is "" where the dialogue stayed or ended there. ("", "", state)
    is a session that began in `state`; ("", "expired", state) one that nobody answered, wherever it stood.
    `standing` are open sessions by state, `since` seconds since 1970 or None.
    """

    ways: Mapping[tuple[str, str, str], Taken] = field(default_factory=dict)
    standing: Mapping[str, int] = field(default_factory=dict)
    since: float | None = None


# --- the drawing --------------------------------------------------------------------------------------------------


class Label(NamedTuple):
    """What stands at an arrow: what the person does, and how many did (None: was not counted)."""

    words: str
    taken: Taken | None = None


@dataclass(frozen=True)
class Arrow:
    """From one box to another, by their ids. `aside`: a picture does better to name it in the box it leaves."""

    tail: str
    head: str
    style: Style
    labels: tuple[Label, ...]
    aside: bool = False

    @property
    def times(self) -> int:
        """How often it was taken in all."""
        return sum(label.taken.times for label in self.labels if label.taken)


@dataclass(frozen=True)
class Box:
    """A state, or something beside the states that has arrows. `id` is letters and digits, whatever the file holds.

    `does` says it in a word or two (`consent to membership`, the name of an effect); `rows` are what it asks and says, each
    with the field's name or ""; `notes` what else is to know; `standing` how many wait here (None: was not counted).
    """

    id: str
    kind: Kind
    name: str
    does: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    standing: int | None = None


@dataclass(frozen=True)
class Graph:
    """The whole drawing. `expires` is how long a session waits for an answer, "" where nothing is asked; `counted` tells
    whether the arrows have numbers, `since` (seconds since 1970) from when on."""

    flow: str
    about: str
    version: str
    language: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    expires: str
    counted: bool = False
    since: float | None = None

    @property
    def numbers(self) -> str:
        """What its numbers are, in a sentence; "" where it has none."""
        if not self.counted:
            return ""
        if self.since is None:
            return "Nobody went any way yet since ways are counted."
        since = time.strftime("%d %B %Y, %H:%M", time.gmtime(self.since))
        return f"People who went each way since {since} UTC, in any version of the flow; those who wait: now."

    def box(self, of: str) -> Box:
        """The box with this id."""
        return next(box for box in self.boxes if box.id == of)


def number(taken: Taken) -> str:
    """`1,204`, or `412 people, 18,204 times` where somebody went there more than once."""
    if taken.people == taken.times:
        return f"{taken.people:,}"
    return f"{taken.people:,} {'person' if taken.people == 1 else 'people'}, {taken.times:,} times"


def shortened(text: str, longest: int) -> str:
    """`text` cut after so many characters at most, between two words where there are any."""
    if len(text) <= longest:
        return text
    cut = prefix(text, longest, len)
    return (cut.rpartition(" ")[0] if " " in cut[longest // 2 :] else cut) + " …"

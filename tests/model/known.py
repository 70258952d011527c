"""What is right, in plain Python: who said what and when, who was asked, who wants no messages."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from tests.model.world import Accepted

YES, NO, UNCLEAR = ("1", "YES", "haan"), ("3", "no"), ("maybe", "what?")
ALSO_YES = (*YES, "JOIN")
"""To "Right and I join: 1", which is open, JOIN is an answer."""

OPENING = (
    "JOIN",
    "JOIN Sita Devi ABC7654321 Kanke 12",
    "FIX",
    "FIX BOOTH 13",
    "LEAVE",
    "CARD",
    "LANG",
    "LANG Hindi",
    "2",
)
"""What may open a dialogue, after which a yes may answer that one."""

QUESTION = re.compile(r"Right and I join: 1|सदस्य बनूं 1|सदस्य बनूंगा: 1|najiunga: 1")
"""Asks whether she joins."""

DAY = 86_400.0
ASKED_FOR = 6.9 * DAY
"""A question of flows/confirm.yaml is open for seven days."""

FORGETS_AFTER = 8 * DAY
"""Whatever dialogue somebody opened has ended by then."""


@dataclass(eq=False)
class Said:
    """One message of somebody: an SMS, or (`session`) a hop. `arrivals`: when it was posted, as `World.tick` counts; `answer`
    what the gateway first got for it; `acknowledged` that it got a 2xx; `shown` that the phone showed the screen; `turn`: the
    turn that it is (person, number)."""

    number: int
    phone: str
    by: str
    text: str
    id: str
    session: str = ""
    arrivals: list[int] = field(default_factory=list)
    acknowledged: bool = False
    answer: str | None = None
    shown: bool = False
    turn: tuple[int, int] | None = None
    came: float = -math.inf
    """When it was posted last, by our clock."""
    forgotten: bool = False
    """She was forgotten before it was known to be taken: it may be taken or not."""


@dataclass
class Somebody:
    """A phone. `stopped`: since when she wants no messages, as `World.tick` counts. `questions`: what she was handed last, if
    it was the question whether she joins, once or more often. `opened`: when she last sent what may open a dialogue."""

    phone: str
    stopped: int | None = None
    questions: list[Accepted] = field(default_factory=list)
    opened: float = -FORGETS_AFTER
    forgotten_at: float = -math.inf
    """When, by our clock."""

    def got(self, accepted: Accepted) -> None:
        """A gateway took a text for her."""
        if not QUESTION.search(accepted.message.text):
            self.questions.clear()
            return
        self.questions.append(accepted)

    def must_join_by(self, said: Said, now: float) -> bool:
        """Whether this yes of hers can mean nothing but yes to the question that she has."""
        return (
            said.text in YES and not said.session and bool(self.questions) and self.stopped is None
            and self.questions[-1].at < min(said.arrivals) and now - self.questions[0].clock < ASKED_FOR
            and now - self.opened > FORGETS_AFTER
        )  # fmt: skip

    def said(self, said: Said, at: int, now: float) -> None:
        """Something of hers was taken."""
        self.questions.clear()
        if said.session or said.text in OPENING:
            self.opened = now
        elif said.text == "STOP":
            self.stopped = at
        elif said.text == "START":
            self.stopped = None

    def is_forgotten(self, at: float) -> None:
        """She is nobody any more."""
        self.questions.clear()
        self.stopped, self.forgotten_at = None, at

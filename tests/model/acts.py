"""What can happen in an example, how often, and with what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.model.known import DAY, NO, OPENING, UNCLEAR, YES
from tests.model.seams import SEAMS
from tests.town import ENROLER

PHONES = [ENROLER, *(f"+91987654321{number}" for number in range(6))]

WHO = st.sampled_from([1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6])
"""Of the six who are entered some are busier than others, so that things meet."""

BY = st.sampled_from(["twilio", "twilio", "africastalking"])
ANY = st.integers(0, 199)
"""Which of the messages, texts or rows that there are, counted from the newest."""

STEP = 3.0
"""Seconds between two acts: more than by what clocks of ours may differ (store/outbox.py)."""

DIES = st.one_of(st.none(), st.none(), st.none(), st.integers(0, 45), st.integers(0, 45), st.sampled_from(SEAMS))
"""After so many statements, commits and words to Redis (most of the texts take about thirty), or at a seam."""

MOSTLY = st.sampled_from([True, True, False])
AWAY = st.sampled_from(["", "", "", "", "", "sql", "redis", "cut", "cut late"])
WORKS_WITHOUT = st.sampled_from(["", "", "", "redis", "cut", "cut late"])
SKIPS = st.integers(0, 3)
SAYS = st.sampled_from([*YES, *YES, *NO, *UNCLEAR, "STOP", "STOP", "START", "HELP", *OPENING])
OPENS = st.sampled_from(OPENING)
KEYS = st.sampled_from(["1", "1", "2", "3", "0", "STOP", "98765 43212", "Ram Kumar", "5*5", "#"])
HELD_UP = st.sampled_from(
    [("claimed", 0.0), ("claimed", 50.0), ("claimed", 61.0), ("in hand", 0.0), ("in hand", 9.0),
     ("the gateway has it", 0.0), ("the gateway has it", 61.0), ("the gateway has it", 300.0)]
)  # fmt: skip
"""Where a worker stands still, and for how many seconds. Once it has looked at the clock it has a lease that lasts for the
send: nobody could help who sleeps there for a minute."""

EXPIRY = st.sampled_from([6.5 * DAY, 7 * DAY - 60.0, 7 * DAY + 1.0, 7 * DAY + 3_600.0])
SKEWS = st.sampled_from([-3_600.0, -3_600.0, 0.0, 0.0, 120.0, 3_600.0])
WEATHER = st.sampled_from(
    [("500", True), ("500", False), ("reset", True), ("reset", False), ("truncated", None), ("429", None),
     ("early-report", None), ("refuse-21610", None), ("status-406", None), ("503", None), ("unread", None), ("html", None),
     ("list", None)]
)  # fmt: skip
"""How a gateway behaves, and whether it takes the text all the same. `list`: it cannot say what it took."""
REPORTS = {
    "twilio": ["sent", "delivered", "undelivered", "failed"],
    "africastalking": ["Success", "Buffered", "Failed", "Rejected"],
}
CLEAR = ("429", "early-report", "refuse-21610", "status-406")
FAILS = ("undelivered", "failed", "Failed", "Rejected")
FLOWS = ("confirm", "register", "join")
ACTS: dict[str, tuple[int, dict[str, st.SearchStrategy[Any]]]] = {}
"""What can happen, by its name: how often beside the others, and with what."""

BROKEN = "flow: confirm\nlanguages: [en]\nstates: {ask: {say: {en: x}, next: nowhere}}\n"


Act = TypeVar("Act", bound=Callable[..., None])


def act(weight: int, **given: st.SearchStrategy[Any]) -> Callable[[Act], Act]:
    """This can happen."""

    def noted(does: Act) -> Act:
        ACTS[does.__name__] = (weight, given)
        return does

    return noted


def happens() -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """One of them, by its weight."""
    names = [name for name, (weight, _) in ACTS.items() for _ in range(weight)]
    return st.sampled_from(names).flatmap(lambda name: st.tuples(st.just(name), st.fixed_dictionaries(ACTS[name][1])))

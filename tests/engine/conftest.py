"""A flow played by hand: one session, stepped from Turn to Turn, through JSON and back between any two steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from sms_service.authoring.load import Vocabulary, load_flow
from sms_service.engine.model import (
    Begin,
    Cause,
    Flow,
    Heard,
    Kind,
    Outcome,
    Reading,
    Session,
    Show,
    Tick,
    Turn,
    Variables,
)
from sms_service.engine.step import step

VOCABULARY = Vocabulary(
    effects={"save": ("saved", "known"), "note": ("done",)}, types=("name", "mobile"), constants={"org": "XYZ"}
)

HEAD = """
flow: lesson
about: a flow of the tests
starts: {keywords: [LESSON]}
languages: [en]
"""


def flow_of(states: str, head: str = HEAD) -> Flow:
    """The flow of these states (YAML), under a head that no test cares for."""
    indented = "\n".join(f"  {line}" for line in states.strip("\n").splitlines())
    return load_flow(f"{head}\nstates:\n{indented}\n", "lesson.yaml", VOCABULARY)


class Play:
    """One session under way. What happens returns the texts that are said; `turn` is the whole Turn, `session` what is
    left open (None: closed). `now` moves only when the test says so."""

    def __init__(self, flow: Flow, language: str, kind: Kind, variables: Variables) -> None:
        self.flow, self.now = flow, 1000.0
        self.session: Session | None = Session(
            id="s1", flow=flow.name, version=flow.version, state=flow.first, language=language, kind=kind,
            variables=variables,
        )  # fmt: skip
        self.turn = Turn(session=self.session)

    def begin(self, at: str = "", wrong: tuple[str, ...] = (), **values: Any) -> list[str]:
        """The session opens; `values` and `wrong` were read in what came along with the keyword."""
        return self._step(Begin(Reading(values, wrong), at))

    def hear(self, text: str, seen: bool = True, wrong: tuple[str, ...] = (), **values: Any) -> list[str]:
        """The person sends `text`, in which `values` and `wrong` were read."""
        return self._step(Heard(text, seen, Reading(values, wrong)))

    def effect_ends(self, outcome: str, **variables: Any) -> list[str]:
        """The effect that was asked for has ended so."""
        return self._step(Outcome(outcome, variables))

    def show(self) -> list[str]:
        """The open question is to be said again."""
        return self._step(Show())

    def tick(self, after: float) -> list[str]:
        """So many seconds pass."""
        self.now += after
        return self._step(Tick())

    def _step(self, cause: Cause) -> list[str]:
        assert self.session, "the session is closed"
        stored = msgspec.json.encode(self.session)
        session = msgspec.json.decode(stored, type=Session)
        self.turn = step(self.flow, session, cause, self.now)
        assert msgspec.json.encode(session) == stored, "a session that comes in is never changed"
        self.session = self.turn.session
        return self.turn.texts


@pytest.fixture
def play() -> Callable[..., Play]:
    """Loads a flow from the YAML of its states and opens a session of it."""

    def opened(states: str, head: str = HEAD, language: str = "en", kind: Kind = "sms", **variables: Any) -> Play:
        return Play(flow_of(states, head), language, kind, variables)

    return opened

"""A flow played by hand: one session, stepped from Turn to Turn, through JSON and back between any two steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from sms_service.authoring.load import load_flow
from sms_service.authoring.vocabulary import EffectShape, Happening, TypeShape, Vocabulary
from sms_service.engine.model import (
    MAX_STEPS,
    Begin,
    Called,
    Cause,
    Flow,
    Heard,
    Kind,
    Outcome,
    Reading,
    Returned,
    Session,
    Show,
    Tick,
    Turn,
    Variables,
)
from sms_service.engine.navigation import called
from sms_service.engine.step import step
from sms_service.engine.walk import FlowFault

Player = Callable[..., "Play"]


def _type(*parameters: str, by_key: bool = False, zero: bool = False, **problems: str) -> TypeShape:
    """A type whose problems have these words, in every language of the tests."""
    words = {problem: dict.fromkeys(("en", "hi", "sw", "bn", "ta", "ar"), text) for problem, text in problems.items()}
    return TypeShape(
        words,
        lambda _parameters, _language: "m",
        parameters,
        by_key=by_key,
        zero=lambda given: zero and given.get("min", 0) <= 0,
    )


VOCABULARY = Vocabulary(
    effects={
        "save": EffectShape({"saved": {"ref": "ref"}, "known": {}}, more=True),
        "note": EffectShape({"done": {}}, {"what": "text", "of": "text"}, ("what", "of")),
    },
    types={
        "name": _type("min", "max", not_a_name="Letters only.", too_long="At most {{ max|default(60) }} letters."),
        "mobile": _type(too_short="Digits are missing.", too_long="Too many digits."),
        "count": _type("min", zero=True, not_a_number="A number."),
        "number": _type("min", "max", not_a_number="A number.", too_small="At least {{ min|default(0) }}."),
        "choice": _type("options", by_key=True, not_an_option="Choose one."),
    },
    happenings={"registration.saved": Happening({"ref": "ref"})},
    constants={"org": "XYZ"},
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


def part(name: str, states: str, head: str = "") -> Flow:
    """A flow that others call."""
    return flow_of(states, f"flow: {name}\nabout: a part\nlanguages: [en]\n{head}")


@dataclass(frozen=True)
class Step:
    """One step of a turn: in which flow, from which session, by what, and what came of it."""

    flow: Flow
    before: Session
    cause: Cause
    turn: Turn


class Play:
    """One session under way. What happens returns the texts that are said; `turn` is the whole turn (of several steps,
    where flows call each other), `session` what is left open (None: closed). `now` moves only when the test says so."""

    def __init__(self, flow: Flow, language: str, kind: Kind, variables: Variables, parts: Iterable[Flow] = ()) -> None:
        self.flow, self.now = flow, 1000.0
        self.flows: Mapping[str, Flow] = {one.name: one for one in (flow, *parts)}
        self.session: Session | None = Session(
            id="s1", flow=flow.name, version=flow.version, state=flow.first, language=language, kind=kind,
            variables=variables,
        )  # fmt: skip
        self.turn = Turn(session=self.session)
        self.steps: list[Step] = []

    def begin(self, at: str = "", wrong: Mapping[str, str] | None = None, **values: Any) -> list[str]:
        """The session opens; `values` and `wrong` were read in what came along with the keyword."""
        return self.happens(Begin(Reading(values, dict(wrong or {})), at))

    def hear(self, text: str, seen: bool = True, wrong: Mapping[str, str] | None = None, **values: Any) -> list[str]:
        """The person sends `text`, in which `values` and `wrong` were read."""
        return self.happens(Heard(text, seen, Reading(values, dict(wrong or {}))))

    def effect_ends(self, outcome: str, **variables: Any) -> list[str]:
        """The effect that was asked for has ended so."""
        return self.happens(Outcome(outcome, variables))

    def show(self) -> list[str]:
        """The open question is to be said again."""
        return self.happens(Show())

    def tick(self, after: float) -> list[str]:
        """So many seconds pass."""
        self.now += after
        return self.happens(Tick())

    def happens(self, cause: Cause) -> list[str]:
        """Steps until the session waits, ends, or wants an effect; flows are called and come back on the way."""
        whole, self.steps = Turn(session=self.session), []
        while True:
            turn = self._step(cause)
            whole.session, whole.wants, whole.prompted = turn.session, turn.wants, turn.prompted
            whole.decision = whole.decision or turn.decision
            whole.texts += turn.texts
            whole.path += turn.path
            if len(whole.path) > 2 * MAX_STEPS:
                raise FlowFault("round and round")
            match turn.wants:
                case Called() as wanted:
                    self.session, cause = called(wanted, self.flows[wanted.flow]), Begin()
                case Returned() as returned:
                    self.session, cause = returned.session, returned.outcome
                case _:
                    self.turn, self.session = whole, turn.session
                    return whole.texts

    def _step(self, cause: Cause) -> Turn:
        assert self.session, "the session is closed"
        stored = msgspec.json.encode(self.session)
        session = msgspec.json.decode(stored, type=Session)
        turn = step(self.flows[session.flow], session, cause, self.now)
        assert msgspec.json.encode(session) == stored, "a session that comes in is never changed"
        self.steps.append(Step(self.flows[session.flow], session, cause, turn))
        return turn


@pytest.fixture
def play() -> Player:
    """Loads a flow from the YAML of its states and opens a session of it."""

    def opened(
        states: str, head: str = HEAD, language: str = "en", kind: Kind = "sms", parts: Iterable[Flow] = (),
        **variables: Any,
    ) -> Play:  # fmt: skip
        return Play(flow_of(states, head), language, kind, variables, parts)

    return opened

"""What an effect is: a registered function that does one thing for a flow, inside the turn's transaction.

It answers with one of the outcomes that effect_shapes.py announces; what it wants to begin for other people (the question
to the person just registered) it hands back, to be begun in the same transaction.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from sms_service.config import Fees, Rules
from sms_service.engine.listen import Ways
from sms_service.engine.model import Do, Field, Flow, Inbound, Session, Variables
from sms_service.engine.walk import fields_of
from sms_service.enrolment.effect_shapes import FIRST_NAME_MAX, SHAPES, STANDINGS
from sms_service.privacy import Keys
from sms_service.store.people import Person


@dataclass(frozen=True, slots=True)
class Act:
    """What an effect works with: the transaction, who is turning, in which session, by which message; `rules` are the
    thresholds of the settings, `region` the drive's country, `ways` those into the flows that serve, `flow` the one of
    the session."""

    conn: Connection
    keys: Keys
    now: float
    person: Person
    session: Session
    inbound: Inbound
    rules: Rules = field(default_factory=Rules)
    region: str = "IN"
    ways: Ways = field(default_factory=Ways)
    fees: Fees = field(default_factory=Fees)
    flow: Flow | None = None

    @property
    def line(self) -> Flow | None:
        """The flow that takes registrations (`words: line`)."""
        return self.ways.words.get("line")

    @property
    def line_fields(self) -> tuple[Field, ...]:
        """The fields that a registration is made of."""
        return fields_of(self.line.states[self.line.first]) if self.line else ()

    @property
    def asked(self) -> tuple[Field, ...]:
        """The fields that the flow asks for that takes registrations, then those of this dialogue; each once."""
        flows = [flow for flow in (self.line, self.flow) if flow]
        known: dict[str, Field] = {}
        for one in (one for flow in flows for state in flow.states.values() for one in fields_of(state)):
            known.setdefault(one.name, one)
        return tuple(known.values())


@dataclass(frozen=True, slots=True)
class Start:
    """A flow to begin for a person, because of something that happened (`on`), about one thing. Begun once for each.

    `about` is the number of a registration, or what it is and its number (`card 7`). `again` is what makes it happen once
    more: another word for each time.
    """

    on: str
    person: Person
    about: str
    variables: Variables
    again: str = ""


@dataclass(frozen=True, slots=True)
class Over:
    """What somebody was asked about one thing, and need not answer any more. `again` as of a Start."""

    person: Person
    about: str
    again: str


@dataclass(frozen=True, slots=True)
class Done:
    """How an effect ended, what the texts may now use, which flows begin, and which questions to other people are
    over (before the new ones begin). `closes_others`: so are all that this person has open.
    `language`: the one this person is spoken to in from now on."""

    outcome: str
    variables: Variables = field(default_factory=dict)
    starts: tuple[Start, ...] = ()
    closes_others: bool = False
    rings: tuple[str, ...] = ()
    language: str = ""
    ends: tuple[Over, ...] = ()


Effect = Callable[..., Done]
EFFECTS: dict[str, Effect] = {}


class UnknownOutcome(Exception):
    """An effect ended in a way it did not announce; flows could not have a way on for it."""


class UnknownEffect(Exception):
    """A function is not what effect_shapes.py says of it: a fault of ours, found when it is imported."""


def effect(function: Effect) -> Effect:
    """Registers a function under its name. Its parameters are what a flow gives it, `**more` whatever else the dialogue has
    collected; effect_shapes.py describes it to the checker. Raises UnknownEffect where the two differ."""
    shape = SHAPES.get(function.__name__)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    named = [one for one in parameters if one.kind is not one.VAR_KEYWORD]
    optional = tuple(one.name for one in named if one.default is not one.empty)
    takes = ([one.name for one in named], optional, len(named) < len(parameters))
    if shape is None or takes != (list(shape.parameters), shape.optional, shape.more):
        raise UnknownEffect(f"{function.__name__} takes {takes}; effect_shapes.py says {shape}")
    EFFECTS[function.__name__] = function
    return function


def perform(name: str, act: Act, arguments: Variables) -> Done:
    """Runs one effect. Raises UnknownOutcome."""
    shape = SHAPES[name]
    collected = _collected(act) if shape.more else {}
    done = EFFECTS[name](act, **{**collected, **arguments})
    if done.outcome not in shape.outcomes:
        raise UnknownOutcome(f"effect {name} ended as {done.outcome}")
    return done


def _collected(act: Act) -> Variables:
    """What the dialogue has collected: all that it knows, without what effects have brought (the name of an area)."""
    states = act.flow.states.values() if act.flow else ()
    brought = {
        name.partition(".")[0]
        for state in states
        if isinstance(state, Do)
        for gives in SHAPES[state.effect].outcomes.values()
        for name in gives
    } - {one.name for state in states for one in fields_of(state)}
    return {name: value for name, value in act.session.variables.items() if name not in brought}


def kind_of(name: str, outcome: str) -> str:
    """The more general outcome of this effect that flows may name instead; "" if it is general itself."""
    return SHAPES[name].kinds.get(outcome, "")


def standing(act: Act, status: str) -> Variables:
    """How a registration stands, as texts say it to its enroler."""
    words = STANDINGS[status]
    return {"status": status, "standing": words.get(act.session.language, words["en"])}


def first_name(name: str) -> str:
    """What a person is called in a message to somebody else."""
    return name.split()[0][:FIRST_NAME_MAX]


def first_name_of(fields: Mapping[str, Any]) -> str:
    """The same of whom these fields of a registration are about."""
    return first_name(str(fields["name"]))

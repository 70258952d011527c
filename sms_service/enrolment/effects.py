"""The effects: what a flow can have done. Each is registered with its outcomes, and a flow can call nothing else.

An effect runs inside the turn's transaction and answers with one of its outcomes; what it wants to begin for other
people (the question to the person just registered) it hands back, to be begun in the same transaction.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from sms_service.engine.model import Inbound, Session, Variables
from sms_service.enrolment import areas, cards, consent, enrolers, members, registrations
from sms_service.enrolment.effect_shapes import FIRST_NAME_MAX, MEMBERSHIP, SHAPES
from sms_service.privacy import Keys
from sms_service.store import people
from sms_service.store.people import Person


@dataclass(frozen=True, slots=True)
class Act:
    """What an effect works with: the transaction, who is turning, in which session, by which message."""

    conn: Connection
    keys: Keys
    now: float
    person: Person
    session: Session
    inbound: Inbound


@dataclass(frozen=True, slots=True)
class Start:
    """A flow to begin for a person, because of something that happened (`on`), about one thing. Begun once for each.

    `about` is the number of a registration, or what it is and its number (`card 7`).
    """

    on: str
    person: Person
    about: str
    variables: Variables


@dataclass(frozen=True, slots=True)
class Done:
    """How an effect ended, what the texts may now use, which flows begin, and whose sessions about it are over.
    `language`: the one this person is spoken to in from now on."""

    outcome: str
    variables: Variables = field(default_factory=dict)
    starts: tuple[Start, ...] = ()
    closes_others: bool = False
    rings: tuple[str, ...] = ()
    language: str = ""


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
    collected = act.session.variables if shape.more else {}
    done = EFFECTS[name](act, **{**collected, **arguments})
    if done.outcome not in shape.outcomes:
        raise UnknownOutcome(f"effect {name} ended as {done.outcome}")
    return done


def first_name(name: str) -> str:
    """What a person is called in a message to somebody else."""
    return name.split()[0][:FIRST_NAME_MAX]


@effect
def save_registration(act: Act, /, mobile: str, name: str, **more: Any) -> Done:
    """The enroler's entry is saved, and the person is asked. Nobody is asked twice at a time, nor a member again."""
    enroler = enrolers.by_person(act.conn, act.person)
    assert enroler, "only an enroler's session leads here: the way into its flow says so"
    person = people.find_or_add(act.conn, act.keys, mobile, act.session.language, act.person.channel, act.now)
    if person.id == act.person.id:
        return Done("own_phone")
    if person.stopped:
        return Done("stopped")
    if members.is_member(act.conn, person.id):
        return Done("member")
    if registrations.waiting_for(act.conn, person.id) is not None:
        return Done("waiting")
    entered = {"name": name, **{key: value for key, value in more.items() if not isinstance(value, dict)}}
    saved = registrations.save(
        act.conn, act.keys, person.key,
        person_id=person.id, enroler_id=act.person.id, fields=entered, now=act.now,
        area_id=areas.booth_near(act.conn, enroler.area_id, str(more.get("booth", ""))) or enroler.area_id,
    )  # fmt: skip
    asked = Start(
        "registration.saved",
        person,
        str(saved.id),
        {**entered, "ref": saved.ref, "enroler": {"first_name": first_name(enroler.name)}},
    )
    return Done("saved", {"ref": saved.ref, "first_name": first_name(name)}, (asked,))


@effect
def admit_member(act: Act) -> Done:
    """The person becomes a member, if her own yes to membership is in the ledger; her card is ordered."""
    entered = registrations.by_id(act.conn, act.person.key, int(act.session.about))
    consent_id = consent.given_for(act.conn, entered.id, act.person.id, MEMBERSHIP)
    if consent_id is None or not registrations.decide(act.conn, entered.id, "confirmed", act.now):
        return Done("not_waiting")
    member = members.admit(
        act.conn, person_id=act.person.id, registration_id=entered.id, consent_id=consent_id,
        area_id=entered.area_id, now=act.now,
    )  # fmt: skip
    cards.want(act.conn, member.number, act.now)
    return Done("admitted", {"member": {"number": member.number_text}}, rings=("cards",))


def _ended(act: Act, status: str) -> Done:
    registrations.decide(act.conn, int(act.session.about), status, act.now)
    return Done("done")


@effect
def refuse_registration(act: Act) -> Done:
    """The person said no: she is no member."""
    return _ended(act, "refused")


@effect
def expire_registration(act: Act) -> Done:
    """The person never answered: she is no member."""
    return _ended(act, "expired")


@effect
def hold_registration(act: Act) -> Done:
    """Her answers could not be read: the office looks at it."""
    return _ended(act, "held")


@effect
def reject_number(act: Act) -> Done:
    """The phone is not that person's: it hears no more of this registration."""
    return _ended(act, "wrong_number")


@effect
def return_registration(act: Act) -> Done:
    """The person says a detail is wrong: the enroler is told and may enter her again."""
    entered = registrations.by_id(act.conn, act.person.key, int(act.session.about))
    registrations.decide(act.conn, entered.id, "returned", act.now)
    enroler = people.by_id(act.conn, act.keys, entered.enroler_id)
    variables = {"ref": entered.ref, "first_name": first_name(str(entered.fields["name"]))}
    return Done(
        "done", starts=(Start("registration.returned", enroler, str(entered.id), variables),) if enroler else ()
    )


@effect
def opt_out(act: Act) -> Done:
    """No more messages to this person; whatever she was still asked counts as refused."""
    people.set_stopped(act.conn, act.person.id, act.now)
    waiting = registrations.waiting_for(act.conn, act.person.id)
    if waiting is not None:
        registrations.decide(act.conn, waiting, "refused", act.now)
    return Done("done", closes_others=True)


@effect
def opt_in(act: Act) -> Done:
    """Messages again. What was refused stays refused."""
    people.set_stopped(act.conn, act.person.id, None)
    return Done("done")


@effect
def set_language(act: Act, language: str) -> Done:
    """This person is spoken to in another language from now on, also in what she has open."""
    people.set_language(act.conn, act.person.id, language)
    return Done("done", language=language)

"""The effects that enter a person: an enroler's registration is saved, and the person is asked. Who may not is told so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, select, update

from sms_service.enrolment import enrolers, families, holds, registrations, rules
from sms_service.enrolment.effect_shapes import AREA_NAME_MAX
from sms_service.enrolment.effects.act import Act, Done, Start, effect, first_name
from sms_service.enrolment.enrolers import Enroler
from sms_service.enrolment.entries import keep, refused
from sms_service.enrolment.places import Place, name_of, place_of
from sms_service.enrolment.registrations import Registration
from sms_service.enrolment.rules import Entry, Found
from sms_service.enrolment.rules.registry import HOUR
from sms_service.privacy import Keys
from sms_service.store import people
from sms_service.store.people import Person
from sms_service.store.tables import person, registration

FORGOTTEN_ENROLER = {"en": "An enroler", "hi": "एक कार्यकर्ता", "sw": "Mwandikishaji"}
"""Who entered somebody, where it may not be said any more. As long as a first name may be."""

KNOWN_BY_OUTCOME = {families.TURN: "queued", "closed": "closed"}
"""Rules of which the enroler is told something of their own; of all others, that the office looks at it first."""


@effect
def save_registration(act: Act, /, mobile: str, name: str, sure: bool = False, **more: Any) -> Done:
    """The enroler's entry is saved, and the person is asked. Nobody is asked twice at a time, nor a member again; what a rule
    speaks up about is held. `sure`: she was asked about a booth that is not hers, and says that it is right."""
    enroler = enrolers.by_person(act.conn, act.person)
    if enroler is None or enroler.status != "activated":
        return Done("not_activated")  # held since this dialogue began
    fields = {"name": name, **{key: value for key, value in more.items() if not isinstance(value, dict)}}
    if rules.identity.under_age(
        fields, act.rules.age, act.now, act.inbound.text
    ):  # before her phone is noted: nothing of her is kept
        return Done("under_age")
    if people.is_blocked(act.conn, act.keys, mobile):  # she had herself forgotten: her number is not noted again
        return Done("stopped")
    somebody = people.find_or_add(act.conn, act.keys, mobile, act.session.language, act.person.channel, act.now)
    place = place_of(act.conn, enroler, fields, act.asked)
    entry = entry_of(act, enroler, somebody, fields, place)
    if refusal := refused(entry):
        return Done(refusal.why)
    if place.outside and act.rules.outside and not sure:
        return Done("outside", {"area_name": name_of(act.conn, place.reach)[:AREA_NAME_MAX]})
    found = rules.on_entry(entry)
    saved = keep(entry, found, raw=act.inbound.text, way=act.session.kind, flags=act.session.flagged)
    told = {"ref": saved.ref, "first_name": first_name(name)}
    if found:
        return Done(_told_as(found), told)
    return Done("saved", told, asked(act.conn, act.keys, saved))


def entry_of(
    act: Act,
    enroler: Enroler | None,
    person: Person,
    fields: Mapping[str, Any],
    place: Place,
    instead_of: int | None = None,
) -> Entry:
    """What was entered, as the rules look at it. `instead_of`: the registration that it mends, which is none beside it."""
    others = [one for one in families.on_phone(act.conn, person) if one.id != instead_of]
    return Entry(
        act.conn, act.keys, act.rules, act.now, enroler, person, fields, place.area_id, place.outside, others,
        registrations.id_index(act.keys, act.asked, fields),
    )  # fmt: skip


def _told_as(found: Sequence[Found]) -> str:
    return KNOWN_BY_OUTCOME.get(found[0].rule.name, "held") if len(found) == 1 else "held"


def asked(conn: Connection, keys: Keys, entered: Registration, again: str = "") -> tuple[Start, ...]:
    """The question to the person of a registration that waits for her answer; nothing if she was forgotten. Where her
    enroler was, it names none. `again`: what makes it be asked once more, another word for each time."""
    somebody = people.by_id(conn, keys, entered.person_id)
    by = people.by_id(conn, keys, entered.enroler_id) if entered.enroler_id else None
    enroler = enrolers.by_person(conn, by) if by else None
    if somebody is None:
        return ()
    forgotten = FORGOTTEN_ENROLER.get(somebody.language, FORGOTTEN_ENROLER["en"])
    named = first_name(enroler.name) if enroler else forgotten if entered.enroler_id else ""
    variables = {**entered.fields, "ref": entered.ref, "enroler": {"first_name": named}}
    return (Start("registration.saved", somebody, str(entered.id), variables, again),)


class Freed(NamedTuple):
    """What became of a held registration that was freed. `queued`: its phone is asked about somebody else first; `stopped`: it
    cannot be asked, and stays held."""

    outcome: Literal["freed", "queued", "stopped"]
    starts: tuple[Start, ...] = ()


def freed(conn: Connection, keys: Keys, registration_id: int, now: float, by: int | None = None) -> Freed:
    """A held registration is freed, with whatever rules spoke up. `by`: who texted it. Raises Conflict if it is held no
    more."""
    row = conn.execute(select(registration.c.person_id).where(registration.c.id == registration_id)).one()
    somebody = people.by_id(conn, keys, row.person_id)
    entered = registrations.by_id(conn, somebody.key, registration_id) if somebody else None
    starts = asked(conn, keys, entered, again=str(now)) if entered else ()
    if somebody is None or somebody.stopped or not starts:
        return Freed("stopped")
    if (other := registrations.waiting_for(conn, somebody.id)) is not None:
        # Who answers for the other one looks whose turn comes next: after this, and finds it, or before, and we begin anew.
        registrations.must_stay(conn, other, "waiting")
        registrations.must_stay(conn, registration_id, "held")
        before = registrations.by_id(conn, somebody.key, other)
        holds.decide(conn, registration_id, "freed", now, by)
        holds.put(conn, registration_id, families.TURN, f"its turn comes after {before.ref}", now)
        return Freed("queued")
    registrations.must_move(conn, registration_id, "held", "waiting", now)
    holds.decide(conn, registration_id, "freed", now, by)
    return Freed("freed", starts)


def next_on_phone(conn: Connection, keys: Keys, person_id: int, now: float) -> tuple[Start, ...]:
    """Whose turn it is on a phone that is asked about nobody any more."""
    waiting = families.next_in_turn(conn, person_id)
    return () if waiting is None else freed(conn, keys, waiting, now).starts


# --- who may not enter anybody ------------------------------------------------------------------------------------


@effect
def turn_away(act: Act) -> Done:
    """Somebody who may not enter anybody sent an enroler's keyword. A stranger is told so once a day; who dialled
    (`dialled`) looks at a screen, and has sent no keyword: she may want to join."""
    enroler = enrolers.by_person(act.conn, act.person)
    if enroler and enroler.status in ("held", "appointed"):
        return Done(enroler.status)
    if act.inbound.kind == "ussd":
        return Done("dialled")
    return Done("stranger" if is_told(act) else "silent")


def is_told(act: Act) -> bool:
    """Whether a stranger's text is answered: once in so many hours (setting `rules.told_hours`). Two machines that answer each
    other would go on for ever."""
    row = act.conn.execute(select(person.c.told_at).where(person.c.id == act.person.id)).one()
    if row.told_at is not None and act.now - row.told_at < act.rules.told_hours * HOUR:
        return False
    act.conn.execute(update(person).where(person.c.id == act.person.id).values(told_at=act.now))
    return True

"""The effects that enter a person: an enroler's registration is saved, and the person is asked. Who may not is told so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from sms_service.enrolment import areas, enrolers, families, holds, registrations, rules, tree
from sms_service.enrolment.effect_shapes import AREA_NAME_MAX
from sms_service.enrolment.effects.act import Act, Done, Start, effect, first_name
from sms_service.enrolment.enrolers import Enroler
from sms_service.enrolment.families import Relative
from sms_service.enrolment.registrations import Registration
from sms_service.enrolment.rules import Entry, Found
from sms_service.enrolment.rules.registry import HOUR
from sms_service.privacy import Keys
from sms_service.store import people
from sms_service.store.tables import area, person, registration

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
    if rules.identity.under_age(fields, act.rules.age, act.now):
        return Done("under_age")
    somebody = people.find_or_add(act.conn, act.keys, mobile, act.session.language, act.person.channel, act.now)
    relatives = families.on_phone(act.conn, somebody)
    place = place_of(act.conn, enroler, fields)
    asked_now = next((one.ref for one in relatives if one.status == "waiting"), "")
    entry = Entry(
        act.conn, act.keys, act.rules, act.now, enroler, somebody, mobile, fields, place.area_id, place.outside,
        len(relatives), asked_now,
    )  # fmt: skip
    if why := refused(entry, relatives):
        return Done(why)
    if place.outside and act.rules.outside and not sure:
        return Done("outside", {"area_name": place.within[:AREA_NAME_MAX]})
    return _saved(act, entry)


def refused(entry: Entry, relatives: Sequence[Relative]) -> str:
    """Why this is not saved at all, as an outcome; "" if it is."""
    if entry.person.id == entry.enroler.person.id:
        return "own_phone"
    if rules.identity.enrolers_phone(entry):
        return "enrolers_phone"
    if entry.person.stopped:
        return "stopped"
    same = families.same_one(entry.keys, relatives, str(entry.fields["name"]), entry.voter_id)
    return "" if same is None else "member" if same.status == "confirmed" else "waiting"


def _saved(act: Act, entry: Entry) -> Done:
    found = rules.on_entry(entry)
    saved = registrations.save(
        act.conn, act.keys, entry.person.key,
        person_id=entry.person.id, enroler_id=act.person.id, fields=dict(entry.fields), now=act.now,
        raw=act.inbound.text, way=act.session.kind, flags=act.session.flagged,
        area_id=entry.area_id, status="held" if found else "waiting",
    )  # fmt: skip
    for one in found:
        holds.put(act.conn, saved.id, one.rule.name, one.detail, act.now)
    told = {"ref": saved.ref, "first_name": first_name(str(entry.fields["name"]))}
    if found:
        return Done(_told_as(found), told)
    return Done("saved", told, asked(act.conn, act.keys, saved))


def _told_as(found: Sequence[Found]) -> str:
    return KNOWN_BY_OUTCOME.get(found[0].rule.name, "held") if len(found) == 1 else "held"


def asked(conn: Connection, keys: Keys, entered: Registration, again: str = "") -> tuple[Start, ...]:
    """The question to the person of a registration that waits for her answer; nothing if she was forgotten. `again`: what
    makes it be asked once more, another word for each time."""
    somebody, by = people.by_id(conn, keys, entered.person_id), people.by_id(conn, keys, entered.enroler_id)
    enroler = enrolers.by_person(conn, by) if by else None
    if somebody is None or enroler is None:
        return ()
    variables = {**entered.fields, "ref": entered.ref, "enroler": {"first_name": first_name(enroler.name)}}
    return (Start("registration.saved", somebody, str(entered.id), variables, again),)


def freed(conn: Connection, keys: Keys, registration_id: int, now: float, by: int | None = None) -> tuple[Start, ...]:
    """A held registration is freed, with whatever rules spoke up: its person is asked now, or in her turn where her phone
    is asked about somebody else. Where it is not held (a rule on replies spoke up) nobody is asked; where its phone wants no
    messages it stays held. `by`: who texted it."""
    row = conn.execute(select(registration).where(registration.c.id == registration_id)).one()
    somebody = people.by_id(conn, keys, row.person_id)
    if somebody is None or somebody.stopped:
        return ()
    holds.decide(conn, registration_id, "freed", now, by)
    if row.status != "held":
        return ()
    if (other := registrations.waiting_for(conn, somebody.id)) is not None:
        before = registrations.by_id(conn, somebody.key, other)
        holds.put(conn, registration_id, families.TURN, f"its turn comes after {before.ref}", now)
        return ()
    values = {"status": "waiting", "decided_at": None}
    conn.execute(update(registration).where(registration.c.id == registration_id).values(values))
    return asked(conn, keys, registrations.by_id(conn, somebody.key, registration_id), again=str(now))


def next_on_phone(conn: Connection, keys: Keys, person_id: int, now: float) -> tuple[Start, ...]:
    """Whose turn it is on a phone that is asked about nobody any more."""
    waiting = families.next_in_turn(conn, person_id)
    return () if waiting is None else freed(conn, keys, waiting, now)


# --- where ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """The area that an entry counts for. `outside`: the one that was meant is not among the enroler's, which lie in
    `within`."""

    area_id: int
    outside: bool
    within: str


def place_of(conn: Connection, enroler: Enroler, fields: dict[str, Any]) -> _Place:
    """By the code of an area in one of the fields, else by the number of the booth; else the enroler's own area.

    Who has one booth enters in the others of its block too: people are met where they are. Where no booth was imported
    around her, no number can be outside.
    """
    own = conn.execute(select(area.c.id, area.c.parent_id, area.c.level).where(area.c.id == enroler.area_id)).one()
    reach = own.parent_id if own.level == "booth" and own.parent_id is not None else own.id
    within = str(conn.execute(select(area.c.name).where(area.c.id == reach)).scalar_one())
    code = next((str(fields[name]) for name in ("area", "booth") if fields.get(name)), "")
    named = areas.id_of(conn, code) if code else None
    if named is not None:
        return _Place(named, not tree.holds(conn, reach, named), within)
    booth = str(fields.get("booth", ""))
    found = areas.booth_near(conn, enroler.area_id, booth) if booth else None
    has_booths = select(area.c.id).where(area.c.parent_id == reach, area.c.level == "booth").limit(1)
    outside = bool(booth) and found is None and conn.execute(has_booths).first() is not None
    return _Place(found or own.id, outside, within)


# --- who may not enter anybody ------------------------------------------------------------------------------------


@effect
def turn_away(act: Act) -> Done:
    """Somebody who may not enter anybody sent an enroler's keyword. A stranger is told so once a day, and on the screen of a
    USSD session always: there she would look at nothing."""
    enroler = enrolers.by_person(act.conn, act.person)
    if enroler and enroler.status in ("held", "appointed"):
        return Done(enroler.status)
    row = act.conn.execute(select(person.c.told_at).where(person.c.id == act.person.id)).one()
    told_lately = row.told_at is not None and act.now - row.told_at < act.rules.told_hours * HOUR
    if told_lately and act.inbound.kind == "sms":
        return Done("silent")
    if not told_lately:
        act.conn.execute(update(person).where(person.c.id == act.person.id).values(told_at=act.now))
    return Done("stranger")

"""Rules on who is entered: whose phone it is, whose ID, how old, and from where."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import exists, select

from sms_service.engine.answers import fold
from sms_service.enrolment import refusals, tree
from sms_service.enrolment.registrations import OPEN
from sms_service.enrolment.rules.registry import DAY, Entry, rule
from sms_service.store.tables import enroler, member, registration

AGES = ("age",)
AGE_TOLD = re.compile(r"\b(?:age|aged|umar|umr|umri|miaka|aayu|उम्र|आयु) ?(?:is |hai )?(?P<age>\d{1,3})\b")
"""An age in a text that is folded (`answers.fold`)."""

BIRTHDAYS = ("date_of_birth", "born", "birthday", "dob")
"""Names of fields that tell an age in years, or a day of birth: what `under_age` looks at."""


@rule("before", "refused")
def enrolers_phone(entry: Entry) -> str:
    """The mobile is an enroler's (whatever her status but retired): nobody confirms what she entered herself."""
    query = select(enroler.c.status).where(enroler.c.person_id == entry.person.id, enroler.c.status != "retired")
    return "the phone of an enroler" if entry.conn.execute(query).first() else ""


@rule("before", "refused", "age")
def under_age(fields: Mapping[str, Any], least: int, now: float, raw: str = "") -> str:
    """An age, or a day of birth, below the least age: what was entered is not stored. Today is as it is in UTC. `raw` is the
    text of the entry: whoever writes an age nobody asked for (`age 16`) has told it all the same."""
    ages = [age for name in AGES if isinstance(age := fields.get(name), int)]
    ages += [int(told["age"]) for told in AGE_TOLD.finditer(fold(raw))]
    ages += [_years(day, now) for name in BIRTHDAYS if (day := _day(fields.get(name)))]
    return f"below {least} years" if least and ages and min(ages) < least else ""


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None  # a field of this name that holds no day tells no age


def _years(born: date, now: float) -> int:
    today = datetime.fromtimestamp(now, UTC).date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


@rule("entry", "held", "phone_shared")
def phone_full(entry: Entry) -> str:
    """More people on one phone than a family has."""
    most = entry.rules.phone_shared
    there = len(entry.relatives)
    return f"{there + 1} on one phone, {most} may be" if most and there >= most else ""


@rule("entry", "held")
def same_phone(entry: Entry) -> str:
    """Somebody else on this phone is being asked: this one waits her turn, and the service frees her by itself."""
    return f"its turn comes after {entry.asked_now}" if entry.asked_now else ""


@rule("entry", "held")
def wrong_number(entry: Entry) -> str:
    """The phone has said that it was a wrong number, and was promised no more messages: nobody whom others enter is asked on
    it. Whoever enters herself (JOIN) is there."""
    if entry.enroler is None or not refusals.is_wrong_number(entry.conn, entry.person):
        return ""
    return "this phone was a wrong number before"


@rule("entry", "held", "refused_days")
def refused_before(entry: Entry) -> str:
    """She said no on this phone, and an enroler enters her again: a no that is asked until it is a yes would be none. It is
    she by her name or by her ID: one of them is soon changed."""
    most = entry.rules.refused_days
    if entry.enroler is None or not most:
        return ""
    at = refusals.since(entry.conn, entry.keys, entry.person, str(entry.fields.get("name", "")), entry.id_index)
    if at is None or entry.now - at >= most * DAY:
        return ""
    return f"said no {int((entry.now - at) // DAY)} days ago; before {most:g} have passed only the office has her asked again"


@rule("entry", "held", "id_shared")
def same_id(entry: Entry) -> str:
    """The ID that another registration has, which nobody refused, and whose person has not left. Held, not refused:
    duplicates were issued."""
    if not (entry.id_index and entry.rules.id_shared):
        return ""
    left = exists().where(member.c.registration_id == registration.c.id, member.c.status != "valid")
    others = entry.conn.execute(
        select(registration.c.ref)
        .where(registration.c.voter_id_index == entry.id_index, registration.c.status.in_(OPEN), ~left)
        .order_by(registration.c.id)
        .limit(entry.rules.id_shared)
    )
    refs = list(others.scalars())
    return f"the ID of {', '.join(refs)}" if len(refs) >= entry.rules.id_shared else ""


@rule("entry", "held", "outside")
def outside(entry: Entry) -> str:
    """A booth that is not among the enroler's, and she says that it is right."""
    return "the booth is not in the enroler's area" if entry.rules.outside and entry.outside else ""


@rule("entry", "held")
def closed(entry: Entry) -> str:
    """The drive is not on in that area: it is not lost, and the office frees it when it is."""
    return "" if tree.is_open(entry.conn, entry.area_id, entry.now) else "the drive is not on there"

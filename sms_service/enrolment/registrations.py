"""A registration: what an enroler entered about a person, from the line of text it came in to the row that waits for her."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import phonenumbers
from sqlalchemy import Connection, Row, insert, select, update
from stdnum.exceptions import ValidationError
from stdnum.in_ import epic

from sms_service.engine.model import Field, Reading
from sms_service.enrolment.answer_types import TYPES, Setting, Wrong, plain
from sms_service.enrolment.answer_types.identity import mobile_number
from sms_service.enrolment.numbers import new_ref
from sms_service.privacy import Keys, PersonKey
from sms_service.store.tables import registration

SEPARATORS = re.compile(r"[,;]")
"""What people put between the parts of a line besides spaces."""


# --- reading what was typed ---------------------------------------------------------------------------------------


def read_mobile(text: str, regions: Sequence[str]) -> str | None:
    """A mobile number in any of its spellings, as E.164; without +code, one of the first of `regions` where it is one."""
    found = mobile_number(text, regions)
    return None if isinstance(found, Wrong) else found


def regions_for(phone: str, region: str) -> tuple[str, ...]:
    """Where a number without +code is from: the country of the enroler's own phone (E.164), then the drive's `region`."""
    own = phonenumbers.region_code_for_number(phonenumbers.parse(phone))
    return tuple(dict.fromkeys(code for code in (own, region) if code))


def voter_id_is_odd(voter_id: str) -> bool:
    """Whether the check digit of a well-formed voter ID is wrong (python-stdnum's rule): for the office to look at."""
    try:
        epic.validate(voter_id)
    except ValidationError:
        return True
    return False


def read(text: str, fields: Sequence[Field], asked: str, setting: Setting) -> Reading:
    """What stands in `text` for `fields`: an answer to the field `asked`, or a line with all of them in their order."""
    words = SEPARATORS.sub(" ", plain(text)).split()
    problem = ""
    for field in fields:
        if field.name == asked:
            for typed in (text, " ".join(words)):  # as it is: commas belong to 1,200 and to sentences; then as a line
                value = TYPES[field.type].read(typed, field, setting)
                if not isinstance(value, Wrong):
                    return Reading({asked: value})
                problem = value.problem
    line = _read_line(words, fields, setting)
    if asked and len(line.values) < 2:  # one field of a line by chance is no line: the answer was to the question
        return Reading(wrong={asked: problem})
    return line


def _read_line(words: list[str], fields: Sequence[Field], setting: Setting) -> Reading:
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    rest = words
    for field in fields:
        known = TYPES[field.type]
        if setting.media and not isinstance(attached := known.read("", field, setting), Wrong):
            values[field.name] = attached  # a photo that came along takes no word
            continue
        if not rest:
            continue
        words = rest
        for taken in range(min(known.words, len(words)), 0, -1):
            value = known.read(" ".join(words[:taken]), field, setting)
            if not isinstance(value, Wrong):
                values[field.name], rest = value, words[taken:]
                break
            wrong[field.name] = value.problem  # the last one is of the first word alone
        if field.name in values:
            wrong.pop(field.name, None)
        elif any(sign.isdigit() for sign in words[0]):  # else the field was left out, and the word is of a later one
            rest = words[1:]
    if rest and fields:  # words nobody took: the line was not understood to its end, so its last field is asked again
        last = fields[-1]
        values.pop(last.name, None)
        wrong.setdefault(last.name, _problem_of(words, last, setting))
    return Reading(values, wrong)


def _problem_of(words: Sequence[str], field: Field, setting: Setting) -> str:
    """What is wrong with all these words as one field; where they are too many for it, its first problem."""
    value = TYPES[field.type].read(" ".join(words), field, setting)
    return value.problem if isinstance(value, Wrong) else next(iter(TYPES[field.type].shape.problems))


# --- the row ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration. `fields` is what was entered (name, voter_id, booth ...)."""

    id: int
    ref: str
    person_id: int
    enroler_id: int
    area_id: int
    status: str
    fields: dict[str, Any]


def save(
    conn: Connection, keys: Keys, key: PersonKey, *, person_id: int, enroler_id: int, area_id: int,
    fields: dict[str, Any], now: float,
) -> Registration:  # fmt: skip
    """Writes a registration that waits for its person. At most one waits for each: check `waiting_for` first."""
    ref = new_ref()
    while conn.execute(select(registration.c.id).where(registration.c.ref == ref)).first():
        ref = new_ref()
    voter_id = fields.get("voter_id")
    added = conn.execute(
        insert(registration).values(
            ref=ref,
            person_id=person_id,
            enroler_id=enroler_id,
            area_id=area_id,
            fields_sealed=key.encrypt("registration.fields", json.dumps(fields, ensure_ascii=False)),
            voter_id_index=keys.index("voter_id", voter_id) if voter_id else None,
            status="waiting",
            created_at=now,
        )
    )
    [new_id] = added.inserted_primary_key or (0,)
    return Registration(new_id, ref, person_id, enroler_id, area_id, "waiting", fields)


def waiting_for(conn: Connection, person_id: int) -> int | None:
    """The id of the registration that waits for this person's answer."""
    query = select(registration.c.id).where(registration.c.person_id == person_id, registration.c.status == "waiting")
    return conn.execute(query).scalar_one_or_none()


def by_id(conn: Connection, key: PersonKey, registration_id: int) -> Registration:
    """The registration, opened with its person's key."""
    row: Row[Any] = conn.execute(select(registration).where(registration.c.id == registration_id)).one()
    fields = json.loads(key.decrypt("registration.fields", row.fields_sealed))
    return Registration(row.id, row.ref, row.person_id, row.enroler_id, row.area_id, row.status, fields)


def decide(conn: Connection, registration_id: int, status: str, now: float) -> bool:
    """Moves a waiting registration to its end; False if it does not wait any more."""
    moved = conn.execute(
        update(registration)
        .where(registration.c.id == registration_id, registration.c.status == "waiting")
        .values(status=status, decided_at=now)
    )
    return moved.rowcount == 1

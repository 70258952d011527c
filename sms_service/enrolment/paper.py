"""A district's paper list: each line becomes a registration of way `paper`, and its person is asked like any other.

A line is one transaction: it is registered with its receipt and its question, or left out with the reason. The same line
again (same phone, same cells) changes nothing, whatever became of its registration: who said no is not asked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TextIO

from sqlalchemy import Connection, select

from sms_service.config import Fees, Rules
from sms_service.engine.model import Collect, Field, Flow
from sms_service.enrolment import areas, enrolers, families, fees, registrations, rules, tree
from sms_service.enrolment.answer_types import TYPES, Noted, Setting, Wrong
from sms_service.enrolment.answer_types.money import book_and_number
from sms_service.enrolment.effects import Start
from sms_service.enrolment.effects.entering import asked
from sms_service.enrolment.enrolers import Enroler
from sms_service.enrolment.entries import keep, refused
from sms_service.enrolment.imports import BadLine, rows
from sms_service.enrolment.places import reach
from sms_service.enrolment.reading.answer import read_mobile
from sms_service.enrolment.rules import Entry
from sms_service.privacy import Keys
from sms_service.store import people
from sms_service.store.people import Person
from sms_service.store.tables import area, registration

COLUMNS = ("phone", "name", "area", "book", "receipt", "amount")

WAY = "paper"

NOT_OF_PAPER = ("too_many",)
"""Rules that say nothing about a list: a month's work of many hands comes in one minute."""

WHY = {
    "own_phone": "this is the enroler's own phone",
    "enrolers_phone": "this is the phone of an enroler",
    "under_age": "below {age} years: nothing is stored",
    "stopped": "this phone wants no messages from us; only its owner can change it (START)",
    "member": "a duplicate: this person is a member already ({ref})",
    "waiting": "a duplicate: this person is entered already and waits ({ref})",
}
"""What the office reads of a refusal."""

BOOK_MAX = 32
"""Characters of the name of a book, and of a receipt's number: what their columns hold."""


class Refused(Exception):
    """This line cannot be registered, and nothing of it was written. The message says why, without anybody's data."""


@dataclass(frozen=True, slots=True)
class ListSetting:
    """What a paper list is read with. `fields` are those that a registration has besides the phone and the name."""

    keys: Keys
    rules: Rules
    fees: Fees
    region: str
    fields: tuple[Field, ...]
    enroler: str
    now: float


def fields_of(flow: Flow | None) -> tuple[Field, ...]:
    """What the flow of registrations collects, without the mobile: the list has a column `phone`."""
    first = flow.states[flow.first] if flow else None
    return tuple(one for one in first.fields if one.type != "mobile") if isinstance(first, Collect) else ()


def lines(file: TextIO, given: ListSetting, bad: list[BadLine]) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of a list, by number. Raises NotReadable if a column is missing: those of COLUMNS, `enroler` where nobody
    is given for all, and the fields that must be there (the booth may follow from the area)."""
    needed = [one.name for one in given.fields if not one.optional and one.name not in ("name", "booth")]
    return rows(file, [*COLUMNS, *needed, *([] if given.enroler else ["enroler"])], bad)


def enter(conn: Connection, given: ListSetting, row: Mapping[str, str]) -> Start | None:
    """Registers one line, inside a transaction of its own; what begins by it, None if it was registered before or waits for
    the office. Raises Refused: roll back."""
    enroler = _enroler(conn, given, given.enroler or row["enroler"])
    phone = read_mobile(row["phone"], (given.region,))
    if phone is None:
        raise Refused("the phone is not a mobile number (write it with +code of its country)")
    raw = ",".join(row.values())
    known = people.by_phone(conn, given.keys, phone)
    if known and _was_entered(conn, known, raw):
        return None
    place, place_name = _area(conn, row["area"])
    fields, flags = _fields(conn, given, row, place_name)
    leaf = _leaf(given, row)
    language, channel = enroler.person.language, enroler.person.channel
    index = given.keys.index("phone", phone)
    added = known or people.find_or_add_all(conn, given.keys, {index: (phone, language)}, channel, given.now).get(index)
    if added is None:
        raise Refused(enrolers.FORGOTTEN)
    somebody: Person = added
    outside = not tree.holds(conn, reach(conn, enroler.area_id), place)
    entry = Entry(
        conn, given.keys, given.rules, given.now, enroler, somebody, fields, place, outside,
        families.on_phone(conn, somebody), registrations.id_index(given.keys, given.fields, fields),
    )  # fmt: skip
    if refusal := refused(entry):
        raise Refused(WHY[refusal.why].format(ref=refusal.ref, age=given.rules.age))
    found = [one for one in rules.on_entry(entry) if one.rule.name not in NOT_OF_PAPER]
    saved = keep(entry, found, raw=raw, way=WAY, flags=flags)
    if leaf:
        book, number, amount = leaf
        tied = fees.save(
            conn, registration_id=saved.id, enroler_id=enroler.person.id, book=book, number=number, amount=amount,
            currency=given.fees.currency, now=given.now,
        )  # fmt: skip
        if not tied:
            raise Refused(f"receipt {number} of book {book or '(none)'} is used for another registration")
    return None if found else next(iter(asked(conn, given.keys, saved)), None)


def _enroler(conn: Connection, given: ListSetting, typed: str) -> Enroler:
    phone = read_mobile(typed, (given.region,))
    somebody = people.by_phone(conn, given.keys, phone) if phone else None
    enroler = enrolers.by_person(conn, somebody) if somebody else None
    if enroler is None or enroler.status != "activated":
        raise Refused("the enroler's phone is not that of an activated enroler")
    return enroler


def _was_entered(conn: Connection, somebody: Person, raw: str) -> bool:
    """Whether this very line made a registration."""
    query = select(registration.c.raw_sealed).where(
        registration.c.person_id == somebody.id, registration.c.way == WAY, registration.c.raw_sealed.is_not(None)
    )
    sealed = conn.execute(query).scalars()
    return any(somebody.key.decrypt("registration.raw", one) == raw for one in sealed)


def _area(conn: Connection, code: str) -> tuple[int, str]:
    """The id of the area, and its name if it is a booth."""
    row = conn.execute(select(area.c.id, area.c.level, area.c.name).where(area.c.code == code)).one_or_none()
    if row is None:
        raise Refused(f"there is no area {code[:64]}" if code else "the area is empty")
    return row.id, row.name if row.level == "booth" else ""


def _fields(
    conn: Connection, given: ListSetting, row: Mapping[str, str], booth_name: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """The fields of one line, read as an enroler's answers are, and what is to be looked at in them."""
    setting = Setting(
        (given.region,), "", given.now, area_called=lambda named, level="": areas.called(conn, named, level)
    )
    values: dict[str, Any] = {}
    flags: dict[str, str] = {}
    known = {one.name for one in given.fields}
    for field in (*given.fields, *(() if "name" in known else (Field("name", "name"),))):
        cell = row.get(field.name, "")
        if field.name == "booth" and not cell and booth_name:
            cell = booth_name.split()[-1]
        if not cell and field.optional:
            continue
        value = TYPES[field.type].read(cell, field, setting) if cell else Wrong("empty")
        if isinstance(value, Wrong):
            raise Refused(f"{field.name}: {value.problem.replace('_', ' ')}")
        if isinstance(value, Noted):
            flags |= {field.name: value.flag} if value.flag else {}
            value = value.value
        values[field.name] = value
    return values, flags


def _leaf(given: ListSetting, row: Mapping[str, str]) -> tuple[str, str, int] | None:
    """The book, the number and the amount in minor units of the fee; None if the line tells none of the three."""
    if not (row["book"] or row["receipt"] or row["amount"]):
        return None
    setting, field = Setting((given.region,), "", given.now), Field("receipt", "receipt")
    whole = TYPES["receipt"].read(f"{row['book']} {row['receipt']}", field, setting)
    if not isinstance(whole, str):  # a book that is named by a number, say: as it is written
        book, number = row["book"].upper(), row["receipt"].upper()
        number = number.lstrip("0") if number.isdecimal() else number
    else:
        book, number = book_and_number(whole)
    paid = TYPES["amount"].read(row["amount"], field, setting)
    if not number or max(len(book), len(number)) > BOOK_MAX or isinstance(paid, Wrong):
        raise Refused("book, receipt and amount do not tell a fee; fill in all three, or none")
    currency = given.fees.currency
    units, wanted = fees.minor(paid, currency), fees.minor(str(given.fees.amount), currency)
    if units is None or (wanted and units != wanted):
        raise Refused(
            f"the amount is not the fee, {fees.written(wanted or 0, currency)}" if wanted else "the amount is not one"
        )
    return book, number, units

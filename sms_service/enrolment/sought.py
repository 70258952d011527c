"""What a person is found by in what others have said of her, in any spelling: her number, IDs, references, names."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
import phonenumbers
from sqlalchemy import Connection, Row, select

from sms_service.engine.answers import fold
from sms_service.enrolment import registrations
from sms_service.privacy import Unreadable
from sms_service.store.people import Person
from sms_service.store.tables import consent, enroler, moved_registration, registration

DRAFT_SECONDS = 2 * 86_400.0
"""How long before a registration its entry may have begun: a draft lives a day; twice that."""

MOST_DIGITS, LEAST_DIGITS = 9, 7
"""Last digits of her number that are looked for, without the code of its country: the national numbers of most countries
have 8 to 10 digits, and what has fewer than 7 would be found in texts about anybody: then the code belongs to it."""

LEAST_SIGNS = 4
"""Signs of a value (an ID, a name) that is looked for by itself; shorter ones stand in texts about anybody."""

FEW = 4
"""Values of one length that are looked for one by one; more are looked up, place by place."""

log = logging.getLogger(__name__)


class Sought(msgspec.Struct, frozen=True):
    """One person: `digits` of her number, `own` name, IDs and references, and `told`, whatever else was told of her while she
    was being entered (times in `spans`); all folded. `since` when that began, `others` (ids) may have it in their texts,
    and of each those up to the turn in `looked` were looked through."""

    digits: str
    own: tuple[str, ...]
    told: tuple[str, ...]
    spans: tuple[tuple[float, float], ...]
    since: float
    others: tuple[int, ...]
    looked: dict[int, int] = {}


def of(conn: Connection, whom: Person) -> Sought:
    """Opens what is stored of her, while her key is there. Writes nothing. What cannot be opened does not keep her here: she
    is found by the rest."""
    own: list[str] = []
    told: list[str] = []
    spans: list[tuple[float, float]] = []
    others: set[int | None] = set()
    for row in conn.execute(select(registration).where(registration.c.person_id == whom.id)):
        spans.append((row.created_at - DRAFT_SECONDS, row.created_at))
        others.add(row.enroler_id)
        own.append(row.ref)
        for name, value in _entered(whom, row).items():
            is_hers = name == "name" or any(sign.isdigit() for sign in str(value))
            (own if is_hers and isinstance(value, str) else told).append(str(value))
    begun = [begin for begin, _ in spans]
    for row in conn.execute(select(enroler).where(enroler.c.person_id == whom.id)):
        own += _name(whom, row)
        others.add(row.appointed_by)
        begun.append(row.created_at - DRAFT_SECONDS)
    # Also enrolers whose work another phone went on with: their own names for it stand in the ledger.
    for chain in conn.execute(select(consent.c.entered_by).where(consent.c.person_id == whom.id)).scalars():
        others.add(json.loads(chain).get("enroler") if chain else None)
    # A number that was typed wrongly got the question with her name, before FIX; and under it, her enroler typed that number.
    mine = moved_registration.c.registration_id == registration.c.id
    asked = select(moved_registration.c.person_id).join(registration, mine).where(registration.c.person_id == whom.id)
    others.update(conn.execute(asked).scalars())
    left = select(registration.c.enroler_id, registration.c.created_at).join(moved_registration, mine)
    for row in conn.execute(left.where(moved_registration.c.person_id == whom.id)):
        others.add(row.enroler_id)
        begun.append(row.created_at - DRAFT_SECONDS)
    return Sought(
        digits=national_digits(whom.phone),
        own=_folded(own),
        told=_folded(told),
        spans=tuple(spans),
        since=min(begun, default=0.0),
        others=tuple(sorted(one for one in others if one not in (None, whom.id))),
    )


def _entered(whom: Person, row: Row[Any]) -> dict[str, Any]:
    try:
        return registrations.opened(whom.key, row.fields_sealed)
    except Unreadable:
        log.error("what was entered in registration %d cannot be opened: it is not looked for", row.id)
        return {}


def _name(whom: Person, row: Row[Any]) -> list[str]:
    if not row.name_sealed:
        return []
    try:
        return [whom.key.decrypt("enroler.name", row.name_sealed)]
    except Unreadable:
        log.error("the name of enroler %d cannot be opened: it is not looked for", row.person_id)
        return []


def national_digits(phone: str) -> str:
    """The digits by which a number (E.164) is found, however its country's code is written, or not."""
    try:
        national = phonenumbers.national_significant_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:  # nobody stays because her number is none
        national = ""
    return national[-MOST_DIGITS:] if len(national) >= LEAST_DIGITS else re.sub(r"\D", "", phone)


def _folded(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({folded for value in values if len(folded := fold(value)) >= LEAST_SIGNS}))


class Finder:
    """Several people, looked for in a text at once: what it costs hardly depends on how many they are."""

    def __init__(self, sought: Mapping[int, Sought]) -> None:
        self._spans = {person_id: one.spans for person_id, one in sought.items()}
        self._digits, self._glued, self._own, self._told = _Values(), _Values(), _Values(), _Values()
        for person_id, one in sought.items():
            self._digits.add(one.digits, person_id)
            for value in one.own:
                self._own.add(f" {value} ", person_id)
                if any(sign.isdigit() for sign in value):
                    self._glued.add(value.replace(" ", ""), person_id)
            for value in one.told:
                self._told.add(f" {value} ", person_id)

    def speaks_of_any(self, text: str, at: float) -> bool:
        """Whether a text of that time (seconds since 1970) speaks of one of them."""
        if not text:
            return False
        folded = fold(text)
        spaced = f" {folded} "
        certain = (
            (self._digits, re.sub(r"\D", "", folded)), (self._glued, folded.replace(" ", "")), (self._own, spaced)
        )  # fmt: skip
        if any(True for values, where in certain for _ in values.among(where)):
            return True
        return any(
            begin <= at <= end
            for people in self._told.among(spaced)
            for person_id in people
            for begin, end in self._spans[person_id]
        )


class _Values:
    """Strings, each with the people whose it is, looked for in another string."""

    def __init__(self) -> None:
        self._by_length: dict[int, dict[str, set[int]]] = {}

    def add(self, value: str, person_id: int) -> None:
        self._by_length.setdefault(len(value), {}).setdefault(value, set()).add(person_id)

    def among(self, text: str) -> Iterator[set[int]]:
        """Whose stand in it."""
        for length, values in self._by_length.items():
            if len(values) <= FEW:
                yield from (people for value, people in values.items() if value in text)
            else:
                places = (text[place : place + length] for place in range(len(text) - length + 1))
                yield from (values[found] for found in places if found in values)

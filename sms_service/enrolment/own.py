"""An enroler's own registrations: found by their references, mended, deleted, counted. Nobody finds another's here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone
from sqlalchemy import ColumnElement, Connection, Row, case, func, insert, select, true, update

from sms_service.engine.clusters import prefix, units
from sms_service.engine.model import Field
from sms_service.enrolment import holds, registrations
from sms_service.enrolment.answer_types.identity import IDS
from sms_service.enrolment.effect_shapes import RECORD_MAX
from sms_service.privacy import Keys, mask_id
from sms_service.store import people
from sms_service.store.people import Person
from sms_service.store.tables import consent, moved_registration, registration

MASKED = frozenset({"mobile", *IDS})
"""Answer types of which an SMS shows no more than the last three signs."""


@dataclass(frozen=True, slots=True)
class Own:
    """One of her registrations, with the person it is about. `fields` is what was entered, besides the phone; `enroler_id`
    None: she entered herself."""

    id: int
    ref: str
    person: Person
    area_id: int
    status: str
    created_at: float
    fields: dict[str, Any]
    flags: dict[str, str]
    enroler_id: int | None

    def flags_after(self, replaced: Collection[str], fresh: Mapping[str, str]) -> dict[str, str]:
        """What is odd about its values once some are replaced: what was odd about those is odd no more, `fresh` is."""
        kept = {name: why for name, why in self.flags.items() if name not in replaced}
        return {**kept, **{name: why for name, why in fresh.items() if name in replaced}}

    @property
    def values(self) -> dict[str, Any]:
        """All that was entered, with the phone."""
        return {**self.fields, "mobile": self.person.phone}


def by_ref(conn: Connection, keys: Keys, enroler: Person, ref: str) -> Own | None:
    """Her registration of this reference; None for somebody else's, for one that is deleted, and for none at all."""
    row = conn.execute(_hers(enroler).where(registration.c.ref == ref)).one_or_none()
    return _opened(conn, keys, row) if row else None


def by_id(conn: Connection, keys: Keys, registration_id: int) -> Own | None:
    """A registration, for the person herself; None if she was forgotten."""
    row = conn.execute(select(registration).where(registration.c.id == registration_id)).one_or_none()
    return _opened(conn, keys, row) if row else None


def stored(conn: Connection, keys: Keys, person: Person) -> list[Own]:
    """All registrations of this phone of which anything is left, however each ended: those that are open first, then the
    newest. Without those of people whom the phone said it does not know: their data are not for it."""
    query = select(registration).where(
        registration.c.person_id == person.id,
        registration.c.erased_at.is_(None),
        registration.c.status != "wrong_number",
    )
    ended = case((registration.c.status.in_(registrations.OPEN), 0), else_=1)
    rows = conn.execute(query.order_by(ended, registration.c.id.desc()))
    return [own for row in rows if (own := _opened(conn, keys, row))]


def latest(conn: Connection, keys: Keys, enroler: Person, limit: int) -> list[Own]:
    """Her last registrations, the newest first."""
    rows = conn.execute(
        _hers(enroler).order_by(registration.c.created_at.desc(), registration.c.id.desc()).limit(limit)
    )
    return [own for row in rows if (own := _opened(conn, keys, row))]


def counts(conn: Connection, enroler: Person, since: float | None = None) -> Counter[str]:
    """How many of hers (entered since then) have come to which status."""
    young: ColumnElement[bool] = registration.c.created_at >= since if since is not None else true()
    query = select(registration.c.status, func.count()).where(registration.c.enroler_id == enroler.id, young)
    found: Counter[str] = Counter()
    for status, count in conn.execute(query.group_by(registration.c.status)):
        found[status] = count
    return found


def is_answered(conn: Connection, registration_id: int) -> bool:
    """Whether anybody has decided anything on it."""
    return conn.execute(select(consent.c.id).where(consent.c.registration_id == registration_id)).first() is not None


def mend(
    conn: Connection, entered: Own, person: Person, fields: Mapping[str, Any], flags: Mapping[str, str],
    area_id: int, id_index: bytes | None,
) -> None:  # fmt: skip
    """Writes other data into it. `person` is whom it is about from now on: her key seals all of it. Whose number it leaves is
    noted: she was asked about it, and has its data in her texts."""
    raw = conn.execute(select(registration.c.raw_sealed).where(registration.c.id == entered.id)).scalar_one()
    values = {
        **registrations.entered_columns(person.key, fields, flags, id_index),
        "person_id": person.id,
        "area_id": area_id,
        "raw_sealed": raw
        and person.key.encrypt("registration.raw", entered.person.key.decrypt("registration.raw", raw)),
    }
    conn.execute(update(registration).where(registration.c.id == entered.id).values(values))
    if person.id != entered.person.id:
        conn.execute(insert(moved_registration).values(registration_id=entered.id, person_id=entered.person.id))
        holds.drop_texts(conn, entered.id)


def record(values: Mapping[str, Any], fields: Sequence[Field], room: int = RECORD_MAX) -> str:
    """What was entered, as it is repeated to the enroler: the name, then the others as the flow asks for them, numbers
    masked; `room` letters of it. Without `fields`, by the names alone."""
    types = {asked.name: asked.type for asked in fields} or {name: name for name in values}
    named = [str(values["name"])] if values.get("name") else []
    others = [(types[name], values[name]) for name in types if name != "name" and values.get(name) not in (None, "")]
    shown = [
        mask_id(str(value)) if kind in MASKED else str(value) for kind, value in others if not _hidden(kind, value)
    ]
    return prefix(", ".join([*named, *shown]), room, units)


def _hidden(kind: str, value: object) -> bool:
    return kind in ("photo", "link") or isinstance(value, bool | dict | list)


def midnight(phone: str, now: float) -> float:
    """When today began where this phone (E.164) is at home; a country of several time zones has that of its first."""
    [zone, *_] = timezone.time_zones_for_number(phonenumbers.parse(phone))
    there = ZoneInfo("UTC" if zone == timezone.UNKNOWN_TIMEZONE else zone)
    today = datetime.fromtimestamp(now, there).date()
    return datetime.combine(today, time(), there).timestamp()


def _hers(enroler: Person) -> Any:
    return select(registration).where(registration.c.enroler_id == enroler.id, registration.c.status != "deleted")


def _opened(conn: Connection, keys: Keys, row: Row[Any]) -> Own | None:
    person = people.by_id(conn, keys, row.person_id)
    if person is None:
        return None
    fields = registrations.opened(person.key, row.fields_sealed)
    flags = dict(flag.partition(":")[::2] for flag in row.flags.split())
    return Own(row.id, row.ref, person, row.area_id, row.status, row.created_at, fields, flags, row.enroler_id)

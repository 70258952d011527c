"""What an enroler entered, on its way into the tables: refused, or kept; and then it is held where a rule spoke up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sms_service.enrolment import families, holds, refusals, registrations, rules
from sms_service.enrolment.own import Own
from sms_service.enrolment.registrations import Registration
from sms_service.enrolment.rules import Entry, Found


class Refusal(NamedTuple):
    """Why somebody is not registered at all: an outcome of save_registration. `ref`: the registration that she has."""

    why: str
    ref: str = ""


def refused(entry: Entry) -> Refusal | None:
    """Why this is not to be kept; None if it is."""
    if entry.person.id == entry.enroler_id:
        return Refusal("own_phone")
    if entry.enroler and rules.identity.enrolers_phone(entry):
        return Refusal("enrolers_phone")
    if rules.identity.under_age(entry.fields, entry.rules.age, entry.now):
        return Refusal("under_age")
    if entry.person.stopped:
        return Refusal("stopped")
    same = families.same_one(entry.relatives, str(entry.fields["name"]), entry.id_index)
    if same is None:
        return None
    return Refusal("member" if same.status == "confirmed" else "waiting", same.ref)


def keep(entry: Entry, found: Sequence[Found], *, raw: str, way: str, flags: Mapping[str, str]) -> Registration:
    """Writes it: held with what the rules found, or waiting for its person. `raw`, `way`, `flags` as of a registration."""
    saved = registrations.save(
        entry.conn, entry.person.key,
        person_id=entry.person.id, enroler_id=entry.enroler_id, area_id=entry.area_id,
        fields=dict(entry.fields), now=entry.now, raw=raw, way=way, flags=flags, status="held" if found else "waiting",
        id_index=entry.id_index,
    )  # fmt: skip
    hold(entry, saved.id, found)
    return saved


def hold(entry: Entry, registration_id: int, found: Sequence[Found]) -> None:
    """Notes for the office what the rules found in it."""
    for one in found:
        if one.rule.name == families.TURN:  # else nobody would look for it once the one before has answered
            for before in entry.relatives:
                if before.status == "waiting":
                    registrations.must_stay(entry.conn, before.id, "waiting")
        holds.put(entry.conn, registration_id, one.rule.name, one.detail, entry.now)


def odd_when_mended(entry: Entry, entered: Own) -> list[Found]:
    """What the rules say of a mended one as if it were not there yet, so that none compares it with itself; noted for the
    office. It is not one more of a day. It is left as a deleted one. Raises Conflict if somebody has moved it meanwhile."""
    registrations.must_move(entry.conn, entered.id, entered.status, "deleted", entry.now)
    known = holds.open_rules(entry.conn, entered.id)
    if entry.person.id == entered.person.id:  # the office had her asked all the same, and she does not refuse this
        known += holds.freed_rules(entry.conn, entered.id, (refusals.REFUSED_BEFORE, refusals.WRONG_NUMBER))
    found = [one for one in rules.on_entry(entry) if one.rule.name not in ("too_many", *known)]
    hold(entry, entered.id, found)
    return found

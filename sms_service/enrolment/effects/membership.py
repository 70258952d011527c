"""Which membership of a phone is meant, and what is stored about her: find_membership, show_own_data (ME)."""

from __future__ import annotations

import re
from typing import Any

from sms_service.engine.answers import fold
from sms_service.engine.keywords import first_word
from sms_service.enrolment import areas, consent, members, numbers, own, registrations
from sms_service.enrolment.effect_shapes import (
    AREA_NAME_MAX,
    CONSENTS_MAX,
    LEFT,
    MEMBERSHIP,
    OWN_LISTED,
    OWN_RECORD_MAX,
    PURPOSES,
)
from sms_service.enrolment.effects.act import Act, Done, effect, standing
from sms_service.enrolment.members import Member
from sms_service.enrolment.own import Own

NUMBER = re.compile(r"\b\d{7,12}\b")
"""What may be a membership number as it stands on a card; an ID or a phone number may look like one."""


def after_keyword(act: Act) -> str:
    """What came with the keyword; "" where this text is the answer to a question."""
    first, rest = first_word(act.inbound.text)
    return rest if act.inbound.kind == "sms" and fold(first) in act.ways.keywords else ""


def own_membership(act: Act, number: object) -> Member | None:
    """Her own valid membership of this number, as it stands on the card; None for somebody else's, and for none."""
    try:
        wanted = numbers.read_number(str(number))
    except numbers.Mistyped:
        return None
    return next((one for one in members.of_person(act.conn, act.person.id) if one.number == wanted), None)


def without_number(line: str, found: Member) -> str:
    """What is left of `line` without the number of this membership; other digits are what she says of herself."""
    return NUMBER.sub(lambda typed: " " if _is(typed[0], found) else typed[0], line).strip()


def _is(typed: str, found: Member) -> bool:
    return typed.lstrip("0") == found.number_text.lstrip("0")


def _named(said: str, hers: list[Member]) -> str:
    """The number among what came with the keyword: all of it, or one of her own. `FIX ABC 1234999` names no member."""
    if NUMBER.fullmatch(said.strip()):
        return said.strip()
    return next((typed for typed in NUMBER.findall(said) if any(_is(typed, one) for one in hers)), "")


# --- which membership ---------------------------------------------------------------------------------------------


@effect
def find_membership(act: Act, number: int | None = None) -> Done:
    """Which membership of this phone is meant: the only one, or the one of the number that she named."""
    hers = members.of_person(act.conn, act.person.id)
    if not hers:
        return Done("none")
    named = str(number) if number is not None else _named(after_keyword(act), hers)
    if not named and len(hers) > 1:
        return Done("several")
    found = own_membership(act, named) if named else hers[0]
    if found is None:
        return Done("unknown")
    entered = registrations.by_id(act.conn, act.person.key, found.registration_id)
    return Done("found", {"whose": str(entered.fields.get("name", "")), "member": {"number": found.number_text}})


@effect
def show_own_data(act: Act, number: str = "") -> Done:
    """What is stored about her: of the member whose `number` she named, else of all registrations of her phone of which
    anything is left, however they ended, one by one where there are several; and what else she has consented to. Her
    name and area in clear, phone and ID masked: others may see her screen."""
    named = _named(after_keyword(act), members.of_person(act.conn, act.person.id))
    found = own_membership(act, number) if number and named else None
    entered = own.by_id(act.conn, act.keys, found.registration_id) if found else None
    hers = [entered] if entered else own.stored(act.conn, act.keys, act.person)
    told: dict[str, Any] = {"consents": _consents(act)}
    if not hers:
        return Done("nothing", told)
    if len(hers) > 1:
        shown = [_line(act, one) for one in hers[:OWN_LISTED]]
        return Done("several", {**told, "entries": shown, "more": len(hers) - len(shown)})
    told |= {"record": _record(act, hers[0]), "area_name": _area(act, hers[0].area_id)}
    if member := _membership(act, hers[0]):
        return Done("member", {**told, "member": {"number": member.number_text}})
    return Done("entered", {**told, **_stands(act, hers[0])})


def _membership(act: Act, entered: Own) -> Member | None:
    of_phone = members.of_person(act.conn, act.person.id)
    return next((one for one in of_phone if one.registration_id == entered.id), None)


def _stands(act: Act, entered: Own) -> dict[str, str]:
    """A former member's registration stays `confirmed`: of a valid one, nobody asks here."""
    return {"standing": standing(act, LEFT if entered.status == "confirmed" else entered.status)["standing"]}


def _line(act: Act, entered: Own) -> dict[str, str]:
    """One of several: without the phone, which is that of all."""
    member = _membership(act, entered)
    shown = own.record(entered.fields, act.line_fields, OWN_RECORD_MAX)
    return {"record": shown, **({"standing": member.number_text} if member else _stands(act, entered))}


def _consents(act: Act) -> str:
    """What she has said yes to besides a membership, in words of her language; "" for nothing."""
    known = [one for one in consent.given(act.conn, act.person.id) if one != MEMBERSHIP]
    words = [PURPOSES.get(one, {"en": one}) for one in known]
    return ", ".join(one.get(act.session.language, one["en"]) for one in words)[:CONSENTS_MAX]


def _record(act: Act, entered: Own) -> str:
    return own.record(entered.values, act.line_fields)


def _area(act: Act, area_id: int) -> str:
    return areas.described(act.conn, area_id)[:AREA_NAME_MAX]

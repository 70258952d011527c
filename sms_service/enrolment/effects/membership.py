"""The effects by which a person looks after her own membership: see it, mend it, get the card, leave, be forgotten."""

from __future__ import annotations

import re
from typing import Any

from sms_service.engine.answers import fold
from sms_service.engine.keywords import first_word
from sms_service.engine.walk import FlowFault
from sms_service.enrolment import (
    areas,
    cards,
    consent,
    erasure,
    families,
    holds,
    members,
    numbers,
    own,
    places,
    registrations,
    rules,
)  # fmt: skip
from sms_service.enrolment.effect_shapes import AREA_NAME_MAX, MEMBERSHIP
from sms_service.enrolment.effects.act import Act, Done, effect, standing
from sms_service.enrolment.effects.entering import asked, entry_of
from sms_service.enrolment.effects.mending import problem
from sms_service.enrolment.entries import keep, refused
from sms_service.enrolment.members import Member
from sms_service.enrolment.own import Own
from sms_service.enrolment.reading import answer
from sms_service.enrolment.reading.setting import setting_of

NUMBER = re.compile(r"\b\d{7,12}\b")
"""A membership number as it stands on a card."""


def _rest(act: Act) -> str:
    """What came with the keyword; "" where this text is the answer to a question."""
    first, rest = first_word(act.inbound.text)
    return rest if act.inbound.kind == "sms" and fold(first) in act.ways.keywords else ""


def _named(act: Act, number: object) -> Member | None:
    """Her own valid membership of this number, as it stands on the card; None for somebody else's, and for none."""
    try:
        wanted = numbers.read_number(str(number))
    except numbers.Mistyped:
        return None
    return next((one for one in members.of_person(act.conn, act.person.id) if one.number == wanted), None)


# --- which membership ---------------------------------------------------------------------------------------------


@effect
def find_membership(act: Act, number: int | None = None) -> Done:
    """Which membership of this phone is meant: the only one, or the one of the number that she named."""
    hers = members.of_person(act.conn, act.person.id)
    if not hers:
        return Done("none")
    typed = NUMBER.search(_rest(act))
    named = str(number) if number is not None else typed[0] if typed else ""
    if not named and len(hers) > 1:
        return Done("several")
    found = _named(act, named) if named else hers[0]
    if found is None:
        return Done("unknown")
    entered = registrations.by_id(act.conn, act.person.key, found.registration_id)
    return Done("found", {"whose": str(entered.fields.get("name", "")), "member": {"number": found.number_text}})


# --- ME -----------------------------------------------------------------------------------------------------------


@effect
def show_own_data(act: Act, number: str = "") -> Done:
    """What is stored about her: of a member (`number`), else of the registration of her phone that is open, else that there
    is none. Her name and area in clear, phone and ID masked: others may see her screen."""
    found = _named(act, number) if number else None
    relatives = families.on_phone(act.conn, act.person)
    registration_id = found.registration_id if found else relatives[0].id if relatives else None
    entered = own.by_id(act.conn, act.keys, registration_id) if registration_id else None
    if entered is None:
        return Done("nothing")
    told: dict[str, Any] = {"record": _record(act, entered), "area_name": _area(act, entered.area_id)}
    if found:
        return Done("member", {**told, "member": {"number": found.number_text}})
    return Done("entered", {**told, "standing": standing(act, entered.status)["standing"]})


def _record(act: Act, entered: Own) -> str:
    return own.record(entered.values, act.line_fields)


def _area(act: Act, area_id: int) -> str:
    return areas.described(act.conn, area_id)[:AREA_NAME_MAX]


# --- CARD ---------------------------------------------------------------------------------------------------------


@effect
def reissue_card(act: Act, number: str) -> Done:
    """A card with a new link; the old link ends: whoever asks again has lost it, or fears that others have it. A card that the
    office revoked is not made anew."""
    found = _named(act, number)
    old = cards.by_member(act.conn, act.keys, found.number) if found else None
    if old is None or old.status == "revoked":
        return Done("revoked")
    cards.reissue(act.conn, old, "she asked for the link", act.now)  # if it is drawn just now, its link is on its way
    return Done("coming", rings=("cards",))


# --- FIX ----------------------------------------------------------------------------------------------------------


@effect
def correct_membership(act: Act, number: str) -> Done:
    """Mends her own data as a member: what this dialogue asked her anew, else what came with the keyword (`FIX BOOTH 13`). It
    counts at once, her card is drawn anew, and what a rule finds odd about the
    new ID or booth the office reads: the others ask how she was entered, which is over."""
    found = _named(act, number)
    entered = own.by_id(act.conn, act.keys, found.registration_id) if found else None
    if found is None or entered is None:
        return Done("unknown")
    fields = [one for one in act.line_fields if one.type != "mobile"]
    values = {one.name: act.session.variables[one.name] for one in fields if one.name in act.session.variables}
    flagged = dict(act.session.flagged)
    if not values:
        line = NUMBER.sub(" ", _rest(act)).strip()
        if not line:
            return Done("which")
        reading = answer.read(line, fields, "", setting_of(act.conn, act.person, act.region, act.now))
        if reading.wrong or not reading.values:
            return Done("wrong", {"problem": problem(act, reading)})
        values, flagged = dict(reading.values), dict(reading.flagged)
    return _corrected(act, found, entered, {**entered.fields, **values}, flagged)


def _corrected(act: Act, found: Member, entered: Own, fields: dict[str, Any], flagged: dict[str, str]) -> Done:
    changed = [name for name, value in fields.items() if value != entered.fields.get(name)]
    place = places.own_place(act.conn, fields, entered.area_id)
    entry = entry_of(act, None, act.person, fields, place, entered.id)
    if refused(entry):
        return Done("refused")
    told = {"record": own.record({**fields, "mobile": act.person.phone}, act.line_fields)}
    if not changed:
        return Done("same", told)
    looked_at = {
        "same_id": entry.id_index != registrations.id_index(act.keys, act.asked, entered.fields),
        "booth_full": place.area_id != found.area_id,
    }
    for one in rules.on_entry(entry):
        if looked_at.get(one.rule.name):
            holds.put(act.conn, entered.id, one.rule.name, one.detail, act.now)
    flags = entered.flags_after(changed, flagged)
    own.mend(act.conn, entered, act.person, fields, flags, place.area_id, entry.id_index)
    members.move(act.conn, found.number, place.area_id)
    old = cards.by_member(act.conn, act.keys, found.number)
    if old is not None and old.status != "revoked":
        cards.reissue(act.conn, old, "she mended her data", act.now)
    return Done("corrected", told, rings=("cards",))


# --- LEAVE, FORGET ------------------------------------------------------------------------------------------------


@effect
def leave_membership(act: Act, number: str) -> Done:
    """She is no member any more; the ledger has that she took her consent back, and her card is worth nothing."""
    found = _named(act, number)
    if found is None or not members.withdraw(act.conn, found.number):
        return Done("unknown")
    consent.withdraw(
        act.conn, act.keys, act.person, act.session, MEMBERSHIP, act.inbound, act.person.turn_no + 1,
        found.registration_id,
    )  # fmt: skip
    return Done("left")


@effect
def forget_me(act: Act) -> Done:
    """All that is stored about this phone's people is erased, and the number is blocked; the ledger keeps the proof. Its last
    text still goes out: the flow has `answers_stopped`."""
    erasure.forget(act.conn, act.keys, act.person, act.now)
    return Done("done", closes_others=True)


# --- JOIN ---------------------------------------------------------------------------------------------------------


@effect
def save_own_registration(act: Act, /, name: str, **more: Any) -> Done:
    """She enters herself: a registration without an enroler, which is asked about like any other. Nobody is a member by it."""
    fields = {"name": name, **{key: value for key, value in more.items() if not isinstance(value, dict)}}
    if rules.identity.under_age(fields, act.rules.age, act.now):
        return Done("under_age")
    place = places.own_place(act.conn, fields, areas.top(act.conn))
    entry = entry_of(act, None, act.person, fields, place)
    if refusal := refused(entry):
        return Done(refusal.why if refusal.why in ("waiting", "member") else "refused")
    found = rules.on_entry(entry)
    saved = keep(entry, found, raw=act.inbound.text, way="self", flags=act.session.flagged)
    if not found:
        return Done("saved", {}, asked(act.conn, act.keys, saved))
    names = [one.rule.name for one in found]
    outcomes = {families.TURN: "queued", "closed": "closed"}
    return Done(outcomes.get(names[0], "held") if len(names) == 1 else "held")


# --- other purposes -----------------------------------------------------------------------------------------------


@effect
def look_at_consent(act: Act, purpose: str) -> Done:
    """Whether she has said yes to a purpose, and not taken it back."""
    return Done("given" if consent.state_of(act.conn, act.person.id, purpose) == "given" else "open")


@effect
def withdraw_consent(act: Act, purpose: str) -> Done:
    """She takes back her yes to a purpose. Raises FlowFault for membership, which ends with more than a row."""
    if purpose == MEMBERSHIP:
        raise FlowFault("withdraw_consent ends no membership: that is the effect leave_membership")
    if consent.state_of(act.conn, act.person.id, purpose) != "given":
        return Done("none")
    consent.withdraw(act.conn, act.keys, act.person, act.session, purpose, act.inbound, act.person.turn_no + 1)
    return Done("withdrawn")

"""How a member mends her own data: correct_membership (FIX)."""

from __future__ import annotations

from typing import Any

from sms_service.enrolment import card_changes, cards, consent, holds, members, own, places, registrations, rules
from sms_service.enrolment.effects.act import Act, Done, effect
from sms_service.enrolment.effects.entering import entry_of
from sms_service.enrolment.effects.membership import after_keyword, own_membership, without_number
from sms_service.enrolment.effects.mending import problem
from sms_service.enrolment.entries import refused
from sms_service.enrolment.members import Member
from sms_service.enrolment.own import Own
from sms_service.enrolment.reading import answer
from sms_service.enrolment.reading.setting import setting_of


@effect
def correct_membership(act: Act, number: str) -> Done:
    """Mends her own data as a member: what this dialogue asked her anew, else what came with the keyword (`FIX BOOTH 13`). It
    counts at once, her card is drawn anew, and what a rule finds odd about the
    new ID or booth the office reads: the others ask how she was entered, which is over."""
    found = own_membership(act, number)
    entered = own.by_id(act.conn, act.keys, found.registration_id) if found else None
    if found is None or entered is None:
        return Done("unknown")
    fields = [one for one in act.line_fields if one.type != "mobile"]
    values = {one.name: act.session.variables[one.name] for one in fields if one.name in act.session.variables}
    flagged = dict(act.session.flagged)
    if not values:
        line = without_number(after_keyword(act), found)
        if not line:
            return Done("which")
        reading = answer.read_change(line, fields, setting_of(act.conn, act.person, act.region, act.now))
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
    before = {name: entered.fields.get(name) for name in changed}
    after = {name: fields[name] for name in changed}
    turn_no = act.person.turn_no + 1
    consent.correct(
        act.conn, act.keys, act.person, act.session, act.inbound, turn_no, found.registration_id, before, after
    )  # fmt: skip
    old = cards.by_member(act.conn, act.keys, found.number)
    if old is not None:
        card_changes.mended(act.conn, old, act.now)
    return Done("corrected", told, rings=("cards",))

"""The effects by which an enroler mends what she entered, or takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sms_service.engine.model import DAY, Reading
from sms_service.engine.walk import Walk
from sms_service.enrolment import enrolers, families, holds, own, photos, registrations
from sms_service.enrolment.answer_types.references import as_ref, meant_as_ref
from sms_service.enrolment.effects.act import Act, Done, Over, Start, effect, first_name_of, standing
from sms_service.enrolment.effects.entering import asked, entry_of, next_on_phone
from sms_service.enrolment.effects.practice import practising
from sms_service.enrolment.entries import odd_when_mended, refused
from sms_service.enrolment.own import Own
from sms_service.enrolment.places import place_of
from sms_service.enrolment.reading import answer
from sms_service.enrolment.reading.setting import setting_of
from sms_service.enrolment.rules import Entry
from sms_service.store import people
from sms_service.store.people import Person

DELETED_WITHIN = DAY
"""Seconds after which a registration stays: by then it is in figures that others have seen."""

UNCONFIRMED = ("waiting", "returned", "held")
"""Statuses of registrations that their enroler may still mend or delete."""


@effect
def fix_registration(act: Act, line: str, ref: str = "", change: str = "") -> Done:
    """Mends what the line says of one of her own unconfirmed registrations: `R4K7P BOOTH 14`. Its fields are those that her
    registrations are made of. `ref` and `change` are what is known from an earlier line.

    Whoever was asked about it is asked again with the mended data, and nothing that she answers to the old text counts.
    """
    ref, change = _divided(line, ref, change)
    if not ref:
        return Done("no_ref", {"change": change})
    told = {"ref": ref, "change": ""}
    entered = own.by_ref(act.conn, act.keys, act.person, ref)
    if entered is None:
        return Done("unknown", told)
    if entered.status not in UNCONFIRMED:
        return Done("closed", {**told, **standing(act, entered.status)})
    if not change:
        return Done("no_change", told)
    fields = act.line_fields
    reading = answer.read_change(change, fields, setting_of(act.conn, act.person, act.region, act.now))
    if reading.wrong or not reading.values:
        return Done("wrong", {**told, "problem": problem(act, reading)})
    return _mended(act, entered, reading, {**told, "typed": ", ".join(reading.repaired.values())})


def _mended(act: Act, entered: Own, reading: Reading, told: dict[str, Any]) -> Done:
    """The registration with these values; refused, or held where a rule speaks up about it as it is then."""
    values = {**entered.values, **reading.values}
    moves = values["mobile"] != entered.person.phone
    told["record"] = own.record(values, act.line_fields)
    if (
        values == entered.values and entered.status != "returned"
    ):  # a mistake that she finds to be none is asked about again
        return Done("same", told)
    if moves and (entered.status == "returned" or own.is_answered(act.conn, entered.id)):
        return Done("answered", told)
    if moves and people.is_blocked(act.conn, act.keys, str(values["mobile"])):
        return Done("refused", told)
    entry = _as_entered(act, entered, values)
    if entry is None:
        return Done("unknown", told)
    if refused(entry):
        return Done("refused", told)
    # It waits no more for its turn on a phone that it leaves.
    freed = moves and holds.decide(act.conn, entered.id, "freed", act.now, rule=families.TURN) > 0
    before = set(holds.open_rules(act.conn, entered.id))
    found = odd_when_mended(entry, entered)
    status = "held" if found or (entered.status == "held" and (before or not freed)) else "waiting"
    flags = entered.flags_after(reading.values.keys(), reading.flagged)
    own.mend(act.conn, entered, entry.person, entry.fields, flags, entry.area_id, entry.id_index)
    if moves:
        photos.move(act.conn, entered.id, entered.person.key, entry.person.key)
    registrations.must_move(act.conn, entered.id, "deleted", status, act.now)
    why = before.union(one.rule.name for one in found)
    outcome = "fixed" if status == "waiting" else "queued" if why == {families.TURN} else "held"
    return _asked_again(act, entered, entry.person, status, Done(outcome, told))


def _asked_again(act: Act, entered: Own, person: Person, status: str, done: Done) -> Done:
    """What was asked is over, wherever it was; asked anew is who waits. A phone that it has left goes on with the next."""
    again = _this_time(act)
    starts: tuple[Start, ...] = ()
    if status == "waiting":
        mended = registrations.by_id(act.conn, person.key, entered.id)
        starts = asked(act.conn, act.keys, mended, again)
    if entered.status == "waiting" and (person.id != entered.person.id or status != "waiting"):
        starts += next_on_phone(act.conn, act.keys, entered.person.id, act.now)
    return replace(done, starts=starts, ends=(Over(entered.person, str(entered.id), again),))


def _as_entered(act: Act, entered: Own, values: Mapping[str, Any]) -> Entry | None:
    """The mended registration as the rules look at one that is entered; None where she is no active enroler any more."""
    enroler = enrolers.by_person(act.conn, act.person)
    if enroler is None or enroler.status != "activated":
        return None
    mobile = str(values["mobile"])
    person = people.find_or_add(act.conn, act.keys, mobile, act.session.language, act.person.channel, act.now)
    fields = {name: value for name, value in values.items() if name != "mobile"}
    return entry_of(act, enroler, person, fields, place_of(act.conn, enroler, fields, act.asked), entered.id)


@effect
def delete_registration(act: Act, ref: str) -> Done:
    """Takes back one of her own unconfirmed registrations, within a day; its person hears no more of it."""
    entered = own.by_ref(act.conn, act.keys, act.person, ref)
    if entered is None:
        return Done("unknown")
    if entered.status not in UNCONFIRMED:
        return Done("closed", standing(act, entered.status))
    if act.now - entered.created_at > DELETED_WITHIN:
        return Done("too_late")
    registrations.must_move(act.conn, entered.id, entered.status, "deleted", act.now)
    holds.decide(act.conn, entered.id, "deleted", act.now, act.person.id)
    starts = next_on_phone(act.conn, act.keys, entered.person.id, act.now) if entered.status == "waiting" else ()
    told = {"first_name": first_name_of(entered.fields)}
    return Done("deleted", told, starts, ends=(Over(entered.person, str(entered.id), _this_time(act)),))


def _this_time(act: Act) -> str:
    """Another word for each time: the enroler's turn that it happens in."""
    return f"{act.person.id}.{act.person.turn_no + 1}"


def problem(act: Act, reading: Reading) -> str:
    """What is wrong with a line, in the words of the flow that takes registrations; "" where it holds nothing at all."""
    if act.line is None:
        return ""
    walk = Walk(act.line, practising(act, act.line), act.now)
    state: Any = act.line.states[act.line.first]
    return " ".join(
        text for one in act.line_fields if one.name in reading.wrong for text in walk.wrong(state, one, reading)
    )


def _divided(line: str, ref: str, change: str) -> tuple[str, str]:
    """The reference in a line, mostly its first word, and what is left; "" for what neither it nor an earlier one has."""
    words = line.split()
    known = [place for place, word in enumerate(words) if as_ref(word)]
    first = [place for place in known if place == 0 or not ref]  # a name may look like one, where one is known already
    if first:
        place = min(first, key=lambda one: (one > 0, not any(sign.isdigit() for sign in words[one])))
        return as_ref(words[place]), " ".join([*words[:place], *words[place + 1 :]]) or change
    if not ref and words and meant_as_ref(words[0]):
        del words[0]  # else it would be a booth, or a name
    return ref, " ".join(words) or change

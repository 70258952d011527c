"""The effects by which an enroler looks after what she entered: mend, delete, look up, count, and try without saving."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from sms_service.engine.model import DAY, Begin, Effect, Field, Flow, Heard, Outcome, Reading, Session
from sms_service.engine.step import step
from sms_service.engine.walk import Walk, fields_of
from sms_service.enrolment import areas, enrolers, families, holds, own, registrations, rules
from sms_service.enrolment.answer_types import TYPES, Setting, Wrong
from sms_service.enrolment.effect_shapes import LISTED, PRACTICE_REF, STANDINGS
from sms_service.enrolment.effects.act import Act, Done, Over, Start, effect, first_name
from sms_service.enrolment.effects.entering import asked, next_on_phone
from sms_service.enrolment.entries import hold, refused
from sms_service.enrolment.own import Own
from sms_service.enrolment.places import place_of
from sms_service.enrolment.reading import answer
from sms_service.enrolment.rules import Entry, Found
from sms_service.store import people
from sms_service.store.people import Person

DELETED_WITHIN = DAY
"""Seconds after which a registration stays: by then it is in figures that others have seen."""

UNCONFIRMED = ("waiting", "returned", "held")
"""Statuses of registrations that their enroler may still mend or delete."""

MISTYPED = re.compile(r"(?=\S*\d)(?=\S*[A-Za-z])[A-Za-z0-9]{4,6}[:,.]?")
"""What was probably meant as a reference: letters and digits together. IDs and phone numbers are longer, booths shorter."""

WRONG = ("wrong_number", "returned")
"""Statuses that COUNT calls wrong."""


# --- FIX and DEL --------------------------------------------------------------------------------------------------


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
        return Done("closed", {**told, **_standing(act, entered)})
    if not change:
        return Done("no_change", told)
    entry, fields = _entry(act)
    reading = answer.read(change, fields, "", _setting(act))
    if reading.wrong or not reading.values:
        return Done("wrong", {**told, "problem": _problem(act, entry, fields, reading)})
    return _mended(act, entered, reading, {**told, "typed": ", ".join(reading.repaired.values())})


def _mended(act: Act, entered: Own, reading: Reading, told: dict[str, Any]) -> Done:
    """The registration with these values; refused, or held where a rule speaks up about it as it is then."""
    values = {**entered.values, **reading.values}
    moves = values["mobile"] != entered.person.phone
    told["record"] = own.record(values, _entry(act)[1])
    if (
        values == entered.values and entered.status != "returned"
    ):  # a mistake that she finds to be none is asked about again
        return Done("same", told)
    if moves and (entered.status == "returned" or own.is_answered(act.conn, entered.id)):
        return Done("answered", told)
    entry = _as_entered(act, entered, values)
    if entry is None:
        return Done("unknown", told)
    if refused(entry):
        return Done("refused", told)
    # It waits no more for its turn on a phone that it leaves.
    freed = moves and holds.decide(act.conn, entered.id, "freed", act.now, rule=families.TURN) > 0
    before = set(holds.open_rules(act.conn, entered.id))
    found = _odd(entry, entered)
    status = "held" if found or (entered.status == "held" and (before or not freed)) else "waiting"
    flags = {name: why for name, why in entered.flags.items() if name not in reading.values}
    own.mend(act.conn, entered, entry.person, entry.fields, {**flags, **reading.flagged}, entry.area_id, entry.id_index)
    own.move(act.conn, replace(entered, status="deleted"), status, act.now)
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
    place = place_of(act.conn, enroler, fields)
    others = [one for one in families.on_phone(act.conn, person) if one.id != entered.id]
    return Entry(
        act.conn, act.keys, act.rules, act.now, enroler, person, mobile, fields, place.area_id, place.outside,
        others, registrations.id_index(act.keys, _entry(act)[1], fields),
    )  # fmt: skip


def _odd(entry: Entry, entered: Own) -> list[Found]:
    """What the rules say of it as if it were not there yet, so that none compares it with itself; noted for the office. A
    mended one is not one more of a day. It is left as a deleted one."""
    own.move(entry.conn, entered, "deleted", entry.now)
    known = holds.open_rules(entry.conn, entered.id)
    found = [one for one in rules.on_entry(entry) if one.rule.name not in ("too_many", *known)]
    hold(entry, entered.id, found)
    return found


@effect
def delete_registration(act: Act, ref: str) -> Done:
    """Takes back one of her own unconfirmed registrations, within a day; its person hears no more of it."""
    entered = own.by_ref(act.conn, act.keys, act.person, ref)
    if entered is None:
        return Done("unknown")
    if entered.status not in UNCONFIRMED:
        return Done("closed", _standing(act, entered))
    if act.now - entered.created_at > DELETED_WITHIN:
        return Done("too_late")
    own.move(act.conn, entered, "deleted", act.now)
    holds.decide(act.conn, entered.id, "deleted", act.now, act.person.id)
    starts = next_on_phone(act.conn, act.keys, entered.person.id, act.now) if entered.status == "waiting" else ()
    told = {"first_name": _first_name(entered)}
    return Done("deleted", told, starts, ends=(Over(entered.person, str(entered.id), _this_time(act)),))


def _this_time(act: Act) -> str:
    """Another word for each time: the enroler's turn that it happens in."""
    return f"{act.person.id}.{act.person.turn_no + 1}"


# --- LAST, LIST, COUNT, WHO ---------------------------------------------------------------------------------------


@effect
def last_registration(act: Act) -> Done:
    """Her last registration."""
    found = own.latest(act.conn, act.keys, act.person, 1)
    return Done("found", _shown(act, found[0])) if found else Done("none")


@effect
def list_registrations(act: Act) -> Done:
    """Her last five registrations, the newest first."""
    found = own.latest(act.conn, act.keys, act.person, LISTED)
    return Done("found", {"registrations": [_shown(act, one) for one in found]}) if found else Done("none")


@effect
def count_registrations(act: Act) -> Done:
    """How many she has entered, and what came of them: today, by the clocks where her phone is at home, and ever."""
    today = own.counts(act.conn, act.person, own.midnight(act.person.phone, act.now))
    return Done("done", {"today": _counted(today), "ever": _counted(own.counts(act.conn, act.person))})


def _counted(by_status: Counter[str]) -> dict[str, int]:
    return {
        "all": by_status.total() - by_status["deleted"],
        "yes": by_status["confirmed"],
        "waiting": by_status["waiting"] + by_status["held"],
        "wrong": sum(by_status[status] for status in WRONG),
        "no": by_status["refused"],
        "silent": by_status["expired"],
    }


@effect
def show_registration(act: Act, ref: str) -> Done:
    """How one of her own registrations stands, masked."""
    entered = own.by_ref(act.conn, act.keys, act.person, ref)
    if entered is None:
        return Done("unknown")
    return Done("found", {**_shown(act, entered), "record": own.record(entered.values, _entry(act)[1])})


def _shown(act: Act, entered: Own) -> dict[str, str]:
    return {"ref": entered.ref, "first_name": _first_name(entered), **_standing(act, entered)}


def _standing(act: Act, entered: Own) -> dict[str, str]:
    words = STANDINGS[entered.status]
    return {"status": entered.status, "standing": words.get(act.session.language, words["en"])}


def _first_name(entered: Own) -> str:
    return first_name(str(entered.fields["name"]))


# --- TRY ----------------------------------------------------------------------------------------------------------


@effect
def rehearse_registration(act: Act, line: str, practice: str = "") -> Done:
    """Says what would be said of this line if it were an entry, and what its person would read; nothing is looked up, and
    nothing saved, so that fifty enrolers can practise with one number. `practice`: the entry under way, as JSON."""
    flow, fields = _entry(act)
    if flow is None:
        return Done("over", {"reply": ""})
    session = msgspec.json.decode(practice, type=Session) if practice else None
    if session is None or session.version != flow.version:  # it begins, or another one was published since
        turn = step(flow, _practising(act, flow), Begin(answer.read(line, fields, "", _setting(act))), act.now)
    else:
        read = answer.read(line, fields_of(flow.states[session.state]), session.asked, _setting(act))
        turn = step(flow, session, Heard(line, True, read), act.now)
    if isinstance(turn.wants, Effect):
        return _entered(act, flow, turn.wants, turn.texts)
    said = {"reply": "\n".join(turn.texts)}
    if turn.session is None or turn.wants:
        return Done("over", said)
    return Done("goes_on", {**said, "practice": msgspec.json.encode(turn.session).decode()})


def _practising(act: Act, flow: Flow) -> Session:
    spoken = act.session
    return Session(
        id="", flow=flow.name, version=flow.version, state=flow.first, language=spoken.language, kind=spoken.kind
    )


def _entered(act: Act, flow: Flow, wanted: Effect, texts: list[str]) -> Done:
    """The entry is whole: what is answered once it is saved, and what its person is asked."""
    values = wanted.session.variables
    named = first_name(str(values["name"]))
    turn = step(flow, wanted.session, Outcome("saved", {"ref": PRACTICE_REF, "first_name": named}), act.now)
    reply = "\n".join([*texts, *turn.texts])
    asks = act.ways.on.get("registration.saved")
    enroler = enrolers.by_person(act.conn, act.person)
    if asks is None or enroler is None:
        return Done("over", {"reply": reply})
    begun = _practising(act, asks)
    begun.variables = {**values, "ref": PRACTICE_REF, "enroler": {"first_name": first_name(enroler.name)}}
    return Done("entered", {"reply": reply, "asked": "\n".join(step(asks, begun, Begin(), act.now).texts)})


# --- reading ------------------------------------------------------------------------------------------------------


def _entry(act: Act) -> tuple[Flow | None, tuple[Field, ...]]:
    """The flow that takes registrations (`words: line`), and the fields that one is made of."""
    flow: Flow | None = act.ways.words.get("line")
    return flow, fields_of(flow.states[flow.first]) if flow else ()


def _setting(act: Act) -> Setting:
    return Setting(
        regions=answer.regions_for(act.person.phone, act.region),
        language=act.session.language,
        now=act.now,
        area_called=lambda named, level="": areas.called(act.conn, named, level),
    )


def _problem(act: Act, flow: Flow | None, fields: Sequence[Field], reading: Reading) -> str:
    """What is wrong with a line, in the words of the flow that takes registrations; "" where it holds nothing at all."""
    if flow is None:
        return ""
    walk = Walk(flow, _practising(act, flow), act.now)
    state: Any = flow.states[flow.first]
    return " ".join(text for one in fields if one.name in reading.wrong for text in walk.wrong(state, one, reading))


def _divided(line: str, ref: str, change: str) -> tuple[str, str]:
    """The reference in a line, mostly its first word, and what is left; "" for what neither it nor an earlier one has."""
    words = line.split()
    known = [place for place, word in enumerate(words) if _reference(word)]
    first = [place for place in known if place == 0 or not ref]  # a name may look like one, where one is known already
    if first:
        place = min(first, key=lambda one: (one > 0, not any(sign.isdigit() for sign in words[one])))
        return _reference(words[place]), " ".join([*words[:place], *words[place + 1 :]]) or change
    if not ref and words and MISTYPED.fullmatch(words[0]):
        del words[0]  # else it would be a booth, or a name
    return ref, " ".join(words) or change


def _reference(word: str) -> str:
    read = TYPES["ref"].read(word, Field("ref", "ref"), Setting((), "", 0.0))
    return "" if isinstance(read, Wrong) else str(read)

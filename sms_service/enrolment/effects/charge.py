"""The effects of those in charge: the figures of their areas, holding and freeing an enroler, freeing a registration."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from sqlalchemy import select

from sms_service.engine import texts
from sms_service.engine.keywords import first_word
from sms_service.enrolment import answer_types, charge, figures, tree
from sms_service.enrolment.effect_shapes import AREA_NAME_MAX
from sms_service.enrolment.effects.act import Act, Done, effect, first_name
from sms_service.enrolment.effects.entering import freed
from sms_service.enrolment.figures import Figures
from sms_service.store.tables import registration

SUM_WORDS, SUM_WORD = 10, 9
"""Letters that flows/sum.yaml takes around target and members, and for each figure that is not zero (`, 4 held`), in any of
its languages: what is left of one SMS is for the areas below."""

NOT_IN_CHARGE = Done("not_in_charge")


# --- figures ------------------------------------------------------------------------------------------------------


@effect
def sum_area(act: Act) -> Done:
    """The figures of the area named after the keyword, or of her own, against the target; of those right below, as many as
    one SMS holds, the shortest first."""
    own = charge.of(act.conn, act.person.id)
    if own is None:
        return NOT_IN_CHARGE
    named = first_word(act.inbound.text)[1] if act.inbound.kind == "sms" else ""
    found = charge.Places(act.conn, own).named(named) if named else [(own.area_id, "")]
    if len(found) != 1:
        return Done("several" if found else "unknown")
    here, *below = figures.of(act.conn, found[0][0])
    told = {
        "area_name": here.name[:AREA_NAME_MAX], "target": here.target, "confirmed": here.confirmed,
        "waiting": here.waiting, "held": here.held, "refused": here.refused,
    }  # fmt: skip
    shown = [here.name[:AREA_NAME_MAX], *(str(count) for count in list(told.values())[1:] if count)]
    around = answer_types.letters(SUM_WORDS + SUM_WORD * (len(shown) - 1), act.session.language)
    return Done("summed", {**told, "below": _fitting(around + "".join(shown), below)})


def _fitting(before: str, below: Sequence[Figures]) -> str:
    """`Booth 12: 30/40. Booth 11: 2/40. +9`: what fits into one SMS with `before`, and how many did not."""
    entries = sorted(map(_entry, below), key=len)
    ends = accumulate(len(entry) + 1 for entry in entries)
    most = sum(end <= texts.SEGMENT_SEPTETS for end in ends)  # no sign takes less than a septet
    for count in range(most, 0, -1):
        left = len(entries) - count
        text = " ".join([*entries[:count], *([f"+{left}"] if left else [])])
        if texts.count(f"{before} {text}").segments == 1:
            return text
    return f"+{len(entries)}" if entries else ""


def _entry(one: Figures) -> str:
    target = f"/{one.target}" if one.target else ""
    return f"{one.name[:AREA_NAME_MAX]}: {one.confirmed}{target}."


# --- enrolers below -----------------------------------------------------------------------------------------------


@effect
def hold_enroler(act: Act, whom: str) -> Done:
    """An enroler below her may do nothing until she is freed; what she entered stays."""
    return _decided(act, whom, "held")


@effect
def free_enroler(act: Act, whom: str) -> Done:
    """A held enroler below her is activated again, unless the office holds her."""
    return _decided(act, whom, "freed")


def _decided(act: Act, whom: str, outcome: str) -> Done:
    own = charge.of(act.conn, act.person.id)
    if own is None:
        return NOT_IN_CHARGE
    wanted = ("appointed", "activated", "held") if outcome == "held" else ("held",)
    try:
        found = charge.called(act.conn, act.keys, own, whom, wanted)
    except charge.TooMany:  # among so many several are called so; the text asks for the number
        return Done("several")
    if len(found) != 1:
        return Done("several" if found else "unknown")
    [one] = found
    if outcome == "held":
        if one.status == "appointed":  # by mistake, mostly: a wrong number must not wait for somebody to use it
            outcome, done = "called_back", charge.call_back(act.conn, one.person.id)
        else:
            done = charge.hold(act.conn, one.person.id, charge.IN_CHARGE) or one.status == "held"
        if not done:
            return Done("unknown")  # she left, or went on from another phone, since her row was read
    elif not charge.release(act.conn, one.person.id, unless=charge.OFFICE):
        return Done("office")
    return Done(outcome, {"first_name": first_name(one.name), "mobile": one.person.phone})


# --- registrations of her areas -----------------------------------------------------------------------------------


@effect
def free_registration(act: Act, ref: str) -> Done:
    """A held registration of her areas is freed, and its person is asked; none that she entered herself."""
    own = charge.of(act.conn, act.person.id)
    if own is None:
        return NOT_IN_CHARGE
    held = (registration.c.ref == ref) & (registration.c.status == "held")
    row = act.conn.execute(select(registration).where(held)).one_or_none()
    if row is None or not tree.holds(act.conn, own.area_id, row.area_id):
        return Done("unknown")
    if row.enroler_id == act.person.id:
        return Done("own")
    outcome, starts = freed(act.conn, act.keys, row.id, act.now, act.person.id)
    return Done(outcome, {} if outcome == "stopped" else {"ref": ref}, starts)

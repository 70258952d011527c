"""The effects by which an enroler looks up what she entered: LAST, LIST, COUNT, WHO."""

from __future__ import annotations

from collections import Counter

from sms_service.enrolment import own
from sms_service.enrolment.effect_shapes import LISTED
from sms_service.enrolment.effects.act import Act, Done, effect, first_name_of, standing
from sms_service.enrolment.own import Own

WRONG = ("wrong_number", "returned")
"""Statuses that COUNT calls wrong."""


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
    return Done("found", {**_shown(act, entered), "record": own.record(entered.values, act.line_fields)})


def _shown(act: Act, entered: Own) -> dict[str, str]:
    return {"ref": entered.ref, "first_name": first_name_of(entered.fields), **standing(act, entered.status)}

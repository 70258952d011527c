"""How a person enters herself: save_own_registration (JOIN)."""

from __future__ import annotations

from typing import Any

from sms_service.enrolment import areas, families, held, holds, places, refusals, rules
from sms_service.enrolment.effects.act import Act, Done, Start, effect
from sms_service.enrolment.effects.entering import asked, entry_of, freed
from sms_service.enrolment.entries import keep, refused
from sms_service.enrolment.rules import Entry

SAME_ID = "same_id"
"""The rule by which somebody else has the ID."""


@effect
def save_own_registration(act: Act, /, name: str, **more: Any) -> Done:
    """She enters herself: a registration without an enroler, which is asked about like any other. Nobody is a member by it."""
    fields = {"name": name, **{key: value for key, value in more.items() if not isinstance(value, dict)}}
    if rules.identity.under_age(fields, act.rules.age, act.now):
        return Done("under_age")
    place = places.own_place(act.conn, fields, areas.top(act.conn))
    entry = entry_of(act, None, act.person, fields, place)
    if refusal := refused(entry):
        if refusal.why == "waiting" and (asks := _wants_it_now(act, entry, refusal.ref)):
            return Done("saved", {}, asks)
        return Done(refusal.why if refusal.why in ("waiting", "member") else "refused")
    found = rules.on_entry(entry)
    refusals.take_back(act.conn, act.keys, act.person, name, entry.id_index)
    saved = keep(entry, found, raw=act.inbound.text, way="self", flags=act.session.flagged)
    if not found:
        return Done("saved", {}, asked(act.conn, act.keys, saved))
    names = [one.rule.name for one in found]
    if names == [SAME_ID]:
        return Done("saved")  # the office looks at it, and no answer of ours tells who else is entered with which ID
    outcomes = {families.TURN: "queued", "closed": "closed"}
    return Done(outcomes.get(names[0], "held") if len(names) == 1 else "held")


def _wants_it_now(act: Act, entry: Entry, ref: str) -> tuple[Start, ...]:
    """She is entered, and held for no other reason than a no of hers, or that her phone was a wrong number: she writes of her
    own accord, and is asked."""
    refusals.take_back(act.conn, act.keys, act.person, str(entry.fields["name"]), entry.id_index)
    registration_id = held.id_of(act.conn, ref)
    why = set(holds.open_rules(act.conn, registration_id)) if registration_id else set()
    if registration_id is None or not why or why - {refusals.REFUSED_BEFORE, refusals.WRONG_NUMBER}:
        return ()
    return freed(act.conn, act.keys, registration_id, act.now).starts

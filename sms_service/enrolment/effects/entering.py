"""The effect that enters a person: an enroler's registration is saved, and the person is asked."""

from __future__ import annotations

from typing import Any

from sms_service.enrolment import areas, enrolers, members, registrations
from sms_service.enrolment.effects.act import Act, Done, Start, effect, first_name
from sms_service.store import people


@effect
def save_registration(act: Act, /, mobile: str, name: str, **more: Any) -> Done:
    """The enroler's entry is saved, and the person is asked. Nobody is asked twice at a time, nor a member again."""
    enroler = enrolers.by_person(act.conn, act.person)
    assert enroler, "only an enroler's session leads here: the way into its flow says so"
    person = people.find_or_add(act.conn, act.keys, mobile, act.session.language, act.person.channel, act.now)
    if person.id == act.person.id:
        return Done("own_phone")
    if person.stopped:
        return Done("stopped")
    if members.is_member(act.conn, person.id):
        return Done("member")
    if registrations.waiting_for(act.conn, person.id) is not None:
        return Done("waiting")
    entered = {"name": name, **{key: value for key, value in more.items() if not isinstance(value, dict)}}
    saved = registrations.save(
        act.conn, act.keys, person.key,
        person_id=person.id, enroler_id=act.person.id, fields=entered, now=act.now,
        raw=act.inbound.text, way=act.session.kind, flags=act.session.flagged,
        area_id=areas.booth_near(act.conn, enroler.area_id, str(more.get("booth", ""))) or enroler.area_id,
    )  # fmt: skip
    asked = Start(
        "registration.saved",
        person,
        str(saved.id),
        {**entered, "ref": saved.ref, "enroler": {"first_name": first_name(enroler.name)}},
    )
    return Done("saved", {"ref": saved.ref, "first_name": first_name(name)}, (asked,))

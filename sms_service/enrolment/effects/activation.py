"""The effects by which enrolers come to be: appointed by one in charge, activated from their own phone."""

from __future__ import annotations

from sqlalchemy import select

from sms_service.enrolment import activation, areas, charge, enrolers, tree
from sms_service.enrolment.effect_shapes import AREA_NAME_MAX
from sms_service.enrolment.effects.act import Act, Done, Start, effect, first_name
from sms_service.store import people
from sms_service.store.tables import area


@effect
def appoint_enroler(act: Act, mobile: str, name: str, area: str) -> Done:
    """A new enroler for an area below hers, who gets a code to activate her phone with. Appointed once more, she gets a new
    one; what else that phone is (her own, an enroler's somewhere) is one and the same answer."""
    own, by = charge.of(act.conn, act.person.id), enrolers.by_person(act.conn, act.person)
    if own is None or by is None:
        return Done("not_in_charge")
    place = _place(act, own, area)
    if place is None:
        return Done("unknown")
    if people.is_blocked(act.conn, act.keys, mobile):
        return Done("stopped")
    somebody = people.find_or_add(act.conn, act.keys, mobile, act.session.language, act.person.channel, act.now)
    if somebody.stopped:
        return Done("stopped")
    if charge.is_elsewhere(act.conn, own, somebody.id):
        return Done("taken")
    area_id, level, area_name = place
    code = activation.appoint(
        act.conn, act.keys, somebody, name=name, area_id=area_id, level=level, by=act.person.id, now=act.now
    )
    if code is None:
        return Done("taken")
    variables = {"code": code, "area_name": area_name, "enroler": {"first_name": first_name(by.name)}}
    start = Start("enroler.appointed", somebody, f"enroler {somebody.id}", variables, again=str(act.now))
    return Done("appointed", {"first_name": first_name(name), "area_name": area_name}, (start,))


def _place(act: Act, own: charge.Charge, code: str) -> tuple[int, str, str] | None:
    """Id, level and name of an area below hers, by its code."""
    area_id = areas.id_of(act.conn, code)
    if area_id is None or area_id == own.area_id or not tree.holds(act.conn, own.area_id, area_id):
        return None
    row = act.conn.execute(select(area.c.level, area.c.name).where(area.c.id == area_id)).one()
    return area_id, str(row.level), str(row.name)[:AREA_NAME_MAX]


@effect
def activate_phone(act: Act, code: int) -> Done:
    """The phone that a code was given for becomes an enroler's. After too many wrong codes it is not even looked at one."""
    if activation.is_silent(act.conn, act.person, act.now):
        return Done("silent")
    if not activation.activate(act.conn, act.keys, act.person, str(code), act.now):
        activation.count_wrong(act.conn, act.person, act.now)
        return Done("wrong")
    somebody = people.by_id(act.conn, act.keys, act.person.id)
    enroler = enrolers.by_person(act.conn, somebody) if somebody else None
    assert enroler, "she was made one just now"
    return Done(
        "activated" if enroler.status == "activated" else "held",
        {"first_name": first_name(enroler.name)},
    )

"""The effect that keeps a picture: a member's own; or an enroler's, with the registration that she names, the entry it came
with, or her last one."""

from __future__ import annotations

from sms_service.engine.answers import fold
from sms_service.engine.keywords import first_word
from sms_service.enrolment import members, own, photos
from sms_service.enrolment.answer_types.references import as_ref, meant_as_ref
from sms_service.enrolment.effects.act import Act, Done, effect, first_name_of, standing
from sms_service.enrolment.members import Member
from sms_service.enrolment.numbers import Mistyped, read_number
from sms_service.enrolment.own import Own

RECENT = 3600
"""Seconds after a registration within which a picture that comes alone is that person's. Later nobody remembers for sure."""

KEPT = frozenset({"waiting", "held", "returned", "confirmed"})
"""How a registration stands whose photo anybody will look at."""

ENTRY, IS_OPEN, SAVED_AS = "entry", "is_open", "saved_as"
"""Variables that pictures.py sets for pictures that belong to an entry: its session, whether that is still open, and the
reference that it was saved as ("" if it was not)."""


@effect
def keep_photo(act: Act) -> Done:
    """Keeps the pictures of this message, and those that wait for an entry that is over. Whose they are: the entry's that they
    came with; the writer's own, where the text has her membership number or she is no enroler; else the registration of hers
    that the text names; else her last one, if it is not older than an hour."""
    hers = members.of_person(act.conn, act.person.id)
    if not act.person.enroler:
        return _of_a_member(act, hers)
    if session_id := str(act.session.variables.get(ENTRY, "")):
        return _with_entry(act, session_id)
    if not act.inbound.media:
        return Done("no_picture")
    if named := _named(act, hers):
        return _own(act, named)
    if ref := _ref(act):
        entered = own.by_ref(act.conn, act.keys, act.person, ref)
        return _kept(act, entered) if entered else Done("unknown")
    latest = own.latest(act.conn, act.keys, act.person, 1)
    return _kept(act, latest[0]) if latest and latest[0].created_at >= act.now - RECENT else Done("none")


def _of_a_member(act: Act, hers: list[Member]) -> Done:
    """Of a phone that enters nobody: whose it is has to be one member of it."""
    if not hers:
        return Done("not_enroler" if act.inbound.media else "stranger")
    if not act.inbound.media:
        return Done("how")
    named = hers[0] if len(hers) == 1 else _named(act, hers)
    return _own(act, named) if named else Done("several")


def _named(act: Act, hers: list[Member]) -> Member | None:
    """The member on this phone whose number the text has."""
    for word in act.inbound.text.split():
        try:
            number = read_number(word)
        except Mistyped:
            continue
        if found := next((one for one in hers if one.number == number), None):
            return found
    return None


def _own(act: Act, whose: Member) -> Done:
    entered = own.by_id(act.conn, act.keys, whose.registration_id)
    if entered is None or not photos.keep_own(act.conn, act.person, entered.id, act.inbound.media, act.now):
        return Done("too_many")
    return Done("own", {"ref": entered.ref, "first_name": first_name_of(entered.fields)})


def _with_entry(act: Act, session_id: str) -> Done:
    """The pictures of an entry, which are nobody else's whatever becomes of it."""
    variables, media = act.session.variables, act.inbound.media
    if variables.get(IS_OPEN):
        photos.keep_waiting(act.conn, act.person, session_id, media, act.now)
        return Done("draft")
    entered = own.by_ref(act.conn, act.keys, act.person, str(variables.get(SAVED_AS, "")))
    if entered is None:
        photos.drop(act.conn, session_id, act.now)
        return Done("none" if media else "lost")
    photos.attach(act.conn, act.person, session_id, entered, act.now)
    return _kept(act, entered)


def _kept(act: Act, entered: Own) -> Done:
    if entered.status not in KEPT:
        return Done("closed", {"ref": entered.ref, **standing(act, entered.status)})
    photos.keep(act.conn, act.person, entered, act.inbound.media, act.now)
    return Done("kept", {"ref": entered.ref, "first_name": first_name_of(entered.fields)})


def _ref(act: Act) -> str:
    """The reference in the text behind its keyword; the word itself where one was meant and is none; "" for none."""
    keyword, rest = first_word(act.inbound.text)
    begun = act.ways.keywords.get(fold(keyword))
    words = rest.split()
    if found := next(filter(None, map(as_ref, words)), ""):
        return found
    meant = begun is not None and begun.name == act.session.flow
    return next((word for word in words if meant or meant_as_ref(word)), "")

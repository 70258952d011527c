"""The effect that keeps a picture: with the registration that an enroler names, or her last one."""

from __future__ import annotations

import re

from sms_service.engine.answers import fold
from sms_service.engine.keywords import first_word
from sms_service.engine.model import Field
from sms_service.enrolment import own, photos
from sms_service.enrolment.answer_types import TYPES, Setting, Wrong
from sms_service.enrolment.effect_shapes import STANDINGS
from sms_service.enrolment.effects.act import Act, Done, effect, first_name
from sms_service.enrolment.own import Own

RECENT = 3600
"""Seconds after a registration within which a picture that comes alone is that person's. Later nobody remembers for sure."""

KEPT = frozenset({"waiting", "held", "returned", "confirmed"})
"""How a registration stands whose photo anybody will look at."""

LIKE_A_REF = re.compile(r"(?=.*\d)(?=.*[^\W\d_])\w{4,6}")
"""A word that was meant as a reference, though it is none: the picture is not given to somebody else for that."""

ENTRY, MADE, UNDER_WAY = "entry", "made", "under way"
"""The variable that pictures.py sets where the picture came with an entry, and its values: it is over, or not complete yet."""


@effect
def keep_photo(act: Act) -> Done:
    """Keeps the pictures of this message. Whose they are: the registration of hers that the text names; else the entry that
    they came with; else her last one, if it is not older than an hour."""
    if not act.person.enroler:
        return Done("not_enroler")
    media = act.inbound.media
    if not media and not photos.has_some(act.conn, act.person.id, act.now):
        return Done("no_picture")
    entry = act.session.variables.get(ENTRY)
    if entry == UNDER_WAY:
        photos.keep(act.conn, act.person, None, media, act.now)
        return Done("draft")
    ref = "" if entry else _ref(act)
    since = act.now if entry else act.now - RECENT  # an entry that was not saved leaves its picture to nobody else
    entered = own.by_ref(act.conn, act.keys, act.person, ref) if ref else _last(act, since)
    if entered is None:
        return Done("unknown" if ref else "none")
    if entered.status not in KEPT:
        words = STANDINGS.get(entered.status, {"en": entered.status})
        standing = words.get(act.session.language, words["en"])
        return Done("closed", {"ref": entered.ref, "status": entered.status, "standing": standing})
    photos.attach(act.conn, act.person, entered, act.now)
    photos.keep(act.conn, act.person, entered, media, act.now)
    return Done("kept", {"ref": entered.ref, "first_name": first_name(str(entered.fields["name"]))})


def _last(act: Act, since: float) -> Own | None:
    found = own.latest(act.conn, act.keys, act.person, 1)
    return found[0] if found and found[0].created_at >= since else None


def _ref(act: Act) -> str:
    """The reference in the text behind its keyword; the word itself where one was meant and is none; "" for none."""
    keyword, rest = first_word(act.inbound.text)
    begun = act.ways.keywords.get(fold(keyword))
    words, setting = rest.split(), Setting((), "", act.now)
    for word in words:
        read = TYPES["ref"].read(word, Field("ref", "ref"), setting)
        if not isinstance(read, Wrong):
            return str(read)
    meant = begun is not None and begun.name == act.session.flow
    return next((word for word in words if meant or LIKE_A_REF.fullmatch(word)), "")

"""Loop guard: what a machine sends us is heard, and not answered, so that no two machines write to each other for ever.

A text that is not answered is heard like any other: what it answers is answered, who says STOP is left alone, what others
are to be told is told. Only nobody writes back. Three things show a machine: the words of an auto-responder, the same text
over and over, more texts than a person types. What was sent is looked up in the turn log, where it lies under its
person's key; nothing more is kept of it, and nothing is lost with Redis. On USSD every screen was asked for by a person.
"""

from __future__ import annotations

from typing import Literal

from sqlalchemy import select

from sms_service.conversation import Conversation
from sms_service.engine.answers import read_answer
from sms_service.engine.autoreplies import beside_autoreply
from sms_service.store import hourly
from sms_service.store.claims import UNASKED
from sms_service.store.tables import turn

Unanswered = Literal["automatic", "repeated", "too_fast"]

ALIKE_SECONDS = 1800.0
"""Within so long the same text is a repetition: CHT counts identical texts for as long. Who tries an entry again from a
place without network does so for minutes."""

FAST_SECONDS = 600.0
"""In so long an enroler enters 40 people, at four a minute, and a phone that answers ours at once sends 100 texts."""

BESIDE = 50
"""Turns that no text of hers caused, reminders and news, among those that are looked at: more in half an hour are rare, and
then the guard looks back less far."""


def is_automatic(conversation: Conversation) -> bool:
    """Whether an auto-responder wrote this SMS: then it answers nothing. A STOP or a no beside `I am driving` is hers; the no
    of `please do not reply` is not, nor the yes of `Auto-Reply: yes`."""
    inbound = conversation.inbound
    beside = None if inbound.kind != "sms" or inbound.is_call else beside_autoreply(inbound.text)
    if beside is None:
        return False
    language = conversation.person.language
    return any(read_answer(one, language, "consent") == "unclear" for one in (beside, inbound.text))


def unanswered(conversation: Conversation) -> Unanswered | None:
    """Why this message, which has been heard, is not answered; None: it is. A decision of hers always is, and her STOP."""
    inbound = conversation.inbound
    if inbound.kind != "sms" or inbound.is_call:
        return None
    if is_automatic(conversation):
        return "automatic"
    found = _shown_by_those_before(conversation)
    if found is None or hourly.carries_decision(conversation.conn, conversation.person.id, conversation.turn_no):
        return None
    stops = read_answer(inbound.text, conversation.person.language, "none") == "stop"
    return None if stops and not conversation.person.stopped else found


def _shown_by_those_before(conversation: Conversation) -> Unanswered | None:
    """What her texts of the last half hour say, together with this one."""
    limits, person, inbound = conversation.desk.loops, conversation.person, conversation.inbound
    most = max(limits.identical, limits.ten_minutes)
    if not most:
        return None
    hers = (turn.c.person_id == person.id) & (turn.c.turn_no > person.turn_no - most - BESIDE)
    texts = (turn.c.kind == "sms") & turn.c.channel.not_in(UNASKED) & (turn.c.at > inbound.received_at - ALIKE_SECONDS)
    query = select(turn.c.at, turn.c.text_sealed).where(hers, texts).order_by(turn.c.turn_no.desc())
    before = conversation.conn.execute(query).all()
    if 0 < limits.ten_minutes <= sum(one.at > inbound.received_at - FAST_SECONDS for one in before):
        return "too_fast"
    if not limits.identical or len(before) < limits.identical or _went_on(conversation):
        return None
    said = _as_typed(inbound.text)
    texts_before = (person.key.decrypt("turn.text", one.text_sealed) for one in before[: limits.identical])
    return "repeated" if said and all(_as_typed(one) == said for one in texts_before) else None


def _went_on(conversation: Conversation) -> bool:
    """Whether an open dialogue has come further by this text. `1` to question after question is no repetition, and a
    dialogue that comes further comes to its end."""
    return any(one.session in conversation.before and one.before != one.after for one in conversation.moved)


def _as_typed(text: str) -> str:
    """Without what a phone changes when it sends the same text again."""
    return " ".join(text.split()).casefold()

"""Loop guard: what a machine sends us is heard, and not answered, so that no two machines write to each other for ever.

A text that is not answered is heard like any other: what it answers is answered, who says STOP is left alone, what others
are to be told is told. Only nobody writes back. Four things show a machine: the words of an auto-responder, the same text
over and over, more texts than a person types in ten minutes, or in a day. What was sent is looked up in the turn log,
where it lies under its person's key; nothing more is kept of it, and nothing is lost with Redis. On USSD every screen was
asked for by a person.
"""

from __future__ import annotations

from typing import Literal

from sqlalchemy import ColumnElement, select

from sms_service.conversation import Conversation
from sms_service.engine.answers import read_answer
from sms_service.engine.autoreplies import beside_autoreply, holds_answer
from sms_service.engine.model import UNASKED
from sms_service.enrolment import consent
from sms_service.store.tables import turn

Unanswered = Literal["automatic", "repeated", "too_fast", "too_many"]

ALIKE_SECONDS = 1800.0
"""Within so long the same text is a repetition: CHT counts identical texts for as long. Who tries an entry again from a
place without network does so for minutes."""

FAST_SECONDS = 600.0
"""In so long an enroler enters 40 people, at four a minute, and a phone that answers ours at once sends 100 texts."""

DAY_SECONDS = 86_400.0
"""In so long two machines that write to each other every 20 seconds, each text another, send 4,000 texts, which neither of the
other limits sees. Who is asked something types a dozen, four people on one phone who are asked for twenty answers each 80;
enrolers type more, and have no limit by the day."""

BESIDE = 50
"""Turns that no text of hers caused, reminders and news, among those that are looked at: more are rare, in half an hour or in
a day, and then the guard looks back less far."""


def is_automatic(conversation: Conversation) -> bool:
    """Whether an auto-responder wrote this SMS: then it answers nothing, unless it is a command (hearing.py). What holds an
    answer beside `I am driving` is hers and is answered: nobody's yes or no is passed over in silence."""
    inbound = conversation.inbound
    if inbound.kind != "sms" or inbound.is_call or beside_autoreply(inbound.text) is None:
        return False
    return not holds_answer(inbound.text, conversation.person.language)


def unanswered(conversation: Conversation, automatic: bool) -> Unanswered | None:
    """Why this message, which has been heard, is not answered; None: it is. A decision of hers always is, and her STOP.
    `automatic`: what `is_automatic` said of it before it was heard."""
    inbound = conversation.inbound
    if inbound.kind != "sms" or inbound.is_call:
        return None
    if automatic:
        return "automatic"
    found = _shown_by_those_before(conversation)
    if found is None or consent.was_decided_in(conversation.conn, conversation.person.id, conversation.turn_no):
        return None
    stops = read_answer(inbound.text, conversation.person.language, "none") == "stop"
    return None if stops and not conversation.person.stopped else found


def _shown_by_those_before(conversation: Conversation) -> Unanswered | None:
    """What her texts of the last half hour, and of the last day, say together with this one."""
    limits, person, inbound = conversation.desk.loops, conversation.person, conversation.inbound
    if _many_in_a_day(conversation):
        return "too_many"
    most = max(limits.identical, limits.ten_minutes)
    if not most:
        return None
    query = select(turn.c.at, turn.c.text_sealed).where(*_texts_before(conversation, most, ALIKE_SECONDS))
    before = conversation.conn.execute(query.order_by(turn.c.turn_no.desc())).all()
    if 0 < limits.ten_minutes <= sum(one.at > inbound.received_at - FAST_SECONDS for one in before):
        return "too_fast"
    if not limits.identical or len(before) < limits.identical or _went_on(conversation):
        return None
    said = _as_typed(inbound.text)
    texts_before = (person.key.decrypt("turn.text", one.text_sealed) for one in before[: limits.identical])
    return "repeated" if said and all(_as_typed(one) == said for one in texts_before) else None


def _many_in_a_day(conversation: Conversation) -> bool:
    """Whether somebody who is no enroler has sent more texts since yesterday than a person types."""
    most, person = conversation.desk.loops.day, conversation.person
    if not most or person.enroler or person.turn_no < most:
        return False
    one_each = select(turn.c.turn_no).where(*_texts_before(conversation, most, DAY_SECONDS)).limit(most)
    return len(conversation.conn.execute(one_each).all()) == most


def _texts_before(conversation: Conversation, most: int, seconds: float) -> tuple[ColumnElement[bool], ...]:
    """Her texts of so many seconds, `most` of them at least if there are as many: a range of the primary key."""
    person, since = conversation.person, conversation.inbound.received_at - seconds
    hers = (turn.c.person_id == person.id) & (turn.c.turn_no > person.turn_no - most - BESIDE)
    return hers, turn.c.kind == "sms", turn.c.channel.not_in(UNASKED), turn.c.at > since


def _went_on(conversation: Conversation) -> bool:
    """Whether an open dialogue has come further by this text. `1` to question after question is no repetition, and a
    dialogue that comes further comes to its end."""
    return any(one.session in conversation.before and one.before != one.after for one in conversation.moved)


def _as_typed(text: str) -> str:
    """Without what a phone changes when it sends the same text again."""
    return " ".join(text.split()).casefold()

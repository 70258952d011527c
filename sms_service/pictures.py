"""6 Hearing a picture: a message that has one is answered for it too, whatever else it says. Where a question asks for a
photo, the picture answers that, and nothing here."""

from __future__ import annotations

from sms_service import running
from sms_service.conversation import Conversation
from sms_service.engine.answers import read_answer
from sms_service.engine.listen import Target
from sms_service.engine.model import Flow
from sms_service.engine.walk import fields_of
from sms_service.enrolment import own, photos
from sms_service.enrolment.effects.photos import ENTRY, MADE, UNDER_WAY

PHOTO_KEYWORD = "photo"
"""The keyword of the flow that keeps them; where no flow has it, pictures only answer questions that ask for one."""


def alone(conversation: Conversation, target: Target, text: str) -> Flow | None:
    """The flow for a picture that is all there is to answer: it came without words, or with some that nobody understands. An
    open question stays open."""
    flow = _flow(conversation)
    if flow is None or _asked_for(conversation, target):
        return None
    if target.session:
        return None if text.strip() else flow
    unread = target.flow is conversation.serving.ways.words.get("help")
    return flow if unread and read_answer(text, "", "none") != "help" else None


def beside(conversation: Conversation, target: Target) -> Flow | None:
    """The flow for the picture of an enroler that came with something else, which is heard first."""
    ways = conversation.serving.ways
    flow = _flow(conversation)
    words = [ways.words.get(kind) for kind in ("stop", "start", "help", "stopped")]
    if flow is None or not conversation.person.enroler or _asked_for(conversation, target):
        return None
    return None if target.flow and any(target.flow is one for one in (flow, *words)) else flow


def keep(conversation: Conversation, flow: Flow) -> None:
    """Begins the flow that keeps pictures. If the message went into an entry, the picture is that person's."""
    line = conversation.serving.ways.words.get("line")
    entry = line is not None and bool(conversation.moved) and conversation.moved[-1].flow == line.name
    stands = UNDER_WAY if conversation.session(conversation.ran) else MADE
    running.begin(conversation, flow, variables={ENTRY: stands} if entry else None)


def attach(conversation: Conversation) -> None:
    """Gives the pictures that waited for an entry to the registration that has just come of it."""
    ways = conversation.serving.ways
    flow, line = ways.keywords.get(PHOTO_KEYWORD), ways.words.get("line")
    entered = line is not None and any(moved.flow == line.name for moved in conversation.moved)
    if not (flow and entered and conversation.person.enroler):
        return
    conn, person, now = conversation.conn, conversation.person, conversation.inbound.received_at
    if photos.has_some(conn, person.id, now):
        newest = own.latest(conn, conversation.desk.keys, person, 1)
        if newest and newest[0].created_at == now:
            running.begin(conversation, flow, variables={ENTRY: MADE})


def _flow(conversation: Conversation) -> Flow | None:
    flow = conversation.serving.ways.keywords.get(PHOTO_KEYWORD)
    return flow if conversation.inbound.media and not conversation.person.stopped else None


def _asked_for(conversation: Conversation, target: Target) -> bool:
    """Whether what is answered, or begun, asks for a photo by itself."""
    if target.session:
        asked = target.session.asked
        fields = fields_of(conversation.state(target.session))
        return any(one.type == "photo" for one in fields if asked in ("", one.name))
    begun = target.flow or target.line
    return begun is not None and any(one.type == "photo" for one in fields_of(begun.states[target.at or begun.first]))

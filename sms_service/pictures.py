"""6 Hearing a picture: a message that has one is answered for it too, whatever else it says. Where a question asks for a
photo, the picture answers that, and nothing here."""

from __future__ import annotations

from sms_service import running
from sms_service.conversation import Conversation
from sms_service.engine.answers import read_answer
from sms_service.engine.listen import Target
from sms_service.engine.model import Flow
from sms_service.engine.walk import fields_of
from sms_service.enrolment import members, photos
from sms_service.enrolment.effects.photos import ENTRY, IS_OPEN, SAVED_AS

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
    """The flow for the picture of an enroler or a member that came with something else, which is heard first."""
    ways = conversation.serving.ways
    flow = _flow(conversation)
    words = [ways.words.get(kind) for kind in ("stop", "start", "help", "stopped")]
    if flow is None or not _has_place(conversation) or _asked_for(conversation, target):
        return None
    return None if target.flow and any(target.flow is one for one in (flow, *words)) else flow


def keep(conversation: Conversation, flow: Flow) -> None:
    """Begins the flow that keeps pictures. If the message went into an entry, the picture is that person's."""
    line = conversation.serving.ways.words.get("line")
    moved = conversation.moved[-1] if conversation.moved else None
    _begin(conversation, flow, moved.session if line and moved and moved.flow == line.name else "")


def settle(conversation: Conversation) -> None:
    """Gives the pictures that waited for an entry that is over now to the registration that came of it, or says that none
    did. To who sent STOP nothing is said."""
    flow = conversation.serving.ways.keywords.get(PHOTO_KEYWORD)
    over = [one for one in conversation.before if conversation.session(one) is None]
    if not (flow and over and conversation.person.enroler) or conversation.to_stopped:
        return  # what is left waiting then the sweeper finds
    for session_id in photos.waited_for(conversation.conn, over):
        _begin(conversation, flow, session_id)


def _begin(conversation: Conversation, flow: Flow, entry: str) -> None:
    """Beside what was heard: her screen goes on with that, and that is what a fault is looked for in."""
    ran, screen = conversation.ran, conversation.screen
    shown = screen.session if screen else ""
    is_open, saved_as = conversation.session(entry) is not None, conversation.saved.get(entry, "")
    running.begin(conversation, flow, variables={ENTRY: entry, IS_OPEN: is_open, SAVED_AS: saved_as} if entry else None)
    conversation.ran = ran
    if screen:
        screen.session = shown


def _flow(conversation: Conversation) -> Flow | None:
    flow = conversation.serving.ways.keywords.get(PHOTO_KEYWORD)
    return flow if conversation.inbound.media and not conversation.person.stopped else None


def _has_place(conversation: Conversation) -> bool:
    """Whether there is anybody whom a picture of this phone could show."""
    return conversation.person.enroler or members.on_phone(conversation.conn, conversation.person.id)


def _asked_for(conversation: Conversation, target: Target) -> bool:
    """Whether what is answered, or begun, asks for a photo by itself."""
    if target.session:
        asked = target.session.asked
        fields = fields_of(conversation.state(target.session))
        return any(one.type == "photo" for one in fields if asked in ("", one.name))
    begun = target.flow or target.line
    return begun is not None and any(one.type == "photo" for one in fields_of(begun.states[target.at or begun.first]))

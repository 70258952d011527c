"""7 Writing down a conversation: compare-and-set, turn log, outbox, timers. Once, at its end."""

from __future__ import annotations

import math

from sms_service import quiet
from sms_service.conversation import Conversation, Moved
from sms_service.engine import dlt, navigation
from sms_service.engine.answering import offers_back
from sms_service.engine.model import MAX_REMINDERS, Session, Sessions
from sms_service.engine.texts import count, sendable
from sms_service.engine.waiting import due_at
from sms_service.store import claims, installation, outbox, paths, people
from sms_service.store import sessions as store_sessions
from sms_service.store.inbox import Stored
from sms_service.store.transaction import Conflict


def write(conversation: Conversation) -> tuple[Stored, bytes]:
    """The answer to the message, and the sealed sessions for Redis. Raises Conflict."""
    person, conn, inbound, turn_no = conversation.person, conversation.conn, conversation.inbound, conversation.turn_no
    if not people.count_turn(conn, person.id, person.turn_no):
        raise Conflict
    text = sendable("\n".join(conversation.texts))
    stored = _screen(conversation, text) if inbound.kind == "ussd" else _message(conversation, text)
    sealed = store_sessions.seal(
        person, Sessions(turn_no=turn_no, open=conversation.open, screen=conversation.screen)
    )  # once the prompts are known
    first = conversation.moved[0] if conversation.moved else Moved("", "", "", "", "", [], person.language)
    ways = [paths.Way(moved.flow, moved.path) for moved in conversation.moved]
    store_sessions.add_turn(
        conn,
        {
            "person_id": person.id, "turn_no": turn_no, "channel": inbound.channel, "inbound_id": inbound.id,
            "kind": inbound.kind, "flow": first.flow, "version": first.version, "state_before": first.before,
            "state_after": first.after, "path": paths.kept(ways), "language": first.language,
            "at": inbound.received_at, "ends": stored.ends,
            "gateway_time": inbound.gateway_time, "text_sealed": person.key.encrypt("turn.text", inbound.text),
            "reply_sealed": person.key.encrypt("turn.reply", stored.text), "sessions_sealed": sealed,
            "unanswered": conversation.unanswered,
        },
    )  # fmt: skip
    due = [(session, due_at(conversation.flow(session), session)) for session in conversation.open]
    store_sessions.set_timers(conn, person.id, conversation.before, due)
    return stored, sealed


def _prompted(conversation: Conversation) -> list[tuple[Session, str]]:
    """The open sessions whose question is said in this turn, and in which language."""
    said = conversation.prompted
    return [(session, said[session.id]) for session in conversation.open if session.id in said]


def _message(conversation: Conversation, text: str) -> Stored:
    """SMS: the texts of this turn leave as one message, through the outbox."""
    person, inbound = conversation.person, conversation.inbound
    if not text or inbound.answered or conversation.unanswered:
        return Stored("", ends=True)
    night = inbound.is_hers and quiet.night_ends(conversation.desk.quiet_hours, person.phone, inbound.received_at)
    if night:
        claims.wake(conversation.conn, person.id, inbound.received_at)
    ref, farewell = conversation.desk.new_id(), None
    if conversation.to_stopped and people.is_forgotten(conversation.conn, person.id):
        keys = installation.to_write_with(conversation.conn, conversation.desk.keys)
        farewell = outbox.farewell(keys, person.phone, text)  # her own key is gone since a moment ago
    registered = _registered(conversation, text)
    ways = conversation.desk.routes.channels(conversation.conn, person, inbound)
    outbox.add(
        conversation.conn,
        {
            "ref": ref, "person_id": person.id, "turn_no": conversation.turn_no, "channel": ways[0],
            "route": ",".join(ways) if len(ways) > 1 else None,
            "flow": conversation.moved[0].flow if conversation.moved else "", "to_stopped": conversation.to_stopped,
            "text_sealed": person.key.encrypt("outbox.text", text), "counted": count(text).segments,
            "due_at": inbound.received_at, "created_at": inbound.received_at, "farewell_sealed": farewell,
            "answers": inbound.is_hers,
            "link": (inbound.link or None) if inbound.channel == person.channel else None,
            # What answers nobody is what many may get: those of one text leave in one call where the gateway can.
            "text_index": None if inbound.phone else conversation.desk.keys.index("outbox.text", text),
            "dlt_entity": registered and registered.entity, "dlt_template": registered and registered.template,
        },
    )  # fmt: skip
    conversation.rings.add("deliver")
    _carried(conversation, ref)
    return Stored("", ends=True, farewell=text if farewell else "")


def _carried(conversation: Conversation, ref: str) -> None:
    """Notes for which open questions the message `ref` was: it carried them, or was about them. A question that is said anew
    takes the place of what has not left of it."""
    prompted = {session.id: language for session, language in _prompted(conversation)}
    for session in [one for one in conversation.open if one.id in conversation.said]:
        before = {session.prompt, *session.reminders} - {""}
        also = ref
        if session.id in prompted:
            # A reminder on its way does not undo that the same question is with her already.
            if not outbox.was_handed_over(conversation.conn, session.prompt, math.inf):
                also, session.prompt, session.prompt_language = session.prompt, ref, prompted[session.id]
            others = {at for one in conversation.open if one is not session for at in (one.prompt, *one.reminders)}
            outbox.withdraw(conversation.conn, before - others, unasked=True)
        session.reminders = [*session.reminders, *([also] if also else [])][-MAX_REMINDERS:]


def _registered(conversation: Conversation, text: str) -> dlt.Ids | None:
    """Which text of India's registry it is: of the flows of this turn, in the versions that she is in, or of any that serve
    now. None where she has no number of India, or nothing that is registered is like it. It is looked up whatever the
    channel is: the text may yet go by another one.
    """
    if not conversation.person.phone.startswith(dlt.INDIA):
        return None
    shelf = conversation.desk.shelf
    hers = [shelf.version(moved.version) for moved in conversation.moved]
    flows = [*hers, *conversation.serving.current.values()]
    return dlt.find((flow.dlt for flow in flows), text, conversation.desk.dlt)


def _screen(conversation: Conversation, text: str) -> Stored:
    """USSD: the texts of this turn are the screen, in as many pages as they need; without any, another page is shown."""
    screen = conversation.screen
    assert screen, "a hop has been heard"
    if text:
        session = conversation.session(screen.session)
        back = session is not None and not screen.resumes and offers_back(conversation.flow(session), session)
        screen.pages = navigation.pages(text, conversation.person.language, back)
        screen.page = screen.furthest = 0
    shown = screen.pages[screen.page] if screen.pages else ""
    for session, language in _prompted(conversation):
        session.hop, session.hop_language = conversation.turn_no, language
    return Stored(shown, ends=not screen.session and screen.at_its_end)

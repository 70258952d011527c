"""6 Running a session: step after step until it waits or ends, with the effects and the calls that its steps want.

`begin` opens one, `tick` comes by with the clock; what a person typed comes from hearing.py.
"""

from __future__ import annotations

import msgspec

from sms_service import closing
from sms_service.conversation import Conversation, Moved
from sms_service.engine import navigation
from sms_service.engine.model import (
    MAX_OPEN_SESSIONS,
    MAX_STEPS,
    Begin,
    Called,
    Cause,
    Effect,
    Flow,
    Heard,
    Outcome,
    Reading,
    Returned,
    Session,
    Tick,
    Turn,
    Variables,
)
from sms_service.engine.step import step
from sms_service.engine.waiting import due_at, from_handing_over
from sms_service.engine.walk import FlowFault
from sms_service.enrolment import consent, effects
from sms_service.enrolment.effect_shapes import SAVES
from sms_service.enrolment.effects import Act
from sms_service.faults import FAULTS, Broken
from sms_service.store import outbox


def begin(
    conversation: Conversation, flow: Flow, at: str = "", about: str = "", variables: Variables | None = None,
    reading: Reading | None = None,
) -> None:  # fmt: skip
    """Opens a session and runs it. One about the same thing begins anew; one too many ends the oldest. Raises Broken.

    `at`: not for her, she is told so there; what she has open of this flow waits until she may go on.
    """
    others = [s for s in conversation.open if at or (navigation.outermost(s).flow, s.about) != (flow.name, about)]
    if len(others) >= MAX_OPEN_SESSIONS:  # what is about somebody's registration is not dropped for a menu
        evicted = next((one for one in others if not one.about), others[0])
        closing.evict(conversation, evicted)
        others.remove(evicted)
    for session in [one for one in conversation.open if one not in others]:
        closing.drop(conversation, session)
    session = Session(
        id=conversation.desk.new_id(), flow=flow.name, version=flow.version, state=at or flow.first, about=about,
        language=conversation.person.language, kind=conversation.inbound.kind, variables=variables or {},
    )  # fmt: skip
    conversation.open.append(session)
    run(conversation, session, Begin(reading or Reading(), at), before="")


def tick(conversation: Conversation, now: float) -> None:
    """Time has passed: reminds, and closes what has expired. Raises Broken."""
    for ticking in [session.id for session in conversation.open]:
        session = conversation.session(ticking)  # an effect of one may close others
        if session and due_at(conversation.flow(session), session) <= now:
            session = _from_handing_over(conversation, session, now)
            if due_at(conversation.flow(session), session) <= now:
                run(conversation, session, Tick())


def _from_handing_over(conversation: Conversation, session: Session, now: float) -> Session:
    """The session with its times counted from when the gateway took its question, or its newest reminder. Where nobody knows,
    or it will never be taken, they count from when it was written."""
    about = outbox.left(conversation.conn, {session.prompt, *session.reminders} - {""})
    times = [now if one.waits else one.left_at for one in about]
    newest = max((at for at in times if at is not None), default=session.waits_since)
    asked = next((one for one in about if one.ref == session.prompt), None)
    written, left = (asked.written_at, asked.left_at) if asked else (session.waits_since, None)
    later = from_handing_over(conversation.flow(session), session, now, written, left, newest)
    conversation.open = [later if one.id == session.id else one for one in conversation.open]
    return later


def run(conversation: Conversation, session: Session, cause: Cause, before: str | None = None) -> None:
    """Steps one session until it waits or ends. `before`: the state it came from, where that is not its own. Raises Broken."""
    conversation.ran = session.id
    began, path, left = navigation.outermost(session), list[str](), MAX_STEPS
    stands = msgspec.structs.replace(session, kind=conversation.inbound.kind)
    while True:
        try:
            flow = conversation.flow(stands)
            turn = step(flow, stands, cause, conversation.inbound.received_at, left)
            path += turn.path
            left -= turn.passed
            _said(conversation, flow, stands, turn)
            if turn.wants is None:
                break
            stands, cause = _brought(conversation, flow, turn.wants)
        except FAULTS as fault:
            raise Broken(str(fault), stands.flow, stands.version, stands.state, session.id) from fault
    stays = [turn.session] if turn.session else []
    conversation.open = [s for one in conversation.open for s in (stays if one.id == session.id else [one])]
    closing.withdraw(conversation, session, unasked=isinstance(cause, Heard))
    passed = [token for token in turn.path if token.rpartition("/")[2] in flow.states]
    after = turn.session.state if turn.session else passed[-1] if passed else stands.state
    first = session.state if before is None else before
    conversation.went(Moved(session.id, began.flow, began.version, first, after, path, session.language))
    if conversation.screen and conversation.inbound.kind == "ussd":
        conversation.screen.session = turn.session.id if turn.session else ""


def _said(conversation: Conversation, flow: Flow, session: Session, turn: Turn) -> None:
    """Takes up what one step said and decided."""
    conversation.texts += turn.texts
    if turn.texts:
        conversation.said.add(session.id)
    conversation.to_stopped = conversation.to_stopped or flow.answers_stopped
    if turn.prompted and turn.session:
        conversation.prompted.pop(session.id, None)
        conversation.prompted[session.id] = language_shown(flow, turn.session)
    if turn.decision:
        consent.record(
            conversation.conn, conversation.desk.keys, conversation.person, session, turn.decision,
            conversation.inbound, conversation.turn_no,
        )  # fmt: skip


def language_shown(flow: Flow, session: Session) -> str:
    """The language that the open question was said in: the session's, or the flow's first where it has no such text."""
    slot = f"{session.state}.{session.asked}.ask" if session.asked else f"{session.state}.say"
    spoken = (f"{slot}@{session.language}", f"{slot}@{session.language}:{session.kind}")
    return session.language if any(key in flow.templates for key in spoken) else flow.languages[0]


def _brought(
    conversation: Conversation, flow: Flow, wanted: Effect | Called | Returned
) -> tuple[Session, Begin | Outcome]:
    """Brings what a step wants. The session that goes on, and how."""
    match wanted:
        case Effect():
            return _performed(conversation, flow, wanted)
        case Called():
            called = conversation.desk.shelf.called(wanted.flow, wanted.session, conversation.serving)
            if called is None:
                raise FlowFault(f"flow {flow.name} calls flow {wanted.flow}, which does not serve")
            return navigation.called(wanted, called), Begin()
        case Returned():
            return wanted.session, wanted.outcome


def _performed(conversation: Conversation, flow: Flow, wanted: Effect) -> tuple[Session, Outcome]:
    """Has an effect done. The session after it, and how it ended."""
    session, inbound, desk = wanted.session, conversation.inbound, conversation.desk
    act = Act(
        conversation.conn, desk.keys, inbound.received_at, conversation.person, session, inbound, desk.rules,
        desk.region, conversation.serving.ways, desk.fees, flow,
    )  # fmt: skip
    done = effects.perform(wanted.name, act, wanted.arguments)
    if wanted.name == SAVES and "ref" in done.variables:
        conversation.saved[session.id] = done.variables["ref"]
    conversation.starts += done.starts
    conversation.ends += done.ends
    conversation.rings.update(done.rings)
    if done.closes_others:
        closing.close_others(conversation, session)
    if done.language:
        conversation.speaks(done.language)
        session = msgspec.structs.replace(session, language=done.language)
    return session, Outcome(done.outcome, done.variables, effects.kind_of(wanted.name, done.outcome))

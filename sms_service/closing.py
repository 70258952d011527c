"""Sessions that end without their flow: by a STOP to another one, for want of room, because they cannot go on.

None of them may leave a registration that waits for ever: nobody could enter that person again.
"""

from __future__ import annotations

import logging

from sms_service.authoring.shelf import UnknownVersion
from sms_service.authoring.source import BrokenFlow
from sms_service.conversation import Conversation, Moved
from sms_service.engine import navigation
from sms_service.engine.listen import word_of
from sms_service.engine.model import Consent, Decision, Session, UssdScreen
from sms_service.enrolment import consent, families, registrations
from sms_service.enrolment.effect_shapes import MEMBERSHIP
from sms_service.enrolment.effects import entering
from sms_service.enrolment.effects.act import first_name
from sms_service.faults import SORRY, Broken
from sms_service.privacy import mask
from sms_service.store import outbox, people

log = logging.getLogger(__name__)

INCOMPLETE = {
    "en": "NOT saved, it was incomplete: {}.",
    "hi": "अधूरा था, दर्ज नहीं: {}।",
    "sw": "HAIJAHIFADHIWA, haikukamilika: {}.",
}
"""What an enroler reads who begins another entry before one is complete, with the person's first name and masked phone."""

ENTER_AGAIN = "registration %s, which waited for an answer in flow %s, is closed (%s): have that person entered again"


def close_others(conversation: Conversation, stopping: Session) -> None:
    """STOP: every other session of hers is over, and an open question of consent is answered with no."""
    for session in list(conversation.open):
        if session.id != stopping.id:
            _refused(conversation, session)
            _close(conversation, session)


def _refused(conversation: Conversation, session: Session) -> None:
    """STOP as her no, in the ledger: to a consent that is asked, and to membership by who is just mending her own entry."""
    state, conn, person = conversation.state(session), conversation.conn, conversation.person
    purpose = state.purpose if isinstance(state, Consent) else ""
    if not purpose and consent.registration_of(conn, person, session) is not None:
        purpose = MEMBERSHIP
    was_asked = bool(session.prompt or session.hop)
    if purpose and was_asked and not consent.is_decided(conn, person, conversation.turn_no, purpose):
        refused = Decision(purpose, "refused", conversation.inbound.text, "stop", state.name)
        keys, inbound = conversation.desk.keys, conversation.inbound
        consent.record(conn, keys, person, session, refused, inbound, conversation.turn_no)


def drop(conversation: Conversation, session: Session) -> None:
    """Ends a session because its flow begins anew. An entry that was not complete is not dropped in silence: she would count
    it as made."""
    conversation.close(session.id)
    withdraw(conversation, session, unasked=conversation.inbound.is_hers)
    line = conversation.serving.ways.words.get("line")
    if line is None or navigation.outermost(session).flow != line.name or conversation.inbound.kind != "sms":
        return
    name, mobile = session.variables.get("name"), session.variables.get("mobile")
    if name or mobile:
        who = " ".join(filter(None, (name and first_name(str(name)), mobile and mask(str(mobile)))))
        said = INCOMPLETE.get(conversation.person.language, INCOMPLETE["en"])
        conversation.texts.append(said.format(who))


def evict(conversation: Conversation, session: Session) -> None:
    """Ends a session because another one needs its place."""
    _close(conversation, session)
    _forsake(conversation, session, "newer dialogues took its place")


def close_about(conversation: Conversation, about: str) -> bool:
    """Ends what is open about one registration, of which its enroler has withdrawn the question: nothing that is typed for
    it counts any more, and what of it has not left stays here. False if nothing was open."""
    ended = [session for session in conversation.open if session.about == about]
    for session in ended:
        _close(conversation, session)
        outermost = navigation.outermost(session)
        conversation.went(Moved(session.id, outermost.flow, outermost.version, session.state, "", [], session.language))
    return bool(ended)


def _close(conversation: Conversation, session: Session) -> None:
    conversation.close(session.id)
    withdraw(conversation, session)


def withdraw(conversation: Conversation, session: Session, *, unasked: bool = False) -> None:
    """Of a session that has ended, or gone on: what asked her, or reminded her, and has not left stays here, for nothing would
    hear the answer. Not what a question that stands was said in too. `unasked`: only what answers nobody."""
    standing = {ref for one in conversation.open for ref in (one.prompt, *one.reminders)}
    refs = {session.prompt, *session.reminders} - standing - {""}
    outbox.withdraw(conversation.conn, refs, unasked=unasked)


def close_lost(conversation: Conversation) -> None:
    """Ends the sessions whose flow, or one that waits for it, cannot be had any more: their person can begin anew."""
    for session in list(conversation.open):
        try:
            for version in (session.version, *(caller.version for caller in session.callers)):
                conversation.desk.shelf.version(version)
        except (UnknownVersion, BrokenFlow) as error:
            _close(conversation, session)
            log.error(
                "a session in flow %s, version %s, state %s ends, it cannot be loaded: %s",
                session.flow, session.version[:12], session.state, error,
            )  # fmt: skip
            _forsake(conversation, session, "its version cannot be loaded")


def close_broken(conversation: Conversation, broken: Broken, status: str = "expired") -> None:
    """Ends the session in which a flow broke. Nothing of that turn counts; a consent neither. `status`: what becomes of
    the registration that it was to decide."""
    session = conversation.session(broken.session)
    if session is None:
        return  # it was to begin in that turn, and never did
    _close(conversation, session)
    outermost = navigation.outermost(session)
    conversation.went(
        Moved(session.id, outermost.flow, outermost.version, session.state, "", [], session.language)
    )  # without a path: nobody went anywhere, and nobody is counted
    _forsake(conversation, session, "a flow broke", status)


def apologise(conversation: Conversation, broken: Broken) -> None:
    """Ends the session in which a flow broke, and says so to her whose message it was.

    A STOP counts whatever has become of the flow that answers it.
    """
    inbound, typed = conversation.inbound, conversation.inbound.text
    if inbound.kind == "ussd":
        screen = conversation.screen
        if screen is not None and not navigation.is_first(screen, inbound.session):
            typed = navigation.newest_input(screen, typed)
        conversation.screen = UssdScreen(id=inbound.session, text=inbound.text)
    person = conversation.person
    stops = word_of(typed, person.language, person.enroler, conversation.serving.ways) == "stop"
    close_broken(conversation, broken, "refused" if stops else "expired")
    if stops:
        people.set_stopped(conversation.conn, conversation.person.id, inbound.received_at)
        families.refuse_all(conversation.conn, conversation.person.id, inbound.received_at)
        for session in list(conversation.open):
            _refused(conversation, session)
            _close(conversation, session)
            _forsake(conversation, session, "she sent STOP", "refused")
    conversation.texts.append(SORRY.get(conversation.person.language, SORRY["en"]))


def _forsake(conversation: Conversation, session: Session, why: str, status: str = "expired") -> None:
    """The registration that a closed session was to decide ends as one that nobody answered."""
    conn, person = conversation.conn, conversation.person
    waiting = registrations.waiting_for(conn, person.id)
    if waiting is not None and session.about == str(waiting):
        registrations.decide(conn, waiting, status, conversation.inbound.received_at)
        if status == "expired":  # else it is her own wish
            ref = registrations.by_id(conn, person.key, waiting).ref
            log.error(ENTER_AGAIN, ref, session.flow, why)
            now = conversation.inbound.received_at
            conversation.starts += entering.next_on_phone(conn, conversation.desk.keys, person.id, now)

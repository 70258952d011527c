"""6 Hearing what came: which session is meant, what was typed on which screen, and whether its question was seen."""

from __future__ import annotations

from sms_service import running
from sms_service.conversation import Conversation
from sms_service.engine import navigation
from sms_service.engine.answers import is_number, read_answer
from sms_service.engine.listen import Target, Writer, dial, listen
from sms_service.engine.model import (
    AnyState,
    Ask,
    Consent,
    Field,
    Heard,
    Reading,
    Session,
    Sessions,
    Show,
    UssdScreen,
)
from sms_service.engine.step import fields_of
from sms_service.enrolment import areas
from sms_service.enrolment.answer_types import Setting
from sms_service.enrolment.reading import answer
from sms_service.store import outbox

IN_A_LINE = 3
"""Fields by which a text is a registration while something else is asked; two do where nothing is."""


class Overtaken(Exception):
    """The answer is here before the worker has heard that the gateway took the question: look again in a moment."""


def sms(conversation: Conversation) -> None:
    """An SMS came. Raises Overtaken, Broken."""
    text = conversation.inbound.text
    _serve(conversation, listen(text, _writer(conversation), conversation.serving.ways), text)


def hop(conversation: Conversation) -> None:
    """A USSD hop came: a dial, or something typed on the screen before. Raises Overtaken, Broken."""
    inbound, screen = conversation.inbound, conversation.screen
    if screen is None or navigation.is_first(screen, inbound.session):
        conversation.screen = UssdScreen(id=inbound.session, text=inbound.text)
        _dialled(conversation, navigation.direct_dial(inbound.text))
        return
    typed = navigation.newest_input(screen, inbound.text)
    screen.text = inbound.text
    session = conversation.session(screen.session)
    if navigation.turned(screen, typed):
        return  # another page of the same text, nothing was answered
    if read_answer(typed, conversation.person.language, "none") == "stop":
        _serve(conversation, Target(flow=conversation.serving.ways.words.get("stop")), typed)
    elif session is None:
        _dialled(conversation, [])
    else:
        # A menu may be answered from its first page; what one consents to has to be seen to its end, on this screen:
        # the session may have come to its question by an SMS or by time while the screen showed another one (hop 0).
        shown = screen.fully_shown and session.hop > 0
        _answered(conversation, session, typed, shown or not isinstance(conversation.state(session), Consent))


def _dialled(conversation: Conversation, inputs: list[str]) -> None:
    _serve(conversation, dial(conversation.inbound.to, _writer(conversation), conversation.serving.ways), "")
    for typed in inputs:
        session = conversation.session(next(reversed(conversation.prompted), ""))
        if session is None:
            break
        conversation.texts.clear()  # only the last screen of a direct dial is looked at
        conversation.prompted.clear()
        _answered(
            conversation, session, typed, seen=not isinstance(conversation.state(session), Consent)
        )  # nobody consents to what she dialled past


def _writer(conversation: Conversation) -> Writer:
    person = conversation.person
    return Writer(person.language, person.enroler, person.stopped, Sessions(open=conversation.open))


def _serve(conversation: Conversation, target: Target, text: str) -> None:
    media = conversation.inbound.media
    if target.line and (line := _line(conversation, target, text)):
        running.begin(conversation, target.line, reading=line)
    elif target.session:
        if text.strip() or media:
            session = _meant(conversation, target.session, text)
            _answered(conversation, session, text, seen=_was_asked(conversation, session))
        else:
            running.run(conversation, target.session, Show())
    elif target.flow:
        first = target.flow.states[target.at or target.flow.first]
        read = _read(conversation, first, target.rest, "") if target.rest or media else Reading()
        running.begin(conversation, target.flow, at=target.at, reading=read)


def _line(conversation: Conversation, target: Target, text: str) -> Reading | None:
    """The registration that `text` holds without a keyword, if it holds more than any answer to an open question would."""
    assert target.line
    if target.session and navigation.outermost(target.session).flow == target.line.name:
        return None  # her entry is under way: this goes into it
    found = _read(conversation, target.line.states[target.line.first], text, "")
    return found if len(found.values) >= (IN_A_LINE if target.session else IN_A_LINE - 1) else None


def _meant(conversation: Conversation, session: Session, text: str) -> Session:
    """The session that a text answers: never a consent where another open question of hers may be meant. An enroler in
    the middle of an entry who is entered herself must not join by the number of a booth."""
    if not isinstance(conversation.state(session), Consent):
        return session
    others = [one for one in conversation.open if not isinstance(conversation.state(one), Consent)]
    if not is_number(text):  # then only another question that yes or no could answer
        others = [one for one in others if any(field.type == "yes_no" for field in _asked(conversation, one))]
    return others[-1] if others else session


def _asked(conversation: Conversation, session: Session) -> list[Field]:
    return [one for one in fields_of(conversation.state(session)) if session.asked in ("", one.name)]


def _was_asked(conversation: Conversation, session: Session) -> bool:
    """Whether the gateway has the open question. Raises Overtaken while a worker is just handing it over."""
    if outbox.was_handed_over(conversation.conn, session.prompt, conversation.inbound.received_at):
        return True
    if conversation.patient and outbox.is_in_flight(conversation.conn, session.prompt):
        raise Overtaken
    return False


def _answered(conversation: Conversation, session: Session, text: str, seen: bool) -> None:
    read = _read(conversation, conversation.state(session), text, session.asked)
    running.run(conversation, session, Heard(text, seen, read))


def _read(conversation: Conversation, state: AnyState, text: str, asked: str) -> Reading:
    fields = fields_of(state)
    if not fields:
        return Reading()
    setting = Setting(
        regions=answer.regions_for(conversation.person.phone, conversation.desk.region),
        language=conversation.person.language,
        now=conversation.inbound.received_at,
        media=conversation.inbound.media,
        area_called=lambda named, level="": areas.called(conversation.conn, named, level),
    )
    return answer.read(text, fields, state.field.name if isinstance(state, Ask) else asked, setting)

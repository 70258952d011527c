"""6 Hearing what came: which session is meant, what was typed on which screen, and whether its question was seen."""

from __future__ import annotations

from msgspec.structs import replace

from sms_service import pictures, running
from sms_service.conversation import Conversation
from sms_service.engine import navigation
from sms_service.engine.ahead import ahead
from sms_service.engine.answers import CLAUSE, fold, is_number, read_answer, read_key
from sms_service.engine.keywords import first_word
from sms_service.engine.listen import Target, Writer, dial, dial_anew, is_line, listen, top
from sms_service.engine.model import (
    MAX_OPEN_SESSIONS,
    MEMBERSHIP,
    AnyState,
    Ask,
    Choose,
    Consent,
    Do,
    Field,
    Flow,
    Heard,
    Question,
    Reading,
    Session,
    Sessions,
    Show,
    UssdScreen,
)
from sms_service.engine.texts import count, sendable
from sms_service.engine.tongues import language_told
from sms_service.engine.walk import fields_of
from sms_service.enrolment import enrolers
from sms_service.enrolment.reading import answer
from sms_service.enrolment.reading.setting import setting_of
from sms_service.enrolment.rules import one_time_passwords
from sms_service.store import outbox, people

OTP_KEYWORD = "otp"
"""The keyword of the flow that warns of them; where no flow has it, nobody is warned."""

SET_LANGUAGE = "set_language"
"""The effect by which somebody chooses her language."""

ASKED_AGAIN_SEGMENTS = 2
"""SMS of a confirmation with the question after it: what the question alone may take in Hindi."""


class Overtaken(Exception):
    """The answer is here before the worker has heard that the gateway took the question: look again in a moment."""


def sms(conversation: Conversation) -> None:
    """An SMS came. Raises Overtaken, Broken."""
    text = conversation.inbound.text
    target = listen(text, _writer(conversation), conversation.serving.ways)
    if _tells_language(conversation, target, text):
        target = listen(text, _writer(conversation), conversation.serving.ways)
    spoken = conversation.person.language
    flow = conversation.serving.ways.keywords.get(OTP_KEYWORD) if conversation.person.enroler else None
    if flow and (entry := _entry_without(conversation, target, text)):
        running.begin(conversation, flow)  # it warns, and ends; what she entered is not lost over it
        _heard(conversation, listen(entry, _writer(conversation), conversation.serving.ways), entry)
    elif flow and _warned(conversation, target, text):
        _serve(conversation, Target(flow=flow), text)
    else:
        _heard(conversation, target, text)
    pictures.settle(conversation)
    if conversation.person.language != spoken:
        _ask_again(conversation)


def _tells_language(conversation: Conversation, target: Target, text: str) -> bool:
    """Takes up the language that a text shows, if ours for this person is a guess, and whatever the text is for speaks it."""
    person, told = conversation.person, language_told(text)
    if not told or told == person.language or person.enroler or person.chose_language:
        return False
    flow = conversation.flow(target.session) if target.session else target.flow
    if flow is None or told not in flow.languages:
        return False
    people.set_language(conversation.conn, person.id, told)
    conversation.speaks(told)
    return True


def _ask_again(conversation: Conversation) -> None:
    """She has chosen another language: whether she joins is asked once more, in that one. Where it would make one SMS too
    long, that says by itself which language she gets from now on."""
    session = top(_writer(conversation).sessions, "sms")
    if session and isinstance(conversation.state(session), Consent):
        before = len(conversation.texts) if _only_chose(conversation) else 0
        running.run(conversation, session, Show())
        if count(sendable("\n".join(conversation.texts))).segments > ASKED_AGAIN_SEGMENTS:
            del conversation.texts[:before]


def _only_chose(conversation: Conversation) -> bool:
    """Whether this turn was the choice of a language, and nothing else was said in it that she has to read."""
    flows = [conversation.desk.shelf.version(moved.version) for moved in conversation.moved]
    return all(
        any(isinstance(state, Do) and state.effect == SET_LANGUAGE for state in flow.states.values()) for flow in flows
    )


def is_command(conversation: Conversation) -> bool:
    """Whether an SMS, or a clause of it, begins with a keyword, or it is a registration without one."""
    text, ways = conversation.inbound.text, conversation.serving.ways
    if any(fold(first_word(one)[0]) in ways.keywords for one in (text, *CLAUSE.split(text))):
        return True
    target = listen(text, _writer(conversation), ways)
    return bool(target.line and _line(conversation, target, text))


def _heard(conversation: Conversation, target: Target, text: str) -> None:
    """What a text says, then the picture that came with it."""
    entry = bool(conversation.inbound.media and target.line and _line(conversation, target, text))
    if not entry and (flow := pictures.alone(conversation, target, text)):
        running.begin(conversation, flow)
        return
    beside = pictures.beside(conversation, replace(target, session=None, flow=target.line) if entry else target)
    _serve(conversation, target, text)
    if beside:
        pictures.keep(conversation, beside)


def _entry_without(conversation: Conversation, target: Target, text: str) -> str:
    """An entry that has somebody's one-time password in it, without that; "" if it is none, or has none."""
    entry = one_time_passwords.without(text) or ""
    named = target.flow is not None and target.flow is conversation.serving.ways.words.get("line")
    return entry if entry and (named or (target.line and _line(conversation, target, entry))) else ""


def _warned(conversation: Conversation, target: Target, text: str) -> bool:
    """Whether an enroler's text is no command and looks like somebody's one-time password."""
    free = target.session is not None or target.flow is conversation.serving.ways.words.get("help")
    return free and bool(one_time_passwords.one_time_password(text, answering=target.session is not None))


def call(conversation: Conversation) -> None:
    """She rang and hung up: no answer to anything. What she has open stays open: the oldest is not ended over it, and what
    an earlier call began does not begin anew."""
    flow = conversation.serving.ways.words.get("call")
    began = {navigation.outermost(one).flow for one in conversation.open}
    if flow and flow.name not in began and len(conversation.open) < MAX_OPEN_SESSIONS:
        running.begin(conversation, flow)


def hop(conversation: Conversation) -> None:
    """A USSD hop came: a dial, or something typed on the screen before. Raises Overtaken, Broken."""
    _hopped(conversation)
    pictures.settle(conversation)


def _hopped(conversation: Conversation) -> None:
    inbound, screen = conversation.inbound, conversation.screen
    if screen is None or navigation.is_first(screen, inbound.session):
        conversation.screen = UssdScreen(id=inbound.session, text=inbound.text)
        _dialled(conversation, navigation.direct_dial(inbound.text))
        return
    typed = navigation.newest_input(screen, inbound.text)
    screen.text = inbound.text
    session = conversation.session(screen.session)
    asks, screen.resumes = screen.resumes, ""
    if navigation.turned(screen, typed):
        return  # another page of the same text, nothing was answered
    if read_answer(typed, conversation.person.language, "none") == "stop":
        _serve(conversation, Target(flow=conversation.serving.ways.words.get("stop")), typed)
    elif session is None:
        _dialled(conversation, [])
    elif asks:
        _resumed(conversation, session, typed)
    else:
        # The session may have come to its question by an SMS or by time while the screen showed another one (hop 0).
        _typed(conversation, session, typed, to_its_end=screen.fully_shown and session.hop > 0)


def _dialled(conversation: Conversation, inputs: list[str]) -> None:
    target = dial(conversation.inbound.to, _writer(conversation), conversation.serving.ways)
    if target.session and _could_be_lost(conversation, target.session):
        _ask_whether_to_resume(conversation, target.session, inputs)
    else:
        _begun(conversation, target, inputs)


def _could_be_lost(conversation: Conversation, session: Session) -> bool:
    """Whether she is asked before an open dialogue goes on: one of her own that has got somewhere, left by a network that
    dropped her or begun by SMS. What the service asks her (`about`) has no other beginning."""
    if session.about or conversation.person.stopped or not isinstance(conversation.state(session), Question):
        return False
    return navigation.has_begun(session, conversation.flow(session).first)


def _ask_whether_to_resume(conversation: Conversation, session: Session, inputs: list[str]) -> None:
    screen = conversation.screen
    assert screen, "a hop has been heard"
    screen.session = screen.resumes = session.id
    screen.dialled = inputs
    unicode = conversation.flow(session).limits.ussd_unicode
    conversation.texts.append(navigation.resume(conversation.person.language, unicode))


def _resumed(conversation: Conversation, session: Session, typed: str) -> None:
    """Her answer: she goes on where she was, or begins anew with what she dialled; whatever else is asked again."""
    screen = conversation.screen
    assert screen, "a hop has been heard"
    match read_key(typed, (navigation.GO_ON, navigation.START_AGAIN)):
        case navigation.GO_ON:
            running.run(conversation, session, Show())
        case navigation.START_AGAIN:
            target = dial_anew(conversation.inbound.to, _writer(conversation), conversation.serving.ways)
            _begun(conversation, target, screen.dialled)
        case _:
            _ask_whether_to_resume(conversation, session, screen.dialled)


def _begun(conversation: Conversation, target: Target, inputs: list[str]) -> None:
    """A dialogue that begins or goes on with a dial, and the keys that were dialled with it."""
    _serve(conversation, target, "")
    for typed in inputs:
        session = conversation.session(next(reversed(conversation.prompted), ""))
        if session is None:
            break
        conversation.texts.clear()  # only the last screen of a direct dial is looked at
        conversation.prompted.clear()
        _typed(conversation, session, typed, to_its_end=False)  # nobody consents to what she dialled past


def _typed(conversation: Conversation, session: Session, text: str, to_its_end: bool) -> None:
    """Something was typed on a screen that showed the question to its end, or did not. A menu may be answered all the same;
    what one consents to has to be seen whole."""
    _answered(conversation, session, text, seen=to_its_end or not isinstance(conversation.state(session), Consent))


def _writer(conversation: Conversation) -> Writer:
    person = conversation.person
    return Writer(
        person.language, person.enroler, person.stopped, Sessions(open=conversation.open),
        lambda session: _asks_to_join(conversation.state(session)),
    )  # fmt: skip


def _asks_to_join(state: AnyState) -> bool:
    return isinstance(state, Consent) and state.purpose == MEMBERSHIP


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
        of_a_menu = is_number(target.rest) and any(field.by_key for field in fields_of(first))  # LANG 2: 2 of what?
        read = _read(conversation, first, target.rest, "") if (target.rest and not of_a_menu) or media else Reading()
        running.begin(conversation, target.flow, at=target.at, reading=read)


def _line(conversation: Conversation, target: Target, text: str) -> Reading | None:
    """The registration that `text` holds without a keyword, if it holds more than any answer to an open question would."""
    assert target.line
    session = target.session
    if session and any(field.type == "line" for field in _asked(conversation, session)):
        return None  # she practises one (TRY), and practice must never become an entry
    found = _read(conversation, target.line.states[target.line.first], text, "")
    if session and navigation.outermost(session).flow == target.line.name:
        return found if _is_another(session, target.line, found) else None
    return found if is_line(found, target) else None


def _is_another(session: Session, line: Flow, found: Reading) -> bool:
    """Whether a text in the middle of an entry is about somebody else: it brings another phone together with more that
    differs. Two people must not become one registration."""
    fields, known = fields_of(line.states[line.first]), session.variables
    others = {name for name, value in found.values.items() if known.get(name, value) != value}
    return len(others) > 1 and any(one.type == "mobile" and one.name in others for one in fields)


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
    if conversation.undated:
        return False
    if outbox.was_handed_over(conversation.conn, session.prompt, conversation.inbound.received_at):
        return True
    if conversation.patient and outbox.is_in_flight(conversation.conn, session.prompt):
        raise Overtaken
    return False


def _answered(conversation: Conversation, session: Session, text: str, seen: bool) -> None:
    if turned_away := _held_in(conversation, session):
        running.begin(conversation, turned_away, at=turned_away.starts.otherwise)
        return
    state: AnyState = conversation.state(session)
    if isinstance(state, Choose | Consent):
        found = ahead(conversation.desk.shelf.version(session.version), state, text)
        read = _read(conversation, found.asks, found.rest, "") if found and found.asks and found.rest else Reading()
    else:
        read = _read(conversation, state, text, session.asked)
    running.run(conversation, session, Heard(text, seen, read))


def _held_in(conversation: Conversation, session: Session) -> Flow | None:
    """The enrolers' flow in which a held enroler writes: her draft waits there until she is freed, or it expires."""
    if conversation.person.enroler:
        return None
    began = conversation.desk.shelf.version(navigation.outermost(session).version)
    enroler = enrolers.by_person(conversation.conn, conversation.person) if began.starts.who == "enroler" else None
    return began if enroler and enroler.status == "held" else None


def _read(conversation: Conversation, state: AnyState, text: str, asked: str) -> Reading:
    fields = fields_of(state)
    if not fields:
        return Reading()
    inbound = conversation.inbound
    setting = setting_of(
        conversation.conn, conversation.person, conversation.desk.region, inbound.received_at, inbound.media
    )
    return answer.read(text, fields, state.field.name if isinstance(state, Ask) else asked, setting)

"""One person's part in one transaction: what she has open, what is said to her, and the rows that this leaves behind."""

from __future__ import annotations

import logging
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import Connection

from sms_service.authoring.shelf import Shelf, UnknownVersion
from sms_service.authoring.source import BrokenFlow
from sms_service.engine import navigation
from sms_service.engine.answers import is_number, read_answer
from sms_service.engine.listen import Target, Writer, dial, listen
from sms_service.engine.model import (
    MAX_OPEN_SESSIONS,
    MAX_STEPS,
    AnyState,
    Ask,
    Begin,
    Called,
    Cause,
    Consent,
    Decision,
    Effect,
    Field,
    Flow,
    Heard,
    Inbound,
    Outcome,
    Reading,
    Returned,
    Session,
    Sessions,
    Show,
    Tick,
    UssdScreen,
    Variables,
)
from sms_service.engine.step import FlowFault, due_at, fields_of, offers_back, step
from sms_service.engine.texts import sendable
from sms_service.enrolment import areas, consent, effects, registrations
from sms_service.enrolment.answer_types import Setting
from sms_service.enrolment.effects import Act, Start
from sms_service.privacy import Keys
from sms_service.store import outbox, people
from sms_service.store import sessions as store_sessions
from sms_service.store.inbox import Stored
from sms_service.store.people import Person
from sms_service.store.transaction import Conflict

log = logging.getLogger(__name__)


PATH_MAX = 1000
"""Characters of the turn log's path; the longest that MAX_STEPS allow are cut, at a word."""


class Overtaken(Exception):
    """The answer is here before the worker has heard that the gateway took the question: look again in a moment."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every conversation works with. `new_id` makes session ids and outbox refs."""

    keys: Keys
    shelf: Shelf
    region: str
    new_id: Callable[[], str] = lambda: secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Moved:
    """What the turn log says of a session's way: its flow (that of the outermost call), the states before and after, and
    the whole path."""

    flow: str
    version: str
    before: str
    after: str
    path: list[str]
    language: str

    def since(self, earlier: Moved | None) -> Moved:
        """The whole way, where the session has moved before in this turn (the keys of a direct dial)."""
        if earlier is None or (earlier.flow, earlier.version) != (self.flow, self.version) or not earlier.path:
            return self
        path = self.path[1:] if self.path[:1] == earlier.path[-1:] else self.path
        return replace(self, before=earlier.before, path=[*earlier.path, *path])


class Conversation:
    """One person, one transaction. Say what happened (heard, hopped, started, ticked), then `write` once.

    `patient`: an answer that comes while its question is being handed to the gateway raises Overtaken.
    """

    def __init__(
        self, desk: Desk, conn: Connection, person: Person, sessions: Sessions, inbound: Inbound, patient: bool = False
    ) -> None:
        self.desk, self.conn, self.person, self.inbound = desk, conn, person, inbound
        self.serving = desk.shelf.serving  # the same flows to the end, whatever is published meanwhile
        self.open = [session for session in sessions.open if self._goes_on(session)]
        self.screen = msgspec.structs.replace(sessions.screen) if sessions.screen else None
        self.before = [session.id for session in sessions.open]
        self.patient = patient
        self.texts: list[str] = []
        self.prompted: Session | None = None
        self.to_stopped = False
        self.starts: list[Start] = []
        self.rings: set[str] = set()
        self.moved: Moved | None = None

    def _goes_on(self, session: Session) -> bool:
        """False for a session whose flow, or one that waits for it, cannot be had any more: it ends, and its person can
        begin anew."""
        try:
            for version in (session.version, *(caller.version for caller in session.callers)):
                self.desk.shelf.version(version)
        except (UnknownVersion, BrokenFlow) as error:
            log.error("a session in flow %s ends, its version cannot be loaded: %s", session.flow, error)
            return False
        return True

    # -- what happened --

    def heard(self) -> None:
        """An SMS came."""
        target = listen(self.inbound.text, self._writer(), self.serving.ways)
        self._serve(target, self.inbound.text)

    def hopped(self) -> None:
        """A USSD hop came: a dial, or something typed on the screen before."""
        hop, ways = self.inbound, self.serving.ways
        if self.screen is None or navigation.is_first(self.screen, hop.session):
            self.screen = UssdScreen(id=hop.session, text=hop.text)
            self._dialled(navigation.direct_dial(hop.text))
            return
        typed = navigation.newest_input(self.screen, hop.text)
        self.screen.text = hop.text
        session = next((s for s in self.open if s.id == self.screen.session), None)
        if navigation.turned(self.screen, typed):
            return  # another page of the same text, nothing was answered
        if read_answer(typed, self.person.language, "none") == "stop":
            self._serve(Target(flow=ways.words.get("stop")), typed)
        elif session is None:
            self._dialled([])
        else:
            # A menu may be answered from its first page; what one consents to has to be seen to its end, on this screen:
            # the session may have come to its question by an SMS or by time while the screen showed another one (hop 0).
            shown = self.screen.fully_shown and session.hop > 0
            self._answered(session, typed, shown or not isinstance(self._state(session), Consent))

    def _dialled(self, inputs: list[str]) -> None:
        target = dial(self.inbound.to, self._writer(), self.serving.ways)
        self._serve(target, "")
        for typed in inputs:
            session = self.prompted
            if session is None or session not in self.open:
                break
            self.texts.clear()  # only the last screen of a direct dial is looked at
            self._answered(session, typed, seen=not isinstance(self._state(session), Consent))

    def started(self, flow: Flow, start: Start) -> None:
        """Something happened that begins a flow for her."""
        self._begin(flow, about=start.about, variables=start.variables)

    def ticked(self, now: float) -> None:
        """Time has passed: reminds, and closes what has expired."""
        for ticking in [session.id for session in self.open]:
            session = next((one for one in self.open if one.id == ticking), None)  # an effect of one may close others
            if session and due_at(self.desk.shelf.version(session.version), session) <= now:
                self._run(session, Tick())

    # -- what comes of it --

    def _writer(self) -> Writer:
        return Writer(self.person.language, self.person.enroler, self.person.stopped, Sessions(open=self.open))

    def _serve(self, target: Target, text: str) -> None:
        if target.session:
            if text.strip() or self.inbound.media:
                session = self._meant(target.session, text)
                self._answered(session, text, seen=self._was_asked(session))
            else:
                self._run(target.session, Show())
        elif target.flow:
            first = target.flow.states[target.at or target.flow.first]
            read = self._read(first, target.rest, "") if target.rest or self.inbound.media else Reading()
            self._begin(target.flow, at=target.at, reading=read)

    def _meant(self, session: Session, text: str) -> Session:
        """The session that a text answers: never a consent where another open question of hers may be meant. An enroler in
        the middle of an entry who is entered herself must not join by the number of a booth."""
        if not isinstance(self._state(session), Consent):
            return session
        others = [one for one in self.open if not isinstance(self._state(one), Consent)]
        if not is_number(text):  # then only another question that yes or no could answer
            others = [one for one in others if any(field.type == "yes_no" for field in self._asked(one))]
        return others[-1] if others else session

    def _asked(self, session: Session) -> list[Field]:
        return [one for one in fields_of(self._state(session)) if session.asked in ("", one.name)]

    def _state(self, session: Session) -> AnyState:
        return self.desk.shelf.version(session.version).states[session.state]

    def _was_asked(self, session: Session) -> bool:
        """Whether the gateway has the open question. Raises Overtaken while a worker is just handing it over."""
        if outbox.was_handed_over(self.conn, session.prompt, self.inbound.received_at):
            return True
        if self.patient and outbox.is_in_flight(self.conn, session.prompt):
            raise Overtaken
        return False

    def _answered(self, session: Session, text: str, seen: bool) -> None:
        self._run(session, Heard(text, seen, self._read(self._state(session), text, session.asked)))

    def _read(self, state: AnyState, text: str, asked: str) -> Reading:
        fields = fields_of(state)
        if not fields:
            return Reading()
        setting = Setting(
            regions=registrations.regions_for(self.person.phone, self.desk.region),
            language=self.person.language,
            now=self.inbound.received_at,
            media=self.inbound.media,
            area_called=lambda named, level="": areas.called(self.conn, named, level),
        )
        return registrations.read(text, fields, state.field.name if isinstance(state, Ask) else asked, setting)

    def _begin(
        self, flow: Flow, at: str = "", about: str = "", variables: Variables | None = None,
        reading: Reading | None = None,
    ) -> None:  # fmt: skip
        others = [s for s in self.open if (navigation.outermost(s).flow, s.about) != (flow.name, about)]
        if len(others) >= MAX_OPEN_SESSIONS:  # what is about somebody's registration is not dropped for a menu
            others.remove(next((one for one in others if not one.about), others[0]))
        self.open = others
        session = Session(
            id=self.desk.new_id(), flow=flow.name, version=flow.version, state=at or flow.first, about=about,
            language=self.person.language, kind=self.inbound.kind, variables=variables or {},
        )  # fmt: skip
        self.open.append(session)
        self._run(session, Begin(reading or Reading(), at), before="")

    def _run(self, session: Session, cause: Cause, before: str | None = None) -> None:
        """Steps one session until it waits or ends, doing what its steps want on the way. Raises FlowFault."""
        place = next(number for number, s in enumerate(self.open) if s.id == session.id)
        outermost = navigation.outermost(session)
        moved = Moved(
            outermost.flow, outermost.version, session.state if before is None else before, session.state, [],
            session.language,
        )  # fmt: skip
        session = msgspec.structs.replace(session, kind=self.inbound.kind)
        while True:
            flow = self.desk.shelf.version(session.version)
            turn = step(flow, session, cause, self.inbound.received_at)
            self.texts += turn.texts
            moved.path.extend(turn.path)
            if len(moved.path) > 2 * MAX_STEPS:
                raise FlowFault(f"flow {flow.name} passed {MAX_STEPS} states in one turn without a question")
            self.to_stopped = self.to_stopped or flow.answers_stopped
            if turn.decision:
                self._decided(session, turn.decision)
            match turn.wants:
                case Effect() as wanted:
                    session, cause = self._performed(wanted)
                    place = min(place, len(self.open) - 1)
                case Called() as wanted:
                    if wanted.flow not in self.serving.current:
                        raise FlowFault(f"flow {flow.name} calls flow {wanted.flow}, which does not serve")
                    session, cause = navigation.called(wanted, self.serving.current[wanted.flow]), Begin()
                case Returned() as returned:
                    session, cause = returned.session, returned.outcome
                case None:
                    break
        self.open[place : place + 1] = [turn.session] if turn.session else []
        self.prompted = turn.session if turn.prompted else self.prompted
        passed = [token for token in turn.path if token.rpartition("/")[2] in flow.states]
        moved = replace(moved, after=turn.session.state if turn.session else passed[-1] if passed else session.state)
        self.moved = moved.since(self.moved)
        if self.screen and self.inbound.kind == "ussd":
            self.screen.session = turn.session.id if turn.session else ""

    def _performed(self, wanted: Effect) -> tuple[Session, Outcome]:
        """Has an effect done. The session after it, and how it ended."""
        session = wanted.session
        done = effects.perform(wanted.name, self._act(session), wanted.arguments)
        self.starts += done.starts
        self.rings.update(done.rings)
        if done.closes_others:
            self._close_others(session)
        if done.language:
            self.person = replace(self.person, language=done.language)
            self.open = [msgspec.structs.replace(one, language=done.language) for one in self.open]
            session = msgspec.structs.replace(session, language=done.language)
        return session, Outcome(done.outcome, done.variables)

    def _act(self, session: Session) -> Act:
        return Act(self.conn, self.desk.keys, self.inbound.received_at, self.person, session, self.inbound)

    def _decided(self, session: Session, decision: Decision) -> None:
        consent.record(self.conn, self.person, session, decision, self.inbound, self.person.turn_no + 1)

    def _close_others(self, stopping: Session) -> None:
        """STOP: every other session of hers is over, and an open question of consent is answered with no."""
        for session in self.open:
            state = self._state(session)
            if isinstance(state, Consent) and (session.prompt or session.hop):
                refused = Decision(state.purpose, "refused", self.inbound.text, "stop", state.name)
                self._decided(session, refused)
        self.open = [session for session in self.open if session.id == stopping.id]

    # -- the rows it leaves --

    def write(self) -> tuple[Stored, bytes]:
        """Compare-and-set, turn log, outbox, timers. The answer to the message, and the sealed sessions for Redis.

        Raises Conflict.
        """
        person, conn, inbound = self.person, self.conn, self.inbound
        turn_no = person.turn_no + 1
        if not people.count_turn(conn, person.id, person.turn_no):
            raise Conflict
        text = sendable("\n".join(self.texts))
        stored = self._screen(text, turn_no) if inbound.kind == "ussd" else self._message(text, turn_no)
        sealed = store_sessions.seal(person, Sessions(turn_no=turn_no, open=self.open, screen=self.screen))
        moved = self.moved or Moved("", "", "", "", [], person.language)
        store_sessions.add_turn(
            conn,
            {
                "person_id": person.id, "turn_no": turn_no, "channel": inbound.channel, "inbound_id": inbound.id,
                "kind": inbound.kind, "flow": moved.flow, "version": moved.version, "state_before": moved.before,
                "state_after": moved.after, "path": _kept(moved.path), "language": moved.language,
                "at": inbound.received_at, "ends": stored.ends,
                "gateway_time": inbound.gateway_time, "text_sealed": person.key.encrypt("turn.text", inbound.text),
                "reply_sealed": person.key.encrypt("turn.reply", stored.text), "sessions_sealed": sealed,
            },
        )  # fmt: skip
        due = [(s, due_at(self.desk.shelf.version(s.version), s)) for s in self.open]
        store_sessions.set_timers(conn, person.id, self.before, due)
        return stored, sealed

    def _message(self, text: str, turn_no: int) -> Stored:
        """SMS: the texts of this turn leave as one message, through the outbox."""
        if not text or self.inbound.answered:
            return Stored("", ends=True)
        ref = self.desk.new_id()
        outbox.add(
            self.conn,
            {
                "ref": ref, "person_id": self.person.id, "turn_no": turn_no, "channel": self.person.channel,
                "flow": self.moved.flow if self.moved else "", "to_stopped": self.to_stopped,
                "text_sealed": self.person.key.encrypt("outbox.text", text),
                "due_at": self.inbound.received_at, "created_at": self.inbound.received_at,
            },
        )  # fmt: skip
        self.rings.add("deliver")
        # A reminder on its way does not undo that the same question is with her already.
        if self.prompted and not outbox.was_handed_over(self.conn, self.prompted.prompt, math.inf):
            self.prompted.prompt = ref
        return Stored("", ends=True)

    def _screen(self, text: str, turn_no: int) -> Stored:
        """USSD: the texts of this turn are the screen, in as many pages as they need; without any, another page is shown."""
        assert self.screen
        if text:
            session = next((one for one in self.open if one.id == self.screen.session), None)
            back = session is not None and offers_back(self.desk.shelf.version(session.version), session)
            self.screen.pages = navigation.pages(text, self.person.language, back)
            self.screen.page = self.screen.furthest = 0
        shown = self.screen.pages[self.screen.page] if self.screen.pages else ""
        if self.prompted:
            self.prompted.hop = turn_no
        return Stored(shown, ends=not self.screen.session and self.screen.at_its_end)


def _kept(path: list[str]) -> str:
    joined = " ".join(path)
    return joined if len(joined) <= PATH_MAX else joined[: PATH_MAX + 1].rpartition(" ")[0]


def unheard(channel: str, reason: str, now: float) -> Inbound:
    """The inbound of a turn that no message caused; `reason` makes it happen once."""
    return Inbound(channel=channel, id=reason, kind="sms", phone="", to="", text="", received_at=now)

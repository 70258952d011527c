"""One person's part in one transaction: what she has open, what is said to her, and the rows that this leaves behind."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection

from sms_service.authoring.shelf import Shelf, UnknownVersion
from sms_service.authoring.source import BrokenFlow
from sms_service.engine import hops
from sms_service.engine.answers import read_answer
from sms_service.engine.listen import Caller, Target, dial, listen
from sms_service.engine.model import (
    MAX_OPEN_SESSIONS,
    AnyState,
    Ask,
    Begin,
    Cause,
    Collect,
    Consent,
    Decision,
    Flow,
    Heard,
    Inbound,
    Outcome,
    Reading,
    Session,
    Sessions,
    Show,
    Tick,
    UssdScreen,
    Variables,
)
from sms_service.engine.step import due_at, step
from sms_service.engine.texts import sendable
from sms_service.enrolment import consent, effects, registrations
from sms_service.enrolment.effects import Act, Start
from sms_service.privacy import Keys
from sms_service.store import outbox, people
from sms_service.store import sessions as store_sessions
from sms_service.store.inbox import Stored
from sms_service.store.people import Person
from sms_service.store.transaction import Conflict

log = logging.getLogger(__name__)


class Overtaken(Exception):
    """The answer is here before the worker has heard that the gateway took the question: look again in a moment."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every conversation works with. `new_id` makes session ids and outbox refs."""

    keys: Keys
    shelf: Shelf
    region: str
    new_id: Callable[[], str] = lambda: secrets.token_hex(16)


class Conversation:
    """One person, one transaction. Say what happened (heard, hopped, started, ticked), then `write` once.

    `patient`: an answer that comes while its question is being handed to the gateway raises Overtaken.
    """

    def __init__(
        self, desk: Desk, conn: Connection, person: Person, sessions: Sessions, inbound: Inbound, patient: bool = False
    ) -> None:
        self.desk, self.conn, self.person, self.inbound = desk, conn, person, inbound
        self.open = [session for session in sessions.open if self._goes_on(session)]
        self.screen = msgspec.structs.replace(sessions.screen) if sessions.screen else None
        self.before = [session.id for session in sessions.open]
        self.patient = patient
        self.texts: list[str] = []
        self.prompted: Session | None = None
        self.to_stopped = False
        self.starts: list[Start] = []
        self.rings: set[str] = set()
        self.moved: tuple[Flow, str, str] | None = None  # the flow, the state before, the state after

    def _goes_on(self, session: Session) -> bool:
        """False for a session whose flow cannot be had any more: it ends, and its person can begin anew."""
        try:
            self.desk.shelf.version(session.version)
        except (UnknownVersion, BrokenFlow) as error:
            log.error("a session in flow %s ends, its version cannot be loaded: %s", session.flow, error)
            return False
        return True

    # -- what happened --

    def heard(self) -> None:
        """An SMS came."""
        target = listen(self.inbound.text, self._caller(), self.desk.shelf.ways)
        self._serve(target, self.inbound.text)

    def hopped(self) -> None:
        """A USSD hop came: a dial, or something typed on the screen before."""
        hop, ways = self.inbound, self.desk.shelf.ways
        if self.screen is None or hops.is_first(self.screen, hop.session):
            self.screen = UssdScreen(id=hop.session, text=hop.text)
            self._dialled(hops.direct_dial(hop.text))
            return
        typed = hops.newest_input(self.screen, hop.text)
        self.screen.text = hop.text
        session = next((s for s in self.open if s.id == self.screen.session), None)
        if typed.strip() == hops.MORE and self.screen.rest:
            return  # the screen goes on by itself, nothing was answered
        if read_answer(typed, self.person.language, "none") == "stop":
            self._serve(Target(flow=ways.words.get("stop")), typed)
        elif session is None:
            self._dialled([])
        else:
            self._answered(session, typed, seen=not self.screen.rest)
        self.screen.rest = []

    def _dialled(self, inputs: list[str]) -> None:
        target = dial(self.inbound.to, self._caller(), self.desk.shelf.ways)
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
        for session in list(self.open):
            if due_at(self.desk.shelf.version(session.version), session) <= now:
                self._run(session, Tick())

    # -- what comes of it --

    def _caller(self) -> Caller:
        return Caller(self.person.language, self.person.enroler, self.person.stopped, Sessions(open=self.open))

    def _serve(self, target: Target, text: str) -> None:
        if target.session:
            if text.strip():
                session = self._meant(target.session, text)
                self._answered(session, text, seen=self._was_asked(session))
            else:
                self._run(target.session, Show())
        elif target.flow:
            first = target.flow.states[target.at or target.flow.first]
            read = self._read(first, target.rest, "") if target.rest else Reading()
            self._begin(target.flow, at=target.at, reading=read)

    def _meant(self, session: Session, text: str) -> Session:
        """The session that a bare number answers: never a consent while another question of hers is open. An enroler in
        the middle of an entry who is entered herself must not join by the number of a booth."""
        others = [one for one in self.open if not isinstance(self._state(one), Consent)]
        bare_number = text.strip().strip(".").isdigit()
        return others[-1] if bare_number and others and isinstance(self._state(session), Consent) else session

    def _state(self, session: Session) -> AnyState:
        return self.desk.shelf.version(session.version).states[session.state]

    def _was_asked(self, session: Session) -> bool:
        """Whether the gateway has the open question. Raises Overtaken while a worker is just handing it over."""
        if outbox.was_handed_over(self.conn, session.prompt):
            return True
        if self.patient and outbox.is_in_flight(self.conn, session.prompt):
            raise Overtaken
        return False

    def _answered(self, session: Session, text: str, seen: bool) -> None:
        self._run(session, Heard(text, seen, self._read(self._state(session), text, session.asked)))

    def _read(self, state: object, text: str, asked: str) -> Reading:
        if not isinstance(state, Ask | Collect):
            return Reading()
        fields, asked = (state.fields, asked) if isinstance(state, Collect) else ((state.field,), state.field.name)
        return registrations.read(text, fields, asked, registrations.regions_for(self.person.phone, self.desk.region))

    def _begin(
        self, flow: Flow, at: str = "", about: str = "", variables: Variables | None = None,
        reading: Reading | None = None,
    ) -> None:  # fmt: skip
        self.open = [s for s in self.open if (s.flow, s.about) != (flow.name, about)][1 - MAX_OPEN_SESSIONS :]
        session = Session(
            id=self.desk.new_id(), flow=flow.name, version=flow.version, state=at or flow.first, about=about,
            language=self.person.language, kind=self.inbound.kind, variables=variables or {},
        )  # fmt: skip
        self.open.append(session)
        self._run(session, Begin(reading or Reading(), at), state_before="")

    def _run(self, session: Session, cause: Cause, state_before: str | None = None) -> None:
        """Steps one session until it waits or ends, performing the effects it asks for on the way."""
        flow = self.desk.shelf.version(session.version)
        place = next(number for number, s in enumerate(self.open) if s.id == session.id)
        before = session.state if state_before is None else state_before
        session = msgspec.structs.replace(session, kind=self.inbound.kind)
        while True:
            turn = step(flow, session, cause, self.inbound.received_at)
            self.texts += turn.texts
            if turn.decision:
                self._decided(session, turn.decision)
            if turn.effect is None:
                break
            session = turn.effect.session
            done = effects.perform(turn.effect.name, self._act(session))
            self.starts += done.starts
            self.rings.update(done.rings)
            if done.closes_others:
                self._close_others(session)
                place = 0
            cause = Outcome(done.outcome, done.variables)
        self.open[place : place + 1] = [turn.session] if turn.session else []
        self.prompted = turn.session if turn.prompted else self.prompted
        self.to_stopped = self.to_stopped or flow.answers_stopped
        self.moved = (flow, before, turn.passed[-1] if turn.passed else session.state)
        if self.screen and self.inbound.kind == "ussd":
            self.screen.session = turn.session.id if turn.session else ""

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
        flow, before, after = self.moved or (None, "", "")
        store_sessions.add_turn(
            conn,
            {
                "person_id": person.id, "turn_no": turn_no, "channel": inbound.channel, "inbound_id": inbound.id,
                "kind": inbound.kind, "flow": flow.name if flow else "", "version": flow.version if flow else "",
                "state_before": before, "state_after": after, "at": inbound.received_at, "ends": stored.ends,
                "gateway_time": inbound.gateway_time, "text_sealed": person.key.encrypt("turn.text", inbound.text),
                "reply_sealed": person.key.encrypt("turn.reply", stored.text), "sessions_sealed": sealed,
            },
        )  # fmt: skip
        due = {s.id: due_at(self.desk.shelf.version(s.version), s) for s in self.open}
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
                "flow": self.moved[0].name if self.moved else "", "to_stopped": self.to_stopped,
                "text_sealed": self.person.key.encrypt("outbox.text", text),
                "due_at": self.inbound.received_at, "created_at": self.inbound.received_at,
            },
        )  # fmt: skip
        self.rings.add("deliver")
        # A reminder on its way does not undo that the same question is with her already.
        if self.prompted and not outbox.was_handed_over(self.conn, self.prompted.prompt):
            self.prompted.prompt = ref
        return Stored("", ends=True)

    def _screen(self, text: str, turn_no: int) -> Stored:
        """USSD: the texts of this turn are the screen, or its next page."""
        assert self.screen
        now, *self.screen.rest = hops.pages(text) if text else self.screen.rest or [""]
        if self.prompted:
            self.prompted.hop = turn_no
        return Stored(now, ends=not self.screen.session and not self.screen.rest)


def unheard(channel: str, reason: str, now: float) -> Inbound:
    """The inbound of a turn that no message caused; `reason` makes it happen once."""
    return Inbound(channel=channel, id=reason, kind="sms", phone="", to="", text="", received_at=now)

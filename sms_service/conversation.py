"""One person's part in one transaction: what she has open, and what has come of it so far. Data, and how to look at it.

hearing.py hears what came, running.py steps the sessions, closing.py ends those that cannot go on, and writing.py makes
the rows of it, once, at the end.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import msgspec
from sqlalchemy import Connection

from sms_service.authoring.shelf import Shelf
from sms_service.config import Fees, Rules
from sms_service.config_sending import Loops, QuietHours
from sms_service.engine import dlt
from sms_service.engine.model import AnyState, Flow, Inbound, Session, Sessions
from sms_service.enrolment.effects import Over, Start
from sms_service.privacy import Keys
from sms_service.routing import Routes
from sms_service.store.people import Person


@dataclass(frozen=True, slots=True)
class Desk:
    """What every conversation works with. `new_id` makes session ids and outbox refs. `forgives`: a flow that breaks ends
    its session, and the person is told; else Broken is raised, for who rehearses the flow. `rules` are the thresholds of the
    settings."""

    keys: Keys
    shelf: Shelf
    region: str
    new_id: Callable[[], str] = lambda: secrets.token_hex(16)
    forgives: bool = True
    rules: Rules = field(default_factory=Rules)
    fees: Fees = field(default_factory=Fees)
    quiet_hours: QuietHours = field(default_factory=QuietHours)
    dlt: dlt.Rules = field(default_factory=dlt.Rules)
    loops: Loops = field(default_factory=Loops)
    routes: Routes = field(default_factory=Routes)


@dataclass(frozen=True, slots=True)
class Moved:
    """What the turn log says of a session's way: its flow (that of the outermost call), the states before and after, and
    the whole path."""

    session: str
    flow: str
    version: str
    before: str
    after: str
    path: list[str]
    language: str

    def then(self, later: Moved) -> Moved:
        """The whole way, of a session that has moved twice in one turn (the keys of a direct dial)."""
        path = later.path[1:] if later.path[:1] == self.path[-1:] else later.path
        return replace(later, before=self.before, path=[*self.path, *path])


class Conversation:
    """One person, one transaction.

    `patient`: an answer that comes while its question is being handed to the gateway raises Overtaken. `undated`: nobody knows
    when the message came, so it answers no question that waits for consent. `before` are the
    ids of the sessions that were open when it began, `ran` the one that was stepped last. `prompted`: the sessions whose
    open question is among `texts`, the last one last, and the language that its text is in; `said`: those that said anything.
    `saved`: the sessions that
    saved a registration, and its reference. `unanswered`: why nobody writes back (loops.py).
    """

    def __init__(
        self,
        desk: Desk,
        conn: Connection,
        person: Person,
        sessions: Sessions,
        inbound: Inbound,
        patient: bool = False,
        undated: bool = False,
    ) -> None:
        self.desk, self.conn, self.person, self.inbound = desk, conn, person, inbound
        self.serving = desk.shelf.serving  # the same flows to the end, whatever is published meanwhile
        self.open = list(sessions.open)
        self.screen = msgspec.structs.replace(sessions.screen) if sessions.screen else None
        self.before = [session.id for session in sessions.open]
        self.patient, self.undated = patient, undated
        self.ran = ""
        self.texts: list[str] = []
        self.prompted: dict[str, str] = {}
        self.said: set[str] = set()
        self.to_stopped = False
        self.starts: list[Start] = []
        self.ends: list[Over] = []
        self.rings: set[str] = set()
        self.moved: list[Moved] = []
        self.saved: dict[str, str] = {}
        self.unanswered: str | None = None

    @property
    def turn_no(self) -> int:
        """The number of this turn."""
        return self.person.turn_no + 1

    def flow(self, session: Session) -> Flow:
        """The flow that a session is in, in the session's own version. Raises UnknownVersion, BrokenFlow."""
        return self.desk.shelf.version(session.version)

    def state(self, session: Session) -> AnyState:
        """Where a session stands."""
        return self.flow(session).states[session.state]

    def session(self, session_id: str) -> Session | None:
        """An open session, as it is now."""
        return next((one for one in self.open if one.id == session_id), None)

    def speaks(self, language: str) -> None:
        """She is spoken to in this language from now on, also in what she has open."""
        self.person = replace(self.person, language=language)
        self.open = [msgspec.structs.replace(one, language=language) for one in self.open]

    def close(self, session_id: str) -> None:
        """A session is over."""
        self.open = [one for one in self.open if one.id != session_id]

    def went(self, moved: Moved) -> None:
        """Notes the way of a session."""
        if self.moved and self.moved[-1].session == moved.session:
            self.moved[-1] = self.moved[-1].then(moved)
        else:
            self.moved.append(moved)


def unheard(channel: str, reason: str, now: float) -> Inbound:
    """The inbound of a turn that no message caused; `reason` makes it happen once."""
    return Inbound(channel=channel, id=reason, kind="sms", phone="", to="", text="", received_at=now)

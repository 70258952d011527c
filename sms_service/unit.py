"""One transaction under way: the conversation of who wrote and those that it begins for others, each written once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from sms_service import closing, running, writing
from sms_service.conversation import Conversation, Desk, unheard
from sms_service.engine.model import Inbound
from sms_service.enrolment.effects import Over, Start
from sms_service.faults import Broken
from sms_service.store import inbox, people
from sms_service.store import sessions as store_sessions
from sms_service.store.inbox import Stored
from sms_service.store.people import Person

MAX_STARTS = 10
"""Conversations that one message may have. More would be a circle of flows that start each other."""


class Unit:
    """One transaction. `fresh` and `rings` are what is to be done once it is committed: sessions for Redis, bells."""

    def __init__(self, desk: Desk, conn: Connection) -> None:
        self.desk, self.conn = desk, conn
        self.fresh: list[tuple[Person, bytes]] = []
        self.rings: set[str] = set()

    def conversation(
        self, person: Person, inbound: Inbound, live: bytes | None = None, patient: bool = False, undated: bool = False
    ) -> Conversation:
        """What she has open, as far as it can go on."""
        sessions = store_sessions.load(self.conn, person, live)  # 5 Redis, else SQL
        conversation = Conversation(self.desk, self.conn, person, sessions, inbound, patient, undated)
        closing.close_lost(conversation)
        return conversation

    def write(self, conversation: Conversation) -> Stored:
        """Writes it down, and begins what it wants to begin for others. The answer to its message. Raises Conflict, Broken."""
        stored, sealed = writing.write(conversation)
        self.fresh.append((conversation.person, sealed))
        self.rings |= conversation.rings
        try:
            self.end(conversation.ends, conversation.inbound.received_at)
            self.begin(conversation.starts, conversation.inbound.received_at)
        except Broken as broken:  # hers, or the clock's, was the session that would bring it about again
            broken.session = conversation.ran
            raise
        return stored

    def end(self, ends: Sequence[Over], now: float) -> None:
        """Closes what other people were asked and need not answer any more. Raises Conflict where one is just answering."""
        for over in ends:
            person = people.by_id(self.conn, self.desk.keys, over.person.id)
            if person is not None:
                conversation = self.conversation(person, unheard("service", f"over:{over.about}:{over.again}", now))
                if closing.close_about(conversation, over.about) or conversation.starts:  # what is lost begins the next
                    self.write(conversation)

    def begin(self, starts: Sequence[Start], now: float) -> None:
        """Begins flows for other people, each once; what they begin in turn comes after them. Raises Conflict, Broken."""
        for start in starts:
            reason = ":".join(filter(None, (start.on, start.about, start.again)))
            flow, inbound = self.desk.shelf.ways.on.get(start.on), unheard("service", reason, now)
            if flow is None or inbox.taken(self.conn, self.desk.keys, inbound.channel, inbound.id):
                continue
            if len(self.fresh) > MAX_STARTS:
                problem = (
                    f"one message began more than {MAX_STARTS} flows, the last is {flow.name}: they start each other"
                )
                raise Broken(problem, flow.name, flow.version, flow.first)
            person = people.by_id(self.conn, self.desk.keys, start.person.id)  # her turn number may have moved on
            if person is not None:
                conversation = self.conversation(person, inbound)
                running.begin(conversation, flow, about=start.about, variables=start.variables)
                self.write(conversation)

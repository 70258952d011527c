"""THE transaction: a message is taken exactly once, with its effects, its answers and the session after it - or not at all.

The numbers are those of the drawing in the README. Before 4 come web/hooks.py (1 which channel), and the channel's
verify (2) and parse (3); after 8 come channel.reply (9) and workers/deliver.py (10).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sqlalchemy import Connection, Engine

from sms_service.conversation import Conversation, Desk, Overtaken, unheard
from sms_service.engine.model import Inbound
from sms_service.enrolment.effects import Start
from sms_service.store import inbox, people, transaction
from sms_service.store import sessions as store_sessions
from sms_service.store.bell import Bell
from sms_service.store.inbox import Stored
from sms_service.store.people import Person
from sms_service.store.sessions import LiveSessions

MAX_STARTS = 10
"""Conversations that one message may have. More would be a circle of flows that start each other."""

PATIENCE, PAUSE = 50, 0.1
"""How often, and after how many seconds each, an answer that overtook the settling of its question looks again: five
seconds are more than a busy worker needs to write down what the gateway said, and less than any gateway waits for us."""

Made = TypeVar("Made")


class CircleOfFlows(Exception):
    """Flows start each other without end: a fault of the flow files."""


@dataclass
class Unit:
    """One transaction under way: its connection, and what is to be done once it is committed."""

    conn: Connection
    fresh: list[tuple[Person, bytes]] = field(default_factory=list)
    rings: set[str] = field(default_factory=set)


class Turns:
    """Takes turns. One object a process; its methods may run in several threads. All of them raise SqlDown."""

    def __init__(self, engine: Engine, desk: Desk, live: LiveSessions, bell: Bell, language: str) -> None:
        self._engine, self._desk, self._live, self._bell, self._language = engine, desk, live, bell, language

    def handle(self, inbound: Inbound) -> Stored:
        """Takes one message, or finds that it was taken; what is answered is the same."""
        inbound = inbox.identified(self._desk.keys, inbound)
        live, patience = self._live.read(inbound.phone), PATIENCE

        def take(unit: Unit) -> Stored:
            taken = inbox.taken(unit.conn, self._desk.keys, inbound.channel, inbound.id)  # 4 claim: seen before?
            if taken is not None:
                return taken
            person = self._sender(unit.conn, inbound)
            conversation = self._conversation(unit, person, inbound, live, patient=patience > 0)
            if inbound.kind == "ussd":  # 6 engine.step, and the effects it asks for
                conversation.hopped()
            else:
                conversation.heard()
            return self._write(unit, conversation)  # 7 compare-and-set, turn log, outbox rows

        while True:
            try:
                return self._committed(take)
            except Overtaken:
                patience -= 1
                time.sleep(PAUSE)

    def tick(self, person_id: int, now: float) -> None:
        """Time has passed for this person: reminders and expiries that are due."""

        def take(unit: Unit) -> None:
            person = people.by_id(unit.conn, self._desk.keys, person_id)
            if person is not None:
                clock = unheard("clock", f"{person_id}:{person.turn_no + 1}", now)
                conversation = self._conversation(unit, person, clock)
                conversation.ticked(now)
                self._write(unit, conversation)

        self._committed(take)

    def start(self, make: Callable[[Connection], Start | None], now: float) -> None:
        """Runs `make` in a transaction, and begins the flow it names in the same one."""

        def take(unit: Unit) -> None:
            start = make(unit.conn)
            self._begin(unit, [start] if start else [], now)

        self._committed(take)

    def _conversation(
        self, unit: Unit, person: Person, inbound: Inbound, live: bytes | None = None, patient: bool = False
    ) -> Conversation:
        sessions = store_sessions.load(unit.conn, person, live)  # 5 Redis, else SQL
        return Conversation(self._desk, unit.conn, person, sessions, inbound, patient)

    def _sender(self, conn: Connection, inbound: Inbound) -> Person:
        """Who wrote; from now on she is reached by the channel that she wrote by."""
        keys, now = self._desk.keys, inbound.received_at
        person = people.find_or_add(conn, keys, inbound.phone, self._language, inbound.channel, now)
        if person.channel != inbound.channel:
            people.set_channel(conn, person.id, inbound.channel)
            person = replace(person, channel=inbound.channel)
        return person

    def _write(self, unit: Unit, conversation: Conversation) -> Stored:
        stored, sealed = conversation.write()
        unit.fresh.append((conversation.person, sealed))
        unit.rings |= conversation.rings
        self._begin(unit, conversation.starts, conversation.inbound.received_at)
        return stored

    def _begin(self, unit: Unit, starts: Sequence[Start], now: float) -> None:
        """Begins flows for other people, each once; what they begin in turn comes after them."""
        if len(unit.fresh) > MAX_STARTS:
            raise CircleOfFlows(f"one message had more than {MAX_STARTS} conversations")
        for start in starts:
            flow, inbound = self._desk.shelf.ways.on.get(start.on), unheard("service", f"{start.on}:{start.about}", now)
            if flow is None or inbox.taken(unit.conn, self._desk.keys, inbound.channel, inbound.id):
                continue
            person = people.by_id(unit.conn, self._desk.keys, start.person.id)  # her turn number may have moved on
            if person is not None:
                conversation = self._conversation(unit, person, inbound)
                conversation.started(flow, start)
                self._write(unit, conversation)

    def _committed(self, take: Callable[[Unit], Made]) -> Made:
        """The transaction; then 8 refreshes Redis and rings, which may fail, harmlessly."""

        def taken(conn: Connection) -> tuple[Unit, Made]:
            unit = Unit(conn)
            return unit, take(unit)

        self._desk.shelf.refresh()  # what was published meanwhile serves from here on
        unit, made = transaction.run(self._engine, taken)
        for person, sealed in unit.fresh:
            self._live.write(person, sealed)
        for queue in unit.rings:
            self._bell.ring(queue)
        return made

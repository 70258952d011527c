"""THE transaction: a message is taken exactly once, with its effects, its answers and the session after it - or not at all.

The numbers are those of the drawing in the README. Before 4 come web/hooks.py (1 which channel), and the channel's
verify (2) and parse (3); after 8 come channel.reply (9) and workers/deliver.py (10).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from sms_service.conversation import Conflict, Conversation, Desk
from sms_service.engine.model import Inbound
from sms_service.enrolment.effects import Start
from sms_service.store import database, inbox, people
from sms_service.store import sessions as store_sessions
from sms_service.store.bell import Bell
from sms_service.store.database import SqlDown
from sms_service.store.inbox import Stored
from sms_service.store.people import Person
from sms_service.store.sessions import LiveSessions

MAX_TRIES = 25
"""How often a transaction is run again when another message of the same person came first. Each try that fails means
that one other message was taken, so this is how many texts one phone may have in the air at the same instant."""

MAX_DEADLOCKS = 3
"""How often it is run again when the database itself asks for it; more would be a fault of ours, not of the moment."""

MAX_STARTS = 10
"""Flows that one message may begin for other people. More would be a circle of flows that start each other."""

Made = TypeVar("Made")


class Unit:
    """One transaction under way: its connection, and what is to be done once it is committed."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        self.fresh: list[tuple[Person, bytes]] = []
        self.rings: set[str] = set()


class Turns:
    """Takes turns. One object a process; its methods may run in several threads."""

    def __init__(self, engine: Engine, desk: Desk, live: LiveSessions, bell: Bell, language: str) -> None:
        self._engine, self._desk, self._live, self._bell, self._language = (
            engine,
            desk,
            live,
            bell,
            language,
        )

    def handle(self, inbound: Inbound) -> Stored:
        """Takes one message, or finds that it was taken; what is answered is the same. Raises SqlDown."""
        live = self._live.read(inbound.phone)

        def take(unit: Unit) -> Stored:
            conn, keys = unit.conn, self._desk.keys
            seen = inbox.taken(conn, keys, inbound.channel, inbound.id)  # 4 claim
            if seen is not None:
                return seen
            person = people.find_or_add(
                conn,
                keys,
                inbound.phone,
                self._language,
                inbound.channel,
                inbound.received_at,
            )
            if person.channel != inbound.channel:
                people.set_channel(conn, person.id, inbound.channel)
                person = people.by_id(conn, keys, person.id) or person
            sessions = store_sessions.load(conn, person, live)  # 5 Redis, else SQL
            conversation = Conversation(self._desk, conn, person, sessions, inbound)
            (conversation.hopped if inbound.kind == "ussd" else conversation.heard)()  # 6 engine.step, effects
            return self._write(unit, conversation)  # 7 compare-and-set, log, outbox

        return self._committed(take)

    def tick(self, person_id: int, now: float) -> None:
        """Time has passed for this person: reminders and expiries that are due. Raises SqlDown."""

        def take(unit: Unit) -> None:
            person = people.by_id(unit.conn, self._desk.keys, person_id)
            if person is None:
                return
            sessions = store_sessions.load(unit.conn, person, None)
            clock = _unheard("clock", f"{person_id}:{person.turn_no + 1}", now)
            conversation = Conversation(self._desk, unit.conn, person, sessions, clock)
            conversation.ticked(now)
            self._write(unit, conversation)

        self._committed(take)

    def start(self, make: Callable[[Connection], Start | None], now: float) -> None:
        """Runs `make` in a transaction, and begins the flow it names in the same one. Raises SqlDown."""

        def take(unit: Unit) -> None:
            start = make(unit.conn)
            if start is not None:
                self._begin(unit, [start], now)

        self._committed(take)

    def _write(self, unit: Unit, conversation: Conversation) -> Stored:
        stored, sealed = conversation.write()
        unit.fresh.append((conversation.person, sealed))
        unit.rings |= conversation.rings
        self._begin(unit, conversation.starts, conversation.inbound.received_at)
        return stored

    def _begin(self, unit: Unit, starts: list[Start], now: float) -> None:
        """Begins flows for other people, each once; what they begin in turn comes after them."""
        if len(unit.fresh) > MAX_STARTS:
            raise RuntimeError(f"one message began more than {MAX_STARTS} flows")
        for start in starts:
            flow = self._desk.shelf.ways.on.get(start.on)
            inbound = _unheard("service", f"{start.on}:{start.about}", now)
            if flow is None or inbox.taken(unit.conn, self._desk.keys, inbound.channel, inbound.id):
                continue
            person = people.by_id(unit.conn, self._desk.keys, start.person.id)
            if person is not None:
                sessions = store_sessions.load(unit.conn, person, None)
                conversation = Conversation(self._desk, unit.conn, person, sessions, inbound)
                conversation.started(flow, start)
                self._write(unit, conversation)

    def _committed(self, take: Callable[[Unit], Made]) -> Made:
        """BEGIN, `take`, COMMIT; again on a conflict; then refreshes Redis and rings, which may fail, harmlessly."""
        deadlocks = 0
        for _ in range(MAX_TRIES):
            try:
                with self._begun() as unit:
                    made = take(unit)
            except (
                Conflict,
                IntegrityError,
            ):  # a unique key found the same: another message of hers was first
                continue
            except DBAPIError as error:
                deadlocks += 1
                if database.worth_another_try(error) and deadlocks <= MAX_DEADLOCKS:
                    continue
                if database.is_down(error) or database.worth_another_try(error):
                    raise SqlDown(type(error.orig).__name__) from error
                raise
            for person, sealed in unit.fresh:  # 8 both may fail
                self._live.write(person, sealed)
            for queue in unit.rings:
                self._bell.ring(queue)
            return made
        raise SqlDown(f"{MAX_TRIES} tries in vain: this person's other messages came first each time")

    @contextmanager
    def _begun(self) -> Iterator[Unit]:
        with self._engine.begin() as conn:
            yield Unit(conn)


def _unheard(channel: str, reason: str, now: float) -> Inbound:
    """The inbound of a turn that no message caused; `reason` makes it happen once."""
    return Inbound(
        channel=channel,
        id=reason,
        kind="sms",
        phone="",
        to="",
        text="",
        received_at=now,
    )

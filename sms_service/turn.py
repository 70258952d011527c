"""THE transaction: a message is taken exactly once, with its effects, its answers and the session after it - or not at all.

The numbers are those of the drawing in the README. Before 4 come web/hooks.py (1 which channel), and the channel's
verify (2) and parse (3); after 8 come channel.reply (9) and workers/deliver.py (10).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import Connection, Engine

from sms_service import closing, hearing, loops, pictures, running
from sms_service.conversation import Desk, unheard
from sms_service.engine.model import Inbound
from sms_service.enrolment.effects import Start
from sms_service.faults import Broken
from sms_service.hearing import Overtaken
from sms_service.store import database, inbox, people, reach, transaction
from sms_service.store.bell import Bell
from sms_service.store.inbox import Stored
from sms_service.store.outbox import CLOCKS_APART
from sms_service.store.people import Person
from sms_service.store.sessions import LiveSessions
from sms_service.unit import Unit

PATIENCE, PAUSE = 50, 0.1
"""How often, and after how many seconds each, an answer that overtook the settling of its question looks again: five
seconds are more than a busy worker needs to write down what the gateway said, and less than any gateway waits for us."""

Made = TypeVar("Made")

log = logging.getLogger(__name__)


class Turns:
    """Takes turns. One object a process; its methods may run in several threads. All of them raise SqlDown.

    Where a flow breaks, the transaction is rolled back, and taken once more without the session that it broke in.
    """

    def __init__(self, engine: Engine, desk: Desk, live: LiveSessions, bell: Bell, language: str) -> None:
        self._engine, self._desk, self._live, self._bell, self._language = engine, desk, live, bell, language

    def handle(self, inbound: Inbound, kept: bool = False) -> Stored:
        """Takes one message, or finds that it was taken; what is answered is the same. `kept`: it waited on our disk."""
        inbound = inbox.identified(self._desk.keys, inbound)
        until = database.deadline(database.HOP_SECONDS) if inbound.kind == "ussd" else None
        live = self._live.read(inbound.phone)
        # What waited on our disk has waited enough: five seconds each would hold up all that lie behind it.
        patience = 0 if kept else PATIENCE
        # Our clock was set back since: nobody can say any more whether it came before the question left, or after.
        undated = kept and inbound.received_at > time.time() + CLOCKS_APART

        def take(unit: Unit, broken: Sequence[Broken]) -> Stored:
            taken = inbox.taken(unit.conn, self._desk.keys, inbound.channel, inbound.id)  # 4 claim: seen before?
            if taken is not None:
                return taken
            person = self._sender(unit.conn, inbound)
            if person is None:
                return Stored("", ends=True)
            conversation = unit.conversation(person, inbound, live, patience > 0, undated)  # 5 what is open for her?
            automatic = loops.is_automatic(conversation) and not hearing.is_command(conversation)
            if broken:
                closing.apologise(conversation, broken[-1])
            elif inbound.is_call:
                hearing.call(conversation)
            elif inbound.kind == "ussd":  # 6 engine.step, and the effects it asks for
                hearing.hop(conversation)
            elif not automatic:
                hearing.sms(conversation)
            conversation.unanswered = loops.unanswered(conversation, automatic)
            return unit.write(conversation)  # 7 compare-and-set, turn log, outbox rows

        while True:
            try:
                return self._unbroken(take, until)
            except Overtaken:
                patience -= 1
                time.sleep(PAUSE)

    def tick(self, person_id: int, now: float) -> None:
        """Time has passed for this person: reminders and expiries that are due."""

        def take(unit: Unit, broken: Sequence[Broken]) -> None:
            person = people.by_id(unit.conn, self._desk.keys, person_id)
            if person is not None:
                clock = unheard("clock", f"{person_id}:{person.turn_no + 1}", now)
                conversation = unit.conversation(person, clock)
                for one in broken:  # she wrote nothing, and hears nothing of it
                    closing.close_broken(conversation, one)
                running.tick(conversation, now)
                pictures.settle(conversation)
                unit.write(conversation)

        self._unbroken(take)

    def start(self, make: Callable[[Connection], Start | None], now: float) -> None:
        """Runs `make` in a transaction, and begins the flow it names in the same one. Raises Broken."""

        def take(unit: Unit) -> None:
            start = make(unit.conn)
            unit.begin([start] if start else [], now)

        self._committed(take)

    def _sender(self, conn: Connection, inbound: Inbound) -> Person | None:
        """Who wrote; from now on she is reached by the channel that she wrote by (not by a call). None: it was on its way when
        she was forgotten, and is forgotten too."""
        keys, now = self._desk.keys, inbound.received_at
        channel = inbound.answer_by or inbound.channel
        person = people.by_phone(conn, keys, inbound.phone)
        if person is None:
            blocked = people.blocked_since(conn, keys, inbound.phone)
            if blocked is not None and now <= blocked:
                return None
            person = people.find_or_add(conn, keys, inbound.phone, self._language, channel, now)
        if person.failing:
            reach.arrived(conn, person.id)
        if person.channel != channel and not inbound.is_call:
            people.set_channel(conn, person.id, channel)
            person = replace(person, channel=channel)
        return person

    def _unbroken(self, take: Callable[[Unit, Sequence[Broken]], Made], until: float | None = None) -> Made:
        """The transaction; again, told of what broke, as often as flows break. Raises Broken where nobody is to be spared."""
        broken: list[Broken] = []
        while True:
            try:
                return self._committed(lambda unit: take(unit, broken), until)
            except Broken as error:
                if not self._desk.forgives or error.session in [one.session for one in broken]:
                    raise
                where = (error.flow, error.version[:12], error.state)
                log.error("flow %s, version %s, state %s: %s; the session that came to it ends", *where, error)
                broken.append(error)

    def _committed(self, take: Callable[[Unit], Made], until: float | None = None) -> Made:
        """The transaction; then 8 refreshes Redis and rings, which may fail, harmlessly."""

        def taken(conn: Connection) -> tuple[Unit, Made]:
            unit = Unit(self._desk, conn)
            return unit, take(unit)

        self._desk.shelf.refresh()  # what was published meanwhile serves from here on
        unit, made = transaction.run(self._engine, taken, until)
        for person, sealed in unit.fresh:
            self._live.write(person, sealed)
        for queue in unit.rings:
            self._bell.ring(queue)
        return made

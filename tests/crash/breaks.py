"""A plugin for pytest that takes one defence out of the service: `BREAK=the_lease pytest -p tests.crash.breaks ...`.

Only test_the_tests.py loads it, in a process of its own.
"""

from __future__ import annotations

import os
import re
from typing import Any

from sqlalchemy import Connection, Double, Engine, cast, null, select, text, update

from sms_service.channels.twilio import Twilio
from sms_service.store import claims, database, people
from sms_service.store.tables import outbox, person

FAR = 1_000_000.0
"""Seconds after which every lease has ended."""


def the_unique_key() -> None:
    """UNIQUE (channel, inbound_id) of the turn log; SQLite drops no constraint, so the table is made anew."""
    migrate = database.migrate

    def without(engine: Engine) -> None:
        migrate(engine)
        with engine.begin() as conn:
            made = conn.execute(text("SELECT sql FROM sqlite_master WHERE name = 'turn'")).scalar_one()
            bare = re.sub(r",\s*CONSTRAINT uq_turn_channel_inbound_id UNIQUE \(channel, inbound_id\)", "", made)
            assert bare != made
            conn.execute(text("DROP TABLE turn"))
            conn.execute(text(bare))

    database.migrate = without


def the_compare_and_set() -> None:
    """A turn counts from wherever it began."""

    def counted(conn: Connection, person_id: int, turn_no: int) -> bool:
        conn.execute(update(person).where(person.c.id == person_id).values(turn_no=turn_no + 1))
        return True

    people.count_turn = counted


def the_lease() -> None:
    """Whoever recovers takes what another worker has in hand."""
    expired = claims.expired_lease
    claims.expired_lease = lambda conn, keys, now, lease: expired(conn, keys, now + FAR, lease)


def the_lease_that_ended() -> None:
    """A worker whose lease has ended writes down what it likes."""
    claims.is_held = lambda conn, claimed: True


def the_look_for_stop_at_the_claim() -> None:
    nobody_stopped: Any = cast(null(), Double).label("stopped_at")
    hers = (person.c.wrapped_key, person.c.phone_sealed, nobody_stopped, person.c.failed_days)
    claims._with_person = lambda: select(outbox, *hers).join(person, person.c.id == outbox.c.person_id)


def the_signature() -> None:
    Twilio.verify = lambda *_: None  # type: ignore[method-assign]


BREAKS = {
    one.__name__: one
    for one in (
        the_unique_key, the_compare_and_set, the_lease, the_lease_that_ended, the_look_for_stop_at_the_claim,
        the_signature,
    )
}  # fmt: skip

if "BREAK" in os.environ:
    BREAKS[os.environ["BREAK"]]()

"""Which gateways are down, for all workers and across restarts: a row a channel, written only when something changes.

A channel is down after FAILURES sends in a row that it did not take, each within WITHIN of the one before. Then nothing is
sent by it, but for one message after each pause, which tries it: taken, the channel is up again; else the pause grows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from sms_service.store.tables import gateway_down

FAILURES, WITHIN = 3, 60.0
"""One may be chance, and so may two; a lone message that is tried again every 30 seconds comes to three in a minute."""

PAUSE_FIRST, PAUSE_MAX = 30.0, 240.0
"""Seconds until a message tries it again, doubled each time. A gateway that was restarted is back within half a minute; of one
that is away for a night, the first message that waited leaves at most four minutes after its return."""


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a channel. `failures` in a row, the last at `failed_at`, with `reason`. `opened_at`: since when it is
    down, None if it is up; then from `probe_at` on a message may try it, next after `pause`. `probe`: the row that does.
    `moved`: messages that ever went by another channel instead."""

    channel: str
    failures: int
    failed_at: float
    reason: str
    opened_at: float | None
    probe_at: float
    pause: float
    probe: int | None
    moved: int

    @property
    def is_down(self) -> bool:
        return self.opened_at is not None

    def is_closed(self, now: float) -> bool:
        """Whether it is down and nothing may try it yet."""
        return self.is_down and self.probe_at > now

    @property
    def is_failing(self) -> bool:
        """Whether it takes nothing from anybody, as far as can be known: then a try says nothing of the message."""
        return self.is_down or self.failures > 1


COLUMNS = [gateway_down.c[name] for name in State.__slots__]


def off(channel: str) -> State:
    """A channel that is not there is as one that is down and that nothing may try."""
    return State(channel, 0, 0.0, "off", 0.0, math.inf, 0.0, None, 0)


def states(conn: Connection) -> dict[str, State]:
    """What is known, by channel. One that never failed is not there."""
    return {row.channel: State(*row) for row in conn.execute(select(*COLUMNS).order_by(gateway_down.c.channel))}


def state(conn: Connection, channel: str) -> State | None:
    """The same of one channel."""
    row = conn.execute(select(*COLUMNS).where(gateway_down.c.channel == channel)).one_or_none()
    return State(*row) if row else None


def failed(conn: Connection, channel: str, row_id: int, reason: str, now: float) -> bool:
    """The channel did not take row `row_id` of the outbox; True if that is when it goes down."""
    _known(conn, channel)
    row = conn.execute(select(*COLUMNS).where(gateway_down.c.channel == channel).with_for_update()).one()
    before = State(*row)
    failures = before.failures + 1 if before.is_down or before.failed_at >= now - WITHIN else 1
    values = {"failures": min(failures, 10_000), "failed_at": now, "reason": reason[:64]}
    opens = not before.is_down and failures >= FAILURES
    if opens:
        values |= {"opened_at": now, "pause": PAUSE_FIRST, "probe_at": now + PAUSE_FIRST, "probe": None}
    elif before.is_down and before.probe == row_id:  # others were under way when it went down: they tell nothing new
        pause = min(before.pause * 2, PAUSE_MAX)
        values |= {"pause": pause, "probe_at": now + pause, "probe": None}
    conn.execute(update(gateway_down).where(gateway_down.c.channel == channel).values(values))
    return opens


def worked(conn: Connection, channel: str) -> bool:
    """The channel took a message; True if it was down until now."""
    one = gateway_down.c.channel == channel
    was_down = conn.execute(select(gateway_down.c.opened_at).where(one).with_for_update()).scalar_one_or_none()
    conn.execute(update(gateway_down).where(one).values(failures=0, opened_at=None, probe=None))
    return was_down is not None


def take_probe(conn: Connection, one: State, row_id: int, until: float) -> bool:
    """Row `row_id` of the outbox tries the channel, until `until` alone; False if another one was first."""
    mine = (gateway_down.c.channel == one.channel) & (gateway_down.c.probe_at == one.probe_at)
    taken = update(gateway_down).where(mine, gateway_down.c.opened_at.is_not(None))
    return conn.execute(taken.values(probe_at=until, probe=row_id)).rowcount == 1


def count_moved(conn: Connection, channel: str, count: int) -> None:
    """So many messages went by another channel instead."""
    _known(conn, channel)
    one = gateway_down.c.channel == channel
    conn.execute(update(gateway_down).where(one).values(moved=gateway_down.c.moved + count))


def _known(conn: Connection, channel: str) -> None:
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    conn.execute(dialect.insert(gateway_down).values(channel=channel).on_conflict_do_nothing())

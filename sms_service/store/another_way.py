"""By another channel: where a message goes whose own channel is down, or certainly did not bring it.

Only what certainly was not taken, or failed, may come here. Of whatever may be with a gateway the row has no route any more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, case, or_, select, text, update

from sms_service.store import channel_log, gateway_down
from sms_service.store.order import QUEUED
from sms_service.store.tables import outbox

BATCH = 500
"""Messages that are moved to another channel in one transaction: others want to write meanwhile."""

ROUTES = """
    WITH RECURSIVE way (route) AS (
        SELECT (SELECT route FROM outbox WHERE status = 'queued' AND route IS NOT NULL AND channel = :channel
            ORDER BY channel, route, id LIMIT 1)
        UNION ALL
        SELECT (SELECT route FROM outbox WHERE status = 'queued' AND route IS NOT NULL AND channel = :channel
            AND route > way.route ORDER BY channel, route, id LIMIT 1)
        FROM way WHERE way.route IS NOT NULL
    )
    SELECT route FROM way WHERE route IS NOT NULL
"""
"""From each route of what is queued for a channel to the next one, a step in an index each, as order.QUEUES goes from channel
to channel: each claim asks while a gateway is down, however much waits for it."""


def next_way(conn: Connection, present: Collection[str], route: str | None, channel: str, *, waits: bool) -> str:
    """The first channel of a row's route but this one that is `present` (open in this process) and up. Where all of those
    are down it is the first of them if the message `waits` for it, else none: ""."""
    others = [one for one in (route or "").split(",") if one != channel and one in present]
    down = {name for name, one in gateway_down.states(conn).items() if one.is_down}
    up = [one for one in others if one not in down]
    return next(iter([*up, *(others if waits else [])]), "")


def go_by(
    conn: Connection, these: ColumnElement[bool], channel: str, to: str, why: str, now: float, **values: Any
) -> Sequence[str]:
    """Rows that `channel` does not bring go by `to`, as if they had never left; their references. What counts tries, what a
    gateway named and what only one gateway understands is forgotten. `values`: what else is written."""
    fresh: dict[str, Any] = {"status": "queued", "lease_until": None, "sent_at": None, "attempts": 0, "repeats": 0}
    fresh |= {"gateway_id": "", "link": None, "copy": outbox.c.copy + 1}
    moved = update(outbox).where(these, outbox.c.channel == channel)
    refs = conn.execute(moved.values({**fresh, "channel": to, **values}).returning(outbox.c.ref))
    found = refs.scalars().all()
    if found:
        gateway_down.count_moved(conn, channel, len(found))
        channel_log.note_all(conn, found, to, "rerouted", why, now)
    return found


def goes_on(
    conn: Connection, present: Collection[str], these: ColumnElement[bool], route: str | None, channel: str, reason: str,
    now: float,
) -> bool:  # fmt: skip
    """A message that its channel will never bring goes by the next way, and never back; False if there is none, or if
    something else was said of it meanwhile. Where all others are down it waits for one that has not refused it."""
    to = next_way(conn, present, route, channel, waits=True)
    left = ",".join(one for one in (route or "").split(",") if one != channel)
    return bool(to and go_by(conn, these, channel, to, reason, now, route=left, due_at=now, reason=reason))


def leave(conn: Connection, present: Collection[str], channel: str, now: float) -> int:
    """What is queued for `channel`, which is down, goes by the next way that is up, if it has one; how many, at most BATCH of
    each route. Queued with a route is only what its gateway does not have: it never left, or a report or an answer said so.
    One that failed by a report waits for its time, and what is put off for the morning too."""
    theirs = (outbox.c.status == QUEUED) & (outbox.c.channel == channel)
    routes = text(ROUTES).columns(route=String())
    count = 0
    for route in conn.execute(routes, {"channel": channel}).scalars().all():
        if to := next_way(conn, present, route, channel, waits=False):
            count += _leave_by(conn, theirs & (outbox.c.route == route), channel, to, now)
    return count


def _leave_by(conn: Connection, theirs: ColumnElement[bool], channel: str, to: str, now: float) -> int:
    may = theirs & outbox.c.route.is_not(None) & or_(outbox.c.repeats == 0, outbox.c.due_at <= now)
    some = select(outbox.c.id).where(may).order_by(outbox.c.id).limit(BATCH).with_for_update(skip_locked=True)
    due_at = case((or_(outbox.c.due_at <= now, outbox.c.put_off.is_(True)), outbox.c.due_at), else_=now)
    return len(go_by(conn, theirs & outbox.c.id.in_(some), channel, to, f"{channel} is down", now, due_at=due_at))

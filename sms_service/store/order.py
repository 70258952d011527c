"""In which order messages leave: by which channels some are due, and which of a person's waits for another of hers.

What answers somebody leaves before all that answers nobody (questions, reminders, news). A person's messages leave in the
order they were said, so what was said to her before an answer leaves with it, not with the bulk. One thing goes before that
order: what answers her does not wait behind what she did not ask for while that waits for the morning, for another try or
for its gateway.

Every look at the queue is a step in an index and stops at the first row, however many are queued. The statuses stand in
the statements word for word, as the indexes have them: with bound values no database would know that they serve.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnClause,
    Connection,
    Select,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql.selectable import FromClause

from sms_service.store.tables import outbox

WINDOW = 50
"""Rows at the head of a queue of which those that must wait are put where they belong. More are seldom in one moment: each
claim does it, and a row comes to the head once for each time that the one before it waits."""

QUEUED: ColumnClause[str] = literal_column("'queued'")
SENDING: ColumnClause[str] = literal_column("'sending'")
HELD: ColumnClause[str] = literal_column("'held'")
OPEN = {"queued": QUEUED, "sending": SENDING, "held": HELD}

QUEUES = """
    WITH RECURSIVE queue (answers, channel) AS (
        SELECT kind.answers, (SELECT channel FROM outbox WHERE status = 'queued' AND answers = kind.answers
            ORDER BY channel, due_at, id LIMIT 1)
        FROM (SELECT true AS answers UNION ALL SELECT false) AS kind
        UNION ALL
        SELECT answers, (SELECT channel FROM outbox WHERE status = 'queued' AND answers = queue.answers
            AND channel > queue.channel ORDER BY channel, due_at, id LIMIT 1)
        FROM queue WHERE channel IS NOT NULL
    )
    SELECT answers, channel, (SELECT due_at FROM outbox WHERE status = 'queued' AND answers = queue.answers
        AND channel = queue.channel ORDER BY due_at, id LIMIT 1) AS due_at
    FROM queue WHERE channel IS NOT NULL
"""
"""From each channel to the next one: neither database would do so for a DISTINCT, but read the whole index. Ordered as the
index is, so that no other one looks as good."""

lead, earlier, stuck = outbox.alias("lead"), outbox.alias("earlier"), outbox.alias("stuck")


class Queue(NamedTuple):
    """What is queued for one channel and answers somebody, or does not; when the first of it is due."""

    answers: bool
    channel: str
    due_at: float


def due_queues(conn: Connection, now: float, not_by: Collection[str] = ()) -> list[Queue]:
    """The queues in which something is due, but those of the channels `not_by`: the longest-waiting first."""
    found = conn.execute(text(QUEUES).columns(answers=Boolean()))
    queues = [Queue(*row) for row in found]
    return sorted(
        (one for one in queues if one.due_at <= now and one.channel not in not_by), key=lambda one: one.due_at
    )


def queued_for(conn: Connection) -> set[str]:
    """The channels for which something is queued, due or not."""
    return {one.channel for one in due_queues(conn, math.inf)}


def first_of(queue: Queue, columns: Select[Any], now: float, not_by: Collection[str]) -> Select[Any]:
    """`columns` of the message that leaves next for this queue: its first one that may, or what was said to that person
    before it."""
    hers = (outbox.c.person_id == lead.c.person_id) & (outbox.c.id <= lead.c.id)
    # SKIP LOCKED: a second worker takes the next row instead of waiting for this one (PostgreSQL; SQLite has one writer).
    return (
        columns.where(*_due_in(queue, lead, now), hers, *_queued(outbox), outbox.c.due_at <= now)
        .where(outbox.c.channel.not_in(not_by), ~waits(now, not_by))
        .order_by(lead.c.due_at, lead.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=outbox)
    )


def let_wait(conn: Connection, queue: Queue, now: float) -> None:
    """Rows at the head of this queue that wait behind another of the same person, which is not due, are due when that one
    is: else each claim of a night would go through all of them."""
    head = select(lead.c.id, lead.c.person_id, lead.c.answers, lead.c.to_stopped).where(*_due_in(queue, lead, now))
    top = head.order_by(lead.c.due_at, lead.c.id).limit(WINDOW).subquery("top")
    before = (stuck.c.person_id == top.c.person_id) & (stuck.c.id < top.c.id) & and_(*_queued(stuck))
    before &= (stuck.c.due_at > now) & (stuck.c.repeats == 0) & or_(~top.c.answers, stuck.c.answers & ~top.c.to_stopped)
    # In one order, and past what another worker is at: two of them would else wait for each other (PostgreSQL).
    behind = select(outbox.c.id, stuck.c.due_at, stuck.c.put_off).join_from(outbox, top, outbox.c.id == top.c.id)
    behind = behind.join(stuck, before).order_by(outbox.c.id).with_for_update(skip_locked=True, of=outbox)
    for row_id, due_at, put_off in conn.execute(behind).all():
        later = update(outbox).where(outbox.c.id == row_id, outbox.c.status == QUEUED, outbox.c.due_at < due_at)
        conn.execute(later.values(due_at=due_at, put_off=put_off))


def waits(now: float, not_by: Collection[str] = ()) -> Any:
    """Whether an earlier row of hers must leave before this one."""
    held_up = (stuck.c.person_id == outbox.c.person_id) & (stuck.c.id < outbox.c.id) & and_(*_queued(stuck))
    held_up &= (stuck.c.due_at > now) | stuck.c.channel.in_(not_by)
    # The answer to STOP, START and HELP does not wait either behind answers of which she had enough.
    kept_back = ~earlier.c.answers | (outbox.c.to_stopped & earlier.c.put_off.is_(True))
    passes = outbox.c.answers & kept_back & select(stuck.c.id).where(held_up).correlate(outbox).exists()
    # One that failed and is to go anew in an hour holds up nothing: whoever writes meanwhile hears an answer.
    anew = (earlier.c.repeats > 0) & (earlier.c.due_at > now)
    # Nor does one of which its gateway was asked, and could not tell: that may last for a day.
    asked = (earlier.c.status == SENDING) & earlier.c.looked_since.is_not(None)
    before = (earlier.c.person_id == outbox.c.person_id) & (earlier.c.id < outbox.c.id) & _open(earlier)
    first = or_(earlier.c.status == SENDING, and_(~anew, ~passes))
    return select(earlier.c.id).where(before, first, ~asked).correlate(outbox).exists()


def _due_in(queue: Queue, row: FromClause, now: float) -> tuple[Any, ...]:
    kind = row.c.answers == bindparam("kind", queue.answers, Boolean())
    return row.c.status == QUEUED, kind, row.c.channel == queue.channel, row.c.due_at <= now


def _queued(row: FromClause) -> tuple[Any, ...]:
    """Both conditions, since SQLite takes an index of fewer rows only where the statement has its condition as it stands."""
    return _open(row), row.c.status == QUEUED


def _open(row: FromClause) -> Any:
    return row.c.status.in_((QUEUED, SENDING))

"""What gateways reported, each report once: of which message it is, and what waits for a message that is not known yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from sms_service.store.tables import delivery_report, outbox

UNKNOWN_SECONDS = 7 * 86_400.0
"""For so long a report waits for the message that it is about. One whose answer was lost is known within a day; the others are
of other software on the same account."""


def note(conn: Connection, named: dict[str, str], said: dict[str, Any]) -> bool:
    """Writes a report down; False if it is no news: the gateway said the very same before. `named`: channel, gateway_id and
    word; `said`: the other columns. Where the same word comes with another status or reason, the newest stands."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    other = or_(delivery_report.c.status != said["status"], delivery_report.c.reason != said["reason"])
    written = dialect.insert(delivery_report).values({**named, **said})
    news = written.on_conflict_do_update(index_elements=list(named), set_=said, where=other)
    return conn.execute(news.returning(delivery_report.c.id)).first() is not None


def take_early(conn: Connection, channel: str, gateway_id: str, outbox_id: int) -> Sequence[Row[Any]]:
    """The reports that waited for the message that the gateway calls so: it is `outbox_id`, and they wait no more."""
    waiting = (delivery_report.c.channel == channel) & (delivery_report.c.gateway_id == gateway_id)
    waiting &= delivery_report.c.outbox_id.is_(None)
    rows = conn.execute(select(delivery_report).where(waiting).order_by(delivery_report.c.id)).all()
    if rows:
        conn.execute(update(delivery_report).where(waiting).values(outbox_id=outbox_id, early=None))
    return rows


def any_unknown(conn: Connection, now: float) -> bool:
    """Whether a report has waited for its message for longer than UNKNOWN_SECONDS."""
    return conn.execute(select(delivery_report.c.id).where(_unknown(now)).limit(1)).first() is not None


def drop_unknown(conn: Connection, now: float, most: int) -> int:
    """Deletes reports that waited for their message too long; it looks at `most` of them. How many. The release before did
    not note whose a report is: those are given their message instead."""
    said = delivery_report.c
    query = select(said.id).where(_unknown(now)).order_by(said.at).limit(most)
    theirs = said.id.in_(conn.execute(query).scalars().all())
    by_id = (outbox.c.channel == said.channel) & (outbox.c.gateway_id == said.gateway_id) & (outbox.c.gateway_id != "")
    for of_it in (by_id, outbox.c.ref == said.ref):  # one after the other: each has its index
        known = select(func.min(outbox.c.id)).where(of_it).scalar_subquery()
        still = theirs & said.outbox_id.is_(None) & exists().where(of_it)
        conn.execute(update(delivery_report).where(still).values(outbox_id=known))
    return conn.execute(delete(delivery_report).where(theirs, said.outbox_id.is_(None))).rowcount


def _unknown(now: float) -> Any:
    return delivery_report.c.outbox_id.is_(None) & (delivery_report.c.at < now - UNKNOWN_SECONDS)

"""Every version of every flow that ever served, by the hash of its bytes, and the publications: which one serves.

A running dialogue stays on its own version; the newest publication of a flow says what new ones begin with, or that none
begins any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite

from sms_service.store.tables import flow_version, publication

How = Literal["published", "first start", "rolled back", "withdrawn"]

WITHDRAWN: How = "withdrawn"
"""The publication that takes a flow out of service; its version is the one that served until then."""

EARLIER = "earlier release"
"""How a version came to serve that was stored before publications were written down."""


@dataclass(frozen=True, slots=True)
class Publication:
    """One version of a flow that was made current: when (seconds since 1970), and how (`How`, or EARLIER)."""

    flow: str
    version: str
    at: float
    how: str


def one_at_a_time(conn: Connection) -> None:
    """Makes whoever else publishes wait until this transaction has ended; nobody else waits.

    Otherwise two could look at the same state, and a number taken first but committed last would never be seen by those
    who only look whether there is a newer one. On SQLite every writing transaction is alone anyway.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(text("LOCK TABLE publication IN EXCLUSIVE MODE"))


def keep(conn: Connection, flow: str, version: str, source: str, now: float) -> bool:
    """Stores one version; whether it was unknown until now. Harmless if it is there."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    row = {"version": version, "flow": flow, "source": source, "seen_at": now}
    insertion = dialect.insert(flow_version).values(row).on_conflict_do_nothing(index_elements=["version"])
    return conn.execute(insertion.returning(flow_version.c.version)).first() is not None


def publish(conn: Connection, flow: str, version: str, how: How, now: float) -> None:
    """Makes a stored version the one that serves, or (WITHDRAWN) no more. Call `one_at_a_time` first.

    What belongs together has the same `now`, to the bit: that is how `moments` knows it.
    """
    conn.execute(insert(publication).values(flow=flow, version=version, how=how, at=now))


def newest(conn: Connection) -> int:
    """The number of the newest publication of all; 0 before the first."""
    return conn.scalar(select(func.max(publication.c.id))) or 0


def since(conn: Connection, number: int) -> list[str]:
    """The flows that were published, or withdrawn, after the publication of this number."""
    query = select(publication.c.flow).where(publication.c.id > number).distinct().order_by(publication.c.flow)
    return list(conn.scalars(query))


def moments(conn: Connection) -> list[dict[str, str]]:
    """What was published at once, the oldest first: versions by flow, "" where one was taken out of service."""
    found: list[dict[str, str]] = []
    last: float | None = None
    table = publication.c
    for row in conn.execute(select(table.flow, table.version, table.how, table.at).order_by(table.id)):
        if row.at != last or row.flow in found[-1]:
            found.append({})
        found[-1][row.flow] = "" if row.how == WITHDRAWN else row.version
        last = row.at
    return found


def current(conn: Connection) -> dict[str, str]:
    """The version of each flow that serves."""
    return {flow: version for flow, version, how in _newest_of_each(conn) if how != WITHDRAWN}


def withdrawn(conn: Connection) -> dict[str, str]:
    """The flows that were taken out of service, and the version of each that served until then."""
    return {flow: version for flow, version, how in _newest_of_each(conn) if how == WITHDRAWN}


def _newest_of_each(conn: Connection) -> list[tuple[str, str, str]]:
    newest_ones = select(func.max(publication.c.id)).group_by(publication.c.flow)
    query = select(publication.c.flow, publication.c.version, publication.c.how)
    return [(flow, version, how) for flow, version, how in conn.execute(query.where(publication.c.id.in_(newest_ones)))]


def publications(conn: Connection, flow: str = "") -> list[Publication]:
    """Those of one flow or of all, flow by flow, the newest first; then the versions that served before any was written
    down (their `at` is when they last began to)."""
    asked = (publication.c.flow == flow) if flow else (publication.c.flow != "")
    table = publication.c
    rows = conn.execute(
        select(table.flow, table.version, table.at, table.how).where(asked).order_by(table.flow, table.id.desc())
    )
    found = [Publication(*row) for row in rows]
    published = select(publication.c.version)
    stored = flow_version.c
    earlier = conn.execute(
        select(stored.flow, stored.version, stored.seen_at)
        .where(stored.version.not_in(published), (stored.flow == flow) if flow else (stored.flow != ""))
        .order_by(stored.flow, stored.seen_at.desc())
    )
    found += (Publication(*row, EARLIER) for row in earlier)
    return sorted(found, key=lambda one: one.flow)


def source_of(conn: Connection, version: str) -> str | None:
    """The YAML of one version; None if it was never stored here."""
    return conn.execute(select(flow_version.c.source).where(flow_version.c.version == version)).scalar_one_or_none()


def beginning_with(conn: Connection, flow: str, prefix: str) -> Sequence[str]:
    """The stored versions of a flow whose hash begins so."""
    stored = flow_version.c
    query = select(stored.version).where(stored.flow == flow, stored.version.startswith(prefix, autoescape=True))
    return conn.scalars(query).all()

"""Every version of every flow that ever served, by the hash of its bytes: a running dialogue stays on its own."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from sms_service.store.tables import flow_version


def keep(conn: Connection, flow: str, version: str, source: str, now: float) -> None:
    """Stores one version that serves from now on. Harmless if it is there."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    row = {"version": version, "flow": flow, "source": source, "seen_at": now}
    conn.execute(
        dialect.insert(flow_version)
        .values(row)
        .on_conflict_do_update(index_elements=["version"], set_={"seen_at": now})
    )


def source_of(conn: Connection, version: str) -> str | None:
    """The YAML of one version; None if it never served here."""
    return conn.execute(select(flow_version.c.source).where(flow_version.c.version == version)).scalar_one_or_none()


def latest_of(conn: Connection, flow: str) -> str | None:
    """The YAML of the version of a flow that served last; None if none ever did."""
    query = (
        select(flow_version.c.source)
        .where(flow_version.c.flow == flow)
        .order_by(flow_version.c.seen_at.desc())
        .limit(1)
    )
    return conn.execute(query).scalar_one_or_none()

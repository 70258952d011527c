"""What only an operator can put right at a gateway (a sender, a country, the balance): how often, and since when."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, case, select
from sqlalchemy.dialects import postgresql, sqlite

from sms_service.store.tables import gateway_fault

QUIET, TOLD = 3600.0, 86_400.0
"""Seconds without a fault after which the next one is news; and how long the last one is told: by then it is mended, or
has come anew."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A gateway's own code, how many messages it kept back in a row, and when (seconds since 1970). `locked_out`: by it the
    gateway says that it does not accept who we say we are."""

    channel: str
    code: str
    times: int
    first_at: float
    last_at: float
    locked_out: bool | None


def note(conn: Connection, channel: str, code: str, now: float, *, locked_out: bool = False) -> bool:
    """Counts one; True if it is news, which is when somebody is to be told. After a quiet hour it is counted anew."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    named = {"channel": channel, "code": code, "locked_out": locked_out or None}
    new = dialect.insert(gateway_fault).values(**named, times=1, first_at=now, last_at=now)
    is_old = gateway_fault.c.last_at < now - QUIET
    counted = new.on_conflict_do_update(
        index_elements=["channel", "code"],
        set_={
            "times": case((is_old, 1), else_=gateway_fault.c.times + 1),
            "first_at": case((is_old, now), else_=gateway_fault.c.first_at),
            "last_at": now,
            "locked_out": locked_out or None,
        },
    ).returning(gateway_fault.c.times)
    return bool(conn.execute(counted).scalar_one() == 1)


def is_locked_out(conn: Connection, channel: str, code: str) -> bool:
    """Whether this code of a channel said last that it does not accept who we say we are."""
    its = (gateway_fault.c.channel == channel) & (gateway_fault.c.code == code)
    return bool(conn.execute(select(gateway_fault.c.locked_out).where(its)).scalar_one_or_none())


def standing(conn: Connection, now: float) -> list[Fault]:
    """Those of the last day, the newest first."""
    columns = [gateway_fault.c[name] for name in Fault.__slots__]
    query = select(*columns).where(gateway_fault.c.last_at > now - TOLD).order_by(gateway_fault.c.last_at.desc())
    return [Fault(*row) for row in conn.execute(query)]

"""How often India's registry refused our texts, by hour and code; code 0: we did, for want of a registered one."""

from __future__ import annotations

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from sms_service.store.tables import dlt_refusal

HOUR, DAY = 3600.0, 86_400.0
"""Refusals are counted by the hour, and told for a day: by then somebody has mended what made them, or they come anew."""


def count(conn: Connection, code: int, now: float) -> bool:
    """Counts one refusal; True if it is the first one of this code in this hour, which is when somebody is to be told."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    new = dialect.insert(dlt_refusal).values(hour=int(now // HOUR), code=code, times=1)
    counted = new.on_conflict_do_update(
        index_elements=["hour", "code"], set_={"times": dlt_refusal.c.times + 1}
    ).returning(dlt_refusal.c.times)
    return bool(conn.execute(counted).scalar_one() == 1)


def ever(conn: Connection) -> dict[int, int]:
    """How many of each code there were."""
    return _since(conn, 0)


def of_last_day(conn: Connection, now: float) -> dict[int, int]:
    """How many of each code in 24 hours, to the hour."""
    return _since(conn, int((now - DAY) // HOUR))


def _since(conn: Connection, hour: int) -> dict[int, int]:
    query = select(dlt_refusal.c.code, func.sum(dlt_refusal.c.times)).where(dlt_refusal.c.hour >= hour)
    rows = conn.execute(query.group_by(dlt_refusal.c.code).order_by(dlt_refusal.c.code))
    return {code: int(times) for code, times in rows}

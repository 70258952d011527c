"""What a database says of itself: at which revision it stands, and what time it is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from sms_service.store import database

Revision = Literal["current", "behind", "newer"]


def revision(engine: Engine, until: float) -> Revision:
    """Where the database stands to this release. `newer` is one that a newer release has brought on, while this process serves
    until its turn comes. `until`: database.deadline. Raises SqlDown, SQLAlchemy's errors."""
    known = sorted(file.stem.partition("_")[0] for file in (database.MIGRATIONS / "versions").glob("0*.py"))
    with database.reading(engine).begin() as conn:
        conn.execution_options(until=until)
        try:
            found = conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        except DBAPIError as error:
            if not _has_no_table(conn, error):
                raise
            return "behind"
    if found is None or (found in known and found != known[-1]):
        return "behind"
    return "current" if found in known else "newer"


def _has_no_table(conn: Connection, error: DBAPIError) -> bool:
    """Whether nobody ever migrated it (SQLSTATE 42P01; SQLite says it in words)."""
    if conn.dialect.name == "sqlite":
        return "no such table" in str(error.orig)
    return getattr(error.orig, "sqlstate", None) == "42P01"


def ahead(conn: Connection, clock: Callable[[], float]) -> float:
    """Seconds that `clock` is ahead of the database's, as far as is certain: the question may have taken a while. SQLite has
    the clock of this machine."""
    if conn.dialect.name == "sqlite":
        return 0.0
    before = clock()
    there = float(conn.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
    after = clock()
    if before <= there <= after:
        return 0.0
    return before - there if there < before else after - there

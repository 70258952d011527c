"""The connection to SQL: SQLite with WAL for one machine, PostgreSQL for service. Every write is one transaction."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

CONNECT_TIMEOUT = 2
"""Seconds. A USSD hop must be answered within 5 s even when PostgreSQL cannot be reached."""

STATEMENT_TIMEOUT_MS = 2_000
"""Milliseconds one statement may take in PostgreSQL, for the same reason; waiting for a lock counts."""

BUSY_TIMEOUT_MS = 3_500
"""Milliseconds SQLite waits for the one writer to finish."""

POOL_SIZE = 8
"""Connections a process keeps: its web threads, and a little."""

MIGRATIONS = Path(__file__).parent / "migrations"

RUN_AGAIN_STATES = {"40001", "40P01", "55P03", "23505"}
"""SQLSTATEs that mean "run it again, on what is true now": serialisation failure, deadlock, lock not available, unique key
taken meanwhile (PostgreSQL, appendix A). SQLite has one writer, and so none of these."""


class SqlDown(Exception):
    """SQL cannot take a turn now (unreachable, too slow, disk full): nothing was saved. Callers spool, or say busy."""


def open_database(url: str, statement_timeout_ms: int = STATEMENT_TIMEOUT_MS) -> Engine:
    """An engine for `url`. Parameters never appear in its errors: they would be people's names and numbers."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(url)
    options = f"-c statement_timeout={statement_timeout_ms} -c lock_timeout={statement_timeout_ms}"
    return create_engine(
        parsed,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_timeout=CONNECT_TIMEOUT,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT, "options": options, "application_name": "sms_service"},
    )


def _open_sqlite(url: str) -> Engine:
    database = make_url(url).database
    if database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # the driver would begin lazily, as a reader, and fail when it turns writer
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        _turn_wal_on(connection)
        connection.execute("PRAGMA synchronous=FULL")  # an acknowledged SMS survives a power cut
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")  # a key that was destroyed must not stand in a free page
        connection.execute("PRAGMA recursive_triggers=ON")  # else REPLACE deletes evidence past its trigger

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # IMMEDIATE: with plain BEGIN, readers that turn into writers get "database is locked" at once, timeout or not.
        reads = connection.get_execution_options().get("reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _turn_wal_on(connection: sqlite3.Connection) -> None:
    """WAL stays on once it is. Turning it on needs the file to itself, and SQLite does not wait for that by itself."""
    end = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def reading(engine: Engine) -> Engine:
    """The same engine for transactions that only read: on SQLite they do not wait for the one writer."""
    return engine.execution_options(reads=True)


def overwrite_deleted(engine: Engine) -> bool:
    """Empties SQLite's write-ahead log, in which what was changed still stands as it was before (in the file itself SQLite
    overwrites it: secure_delete). False while somebody is just reading; PostgreSQL sees to it by itself (VACUUM)."""
    if engine.dialect.name != "sqlite":
        return True
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA busy_timeout=0")  # else it waits for readers, and keeps the writers waiting
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.close()
    finally:
        raw.close()
    return not busy


def worth_another_try(error: DBAPIError) -> bool:
    """Whether the transaction may succeed when it is run again: a deadlock, or another one was quicker."""
    return getattr(error.orig, "sqlstate", None) in RUN_AGAIN_STATES


def is_down(error: DBAPIError) -> bool:
    """Whether the error means that SQL cannot work now, rather than that we asked for something wrong."""
    sqlstate = getattr(error.orig, "sqlstate", None) or ""
    # 08 connection, 53 resources (disk full, too many connections), 57 intervention (shutdown, statement timeout), 58 I/O
    return (
        isinstance(error, OperationalError) or error.connection_invalidated or sqlstate[:2] in ("08", "53", "57", "58")
    )


def migrate(engine: Engine) -> None:
    """Brings the database to the newest revision. One process at a time does it; the others wait."""
    from alembic import command  # 60 ms to import: only for who migrates, not for every command
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql("SET lock_timeout = 0")
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(727)")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def is_current(engine: Engine) -> bool:
    """Whether the database is at the newest revision."""
    from alembic.config import Config as AlembicConfig
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current == ScriptDirectory.from_config(config).get_current_head()

"""The connection to SQL: SQLite with WAL for one machine, PostgreSQL for service. Every write is one transaction."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from sms_service.store import connecting

CONNECT_TIMEOUT = 2
"""Seconds. A USSD hop must be answered within 5 s even when PostgreSQL cannot be reached."""

STATEMENT_TIMEOUT_MS = 2_000
"""Milliseconds one statement may take in PostgreSQL, for the same reason; waiting for a lock counts."""

IDLE_TIMEOUT_MS = 5_000
"""Milliseconds a transaction may do nothing until PostgreSQL ends it, with its connection. A process that hangs in one
(stopped, swapped out, on a disk that does not answer) holds the rows of people, and what they send waits for these. A turn
pauses for milliseconds; after five seconds nobody awaits its answer any more, and it is run again."""

LONG_IDLE = "10min"
"""The same for who works through a whole table: it may well compute for a minute between two statements."""

BUSY_TIMEOUT_MS = 3_500
"""Milliseconds SQLite waits for the one writer to finish. Nothing ends one that hangs but the end of its process."""

HOP_SECONDS = 2.5
"""Seconds after which a USSD hop begins no other statement: the last one may take STATEMENT_TIMEOUT_MS more, and then END
is said within five seconds. Africa's Talking waits for ten or fifteen, the person for less."""

POOL_SIZE = 8
"""Connections a process keeps: its web threads, and a little."""

MIGRATIONS = Path(__file__).parent / "migrations"

IDLE_TOO_LONG = "25P03"
"""The SQLSTATE of a transaction that was ended because it did nothing for IDLE_TIMEOUT_MS."""

RUN_AGAIN_STATES = {"40001", "40P01", "55P03", "23505", IDLE_TOO_LONG}
"""SQLSTATEs that mean "run it again, on what is true now": serialisation failure, deadlock, lock not available, unique key
taken meanwhile (PostgreSQL, appendix A). SQLite has one writer, and so none of these."""


MIGRATION_LOCK = 727
"""The advisory lock of who migrates."""

MIGRATION_POLL = 0.2
"""Seconds between two looks whether another process has done it."""

MIGRATION_LOCK_TIMEOUT = "3s"
"""How long a revision waits for a table, and all who want that table with it. A USSD hop is still answered in time."""

MIGRATION_TRIES, MIGRATION_PAUSE = 10, 5.0
"""How often a revision is tried that finds a table in use, and the seconds between: in these everybody who waited gets on.
A minute and a half in all."""

IN_USE_STATES = {"55P03", "40P01"}
"""SQLSTATEs of a revision that had to let go: lock not available, deadlock (with a turn that has the tables in another
order)."""

log = logging.getLogger(__name__)


class InUse(Exception):
    """A revision cannot be run while somebody uses its tables for so long. The message is a sentence: what to do."""


class SqlDown(Exception):
    """SQL cannot take a turn now (unreachable, too slow, disk full): nothing was saved. Callers spool, or say busy."""


def open_database(url: str, statement_timeout_ms: int = STATEMENT_TIMEOUT_MS) -> Engine:
    """An engine for `url`. Parameters never appear in its errors: they would be people's names and numbers. Whose statements
    may take long, nobody waits for: his transactions may do nothing for as long, too."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(url)
    idle_timeout_ms = max(IDLE_TIMEOUT_MS, statement_timeout_ms)
    options = (
        f"-c statement_timeout={statement_timeout_ms} -c lock_timeout={statement_timeout_ms} "
        f"-c idle_in_transaction_session_timeout={idle_timeout_ms} {connecting.LET_GO}"
    )
    engine = create_engine(
        parsed,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_timeout=CONNECT_TIMEOUT,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT,
            "options": options,
            "application_name": "sms_service",
            **connecting.KEEPALIVE,
        },
    )
    connecting.watch(engine, statement_timeout_ms)
    _watch(engine)
    return engine


def deadline(seconds: float) -> float:
    """The moment in so many seconds, on the clock that in_time looks at."""
    return time.monotonic() + seconds


def in_time(until: float | None) -> None:
    """Raises SqlDown after the deadline `until`; None: there is none."""
    if until is not None and time.monotonic() > until:
        raise SqlDown("it takes too long")


def _watch(engine: Engine) -> None:
    """A transaction that has a deadline (execution option `until`) begins no statement after it."""

    @event.listens_for(engine, "before_cursor_execute")
    def look(connection: Any, *_: Any) -> None:
        until = connection.get_execution_options().get("until")
        if until is not None:
            in_time(until)
            connecting.give(connection, connecting.QUICK)


def _open_sqlite(url: str) -> Engine:
    database = make_url(url).database
    if database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_timeout=BUSY_TIMEOUT_MS / 1000,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )

    _watch(engine)

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


def takes_long(conn: Connection) -> None:
    """The statements of this transaction may take as long as they do: for who works through a whole table at a start."""
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql("SET LOCAL statement_timeout = 0")
        conn.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = '{LONG_IDLE}'")
        connecting.give(conn, None)


def worth_another_try(error: DBAPIError) -> bool:
    """Whether the transaction may succeed when it is run again: a deadlock, or another one was quicker."""
    return getattr(error.orig, "sqlstate", None) in RUN_AGAIN_STATES


def is_down(error: DBAPIError) -> bool:
    """Whether the error means that SQL cannot work now, rather than that we asked for something wrong."""
    sqlstate = getattr(error.orig, "sqlstate", None) or ""
    # 08 connection, 53 resources (disk full, too many connections), 57 intervention (shutdown, statement timeout), 58 I/O
    of_its_own = sqlstate[:2] in ("08", "53", "57", "58") or sqlstate == IDLE_TOO_LONG
    return isinstance(error, OperationalError) or error.connection_invalidated or of_its_own


def migrate(engine: Engine) -> None:
    """Brings the database to the newest revision. One process at a time does it; the others wait.

    On PostgreSQL a revision that finds a table in use for longer than a few seconds (migrations/env.py) lets go, so that
    nobody waits behind it, and is tried again. Raises InUse after MIGRATION_TRIES: what was done until then stays.
    """
    from alembic import command  # 60 ms to import: only for who migrates, not for every command
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        if engine.dialect.name != "postgresql":
            command.upgrade(config, "head")
            connection.commit()
            return
        try:
            connection.exec_driver_sql("SET statement_timeout = 0")
            connection.exec_driver_sql(f"SET idle_in_transaction_session_timeout = '{LONG_IDLE}'")
            connection.commit()
            connecting.give(connection, None)
            with _alone(connection):
                _with_patience(lambda: command.upgrade(config, "head"), connection)
        finally:
            connection.invalidate()  # what was set here is set for nobody else


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """While another process migrates, this one asks every now and then. If it waited in one statement instead, that one would
    wait for it: an index is built when all statements that were under way are over."""
    while not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({MIGRATION_LOCK})").scalar_one():
        connection.rollback()
        time.sleep(MIGRATION_POLL)
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.exec_driver_sql(f"SELECT pg_advisory_unlock({MIGRATION_LOCK})")
        connection.commit()


def _with_patience(upgrade: Callable[[], object], connection: Connection) -> None:
    for left in range(MIGRATION_TRIES - 1, -1, -1):
        try:
            upgrade()
            connection.commit()
        except DBAPIError as error:
            connection.rollback()
            if getattr(error.orig, "sqlstate", None) not in IN_USE_STATES:
                raise
            if not left:
                raise InUse(
                    f"the database cannot be brought to the newest revision: {MIGRATION_TRIES} times somebody was using a "
                    "table that is to be changed for longer than 3 s. Look for long queries (pg_stat_activity), or for a "
                    "backup that is just running, and try again; nothing is half done"
                ) from error
            log.warning("a table that is to be changed is in use: tried again in %.0f s", MIGRATION_PAUSE)
            time.sleep(MIGRATION_PAUSE)
        else:
            return


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

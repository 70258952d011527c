"""A migration killed before any of its statements and commits: the next start ends it, without a hand."""

from __future__ import annotations

import os
import shutil
import signal
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text

from sms_service.store import database, tables
from tests.crash.share import EVERY, OFFSET
from tests.crash.waiting import until
from tests.databases import administrator
from tests.store.test_migrations import at_0001, migrate_to

__all__ = ["at_0001"]

CHILD_SECONDS = 60

Copies = Callable[[], str]


@pytest.fixture
def copies(at_0001: Engine, url: str) -> Iterator[Copies]:
    """Makes databases of the first release with a person in them; the address of each."""
    at_0001.dispose()
    parsed = make_url(url)
    made: list[str] = []

    def sqlite() -> str:
        file = Path(str(parsed.database))
        made.append(f"{file}.{len(made)}")
        shutil.copy(file, made[-1])
        return f"sqlite:///{made[-1]}"

    def postgres() -> str:
        made.append(f"t_{uuid.uuid4().hex[:12]}")
        with administrator(parsed.set(database="postgres")).connect() as conn:
            conn.execute(text(f"CREATE DATABASE {made[-1]} TEMPLATE {parsed.database}"))
        return parsed.set(database=made[-1]).render_as_string(hide_password=False)

    if parsed.get_backend_name() == "sqlite":
        yield sqlite
        return
    yield postgres
    with administrator(parsed.set(database="postgres")).connect() as conn:
        for name in made:
            conn.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def migrates(url: str, dies_before: int = 0) -> int:
    """Migrates in a process of its own, which is killed before its so manieth step: a statement, or a COMMIT. How many
    steps it took."""
    hear, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        signal.alarm(CHILD_SECONDS)
        steps, code = 0, 1

        def step(*_: object) -> None:
            nonlocal steps
            steps += 1
            os.write(tell, b".")
            if steps == dies_before:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            engine = database.open_database(url)
            event.listen(engine, "before_cursor_execute", step)
            event.listen(engine, "commit", step)
            database.migrate(engine)
            code = 0
        finally:
            os._exit(code)
    os.close(tell)
    with os.fdopen(hear, "rb") as told:
        steps_taken = len(told.read())
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == (-signal.SIGKILL if dies_before else 0)
    return steps_taken


def is_whole(url: str) -> None:
    """It is at the newest revision, every index is there and valid, and the person that was there is."""
    engine = database.open_database(url)
    assert database.is_current(engine)
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM person")).scalar_one() == 1
        assert indexes(conn) >= {
            str(index.name) for table in tables.metadata.tables.values() for index in table.indexes
        }
    engine.dispose()


def indexes(conn: Connection) -> set[str]:
    """Those that serve."""
    if conn.dialect.name == "sqlite":
        return set(conn.execute(text("SELECT name FROM sqlite_master WHERE type = 'index'")).scalars())
    valid = "SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indisvalid"
    return set(conn.execute(text(valid)).scalars())


def test_killed_before_any_step_the_next_start_ends_it(copies: Copies) -> None:
    steps = migrates(copies())
    assert steps > 100, steps
    every = max(EVERY // 3, 1)
    for number in range(1 + OFFSET % every, steps + 1, every):
        url = copies()
        migrates(url, number)
        migrates(url)
        is_whole(url)


def test_killed_again_and_again_it_gets_to_its_end(copies: Copies) -> None:
    """Each start gets a little further at most; what the one before had done is not in its way."""
    url = copies()
    for number in (150, 60, 30, 20, 10):
        migrates(url, number)
    migrates(url)
    is_whole(url)


def test_an_index_that_was_being_built_when_all_of_it_was_killed_is_built_again(fresh_postgres: str) -> None:
    url = fresh_postgres.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    migrate_to(engine, "0006")
    building = "FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'"
    with engine.connect() as writer, engine.connect() as watcher:
        writer.execute(text("LOCK TABLE person IN ROW EXCLUSIVE MODE"))  # the build waits for whoever is writing
        child = os.fork()
        if child == 0:
            signal.alarm(CHILD_SECONDS)
            try:
                database.migrate(database.open_database(url))
            finally:
                os._exit(0)

        def waits() -> bool:
            watcher.rollback()
            return bool(watcher.execute(text(f"SELECT count(*) {building}")).scalar_one())

        until(waits, "an index being built")
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        watcher.execute(text(f"SELECT pg_terminate_backend(pid) {building}"))
        until(lambda: not waits(), "the end of the build")
        half = set(
            watcher.execute(text("SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid")).scalars()
        )
        assert half <= {"ix_person_failed_days", "ix_outbox_held"}
        assert half, "it lies there, not valid"
    engine.dispose()

    migrates(url)

    engine = create_engine(url)
    with engine.connect() as conn:
        assert half <= indexes(conn)
    engine.dispose()

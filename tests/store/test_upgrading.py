"""An upgrade while people text (PostgreSQL): nobody waits behind it for long, and what was cut off is done again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Connection, Engine, text

from sms_service.store import database
from sms_service.store.database import MIGRATIONS, InUse
from tests.store.test_migrations import migrate_to

REVISIONS = sorted((MIGRATIONS / "versions").glob("0*.py"))
LANDED = ("0001", "0002", "0003", "0004", "0005")
"""Revisions that build indexes in their transaction, and cannot be changed any more."""


@pytest.fixture
def at_0005(fresh_postgres: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A database of the release before, in which a revision waits for a table for a moment only."""
    engine = database.open_database(fresh_postgres.replace("postgresql://", "postgresql+psycopg://"))
    migrate_to(engine, "0005")
    monkeypatch.setattr(database, "MIGRATION_LOCK_TIMEOUT", "20ms")
    yield engine
    engine.dispose()


@pytest.fixture
def reader(at_0005: Engine) -> Iterator[Connection]:
    """Somebody who has looked at a table that is to be changed, and has not ended yet."""
    with at_0005.connect() as conn:
        conn.execute(text("SELECT count(*) FROM person"))
        yield conn


def pauses(monkeypatch: pytest.MonkeyPatch, do: list[object]) -> list[float]:
    """What is done in each pause of the upgrade; how long each would have been."""
    made: list[float] = []

    def sleep(seconds: float) -> None:
        made.append(seconds)
        one = do.pop(0) if do else None
        if callable(one):
            one()

    monkeypatch.setattr(database, "time", SimpleNamespace(sleep=sleep))
    return made


def test_it_lets_go_and_comes_back_when_the_table_is_free(
    at_0005: Engine, reader: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = pauses(monkeypatch, [None, reader.rollback])
    database.migrate(at_0005)
    assert made == [database.MIGRATION_PAUSE] * 2
    assert database.is_current(at_0005)


def test_in_its_pauses_whoever_waited_gets_on(
    at_0005: Engine, reader: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write() -> None:
        with at_0005.begin() as conn:
            conn.execute(text("SET LOCAL lock_timeout = '20ms'"))
            conn.execute(text("INSERT INTO area (code, level, name) VALUES ('A', 'booth', 'Booth 1')"))
            conn.execute(text("LOCK TABLE person, card, registration, outbox IN ROW EXCLUSIVE MODE"))
        reader.rollback()

    pauses(monkeypatch, [write])
    database.migrate(at_0005)
    with at_0005.connect() as conn:
        assert conn.execute(text("SELECT code FROM area")).scalars().all() == ["A"]


def test_where_the_table_is_never_free_it_says_so_and_has_changed_nothing(
    at_0005: Engine, reader: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses(monkeypatch, [])
    with pytest.raises(InUse, match="Look for long queries"):
        database.migrate(at_0005)
    with at_0005.connect() as conn:
        assert conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "0005"
    reader.rollback()
    database.migrate(at_0005)
    assert database.is_current(at_0005)


def test_who_migrates_second_waits_and_finds_it_done(at_0005: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with at_0005.connect() as other:
        other.execute(text(f"SELECT pg_advisory_lock({database.MIGRATION_LOCK})"))

        def done() -> None:
            migrate_to(at_0005, "head")
            other.execute(text(f"SELECT pg_advisory_unlock({database.MIGRATION_LOCK})"))

        made = pauses(monkeypatch, [None, done])
        database.migrate(at_0005)
    assert made == [database.MIGRATION_POLL] * 2
    assert database.is_current(at_0005)


def test_what_it_has_set_is_set_for_nobody_else(at_0005: Engine) -> None:
    database.migrate(at_0005)
    with at_0005.connect() as conn:
        set_to = [conn.execute(text(f"SHOW {name}_timeout")).scalar_one() for name in ("statement", "lock")]
        assert set_to == ["2s", "2s"]
        assert conn.execute(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")).scalar_one() == 0


def test_an_index_whose_build_was_cut_off_is_built_again(at_0005: Engine) -> None:
    migrate_to(at_0005, "0006")
    with at_0005.begin() as conn:
        conn.execute(text("CREATE INDEX ix_person_forgotten ON person (forgotten_at)"))
        conn.execute(text("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_person_forgotten'::regclass"))
    database.migrate(at_0005)
    with at_0005.connect() as conn:
        valid = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_person_forgotten'::regclass"
        assert conn.execute(text(valid)).scalar_one()
        defined = "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_person_forgotten'"
        assert "WHERE (forgotten_at = stopped_at)" in conn.execute(text(defined)).scalar_one()


@pytest.mark.parametrize("revision", [one for one in REVISIONS if one.name[:4] not in LANDED], ids=lambda one: one.stem)
def test_a_revision_builds_indexes_on_tables_of_its_own_or_concurrently(revision: Path) -> None:
    source = revision.read_text()
    made = set(re.findall(r'op\.create_table\(\s*"(\w+)"', source))
    plain = re.findall(r'op\.create_index\(\s*(?:op\.f\()?"\w+"\)?,\s*"(\w+)"', source)
    assert len(plain) == source.count("op.create_index(")
    assert set(plain) <= made, "others go into a revision of their own, by migrations/indexes.build_index"
    if "build_index(" in source:
        assert "op." not in source.replace("op.f", ""), "a revision that builds indexes does nothing else"

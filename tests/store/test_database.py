"""The database: migrated to what tables.py says, one writer or many, and honest about being down."""

from __future__ import annotations

import multiprocessing
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from sms_service.store import database
from sms_service.store.tables import APPEND_ONLY, area, metadata

# An index of an expression on SQLite; those of PostgreSQL are all compared.
NOT_ALL_CAN_BE_READ = pytest.mark.filterwarnings(
    "ignore:Skipped unsupported reflection of expression-based index", "ignore:autogenerate skipping metadata-specified"
)


@NOT_ALL_CAN_BE_READ
def test_the_migrated_schema_is_what_tables_says(engine: Engine) -> None:
    with engine.connect() as conn:
        migrated = MigrationContext.configure(conn, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(migrated, metadata) == []
    assert set(inspect(engine).get_table_names()) == {*metadata.tables, "alembic_version"}


@NOT_ALL_CAN_BE_READ
def test_indexes_are_there_with_their_conditions(engine: Engine) -> None:
    made = {name for table in metadata.tables for name in (i["name"] for i in inspect(engine).get_indexes(table))}
    assert {"uq_registration_waiting", "ix_outbox_open", "ix_card_wanted", "ix_outbox_gateway_id"} <= made


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    with engine.begin() as conn:
        conn.execute(insert(area).values(code="JH", level="state", name="Jharkhand"))

    database.migrate(engine)

    assert database.is_current(engine)
    with engine.connect() as conn:
        assert conn.execute(select(area.c.code)).scalars().all() == ["JH"]


def test_an_empty_database_is_not_current(url: str) -> None:
    engine = database.open_database(url)
    assert not database.is_current(engine)
    engine.dispose()


def upgrade(url: str, together: Barrier) -> None:
    engine = database.open_database(url)
    together.wait()
    database.migrate(engine)
    engine.dispose()


def test_several_machines_may_migrate_at_once(url: str) -> None:
    machines = multiprocessing.get_context("spawn")
    together = machines.Barrier(4)
    started = [machines.Process(target=upgrade, args=(url, together)) for _ in range(4)]

    for one in started:
        one.start()
    for one in started:
        one.join()

    assert [one.exitcode for one in started] == [0] * 4
    engine = database.open_database(url)
    assert database.is_current(engine)
    engine.dispose()


def test_evidence_is_in_tables_that_exist() -> None:
    assert set(APPEND_ONLY) <= set(metadata.tables)
    assert "consent" in APPEND_ONLY


def test_a_reader_does_not_wait_for_the_writer_and_does_not_see_its_half(engine: Engine) -> None:
    with engine.begin() as writing:
        writing.execute(insert(area).values(code="JH", level="state", name="Jharkhand"))
        with database.reading(engine).begin() as conn:
            assert conn.execute(select(area.c.code)).scalars().all() == []


def test_the_values_of_a_failing_statement_are_not_in_its_error(engine: Engine) -> None:
    with pytest.raises(DBAPIError) as caught, engine.begin() as conn:
        conn.execute(text("SELECT * FROM nowhere WHERE phone = :phone"), {"phone": "+919876543210"})
    assert "919876543210" not in str(caught.value)


def test_a_mistake_of_ours_does_not_count_as_down(engine: Engine) -> None:
    with pytest.raises(IntegrityError) as caught, engine.begin() as conn:
        conn.execute(insert(area).values(code="JH", level="state"))
    assert not database.is_down(caught.value)
    assert not database.worth_another_try(caught.value)


def test_a_key_that_somebody_took_meanwhile_is_worth_another_try_where_there_are_several_writers(
    engine: Engine,
) -> None:
    with pytest.raises(IntegrityError) as caught, engine.begin() as conn:
        conn.execute(insert(area), [{"code": "JH", "level": "state", "name": "Jharkhand"}] * 2)
    assert not database.is_down(caught.value)
    assert database.worth_another_try(caught.value) is (engine.dialect.name == "postgresql")


def test_a_database_that_cannot_be_reached_is_down() -> None:
    engine = database.open_database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    with pytest.raises(OperationalError) as caught:
        engine.connect()
    assert database.is_down(caught.value)
    engine.dispose()


def test_a_statement_that_takes_too_long_counts_as_down(fresh_postgres: str) -> None:
    url = fresh_postgres.replace("postgresql://", "postgresql+psycopg://")
    engine = database.open_database(url, statement_timeout_ms=50)
    with pytest.raises(DBAPIError) as caught, engine.begin() as conn:
        conn.execute(text("SELECT pg_sleep(30)"))
    assert database.is_down(caught.value)
    assert not database.worth_another_try(caught.value)
    engine.dispose()


def test_a_lock_that_is_not_given_is_worth_another_try(fresh_postgres: str) -> None:
    url = fresh_postgres.replace("postgresql://", "postgresql+psycopg://")
    engine = database.open_database(url, statement_timeout_ms=50)
    with engine.begin() as conn:
        conn.execute(text("CREATE TABLE one (id int)"))
    with engine.begin() as holding, engine.begin() as conn:
        holding.execute(text("LOCK TABLE one"))
        conn.execute(text("SET LOCAL statement_timeout = 0"))
        with pytest.raises(DBAPIError) as caught:
            conn.execute(text("SELECT * FROM one"))
    assert database.worth_another_try(caught.value)
    engine.dispose()


def test_sqlite_that_another_writer_holds_for_too_long_is_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 20)
    engine = database.open_database(f"sqlite:///{tmp_path}/a.sqlite3")
    with engine.begin(), pytest.raises(OperationalError) as caught, engine.begin():
        pass
    assert database.is_down(caught.value)
    engine.dispose()


def test_sqlite_is_safe_against_a_power_cut_and_knows_its_foreign_keys(tmp_path: Path) -> None:
    engine = database.open_database(f"sqlite:///{tmp_path}/new/folder/a.sqlite3")
    with engine.connect() as conn:
        set_to = {
            name: conn.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert set_to == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    engine.dispose()

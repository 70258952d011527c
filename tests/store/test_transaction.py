"""One transaction: run again when another message of the same person came first, and given up in a sentence."""

from __future__ import annotations

from contextlib import ExitStack, suppress

import pytest
from sqlalchemy import Connection, Engine, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from sms_service.store import transaction
from sms_service.store.database import SqlDown, open_database
from sms_service.store.tables import area
from sms_service.store.transaction import MAX_REFUSED, MAX_TRIES, Conflict


def codes(engine: Engine) -> list[str]:
    with engine.connect() as conn:
        return list(conn.execute(select(area.c.code)).scalars())


def add(conn: Connection, code: str) -> None:
    conn.execute(insert(area).values(code=code, level="state", name="Jharkhand"))


def test_what_was_made_is_committed_and_handed_back(engine: Engine) -> None:
    def take(conn: Connection) -> str:
        add(conn, "JH")
        return "made"

    assert transaction.run(engine, take) == "made"
    assert codes(engine) == ["JH"]


def test_a_conflict_undoes_the_try_and_runs_it_again(engine: Engine) -> None:
    tries = []

    def take(conn: Connection) -> None:
        tries.append(1)
        add(conn, "JH")  # would be there a second time if the first had not been undone
        if len(tries) < 3:
            raise Conflict

    transaction.run(engine, take)
    assert (codes(engine), len(tries)) == (["JH"], 3)


def test_conflicts_without_end_are_given_up(engine: Engine) -> None:
    tries = []

    def take(_conn: Connection) -> None:
        tries.append(1)
        raise Conflict

    with pytest.raises(SqlDown, match="25 tries in vain: this person's other messages came first each time"):
        transaction.run(engine, take)
    assert len(tries) == MAX_TRIES


def test_what_the_database_wants_run_again_is_run_a_few_times(fresh_postgres: str) -> None:
    engine = open_database(fresh_postgres.replace("postgresql://", "postgresql+psycopg://"))
    tries = []

    def take(conn: Connection) -> None:
        tries.append(1)
        conn.execute(text("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"))

    with pytest.raises(SqlDown):
        transaction.run(engine, take)
    assert len(tries) == MAX_REFUSED + 1
    engine.dispose()


def test_a_database_that_is_down_is_told_at_once(engine: Engine) -> None:
    tries = []

    def take(_conn: Connection) -> None:
        tries.append(1)
        raise OperationalError("SELECT 1", {}, OSError("server closed the connection"))

    with pytest.raises(SqlDown, match="OSError"):
        transaction.run(engine, take)
    assert len(tries) == 1


def test_where_no_connection_becomes_free_it_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.pool, "_timeout", 0.01)
    with ExitStack() as all_of_them:
        with suppress(PoolTimeout):
            while True:
                all_of_them.enter_context(engine.connect())
        with pytest.raises(SqlDown, match="no connection became free"):
            transaction.run(engine, lambda conn: add(conn, "JH"))
    transaction.run(engine, lambda conn: add(conn, "JH"))
    assert codes(engine) == ["JH"]


def test_a_mistake_of_ours_comes_out_as_it_is_and_leaves_nothing(engine: Engine) -> None:
    def take(conn: Connection) -> None:
        add(conn, "JH")
        conn.execute(insert(area).values(code="X", level="state"))

    with pytest.raises(IntegrityError):
        transaction.run(engine, take)
    assert codes(engine) == []


def test_any_other_failure_leaves_nothing_either(engine: Engine) -> None:
    def take(conn: Connection) -> None:
        add(conn, "JH")
        raise LookupError

    with pytest.raises(LookupError):
        transaction.run(engine, take)
    assert codes(engine) == []

"""A database that is gone without a word: whoever asks it is told in time, and the next host is asked."""

from __future__ import annotations

import os
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from sms_service.addresses import sqlalchemy_address
from sms_service.store import connecting, database
from tests.machines.machine import Machine
from tests.machines.sql_pair import SqlPair

SOON = 20
"""Seconds: the shortest lease."""


@contextmanager
def frozen(url: str) -> Iterator[None]:
    """The server processes of our open connections answer nothing meanwhile, though their machine does."""
    with psycopg.connect(url, autocommit=True) as conn:
        pids = [
            pid
            for (pid,) in conn.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'sms_service' AND datname = current_database()"
            )
        ]
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def test_a_kept_connection_that_answers_no_more_is_replaced(fresh_postgres: str) -> None:
    engine = database.open_database(sqlalchemy_address(fresh_postgres))
    with engine.begin() as conn:
        first = conn.execute(text("SELECT pg_backend_pid()")).scalar_one()

    with frozen(fresh_postgres), engine.begin() as conn:
        assert conn.execute(text("SELECT pg_backend_pid()")).scalar_one() != first
    engine.dispose()


def test_a_server_that_answers_no_more_within_a_hop_is_down(fresh_postgres: str) -> None:
    engine = database.open_database(sqlalchemy_address(fresh_postgres))

    def hop() -> None:
        until = database.deadline(database.HOP_SECONDS)
        with engine.begin() as conn:
            conn.execution_options(until=until)
            conn.execute(text("SELECT 1"))
            with frozen(fresh_postgres):
                conn.execute(text("SELECT 2"))

    with pytest.raises(OperationalError) as caught:
        hop()
    assert database.is_down(caught.value)
    with engine.begin() as conn:
        assert conn.execute(text("SELECT 3")).scalar_one() == 3
    engine.dispose()


def test_who_takes_long_is_not_cut_off(fresh_postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "PATIENCE", 0.0)
    engine = database.open_database(sqlalchemy_address(fresh_postgres), statement_timeout_ms=100)
    with engine.begin() as conn:
        database.takes_long(conn)
        assert conn.execute(text("SELECT count(pg_sleep(0.5))")).scalar_one() == 1
    engine.dispose()


class Away:
    """A PostgreSQL that nobody reaches: each attempt takes two seconds of a clock that only it moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.attempts, self.passed, self.hosts = 0, 0.0, [""]
        self.there = ""
        monkeypatch.setattr(connecting, "time", SimpleNamespace(monotonic=lambda: self.passed))
        monkeypatch.setattr(connecting.LimitedConnection, "connect", self.connect)

    def connect(self, *_: Any, host: str = "one", port: str = "5432", **__: Any) -> Any:
        self.attempts += 1
        self.hosts.append(host)
        if self.there:
            return SimpleNamespace(info=SimpleNamespace(host=self.there, port=5432))
        self.passed += 2.0
        raise psycopg.OperationalError("connection timeout expired")


def test_after_an_attempt_that_took_long_nobody_waits_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    away, hosts = Away(monkeypatch), connecting.Hosts()
    for _ in range(50):
        with pytest.raises(psycopg.OperationalError):
            hosts.connect()
    assert (away.attempts, away.passed) == (1, 2.0)

    away.passed += connecting.PAUSE
    away.there = "one"
    assert hosts.connect()
    assert hosts.connect()


def test_the_host_that_took_it_last_is_asked_first(monkeypatch: pytest.MonkeyPatch) -> None:
    away, hosts = Away(monkeypatch), connecting.Hosts()
    away.there = "two"
    for _ in range(2):
        hosts.connect(host="one,two,three", port="5432,5432,5432")
    assert away.hosts[1:] == ["one,two,three", "two,one,three"]


@pytest.fixture(scope="module")
def pair() -> Iterator[SqlPair]:
    with tempfile.TemporaryDirectory(prefix="pair-") as name, socket.create_server(("127.0.0.1", 0)) as free:
        folder = Path(name)
        folder.chmod(0o755)
        port = free.getsockname()[1]
        free.close()
        made = SqlPair(folder / "sql", Machine("one", "127.0.0.2"), Machine("two", "127.0.0.3"), port)
        try:
            made.start()
            yield made
        finally:
            made.stop()


def test_the_primary_dies_and_its_standby_has_what_was_committed(pair: SqlPair) -> None:
    engine = database.open_database(sqlalchemy_address(pair.url))
    with engine.begin() as conn:
        conn.execute(text("CREATE TABLE kept (number integer)"))
    for number in range(100):
        with engine.begin() as conn:
            conn.execute(text("INSERT INTO kept VALUES (:number)"), {"number": number})

    pair.kill()
    with pytest.raises(OperationalError) as caught, engine.begin() as conn:
        conn.execute(text("INSERT INTO kept VALUES (-1)"))
    assert database.is_down(caught.value)
    pair.promote()

    with engine.begin() as conn:
        assert conn.execute(text("SELECT count(*), min(number) FROM kept")).one() == (100, 0)
        conn.execute(text("INSERT INTO kept VALUES (100)"))
    pair.rebuild()
    engine.dispose()


def test_the_server_soon_lets_go_of_a_machine_that_is_gone(pair: SqlPair) -> None:
    """Its rows are locked until then; `make machines` cuts one off and waits for it."""
    engine = database.open_database(sqlalchemy_address(pair.url))
    with engine.begin() as conn:
        idle, between, count = (
            int(
                conn.execute(text(f"SELECT setting FROM pg_settings WHERE name = 'tcp_keepalives_{name}'")).scalar_one()
            )
            for name in ("idle", "interval", "count")
        )
    assert 0 < idle + between * count < SOON
    engine.dispose()


def test_a_commit_whose_standby_is_gone_ends_and_is_not_taken_for_one(pair: SqlPair) -> None:
    """Nobody may be told that something is kept which one machine alone has."""
    engine = database.open_database(sqlalchemy_address(pair.url))
    with engine.begin() as conn:
        conn.execute(text("CREATE TABLE alone (number integer PRIMARY KEY)"))
    pair.lose_standby()

    def hop() -> None:
        with engine.begin() as conn:
            conn.execution_options(until=time.monotonic() + database.HOP_SECONDS)
            conn.execute(text("INSERT INTO alone VALUES (1)"))

    with pytest.raises(OperationalError) as caught:
        hop()
    assert database.is_down(caught.value)
    pair.rebuild()
    engine.dispose()

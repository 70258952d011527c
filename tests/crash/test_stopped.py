"""A process stops in the middle of a transaction, alive and holding what it has locked: for how long others suffer from it.

It is stopped as a machine that swaps, or a frozen container, stops it: SIGSTOP, just before its COMMIT. Neither the network
nor the kernel tells anybody. PostgreSQL ends such a transaction (database.IDLE_TIMEOUT_MS). SQLite's lock ends with the
process: test_sql_down.py, SqliteOutage.
"""

from __future__ import annotations

import os
import signal
import sys
import time
import traceback
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import event, text

from sms_service import intake
from sms_service.addresses import sqlalchemy_address
from sms_service.engine.model import Inbound
from sms_service.service import Service, open_service
from sms_service.store import database
from sms_service.store.tables import outbox, registration, turn
from tests.conftest import KEY
from tests.crash.waiting import until
from tests.gateways import AfricasTalking, Twilio
from tests.town import ENROLER, ENTRY, Town
from workers import deliver

OTHER_ENROLER, OTHER = "+919800000001", "+919876543211"
OTHER_ENTRY = f"REG {OTHER} ABC7654321 13 Sita Devi"
PATIENCE = 30.0
"""Seconds until a test gives up."""

Work = Callable[[Service], object]


class Stopped:
    """A process of its own that does one thing, and stops before the first COMMIT of it that has written to `table`."""

    def __init__(self, town: Town, work: Work, table: str) -> None:
        self._pid = os.fork()
        if self._pid == 0:
            self._child(town, work, table)
        pid, status = os.waitpid(self._pid, os.WUNTRACED)
        assert (pid, os.WIFSTOPPED(status)) == (self._pid, True)

    def goes_on(self) -> None:
        """Whatever stopped it is over; it ends what it was doing."""
        os.kill(self._pid, signal.SIGCONT)
        _, status = os.waitpid(self._pid, 0)
        self._pid = 0
        assert os.waitstatus_to_exitcode(status) == 0

    def end(self) -> None:
        """kill -9, if it has not ended."""
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            self._pid = 0

    def _child(self, town: Town, work: Work, table: str) -> None:
        code = 1
        try:
            service = open_service(town.config, time.time())
            written: list[bool] = []

            def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
                if statement.startswith((f"INSERT INTO {table} ", f"UPDATE {table} ")):
                    written.append(True)

            def stop(_conn: Any) -> None:
                if all(written) and written:
                    written.append(False)  # once
                    os.kill(os.getpid(), signal.SIGSTOP)

            event.listen(service.engine, "after_cursor_execute", note)
            event.listen(service.engine, "commit", stop)
            work(service)
            code = 0
        except BaseException:  # noqa: BLE001  the parent sees the exit code
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)


@contextmanager
def stopped(town: Town, work: Work, table: str) -> Iterator[Stopped]:
    made = Stopped(town, work, table)
    try:
        yield made
    finally:
        made.end()


def inbound(phone: str, text: str) -> Inbound:
    sid = f"SM{uuid.uuid4().hex}"
    return Inbound(channel="twilio", id=sid, kind="sms", phone=phone, to="51969", text=text, received_at=time.time())


def enters(service: Service) -> None:
    """What the web does with an entry."""
    intake.take(service, inbound(ENROLER, ENTRY))


def sends(service: Service) -> None:
    """What a worker does for one message."""
    deliver.send_due(service, 1)


def kept(town: Town) -> int:
    """Messages that wait on disk."""
    return len(town.service.spool) + town.service.spool.failing


def texts_taken(town: Town) -> int:
    """Turns that a text has caused."""
    return [row.channel for row in town.rows(turn)].count("twilio")


def accepted(town: Town) -> Counter[str]:
    """How often the gateway took each message."""
    return Counter(message.ref for message in town.twilio.accepted)


@pytest.fixture
def on_postgres(
    tmp_path: Path, valkey_url: str, live: redis.Redis, fresh_postgres: str, twilio: Twilio,
    africastalking: AfricasTalking, monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Town]:  # fmt: skip
    """The service on PostgreSQL, which ends such a transaction after two seconds: five of each test would be waiting."""
    monkeypatch.setattr(database, "IDLE_TIMEOUT_MS", 2_000)
    settings = {"DATA_DIR": str(tmp_path), "REDIS_URL": valkey_url, "PRIVACY__KEY": KEY, "DATABASE_URL": fresh_postgres}
    with Town(settings, twilio, africastalking) as made:
        yield made


def test_a_web_process_that_stops_in_a_turn_holds_up_its_own_people_for_seconds_and_nobody_else(
    on_postgres: Town,
) -> None:
    town = on_postgres
    with stopped(town, enters, "outbox") as web:
        assert town.phone(OTHER_ENROLER, "twilio").sends(OTHER_ENTRY) == 200
        assert (len(town.rows(registration)), kept(town)) == (1, 0)

        assert town.phone(ENROLER, "twilio").sends("HELP") == 200  # behind its lock: taken late, or kept on disk
        until(lambda: town.sweep() or not kept(town), "what the enroler sent meanwhile taken", PATIENCE)
        assert texts_taken(town) == 2
        web.goes_on()

    town.sweep()
    assert len(town.rows(registration)) == 2, "what it had in hand is run again"
    assert texts_taken(town) == 3


def test_a_worker_that_stops_while_it_claims_keeps_back_one_message_for_seconds(on_postgres: Town) -> None:
    town = on_postgres
    town.phone(ENROLER, "twilio").sends(ENTRY)
    with stopped(town, sends, "outbox") as worker:
        town.phone(OTHER_ENROLER, "twilio").texts(OTHER_ENTRY)
        assert town.twilio.texts_to(OTHER)
        until(lambda: town.work() or len(accepted(town)) == len(town.rows(outbox)), "its message sent", PATIENCE)
        worker.goes_on()

    town.work()
    assert set(accepted(town).values()) == {1}
    assert {row.status for row in town.rows(outbox)} == {"sent"}


def test_a_worker_that_stops_while_it_writes_down_a_send_sends_nothing_twice(on_postgres: Town) -> None:
    town = on_postgres
    town.phone(ENROLER, "twilio").sends(ENTRY)
    with stopped(town, sends, "channel_log") as worker:
        [sending] = [row for row in town.rows(outbox) if row.status == "sending"]

        def settled_by_its_report() -> bool:
            town.twilio.report_delivered(town.twilio.message(sending.ref))
            town.sweep()
            return all(row.status == "delivered" for row in town.rows(outbox) if row.ref == sending.ref)

        until(settled_by_its_report, "its message settled by the report", PATIENCE)
        worker.goes_on()

    town.work()
    assert set(accepted(town).values()) == {1}
    assert {row.status for row in town.rows(outbox)} == {"sent", "delivered"}


def test_who_works_through_a_whole_table_may_compute_for_longer(
    fresh_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "IDLE_TIMEOUT_MS", 50)
    engine = database.open_database(sqlalchemy_address(fresh_postgres), statement_timeout_ms=50)
    shown = text("SHOW idle_in_transaction_session_timeout")
    with engine.begin() as conn:
        assert conn.execute(shown).scalar_one() == "50ms"
        database.takes_long(conn)
        assert conn.execute(shown).scalar_one() == database.LONG_IDLE
    engine.dispose()
    command = database.open_database(sqlalchemy_address(fresh_postgres), statement_timeout_ms=600_000)
    with command.begin() as conn:
        assert conn.execute(shown).scalar_one() == "10min"
    command.dispose()

"""The service as it runs - every process of the Procfile under its supervisor - with processes that can be killed.

with Drive(settings, twilio) as drive:
    drive.kill("web")
    drive.texts(ENROLER, "REG ...")  # as a gateway does: again until it is answered
    drive.hears(MEMBER, 1)  # every message that Twilio accepted for her, as soon as there is one
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
import uuid
from pathlib import Path
from typing import Any, Self

import redis
import requests
from sqlalchemy import Table, select

from sms_service import launch
from sms_service.config import read_config
from sms_service.demo import free_port
from sms_service.store import database
from sms_service.store.tables import outbox
from tests.crash.waiting import until
from tests.gateways import Twilio

VICTIMS = ("web", "web worker", "deliver", "cards", "sweep", "valkey", "everything")
"""What can be killed: the Procfile's programs, one of the web master's own processes, the embedded Valkey, all at once."""


class Drive:
    """The running service and its gateway. Use `with`; whatever was started is ended, by its id."""

    def __init__(self, settings: dict[str, str], twilio: Twilio) -> None:
        self.twilio = twilio
        port = str(free_port())
        twilio.web_url = twilio.public_url = f"http://127.0.0.1:{port}"
        self._environment = launch.child_environment(
            **{
                "WEB__PORT": port,
                "WEB__PROCESSES": "2",
                "SWEEP__EVERY": "1",
                "OUTBOX__LEASE": "20",
                "OUTBOX__BACKOFF": "0.5",
                "CHANNELS__TWILIO__ACCOUNT_SID": twilio.account_sid,
                "CHANNELS__TWILIO__AUTH_TOKEN": twilio.auth_token,
                "CHANNELS__TWILIO__FROM": twilio.number,
                "CHANNELS__TWILIO__API_URL": twilio.url,
                **settings,
            }
        )
        self.config = read_config(self._environment)

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as stack:
            self._supervisor = stack.enter_context(launch.running(self.config, self._environment, time.time()))
            watch = threading.Thread(target=self._supervisor.watch, daemon=True)
            watch.start()
            stack.callback(watch.join)
            stack.callback(self._supervisor.request_stop)
            self._engine = database.open_database(self.config.sql_url)
            stack.callback(self._engine.dispose)
            self._all = set(self._supervisor.pids())
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    # --- killing --------------------------------------------------------------------------------------------------

    def until_whole(self) -> None:
        """Returns when every process runs and the web answers."""
        until(lambda: set(self._supervisor.pids()) == self._all and self._answers(), "every process running")

    def kill(self, victim: str) -> None:
        """kill -9."""
        pids = self._supervisor.pids()
        if victim == "web worker":
            doomed = [until(lambda: web_workers(pids["web"]), "a web worker")[0]]
        elif victim == "everything":
            doomed = [*web_workers(pids["web"]), *pids.values()]
        else:
            doomed = [pids[victim]]
        for pid in doomed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def until_died(self, name: str) -> None:
        """Returns when this process was started again after its death, and died of that."""
        first = self._supervisor.pids().get(name)

        def started_again() -> int | None:
            pid = self._supervisor.pids().get(name)
            return pid if pid != first else None

        second = until(started_again, f"{name} started again")
        until(lambda: self._supervisor.pids().get(name) != second, f"{name} ended again")

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.config.url}/healthz", timeout=5).ok and self._live()
        except requests.RequestException:
            return False

    def _live(self) -> bool:
        with redis.Redis.from_url(self.config.live_url) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    # --- people and what they get ---------------------------------------------------------------------------------

    def texts(self, phone: str, text: str) -> None:
        """An SMS, which Twilio delivers again and again until it is answered."""
        sid = f"SM{uuid.uuid4().hex}"

        def delivered() -> bool:
            try:
                return self.twilio.text(self.config.url, phone, text, sid).status == 200
            except requests.RequestException:
                return False

        until(delivered, "an answer to a webhook")

    def texts_meanwhile(self, phone: str, text: str) -> threading.Thread:
        """The same, while this test goes on. Join it."""
        thread = threading.Thread(target=self.texts, args=(phone, text), daemon=True)
        thread.start()
        return thread

    def hears(self, phone: str, count: int) -> list[str]:
        """Every text that Twilio accepted for this phone, as soon as there are `count`."""
        self.twilio.wait_until(lambda: len(self.twilio.texts_to(phone)) >= count, f"message {count}", 60)
        return self.twilio.texts_to(phone)

    def until_settled(self) -> None:
        """Returns when no message is under way any more."""

        def open_rows() -> list[Any]:
            return [row for row in self.rows(outbox) if row.status in ("queued", "sending")]

        until(lambda: not open_rows(), "every message settled")

    def rows(self, table: Table) -> list[Any]:
        """All rows of a table."""
        with database.reading(self._engine).begin() as conn:
            return list(conn.execute(select(table).order_by(*table.primary_key)))


def web_workers(master: int) -> list[int]:
    """The processes in which the web master has requests answered."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return [int(pid) for pid in children if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()]

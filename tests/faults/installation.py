"""The service as it runs, each process with lines of its own to PostgreSQL, Valkey and Twilio, which can be made bad.

with Installation(folder, sql_url, live_url, twilio) as there:
    there.lines["web"].sql.cut_commits("after", 1)
    there.texts(ENROLER, ENTRY)
"""

from __future__ import annotations

import os
import re
import threading
import time
import uuid
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import requests
from sqlalchemy import Table, make_url, select

from sms_service.config import PREFIX, Config, read_config
from sms_service.demo import free_port
from sms_service.launch import PROCFILE, wait_until_ready
from sms_service.service import Service, open_service
from sms_service.store.tables import outbox
from sms_service.supervise import Supervisor, procfile
from tests import databases
from tests.conftest import KEY
from tests.crash.waiting import until
from tests.gateways import Twilio
from tests.proxy import Address, Proxy, SqlLine
from tests.town import RULES_OFF

LEASE = "20"
"""Seconds; the shortest that a setting may say."""

NOWHERE = Path("/nowhere")

BACK = 90.0
"""Seconds within which all goes on by itself after a fault (G4)."""


@dataclass(frozen=True)
class Lines:
    """What one process is connected by."""

    sql: SqlLine
    live: Proxy
    twilio: Proxy


class Installation:
    """Web, workers and sweeper under supervision; without `sql_url` on SQLite, which has no line. `service` is opened here
    without any proxy, to see what they wrote. Use `with`; whatever was started is ended, by its id."""

    def __init__(self, folder: Path, sql_url: str, live_url: str, twilio: Twilio, **settings: str) -> None:
        self.twilio, self._sql_url, self._live_url = twilio, sql_url, live_url
        self._settings = {
            **RULES_OFF,
            "DATA_DIR": str(folder),
            "PRIVACY__KEY": KEY,
            "DATABASE_URL": sql_url,
            "REDIS_URL": live_url,
            "WEB__PORT": str(free_port()),
            "WEB__PROCESSES": "1",
            "SWEEP__EVERY": "1",
            "OUTBOX__LEASE": LEASE,
            "OUTBOX__BACKOFF": "0.5",
            "CHANNELS__TWILIO__ACCOUNT_SID": twilio.account_sid,
            "CHANNELS__TWILIO__AUTH_TOKEN": twilio.auth_token,
            "CHANNELS__TWILIO__FROM": twilio.number,
            "CHANNELS__TWILIO__API_URL": twilio.url,
            **settings,
        }
        self.config: Config = read_config(named(self._settings))
        twilio.web_url = twilio.public_url = self.config.url

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            databases.prepared(self.config)
            self.lines: dict[str, Lines] = {}
            self.processes: dict[str, Supervisor] = {}
            for program in procfile(PROCFILE):
                lines = Lines(
                    stack.enter_context(SqlLine(socket_of(self._sql_url) if self._sql_url else NOWHERE)),
                    stack.enter_context(Proxy(address_of(self._live_url))),
                    stack.enter_context(Proxy(address_of(self.twilio.url))),
                )
                self.lines[program.name] = lines
                supervisor = self.processes[program.name] = Supervisor(self._by(lines), PROCFILE.parent)
                stack.callback(supervisor.stop)
                supervisor.start(program)
                watch = threading.Thread(target=supervisor.watch, daemon=True)
                watch.start()
                stack.callback(watch.join)
                stack.callback(supervisor.request_stop)
            wait_until_ready(self.config, self.processes["web"])
            self.service: Service = open_service(self.config, time.time())
            stack.callback(self.service.close)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def _by(self, lines: Lines) -> dict[str, str]:
        """The environment of a process that is connected by these lines."""
        by = {
            "DATABASE_URL": by_line(self._sql_url, lines.sql) if self._sql_url else "",
            "REDIS_URL": f"redis://127.0.0.1:{lines.live.port}/0",
            "CHANNELS__TWILIO__API_URL": f"http://127.0.0.1:{lines.twilio.port}",
        }
        kept = {one: value for one, value in os.environ.items() if not one.startswith(PREFIX)}
        return {**kept, **named({**self._settings, **by}), "PYTHONUNBUFFERED": "1"}

    # --- people ---------------------------------------------------------------------------------------------------

    def texts(self, phone: str, text: str, sid: str = "") -> int:
        """An SMS that Twilio posts once; the status of the answer. Raises requests.RequestException where none comes in the
        fifteen seconds that Twilio waits."""
        return self.twilio.text(self.config.url, phone, text, sid or f"SM{uuid.uuid4().hex}").status

    def heard(self, phone: str, beginning: str) -> int:
        """How many texts that begin so this phone has."""
        return sum(text.startswith(beginning) for text in self.twilio.texts_to(phone))

    def until_heard(self, phones: list[str], beginning: str) -> None:
        """Returns when each of these phones has such a text."""
        for phone in phones:
            self.twilio.wait_until(lambda: self.heard(phone, beginning) > 0, f"{beginning!r}", BACK)  # noqa: B023

    def until_settled(self) -> None:
        """Returns when nothing is under way any more, nor on disk."""
        until(lambda: not self._under_way(), "every message settled", BACK)

    def _under_way(self) -> bool:
        open_rows = [row for row in self.rows(outbox) if row.status in ("queued", "sending")]
        return bool(open_rows or len(self.service.spool) or self.service.spool.failing)

    # --- what is there --------------------------------------------------------------------------------------------

    def rows(self, table: Table) -> list[Any]:
        """All rows of a table."""
        with self.service.reads.begin() as conn:
            return list(conn.execute(select(table).order_by(*table.primary_key)))

    def ready(self) -> tuple[int, list[str]]:
        """What /readyz says: its status, and the sentences."""
        answer = requests.get(f"{self.config.url}/readyz", timeout=(10, 15))
        return answer.status_code, answer.json()["problems"]


def named(settings: dict[str, str]) -> dict[str, str]:
    """As environment variables."""
    return {f"{PREFIX}{name}": value for name, value in settings.items()}


def by_line(url: str, line: SqlLine) -> str:
    """The address of a database behind a line."""
    return f"postgresql://postgres@127.0.0.1:{line.port}/{make_url(url).database}"


def socket_of(url: str) -> Address:
    """Where a PostgreSQL of the tests listens."""
    folder = parse_qs(urlsplit(url).query)["host"][0]
    [found] = [file for file in Path(folder).iterdir() if re.fullmatch(r"\.s\.PGSQL\.\d+", file.name)]
    return found


def address_of(url: str) -> Address:
    """Where a Valkey or a gateway listens."""
    parts = urlsplit(url)
    return (parts.hostname, parts.port) if parts.hostname and parts.port else Path(parts.path)

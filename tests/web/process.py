"""A web process under test: granian as it runs in production, asked byte by byte, and every place it could write to."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import redis
from sqlalchemy import Table, func, select
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from sms_service import launch
from sms_service.config import PREFIX, Config, read_config
from sms_service.demo import free_port
from sms_service.service import Service, open_service
from sms_service.store.tables import metadata
from sms_service.supervise import Program, Supervisor
from tests.gateways import jasmin, kannel
from tests.gateways.africastalking import SECRET
from tests.gateways.twilio import ACCOUNT, NUMBER, PUBLIC_URL, TOKEN

FORM = "application/x-www-form-urlencoded"
OLD_TOKEN = "twilio-token-of-last-month"
OLD_SECRET = "path-secret-of-last-month"
NOWHERE = "http://127.0.0.1:9"
"""Where messages would go out to: a port that nobody listens on, so that no test ever calls a gateway."""

PATIENCE = 20.0
"""Seconds that an answer may take before a test fails; far above what a busy machine needs."""

Pairs = Sequence[tuple[str, str]]

GATEWAYS = {
    "CHANNELS__TWILIO__ACCOUNT_SID": ACCOUNT,
    "CHANNELS__TWILIO__AUTH_TOKEN": f"{TOKEN}, {OLD_TOKEN}",
    "CHANNELS__TWILIO__FROM": NUMBER,
    "CHANNELS__TWILIO__API_URL": NOWHERE,
    "CHANNELS__AFRICASTALKING__USERNAME": "membership",
    "CHANNELS__AFRICASTALKING__API_KEY": "africastalking-key-of-the-tests",
    "CHANNELS__AFRICASTALKING__FROM": "51969",
    "CHANNELS__AFRICASTALKING__SECRET": f"{SECRET},{OLD_SECRET}",
    "CHANNELS__AFRICASTALKING__API_URL": NOWHERE,
    "CHANNELS__KANNEL__SEND_URL": NOWHERE,
    "CHANNELS__KANNEL__USERNAME": "kannel",
    "CHANNELS__KANNEL__PASSWORD": "kannel-password-of-the-tests",
    "CHANNELS__KANNEL__SECRET": kannel.SECRET,
    "CHANNELS__JASMIN__SEND_URL": NOWHERE,
    "CHANNELS__JASMIN__USERNAME": "jasmin",
    "CHANNELS__JASMIN__PASSWORD": "jasmin-password",
    "CHANNELS__JASMIN__SECRET": jasmin.SECRET,
}


@dataclass(frozen=True)
class Answer:
    """What came back. Header names are lower-case; of a repeated header the last one."""

    status: int
    header: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Web:
    """One web process, and `service`, opened here on the same data to see what it wrote. Use `with`."""

    def __init__(self, settings: dict[str, str], log: Path | None = None) -> None:
        """`log`: the file that gets what the process says; without one it is said on our standard error."""
        self._log = log
        port = str(free_port())
        settings = {**settings, "WEB__PORT": port, "WEB__PROCESSES": "1"}
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("SMS_SERVICE_")}
        self._environment = {
            **surroundings,
            **{f"{PREFIX}{name}": value for name, value in settings.items()},
            "PYTHONUNBUFFERED": "1",
        }
        self.config: Config = read_config(self._environment, launch.PROCFILE.parent / "config.yaml")

    def __enter__(self) -> Self:
        launch.prepare(self.config, time.time())
        self._supervisor = Supervisor(self._environment, launch.PROCFILE.parent)
        try:
            command = [sys.executable, "-m", "sms_service.web"]
            if self._log:
                command = ["sh", "-c", 'log="$1"; shift; exec "$@" 2>>"$log"', "sh", str(self._log), *command]
            self._supervisor.start(Program("web", command))
            launch.wait_until_ready(self.config, self._supervisor)
        except BaseException:
            self._supervisor.stop()
            raise
        self.service: Service = open_service(self.config, time.time())
        self._sqlite = sqlite3.connect(self.config.data_dir / "sms_service.sqlite3")
        return self

    def __exit__(self, *_: object) -> None:
        self._sqlite.close()
        self.service.close()
        self._supervisor.stop()

    # --- asking ---------------------------------------------------------------------------------------------------

    def ask(
        self, method: str, target: str | bytes, header: Pairs = (), body: bytes = b"", *, host: str = "",
        chunked: bool = False,
    ) -> Answer:  # fmt: skip
        """One request on a connection of its own, with nothing in it normalised. Twice the same header is sent twice."""
        raw = target.encode("ascii") if isinstance(target, str) else target
        host = host or f"127.0.0.1:{self.config.web.port}"
        lines = [("Host", host), ("Connection", "close"), *header]
        if chunked:
            lines.append(("Transfer-Encoding", "chunked"))
            body = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in _parts(body)) + b"0\r\n\r\n"
        elif body or method in ("POST", "PUT", "PATCH"):
            lines.append(("Content-Length", str(len(body))))
        head = "".join(f"{name}: {value}\r\n" for name, value in lines).encode("utf-8", "surrogatepass")
        with socket.create_connection(("127.0.0.1", self.config.web.port), PATIENCE) as connection:
            # A server that refuses a large body may answer and hang up before it was read to its end.
            with suppress(ConnectionError):
                connection.sendall(method.encode() + b" " + raw + b" HTTP/1.1\r\n" + head + b"\r\n" + body)
            response = HTTPResponse(connection, method=method)
            response.begin()
            answer = Answer(response.status, {n.lower(): v for n, v in response.getheaders()}, response.read())
            response.close()
        return answer

    def get(self, target: str | bytes, header: Pairs = (), *, host: str = "") -> Answer:
        return self.ask("GET", target, header, host=host)

    def post(self, target: str | bytes, fields: Pairs, header: Pairs = (), *, host: str = "") -> Answer:
        """A form, as gateways send it; half characters go out as the bytes they would be."""
        return self.ask("POST", target, [("Content-Type", FORM), *header], encoded(fields), host=host)

    def twilio(self, fields: Pairs, target: str = "/hooks/twilio/sms", header: Pairs = (), *, host: str = "") -> Answer:
        """A signed webhook of Twilio."""
        read = [(as_read(name), as_read(value)) for name, value in fields]
        signature = ("X-Twilio-Signature", signed(read, target, self.config.url))
        return self.post(target, fields, [signature, *header], host=host)

    def africastalking(self, route: str, fields: Pairs) -> Answer:
        """A callback of Africa's Talking."""
        return self.post(f"/hooks/africastalking/{SECRET}/{route}", fields)

    def kannel(self, route: str, fields: Pairs) -> Answer:
        """A callback of Kannel, which asks with GET."""
        return self.get(b"/hooks/kannel/%s/%s?%s" % (kannel.SECRET.encode(), route.encode(), encoded(fields)))

    def jasmin(self, route: str, fields: Pairs) -> Answer:
        """A callback of Jasmin."""
        return self.post(f"/hooks/jasmin/{jasmin.SECRET}/{route}", fields)

    def handset(self, what: str, data: Any, header: Pairs = (), *, host: str = "") -> Answer:
        """A POST of the handset's page."""
        lines = [("Content-Type", "application/json"), ("X-Handset", "1"), *header]
        return self.ask("POST", f"/phone/{what}", lines, json.dumps(data).encode(), host=host)

    # --- what it wrote --------------------------------------------------------------------------------------------

    def rows(self, table: Table) -> list[Any]:
        """All rows of a table, in the order of their primary key."""
        with self.service.reads.begin() as conn:
            return list(conn.execute(select(table).order_by(*table.primary_key)))

    def counts(self) -> dict[str, int]:
        """How many rows every table has."""
        with self.service.reads.begin() as conn:
            return {
                name: conn.execute(select(func.count()).select_from(table)).scalar_one()
                for name, table in metadata.tables.items()
            }

    def redis_keys(self) -> set[bytes]:
        return set(redis.Redis.from_url(self.config.live_url).scan_iter(count=1000))

    @contextmanager
    def nothing_written(self) -> Iterator[None]:
        """What is asked in this block leaves no trace: no row, no changed row, no Redis key, no file in the spool."""
        rows, version, keys, spooled = self.counts(), self._data_version(), self.redis_keys(), len(self.service.spool)
        yield
        assert self.counts() == rows
        assert self._data_version() == version, "a row was changed"
        assert self.redis_keys() <= keys
        assert len(self.service.spool) == spooled

    def _data_version(self) -> int:
        """SQLite's own word on whether any other connection changed anything."""
        version: int = self._sqlite.execute("PRAGMA data_version").fetchone()[0]
        return version


def _parts(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 16_384):
        yield body[start : start + 16_384]


def as_read(text: str) -> str:
    """`text` as a server reads it from a form: bytes that are no UTF-8, such as half an emoji, stay percent-encoded."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "werkzeug.url_quote")


def encoded(fields: Pairs) -> bytes:
    """`fields` as a form."""
    return urlencode([(name, value) for name, value in fields], errors="surrogatepass").encode()


def signed(fields: Pairs, target: str, public_url: str = PUBLIC_URL, token: str = TOKEN) -> str:
    """X-Twilio-Signature by Twilio's own SDK, repeated fields and all."""
    return str(RequestValidator(token).compute_signature(public_url + target, MultiDict(fields)))

"""Connections to PostgreSQL that end: its machine is gone, it answers no more, a commit waits for a standby that is gone.

The server's own time-outs end a statement that takes long. They end nothing where no word of the server arrives any more, and
a COMMIT that waits for its synchronous standby is under none of them. Several hosts may be named (addresses.py).
"""

from __future__ import annotations

import threading
import time
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from sqlalchemy import Engine, event

SILENCE_MS = 2_000
"""Milliseconds in which a PostgreSQL, or its machine's kernel, must confirm what we sent: a machine without power confirms
nothing. Its network is ours, so this is a hundred times what a packet takes, repeated ones included."""

KEEPALIVE = {"tcp_user_timeout": SILENCE_MS, "keepalives_idle": 1, "keepalives_interval": 1, "keepalives_count": 2}
"""libpq's names for it (PostgreSQL, 34.1.2); a Unix socket has no use for them. The last three are for an answer that we wait
for when all that we sent is confirmed."""

LET_GO = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c tcp_user_timeout=10000"
"""What the server is asked to do on its side: a machine of ours that is gone in the middle of a transaction holds its rows for
eleven seconds. By the system's defaults it would be two hours, in which nobody could answer the person whose row it was."""

PATIENCE = 8.0
"""Seconds beyond the statement time-out that one call may take: a list of statements is one call. Longer waits a COMMIT only
where the standby is gone, and a server that is stopped."""

QUICK = 2.3
"""Seconds that it may take where a USSD hop waits, and whether a kept connection still lives: a little more than a statement
may, so that the server says it first."""

PAUSE = 1.0
"""Seconds in which nobody connects after an attempt in vain that took long. Eight threads that each wait for an absent machine
take three messages a second; told at once, they keep them on disk as fast as they come."""

SLOW = 0.5
"""Seconds after which an attempt in vain took long. A server that refuses does so within a millisecond."""

Got = TypeVar("Got")


class LimitedConnection(psycopg.Connection[Any]):
    """A connection whose calls end after `patience` seconds (None: never) by its own end, with an OperationalError."""

    patience: float | None = QUICK

    def wait(self, gen: PQGen[Got], interval: float = 0.1, timeout: float | None = None) -> Got:
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except psycopg.OperationalError as error:
            if error.sqlstate is None:  # not the server's word: nobody can know any more what it is at
                self.pgconn.finish()
            raise


class Hosts:
    """Connects one engine: to the host that took it last, then to the others; not at all for a moment after it took long
    in vain. Its methods may run in several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._again_at = 0.0
        self._away = self._trying = False
        self._last: tuple[str, str] | None = None

    def connect(self, *args: Any, **params: Any) -> LimitedConnection:
        """Raises psycopg.OperationalError."""
        with self._lock:
            if self._away and (self._trying or time.monotonic() < self._again_at):
                raise psycopg.OperationalError("no host could be reached a moment ago")
            self._trying = self._away
        begun = time.monotonic()
        away = True
        try:
            made = LimitedConnection.connect(*args, **self._last_first(params))
            away = False
        except psycopg.OperationalError:
            away = time.monotonic() - begun > SLOW
            raise
        finally:
            with self._lock:
                self._away, self._trying, self._again_at = away, False, time.monotonic() + PAUSE
        self._last = (made.info.host, str(made.info.port))
        return made

    def _last_first(self, params: dict[str, Any]) -> dict[str, Any]:
        """The hosts in another order: the first one may be gone, and each connection would wait for it anew."""
        known = list(zip(str(params.get("host", "")).split(","), str(params.get("port", "")).split(","), strict=False))
        if len(known) < 2 or self._last not in known:
            return params
        known.sort(key=lambda one: one != self._last)
        return {**params, "host": ",".join(host for host, _ in known), "port": ",".join(port for _, port in known)}


def watch(engine: Engine, statement_timeout_ms: int) -> None:
    """Has an engine of PostgreSQL connect so, and gives each of its calls its time."""
    hosts = Hosts()
    usual = statement_timeout_ms / 1000 + PATIENCE if statement_timeout_ms else None

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, args: Any, params: Any) -> LimitedConnection:
        return hosts.connect(*args, **params)

    @event.listens_for(engine, "checkout")
    def begins(connection: LimitedConnection, _record: Any, _fairy: Any) -> None:
        connection.patience = usual

    @event.listens_for(engine, "checkin")
    def ends(connection: LimitedConnection | None, _record: Any) -> None:
        if connection is not None:
            connection.patience = QUICK


def give(connection: Any, patience: float | None) -> None:
    """Each call of this SQLAlchemy connection may take so many seconds (None: as many as it takes), until it is given back."""
    driver = connection.connection.driver_connection
    if isinstance(driver, LimitedConnection):
        driver.patience = patience

"""PostgreSQL as an operator has it: one server, started again half a second after it died."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

import psycopg

from tests.crash.waiting import until
from tests.machines.machine import NOBODY, PATIENCE, WITH_US, plain_user
from tests.machines.sql_pair import NAME, binaries

PAUSE = 0.5
"""Seconds until it is started again, and again where its last processes still have its memory."""

SETTINGS = {"fsync": "off", "full_page_writes": "off", "max_connections": "120", "unix_socket_directories": ""}
"""Nobody cuts this machine's power: what a killed process wrote is in the kernel."""


class Postgres:
    """`start` it; `postmaster` and `backends` are what may be killed. `stop` ends all of it."""

    def __init__(self, folder: Path, host: str, port: int) -> None:
        self._folder, self._host, self._port = folder, host, port
        self._as_user = plain_user()
        self._process: subprocess.Popen[bytes] | None = None
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self.url = f"postgresql://{NAME}@{host}:{port}/{NAME}"

    def start(self) -> None:
        """From nothing, with an empty database; returns when it answers."""
        self._folder.mkdir(mode=0o700)
        if self._as_user:
            shutil.chown(self._folder, NOBODY)
        made = subprocess.run(
            [*self._as_user, str(binaries() / "initdb"), "-D", str(self._folder), "-U", NAME, "-E", "UTF8",
             "--locale=C", "-A", "trust", "--no-sync"],
            capture_output=True, text=True, cwd="/",
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        self._keeper.start()
        admin = self.url.removesuffix(NAME) + "postgres"
        until(lambda: _answers(admin), "PostgreSQL")
        with psycopg.connect(admin, autocommit=True) as conn:
            conn.execute(f"CREATE DATABASE {NAME}")

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, connect_timeout=5) as conn:
            return conn.execute(query, values).fetchall()

    def count(self, query: str, *values: object) -> int:
        return int(self.rows(query, *values)[0][0])

    @property
    def answers(self) -> bool:
        return _answers(self.url)

    def postmaster(self) -> int | None:
        process = self._process
        return process.pid if process and process.poll() is None else None

    def backends(self) -> list[int]:
        """The processes that serve our connections."""
        pid, ours = self.postmaster(), f"postgres: {NAME} ".encode()
        with contextlib.suppress(OSError):  # it died while we looked
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            return [int(one) for one in children if Path(f"/proc/{one}/cmdline").read_bytes().startswith(ours)]
        return []

    def stop(self) -> None:
        self._over.set()
        if self._keeper.is_alive():
            self._keeper.join()

    def _keep(self) -> None:
        settings = SETTINGS | {"listen_addresses": self._host, "port": str(self._port)}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [*WITH_US, *self._as_user, str(binaries() / "postgres"), "-D", str(self._folder), *words]
        with self._folder.with_suffix(".log").open("ab") as log:
            while not self._over.is_set():
                self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, cwd="/")
                while self._process.poll() is None and not self._over.wait(0.1):
                    pass
                self._over.wait(PAUSE)
            self._end()  # in this thread: with it the kernel would kill it

    def _end(self) -> None:
        if self._process and self._process.poll() is None:
            for pid in [self._process.pid, *self.backends()]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
            self._process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE)
            self._process.kill()
            self._process.wait()


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False

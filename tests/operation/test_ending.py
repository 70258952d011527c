"""SIGTERM under load: whoever was let in is answered, what is in hand is finished, and nothing is left half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import select

from sms_service import launch
from sms_service.config import PREFIX, read_config
from sms_service.demo import free_port
from sms_service.store import database
from sms_service.store.spool import counted
from sms_service.store.tables import outbox, turn
from tests.conftest import KEY
from tests.crash.share import OFFSET
from tests.crash.waiting import until
from tests.gateways import Twilio
from tests.processes import Watched
from tests.town import RULES_OFF

POSTERS = 8
"""Gateways' connections at a time: more than the web has threads."""

RQ_SECOND = 1.2
"""Seconds: of two signals within one, RQ takes no notice of the second."""

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""CRASH_OFFSET says which one is sent now."""

DRAINED = 60.0
"""Seconds in which all of it has ended."""


class Running:
    """`sms-service run`, with messages that come all the time, each on a connection of its own, as gateways post them."""

    def __init__(self, folder: Path, twilio: Twilio, begun: dict[str, Any] | None = None) -> None:
        port = str(free_port())
        self.twilio = twilio
        twilio.web_url = twilio.public_url = f"http://127.0.0.1:{port}"
        settings = {
            "DATA_DIR": str(folder / "data"), "WEB__PORT": port, "PRIVACY__KEY": KEY, "SWEEP__EVERY": "1",
            "CHANNELS__TWILIO__ACCOUNT_SID": twilio.account_sid, "CHANNELS__TWILIO__AUTH_TOKEN": twilio.auth_token,
            "CHANNELS__TWILIO__FROM": twilio.number, "CHANNELS__TWILIO__API_URL": twilio.url, **RULES_OFF,
        }  # fmt: skip
        self.environment = {**os.environ, **{f"{PREFIX}{name}": value for name, value in settings.items()}}
        self.config = read_config(self.environment, launch.PROCFILE.parent / "config.yaml")
        command, said = [sys.executable, "-m", "sms_service", "run"], folder / "said"
        with said.open("w") as out:
            self.process = subprocess.Popen(command, env=self.environment, stdout=out, stderr=out, **(begun or {}))
        until(lambda: "is running." in said.read_text() or self.process.poll() is not None, "the start")
        assert self.process.poll() is None, said.read_text()
        self.outcomes: Counter[str] = Counter()
        self.answered: list[str] = []
        self._over = threading.Event()
        self._posters = [threading.Thread(target=self._post, args=(number,), daemon=True) for number in range(POSTERS)]

    def load(self) -> None:
        """Messages come from now on."""
        for one in self._posters:
            one.start()
        until(lambda: len(self.answered) > POSTERS, "messages under way")

    def _post(self, number: int) -> None:
        while not self._over.is_set():
            sid, phone = f"SM{uuid.uuid4().hex}", f"+1415555{number:04d}"
            try:
                status = self.twilio.text(self.config.url, phone, "HELP", sid).status
            except requests.ConnectionError as error:
                refused = "Connection refused" in str(error)
                self.outcomes["refused" if refused else f"cut off: {error}"] += 1
                if refused:
                    return
            else:
                self.outcomes[str(status)] += 1
                self.answered.append(sid)

    def ended(self) -> int:
        """Its exit code, when all of it has ended and nobody is let in any more."""
        code = self.process.wait(DRAINED)
        for one in self._posters:
            one.join(DRAINED)
        return code

    def rows(self, column: Any) -> list[Any]:
        engine = database.open_database(self.config.sql_url)
        with database.reading(engine).begin() as conn:
            found = list(conn.execute(select(column)).scalars())
        engine.dispose()
        return found

    def close(self) -> None:
        self._over.set()
        self.process.terminate()
        self.process.wait(DRAINED)


@contextmanager
def running(folder: Path, twilio: Twilio, **begun: Any) -> Iterator[Running]:
    made = Running(folder, twilio, begun)
    try:
        yield made
    finally:
        made.close()


def test_under_load_everybody_who_was_let_in_is_answered_and_nothing_is_left_half_done(
    tmp_path: Path, twilio: Twilio
) -> None:
    """The signal comes twice: systemd sends one to every process of ours besides."""
    how = SIGNALS[OFFSET % len(SIGNALS)]
    twilio.behave("late", seconds=0.5)
    with running(tmp_path, twilio) as one:
        one.load()
        until(lambda: twilio.accepted, "a send under way")
        one.process.send_signal(how)
        one.process.send_signal(how)
        assert one.ended() == 0
        assert set(one.outcomes) == {"200", "refused"}, one.outcomes
        taken = set(one.rows(turn.c.inbound_id))
        assert len(set(one.answered) - taken) == counted(one.config.data_dir).waiting
        assert "sending" not in one.rows(outbox.c.status)
        assert len(twilio.accepted) == sum(status in ("sent", "delivered") for status in one.rows(outbox.c.status))


def test_neither_a_closed_terminal_nor_a_second_sigterm_ends_what_is_in_hand(tmp_path: Path, twilio: Twilio) -> None:
    """Begun with nohup it goes on; and RQ would give a send up at a SIGTERM that comes more than a second after the first."""
    with running(tmp_path, twilio, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)) as one:
        one.process.send_signal(signal.SIGHUP)
        twilio.behave("late", seconds=3.0)
        assert twilio.text(one.config.url, "+14155550000", "HELP", f"SM{uuid.uuid4().hex}").status == 200
        until(lambda: twilio.accepted, "a send under way")
        [worker] = [pid for pid in children(one.process.pid) if b"workers.deliver" in command(pid)]
        watched, first = Watched(worker), time.monotonic()
        os.kill(worker, signal.SIGTERM)
        until(lambda: time.monotonic() - first > RQ_SECOND, "RQ's second to be over")
        os.kill(worker, signal.SIGTERM)
        assert watched.ends()
        assert one.rows(outbox.c.status) == ["sent"]
        assert one.process.poll() is None


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()

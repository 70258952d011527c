"""kill -9 before any executed line of ours: a forked process does one thing and dies at its n-th line.

    site = Site(folder, live_url, twilio, africastalking)
    site.prepare([lambda: site.texts(ENROLER, ENTRY), site.work])     # where every death starts from
    for line in points(site.lines_of(victim)):
        site.restore("warm")
        place = site.dies(victim, before=line)
        site.recovers(rest)
        assert site.heard(MEMBER) == [...]

Everything that touches the database runs in forked processes, so that none inherits a connection of another. The stand-in
gateways live in the process of the test: what they accepted survives every death.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from copy import copy
from pathlib import Path
from types import FrameType
from typing import Any, Literal

import redis
import requests
import twilio.rest  # noqa: F401  imported before the forks, and not once in each of them
from sqlalchemy import Table, select, update

import sms_service
import workers
from sms_service import launch
from sms_service.config import PREFIX, read_config
from sms_service.service import open_service
from sms_service.store.tables import outbox
from sms_service.web.app import create_app
from tests.crash.waiting import until
from tests.gateways import AfricasTalking, Twilio
from tests.town import gateway_settings
from workers import cards, deliver, sweep

OURS = tuple(f"{Path(str(package.__file__)).parent}{os.sep}" for package in (sms_service, workers))
"""Where the lines are that count: our own code, and none of a library's."""

EVERYWHERE = ("",)
"""All lines, those of every library too."""

CHILD_SECONDS = 60
"""A forked process that takes longer hangs: the kernel ends it, and the test fails."""

MAX_ROUNDS = 20
"""Rounds of the sweeper within which everything must be settled; two are usual."""

Redis = Literal["warm", "cold", "stale"]
REDIS: tuple[Redis, ...] = ("warm", "cold", "stale")
"""What Redis holds when the process dies: the right sessions, nothing, or those of a step before."""


def points(lines: int, every: int, offset: int) -> list[int]:
    """The lines to die before, of `lines`: every `every`-th, beginning with `offset`; the last is past the end."""
    return list(range(1 + offset % every, lines + 2, every))


class Failed(Exception):
    """A forked process ended otherwise than it should. The message is its traceback, or the signal."""


class Site:
    """A database file, a Redis and two stand-in gateways that a process can die upon, again and again."""

    def __init__(self, folder: Path, live_url: str, twilio: Twilio, africastalking: AfricasTalking) -> None:
        self.twilio, self.africastalking = twilio, africastalking
        self._data, self._template = folder / "data", folder / "template"
        self._live = redis.Redis.from_url(live_url)
        settings = {
            "DATA_DIR": str(self._data),
            "REDIS_URL": live_url,
            "PUBLIC_URL": twilio.public_url,
            "OUTBOX__BACKOFF": "0.001",  # what is to be sent again is due at once
            **gateway_settings(twilio, africastalking),
        }
        config = read_config({f"{PREFIX}{name}": value for name, value in settings.items()})
        launch.prepare(config, time.time())
        self.service = open_service(config, time.time())
        self._app = create_app(self.service)

    # --- what happens here; each runs in a forked process ---------------------------------------------------------

    def texts(self, phone: str, text: str, sid: str) -> int:
        """An SMS of this phone, delivered by Twilio; the status it was answered with."""
        fields = self.twilio.sms_fields(phone, text, sid)
        signature = self.twilio.sign(f"{self.twilio.public_url}/hooks/twilio/sms", fields)
        return self._post("/hooks/twilio/sms", fields, {"X-Twilio-Signature": signature})

    def texts_by_africastalking(self, phone: str, text: str, sid: str) -> int:
        """The same, delivered by Africa's Talking."""
        fields = self.africastalking.sms_fields(phone, text, sid)
        return self._post(f"/hooks/africastalking/{self.africastalking.secret}/sms", fields, {})

    def get(self, path: str) -> int:
        """Somebody opens an address; the status it was answered with."""
        return self._app.test_client().get(path, base_url=self.twilio.public_url).status_code

    def _post(self, path: str, fields: list[tuple[str, str]], header: dict[str, str]) -> int:
        client = self._app.test_client()
        return client.post(path, data=dict(fields), headers=header, base_url=self.twilio.public_url).status_code

    def work(self) -> int:
        """What the workers do, until nothing is left to do; how much there was."""
        done = 0
        while more := cards.draw_wanted(self.service, 100) + deliver.send_due(self.service, 1000):
            done += more
        return done

    def settle(self) -> int:
        """Leases end, the sweeper comes, the workers work, until every message is settled one way or the other; after
        how many rounds that was. Raises Failed."""
        for rounds in range(MAX_ROUNDS):
            with self.service.engine.begin() as conn:
                conn.execute(update(outbox).where(outbox.c.status == "sending").values(lease_until=0.0))
            sweep.sweep(self.service)
            self.work()
            with self.service.reads.begin() as conn:
                if not conn.execute(select(outbox.c.id).where(outbox.c.status.in_(("queued", "sending")))).first():
                    return rounds
        raise Failed(f"after {MAX_ROUNDS} rounds of the sweeper there are messages that are not settled")

    # --- the template ---------------------------------------------------------------------------------------------

    def prepare(self, steps: Sequence[Callable[[], object]]) -> None:
        """Takes these steps; where they lead to is where `restore` comes back to."""
        self._live.flushall()
        copies: list[dict[str, bytes]] = [{}]
        for step in steps:
            self.forked(step)
            copies.append(self._live_copies())
        self._copies = {"warm": copies[-1], "cold": {}, "stale": copies[max(len(copies) - 2, 0)]}
        self._accepted = [copy(message) for message in self.twilio.accepted]
        self._accepted_at = [copy(message) for message in self.africastalking.accepted]
        connection = sqlite3.connect(self._data / "sms_service.sqlite3")  # whose WAL no forked process moved into it
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.rmtree(self._template, ignore_errors=True)
        shutil.copytree(self._data, self._template)

    def restore(self, live: Redis) -> None:
        """Everything is as `prepare` left it, but for what Redis holds."""
        self.service.engine.dispose()
        shutil.rmtree(self._data)
        shutil.copytree(self._template, self._data)
        self.twilio.accepted[:] = [copy(message) for message in self._accepted]
        self.africastalking.accepted[:] = [copy(message) for message in self._accepted_at]
        self._live.flushall()
        for key, value in self._copies[live].items():
            self._live.set(key, value)

    def _live_copies(self) -> dict[str, bytes]:
        keys: list[Any] = list(self._live.scan_iter("sms_service:live:*"))
        return {key: value for key in keys if isinstance(value := self._live.get(key), bytes)}

    # --- dying ----------------------------------------------------------------------------------------------------

    def lines_of(self, victim: Callable[[], object], files: tuple[str, ...] = OURS) -> int:
        """How many lines `victim` executes in `files` when nothing kills it."""
        return int(self.forked(victim, Lines(files)))

    def dies(self, victim: Callable[[], object], before: int, files: tuple[str, ...] = OURS) -> str:
        """Runs `victim` and kills it before its line number `before` in `files`; where, "" if it had ended by then."""
        place = self.forked(victim, Lines(files, before))
        self._quiet()
        return place

    def forked(self, do: Callable[[], object], lines: Lines | None = None) -> str:
        """Runs `do` in a process of its own; what its `lines` told of it. Raises Failed."""
        self.service.engine.dispose()  # a connection used on both sides of a fork is the end of a database
        hear, tell = os.pipe()
        pid = os.fork()
        if pid == 0:
            _child(do, lines, tell)
        os.close(tell)
        try:
            with os.fdopen(hear, "rb") as told:
                said = told.read().decode()
        except BaseException:
            os.kill(pid, signal.SIGKILL)
            raise
        finally:
            _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        if code and not (code == -signal.SIGKILL and lines and lines.before):
            raise Failed(said or f"a forked process ended with {code}")
        return said

    def _quiet(self) -> None:
        """Returns when the gateways are through with whatever the dead process had sent them.

        They take connections in their order: once a connection of ours was answered, that of the dead is known to them.
        """
        for gateway in (self.twilio, self.africastalking):
            requests.get(f"{gateway.url}/quiet", timeout=CHILD_SECONDS, headers={"Connection": "close"})
            until(lambda: not gateway._server._open, "the end of a request to a gateway")  # noqa: B023

    # --- what is there afterwards ---------------------------------------------------------------------------------

    def heard(self, phone: str) -> list[str]:
        """Every text that a gateway accepted for this phone."""
        return self.twilio.texts_to(phone) + self.africastalking.texts_to(phone)

    def rows(self, table: Table) -> list[Any]:
        """All rows of a table."""
        with self.service.reads.begin() as conn:
            return list(conn.execute(select(table).order_by(*table.primary_key)))

    def close(self) -> None:
        """Lets go of everything."""
        self.service.close()
        self._live.close()


def _child(do: Callable[[], object], lines: Lines | None, tell: int) -> None:
    """The life of a forked process. Does not return."""
    code = 1
    try:
        signal.alarm(CHILD_SECONDS)
        if lines:
            lines.tell = tell
            sys.settrace(lines.call)
        do()
        sys.settrace(None)
        if lines and not lines.before:
            os.write(tell, str(lines.count).encode())
        code = 0
    except BaseException:  # noqa: BLE001  the parent raises it
        os.write(tell, traceback.format_exc().encode()[-4000:])
    finally:
        os._exit(code)


class Lines:
    """Counts the lines that this process executes in `files` (beginnings of paths), and ends it before one of them."""

    def __init__(self, files: tuple[str, ...], before: int = 0) -> None:
        self.count, self.before, self.tell, self._files = 0, before, -1, files

    def call(self, frame: FrameType, event: str, argument: object) -> Any:
        """The trace function of every call: only those into the files that count are followed."""
        return self.line if frame.f_code.co_filename.startswith(self._files) else None

    def line(self, frame: FrameType, event: str, argument: object) -> Any:
        """The trace function of each line."""
        if event == "line":
            self.count += 1
            if self.count == self.before:
                place = f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_qualname}"
                os.write(self.tell, place.encode())
                os.kill(os.getpid(), signal.SIGKILL)
        return self.line

"""The world of one example: the service on a database of its own, gateways that do as told, and a clock."""

from __future__ import annotations

import itertools
import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlencode, urlsplit

import redis
from sqlalchemy import event
from werkzeug.test import Client

from sms_service import turn
from sms_service.authoring import shelf
from sms_service.config import PREFIX, read_config
from sms_service.service import Service, open_service
from sms_service.store.database import SqlDown
from sms_service.turn import Turns
from sms_service.web.app import create_app
from tests import databases
from tests.conftest import KEY
from tests.gateways import AfricasTalking, Answer, Asked, Message, Twilio
from tests.gateways.gateway import Behaviour, Gateway
from tests.gateways.twilio import PUBLIC_URL
from tests.model.seams import Died, Fuse, Meanwhile, commit_cut, sewn
from tests.town import RULES_OFF, gateway_settings, loaded_once
from workers import cards, deliver, sweep

MEMORY = Path("/dev/shm")
"""Where a database costs no disk; elsewhere than on Linux it is made in the usual place."""

ROUND = 10.0
"""Seconds between two rounds of the sweeper."""


@dataclass(eq=False)
class Accepted:
    """A text that a gateway took. `at`: when, as `World.tick` counts; `clock`: when, by its clock; `failed`: how often it was
    reported as failed."""

    by: str
    ref: str
    message: Message
    at: int
    clock: float
    failed: int = 0


class Told(Gateway):
    """What both stand-ins have here: they reach the application without a network in between, and tell what they took."""

    def begin(self, world: World) -> None:
        """Another example: nothing is known of the one before."""
        self.world = world
        self.accepted.clear()
        self.requests.clear()
        self.behave("ok")

    def call(self, url: str, fields: list[tuple[str, str]], header: dict[str, str] | None = None) -> Answer:
        return self.world.posted(url, fields, header)

    def take(self, asked: Asked) -> tuple[Behaviour, bool]:
        treated = super().take(asked)
        self.requests.clear()
        return treated

    def accept(self, messages: list[Message]) -> None:
        super().accept(messages)
        for message in messages:
            self.world.took(self.name, message)


class ToldTwilio(Told, Twilio):
    """A Twilio that can be asked what it took."""


class ToldAfricasTalking(Told, AfricasTalking):
    """An Africa's Talking, which cannot be asked."""


class Lines(logging.Handler):
    """All that was logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@dataclass(frozen=True)
class Parts:
    """What all examples share."""

    twilio: ToldTwilio
    africastalking: ToldAfricasTalking
    redis_url: str
    database: Callable[[], str] = lambda: ""
    """The address of an empty PostgreSQL; "" for SQLite."""


@dataclass
class World:
    """Use `open` and `close`. `accepted` is all that gateways took, in order; `handed` what a worker handed to one
    (ref, phone, text); `claimed` when it last took a message in hand, as `tick` counts;
    `handled` when a message (channel, id) was first taken; `skew` how far our clock is ahead, `ahead` how far it
    ever was."""

    parts: Parts
    accepted: list[Accepted] = field(default_factory=list)
    handed: list[tuple[str, str, str]] = field(default_factory=list)
    claimed: dict[str, int] = field(default_factory=dict)
    handled: dict[tuple[str, str], int] = field(default_factory=dict)
    skew: float = 0.0
    ahead: float = 0.0
    deaths: int = 0

    def open(self) -> None:
        """Begins: an empty database with the flows and the demonstration drive, an empty Redis."""
        self.fuse, self.lines, self._stack = Fuse(), Lines(), ExitStack()
        self._lock, self._ticks = threading.Lock(), itertools.count(1)
        self.meanwhile: Meanwhile = {}
        begin = (time.time() // 86_400 + 1) * 86_400 + 5 * 3_600
        self._now = begin
        folder = tempfile.mkdtemp(prefix="model-", dir=MEMORY if MEMORY.is_dir() else None)
        self._stack.callback(shutil.rmtree, folder)
        self.folder = Path(folder)
        for gateway in self.gateways.values():
            gateway.begin(self)
            gateway.now = lambda: self._now
        self.redis = redis.Redis.from_url(self.parts.redis_url)
        self._stack.callback(self.redis.close)
        self.redis.flushall()
        for name in ("sms_service", "workers"):
            logger = logging.getLogger(name)
            logger.addHandler(self.lines)
            self._stack.callback(logger.removeHandler, self.lines)
            self._patched(logger, "propagate", False)
            self._patched(logger, "level", logging.INFO)
        settings = {
            **gateway_settings(self.parts.twilio, self.parts.africastalking), **RULES_OFF, "RULES__WRONG_NUMBERS": "0",
            "DATA_DIR": folder, "REDIS_URL": self.parts.redis_url, "PRIVACY__KEY": KEY, "PUBLIC_URL": PUBLIC_URL,
            "DATABASE_URL": self.parts.database(),
        }  # fmt: skip
        self.config = read_config({f"{PREFIX}{name}": value for name, value in settings.items()})
        databases.prepared(self.config)
        self._patched(time, "time", lambda: self._now + self.skew)
        self._patched(turn, "PAUSE", 0.0)
        self._patched(turn, "PATIENCE", 3)
        self._patched(shelf, "load_flow", loaded_once)
        self._patched(deliver, "_turn", itertools.count(1))  # else what leaves first hangs on the examples before
        for target, name, value in sewn(self):
            self._patched(target, name, value)
        self._start()

    def close(self) -> None:
        """Ends; nothing stays."""
        for gateway in self.gateways.values():
            gateway._server.cut_all()
        try:
            self.service.close()
        finally:
            self._stack.close()

    @property
    def gateways(self) -> dict[str, Any]:
        return {"twilio": self.parts.twilio, "africastalking": self.parts.africastalking}

    @property
    def now(self) -> float:
        """The gateways' clock, which nobody sets; the service's is `skew` ahead of it."""
        return self._now

    def tick(self) -> int:
        """Numbers what happens: what is called later gets a larger one."""
        return next(self._ticks)

    # --- time and death -------------------------------------------------------------------------------------------

    def passes(self, seconds: float) -> None:
        """Time passes for everybody."""
        self._now += seconds

    def sets_clock(self, skew: float) -> None:
        """Our clock is so far ahead from now on."""
        self.skew, self.ahead = skew, max(self.ahead, skew)

    def restarts(self) -> None:
        """Every process ends and begins anew."""
        self.service.close()
        self._start()

    def lives(self, act: Callable[[], Any], dies: int | str | None) -> Any:
        """Does it; None if it died. Others take over then: what a process has in memory is what it read."""
        self.fuse.light(dies)
        try:
            done = act()
            if dies is not None:
                self.fuse.light(0)
                self.fuse.burn()  # it was done, and nobody heard of it
        except Died:
            self.deaths += 1
            return None
        finally:
            self.fuse.light(None)
        return done

    def works(self) -> None:
        """What the workers do, until nothing is left to do."""
        while cards.draw_wanted(self.service, 100) + deliver.send_due(self.service, 1000):
            pass

    def sweeps(self) -> None:
        """One round of the sweeper."""
        sweep.sweep(self.service)

    def happens_at(self, seam: str) -> None:
        """What was to happen there, once."""
        if meanwhile := self.meanwhile.pop(seam, None):
            meanwhile()

    @contextmanager
    def without(self, what: str, skips: int = 0) -> Iterator[None]:
        """`sql` or `redis` is away meanwhile, or the connection to SQL is `cut` at a commit, after `skips` others; with ""
        nothing is."""
        with ExitStack() as stack:
            if what == "sql":
                stack.enter_context(patch.object(Turns, "handle", side_effect=SqlDown("a test")))
            elif what in ("cut", "cut late"):
                stack.enter_context(commit_cut(self.service.engine, skips, late=what == "cut late"))
            elif what == "redis":
                gone = redis.ConnectionError("a test")
                stack.enter_context(patch.object(redis.Redis, "execute_command", side_effect=gone))
            yield

    # --- what the gateways say and hear ----------------------------------------------------------------------------

    def posted(self, url: str, fields: list[tuple[str, str]], header: dict[str, str] | None) -> Answer:
        """A webhook; calls may come from several threads."""
        parts = urlsplit(url)
        got = self.client.post(
            f"{parts.path}?{parts.query}" if parts.query else parts.path, base_url=f"{parts.scheme}://{parts.netloc}",
            data=urlencode(fields), content_type="application/x-www-form-urlencoded", headers=header,
        )  # fmt: skip
        return Answer(got.status_code, got.get_data(as_text=True), got.headers.get("Content-Type", ""))

    def took(self, by: str, message: Message) -> None:
        """A gateway took a text; which of ours, Africa's Talking is not told: the last one like it that was handed over."""
        with self._lock:
            like = [ref for ref, phone, text in self.handed if (phone, text) == (message.to, message.text)]
            self.accepted.append(Accepted(by, message.ref or (like or [""])[-1], message, self.tick(), self._now))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _patched(self, target: Any, name: str, value: Any) -> None:
        self._stack.enter_context(patch.object(target, name, value))

    def _start(self) -> None:
        self.service: Service = open_service(self.config, time.time())
        event.listen(self.service.engine, "before_cursor_execute", lambda *_: self.fuse.burn())
        event.listen(self.service.engine, "commit", lambda *_: self.fuse.burn("before the commit"))
        self.client = Client(create_app(self.service))

"""Whoever kills: every half second to three seconds something is killed, stopped for a while, emptied, or put back."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter

import redis

from tests.chaos.installation import Installation
from tests.processes import Watched

EVERY = (0.5, 3.0)
"""Seconds between two blows."""

STOPPED = (2.0, 8.0)
"""Seconds for which a process is stopped."""

OURS = ("web", "deliver", "deliver 2", "cards", "sweep", "valkey")
BLOWS = (
    *(f"kill {name}" for name in OURS), "kill web worker", "kill postmaster", "kill backend",
    *(f"stop {name}" for name in ("deliver", "deliver 2", "cards", "sweep", "valkey")),
    "stop web worker", "stop postmaster", "stop backend", "flush valkey", "old valkey",
)  # fmt: skip

COPY_EVERY = 10
"""Of so many blows Valkey's files are copied before one, so that what is put back is seconds to half a minute old."""


class Killer:
    """Strikes by `seed` until `stop`. `struck` counts the blows by name."""

    def __init__(self, town: Installation, seed: int) -> None:
        self._town, self._random = town, random.Random(seed)
        self._stopped: dict[int, float] = {}
        self.struck: Counter[str] = Counter()

    @property
    def kills(self) -> int:
        return sum(self.struck.values())

    def run(self, over: threading.Event) -> None:
        """Until `over`. What is stopped goes on afterwards."""
        order: list[str] = []
        while not over.wait(self._random.uniform(*EVERY)):
            self._let_go_on(time.monotonic())
            if self.kills % COPY_EVERY == 0:
                self._town.copy_live()
            if not order:  # each once, then all of them again in another order
                order = self._random.sample(BLOWS, len(BLOWS))
            blow, seconds = order.pop(), self._random.uniform(*STOPPED)
            if self._strike(blow, seconds):
                print(f"{time.strftime('%X')} {blow}", flush=True)
                self.struck[blow] += 1
        self._let_go_on(float("inf"))

    def _strike(self, blow: str, seconds: float) -> bool:
        """Whether there was something to strike at."""
        how, _, whom = blow.partition(" ")
        if how == "flush":
            with contextlib.suppress(redis.RedisError):
                self._town.flush()
                return True
            return False
        pid = self._pid("valkey" if how == "old" else whom)
        if pid is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            if how == "stop":
                os.kill(pid, signal.SIGSTOP)
                self._stopped[pid] = time.monotonic() + seconds
                return True
            dying = Watched(pid)
            os.kill(pid, signal.SIGKILL)
            return self._town.put_back_live() if how == "old" and dying.ends() else True
        return False

    def _pid(self, whom: str) -> int | None:
        town = self._town
        many = {"web worker": town.web_workers, "backend": town.sql.backends}
        if whom in many:
            found = many[whom]()
            return self._random.choice(found) if found else None
        return town.sql.postmaster() if whom == "postmaster" else town.pids().get(whom)

    def _let_go_on(self, now: float) -> None:
        for pid, until in list(self._stopped.items()):
            if now >= until:
                del self._stopped[pid]
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

"""Messages as gateways post them: again and again under the same id, until they are answered 2xx."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests

AGAIN = 0.5
"""Seconds until the gateway posts a message again that was not answered 2xx."""

IN_THE_AIR = 64
"""Messages that the gateway has on their way to us at a time."""


class Posting:
    """`post` what is to reach the application; `waiting` and `acknowledged` count. `end` it."""

    def __init__(self, in_the_air: int = IN_THE_AIR) -> None:
        self._pool = ThreadPoolExecutor(in_the_air)
        self._lock = threading.Lock()
        self._over = threading.Event()
        self.waiting = 0
        self.acknowledged = 0
        self.unheard = 0
        """Tries that got no answer."""
        self.refused: Counter[int] = Counter()
        """Tries that got another answer than 2xx, by its status."""

    def post(self, once: Callable[[], int], then: Callable[[], None]) -> None:
        """`once` posts it and returns the HTTP status; `then` is called when that was 2xx."""
        with self._lock:
            self.waiting += 1
        self._pool.submit(self._posted, once, then)

    def does(self, work: Callable[[], None]) -> None:
        """What somebody does in person, hop by hop, counted as waiting until it is done."""
        with self._lock:
            self.waiting += 1
        self._pool.submit(self._done, work)

    def counts(self) -> None:
        """One more message was answered 2xx, of what somebody does in person."""
        with self._lock:
            self.acknowledged += 1

    def rests(self, seconds: float = AGAIN) -> bool:
        """Waits, but not beyond the end; whether it goes on."""
        return not self._over.wait(seconds)

    def end(self) -> None:
        self._over.set()
        self._pool.shutdown(cancel_futures=True)

    def _posted(self, once: Callable[[], int], then: Callable[[], None]) -> None:
        while not self._over.is_set():
            try:
                status = once()
            except requests.RequestException:
                status = 0
            if status // 100 == 2:
                break
            with self._lock:
                self.unheard += status == 0
                self.refused[status] += status != 0
            self._over.wait(AGAIN)
        else:
            return
        then()
        with self._lock:
            self.waiting -= 1
            self.acknowledged += 1

    def _done(self, work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            with self._lock:
                self.waiting -= 1

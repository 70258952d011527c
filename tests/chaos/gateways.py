"""The gateways of the phones: what they take reaches somebody, and they report on it twice, early, backwards, or never."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import requests

from tests.gateways import AfricasTalking, Twilio
from tests.gateways.gateway import Message

REPORTED = 0.6
"""The share of texts that are reported on at all; one report of a load is lost with what it was on its way to."""

AT_A_TIME = 8
"""Reports under way."""


class _Reports:
    """Reports on what was taken, in an order of its own."""

    def __init__(self, words: tuple[str, ...], seed: int) -> None:
        self._words, self._random = words, random.Random(seed)
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(AT_A_TIME)

    def on(self, report: Callable[[str], object]) -> None:
        with self._lock:
            said = self._random.choices(self._words, k=self._random.randint(1, 3))
            if self._random.random() > REPORTED:
                return
        for word in said:
            with contextlib.suppress(RuntimeError):  # the end has come
                self._pool.submit(self._told, partial(report, word))

    def end(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _told(self, report: Callable[[], object]) -> None:
        with contextlib.suppress(requests.RequestException):  # lost, as a gateway's is
            report()


class PhonesByTwilio(Twilio):
    """Twilio; `hears` is told each text that it takes."""

    def __init__(self, hears: Callable[[Message], None], seed: int, **options: Any) -> None:
        super().__init__(**options)
        self._hears = hears
        self._told = _Reports(("queued", "sending", "sent", "delivered", "delivered"), seed)

    def accept(self, messages: list[Message]) -> None:
        super().accept(messages)
        for message in messages:
            self._hears(message)
            self._told.on(partial(self._says, message))

    def ends(self) -> None:
        self._told.end()

    def _says(self, message: Message, word: str) -> None:
        self.report(message, word)


class PhonesByAfricasTalking(AfricasTalking):
    """Africa's Talking; `hears` is told each text that it takes."""

    def __init__(self, hears: Callable[[Message], None], seed: int, **options: Any) -> None:
        super().__init__(**options)
        self._hears = hears
        self._told = _Reports(("Sent", "Buffered", "Success", "Success"), seed)

    def accept(self, messages: list[Message]) -> None:
        super().accept(messages)
        for message in messages:
            self._hears(message)
            self._told.on(partial(self.report, message))

    def ends(self) -> None:
        self._told.end()

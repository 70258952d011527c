"""People who text and dial evenly: each second as many turns as was said, by phones that take turns."""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor

import requests

from tests.gateways import AfricasTalking
from tests.gateways.africastalking import UssdPhone

PHONES = 1_000
AT_A_TIME = 32
"""Turns under way at a time: more would mean that the service does not keep up, and is told as errors."""

TYPED = ("Amina Wanjiru", "ABC1234567", "Kanke", "12")
TEXTS = ("HELP", "ME", "what is this", "HELP")


class People:
    """`run` makes `rate` turns a second, half of them USSD hops; `seconds` has how long each hop took, `errors` what
    went wrong."""

    def __init__(self, gateway: AfricasTalking, url: str, rate: float) -> None:
        self.gateway, self.url, self.rate = gateway, url, rate
        self.turns = 0
        self.errors: Counter[str] = Counter()
        self.seconds: list[float] = []
        self._sessions: deque[tuple[UssdPhone, int]] = deque()
        self._phones = itertools.cycle(range(PHONES))
        self._texts = itertools.cycle(TEXTS)
        self._lock = threading.Lock()
        self._room = threading.BoundedSemaphore(AT_A_TIME)

    def run(self, until: float, between: threading.Event) -> None:
        """Until that moment of the monotonic clock, or `between` is set."""
        start, number = time.monotonic(), 0
        with ThreadPoolExecutor(AT_A_TIME) as pool:
            while time.monotonic() < until:
                if between.wait(max(0.0, start + number / self.rate - time.monotonic())):
                    return
                self._room.acquire()
                pool.submit(self._turn, hop=number % 2 == 0)
                number += 1

    def _turn(self, *, hop: bool) -> None:
        try:
            if hop:
                self._hop()
            else:
                self._text()
        except (requests.RequestException, ValueError) as error:
            self._wrong(type(error).__name__)
        finally:
            with self._lock:
                self.turns += 1
            self._room.release()

    def _text(self) -> None:
        with self._lock:
            phone, text = self._phone(), next(self._texts)
        status = self.gateway.text(self.url, phone, text, uuid.uuid4().hex).status
        if status != 200:
            self._wrong(f"SMS {status}")

    def _hop(self) -> None:
        with self._lock:
            session, typed = self._sessions.popleft() if len(self._sessions) > AT_A_TIME else (None, 0)
            phone = self._phone()
        begun = time.monotonic()
        if session is None:
            session = self.gateway.dial(self.url, phone)
        else:
            session.press(TYPED[typed])
            typed += 1
        took = time.monotonic() - begun
        with self._lock:
            self.seconds.append(took)
            if not session.ended and typed < len(TYPED):
                self._sessions.append((session, typed))
        if session.answer.status != 200 or "busy" in session.screen or session.screen.startswith("Connection problem"):
            self._wrong(f"USSD {session.answer.status}: {session.screen[:40]}")

    def _phone(self) -> str:
        return f"+2547110{next(self._phones):05d}"

    def _wrong(self, what: str) -> None:
        with self._lock:
            self.errors[what] += 1

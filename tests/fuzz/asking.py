"""Asking: what Schemathesis makes of a description goes out, signed or not, and whatever must not happen is noted."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from requests.auth import AuthBase

from tests.web.every_channel import proof

SLOW = 5.0
"""Seconds that no request may take."""

PATIENCE = 30.0
"""Seconds after which we do not wait any longer."""

AT_ONCE = 4
"""Requests that are under way at the same time: as many as a web process has threads."""

SHOWN = 10
"""Faults of one light that are shown in full."""

MODES = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)


class Signed(AuthBase):
    """Signs as Twilio does whatever is about to be sent, so that its parser is reached and not only its door."""

    def __call__(self, prepared: requests.PreparedRequest) -> requests.PreparedRequest:
        body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body or b""
        assert prepared.url
        prepared.url, signature = proof(prepared.url, prepared.headers.get("Content-Type", ""), body)
        prepared.headers["X-Twilio-Signature"] = signature
        return prepared


@dataclass
class Light:
    """What was asked in one light and what came back. `unavailable`: 503 is a right answer in it."""

    name: str
    auth: AuthBase | None = None
    unavailable: bool = False
    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def asked(self) -> int:
        return self.statuses.total()

    def ask(self, case: schemathesis.Case, base_url: str) -> None:
        began = time.monotonic()
        fault = ""
        try:
            status = case.call(base_url=base_url, auth=self.auth, timeout=PATIENCE).status_code
        except (requests.exceptions.InvalidHeader, requests.exceptions.InvalidURL, ValueError):
            return  # nothing that HTTP can say: it did not leave
        except requests.RequestException as error:
            status, fault = 0, f"no answer: {type(error).__name__}"
        took = time.monotonic() - began
        if status >= 500 and not (status == 503 and self.unavailable):
            fault = f"status {status}"
        elif took > SLOW:
            fault = f"took {took:.1f} s"
        with self.lock:
            self.statuses[status] += 1
            self.slowest = max(self.slowest, took)
            if fault and len(self.faults) < SHOWN:
                self.faults.append(f"{fault}: {case.as_curl_command()[:2000]}")

    def line(self) -> str:
        """The figures in one line."""
        said = ", ".join(f"{count} x {status}" for status, count in sorted(self.statuses.items()))
        return f"{self.name}: {self.asked} requests, slowest {self.slowest:.2f} s; {said}; {len(self.faults)} faults"


def ask_all(description: dict[str, Any], base_url: str, light: Light, count: int, number: int) -> None:
    """Asks at least `count` requests of all operations, as good as described and as bad as can be, each operation as often as
    the others. `number` is the seed."""
    schema = schemathesis.openapi.from_dict(description)
    operations = [one.ok() for one in schema.get_all_operations()]
    asked: list[Future[None]] = []
    each = max(1, -(-count // (len(operations) * len(MODES))))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for operation in operations:
            for (
                mode
            ) in MODES:  # all made in this thread: Hypothesis reads its own sources, which Python 3.11 may not in two

                @seed(number)
                @settings(
                    max_examples=each, deadline=None, database=None, phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                )  # fmt: skip
                @given(case=operation.as_strategy(generation_mode=mode))
                def made(case: schemathesis.Case) -> None:
                    asked.append(pool.submit(light.ask, case, base_url))

                made()
        for one in asked:
            one.result()

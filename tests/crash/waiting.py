"""Waiting for something to become true, never for a time to pass; and several things at the same instant."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

PATIENCE = 120.0
"""Seconds until a test gives up: a lease of 20 s, a sweep, and a machine that is busy with other things."""

Got = TypeVar("Got")


def until(find: Callable[[], Got], what: str, patience: float = PATIENCE) -> Got:
    """What `find` returns as soon as it is something. Raises TimeoutError with `what` was awaited."""
    end = time.monotonic() + patience
    while not (found := find()):
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {patience:.0f} s")
        time.sleep(0.02)
    return found


def at_once(calls: Sequence[Callable[[], Got]]) -> list[Got]:
    """Makes the calls in as many threads, all let go at the same instant; what each returned."""
    gate = threading.Barrier(len(calls))

    def made(call: Callable[[], Got]) -> Got:
        gate.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(made, calls))

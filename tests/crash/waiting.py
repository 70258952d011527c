"""Waiting for something to become true, and never for a time to pass."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 60.0
"""Seconds until a test gives up: a lease of 20 s, a sweep, and a machine that is busy with other things."""

Found = TypeVar("Found")


def until(find: Callable[[], Found], what: str, patience: float = PATIENCE) -> Found:
    """What `find` returns as soon as it is something. Raises TimeoutError with `what` was awaited."""
    end = time.monotonic() + patience
    while not (found := find()):
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {patience:.0f} s")
        time.sleep(0.02)
    return found

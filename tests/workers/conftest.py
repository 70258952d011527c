"""A clock that the tests move, and gateways that are given up after a moment instead of ten seconds."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from sms_service.channels.base import Channel
from tests.town import Town
from workers import cards, deliver, erase, photos, sweep


class Clock:
    """What the workers take for the time. It stands still until it is moved, or the machine's own has come past it: on a
    slow one, what the web wrote a moment ago would be later than the workers' now, and wait."""

    def __init__(self) -> None:
        self.now = time.time() + 1.0

    def pass_(self, seconds: float) -> None:
        """So many seconds pass."""
        self.now = self.time() + seconds

    def time(self) -> float:
        """What `time.time()` says to the workers."""
        return max(self.now, time.time())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    for module in (deliver, cards, sweep, erase, photos):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=made.time, monotonic=time.monotonic))
    monkeypatch.setattr(erase, "_seen", erase.Seen())
    return made


@pytest.fixture
def impatient(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """The service, whose channels wait for a gateway's answer for a moment only."""
    for name in ("twilio", "africastalking"):
        channel: Channel = town.service.channels[name]
        monkeypatch.setattr(channel, "_timeout", (2.0, 0.25))
    return town

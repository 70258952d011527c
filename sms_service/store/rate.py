"""How fast each channel may send, for all workers on all machines together: one Redis key a channel (GCRA).

A key holds the time until which what was sent so far fills the channel at its rate. A message may leave while that time is
no more than a burst ahead, and moves it on by the time that its segments take. A gateway that asks for a pause moves it, too.
Where Redis is away, each process goes on from the time it knew last: then the rate is kept by each process alone. Where it
was wiped, one more burst may leave.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping

import redis
from redis.client import Pipeline

BURST = 1.0
"""Seconds of its rate that a channel may send at once: a worker that waits for its turn is woken once a second."""

PAUSE_MAX = 900.0
"""Seconds that a whole channel waits because one message was refused with Retry-After; that one waits as long as it says."""

AHEAD_MAX = PAUSE_MAX + 300.0
"""Seconds. A time further ahead than a pause and the longest text was written by a machine whose clock was wrong."""

KEPT_SECONDS = 3600
"""How long a key stays in Redis, more than AHEAD_MAX."""

A_MICROSECOND, A_TRIFLE = 1e-6, 1e-3
"""What doubles lose of a second since 1970, and of a segment."""

log = logging.getLogger(__name__)


class Rates:
    """The rates of the channels, in segments a second; 0: as fast as it goes, until the gateway asks for a pause.

    `now` is each machine's own clock. One that is ahead by so many seconds may once send as many seconds' worth more.
    """

    def __init__(self, client: redis.Redis, rates: Mapping[str, float]) -> None:
        self._redis, self._rates = client, rates
        self._known: dict[str, float] = {}
        self._alone = False

    def used_up(self, now: float) -> dict[str, float]:
        """The channels by which nothing may leave now, and when something may again."""
        names = list(self._rates)
        try:
            found = self._redis.mget([_key(name) for name in names])
            filled = {name: float(value or 0.0) for name, value in zip(names, found, strict=True)}
        except redis.RedisError:
            filled = self._known
        if self._alone:  # Redis was away for the last write, or can be read and not be written
            filled = {name: max(filled.get(name, 0.0), self._known.get(name, 0.0)) for name in names}
        begins = {name: _not_ahead(filled.get(name, 0.0), now) - self._slack(name) for name in names}
        return {name: begin for name, begin in begins.items() if begin > now + A_MICROSECOND}

    def take(self, channel: str, segments: int, most: int, now: float) -> int:
        """How many of `most` messages of so many segments may leave now. Those are counted: give back what does not leave. The
        last one may be longer than what is left of the burst; the next one waits for that. Nothing is written where there is
        no rate."""
        rate, slack = self._rates.get(channel, 0.0), self._slack(channel)
        if not rate:
            return 0 if channel in self.used_up(now) else most

        def taken(filled: float) -> tuple[int, float]:
            left = now - (filled - slack)
            if left < -A_MICROSECOND:
                return 0, filled
            count = min(math.ceil((math.floor(left * rate + A_TRIFLE) + 1) / segments), most)
            return count, filled + count * segments / rate

        return self._changed(channel, taken, now)

    def give_back(self, channel: str, segments: int, count: int, now: float) -> None:
        """So many messages that were taken do not leave."""
        rate = self._rates.get(channel, 0.0)
        if rate and count:
            self._changed(channel, lambda filled: (0, filled - count * segments / rate), now)

    def pause(self, channel: str, seconds: float, now: float) -> None:
        """The gateway wants nothing more for so long, from any of us."""
        end = now + min(seconds, PAUSE_MAX) + self._slack(channel)
        self._changed(channel, lambda filled: (0, max(filled, end)), now)

    def _slack(self, channel: str) -> float:
        rate = self._rates.get(channel, 0.0)
        return max(BURST - 1 / rate, 0.0) if rate else 0.0

    def _changed(self, channel: str, change: Callable[[float], tuple[int, float]], now: float) -> int:
        """The count that `change` makes of the time until which the channel is filled, beside the new one, which is kept."""
        key, count, filled = _key(channel), 0, 0.0

        def run(pipe: Pipeline) -> None:  # between WATCH and EXEC: run again if another worker came between
            nonlocal count, filled
            before = float(pipe.get(key) or 0.0)
            count, filled = change(_not_ahead(before, now))
            pipe.multi()
            if filled != before:
                pipe.set(key, repr(filled), ex=KEPT_SECONDS)

        try:
            self._redis.transaction(run, key)
        except redis.RedisError as error:
            log.warning("the rate of %s is kept by this process alone (%s)", channel, type(error).__name__)
            count, filled = change(_not_ahead(self._known.get(channel, 0.0), now))
            self._alone = True
        else:
            self._alone = False
        self._known[channel] = filled
        return count


def _key(channel: str) -> str:
    return f"sms_service:rate:{channel}"


def _not_ahead(filled: float, now: float) -> float:
    return filled if now < filled < now + AHEAD_MAX else now

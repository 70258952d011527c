"""Which kinds of process were heard of, and when: each says every few seconds, in Redis, that it is alive.

One key a kind, whichever process of it spoke last; the value is its own clock. Redis may lose them at any moment: the next
word is there within BEAT seconds, and nobody takes an absent key for a dead process.
"""

from __future__ import annotations

import logging
import threading
import time

import redis

KINDS = ("deliver", "cards", "sweep")
"""What nobody else would miss for a while: the web is asked itself."""

BEAT = 5.0
"""Seconds between two words of a process."""

SILENT = 25.0
"""Seconds after which a kind that was heard of counts as gone: five words are missing. What dies is started again within ten
(supervise.PAUSE_MAX), and the alarm is promised within thirty."""

KEPT = 86_400
"""Seconds for which it is known when a kind was heard of last: whoever stopped it a day ago knows."""

log = logging.getLogger(__name__)


def say(client: redis.Redis, kind: str, now: float) -> None:
    """A process of this kind is alive. May fail, harmlessly."""
    try:
        client.set(_key(kind), repr(now), ex=KEPT)
    except redis.RedisError as error:
        log.debug("nobody could be told that this process is alive: %s", type(error).__name__)


def keep_saying(client: redis.Redis, kind: str, stopping: threading.Event) -> None:
    """Says so in a thread of its own, until `stopping`: one message may take a worker a minute."""

    def work() -> None:
        while True:
            say(client, kind, time.time())
            if stopping.wait(BEAT):
                return

    threading.Thread(target=work, name=f"alive {kind}", daemon=True).start()


def heard(client: redis.Redis) -> dict[str, float]:
    """When each kind that was heard of within a day spoke last (seconds since 1970, by its own clock). Raises RedisError."""
    words = client.mget([_key(kind) for kind in KINDS])
    assert isinstance(words, list)
    return {kind: float(word) for kind, word in zip(KINDS, words, strict=True) if word is not None}


def _key(kind: str) -> str:
    return f"sms_service:alive:{kind}"

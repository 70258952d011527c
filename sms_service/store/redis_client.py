"""The connection to Redis: at one address, or wherever the sentinels say that its primary is now."""

from __future__ import annotations

from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from sms_service import addresses

REDIS_TIMEOUT = 0.5
"""Seconds to wait for Redis. It only saves a read; a USSD hop that waits longer is worse off than one that asks SQL."""

SENTINEL_TIMEOUT = 0.2
"""Seconds to wait for one sentinel: three that are cut off are asked one after the other, within one read of a session."""


def open_redis(url: str) -> redis.Redis:
    """A client for `redis://`, `unix://` or `redis+sentinel://`; connects when first used, and waits for nothing long."""
    return _open(url, socket_timeout=REDIS_TIMEOUT, socket_connect_timeout=REDIS_TIMEOUT)


def open_waiting(url: str) -> redis.Redis:
    """The same for a worker, which waits for work as long as RQ says; only connecting has to be quick."""
    return _open(url, socket_connect_timeout=REDIS_TIMEOUT)


def _open(url: str, **timeouts: Any) -> redis.Redis:
    known = addresses.sentinels(url)
    if known is None:
        return redis.Redis.from_url(url, retry_on_timeout=False, **timeouts)
    # A sentinel's connections, and those to the primary that it names, would each be tried four times, seconds apart.
    quick = {"socket_timeout": SENTINEL_TIMEOUT, "socket_connect_timeout": SENTINEL_TIMEOUT, "ssl": known.tls}
    asked = Sentinel(  # type: ignore[no-untyped-call]
        known.hosts,
        sentinel_kwargs={
            **quick, "retry": Retry(NoBackoff(), 0),
            "username": known.sentinel_username, "password": known.sentinel_password,
        },
    )  # fmt: skip
    client = asked.master_for(  # type: ignore[no-untyped-call]
        known.name,
        retry=Retry(NoBackoff(), 0),
        db=known.database,
        username=known.username,
        password=known.password,
        **({"ssl": True} if known.tls else {}),
        **timeouts,
    )
    assert isinstance(client, redis.Redis)
    return client

"""What a worker process is: the service opened once, an RQ worker on one queue, and a clean end at SIGTERM."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import cache, wraps
from types import FrameType

import redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from sms_service import logs
from sms_service.authoring.source import BrokenFlow
from sms_service.config import ConfigError, read_config
from sms_service.service import NotReady, Service, begin
from sms_service.store import alive
from sms_service.store.redis_client import open_waiting
from sms_service.store.spool import SpoolFull

WORKER_SECONDS = 30
"""How long RQ believes in a worker that says nothing; its blocking wait for work is 15 s shorter."""

MAINTENANCE_SECONDS = 30
"""RQ looks for rings lost between the pop and the start as often as this (its default is ten minutes)."""

_stop = threading.Event()

log = logging.getLogger(__name__)


@cache
def service() -> Service:
    """The service of this process. RQ jobs have no arguments, so they find it here. Ends the process, with a sentence in the
    log, where it cannot begin."""
    try:
        return begin(read_config(), time.time())
    except (NotReady, ConfigError, BrokenFlow, SpoolFull) as error:
        log.error("%s", error)
        sys.exit(1)


def job(drain: Callable[[], None]) -> Callable[[], None]:
    """An RQ job that never fails in RQ's eyes. RQ would keep the error's message in Redis, and it may hold what a person
    sent. The log has the error without it, and the sweeper comes back to what was left lying."""

    @wraps(drain)
    def run_logged() -> None:
        try:
            drain()
        except Exception as error:
            log.exception("a ring was not worked off: %s", type(error).__name__)

    return run_logged


def stopping() -> bool:
    """Whether this process was asked to end: finish the message in hand, and take no other."""
    return _stop.is_set()


def stop(_signal: int = 0, _frame: FrameType | None = None) -> None:
    """Asks this process to end."""
    _stop.set()


def keep_saying(kind: str) -> None:
    """Tells whoever asks, until SIGTERM, that a process of this kind is alive."""
    alive.keep_saying(service().redis, kind, _stop)


class BellWorker(SimpleWorker):
    """An RQ worker that lets the drain in hand end after its current message."""

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        stop()
        try:
            super().request_stop(signum, frame)  # type: ignore[no-untyped-call]
        except redis.RedisError as error:
            # RQ notes the request in Redis, and that may just have ended too. Let out of here, the error would come up in
            # whatever line this process is at, and a message that the gateway has taken would stay `sending`.
            log.warning("asked to end while Redis is away: %s", type(error).__name__)

    def request_force_stop(self, *_: object) -> None:
        """A second signal changes nothing. RQ would end in the middle of a send, whose outcome nobody would know; and two come
        where systemd and the supervisor each send one."""
        log.warning("asked to end once more: the message in hand is finished first")


def run(queue: str) -> None:
    """Works on one queue until SIGTERM. One queue a worker: RQ pops two with a command that can lose a job. Ends, with a
    sentence in the log, where Redis cannot be reached."""
    logs.set_up(f"worker {queue}")
    opened = service()
    keep_saying(queue)
    try:
        _answer_the_bell(opened, queue)
    except redis.RedisError as error:
        why = type(error).__name__
        log.error("Redis cannot be reached (%s): start it; until then the sweeper does this worker's work", why)
        sys.exit(1)


def _answer_the_bell(opened: Service, queue: str) -> None:
    connection = open_waiting(opened.config.live_url)
    worker = BellWorker(
        [Queue(queue, connection=connection, serializer=JSONSerializer)],
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=WORKER_SECONDS,
        maintenance_interval=MAINTENANCE_SECONDS,
    )
    opened.bell.answered(queue)  # a ring left from before a crash would keep the bell silent
    opened.bell.ring(queue)
    log.info("waiting for the bell")
    worker.work(logging_level="WARNING")


def run_rounds(every: float, work: Callable[[Service], None], beside: Callable[[Service], None] | None = None) -> None:
    """Does `work` every so many seconds until SIGTERM or SIGINT; and `beside` in a thread of its own, which may wait for
    others as long as it likes: what it waits for is cut off at the end."""
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if beside:
        threading.Thread(target=_rounds, args=(every, beside), name=beside.__module__, daemon=True).start()
    _rounds(every, work)


def _rounds(every: float, work: Callable[[Service], None]) -> None:
    while not stopping():
        work(service())
        _stop.wait(every)

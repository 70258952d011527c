"""The bell: tells a worker, by an RQ job without content, that its queue has something to do.

At most one ring a queue waits at a time, and the worker it wakes works until nothing is left. A ring that is lost costs
seconds: the sweeper finds whatever no bell was rung for.
"""

from __future__ import annotations

import logging
from threading import Timer

import redis
from rq import Queue
from rq.serializers import JSONSerializer

RING_SECONDS = 30
"""How long a ring counts as waiting. A worker that takes it clears it at once; this is for the one that died first."""

JOB_SECONDS = 300
"""A ring nobody answered for five minutes is thrown away; the sweeper has done its work by then."""

JOBS = {"deliver": "workers.deliver.drain", "cards": "workers.cards.drain"}
"""What the worker of each queue runs. The names are the job's whole content."""

log = logging.getLogger(__name__)


class Bell:
    """Rings for the workers of a queue."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._alarm: Timer | None = None
        self._queues = {name: Queue(name, connection=client, serializer=JSONSerializer) for name in JOBS}

    def ring(self, queue: str) -> None:
        """Wakes a worker of `queue`. May fail, harmlessly."""
        try:
            if self._redis.set(waiting_key(queue), b"1", nx=True, ex=RING_SECONDS):
                self._queues[queue].enqueue_call(
                    JOBS[queue],
                    ttl=JOB_SECONDS,
                    result_ttl=0,
                    failure_ttl=JOB_SECONDS,
                    timeout=JOB_SECONDS,
                )
        except redis.RedisError as error:
            log.warning(
                "the bell of %s cannot be rung (%s): the sweeper will see to it",
                queue,
                type(error).__name__,
            )

    def ring_in(self, queue: str, seconds: float) -> None:
        """Rings after so many seconds, if this process still lives; an alarm that was set before is not rung any more."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = Timer(seconds, self.ring, [queue])
        self._alarm.daemon = True
        self._alarm.start()

    def answered(self, queue: str) -> None:
        """Said by the worker before it looks at the queue: whatever comes from now on rings again."""
        try:
            self._redis.delete(waiting_key(queue))
        except redis.RedisError as error:
            log.warning("the bell of %s cannot be cleared (%s)", queue, type(error).__name__)


def waiting_key(queue: str) -> str:
    """The Redis key that says a ring is waiting."""
    return f"sms_service:bell:{queue}"

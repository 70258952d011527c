"""The bell: at most one ring a queue waits, it carries nothing, and a Redis that is away silences it harmlessly."""

from __future__ import annotations

import logging
from importlib import import_module

import pytest
import redis
from rq import Queue
from rq.serializers import JSONSerializer

from sms_service.store.bell import JOBS, RING_SECONDS, Bell, waiting_key
from sms_service.store.redis_client import open_redis


def rings(live: redis.Redis, queue: str) -> list[str]:
    return [job.func_name for job in Queue(queue, connection=live, serializer=JSONSerializer).jobs]


def test_many_rings_are_one_until_it_is_answered(live: redis.Redis) -> None:
    bell = Bell(live)
    for _ in range(50):
        bell.ring("deliver")
    assert rings(live, "deliver") == ["workers.deliver.drain"]

    bell.answered("deliver")
    bell.ring("deliver")
    assert len(rings(live, "deliver")) == 2


def test_an_alarm_rings_later_and_the_newest_counts(live: redis.Redis) -> None:
    bell = Bell(live)
    bell.ring_in("cards", 3600)
    bell.ring_in("deliver", 0.001)
    bell._alarm.join()
    assert (rings(live, "deliver"), rings(live, "cards")) == (["workers.deliver.drain"], [])


def test_each_queue_has_a_bell_of_its_own(live: redis.Redis) -> None:
    bell = Bell(live)
    bell.ring("deliver")
    bell.ring("cards")
    assert (rings(live, "deliver"), rings(live, "cards")) == (["workers.deliver.drain"], ["workers.cards.drain"])


@pytest.mark.parametrize("queue", JOBS)
def test_a_ring_carries_nothing_and_runs_a_function_that_exists(live: redis.Redis, queue: str) -> None:
    Bell(live).ring(queue)
    [job] = Queue(queue, connection=live, serializer=JSONSerializer).jobs
    module, _, name = job.func_name.rpartition(".")
    assert not job.args
    assert not job.kwargs
    assert callable(getattr(import_module(module), name))


def test_a_ring_whose_worker_died_does_not_silence_the_bell_for_ever(live: redis.Redis) -> None:
    Bell(live).ring("deliver")
    assert 0 < live.ttl(waiting_key("deliver")) <= RING_SECONDS


def test_a_redis_that_is_away_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    away = Bell(open_redis("redis://127.0.0.1:1/0"))
    with caplog.at_level(logging.WARNING):
        away.ring("deliver")
        away.answered("deliver")
    assert "the bell of deliver cannot be rung (ConnectionError): the sweeper will see to it" in caplog.text
    assert "cannot be cleared" in caplog.text

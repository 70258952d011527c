"""A worker process: woken by the bell, ended cleanly by SIGTERM, and silent about people when it fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import update

from sms_service.store.tables import outbox
from tests.town import ENROLER, ENTRY, MEMBER, Town
from workers import process


@contextmanager
def worker(town: Town, module: str) -> Iterator[subprocess.Popen[str]]:
    """A worker as the Procfile starts it; killed in the end if it is still there."""
    environment = {**os.environ, **town.environment, "PYTHONUNBUFFERED": "1"}
    started = subprocess.Popen(
        [sys.executable, "-m", f"workers.{module}"], env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        yield started
    finally:
        started.kill()
        started.wait()
        assert started.stderr
        started.stderr.close()


def wait_for_line(started: subprocess.Popen[str], text: str) -> None:
    """Returns when the worker has said so."""
    assert started.stderr
    assert any(text in line for line in started.stderr), f"it ended without saying: {text}"


def test_the_delivery_worker_sends_when_the_bell_rings_and_ends_at_sigterm(town: Town) -> None:
    with worker(town, "deliver") as started:
        wait_for_line(started, "waiting for the bell")
        town.phone("+14155550123", by="twilio").sends("hello")
        town.twilio.wait_for(1)
        town.phone("+14155550124", by="twilio").sends("hello")
        town.twilio.wait_for(2)

        started.terminate()
        assert started.wait() == 0
    assert {row.status for row in town.rows(outbox)} == {"sent"}


def test_a_worker_looks_at_what_was_left_lying_before_it_waits(town: Town, live: redis.Redis) -> None:
    town.phone("+14155550123", by="twilio").sends("hello")
    Queue("deliver", connection=live, serializer=JSONSerializer).empty()  # the ring is lost, its mark is not

    with worker(town, "deliver"):
        town.twilio.wait_for(1)


def test_two_workers_take_an_enrolment_to_its_end(town: Town) -> None:
    enroler, member = town.phone(ENROLER, by="twilio"), town.phone(MEMBER, by="twilio")
    with worker(town, "deliver") as deliver, worker(town, "cards") as cards:
        enroler.sends(ENTRY)
        town.twilio.wait_for(2)
        member.sends("1")
        town.twilio.wait_for(4)
        for started in (deliver, cards):
            started.terminate()
        assert (deliver.wait(), cards.wait()) == (0, 0)
    assert "/card/?" in member.last


def test_the_sweeper_does_what_was_left_lying_and_ends_at_sigterm(town: Town) -> None:
    town.phone("+14155550123", by="twilio").sends("hello")
    with town.service.engine.begin() as conn:
        conn.execute(update(outbox).values(due_at=outbox.c.due_at - 1000))

    with worker(town, "sweep") as started:
        town.twilio.wait_for(1)
        started.terminate()
        assert started.wait() == 0


def test_a_job_that_fails_is_told_in_the_log_and_not_to_redis(caplog: pytest.LogCaptureFixture) -> None:
    @process.job
    def drain() -> None:
        raise ValueError("9876543210 Ram Kumar")

    drain()

    assert "a ring was not worked off: ValueError" in caplog.text
    assert caplog.records[0].getMessage() == "a ring was not worked off: ValueError"
    assert drain.__name__ == "drain", "RQ finds it by its name"


def test_rounds_go_on_until_they_are_asked_to_end(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_stop", threading.Event())
    monkeypatch.setattr(process, "service", lambda: town.service)
    rounds: list[object] = []

    def work(service: object) -> None:
        rounds.append(service)
        if len(rounds) == 3:
            process.stop()

    with kept_signals():
        process.run_rounds(0.0, work)

    assert rounds == [town.service] * 3


def test_what_waits_for_others_goes_round_beside_and_keeps_nobody(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_stop", threading.Event())
    monkeypatch.setattr(process, "service", lambda: town.service)
    stuck, free = threading.Event(), threading.Event()

    def waits(service: object) -> None:
        assert service is town.service
        stuck.set()
        free.wait(30)

    def work(_service: object) -> None:
        if stuck.is_set():
            process.stop()

    with kept_signals():
        process.run_rounds(0.001, work, beside=waits)
    assert stuck.is_set()
    free.set()


def test_sigterm_asks_for_the_end(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_stop", threading.Event())
    monkeypatch.setattr(process, "service", lambda: town.service)

    with kept_signals():
        process.run_rounds(60.0, lambda _service: signal.raise_signal(signal.SIGTERM))

    assert process.stopping()


@contextmanager
def kept_signals() -> Iterator[None]:
    """run_rounds sets the signals of its process; here it is ours."""
    before: dict[int, Callable[..., object] | int | None] = {
        number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_asked_to_end_while_redis_is_gone_it_still_finishes_the_message_in_hand(
    live: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RQ writes the request to Redis from within the signal handler: raised there, the error would come up in the middle of a
    send, whose outcome would never be written down."""
    monkeypatch.setattr(process, "_stop", threading.Event())
    worker = process.BellWorker([Queue("deliver", connection=live)], connection=live)
    monkeypatch.setattr(worker, "_state", "busy")
    monkeypatch.setattr(worker, "connection", redis.Redis(host="127.0.0.1", port=9, retry=Retry(NoBackoff(), 0)))
    before = [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)]
    try:
        worker.request_stop(signal.SIGTERM, None)
    finally:
        for one, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
            signal.signal(one, handler)
    assert process.stopping()

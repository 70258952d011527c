"""The rate of a sender: kept by all workers together, answers first, and nobody tries in vain."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import update

from sms_service.engine import texts
from sms_service.service import Service, open_service
from sms_service.store import gateway_down, people
from sms_service.store import outbox as store
from sms_service.store.bell import Bell
from sms_service.store.tables import outbox
from tests.gateways import AfricasTalking, Twilio
from tests.town import Town
from tests.workers.conftest import Clock
from workers import deliver, process, sweep

RATE, PEOPLE = 5, 16
TICK = 0.1


@pytest.fixture
def rated(stack: dict[str, str], clock: Clock) -> Iterator[Town]:
    """A sender that may send five segments a second, at a gateway that has the tests' clock."""
    with Twilio(now=lambda: clock.now) as twilio, AfricasTalking(now=lambda: clock.now) as africastalking:
        settings = stack | {"CHANNELS__TWILIO__RATE": str(RATE), "CHANNELS__AFRICASTALKING__RATE": str(RATE)}
        with Town(settings, twilio, africastalking) as town:
            yield town


@pytest.fixture
def other(rated: Town) -> Iterator[Service]:
    """What a second worker has: all parts of its own."""
    opened = open_service(rated.config, time.time())
    yield opened
    opened.close()


def write(town: Town, clock: Clock, count: int = PEOPLE, **values: object) -> None:
    """So many write in; the answers wait, and are due by the tests' clock."""
    for number in range(count):
        town.phone(f"+141555501{number:02}", by="twilio").sends("HELP")
    with town.service.engine.begin() as conn:
        conn.execute(update(outbox).values(due_at=clock.now, **values))


def arrived(town: Town) -> list[tuple[float, int]]:
    """When the gateway took a text, by its own clock, and of how many segments."""
    return [(one.at, texts.count(one.text).segments) for one in town.twilio.accepted]


def most_in_a_second(arrivals: list[tuple[float, int]]) -> int:
    return max(sum(size for at, size in arrivals if begin <= at < begin + 1 - TICK / 2) for begin, _ in arrivals)


def rows(town: Town) -> list[Any]:
    return sorted(town.rows(outbox), key=lambda row: row.id)


def test_two_workers_together_keep_the_rate(rated: Town, other: Service, clock: Clock) -> None:
    write(rated, clock)
    with ThreadPoolExecutor(2) as pool:
        while any(row.status == "queued" for row in rows(rated)):
            list(pool.map(lambda one: deliver.send_due(one, 100), (rated.service, other)))
            clock.pass_(TICK)

    assert len(rated.twilio.requests) == len(rated.twilio.accepted) == PEOPLE
    assert {row.attempts for row in rows(rated)} == {1}
    segments = arrived(rated)[0][1]
    assert most_in_a_second(arrived(rated)) <= RATE + RATE + segments - 1
    took = arrived(rated)[-1][0] - arrived(rated)[0][0]
    assert took == pytest.approx((PEOPLE * segments - RATE) / RATE, abs=segments / RATE + 2 * TICK)


def test_nothing_is_claimed_and_thrown_back_while_the_rate_is_used_up(rated: Town, clock: Clock) -> None:
    write(rated, clock)
    sent = deliver.send_due(rated.service, 100)
    assert 0 < sent < PEOPLE
    before = rows(rated)
    for _ in range(3):
        assert deliver.send_due(rated.service, 100) == 0
    assert rows(rated) == before
    assert {(row.status, row.attempts) for row in before[sent:]} == {("queued", 0)}


def test_redis_is_never_asked_while_the_claim_holds_the_database(
    rated: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Redis that hangs would keep everybody from writing."""
    write(rated, clock, 2)
    take, asked = rated.service.rates.take, []

    def writes_first(*args: Any) -> int:
        with rated.service.engine.begin() as conn:
            asked.append(conn.execute(update(outbox).values(reason=outbox.c.reason)).rowcount)
        return take(*args)

    monkeypatch.setattr(rated.service.rates, "take", writes_first)
    assert deliver.send_due(rated.service, 100) == 2
    assert asked == [2, 2]


def test_a_message_for_which_another_worker_left_no_room_waits_and_that_was_no_try(
    rated: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(rated, clock, 1)
    monkeypatch.setattr(rated.service.rates, "take", lambda *_: rated.service.rates.pause("twilio", 9, clock.now) or 0)
    assert deliver.send_due(rated.service, 100) == 0
    assert [(row.status, row.attempts, row.lease_until) for row in rows(rated)] == [("queued", 0, None)]


def test_answers_go_first_when_the_rate_allows_something_again(
    rated: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "BULK_EVERY", 1000)
    write(rated, clock, 13, answers=False)
    deliver.send_due(rated.service, 100)
    with rated.service.engine.begin() as conn:
        conn.execute(update(outbox).where(outbox.c.id == rows(rated)[-1].id).values(answers=True))
    assert deliver.send_due(rated.service, 100) == 0
    already = len(rated.twilio.accepted)

    clock.pass_(1)
    deliver.send_due(rated.service, 100)

    assert already < len(rated.twilio.accepted) < 13
    assert rated.twilio.accepted[already].to == "+14155550112"


def test_a_worker_whose_rows_wait_for_the_rate_is_woken_when_it_is_their_turn(
    rated: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarms: list[tuple[str, float]] = []
    monkeypatch.setattr(Bell, "ring_in", lambda _, queue, seconds: alarms.append((queue, seconds)))
    monkeypatch.setattr(process, "service", lambda: rated.service)
    write(rated, clock)

    deliver.drain()
    assert alarms == [("deliver", 1.0)]
    for _ in range(PEOPLE):
        clock.pass_(1)
        deliver.drain()
    assert {row.status for row in rows(rated)} == {"sent"}
    rated.service.rates.pause("twilio", 60, clock.now)
    alarms.clear()
    deliver.drain()
    assert alarms == [], "nothing waits"


@pytest.mark.parametrize("rate", ["0", "5"])
def test_a_gateway_that_asks_for_a_pause_has_it_from_all_workers(
    stack: dict[str, str], clock: Clock, twilio: Twilio, africastalking: AfricasTalking, rate: str
) -> None:
    with Town(stack | {"CHANNELS__TWILIO__RATE": rate}, twilio, africastalking) as town:
        second = open_service(town.config, time.time())
        town.phone("+254711000111", by="africastalking").sends("HELP")
        write(town, clock, 4)
        twilio.behave("429", times=1, retry_after=120)

        assert deliver.send_due(town.service, 100) + deliver.send_due(second, 100) == 2
        clock.pass_(119)
        assert deliver.send_due(town.service, 100) + deliver.send_due(second, 100) == 0
        assert len(twilio.requests) == 1
        assert len(africastalking.accepted) == 1, "the other gateway has nothing to do with it"
        assert sorted(row.attempts for row in rows(town) if row.channel == "twilio") == [0, 0, 0, 1]

        for _ in range(10):
            clock.pass_(1)
            deliver.send_due(second, 100)
        assert {row.status for row in rows(town)} == {"sent"}
        second.close()


def test_bulk_has_its_share_where_answers_alone_take_all_of_the_rate(
    rated: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "_turn", itertools.count(1))
    monkeypatch.setattr(deliver, "BULK_EVERY", 3)
    write(rated, clock, 12)
    news = rows(rated)[-1].id
    with rated.service.engine.begin() as conn:
        conn.execute(update(outbox).where(outbox.c.id == news).values(answers=False))
    assert deliver.send_due(rated.service, 3) >= 3
    assert rows(rated)[-1].status == "sent"


def test_the_sweeper_leaves_to_the_workers_what_waits_for_its_turn_and_takes_it_when_nobody_works(
    rated: Town, clock: Clock
) -> None:
    clock.pass_(3600)
    write(rated, clock)
    clock.pass_(3600)
    deliver.send_due(rated.service, 100)
    already = len(rated.twilio.accepted)

    clock.pass_(15)
    sweep.overdue_messages(rated.service)
    assert len(rated.twilio.accepted) == already
    clock.pass_(15)
    sweep.overdue_messages(rated.service)
    assert len(rated.twilio.accepted) > already


def test_of_a_text_for_many_no_more_leave_in_one_call_than_the_rate_allows(rated: Town, clock: Clock) -> None:
    keys, said = rated.service.keys, "XYZ: we meet on Sunday at 10."
    with rated.service.engine.begin() as conn:
        for number in range(12):
            one = people.find_or_add(conn, keys, f"+2547110001{number:02}", "en", "africastalking", clock.now)
            values = {
                "ref": f"news{number}",
                "person_id": one.id,
                "turn_no": 1,
                "channel": "africastalking",
                "flow": "",
            }
            values |= {"text_sealed": one.key.encrypt("outbox.text", said), "to_stopped": False, "answers": False}
            values |= {"text_index": keys.index("outbox.text", said), "due_at": clock.now, "created_at": clock.now}
            store.add(conn, values)

    assert deliver.send_due(rated.service, 100) == RATE
    assert len(rated.africastalking.requests) == 1
    clock.pass_(1)
    assert deliver.send_due(rated.service, 100) == RATE
    clock.pass_(1)
    assert deliver.send_due(rated.service, 100) == 2
    assert rated.service.rates.take("africastalking", 1, 9, clock.now) == 3, "what did not leave was given back"


def test_a_gateway_that_says_too_fast_and_not_for_how_long_rests_a_little_and_is_not_down(
    rated: Town, other: Service, clock: Clock
) -> None:
    write(rated, clock, gateway_down.FAILURES + 1)
    rated.twilio.behave("429", times=gateway_down.FAILURES)
    for _ in range(gateway_down.FAILURES):
        assert deliver.send_due(rated.service, 100) == 1, "the others wait too"
        assert deliver.send_due(other, 100) == 0
        clock.pass_(deliver.PAUSE + 1)
    with rated.service.reads.begin() as conn:
        assert not any(one.is_down for one in gateway_down.states(conn).values())
    clock.pass_(300)
    deliver.send_due(rated.service, 100)
    clock.pass_(10)
    deliver.send_due(rated.service, 100)
    assert {row.status for row in rows(rated)} == {"sent"}

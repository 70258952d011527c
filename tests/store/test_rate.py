"""The rate of a channel: segments a second, shared by all who send, paused for all; and what holds when Redis is away."""

from __future__ import annotations

import pytest
import redis

from sms_service.store.rate import AHEAD_MAX, PAUSE_MAX, Rates

NOW = 1_800_000_000.0

Sent = list[float]


def open_rates(live: redis.Redis, rate: float = 5.0) -> Rates:
    return Rates(live, {"twilio": rate, "kannel": 0.0})


def sent_within(seconds: float, *rates: Rates, segments: int = 1, from_: float = NOW) -> Sent:
    """When messages leave of workers that try all the time, a thousand times a second, each in its turn."""
    found = []
    for step in range(round(seconds * 1000)):
        now = from_ + step / 1000
        found += [now for one in rates for _ in range(one.take("twilio", segments, 1, now))]
    return found


def most_in_a_second(sent: Sent) -> int:
    return max(sum(begin <= one < begin + 1 for one in sent) for begin in sent)


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_all_workers_together_keep_the_rate(live: redis.Redis, workers: int) -> None:
    sent = sent_within(3, *(open_rates(live) for _ in range(workers)))
    assert len(sent) == 5 + 3 * 5 - 1, "a burst, and then one each fifth of a second"
    assert most_in_a_second(sent) <= 5 + 5


@pytest.mark.parametrize(("rate", "expected"), [(1.0, [0, 1, 2]), (0.5, [0, 2])])
def test_a_slow_sender_has_no_burst(live: redis.Redis, rate: float, expected: list[int]) -> None:
    assert [round(one - NOW) for one in sent_within(3, open_rates(live, rate))] == expected


def test_a_long_text_is_as_many_as_its_segments(live: redis.Redis) -> None:
    rates = open_rates(live)
    assert [rates.take("twilio", 3, 1, NOW) for _ in range(3)] == [1, 1, 0], (
        "the second one is longer than what was left"
    )
    assert rates.used_up(NOW) == {"twilio": pytest.approx(NOW + 0.4)}
    assert rates.used_up(NOW + 0.4) == {}
    assert rates.take("twilio", 3, 1, NOW + 0.4) == 1


def test_several_at_once_are_as_many_as_fit_and_what_does_not_leave_is_given_back(live: redis.Redis) -> None:
    rates = open_rates(live)
    assert rates.take("twilio", 1, 99, NOW) == 5
    assert rates.take("twilio", 1, 99, NOW) == 0
    rates.give_back("twilio", 1, 3, NOW)
    assert rates.take("twilio", 1, 99, NOW) == 3


def test_without_a_rate_everything_may_leave_until_the_gateway_asks_for_a_pause(live: redis.Redis) -> None:
    one, other = open_rates(live), open_rates(live)
    assert one.take("kannel", 7, 1000, NOW) == 1000
    one.pause("kannel", 30, NOW)
    assert other.take("kannel", 1, 1, NOW + 29) == 0
    assert other.used_up(NOW + 29) == {"kannel": NOW + 30}
    assert other.take("kannel", 1, 1, NOW + 30) == 1
    assert other.take("twilio", 1, 1, NOW) == 1, "the pause is of one channel"


def test_without_a_rate_nothing_is_written_but_a_pause(live: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = open_rates(live)
    rates.pause("kannel", 30, NOW)
    kept = live.get("sms_service:rate:kannel")
    monkeypatch.setattr(redis.Redis, "transaction", lambda *_: pytest.fail("a write"))
    assert [rates.take("kannel", 1, 9, at) for at in (NOW, NOW + 30)] == [0, 9]
    rates.give_back("kannel", 1, 9, NOW)
    assert live.get("sms_service:rate:kannel") == kept


def test_a_pause_of_another_worker_counts_also_after_redis_was_away_for_ours(
    live: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, others = open_rates(live), open_rates(live)
    with monkeypatch.context() as weather:
        silence(weather)
        ours.pause("kannel", 5, NOW)
    others.pause("kannel", 30, NOW)
    assert ours.take("kannel", 1, 1, NOW + 10) == 0
    assert ours.take("kannel", 1, 1, NOW + 30) == 1


def test_a_pause_ends_for_a_channel_with_a_rate_too_and_is_never_endless(live: redis.Redis) -> None:
    rates = open_rates(live)
    rates.pause("twilio", 30, NOW)
    rates.pause("twilio", 10, NOW)
    assert rates.used_up(NOW) == {"twilio": NOW + 30}
    assert rates.take("twilio", 1, 9, NOW + 30) == 1, "and no burst after it"
    rates.pause("twilio", 86_400, NOW)
    assert rates.used_up(NOW) == {"twilio": NOW + PAUSE_MAX}


def test_a_channel_that_is_off_has_no_rate(live: redis.Redis) -> None:
    assert open_rates(live).take("exotel", 1, 3, NOW) == 3


def test_a_wiped_redis_lets_one_more_burst_out(live: redis.Redis) -> None:
    rates = open_rates(live)
    assert rates.take("twilio", 1, 9, NOW) == 5
    live.flushall()
    assert rates.take("twilio", 1, 9, NOW) == 5
    assert rates.take("twilio", 1, 9, NOW) == 0


def test_without_redis_each_process_keeps_the_rate_from_where_it_stood(
    live: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates = open_rates(live)
    before = sent_within(1, rates)
    silence(monkeypatch)
    after = sent_within(2, rates, from_=NOW + 1)
    assert most_in_a_second(before + after) <= 5 + 5
    assert len(after) == 2 * 5
    assert rates.used_up(NOW + 2.9) == {"twilio": pytest.approx(NOW + 3.0, abs=0.2)}


def silence(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise redis.ConnectionError

    names: tuple[str, ...] = ("mget", "transaction")
    for name in names:
        monkeypatch.setattr(redis.Redis, name, away)


def test_a_time_that_a_wrong_clock_left_behind_stops_nobody(live: redis.Redis) -> None:
    rates = open_rates(live)
    assert rates.take("twilio", 1, 1, NOW + AHEAD_MAX + 10) == 1
    assert rates.take("twilio", 1, 1, NOW) == 1


def test_redis_learns_the_name_of_the_channel_alone_and_forgets_it(live: redis.Redis) -> None:
    open_rates(live).take("twilio", 1, 1, NOW)
    assert live.keys() == [b"sms_service:rate:twilio"]
    assert live.ttl("sms_service:rate:twilio") > AHEAD_MAX

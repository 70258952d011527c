"""The sweeper: whatever no bell was rung for is found, and one part that fails keeps no other from its work."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
import redis
from sqlalchemy.exc import OperationalError

from sms_service import intake
from sms_service.engine.model import Inbound
from sms_service.store import claims
from sms_service.store.bell import waiting_key
from sms_service.store.database import SqlDown
from sms_service.store.inbox import Stored
from sms_service.store.tables import card, outbox, registration, timer
from sms_service.web import handset
from tests.town import ENTRY, Town
from tests.workers.conftest import Clock
from workers import process, sweep

HOUR = 3600.0


def asked(town: Town) -> list[str]:
    return [row.status for row in town.rows(outbox) if row.flow == "confirm"]


def test_a_message_that_lies_a_little_is_rung_for_again(town: Town, clock: Clock, live: redis.Redis) -> None:
    town.enroler.sends(ENTRY)
    live.flushall()  # the bell that was rung is lost
    clock.pass_(15)

    town.sweep()

    assert live.exists(waiting_key("deliver"))
    assert asked(town) == ["queued"]


def test_a_message_that_lies_long_is_sent_by_the_sweeper_itself(town: Town, clock: Clock) -> None:
    town.enroler.sends(ENTRY)
    clock.pass_(21)
    town.sweep()
    assert asked(town) == ["sent"]


def test_without_redis_everything_goes_its_way_all_the_same(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handset, "time", SimpleNamespace(time=lambda: clock.now))
    town.service.redis.connection_pool.disconnect()
    town.service.redis.connection_pool.connection_kwargs["path"] = "/nonexistent"

    town.enroler.sends(ENTRY)
    clock.pass_(60)
    town.sweep()
    town.member.sends("1")
    for _ in range(3):
        clock.pass_(60)
        town.sweep()

    assert "You are a member of XYZ. No 0000013." in town.member.heard[1]
    assert "/card/?" in town.member.heard[2]


def test_cards_that_lie_are_rung_for_and_then_drawn(town: Town, clock: Clock, live: redis.Redis) -> None:
    town.enroler.texts(ENTRY)
    town.member.sends("1")
    live.flushall()

    clock.pass_(15)
    town.sweep()
    assert live.exists(waiting_key("cards"))
    assert [row.status for row in town.rows(card)] == ["wanted"]

    clock.pass_(15)
    town.sweep()
    assert [row.status for row in town.rows(card)] == ["ready"]


def test_when_nothing_lies_nothing_rings(town: Town, clock: Clock, live: redis.Redis) -> None:
    town.enrols()
    live.flushall()
    clock.pass_(60)
    town.sweep()
    assert live.keys("sms_service:bell:*") == []


def test_a_send_whose_worker_died_is_settled(town: Town, clock: Clock) -> None:
    town.phone("+14155550123", by="twilio").sends("hello")
    with town.service.engine.begin() as conn:
        assert claims.claim(conn, town.service.keys, clock.now, 60)

    clock.pass_(60)
    town.sweep()
    [row] = town.rows(outbox)
    assert (row.status, row.reason) == ("queued", "not found at the gateway")


def test_a_reminder_is_sent_and_an_expired_question_is_closed(town: Town, clock: Clock) -> None:
    town.enroler.texts(ENTRY)
    assert len(town.member.news) == 1

    clock.pass_(25 * HOUR)
    town.sweep()
    town.work()
    [reminder] = town.member.news
    assert "Right and I join: 1" in reminder

    clock.pass_(7 * 24 * HOUR)
    town.sweep()
    assert [row.status for row in town.rows(registration)] == ["expired"]
    assert town.member.news == []


def test_a_reminder_that_fails_does_not_stand_before_the_others(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One person a round: whoever fails waits ten minutes, and the next one has her turn."""
    other = town.phone("+919876543219")
    town.enroler.texts(ENTRY)
    town.enroler.texts("REG 9876543219 ABC7654321 12 Sita Devi")
    first = min(town.rows(timer), key=lambda row: row.due_at).person_id
    tick = town.service.turns.tick

    def failing(person_id: int, now: float) -> None:
        if person_id == first:
            raise RuntimeError("a fault")
        tick(person_id, now)

    monkeypatch.setattr(sweep, "BATCH", 1)
    clock.pass_(25 * HOUR)
    with monkeypatch.context() as fault:
        fault.setattr(town.service.turns, "tick", failing)
        town.sweep()
        town.sweep()
    town.work()
    assert (len(town.member.heard), len(other.heard)) == (1, 2)

    clock.pass_(601)
    town.sweep()
    town.work()
    assert len(town.member.heard) == 2


def test_what_was_spooled_is_taken_in_its_order(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def down(_inbound: Inbound, kept: bool = False) -> Stored:
        raise SqlDown("OperationalError")

    with monkeypatch.context() as outage:
        outage.setattr(town.service.turns, "handle", down)
        for n, text in enumerate(["REG", "9876543210", "ABC1234567", "12", "Ram Kumar"]):
            inbound = Inbound(
                channel="handset", id=f"m{n}", kind="sms", phone="+919800000002", to="", text=text,
                received_at=clock.now + n,
            )  # fmt: skip
            assert intake.take(town.service, inbound) == Stored("", ends=True)
        town.sweep()
        assert len(town.service.spool) == 5
        assert "spooled: the database cannot be used now (SqlDown); next round again" in caplog.text

    town.sweep()

    assert len(town.service.spool) == 0
    assert [row.status for row in town.rows(registration)] == ["waiting"]


def test_one_part_that_fails_keeps_no_other_from_its_work(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    town.enroler.sends(ENTRY)

    def recover(_service: object) -> None:
        raise OperationalError("SELECT 1", {}, OSError())

    def spooled(_service: object) -> None:
        raise LookupError("a fault of ours")

    monkeypatch.setattr(sweep, "recover", recover)
    monkeypatch.setattr(sweep, "spooled", spooled)
    clock.pass_(21)
    town.sweep()

    assert asked(town) == ["sent"]
    assert "recover: the database cannot be used now (OperationalError); next round again" in caplog.text
    assert "spooled failed; next round again" in caplog.text


def test_asked_to_end_it_begins_no_further_part(town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    town.enroler.sends(ENTRY)
    clock.pass_(60)
    monkeypatch.setattr(process, "_stop", threading.Event())
    process.stop()
    town.sweep()
    assert asked(town) == ["queued"]

"""What is withdrawn never leaves, and a reminder follows only what she has."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from sms_service.enrolment import quiet_windows
from sms_service.enrolment.quiet_windows import Window
from sms_service.store import claims
from sms_service.store.tables import area, outbox, registration
from tests.town import ENTRY, Town
from tests.workers.conftest import Clock
from workers import deliver

DAY = 86_400.0
BOOTH = "JH-N-RAN-KAN-12"


@pytest.fixture
def entered(town: Town, clock: Clock) -> Town:
    """She is entered while nothing may leave to her booth for two days."""
    keep_back(town, clock, 2)
    town.enroler.sends(ENTRY)
    later(town, clock, seconds=10)
    return town


def keep_back(town: Town, clock: Clock, days: float) -> None:
    with town.service.engine.begin() as conn:
        booth = conn.execute(area.select().where(area.c.code == BOOTH)).one()
        quiet_windows.add(conn, booth.id, Window(clock.now - 10, clock.now + days * DAY))


def later(town: Town, clock: Clock, days: float = 0.0, seconds: float = 0.0) -> None:
    clock.pass_(days * DAY + seconds)
    town.sweep()
    town.work()


def questions(town: Town) -> list[Any]:
    return [row for row in town.rows(outbox) if row.flow == "confirm"]


def test_no_reminder_is_written_while_the_question_waits(entered: Town, clock: Clock) -> None:
    later(entered, clock, days=1.1)
    assert [row.status for row in questions(entered)] == ["queued"]
    later(entered, clock, days=1)
    assert len(entered.member.heard) == 1


def test_she_is_reminded_a_day_after_the_question_reached_her(entered: Town, clock: Clock) -> None:
    later(entered, clock, days=1.1)
    later(entered, clock, days=1)
    later(entered, clock, days=0.9)
    assert len(entered.member.heard) == 1, "not yet: she has it for less than a day"
    later(entered, clock, days=0.4)
    assert len(entered.member.heard) == 2


def test_she_has_a_week_from_when_the_question_reached_her(town: Town, clock: Clock) -> None:
    keep_back(town, clock, 6)
    town.enroler.sends(ENTRY)
    later(town, clock, seconds=10)
    for _ in range(12):
        later(town, clock, days=1)
    assert [row.status for row in town.rows(registration)] == ["waiting"]
    later(town, clock, days=2)
    assert [row.status for row in town.rows(registration)] == ["expired"]


def test_a_question_that_never_leaves_expires_a_week_after_it_was_written(town: Town, clock: Clock) -> None:
    keep_back(town, clock, 12)
    town.enroler.sends(ENTRY)
    for _ in range(13):
        later(town, clock, days=1)
    assert [row.status for row in town.rows(registration)] == ["expired"]
    assert town.member.heard == []
    assert [row.status for row in questions(town)] == ["dropped"]


def test_a_deleted_entry_is_asked_about_no_more(entered: Town, clock: Clock) -> None:
    later(entered, clock, days=1.1)
    entered.enroler.texts(f"DEL {reference(entered)}")
    later(entered, clock, days=1)
    assert entered.member.heard == []
    assert {row.status for row in questions(entered)} == {"dropped"}


def test_after_a_correction_only_the_mended_question_leaves(entered: Town, clock: Clock) -> None:
    later(entered, clock, days=1.1)
    entered.enroler.texts(f"FIX {reference(entered)} NAME Rama Kumari")
    later(entered, clock, days=1)
    assert ["Rama Kumari" in text for text in entered.member.heard] == [True]


def test_all_that_waits_of_a_question_is_withdrawn_its_reminder_too(town: Town, clock: Clock) -> None:
    """The question is with her; her reminder waits, and is withdrawn with the entry."""
    town.enroler.sends(ENTRY)
    later(town, clock, seconds=10)
    keep_back(town, clock, 3)
    later(town, clock, days=1.1)
    assert [row.status for row in questions(town)] == ["sent", "queued"]
    town.enroler.texts(f"DEL {reference(town)}")
    assert [row.status for row in questions(town)] == ["sent", "dropped"]


def test_what_a_worker_has_in_hand_does_not_leave_again_once_it_is_withdrawn(town: Town, clock: Clock) -> None:
    """Its gateway takes nothing just now; the row comes back to the queue after the entry was deleted."""
    town.enroler.sends(ENTRY)
    clock.pass_(10)
    with town.service.engine.begin() as conn:
        conn.execute(
            outbox.update().where(outbox.c.flow == "confirm").values(status="sending", lease_until=clock.now + 60)
        )
    deliver.send_due(town.service, 100)
    town.enroler.sends(f"DEL {reference(town)}")
    with town.service.engine.begin() as conn:
        conn.execute(outbox.update().where(outbox.c.flow == "confirm").values(status="queued", lease_until=None))
    later(town, clock, seconds=60)
    assert town.member.heard == []
    assert [(row.status, row.reason) for row in questions(town)] == [("dropped", "the question was withdrawn")]


def test_a_question_that_is_said_anew_takes_the_place_of_the_one_that_waits(entered: Town, clock: Clock) -> None:
    later(entered, clock, days=1.1)
    entered.member.texts("1")  # to what she has not got yet: it is asked now
    assert [(row.status, row.answers) for row in questions(entered)] == [("dropped", False), ("sent", True)]
    assert len(entered.member.heard) == 1


def test_a_deadlock_at_a_claim_is_tried_again(town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    class Deadlock(Exception):
        sqlstate = "40P01"

    real, refused = claims.claim, []

    def claim(*given: Any, **more: Any) -> Any:
        if not refused:
            refused.append(1)
            raise DBAPIError("UPDATE outbox", {}, Deadlock())
        return real(*given, **more)

    monkeypatch.setattr(claims, "claim", claim)
    town.enroler.sends("HELP")
    clock.pass_(10)
    assert deliver.send_due(town.service, 10) == 1
    assert len(town.enroler.heard) == 1


def reference(town: Town) -> str:
    found = re.search(r"Saved (\w{5})", "\n".join(town.enroler.heard))
    assert found
    return found[1]

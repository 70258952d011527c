"""What cannot be opened steps aside: the erasing of one person never keeps that of all others."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from sms_service.enrolment import mentions, searches
from sms_service.store import tables
from sms_service.store.database import SqlDown
from sms_service.store.tables import outbox, person, registration, search, turn
from tests.enrolment.test_erasure import ENTERED, ZEBULON, forget, her, left_of_her, sweep
from tests.town import ENROLER, ENTRY, MEMBER, Town
from tests.workers.conftest import Clock
from workers import deliver, erase, unreachable

DAMAGED = b"\x01" + bytes(60)


@pytest.fixture
def both(town: Town) -> Town:
    """Zebulon, and another member, entered by one enroler."""
    town.enroler.texts(ENTERED)
    town.enroler.texts(ENTRY)
    town.phone(MEMBER).texts("1")
    return town


def damage(town: Town, table: Any, where: Any, **values: Any) -> None:
    with town.service.engine.begin() as conn:
        assert conn.execute(update(table).where(where).values(values)).rowcount


def emptied(town: Town) -> list[int]:
    """Whose own texts are gone."""
    with town.service.reads.begin() as conn:
        left = select(turn.c.person_id).where(turn.c.text_sealed != b"")
        gone = select(person.c.id).where(person.c.wrapped_key.is_(None), person.c.id.not_in(left))
        return sorted(conn.execute(gone).scalars())


# --- what others have of her --------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["text_sealed", "reply_sealed", "sessions_sealed"])
def test_a_damaged_turn_of_their_enroler_is_passed_over(both: Town, clock: Clock, column: str) -> None:
    anil = her(both, ENROLER)
    damage(both, turn, (turn.c.person_id == anil.id) & (turn.c.turn_no == 2), **{column: DAMAGED + bytes(60)})
    forget(both, clock, ZEBULON)
    forget(both, clock, MEMBER)
    sweep(both, clock)
    assert (both.rows(search), both.rows(tables.erasure)) == ([], [])
    assert left_of_her(both) == []


def test_a_damaged_message_to_their_enroler_is_passed_over(
    both: Town, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    anil = her(both, ENROLER)
    damage(both, outbox, (outbox.c.person_id == anil.id) & (outbox.c.turn_no == 2), text_sealed=DAMAGED)
    forget(both, clock, ZEBULON)
    sweep(both, clock)
    assert (both.rows(search), left_of_her(both)) == ([], [])
    assert f"person {anil.id}: 1 texts cannot be opened, the first of turn 2" in caplog.text


def test_a_search_that_cannot_be_opened_waits_and_the_others_do_not(both: Town, clock: Clock) -> None:
    one, other = forget(both, clock, MEMBER), forget(both, clock, ZEBULON)
    damage(both, search, search.c.person_id == one.id, sought_sealed=DAMAGED)
    sweep(both, clock)
    assert [row.person_id for row in both.rows(search)] == [one.id]
    assert left_of_her(both) == []
    assert emptied(both) == sorted([one.id, other.id])
    with both.service.reads.begin() as conn:
        assert searches.due(conn, both.service.keys, clock.now, 10) == ([], [])
        assert searches.due(conn, both.service.keys, clock.now + erase.FAILED_AGAIN, 10) == ([], [one.id])


def test_a_search_that_fails_waits_and_the_others_do_not(
    both: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two enrolers: the texts of one cannot be looked through."""
    find = mentions.find
    one, other = forget(both, clock, MEMBER), forget(both, clock, ZEBULON)
    with both.service.reads.begin() as conn:
        [search_of_other] = [one for one in searches.due(conn, both.service.keys, clock.now, 10)[0]
                             if one.person_id == other.id]  # fmt: skip

    def fails(conn: Any, keys: Any, wanted: Any) -> Any:
        if one.id in wanted:
            raise ValueError("a fault of ours")
        return find(conn, keys, wanted)

    monkeypatch.setattr(mentions, "find", fails)
    monkeypatch.setattr(searches, "grouped", lambda due: [[found] for found in due])  # as of two enrolers
    sweep(both, clock)
    assert [(row.person_id, row.looked_at) for row in both.rows(search)] == [(one.id, None)]
    assert left_of_her(both) == []
    assert search_of_other.asked

    monkeypatch.setattr(mentions, "find", find)
    clock.pass_(erase.FAILED_AGAIN)
    erase.forgotten(both.service)
    assert [row.looked_at is None for row in both.rows(search)] == [False], "and is made when its time has come"


def test_her_own_texts_go_while_those_of_others_cannot_be_looked_through(
    both: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: Any) -> Any:
        raise SqlDown("a statement took too long")

    whom = forget(both, clock, ZEBULON)
    monkeypatch.setattr(searches, "work", down)
    sweep(both, clock)
    assert emptied(both) == [whom.id]
    assert [row.due_at for row in both.rows(search)] == [None], "nobody steps aside for a database that is down"


# --- numbers that cannot be reached -------------------------------------------------------------------------------


def test_one_whose_data_cannot_be_opened_does_not_keep_the_others_from_being_told_of(
    both: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unreachable, "_aside", {})
    monkeypatch.setattr(unreachable, "BATCH", 1)
    one, other = her(both, ZEBULON), her(both, MEMBER)
    damage(both, person, person.c.id.in_([one.id, other.id]), failed_days=5, failed_at=1.0)
    damage(both, registration, registration.c.person_id == one.id, fields_sealed=DAMAGED)

    def told() -> list[int]:
        return [row.id for row in both.rows(person) if row.unreachable_at]

    for _ in range(2):
        unreachable.tell_enrolers(both.service)
    assert told() == [other.id]

    monkeypatch.setattr(unreachable, "_aside", {one.id: 0.0})
    with both.service.engine.begin() as conn:
        conn.execute(update(registration).values(status="refused"))  # now there is nothing to open
    unreachable.tell_enrolers(both.service)
    assert told() == sorted([one.id, other.id])


# --- messages whose fate nobody knows -----------------------------------------------------------------------------


def test_a_damaged_message_is_held_and_the_others_are_looked_up(both: Town, clock: Clock) -> None:
    one, other = her(both, ZEBULON), her(both, MEMBER)
    damage(both, outbox, outbox.c.person_id.in_([one.id, other.id]), status="sending", lease_until=1.0)
    damage(both, outbox, outbox.c.person_id == one.id, text_sealed=DAMAGED)
    for _ in range(2):
        clock.pass_(100)
        deliver.recover(both.service)
    assert {row.status for row in both.rows(outbox) if row.person_id == one.id} == {"held"}
    assert "sending" not in {row.status for row in both.rows(outbox)}

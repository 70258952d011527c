"""Erasing in pieces: a round has an end, a transaction too, and who is cleared in part is not counted as cleared."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event

from sms_service.enrolment import erasure, searches
from sms_service.enrolment.sought import Sought
from sms_service.store import tables
from sms_service.store.tables import outbox, search, turn
from tests.enrolment.test_erasure import ENTERED, ZEBULON, forget, sweep
from tests.town import ENROLER, ENTRY, MEMBER, Town
from tests.workers.conftest import Clock
from workers import erase

# --- turns in blocks ----------------------------------------------------------------------------------------------


def texts_of(town: Town, person_id: int) -> list[bool]:
    """Of each of her turns, whether there is still something in it."""
    rows = sorted((row for row in town.rows(turn) if row.person_id == person_id), key=lambda row: row.turn_no)
    return [bool(row.text_sealed + row.reply_sealed + row.sessions_sealed) for row in rows]


def test_an_enroler_of_many_turns_is_cleared_a_block_at_a_time(
    any_town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = any_town
    for _ in range(7):
        town.enroler.texts("HELP")
    whom = forget(town, clock, ENROLER)
    monkeypatch.setattr(erasure, "TURNS", 3)
    monkeypatch.setattr(erase, "monotonic", lambda: 0.0)
    changed: list[int] = []

    def watch(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("UPDATE turn", "UPDATE outbox")) and cursor.rowcount:
            changed.append(cursor.rowcount)

    event.listen(town.service.engine, "after_cursor_execute", watch)
    erase.forgotten(town.service)

    assert max(changed) <= 3
    assert texts_of(town, whom.id) == [False] * 7
    assert {row.text_sealed for row in town.rows(outbox) if row.person_id == whom.id} == {b""}
    assert [row.swept_at for row in town.rows(tables.erasure)] == [clock.now]


def test_who_is_cleared_in_part_is_gone_on_with_and_counted_when_nothing_is_left(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(7):
        town.enroler.texts("HELP")
    whom = forget(town, clock, ENROLER)
    monkeypatch.setattr(erasure, "TURNS", 3)
    cleared = erasure.clear_turns

    def breaks_off(conn: Any, person_ids: Any, first: int) -> None:
        if first == 3:
            raise ValueError("the database went away")
        cleared(conn, person_ids, first)

    monkeypatch.setattr(erasure, "clear_turns", breaks_off)
    with pytest.raises(ValueError, match="went away"):
        erase.forgotten(town.service)
    assert texts_of(town, whom.id) == [False] * 2 + [True] * 5
    assert [row.swept_at for row in town.rows(tables.erasure)] == [None]

    monkeypatch.setattr(erasure, "clear_turns", cleared)
    sweep(town, clock)
    assert texts_of(town, whom.id) == [False] * 7
    assert town.rows(tables.erasure) == []


def test_people_of_few_turns_are_cleared_together_and_those_of_many_alone() -> None:
    rows = [SimpleNamespace(person_id=who) for who in (9, 1, 9, 2, 3, 4)]
    last = {9: 10, 1: erasure.TURNS - 15, 2: erasure.TURNS * 25, 3: 1}
    parts = [[row.person_id for row in part] for part in erase._parts(rows, last)]
    assert parts == [[9, 9, 1], [2], [3, 4]], "in the order that they come in: who asked for it first"


def test_no_more_people_than_a_transaction_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erase, "AT_ONCE", 2)
    rows = [SimpleNamespace(person_id=who) for who in range(5)]
    assert [len(part) for part in erase._parts(rows, {})] == [2, 2, 1]


# --- a round has an end -------------------------------------------------------------------------------------------


def test_of_those_who_asked_a_round_takes_as_many_as_its_seconds_allow(
    town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.enroler.texts(ENTERED)
    town.enroler.texts(ENTRY)
    one, other = forget(town, clock, MEMBER), forget(town, clock, ZEBULON)
    monkeypatch.setattr(searches, "grouped", lambda due: [[found] for found in due])  # as of two enrolers
    monkeypatch.setattr(erase, "monotonic", itertools.count(0.0, erase.ASKED_SECONDS * 0.6).__next__)
    erase._texts(town.service)
    assert {row.person_id: row.looked_at is None for row in town.rows(search)} == {one.id: False, other.id: True}

    erase._texts(town.service)
    assert [row.looked_at is None for row in town.rows(search)] == [False, False], "the next one goes on there"


def test_of_their_copies_too(town: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    town.enrols()
    monkeypatch.setattr(erase, "AT_ONCE", 1)
    people = [forget(town, clock, MEMBER), forget(town, clock, ENROLER)]
    monkeypatch.setattr(erase, "monotonic", itertools.count(0.0, erase.ASKED_SECONDS * 0.6).__next__)
    erase._copies(town.service)
    assert [any(texts_of(town, one.id)) for one in people] == [False, True]
    erase._copies(town.service)
    assert [any(texts_of(town, one.id)) for one in people] == [False, False]


def test_who_asked_first_is_looked_for_first() -> None:
    """Whatever the ids of their enrolers are; who came to nothing comes after all of them."""
    empty = Sought("", (), (), (), 0.0, ())

    def one(person_id: int, asked: bool, *others: int) -> searches.Search:
        return searches.Search(person_id, asked, False, Sought(**{**_fields(empty), "others": others}))

    due = [one(5, True, 9), one(6, False, 1), one(7, True, 2), one(8, True, 9)]
    assert [[found.person_id for found in group] for group in searches.grouped(due)] == [[5, 8], [7], [6]]


def _fields(sought: Sought) -> dict[str, Any]:
    return {name: getattr(sought, name) for name in sought.__struct_fields__}

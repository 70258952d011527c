"""SQL that is slow, but there: a USSD screen is answered in time all the same, and what it says is true."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event

from sms_service.channels.africastalking import BUSY
from sms_service.store import database
from sms_service.store.tables import turn
from tests.town import MEMBER, Town

PATIENCE = 5.0
"""Seconds in which a screen is to be there."""


class SlowSql:
    """A clock on which every statement takes so long; nobody waits for it."""

    def __init__(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        self.passed, self.each = 0.0, 0.0
        monkeypatch.setattr(database, "time", SimpleNamespace(monotonic=lambda: self.passed))
        for name in ("after_cursor_execute", "commit"):
            event.listen(town.service.engine, name, self._takes_long)

    def _takes_long(self, *_: Any) -> None:
        self.passed += self.each


@pytest.mark.parametrize("each", [0.3, 1.0, database.STATEMENT_TIMEOUT_MS / 1000])
def test_a_screen_is_answered_in_time_and_nothing_was_saved(
    any_town: Town, monkeypatch: pytest.MonkeyPatch, each: float
) -> None:
    slow = SlowSql(any_town, monkeypatch)
    before = len(any_town.rows(turn))
    slow.each, slow.passed = each, 0.0

    phone = any_town.phone(MEMBER, by="africastalking").dials()

    assert phone.answer.body == BUSY
    assert phone.ended
    assert slow.passed <= PATIENCE
    slow.each = 0.0
    assert len(any_town.rows(turn)) == before, "it says that nothing was saved"
    assert any_town.phone(MEMBER, by="africastalking").dials().answer.body != BUSY


def test_a_hop_that_is_just_in_time_is_taken(any_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = SlowSql(any_town, monkeypatch)
    slow.each = 0.05
    assert any_town.phone(MEMBER, by="africastalking").dials().answer.body != BUSY


def test_an_sms_takes_the_time_it_needs(any_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = SlowSql(any_town, monkeypatch)
    slow.each = 1.0
    assert any_town.phone(MEMBER, by="africastalking").sends("HELP") == 200
    assert [one.kind for one in any_town.rows(turn) if one.channel == "africastalking"] == ["sms"]


def test_a_turn_that_ends_too_late_is_taken_back(any_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its statements were all begun in time, and the last of them took long."""
    slow = SlowSql(any_town, monkeypatch)

    def last(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO turn"):
            slow.passed += database.HOP_SECONDS + 1

    event.listen(any_town.service.engine, "after_cursor_execute", last)
    assert any_town.phone(MEMBER, by="africastalking").dials().answer.body == BUSY
    event.remove(any_town.service.engine, "after_cursor_execute", last)
    assert [one for one in any_town.rows(turn) if one.channel == "africastalking"] == []

"""A message that the office releases late: its report settles that one, and an answer to it is none to the newer question."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sms_service import intake, turn
from sms_service.store import outbox
from sms_service.store.tables import consent
from sms_service.store.tables import outbox as rows
from sms_service.web import hooks
from tests.town import Town
from workers import cards, deliver, erase, sweep

DAY = 86_400.0
ENROLER = "+254700000001"
AMINA = "+254712345678"


def test_a_report_of_a_released_message_settles_no_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=1_803_952_800.0)
    for module in (hooks, intake, deliver, cards, sweep, erase):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: clock.now))
    monkeypatch.setattr(turn, "PAUSE", 0.0)
    her = town.phone(ENROLER, "africastalking")
    her.sends("SAJILI 0712345678 ABC1234567 12 Amina Wanjiru")
    town.africastalking.behave("ok", times=1)  # the enroler's answer
    town.africastalking.behave("500", times=1, accept=False)  # the question is held: nobody has it
    town.work()
    [first] = [row for row in town.rows(rows) if row.status == "held"]
    clock.now += 1.1 * DAY  # reminded: the reminder is held too, and was never taken
    town.africastalking.behave("500", times=1, accept=False)
    town.sweep()
    town.work()
    [_, second] = [row for row in town.rows(rows) if row.status == "held"]
    with town.service.engine.begin() as conn:
        outbox.decide(conn, first.ref, "queued", "released by the office", clock.now)
    town.africastalking.behave("500", times=1, accept=True)  # taken now, and again without an answer
    town.work()
    town.africastalking.report(town.africastalking.accepted[-1], "Success")
    status = {row.ref: row.status for row in town.rows(rows)}
    assert (status[first.ref], status[second.ref]) != ("held", "delivered"), (
        "the report settled the one that never left"
    )


def test_a_menu_that_the_office_releases_late_is_not_answered_with_a_consent(town: Town) -> None:
    """`What is wrong? Name: 1 ...` is held, and released when the dialogue has gone on to `Right and I join: 1`."""
    her, amina = town.phone(ENROLER, "africastalking"), town.phone(AMINA, "africastalking")
    her.texts("SAJILI 0712345678 ABC1234567 12 Amina Wanjiru")
    town.africastalking.behave("500", times=1, accept=True)  # the menu: taken, and nobody knows it
    amina.texts("2")
    [held] = [row for row in town.rows(rows) if row.status == "held"]
    amina.texts("1")  # is asked again, and hears it
    amina.texts("1")
    amina.texts("Wanjiru Amina")  # `so you are ... Right and I join: 1`
    with town.service.engine.begin() as conn:
        outbox.decide(conn, held.ref, "queued", "released by the office", 1.0)
    town.work()
    assert "Jina: 1" in amina.last

    amina.texts("1")  # she answers the newest text that she has

    assert town.rows(consent) == []
    amina.texts("1")  # she was asked once more
    assert [row.decision for row in town.rows(consent)] == ["given"]

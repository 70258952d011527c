"""What lay on the disk while SQL was away is taken one after the other, and none of it holds up what lies behind it."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from sms_service import intake, turn
from sms_service.engine.model import Inbound
from sms_service.store import claims, outbox
from sms_service.store.tables import consent
from sms_service.store.tables import outbox as rows
from tests.town import ENROLER, ENTRY, MEMBER, Town

LEASE = 60.0


def keep(town: Town, sid: str, ago: float, text: str = "1") -> None:
    """A text of the member that came so many seconds ago, when SQL was away."""
    came = time.time() - ago
    inbound = Inbound(channel="twilio", id=sid, kind="sms", phone=MEMBER, to="", text=text, received_at=came)
    intake._keep(town.service, came, sid, intake._Kept(inbound=inbound))


def test_an_answer_to_a_question_whose_worker_died_is_not_waited_for(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.phone(ENROLER, "twilio").sends(ENTRY)
    with town.service.engine.begin() as conn:
        while claims.claim(conn, town.service.keys, time.time(), LEASE):
            pass
    assert {row.status for row in town.rows(rows)} == {"sending"}
    keep(town, "SM" + "5" * 32, ago=30)

    def sleeps(_: float) -> None:
        raise AssertionError("it waits for a worker that may be dead, and all behind it wait too")

    monkeypatch.setattr(turn, "time", SimpleNamespace(time=time.time, sleep=sleeps))
    assert intake.take_spooled(town.service) == 1
    assert town.rows(consent) == [], "nobody knows whether she had the question: she is asked once more"
    with town.service.reads.begin() as conn:
        assert outbox.counts(conn)["queued"] == 1


def test_who_is_asked_to_end_leaves_the_rest_for_its_next_start(town: Town) -> None:
    for number in range(3):
        keep(town, f"SM{number:032}", ago=30 - number, text="HELP")
    asked = iter([False, True])

    assert intake.take_spooled(town.service, lambda: next(asked)) == 1
    assert len(town.service.spool) == 2
    assert intake.take_spooled(town.service) == 2

"""Nobody consents to a question that she cannot have seen, and nobody consents by what answers another question."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from sms_service.engine.model import Inbound
from sms_service.store import people
from sms_service.store.tables import consent, enroler, member, timer
from tests.town import ENROLER, ENTRY, MEMBER, Town

Opened = Callable[..., Town]

LATER = """
flow: later
about: A menu, and after a minute of silence a consent.
starts: {keywords: [LATER], ussd: "*384*96#"}
languages: [en]
states:
  menu: {say: "Tea 1 or coffee 2?", choose: {1: ask, 2: ask}, timeout: {after: 1 minute, then: ask}}
  ask:
    say: "May we sell your data? Yes 1 no 2"
    consent: {purpose: events, yes: {key: 1, next: sold}, no: {key: 2, next: kept}}
  sold: {say: "Sold.", end: true}
  kept: {say: "Kept.", end: true}
"""


def handed(town: Town, kind: str, text: str, at: float, session: str = "") -> str:
    """One message, as a channel hands it in; nobody works afterwards. What answered it."""
    inbound: dict[str, Any] = {"kind": kind, "text": text, "received_at": at, "session": session}
    return town.service.turns.handle(
        Inbound(channel="handset", id=f"{kind}:{text}:{at}", phone=MEMBER, to="*384*96#", **inbound)
    ).text


def test_the_key_of_a_screen_does_not_answer_the_question_that_came_meanwhile_by_time(opened: Opened) -> None:
    town, now = opened(later=LATER), time.time()
    assert handed(town, "ussd", "", now, "s1") == "Tea 1 or coffee 2?"
    [waiting] = town.rows(timer)
    town.service.turns.tick(waiting.person_id, now + 70)

    assert handed(town, "ussd", "1", now + 71, "s1") == "May we sell your data? Yes 1 no 2"
    assert town.rows(consent) == []
    assert handed(town, "ussd", "1*1", now + 72, "s1") == "Sold."
    [given] = town.rows(consent)
    assert given.prompt.startswith("hop:"), "and what stands in the ledger is the screen"


def test_the_key_of_a_screen_does_not_answer_the_question_that_came_meanwhile_by_sms(opened: Opened) -> None:
    town, now = opened(later=LATER), time.time()
    handed(town, "sms", "LATER", now)
    town.work()
    handed(town, "ussd", "", now + 1, "s1")
    handed(town, "sms", "1", now + 2)

    assert "sell your data" in handed(town, "ussd", "1", now + 3, "s1")
    assert town.rows(consent) == []


def test_a_message_that_is_older_than_the_question_does_not_answer_it(town: Town) -> None:
    """It waited on our disk; the question was sent meanwhile."""
    before = time.time() - 3600
    town.enroler.texts(ENTRY)

    for number, text in enumerate(["1", "yes"]):
        handed(town, "sms", text, before + number)
    assert (town.rows(consent), town.rows(member)) == ([], [])
    town.member.texts("yes")
    assert len(town.rows(member)) == 1


def becomes(town: Town, status: str) -> None:
    """What the office says of the enroler."""
    with town.service.engine.begin() as conn:
        anil = people.by_phone(conn, town.service.keys, ENROLER)
        assert anil
        conn.execute(update(enroler).where(enroler.c.person_id == anil.id).values(status=status))


@pytest.mark.parametrize("typed", ["1", "1.", "1)", "(1)", "#1", "1/", "१", "one", "ek", "moja", "12"])
def test_a_number_is_never_a_consent_while_another_question_is_open(town: Town, typed: str) -> None:
    town.enroler.texts("REG 9876543210")
    assert town.enroler.last.startswith("Voter ID")
    becomes(town, "retired")  # else it is an enroler's phone, which nobody can enter
    town.phone("+919800000003").texts(f"REG {ENROLER} ABC1234567 12 Anil Oraon")
    becomes(town, "activated")
    assert "entered you as Anil Oraon" in town.enroler.last

    town.enroler.texts(typed)
    assert (town.rows(consent), town.rows(member)) == ([], [])
    assert town.enroler.last.startswith("Voter ID")

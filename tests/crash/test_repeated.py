"""The same webhook fifty times is one turn with one reply; two answers of one phone at the same instant are two turns."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import pytest
import requests
from sqlalchemy import select

from sms_service import intake
from sms_service.engine.model import Inbound
from sms_service.store import people
from sms_service.store.tables import card, consent, member, outbox, registration, turn
from tests.crash.waiting import at_once
from tests.town import ENROLER, ENTRY, MEMBER, By, Town
from workers import cards, deliver, sweep

AT_ONCE, IN_ALL, PAIRS = 20, 50, 200

Got = TypeVar("Got")


def fifty_times(call: Callable[[], Got]) -> list[Got]:
    """Twenty at once, of which one is the first, and then the other thirty."""
    return at_once([call] * AT_ONCE) + [call() for _ in range(IN_ALL - AT_ONCE)]


def rows_of(town: Town, inbound_id: str) -> list[object]:
    with town.service.reads.begin() as conn:
        return list(conn.execute(select(turn).where(turn.c.inbound_id == inbound_id)))


@pytest.mark.parametrize("by", ["twilio", "africastalking"])
def test_the_same_entry_fifty_times(any_town: Town, by: By) -> None:
    gateway = any_town.twilio if by == "twilio" else any_town.africastalking

    answers = fifty_times(lambda: gateway.text(any_town.url, ENROLER, ENTRY, "SM" + "5" * 32))
    any_town.work()

    assert {(answer.status, answer.body) for answer in answers} == {(200, "<Response/>" if by == "twilio" else "")}
    assert len(rows_of(any_town, "SM" + "5" * 32)) == 1
    assert len(any_town.rows(registration)) == 1
    assert len(gateway.texts_to(ENROLER)) == len(gateway.texts_to(MEMBER)) == 1
    assert len(any_town.service.spool) == 0


@pytest.mark.parametrize("by", ["twilio", "africastalking"])
def test_the_same_yes_fifty_times(any_town: Town, by: By) -> None:
    gateway = any_town.twilio if by == "twilio" else any_town.africastalking
    any_town.phone(ENROLER, by).texts(ENTRY)

    answers = fifty_times(lambda: gateway.text(any_town.url, MEMBER, "1", "SM" + "6" * 32))
    any_town.work()

    assert len({(answer.status, answer.body) for answer in answers}) == 1
    assert [row.decision for row in any_town.rows(consent)] == ["given"]
    assert len(any_town.rows(member)) == len(any_town.rows(card)) == 1
    assert len(gateway.texts_to(MEMBER)) == 3


def test_the_same_hop_fifty_times_is_the_same_screen(any_town: Town) -> None:
    phone = any_town.phone(ENROLER, by="africastalking").dials()
    for typed, screen in (("98765 43210", "CON Voter ID?"), ("ABC1234567", "CON Number"), ("12", "CON Name")):
        phone.typed = f"{phone.typed}*{typed}" if phone.typed else typed
        bodies = {answer.body for answer in fifty_times(phone.again)}
        [body] = bodies
        assert body.startswith(screen)
    phone.typed += "*Ram Kumar"
    bodies = {answer.body for answer in fifty_times(phone.again)}
    any_town.work()

    [body] = bodies
    assert body.startswith("END Saved")
    assert len(any_town.rows(registration)) == 1
    assert len(any_town.africastalking.texts_to(MEMBER)) == 1
    assert len([row for row in any_town.rows(turn) if row.channel == "africastalking"]) == 5


def test_a_delivery_report_fifty_times(any_town: Town) -> None:
    any_town.phone(ENROLER, by="twilio").texts(ENTRY)
    message = any_town.twilio.accepted[0]

    answers = fifty_times(lambda: any_town.twilio.report(message, "delivered"))

    assert {answer.status for answer in answers} == {204}
    assert [row.status for row in any_town.rows(outbox) if row.gateway_id == message.id] == ["delivered"]


def test_yes_and_no_of_one_phone_at_the_same_instant(any_town: Town) -> None:
    """Two hundred phones, each with both answers in the air: both are taken, in some order, and the first decides."""
    enroler = any_town.phone(ENROLER, by="twilio")
    phones = [f"+9198765{number:05d}" for number in range(PAIRS)]
    for phone in phones:
        enroler.sends(f"REG {phone} ABC1234567 12 Ram Kumar")
    any_town.work()
    gate = threading.Barrier(2)

    def answers(text: str) -> list[int]:
        statuses = []
        for number, phone in enumerate(phones):
            gate.wait(60)
            sid = f"SM{text}{number:031d}"
            statuses.append(any_town.twilio.text(any_town.url, phone, text, sid).status)
        return statuses

    with ThreadPoolExecutor(2) as pool:
        assert [set(got) for got in pool.map(answers, ["1", "3"])] == [{200}, {200}]

    with any_town.service.reads.begin() as conn:
        ids = [person.id for phone in phones if (person := people.by_phone(conn, any_town.service.keys, phone))]
    turns = [row for row in any_town.rows(turn) if row.channel == "twilio" and row.person_id in ids]
    decisions = {row.person_id: row for row in any_town.rows(consent)}
    members = {row.person_id for row in any_town.rows(member)}
    assert len(any_town.service.spool) == 0
    assert len(any_town.rows(consent)) == len(decisions) == PAIRS
    assert len(turns) == 2 * PAIRS
    for person_id in ids:
        mine = [row for row in turns if row.person_id == person_id]
        decision = decisions[person_id]
        assert [row.turn_no for row in mine] == [2, 3], "after the turn that asked"
        assert (mine[0].state_before, mine[1].flow) == ("ask", "help")
        assert (decision.inbound_id, decision.turn_no) == (mine[0].inbound_id, 2)
        given = mine[0].inbound_id[2] == "1"
        assert (decision.decision == "given") == given == (person_id in members)


def test_two_answers_in_one_dialogue_at_the_same_instant(any_town: Town) -> None:
    """Mobile and voter ID sent together: whichever is taken first, neither is lost and the question that is left is asked."""
    enroler = any_town.phone(ENROLER, by="twilio")
    for number in range(10):
        enroler.texts("REG")
        texts = ["98765 43210", "ABC1234567"]
        statuses = at_once([partial(enroler.sends, text) for text in texts])
        any_town.work()

        assert statuses == [200, 200]
        mine = [row for row in any_town.rows(turn) if row.channel == "twilio"]
        assert len(mine) == 3 * (number + 1)
        assert [row.turn_no for row in mine] == list(range(1, len(mine) + 1))
        asked = ("Number of the polling booth?", "Voter ID? 3 letters")
        assert enroler.last.startswith(asked), enroler.heard[-3:]


def test_twenty_texts_of_one_phone_at_the_same_instant(any_town: Town) -> None:
    phone = any_town.phone(MEMBER, by="twilio")

    assert at_once([partial(phone.sends, f"HELP {'!' * number}") for number in range(AT_ONCE)]) == [200] * AT_ONCE
    any_town.work()

    mine = [row for row in any_town.rows(turn) if row.channel == "twilio"]
    assert [row.turn_no for row in mine] == list(range(1, AT_ONCE + 1))
    assert len(any_town.service.spool) == 0
    assert len(phone.heard) == AT_ONCE


def test_many_workers_and_sweepers_at_once_send_every_message_once(any_town: Town) -> None:
    enroler = any_town.phone(ENROLER, by="twilio")
    phones = [f"+9198765{number:05d}" for number in range(30)]
    work = [lambda: deliver.send_due(any_town.service, 1000)] * 4
    draw = [lambda: cards.draw_wanted(any_town.service, 1000)] * 2
    rounds = [lambda: sweep.sweep(any_town.service)] * 2
    for phone in phones:
        enroler.sends(f"REG {phone} ABC1234567 12 Ram Kumar")
    at_once([*work, *rounds])
    any_town.work()
    for phone in phones:
        any_town.phone(phone, by="twilio").sends("1")
    at_once([*work, *draw, *rounds])
    any_town.work()

    assert len(any_town.rows(member)) == len(any_town.rows(card)) == len(phones)
    assert {row.status for row in any_town.rows(card)} == {"ready"}
    for phone in phones:
        beginnings = [text[:12] for text in any_town.twilio.texts_to(phone)]
        assert beginnings == ["XYZ: Anil en", "You are a me", "XYZ card of "]
        link = any_town.twilio.texts_to(phone)[-1].split()[-4]
        assert requests.get(link, timeout=20).status_code == 200, "the token she got is the one that counts"
    assert len(any_town.twilio.texts_to(ENROLER)) == len(phones)


def test_two_sweepers_take_the_same_spooled_yes_once(any_town: Town) -> None:
    any_town.phone(ENROLER, "twilio").texts(ENTRY)
    for number in range(10):
        spooled = Inbound(
            channel="twilio", id=f"SM{number:032d}", kind="sms", phone=MEMBER, to="", text="1", received_at=time.time()
        )  # fmt: skip
        intake._keep(any_town.service, spooled.received_at, spooled.id, intake._Kept(inbound=spooled))
    at_once([lambda: sweep.sweep(any_town.service)] * 4)
    sweep.sweep(any_town.service)

    assert len(any_town.service.spool) == 0
    assert len(any_town.rows(consent)) == len(any_town.rows(member)) == 1
    assert (
        len([row for row in any_town.rows(turn) if row.channel == "twilio" and row.inbound_id.startswith("SM000")])
        == 10
    )

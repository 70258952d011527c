"""A gateway is away for half an hour while messages wait: how often each is tried, when all have left, and in which order."""

from __future__ import annotations

import os
from collections import Counter

from sqlalchemy import Connection

from sms_service.store import outbox as store
from sms_service.store import people
from sms_service.store.tables import outbox
from tests.town import Town
from tests.workers.conftest import Clock
from workers import deliver

PEOPLE, EACH = int(os.environ.get("AWAY_PEOPLE", "15")), 4
"""`make chaos` has 250 people: a thousand messages."""

MINUTE, AWAY, BACK = 60.0, 30, 10
"""Seconds; minutes that it is away; minutes within which all have left."""


def test_each_is_tried_once_a_minute_at_most_and_all_leave_soon_after(town: Town, clock: Clock) -> None:
    """It answers 503 to everything: what it may have taken is looked up, and its list cannot be read either."""
    _queue_all(town, clock)
    town.twilio.behave("503", on="any", accept=False)
    for _ in range(AWAY):
        before = len(town.twilio.requests)
        _work(town)
        asked = town.twilio.requests[before:]
        tried = Counter((one.form["To"], one.form["Body"]) for one in asked if one.method == "POST")
        assert set(tried.values()) <= {1}
        clock.pass_(MINUTE)

    town.twilio.behave("ok")
    _until_back(town, clock)

    assert Counter(message.text for message in town.twilio.accepted) == Counter(map(_text, range(PEOPLE * EACH)))


def test_where_nobody_listens_all_leave_in_their_order(town: Town, clock: Clock) -> None:
    _queue_all(town, clock)
    with town.twilio.away():
        for _ in range(AWAY):
            _work(town)
            clock.pass_(MINUTE)

    _until_back(town, clock)

    for number in range(PEOPLE):
        assert town.twilio.texts_to(_phone(number)) == list(map(_text, range(number, PEOPLE * EACH, PEOPLE)))


def _work(town: Town) -> None:
    deliver.recover(town.service)
    deliver.send_due(town.service, 2 * PEOPLE * EACH)


def _until_back(town: Town, clock: Clock) -> None:
    for _ in range(BACK):
        _work(town)
        clock.pass_(MINUTE)
    assert {row.status for row in town.rows(outbox)} == {"sent"}


def _phone(number: int) -> str:
    return f"+14155{number:06d}"


def _text(number: int) -> str:
    return f"News {number}"


def _queue_all(town: Town, clock: Clock) -> None:
    with town.service.engine.begin() as conn:
        for number in range(PEOPLE * EACH):
            _queue(conn, town, clock, number)


def _queue(conn: Connection, town: Town, clock: Clock, number: int) -> None:
    person = people.find_or_add(conn, town.service.keys, _phone(number % PEOPLE), "en", "twilio", clock.now)
    text = person.key.encrypt("outbox.text", _text(number))
    values = {"ref": f"n{number}", "person_id": person.id, "turn_no": number, "text_sealed": text, "channel": "twilio"}
    values |= {"flow": "", "to_stopped": False, "answers": False, "due_at": clock.now, "created_at": clock.now}
    store.add(conn, values)

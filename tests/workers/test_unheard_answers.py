"""Gateways that take a text and whose answer does not come, or says nothing clear: never twice, and what nobody knows is held.

`make faults` does it a hundred times with each gateway, a share of it is in the suite.
"""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import delete

from sms_service.store.tables import delivery_report, gateway_down, outbox
from tests.crash.share import EVERY, OFFSET
from tests.crash.waiting import at_once
from tests.town import ENROLER, ENTRY, Town
from tests.workers.conftest import Clock
from tests.workers.test_bad_weather import COLUMNS, Country, bring_our_reference, country

__all__ = ["country"]

SENDS = 100 if EVERY == 1 else 6

UNHEARD = ("silent", "reset", "truncated", "500", "half", "html", "empty", "garbage")
"""Each takes the text, and then: answers nothing, tears the connection, breaks the answer off, fails, sends half of it as if
it were all, a page, nothing, or what is no HTTP."""

GATEWAYS = [name for names in COLUMNS.values() for name in names]
ASKED = COLUMNS["Twilio, WhatsApp"]
"""Those that can be asked what they took."""


def forget_that_it_is_down(country: Country) -> None:
    """Else nothing more would be sent to it."""
    with country.town.service.engine.begin() as conn:
        conn.execute(delete(gateway_down))


@pytest.mark.parametrize("name", GATEWAYS)
def test_accepted_and_not_answered_it_is_never_sent_twice(country: Country, clock: Clock, name: str) -> None:
    gateway = country.gateways[name]
    before, rows = len(gateway.accepted), list[int]()
    country.town.service.redis.flushall()
    country.waits(for_long=False)
    for number in range(SENDS):
        forget_that_it_is_down(country)
        rows += country.write(name, clock)
        gateway.behave(UNHEARD[(OFFSET + number) % len(UNHEARD)], times=1, accept=True)
        while country.send():
            pass
    gateway.behave("ok")
    country.waits(for_long=True)
    forget_that_it_is_down(country)
    for _ in range(3):
        clock.pass_(country.town.config.outbox.lease)
        country.recover()
        while country.send():
            pass
    taken = gateway.accepted[before:]
    assert len({message.to for message in taken}) == len(taken), "twice"
    now = {row.status for row in country.town.rows(outbox) if row.id in rows}
    assert now <= ({"sent"} if name in ASKED else {"sent", "held"}), now
    assert len(taken) == len(rows), "none was lost"

    for message in taken:  # twice each, and what is older once more
        at_once([partial(gateway.report_delivered, message)] * 2)
    reported = {row.status for row in country.town.rows(outbox) if row.id in rows}
    assert reported <= {"delivered", "held"}
    if name in bring_our_reference() | set(ASKED):
        assert reported == {"delivered"}, "its report tells which message it is"


def test_reports_in_any_order_and_twenty_at_once_say_the_same_in_the_end(any_town: Town) -> None:
    any_town.phone(ENROLER, "twilio").texts(ENTRY)
    first, second = any_town.twilio.accepted
    words = ("delivered", "sent", "queued", "delivered", "sending")
    said = [partial(any_town.twilio.report, one, word) for word in words for one in (first, second)] * 2
    assert {answer.status for answer in at_once(said)} == {204}
    any_town.sweep()

    assert {row.status for row in any_town.rows(outbox)} == {"delivered"}
    words_noted = [(row.gateway_id, row.word) for row in any_town.rows(delivery_report)]
    assert len(words_noted) == len(set(words_noted)), "each word of each message once"
    assert len(any_town.service.spool) == any_town.service.spool.failing == 0

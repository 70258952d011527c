"""Looking up a message whose outcome nobody knows: its gateway is asked until it tells, or for a day."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from sms_service.store import claims
from sms_service.store.tables import outbox, person
from tests.gateways import Gateway
from tests.town import Town
from tests.workers.conftest import Clock
from tests.workers.test_deliver import row, send, write
from workers import deliver


def passes(town: Town, clock: Clock, seconds: float) -> None:
    """So much time passes, in which the sweeper and the workers do their work."""
    end = clock.now + seconds
    while clock.now < end:
        clock.pass_(60)
        deliver.recover(town.service)
        send(town)


def lists(gateway: Gateway) -> int:
    """How often its list was asked."""
    return len([asked for asked in gateway.requests if asked.method == "GET"])


def test_unknown_on_the_last_try_it_is_looked_up_like_any_other(impatient: Town, clock: Clock) -> None:
    gateway = write(impatient, "twilio")
    for _ in range(9):
        gateway.behave("429", times=1, retry_after=1)
        send(impatient)
        clock.pass_(5)
    gateway.behave("500", times=1, accept=True)
    send(impatient)
    assert (row(impatient).status, row(impatient).attempts) == ("sending", 10)
    clock.pass_(60)
    deliver.recover(impatient.service)
    assert row(impatient).status == "sent"
    assert lists(gateway) > 0


def test_unknown_on_the_last_try_and_not_taken_it_has_failed(impatient: Town, clock: Clock) -> None:
    gateway = write(impatient, "twilio")
    with impatient.service.engine.begin() as conn:
        conn.execute(update(outbox).values(attempts=9))
    gateway.behave("500", times=1)
    send(impatient)
    clock.pass_(60)
    deliver.recover(impatient.service)
    assert (row(impatient).status, row(impatient).reason) == ("failed", "not found at the gateway")


def test_a_list_that_is_away_for_hours_is_asked_until_it_answers(impatient: Town, clock: Clock) -> None:
    gateway = write(impatient, "twilio")
    gateway.behave("500", times=1)
    send(impatient)
    gateway.behave("500", on="list")
    passes(impatient, clock, 6 * 3600)
    assert (row(impatient).status, row(impatient).attempts) == ("sending", 1)
    assert 20 <= lists(gateway) <= 40, "ever further apart, a quarter of an hour at most"
    gateway.behave("ok")
    passes(impatient, clock, 1000)
    assert row(impatient).status == "sent"
    assert len(gateway.accepted) == 1


def test_unknown_for_a_day_is_held_for_the_office(impatient: Town, clock: Clock) -> None:
    gateway = write(impatient, "twilio")
    gateway.behave("500", on="any", accept=True)
    send(impatient)
    passes(impatient, clock, 25 * 3600)
    assert (row(impatient).status, row(impatient).attempts) == ("held", 1)
    assert row(impatient).reason.startswith("list: ")
    assert len(gateway.accepted) == 1


def test_while_a_gateway_is_asked_in_vain_she_is_answered(impatient: Town, clock: Clock) -> None:
    gateway = write(impatient, "twilio")
    gateway.behave("500", times=1)
    send(impatient)
    gateway.behave("500", on="list")
    passes(impatient, clock, 60)
    write(impatient, "twilio")
    send(impatient)
    assert [one.status for one in impatient.rows(outbox)] == ["sending", "sent"]
    gateway.behave("ok")
    passes(impatient, clock, 300)
    assert [one.status for one in impatient.rows(outbox)] == ["sent", "sent"], "the later one is not taken for it"
    assert len({one.gateway_id for one in impatient.rows(outbox)}) == len(gateway.accepted) == 2


def test_what_may_be_another_message_of_hers_is_not_taken_for_the_one_that_is_looked_for(
    impatient: Town, clock: Clock
) -> None:
    gateway = write(impatient, "twilio")
    gateway.behave("500", times=1)
    send(impatient)
    gateway.behave("500", times=1, on="list")
    passes(impatient, clock, 60)
    write(impatient, "twilio")  # the same words, and this one is taken, but its worker did not hear so yet
    service = impatient.service
    with service.engine.begin() as conn:
        second = claims.claim(conn, service.keys, clock.now, 300)
    assert second
    taken = deliver._send(service, second)
    passes(impatient, clock, 120)
    assert [one.status for one in impatient.rows(outbox)] == ["sending", "sending"]
    deliver.settle(service, second, taken)
    passes(impatient, clock, 300)
    assert [one.status for one in impatient.rows(outbox)] == ["sent", "sent"]
    assert len({one.gateway_id for one in impatient.rows(outbox)}) == len(gateway.accepted) == 2


@pytest.mark.parametrize(
    ("word", "code", "status"),
    [("undelivered", 30005, "failed"), ("undelivered", 30008, "queued"), ("delivered", None, "delivered")],
)
def test_what_a_look_up_finds_counts_as_the_report_that_was_lost(
    impatient: Town, clock: Clock, word: str, code: int | None, status: str
) -> None:
    gateway = write(impatient, "twilio")
    gateway.behave("reset", times=1, accept=True)
    send(impatient)
    [message] = gateway.accepted
    message.status, message.error_code, message.sent_at = word, code, clock.now
    clock.pass_(60)
    deliver.recover(impatient.service)
    assert (row(impatient).status, row(impatient).reason) == (status, str(code or ""))


def test_a_look_up_that_finds_that_she_blocked_us_counts_as_her_stop(impatient: Town, clock: Clock) -> None:
    gateway = write(impatient, "twilio")
    gateway.behave("reset", times=1, accept=True)
    send(impatient)
    gateway.accepted[0].status, gateway.accepted[0].error_code = "undelivered", 21610
    clock.pass_(60)
    deliver.recover(impatient.service)
    [somebody] = [one for one in impatient.rows(person) if one.id == row(impatient).person_id]
    assert (row(impatient).status, somebody.stopped_at) == ("failed", clock.now)

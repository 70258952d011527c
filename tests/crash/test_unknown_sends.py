"""A worker dies between "the gateway accepted" and "settled": nothing is sent twice, and what nobody can know is held."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import update

from sms_service.store.tables import consent, member, outbox
from tests.conftest import ROOT
from tests.crash.waiting import until
from tests.gateways import Gateway, Message
from tests.town import ENROLER, ENTRY, MEMBER, By, Town

COMMAND = (sys.executable, "-c", "from sms_service.cli import main; main()", "outbox")


@contextmanager
def delivery_worker(town: Town) -> Iterator[subprocess.Popen[bytes]]:
    """The delivery worker as a process; it begins with what is due."""
    environment = {**os.environ, **town.environment}
    process = subprocess.Popen([sys.executable, "-m", "workers.deliver"], env=environment, cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def dies_while_sending(town: Town, gateway: Gateway, accepted: bool = True) -> None:
    """A worker hands the first message to the gateway, and is killed while it waits for the answer."""
    gateway.behave("silent", times=1, accept=accepted)
    asked_before = len(gateway.requests)
    with delivery_worker(town):
        gateway.wait_until(lambda: len(gateway.requests) > asked_before, "the worker's send", 60)
        if accepted:
            gateway.wait_for(1)
    assert statuses(town)[0] == "sending"


def statuses(town: Town) -> list[str]:
    return [row.status for row in town.rows(outbox)]


def the_lease_ends(town: Town) -> None:
    with town.service.engine.begin() as conn:
        conn.execute(update(outbox).where(outbox.c.status == "sending").values(lease_until=0.0))
    town.sweep()
    town.work()


def office(town: Town, *words: str) -> str:
    """What `sms-service outbox ...` prints."""
    environment = {**os.environ, **town.environment}
    ran = subprocess.run([*COMMAND, *words], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def held(town: Town) -> list[dict[str, str]]:
    return [row for row in json.loads(office(town, "list", "--json")) if row["status"] == "held"]


def entered(town: Town, by: By) -> None:
    """The enroler's entry, so that the question to the person is the first message in the outbox."""
    town.phone(ENROLER, by).sends(ENTRY)
    with town.service.engine.begin() as conn:
        conn.execute(outbox.delete().where(outbox.c.flow == "register"))


def test_twilio_is_asked_and_not_sent_to_again(any_town: Town) -> None:
    entered(any_town, "twilio")
    dies_while_sending(any_town, any_town.twilio)

    the_lease_ends(any_town)

    [message] = any_town.twilio.accepted
    assert [(row.status, row.gateway_id) for row in any_town.rows(outbox)] == [("sent", message.id)]
    any_town.phone(MEMBER, "twilio").texts("1")
    assert len(any_town.rows(member)) == 1
    assert len(any_town.twilio.texts_to(MEMBER)) == 3


def test_twilio_is_asked_and_sent_to_where_it_never_had_the_message(any_town: Town) -> None:
    entered(any_town, "twilio")
    dies_while_sending(any_town, any_town.twilio, accepted=False)

    the_lease_ends(any_town)
    any_town.work()

    assert statuses(any_town) == ["sent"]
    assert len(any_town.twilio.accepted) == 1


def test_twilio_that_cannot_be_asked_now_is_asked_later(town: Town) -> None:
    entered(town, "twilio")
    dies_while_sending(town, town.twilio)
    town.twilio.behave("503", times=2, on="list")

    for _ in range(2):
        the_lease_ends(town)
        assert statuses(town) == ["sending"]
    the_lease_ends(town)

    assert statuses(town) == ["sent"]
    assert len(town.twilio.accepted) == 1


def test_a_yes_that_comes_before_the_lease_ends_is_asked_again_and_counts_once(town: Town) -> None:
    """She has the question, but nobody here knows it yet: she is asked once more, and her next yes counts."""
    entered(town, "twilio")
    dies_while_sending(town, town.twilio)
    member_phone = town.phone(MEMBER, "twilio")
    member_phone.sends("1")
    assert town.rows(consent) == []

    the_lease_ends(town)
    member_phone.texts("1")

    assert len(town.rows(consent)) == len(town.rows(member)) == 1
    assert [text[:12] for text in member_phone.heard] == [
        "XYZ: Anil en",
        "XYZ: Anil en",
        "You are a me",
        "XYZ card of ",
    ]


def test_africastalking_cannot_be_asked_so_it_is_held_and_listed(any_town: Town) -> None:
    entered(any_town, "africastalking")
    dies_while_sending(any_town, any_town.africastalking)

    the_lease_ends(any_town)
    the_lease_ends(any_town)

    [row] = held(any_town)
    assert (row["channel"], row["flow"], row["reason"]) == (
        "africastalking", "confirm", "Africa's Talking cannot be asked",
    )  # fmt: skip
    assert len(any_town.africastalking.accepted) == 1


@pytest.fixture
def held_town(town: Town) -> Town:
    """A town with one message that Africa's Talking took and nobody here knows of."""
    entered(town, "africastalking")
    dies_while_sending(town, town.africastalking)
    the_lease_ends(town)
    assert statuses(town) == ["held"]
    return town


def only_message(town: Town) -> Message:
    [message] = town.africastalking.accepted
    return message


def test_a_late_delivery_report_is_told_beside_what_is_held(held_town: Town) -> None:
    """Its id is known to nobody here: other software may have texted the same phone."""
    held_town.africastalking.report(only_message(held_town), "Success", web_url=held_town.url)

    [row] = held(held_town)
    assert "perhaps of this one" in office(held_town, "show", row["ref"])
    held_town.phone(MEMBER, "africastalking").texts("1")
    assert held_town.rows(member) == [], "she is asked again"
    held_town.phone(MEMBER, "africastalking").texts("1")
    assert len(held_town.rows(member)) == 1


def test_a_report_that_comes_before_the_lease_ends_is_told_beside_it_too(town: Town) -> None:
    entered(town, "africastalking")
    dies_while_sending(town, town.africastalking)
    town.africastalking.report(only_message(town), "Success", web_url=town.url)

    the_lease_ends(town)

    [row] = held(town)
    assert "perhaps of this one" in office(town, "show", row["ref"])
    assert len(town.africastalking.accepted) == 1


def test_the_office_releases_what_is_held(held_town: Town) -> None:
    [row] = held(held_town)

    assert office(held_town, "release", row["ref"]) == f"{row['ref']} is queued.\n"
    held_town.work()

    assert statuses(held_town) == ["sent"]
    assert len(held_town.africastalking.texts_to(MEMBER)) == 2  # the office was told that the person may get it twice


def test_the_office_drops_what_is_held(held_town: Town) -> None:
    [row] = held(held_town)

    office(held_town, "drop", row["ref"])
    held_town.work()
    the_lease_ends(held_town)

    assert statuses(held_town) == ["dropped"]
    assert len(held_town.africastalking.texts_to(MEMBER)) == 1


def test_a_worker_that_comes_back_goes_on_with_the_rest(town: Town) -> None:
    """One message is unknown; what is due to other phones is not held up by it."""
    town.phone(ENROLER, "twilio").sends(ENTRY)
    dies_while_sending(town, town.twilio)

    with delivery_worker(town):
        town.twilio.wait_for(2, 60)
        until(lambda: statuses(town) == ["sending", "sent"], "the second message settled")

    the_lease_ends(town)
    assert statuses(town) == ["sent", "sent"]
    assert len(town.twilio.accepted) == 2

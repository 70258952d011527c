"""A gateway that is down: the next one of the route takes over, each message leaves once, and none is lost or guessed at."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests

from sms_service.channels.base import Refused
from sms_service.service import open_service
from sms_service.store import claims, gateway_down
from sms_service.store.gateway_down import State
from sms_service.store.tables import gateway_down as table
from sms_service.store.tables import outbox
from tests.gateways import AfricasTalking, Kannel, Twilio
from tests.gateways.gateway import Gateway
from tests.gateways.kannel import PASSWORD, PATH, SECRET, USERNAME
from tests.town import Town
from tests.workers.conftest import Clock
from workers import deliver, sweep

US, KENYA = "+14155550{:03}", "+254711000{:03}"
ROUTES = "[{country: KE, channels: [kannel]}, {channels: [kannel, twilio]}]"
HOUR = 3600.0

Open = Callable[..., Town]


@pytest.fixture
def kannel() -> Iterator[Kannel]:
    """A stand-in of Kannel."""
    with Kannel() as gateway:
        yield gateway


@pytest.fixture
def routed(
    stack: dict[str, str],
    kannel: Kannel,
    twilio: Twilio,
    africastalking: AfricasTalking,
    monkeypatch: pytest.MonkeyPatch,
    clock: Clock,
) -> Iterator[Open]:
    """Opens the service with Kannel and these routes, on SQLite, and once more on PostgreSQL."""
    settings = {
        "CHANNELS__KANNEL__SEND_URL": f"{kannel.url}{PATH}",
        "CHANNELS__KANNEL__USERNAME": USERNAME,
        "CHANNELS__KANNEL__PASSWORD": PASSWORD,
        "CHANNELS__KANNEL__SECRET": SECRET,
    }
    with ExitStack() as opened:

        def open_town(routes: str = ROUTES) -> Town:
            town = opened.enter_context(Town({**stack, **settings, "ROUTES": routes}, twilio, africastalking))
            kannel.web_url = town.url
            clock.pass_(60)  # whatever is written on a slow machine is due
            monkeypatch.setattr(town.service.channels["kannel"], "_timeout", (2.0, 0.25))
            monkeypatch.setattr(town.service.channels["twilio"], "_timeout", (2.0, 0.25))
            return town

        yield open_town


def write(town: Town, count: int = 1, first: int = 100) -> list[str]:
    """So many people write in by Twilio, and each has an answer waiting; their numbers."""
    phones = [US.format(number) for number in range(first, first + count)]
    for phone in phones:
        town.phone(phone, by="twilio").sends("HELP")
    return phones


def send(town: Town) -> int:
    return deliver.send_due(town.service, 100)


def got(gateway: Gateway) -> list[str]:
    """Whom it took texts to, in no order."""
    return sorted(one.to for one in gateway.accepted)


def moved(town: Town, channel: str) -> int:
    """How many messages went by another channel instead."""
    return states(town)[channel].moved if channel in states(town) else 0


def states(town: Town) -> dict[str, State]:
    with town.service.reads.begin() as conn:
        return gateway_down.states(conn)


def rows(town: Town) -> list[Any]:
    return town.rows(outbox)


def goes_down(town: Town, kannel: Kannel, word: str = "temporal") -> list[str]:
    """Kannel refuses three in a row. Who wrote."""
    kannel.behave(word)
    phones = write(town, 3, first=900)
    send(town)
    assert states(town)["kannel"].is_down
    return phones


# --- another takes over -----------------------------------------------------------------------------------------------


def test_while_it_is_up_the_first_has_all_and_nothing_is_written_about_it(routed: Open, kannel: Kannel) -> None:
    town = routed()
    phones = write(town, 3)
    assert send(town) == 3
    assert (got(kannel), town.twilio.accepted, town.rows(table)) == (phones, [], [])


@pytest.mark.parametrize("how", ["nobody listens", "503"])
def test_when_it_is_down_the_next_takes_each_message_once(
    routed: Open, kannel: Kannel, clock: Clock, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    town = routed()
    phones = write(town, 6)
    with ExitStack() as weather, caplog.at_level(logging.WARNING):
        if how == "503":
            kannel.behave("temporal")
        else:
            weather.enter_context(kannel.away())
        for _ in range(3):
            send(town)
    assert got(town.twilio) == phones
    assert {(one.status, one.channel) for one in rows(town)} == {("sent", "twilio")}
    assert kannel.accepted == []
    if how == "503":
        assert len(kannel.requests) == gateway_down.FAILURES
    assert len([one for one in caplog.records if "gateway kannel is down" in one.getMessage()]) == 1
    assert states(town)["kannel"].moved == 6


def test_a_lone_message_goes_by_the_next_after_a_minute(routed: Open, kannel: Kannel, clock: Clock) -> None:
    town = routed()
    kannel.behave("temporal")
    [phone] = write(town)
    for _ in range(3):
        assert town.twilio.accepted == []
        send(town)
        clock.pass_(30)
    assert got(town.twilio) == [phone]
    assert kannel.accepted == []


@pytest.mark.parametrize(("apart", "opens"), [(gateway_down.WITHIN, True), (gateway_down.WITHIN + 1, False)])
def test_refusals_that_are_far_apart_are_no_outage(any_town: Town, apart: float, opens: bool) -> None:
    with any_town.service.engine.begin() as conn:
        said = [gateway_down.failed(conn, "kannel", 1, "503", 1000.0 + apart * number) for number in range(3)]
    assert said == [False, False, opens]


def test_what_was_under_way_when_it_went_down_makes_no_pause_longer(any_town: Town) -> None:
    with any_town.service.engine.begin() as conn:
        said = [gateway_down.failed(conn, "kannel", row_id, "503", 1000.0) for row_id in range(1, 7)]
    assert said.count(True) == 1
    assert (states(any_town)["kannel"].pause, states(any_town)["kannel"].probe_at) == (30.0, 1030.0)


def test_a_number_that_is_refused_is_no_outage(routed: Open, kannel: Kannel) -> None:
    town = routed(routes="[{channels: [twilio, kannel]}]")
    town.twilio.behave("refuse-21211")
    write(town, 5)
    send(town)
    assert town.rows(table) == []
    assert {one.status for one in rows(town)} == {"failed"}
    assert kannel.accepted == []


def test_a_pause_that_the_gateway_asks_for_is_no_outage(routed: Open, kannel: Kannel, clock: Clock) -> None:
    town = routed()
    kannel.behave("429", retry_after=20)
    for number in range(5):
        write(town, first=100 + number)
        send(town)
        clock.pass_(20)
    assert len(kannel.requests) >= gateway_down.FAILURES
    assert not any(one.is_down for one in states(town).values())
    assert town.twilio.accepted == []


# --- and nothing of unknown fate --------------------------------------------------------------------------------------


def test_what_it_took_and_did_not_confirm_never_goes_by_another(routed: Open, kannel: Kannel, clock: Clock) -> None:
    town = routed()
    kannel.behave("silent")
    taken = write(town, 3)
    send(town)
    assert [one.status for one in rows(town)] == ["held"] * 3
    [later] = write(town, first=200)
    send(town)
    assert got(town.twilio) == [later], "a new one need not be held too"

    for _ in range(5):
        clock.pass_(HOUR)
        send(town)
        deliver.recover(town.service)
    assert got(kannel) == taken
    assert got(town.twilio) == [later]
    assert [one.status for one in rows(town)] == ["held"] * 3 + ["sent"]


def test_what_the_office_sends_again_goes_by_the_same_gateway(routed: Open, kannel: Kannel, clock: Clock) -> None:
    from sms_service.store import outbox as store

    town = routed()
    kannel.behave("silent")
    write(town, 3)
    send(town)
    held = rows(town)[0]
    with town.service.engine.begin() as conn:
        store.decide(conn, held.ref, "queued", "", clock.now)
    send(town)
    assert (rows(town)[0].status, rows(town)[0].channel) == ("queued", "kannel")
    assert town.twilio.accepted == []


def test_what_it_may_have_is_looked_up_and_leaves_by_it_once_it_is_back(
    routed: Open, kannel: Kannel, clock: Clock
) -> None:
    town = routed(routes="[{channels: [twilio, kannel]}]")
    town.twilio.behave("503", on="any")
    asked = write(town, 3)
    send(town)
    [later] = write(town, first=200)
    send(town)
    assert got(kannel) == [later]
    for _ in range(30):  # longer than a message has tries
        clock.pass_(60)
        deliver.recover(town.service)
        send(town)
    assert [one.status for one in rows(town)] == ["sending"] * 3 + ["sent"]

    town.twilio.behave("503")  # its list is back
    clock.pass_(deliver.BACKOFF_MAX)
    deliver.recover(town.service)
    assert [one.status for one in rows(town)] == ["queued"] * 3 + ["sent"]
    for _ in range(3):
        send(town)
        clock.pass_(1)
    assert got(kannel) == [later]

    town.twilio.behave("ok")
    for _ in range(6):
        clock.pass_(240)
        deliver.recover(town.service)
        send(town)
    assert (got(town.twilio), got(kannel)) == (asked, [later])


def test_what_a_dead_worker_had_in_hand_stays_where_it_was(routed: Open, kannel: Kannel, clock: Clock) -> None:
    town = routed()
    [hers] = write(town)
    with town.service.engine.begin() as conn:
        claimed = claims.claim(conn, town.service.keys, clock.now, 60)
    assert claimed
    deliver._send(town.service, claimed)  # Kannel has it, and the worker was killed
    others = goes_down(town, kannel)
    clock.pass_(HOUR)
    deliver.recover(town.service)
    send(town)
    assert (rows(town)[0].status, rows(town)[0].channel) == ("held", "kannel")
    assert (got(kannel), got(town.twilio)) == ([hers], others)


def test_what_waits_because_her_phone_was_off_goes_on_waiting(routed: Open, kannel: Kannel, clock: Clock) -> None:
    town = routed(routes="[{channels: [twilio, kannel]}]")
    write(town)
    send(town)
    town.twilio.report(town.twilio.accepted[0], "undelivered", "30003")
    due_at = rows(town)[0].due_at
    town.twilio.behave("503")
    others = write(town, 4, first=200)
    send(town)
    assert got(kannel) == others[3:]
    assert (rows(town)[0].channel, rows(town)[0].due_at) == ("twilio", due_at)


# --- back again -------------------------------------------------------------------------------------------------------


def test_after_a_pause_one_message_tries_it_and_then_all_go_by_it(
    routed: Open, kannel: Kannel, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    town = routed()
    goes_down(town, kannel)
    kannel.behave("ok")
    [early] = write(town, first=200)
    send(town)
    assert early in got(town.twilio), "the pause is not over"

    clock.pass_(gateway_down.PAUSE_FIRST)
    later = write(town, 3, first=210)
    with caplog.at_level(logging.WARNING):
        send(town)
    assert got(kannel) == later
    assert not states(town)["kannel"].is_down
    assert len([one for one in caplog.records if "takes messages again" in one.getMessage()]) == 1


def test_the_pauses_grow_and_each_costs_one_try(routed: Open, kannel: Kannel, clock: Clock) -> None:
    town = routed()
    goes_down(town, kannel)
    pauses = []
    for number in range(5):
        state = states(town)["kannel"]
        pauses.append(state.pause)
        clock.now = state.probe_at
        phones, tried = write(town, 3, first=200 + 10 * number), len(kannel.requests)
        send(town)
        assert len(kannel.requests) == tried + 1
        assert set(phones) <= set(got(town.twilio))
    assert pauses == [30, 60, 120, 240, 240]
    assert len(town.twilio.accepted) == 3 + 15


def test_a_worker_that_died_while_it_tried_keeps_nobody_from_trying(routed: Open, kannel: Kannel, clock: Clock) -> None:
    town = routed(routes="[{channels: [kannel]}]")
    goes_down(town, kannel)
    kannel.behave("ok")
    clock.pass_(30)
    with town.service.engine.begin() as conn:
        down = states(town)
        claimed = claims.claim(conn, town.service.keys, clock.now, 60)
        assert claimed
        assert gateway_down.take_probe(conn, down["kannel"], claimed.id, clock.now + 60)
    assert send(town) == 0, "that one tries it"
    clock.pass_(61)
    send(town)
    assert not states(town)["kannel"].is_down


def test_of_two_workers_one_tries_it(routed: Open, kannel: Kannel, clock: Clock) -> None:
    town = routed()
    goes_down(town, kannel)
    [one] = [state for state in states(town).values() if state.is_down]
    with town.service.engine.begin() as conn:
        tries = [gateway_down.take_probe(conn, one, row_id, clock.now + 90) for row_id in (1, 2)]
    assert tries == [True, False]


def test_two_workers_send_each_message_once(routed: Open, kannel: Kannel) -> None:
    town = routed()
    kannel.behave("temporal")
    phones = write(town, 20)
    workers = [threading.Thread(target=send, args=(town,)) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    send(town)
    assert got(town.twilio) == phones
    assert kannel.accepted == []


def test_after_a_restart_it_is_still_down(routed: Open, kannel: Kannel, clock: Clock) -> None:
    town = routed()
    goes_down(town, kannel)
    tried = len(kannel.requests)
    [phone] = write(town, first=200)
    again = open_service(town.config, time.time())
    try:
        deliver.send_due(again, 10)
    finally:
        again.close()
    assert phone in got(town.twilio)
    assert len(kannel.requests) == tried


# --- no other way -----------------------------------------------------------------------------------------------------


def test_who_has_no_other_way_waits_a_night_and_gets_it_once(routed: Open, kannel: Kannel, clock: Clock) -> None:
    town = routed()
    phones = [KENYA.format(number) for number in range(100, 103)]
    for phone in phones:
        town.phone(phone, by="africastalking").sends("HELP")
    with kannel.away():
        for _ in range(12 * 60):
            send(town)
            clock.pass_(60)
    assert {(one.status, one.channel) for one in rows(town)} == {("queued", "kannel")}
    assert max(one.attempts for one in rows(town)) <= 3
    assert not got(town.twilio) + got(town.africastalking)

    clock.pass_(gateway_down.PAUSE_MAX)
    send(town)
    send(town)
    assert got(kannel) == phones
    assert {one.status for one in rows(town)} == {"sent"}


def test_while_it_is_down_what_waits_is_not_claimed_again_and_again(routed: Open, kannel: Kannel, clock: Clock) -> None:
    town = routed(routes="[{channels: [kannel]}]")
    goes_down(town, kannel)
    clock.pass_(29)
    write(town, 5)
    assert send(town) == 0


def test_the_sweeper_does_not_complain_of_what_waits_for_a_gateway(
    routed: Open, kannel: Kannel, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    town = routed(routes="[{channels: [kannel]}]")
    goes_down(town, kannel)
    clock.now = states(town)["kannel"].probe_at
    send(town)
    clock.pass_(59)  # overdue for longer than two rounds
    with caplog.at_level(logging.WARNING):
        sweep.overdue_messages(town.service)
    assert not any("overdue" in one.getMessage() for one in caplog.records)


def test_the_second_channel_does_not_reach_her_country(routed: Open, kannel: Kannel, clock: Clock) -> None:
    town = routed(routes="[{channels: [kannel, twilio]}]")
    town.twilio.behave("refuse-21408")
    phones = goes_down(town, kannel)
    assert {(one.status, one.channel) for one in rows(town)} == {("queued", "kannel")}, "back to who does, and waits"

    kannel.behave("ok")
    clock.pass_(30)
    send(town)
    assert (got(kannel), town.twilio.accepted) == (phones, [])


def test_what_the_account_may_not_send_goes_by_the_next_at_once(routed: Open, kannel: Kannel) -> None:
    town = routed(routes="[{channels: [twilio, kannel]}]")
    town.twilio.behave("refuse-21408")
    phones = write(town, 2)
    send(town)
    assert got(kannel) == phones
    assert not any(one.is_down for one in states(town).values()), "others may be reached by it"


# --- a channel that is off --------------------------------------------------------------------------------------------


def test_what_is_queued_for_a_channel_that_is_off_goes_by_the_next_at_once(
    routed: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = routed()
    phones = write(town, 2)
    monkeypatch.delitem(town.service.channels, "kannel")
    send(town)
    assert got(town.twilio) == phones


def test_the_sweeper_moves_it_if_nobody_else_does(routed: Open, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    town = routed()
    write(town)
    monkeypatch.delitem(town.service.channels, "kannel")
    clock.pass_(HOUR)
    sweep.overdue_messages(town.service)
    assert len(town.twilio.accepted) == 1


def test_what_has_no_other_way_waits_for_a_channel_that_is_off_and_uses_up_no_tries(
    routed: Open, kannel: Kannel, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    town = routed(routes="[{channels: [kannel]}]")
    [phone] = write(town)
    channel = town.service.channels.pop("kannel")
    with caplog.at_level(logging.WARNING):
        for _ in range(200):
            clock.pass_(60)
            assert send(town) == 0
            sweep.overdue_messages(town.service)
    assert [(one.status, one.attempts) for one in rows(town)] == [("queued", 0)]
    assert not any("overdue" in one.getMessage() for one in caplog.records)
    [told] = requests.get(f"{town.url}/readyz", timeout=20).json()["problems"]
    assert told.startswith("queued messages are for channel kannel, which is off")

    town.service.channels["kannel"] = channel
    send(town)
    assert got(kannel) == [phone]
    assert requests.get(f"{town.url}/readyz", timeout=20).json()["problems"] == []


def test_what_a_channel_may_have_taken_waits_for_it_to_be_on_again(routed: Open, clock: Clock) -> None:
    town = routed(routes="[{channels: [twilio, kannel]}]")
    town.twilio.behave("500", times=1, accept=True)
    write(town)
    send(town)
    channel = town.service.channels.pop("twilio")
    clock.pass_(60)
    deliver.recover(town.service)
    assert [one.status for one in rows(town)] == ["sending"]

    town.service.channels["twilio"] = channel
    clock.pass_(60)
    deliver.recover(town.service)
    assert [one.status for one in rows(town)] == ["sent"]
    assert len(town.twilio.accepted) == 1


# --- told -------------------------------------------------------------------------------------------------------------


def test_it_is_told_and_counted(routed: Open, kannel: Kannel, clock: Clock) -> None:
    town = routed()
    goes_down(town, kannel)
    [told] = requests.get(f"{town.url}/readyz", timeout=20).json()["problems"]
    assert told.startswith("gateway kannel is down since 20")
    assert "see whether it runs" in told
    figures = requests.get(f"{town.url}/metrics", timeout=20).text
    assert 'sms_service_gateway_down{channel="kannel"} 1.0' in figures
    assert 'sms_service_gateway_fallbacks{channel="kannel"} 3.0' in figures

    kannel.behave("ok")
    clock.pass_(30)
    write(town)
    send(town)
    assert requests.get(f"{town.url}/readyz", timeout=20).json()["problems"] == []
    assert 'sms_service_gateway_down{channel="kannel"} 0.0' in requests.get(f"{town.url}/metrics", timeout=20).text


# --- by another channel is one thing ----------------------------------------------------------------------------------

BY_KANNEL = "[{channels: [kannel, twilio]}]"


def test_what_the_smsc_rejects_goes_by_the_next_channel_when_its_report_comes(routed: Open, kannel: Kannel) -> None:
    town = routed(BY_KANNEL)
    phones = write(town)
    send(town)
    assert kannel.report(kannel.accepted[0], "rejected").status == 200
    assert send(town) == 1
    assert got(town.twilio) == phones
    assert moved(town, "kannel") == 1


def test_a_report_of_what_is_the_numbers_fault_ends_it(routed: Open, kannel: Kannel) -> None:
    town = routed(BY_KANNEL)
    write(town)
    send(town)
    kannel.report(kannel.accepted[0], "failed")
    assert (send(town), town.twilio.accepted) == (0, [])
    assert rows(town)[0].status == "failed"


@pytest.mark.parametrize("away", ["off", "down"])
def test_a_failed_message_skips_a_channel_that_cannot_bring_it(routed: Open, kannel: Kannel, away: str) -> None:
    town = routed("[{channels: [kannel, africastalking, twilio]}]")
    phones = write(town)
    send(town)
    if away == "off":
        del town.service.channels["africastalking"]
    else:
        with town.service.engine.begin() as conn:
            for _ in range(gateway_down.FAILURES):
                gateway_down.failed(conn, "africastalking", 1, "503", time.time())
    kannel.report(kannel.accepted[0], "rejected")
    assert rows(town)[0].channel == "twilio"
    send(town)
    assert got(town.twilio) == phones


@pytest.mark.parametrize("how", ["answered", "reported"])
def test_what_goes_by_another_channel_begins_there_as_if_it_had_never_left(
    routed: Open, kannel: Kannel, how: str
) -> None:
    town = routed(BY_KANNEL)
    write(town)
    if how == "reported":
        send(town)
        kannel.report(kannel.accepted[0], "rejected")
    else:
        with town.service.engine.begin() as conn:
            conn.execute(outbox.update().values(repeats=1, gateway_id="K1", link="L1", attempts=2))
            [claimed] = [claims.claim(conn, town.service.keys, time.time() + 90, 60.0)]
        deliver.settle(town.service, claimed, Refused("not ours", again=False))
    [row] = rows(town)
    began = (row.status, row.channel, row.route, row.attempts, row.repeats, row.gateway_id, row.link)
    assert began == ("queued", "twilio", "twilio", 0, 0, "", None)
    assert moved(town, "kannel") == 1


def test_a_report_rings_only_if_something_is_due_now(
    routed: Open, kannel: Kannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = routed("[{channels: [kannel]}]")
    write(town)
    send(town)
    rung: list[str] = []
    monkeypatch.setattr(town.service.bell, "ring", rung.append)
    kannel.report(kannel.accepted[0], "rejected")
    assert (rung, rows(town)[0].status) == ([], "failed"), "there is no other channel"


def test_a_report_rings_for_what_goes_by_another_channel(
    routed: Open, kannel: Kannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = routed(BY_KANNEL)
    write(town)
    send(town)
    rung: list[str] = []
    monkeypatch.setattr(town.service.bell, "ring", rung.append)
    kannel.report(kannel.accepted[0], "rejected")
    assert rung == ["deliver"]

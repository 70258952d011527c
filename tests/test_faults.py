"""Turns that fail: a flow that breaks ends its session and says so; a fault of ours waits, and at last lies aside."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from sqlalchemy import update

from sms_service import intake
from sms_service.engine.model import MAX_OPEN_SESSIONS, Inbound, Session, Sessions
from sms_service.engine.texts import count
from sms_service.faults import SORRY
from sms_service.store import people, sessions
from sms_service.store.inbox import Stored
from sms_service.store.spool import MAX_TRIES
from sms_service.store.tables import consent, flow_version, outbox, person, registration, timer, turn
from tests.test_conversation import JOIN, PLACE, Dialogue
from tests.town import ENROLER, ENTRY, MEMBER, Town
from workers import sweep

Opened = Callable[..., Town]
DAY = 86_400.0


def breaks(town: Town, flow: str, text: str, broken: str) -> None:
    """From now on a text of the version that serves names a variable that nobody gives a value."""
    shelf = town.service.shelf
    version = shelf.current[flow].version
    source = shelf._published.source_of(version)
    assert source
    assert text in source
    with town.service.engine.begin() as conn:
        changed = source.replace(text, broken)
        conn.execute(flow_version.update().where(flow_version.c.version == version).values(source=changed))
    del shelf._versions[version]


def tick(town: Town, who: str, seconds: float) -> None:
    """Time passes for one person."""
    with town.service.reads.begin() as conn:
        found = people.by_phone(conn, town.service.keys, who)
    assert found
    town.service.turns.tick(found.id, town.rows(turn)[-1].at + seconds)
    with town.service.engine.begin() as conn:
        conn.execute(outbox.update().values(due_at=0))
    town.work()


@pytest.fixture(params=["sms", "ussd"])
def join(request: pytest.FixtureRequest, opened: Opened) -> Dialogue:
    return Dialogue(opened(join=JOIN, place=PLACE), request.param)


# --- a flow that breaks -------------------------------------------------------------------------------------------


def test_a_flow_that_breaks_ends_its_session_and_the_person_is_told(
    join: Dialogue, caplog: pytest.LogCaptureFixture
) -> None:
    join.begins()
    join.says("1")
    breaks(join.town, "place", "{{ who }}, how many", "{{ nobody }}, how many")

    assert join.says("Ram Kumar") == SORRY["en"]

    version = join.town.service.shelf.current["place"].version
    assert f"flow place, version {version[:12]}, state house: " in caplog.text
    assert "Ram" not in caplog.text
    assert MEMBER[3:] not in caplog.text
    assert join.town.rows(timer) == []
    assert len(join.town.service.spool) == 0
    [*_, last] = join.town.rows(turn)
    assert (last.flow, last.state_before, last.state_after, last.path) == ("join", "who", "", "")
    assert join.begins().startswith("Which language?"), "she can start again"


def test_she_is_told_in_her_language(opened: Opened) -> None:
    person_ = Dialogue(opened(join=JOIN, place=PLACE), "sms")
    person_.begins()
    person_.says("2")
    breaks(person_.town, "place", "{{ who }}, घर", "{{ nobody }}, घर")
    assert person_.says("राम कुमार") == SORRY["hi"]


def test_the_same_message_again_breaks_nothing_twice(opened: Opened) -> None:
    town = opened(join=JOIN, place=PLACE)
    phone = town.phone(MEMBER, by="twilio")
    for text in ("JOIN", "1"):
        phone.texts(text)
    breaks(town, "place", "{{ who }}, how many", "{{ nobody }}, how many")
    for _ in range(2):
        phone.texts("Ram Kumar", sid="SM" + "5" * 32)
    assert phone.heard.count(SORRY["en"]) == 1


def test_no_consent_comes_of_a_turn_that_breaks_and_its_registration_does_not_wait(town: Town) -> None:
    town.enroler.texts(ENTRY)
    breaks(town, "confirm", "{{ member.number }}", "{{ nobody }}")

    town.member.texts("1")

    assert town.member.last == SORRY["hi" if town.rows(person)[-1].language == "hi" else "en"]
    assert town.rows(consent) == []
    assert [row.status for row in town.rows(registration)] == ["expired"]
    town.enroler.texts(ENTRY)
    assert town.enroler.last.startswith("Saved"), "she can be entered again"


def test_what_breaks_for_another_person_ends_the_entry_that_began_it(town: Town) -> None:
    """Else she would be registered, and never asked."""
    breaks(town, "confirm", "{{ enroler.first_name }} entered", "{{ nobody }} entered")
    town.enroler.texts(ENTRY)
    assert town.enroler.last == SORRY["en"]
    assert town.rows(registration) == []
    assert town.member.heard == []


def test_a_stop_counts_although_the_flow_that_answers_it_breaks(town: Town) -> None:
    town.enroler.texts(ENTRY)
    breaks(town, "stop", "{{ org }}", "{{ nobody }}")
    town.member.texts("STOP")
    assert [row.status for row in town.rows(registration)] == ["refused"]
    assert len([row for row in town.rows(person) if row.stopped_at]) == 1
    assert len(town.member.heard) == 1, "and nothing more is sent to her"


def test_a_timer_that_breaks_ends_its_session_and_says_nothing(opened: Opened) -> None:
    person_ = Dialogue(opened(join=JOIN, place=PLACE), "sms")
    person_.begins()
    breaks(person_.town, "join", "Send JOIN when you have time.", "{{ nobody }}")
    assert person_.waits(601) == []
    assert person_.town.rows(timer) == []


def test_flows_that_start_each_other_are_one_fault_and_no_end_of_messages(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sms_service.unit.MAX_STARTS", 0)
    town.enroler.texts(ENTRY)
    assert town.enroler.last == SORRY["en"]
    assert town.rows(registration) == []


@pytest.mark.parametrize("text", SORRY.values(), ids=SORRY)
def test_the_sentence_is_one_segment(text: str) -> None:
    assert count(text).segments == 1


# --- a fault of ours ----------------------------------------------------------------------------------------------


class Clock:
    """The time that the spool goes by."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def time(self) -> float:
        return self.now


def inbound(text: str) -> Inbound:
    return Inbound(
        channel="handset", id=text, kind="sms", phone=MEMBER, to="", text=text, received_at=1_790_000_000.0
    )  # fmt: skip


def test_a_fault_of_ours_is_tried_with_growing_pauses_and_then_set_aside_and_kept(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock, tried = Clock(), list[float]()
    monkeypatch.setattr(intake, "time", clock)
    service = town.service

    def fails(_inbound: Inbound, kept: bool = False) -> Stored:
        tried.append(clock.now)
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as fault:
        fault.setattr(service.turns, "handle", fails)
        assert intake.take(service, inbound("HELP")) == Stored("", ends=True)
        while service.spool.failing:
            clock.now += 1
            intake.take_spooled(service)

    pauses = [round(later - earlier) for earlier, later in pairwise(tried)]
    assert pauses == [10, 20, 40, 80, 160, 320, 640, 1280, 2560]
    assert len(tried) == MAX_TRIES
    assert (len(service.spool), service.spool.failing, service.spool.set_aside) == (0, 0, 1)
    assert f"(RuntimeError): set aside in {service.spool.aside}" in caplog.text

    sweep.begin(service)  # a release that mends it
    assert intake.take_spooled(service) == 1
    assert service.spool.set_aside == 0
    town.work()
    assert len(town.member.heard) == 1


def test_what_fails_holds_up_nobody_and_does_not_wait_for_sql(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    handle = town.service.turns.handle

    def fails(message: Inbound, kept: bool = False) -> Stored:
        if message.text == "HELP":
            raise RuntimeError("a fault of ours")
        return handle(message, kept)

    monkeypatch.setattr(town.service.turns, "handle", fails)
    intake.take(town.service, inbound("HELP"))
    intake._keep(town.service, 1_790_000_001.0, "2", intake._Kept(inbound=inbound("INFO")))
    assert (len(town.service.spool), town.service.spool.failing) == (1, 1)

    assert intake.take_spooled(town.service) == 1

    assert (len(town.service.spool), town.service.spool.failing) == (0, 1)


def test_a_delivery_report_that_meets_a_fault_of_ours_is_kept_too(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twilio posts a report once: what is answered 500 is gone."""
    clock, spool = Clock(), town.service.spool
    monkeypatch.setattr(intake, "time", clock)
    town.phone(MEMBER, "twilio").texts("HELP")
    [message] = town.twilio.accepted

    def fails(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as fault:
        fault.setattr(intake.reports, "take_report", fails)
        assert town.twilio.report(message, "delivered").status == 204
        assert (len(spool), spool.failing) == (0, 1)
    clock.now += 10
    assert intake.take_spooled(town.service) == 1
    assert [row.status for row in town.rows(outbox)] == ["delivered"]


def test_a_message_that_is_damaged_on_the_disk_is_at_last_set_aside(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told as a fault, and no longer as one that waits for the sweeper."""
    clock, spool = Clock(), town.service.spool
    monkeypatch.setattr(intake, "time", clock)
    intake._keep(town.service, 1.0, "1", intake._Kept(inbound=inbound("HELP"))).file.write_bytes(b"\x01damaged")
    intake._keep(town.service, 2.0, "2", intake._Kept(inbound=inbound("INFO")))

    assert intake.take_spooled(town.service) == 1
    assert (len(spool), spool.failing, spool.set_aside) == (0, 1, 0)
    while spool.failing:
        clock.now += 3_600
        intake.take_spooled(town.service)
    assert (len(spool), spool.set_aside) == (0, 1)


# --- sessions that end without their flow -------------------------------------------------------------------------


def keeps(town: Town, number: str, change: Callable[[list[Session]], list[Session]]) -> None:
    """Changes what somebody has open, where SQL keeps it."""
    town.service.redis.flushall()
    with town.service.engine.begin() as conn:
        her = people.by_phone(conn, town.service.keys, number)
        assert her
        found = sessions.load(conn, her, None)
        sealed = sessions.seal(her, Sessions(turn_no=found.turn_no, open=change(found.open), screen=found.screen))
        conn.execute(
            update(turn).where(turn.c.person_id == her.id, turn.c.turn_no == her.turn_no).values(sessions_sealed=sealed)
        )


def test_a_question_that_one_too_many_pushes_out_leaves_no_registration_waiting(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town.enroler.texts(ENTRY)

    def others(found: list[Session]) -> list[Session]:
        [asked] = found
        made = [
            Session(**{**{name: getattr(asked, name) for name in asked.__struct_fields__}, "id": f"s{n}", "about": f"9{n}"})
            for n in range(MAX_OPEN_SESSIONS - 1)
        ]  # fmt: skip
        return [asked, *made]

    keeps(town, MEMBER, others)
    town.member.texts("HELP")

    assert [row.status for row in town.rows(registration)] == ["expired"]
    [entered] = town.rows(registration)
    assert f"registration {entered.ref}, which waited for an answer in flow confirm, is closed (newer " in caplog.text


def test_a_question_whose_version_is_lost_leaves_no_registration_waiting(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    town.enroler.texts(ENTRY)
    breaks(town, "confirm", "flow: confirm", "flow: of another release\nno: flow")

    tick(town, MEMBER, 25 * 3600)

    [entered] = town.rows(registration)
    assert entered.status == "expired"
    assert "a session in flow confirm, version" in caplog.text
    assert "have that person entered again" in caplog.text
    assert len(town.rows(timer)) == 0


# --- what the rows say --------------------------------------------------------------------------------------------


def test_the_ledger_has_the_language_that_was_shown_and_not_the_one_chosen_since(town: Town) -> None:
    town.enroler.texts(ENTRY)
    shown = town.rows(person)[-1].language

    def speaks_sw(found: list[Session]) -> list[Session]:
        found[0].language = "sw"
        return found

    keeps(town, MEMBER, speaks_sw)
    town.member.texts("1")

    [proof] = town.rows(consent)
    assert proof.language == shown != "sw"


def test_the_ledger_has_the_language_that_stood_in_for_one_the_flow_does_not_have(town: Town) -> None:
    with town.service.engine.begin() as conn:
        people.find_or_add(conn, town.service.keys, MEMBER, "ta", "handset", 1.0)
    town.enroler.texts(ENTRY)
    town.member.texts("1")
    assert [proof.language for proof in town.rows(consent)] == ["en"]


def test_a_clock_that_moves_two_sessions_logs_both(opened: Opened) -> None:
    tea = """
flow: tea
about: A second dialogue.
starts: {keywords: [TEA]}
languages: [en, hi]
states:
  ask: {say: {en: "Milk?", hi: "दूध?"}, ask: {into: milk, type: name}, remind: {after: 10 minutes, times: 1}, next: bye}
  bye: {end: true}
"""
    ours = JOIN.replace("keywords: [JOIN]", "keywords: [JOIN], who: enroler, otherwise: over")
    theirs = tea.replace("keywords: [TEA]", "keywords: [TEA], who: enroler, otherwise: bye")
    town = opened(join=ours, place=PLACE, tea=theirs)
    for text in ("JOIN", "TEA"):
        town.enroler.texts(text)

    tick(town, ENROLER, 601)

    last = town.rows(turn)[-1]
    assert (last.flow, last.path) == ("join", "which timeout late tea/: ask remind")
    assert town.enroler.last == "Send JOIN when you have time.\nMilk?"

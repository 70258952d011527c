"""Forgetting: the person is gone from everywhere, within a minute and three rounds of the sweeper; the proof stays."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
import redis
from sqlalchemy import select, update

from sms_service import intake, reports
from sms_service.channels.base import DeliveryReport
from sms_service.engine.model import Inbound
from sms_service.enrolment import came_to_nothing, erasure, ledger, mentions
from sms_service.privacy import PersonKey, Unreadable
from sms_service.store import outbox as outboxes
from sms_service.store import people, sessions, tables
from sms_service.store.people import Person
from sms_service.store.spool import MAX_TRIES
from sms_service.store.tables import (
    card,
    consent,
    enroler,
    member,
    outbox,
    person,
    registration,
    timer,
    turn,
)
from tests.conftest import ROOT
from tests.gateways import AfricasTalking, Twilio
from tests.test_nothing_personal_leaks import found as found_in
from tests.test_nothing_personal_leaks import values
from tests.town import ENROLER, ENTRY, MEMBER, Town
from tests.workers.conftest import Clock, clock

__all__ = ["clock"]

DAY = 86_400.0
ZEBULON = "+919876512347"
ENTERED = "REG 9876512347 ZQX7654321 12 Zebulon Quixworth"
HERS = ["876512347", "ZQX7654321", "Zebulon", "Quixworth"]
"""What stands in no flow, no document and no demonstration."""


def her(town: Town, phone: str = MEMBER) -> Person:
    with town.service.reads.begin() as conn:
        found = people.by_phone(conn, town.service.keys, phone)
    assert found
    return found


def forget(town: Town, clock: Clock, phone: str = MEMBER) -> Person:
    whom = her(town, phone)
    with town.service.engine.begin() as conn:
        assert erasure.forget(conn, town.service.keys, whom, clock.now)
        people.count_turn(conn, whom.id, whom.turn_no)
    return whom


def sweep(town: Town, clock: Clock) -> None:
    """The rounds of a minute."""
    for _ in range(5):
        clock.pass_(10)
        town.sweep()


# --- everything there is, searched with every key that is left ----------------------------------------------------


def readable(town: Town) -> Iterator[str]:
    """All that anybody can read who has the database, Redis, the disk, the service key and the keys of all people."""
    keys = town.service.keys
    with town.service.reads.begin() as conn:
        wrapped = [one for one in conn.execute(select(person.c.wrapped_key)).scalars() if one]
        blobs: list[Any] = [
            value for table in tables.metadata.sorted_tables for row in conn.execute(select(table)) for value in row
        ]
    opened = [keys.service, *map(keys.person_key, wrapped)]
    live: Any = town.service.redis
    blobs += [part for name in live.scan_iter() for part in (name, *values(live, name))]
    blobs += [one.read_bytes() for one in town.config.data_dir.rglob("*") if one.is_file()]
    for blob in blobs:
        yield from spoken(blob, opened)


def spoken(blob: Any, opened: list[PersonKey]) -> Iterator[str]:
    data = blob if isinstance(blob, bytes) else str(blob).encode()
    yield data.decode("utf-8", "replace")
    if data[:1] == b"\x01" and len(data) < 1_000_000:
        for key in opened:
            for column in COLUMNS:
                try:
                    yield key.decrypt_bytes(column, data).decode("utf-8", "replace")
                except Unreadable:
                    continue


COLUMNS = (
    "spool",
    *(f"{column.table.name}.{column.name.removesuffix('_sealed')}"
      for table in tables.metadata.sorted_tables for column in table.columns if column.name.endswith("_sealed")),
)  # fmt: skip
"""What is bound in with each ciphertext: where it lies."""


def left_of_her(town: Town) -> list[str]:
    return [text[:200] for text in readable(town) if found_in(text, HERS)]


def test_nothing_of_her_is_left_anywhere(any_town: Town, clock: Clock) -> None:
    town, zebulon = any_town, any_town.phone(ZEBULON)
    for text in ("REG", ZEBULON, "ZQX7654321", "12", "Zebulon Quixworth"):  # question by question: a draft in each turn
        town.enroler.texts(text)
    zebulon.texts("what is this, I am Zebulon")
    zebulon.texts("1")
    for text in ("LAST", "LIST", "WHO " + town.rows(registration)[0].ref, ENTERED, "TRY " + ENTERED[4:]):
        town.enroler.texts(text)
    zebulon.texts("HELP")
    assert left_of_her(town), "the search finds her while she is there"

    forget(town, clock, ZEBULON)
    sweep(town, clock)

    assert left_of_her(town) == []
    assert town.rows(tables.erasure) == []


def test_her_key_is_in_no_file_any_more(town: Town, clock: Clock) -> None:
    """Not in a page that SQLite has freed, nor in its write-ahead log."""
    town.enrols()
    [wrapped] = [row.wrapped_key for row in town.rows(person) if row.id == her(town).id]
    files = [town.config.data_dir / f"sms_service.sqlite3{end}" for end in ("", "-wal")]
    assert any(wrapped in one.read_bytes() for one in files)

    forget(town, clock)
    sweep(town, clock)

    assert not any(wrapped in one.read_bytes() for one in files)


# --- she says so herself ------------------------------------------------------------------------------------------

FLOW = """
flow: help
about: To be forgotten, by a word that is heard at any place.
starts: {words: help}
languages: [en]
answers_stopped: true
states:
  do_it:
    do: forget_me
    next: told
  told:
    say: {en: "Nothing of you is stored any more."}
    end: true
"""


@pytest.fixture
def asked(opened: Callable[..., Town]) -> Town:
    """Zebulon is asked, and there is a flow by which he can have himself forgotten."""
    flows = {name: (ROOT / f"flows/{name}.yaml").read_text() for name in ("register", "confirm", "card", "turned_away")}
    town = opened(help=FLOW, **flows)
    town.enroler.texts(ENTERED)
    return town


def test_she_is_told_so_by_a_last_message_and_nothing_of_it_stays(asked: Town, clock: Clock) -> None:
    zebulon = asked.phone(ZEBULON)
    zebulon.texts("1")
    before = her(asked, ZEBULON)

    zebulon.sends("HELP")
    clock.now = time.time()
    assert asked.rows(outbox)[-1].farewell_sealed
    asked.work()

    assert [row.status for row in asked.rows(outbox)][-1] == "sent"
    with asked.service.reads.begin() as conn:
        assert people.by_id(conn, asked.service.keys, before.id) is None
    sweep(asked, clock)
    assert left_of_her(asked) == []
    assert {row.status for row in asked.rows(member)} == {"withdrawn"}
    assert [(row.status, row.token_hash, row.png_sealed) for row in asked.rows(card)] == [("revoked", None, None)]


def test_a_last_message_that_cannot_leave_is_forgotten_too(asked: Town, clock: Clock) -> None:
    asked.phone(ZEBULON).sends("HELP")
    clock.now = time.time()
    clock.pass_(outboxes.FAREWELL_SECONDS)
    asked.work()
    sweep(asked, clock)

    assert {row.status for row in asked.rows(outbox) if row.flow == "help"} == {"dropped"}
    assert [row.farewell_sealed for row in asked.rows(outbox) if row.farewell_sealed] == []
    assert asked.rows(tables.erasure) == []


def test_the_ledger_has_each_end_and_still_verifies(asked: Town, clock: Clock) -> None:
    zebulon = asked.phone(ZEBULON)
    zebulon.texts("1")
    asked.enroler.texts("REG 9876512347 ZQX1111111 12 Quintus Quixworth")
    zebulon.texts("1")
    asked.enroler.texts("REG 9876512347 ZQX2222222 12 Octavia Quixworth")
    zebulon.texts("HELP")  # with a question open, which is refused by it
    sweep(asked, clock)

    decided = [(row.decision, row.verdict, row.registration_id) for row in asked.rows(consent)]
    assert decided == [
        ("given", "1", 1), ("given", "1", 2), ("withdrawn", "forget", 1), ("withdrawn", "forget", 2),
        ("refused", "stop", 3),
    ]  # fmt: skip
    assert [row.status for row in asked.rows(registration)] == ["confirmed", "confirmed", "refused"]
    with asked.service.reads.begin() as conn:
        assert [one for one in ledger.faults(conn, asked.service.keys, []) if not isinstance(one, int)] == []


# --- afterwards ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("hello", "you asked for no SMS from us"),
        ("YES", "you asked for no SMS from us"),
        ("STOP", "no more SMS to this number"),
        ("START", "you get SMS from us again"),
        ("HELP", "XYZ"),
    ],
)
def test_a_forgotten_phone_that_writes_hears_what_any_stopped_one_hears(
    town: Town, clock: Clock, text: str, answer: str
) -> None:
    town.enrols()
    forget(town, clock)
    time_of_test = clock.now
    sweep(town, clock)
    before = len(town.rows(person))
    heard_before = len(town.member.heard)
    assert heard_before == 0, "the handset shows nothing of her any more"

    later(town, MEMBER, text, time_of_test + 1)

    assert answer in town.member.last
    assert len(town.rows(person)) == before + 1, "she is somebody new"


def later(town: Town, phone: str, text: str, at: float) -> None:
    inbound = Inbound(channel="handset", id=f"late {text}", kind="sms", phone=phone, to="", text=text, received_at=at)
    intake.take(town.service, inbound)
    with town.service.engine.begin() as conn:  # the clock of the workers is not ours
        conn.execute(update(outbox).where(outbox.c.status == "queued").values(due_at=0))
    town.work()


def test_nobody_enters_her_again_and_her_number_is_not_noted_by_it(any_town: Town, clock: Clock) -> None:
    town = any_town
    town.enrols()
    forget(town, clock)
    sweep(town, clock)
    before = len(town.rows(person))

    town.enroler.texts(ENTRY)

    assert "..210 wants no messages from us" in town.enroler.last
    assert len(town.rows(person)) == before
    assert [row.status for row in town.rows(registration)] == ["confirmed"]


def test_by_start_she_comes_back_as_somebody_new_and_can_be_entered(any_town: Town, clock: Clock) -> None:
    town = any_town
    town.enrols()
    before = forget(town, clock)
    later(town, MEMBER, "START", clock.now + 1)
    town.enroler.sends(ENTRY)
    clock.now = time.time() + 1
    town.work()

    new = her(town)
    assert new.id != before.id
    assert new.key.decrypt("person.phone", new.phone_sealed) == MEMBER
    old, now = (row for row in town.rows(person) if row.id in (before.id, new.id))
    assert (old.former_index, now.phone_index) == (before.phone_index, before.phone_index)
    assert [row.status for row in town.rows(registration)] == ["confirmed", "waiting"]
    assert len(town.member.heard) == 2, "the answer to START, and the question"


def test_what_was_on_its_way_when_she_was_forgotten_is_forgotten_too(town: Town, clock: Clock) -> None:
    town.enrols()
    forget(town, clock)
    before = (len(town.rows(person)), len(town.rows(turn)))
    later(town, MEMBER, "CARD", clock.now - 5)
    assert (len(town.rows(person)), len(town.rows(turn))) == before


def test_a_report_on_a_message_to_her_harms_nothing(town: Town, clock: Clock) -> None:
    town.enrols()
    [*_, last] = town.rows(outbox)
    forget(town, clock)
    sweep(town, clock)
    with town.service.engine.begin() as conn:
        report = DeliveryReport(
            channel="handset", gateway_id=last.gateway_id, ref=last.ref, phone="", status="delivered", word="delivered"
        )
        reports.take_report(conn, town.service.keys, report, clock.now)
    assert {row.text_sealed for row in town.rows(outbox) if row.person_id == last.person_id} == {b""}


def test_twice_forgotten_is_once_forgotten(town: Town, clock: Clock) -> None:
    town.enrols()
    whom = forget(town, clock)
    with town.service.engine.begin() as conn:
        assert not erasure.forget(conn, town.service.keys, whom, clock.now)
    assert [row.decision for row in town.rows(consent)] == ["given", "withdrawn"]


# --- other people -------------------------------------------------------------------------------------------------


def test_an_entry_of_her_that_is_under_way_ends_and_nothing_else(town: Town, clock: Clock) -> None:
    town.enroler.texts(ENTERED)
    town.enroler.texts("REG " + ZEBULON)
    town.enroler.texts("FIX")
    anil = her(town, ENROLER)
    assert sorted(row.flow for row in town.rows(timer) if row.person_id == anil.id) == ["fix", "register"]

    forget(town, clock, ZEBULON)
    sweep(town, clock)

    assert [row.flow for row in town.rows(timer) if row.person_id == anil.id] == ["fix"]
    with town.service.reads.begin() as conn:
        open_ = sessions.load(conn, her(town, ENROLER), None).open
    assert [one.flow for one in open_] == ["fix"]


def test_her_enroler_finds_nothing_of_her_and_all_of_the_others(town: Town, clock: Clock) -> None:
    town.enroler.texts(ENTRY)
    town.enroler.texts(ENTERED)
    forget(town, clock, ZEBULON)
    sweep(town, clock)
    town.enroler.texts("LIST")
    assert "Ram" in town.enroler.last
    assert "Zebulon" not in town.enroler.last
    anil = her(town, ENROLER)
    texts = [anil.key.decrypt("turn.text", row.text_sealed) for row in town.rows(turn) if row.person_id == anil.id]
    assert texts == [ENTRY, mentions.TAKEN_OUT, "", "LIST"]


def test_an_enroler_who_is_forgotten_enters_nobody_and_her_people_stay(town: Town, clock: Clock) -> None:
    town.enrols()
    forget(town, clock, ENROLER)
    sweep(town, clock)
    [row] = [row for row in town.rows(enroler) if row.status == "retired"]
    assert (row.name_sealed, row.surplus_sealed, row.code_index) == (b"", None, None)
    assert [row.status for row in town.rows(member)] == ["valid"]
    later(town, ENROLER, "REG 9876543211 ABC1234568 12 Sita", clock.now + 1)
    assert len(town.rows(registration)) == 1


# --- copies outside of SQL ----------------------------------------------------------------------------------------


def test_while_redis_is_away_its_copies_are_remembered(town: Town, clock: Clock, live: redis.Redis) -> None:
    town.enrols()
    name = f"sms_service:live:{her(town).phone_index.hex()}"
    assert live.exists(name)
    pool = town.service.redis.connection_pool
    path = pool.connection_kwargs["path"]
    pool.reset()
    pool.connection_kwargs["path"] = "/nonexistent"
    forget(town, clock)
    sweep(town, clock)
    assert live.exists(name)
    assert town.rows(tables.erasure)

    pool.reset()
    pool.connection_kwargs["path"] = path
    sweep(town, clock)

    assert not live.exists(name)
    assert town.rows(tables.erasure) == []


def test_what_a_fault_of_ours_kept_on_the_disk_is_dropped(town: Town, clock: Clock) -> None:
    town.enroler.texts(ENTERED)
    kept = [
        (ZEBULON, "where is my card"), (ENROLER, "FIX R2222 98765 12347"), (ENROLER, "REG 9876599999 ABC1234567 12 Ram")
    ]  # fmt: skip
    for number, (phone, text) in enumerate(kept):
        inbound = Inbound(
            channel="handset", id=f"m{number}", kind="sms", phone=phone, to="", text=text, received_at=clock.now - 9
        )
        data = msgspec.msgpack.encode({"inbound": inbound, "report": None})
        spooled = town.service.spool.put(inbound.received_at, f"handset:{inbound.id}", data)
        town.service.spool.failed(replace(spooled, tries=MAX_TRIES - 1), clock.now)
    assert town.service.spool.set_aside == 3
    forget(town, clock, ZEBULON)
    sweep(town, clock)
    assert town.service.spool.set_aside == 1


# --- people who came to nothing -----------------------------------------------------------------------------------


def days_pass(town: Town, clock: Clock, days: float) -> None:
    clock.pass_(days * DAY)
    town.sweep()
    town.work()


@pytest.mark.parametrize("answer", ["NO", "wrong number"])
def test_who_came_to_nothing_is_erased_after_a_week_and_not_before(any_town: Town, clock: Clock, answer: str) -> None:
    town, zebulon = any_town, any_town.phone(ZEBULON)
    town.enroler.texts(ENTERED)
    zebulon.texts(answer)
    whom = her(town, ZEBULON)
    days_pass(town, clock, 6.9)
    assert not gone(town, whom)

    days_pass(town, clock, 0.2)
    sweep(town, clock)

    assert gone(town, whom)
    assert left_of_her(town) == []
    assert len(town.rows(consent)) == 1, "her no stays, and nobody can read it"


@pytest.mark.parametrize("ended", [True, False])
def test_who_refused_and_wants_our_news_stays_until_she_ends_them(town: Town, clock: Clock, ended: bool) -> None:
    town.enroler.texts(ENTERED)
    for text in ("NO", "NEWS", "1", *(("NEWS", "1") if ended else ())):
        town.phone(ZEBULON).texts(text)
    whom = her(town, ZEBULON)
    days_pass(town, clock, 8)
    sweep(town, clock)
    assert gone(town, whom) is ended


def gone(town: Town, whom: Person) -> bool:
    with town.service.reads.begin() as conn:
        return people.is_forgotten(conn, whom.id)


def test_who_never_answered_is_erased_a_week_after_the_question_ended_and_may_be_entered_again(
    town: Town, clock: Clock
) -> None:
    town.enroler.texts(ENTERED)
    whom = her(town, ZEBULON)
    for _ in range(20):
        days_pass(town, clock, 1)
    assert [row.status for row in town.rows(registration)] == ["expired"]
    assert gone(town, whom)

    town.enroler.texts(ENTERED)
    assert [row.status for row in town.rows(registration)] == ["expired", "waiting"]


def test_what_an_enroler_deleted_is_erased_with_its_person(town: Town, clock: Clock) -> None:
    town.enroler.texts(ENTERED)
    whom = her(town, ZEBULON)
    town.enroler.texts(f"DEL {town.rows(registration)[0].ref}")
    days_pass(town, clock, 8)
    sweep(town, clock)
    assert gone(town, whom)
    assert left_of_her(town) == []


def test_a_number_that_sent_stop_stays_blocked_when_its_person_is_erased(town: Town, clock: Clock) -> None:
    town.enroler.texts(ENTERED)
    town.phone(ZEBULON).texts("STOP")
    whom = her(town, ZEBULON)
    days_pass(town, clock, 8)
    assert gone(town, whom)
    town.enroler.texts(ENTERED)
    assert [row.status for row in town.rows(registration)] == ["refused"]


def test_who_is_something_else_is_not_erased(town: Town, clock: Clock) -> None:
    """A member who refused for a relative, an enroler who was refused, somebody who is being asked."""
    town.enrols()
    town.enroler.texts("REG 9876543210 ABC7654321 12 Sita Devi")
    town.member.texts("NO")
    town.enroler.texts(ENTERED)
    days_pass(town, clock, 6)
    town.phone(ZEBULON).texts("NO")
    town.enroler.texts("REG 9876512347 ZQX7654322 12 Octavia")
    days_pass(town, clock, 2)
    days_pass(town, clock, 1)
    assert [gone(town, her(town, one)) for one in (MEMBER, ENROLER, ZEBULON)] == [False] * 3


def test_the_search_for_them_comes_round(town: Town, clock: Clock) -> None:
    town.enroler.texts(ENTERED)
    town.phone(ZEBULON).texts("NO")
    town.enroler.texts("REG 9876512348 ZQX7654322 12 Octavia")
    town.phone("+919876512348").texts("NO")
    late = time.time() + DAY
    with town.service.reads.begin() as conn:
        first, place = came_to_nothing.candidates(conn, came_to_nothing.Place(), late, 1)
        second, place = came_to_nothing.candidates(conn, place, late, 1)
        assert not place.ended
        third, place = came_to_nothing.candidates(conn, place, late, 1)
        assert (len(first), len(second), third, place.ended) == (1, 1, [], True)


def test_after_how_many_days_is_a_setting(
    stack: dict[str, str], twilio: Twilio, africastalking: AfricasTalking, clock: Clock
) -> None:
    with Town({**stack, "PRIVACY__ERASE_AFTER_DAYS": "2"}, twilio, africastalking) as town:
        town.enroler.texts(ENTERED)
        town.phone(ZEBULON).texts("NO")
        whom = her(town, ZEBULON)
        days_pass(town, clock, 1.9)
        assert not gone(town, whom)
        days_pass(town, clock, 0.2)
        assert gone(town, whom)


def test_who_was_erased_and_is_not_blocked_may_come_in_an_import(town: Town, clock: Clock) -> None:
    town.enroler.texts(ENTERED)
    town.phone(ZEBULON).texts("NO")
    days_pass(town, clock, 8)
    index = town.service.keys.index("phone", ZEBULON)
    with town.service.engine.begin() as conn:
        added = people.find_or_add_all(conn, town.service.keys, {index: (ZEBULON, "en")}, "handset", clock.now)
    assert added[index].phone == ZEBULON

    forget(town, clock, ZEBULON)
    with town.service.engine.begin() as conn:
        assert people.find_or_add_all(conn, town.service.keys, {index: (ZEBULON, "en")}, "handset", clock.now) == {}

"""Erasing in time: who asked for it comes before thousands who came to nothing, and nothing is done twice for nothing."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import redis
from sqlalchemy import event, select

from sms_service import intake
from sms_service.engine.model import Inbound
from sms_service.enrolment import came_to_nothing, erasure, mentions, registrations, searches, sought
from sms_service.service import Service
from sms_service.store import claims, people, tables
from sms_service.store import outbox as outboxes
from sms_service.store.tables import outbox, person, registration, search, turn
from sms_service.store.transaction import Conflict
from tests.conftest import KEY
from tests.enrolment.test_erasure import DAY, ENTERED, ZEBULON, forget, gone, her, left_of_her, sweep
from tests.gateways import AfricasTalking, Twilio
from tests.town import ENROLER, RULES_OFF, Town
from tests.workers.conftest import Clock
from workers import deliver, erase

REFUSERS = [f"+9198765{number:05d}" for number in range(60001, 60013)]


@pytest.fixture
def crowd(
    tmp_path: Path, valkey_url: str, live: redis.Redis, twilio: Twilio, africastalking: AfricasTalking, clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Town]:  # fmt: skip
    """A dozen people who said no eight days ago, Zebulon, who has not answered, and their enroler. Nobody hurries."""
    monkeypatch.setattr(erase, "monotonic", lambda: 0.0)
    settings = {"DATA_DIR": str(tmp_path), "REDIS_URL": valkey_url, "PRIVACY__KEY": KEY, **RULES_OFF}
    with Town(settings, twilio, africastalking) as town:
        for number, phone in enumerate(REFUSERS):
            clock.now = time.time() + 1  # the workers' clock stands still, the web part's does not
            town.enroler.texts(f"REG {phone[3:]} ABC{number:07d} 12 Refuser{'abcdefghijkl'[number]} Quill")
            town.phone(phone).texts("NO")
        town.enroler.texts(ENTERED)
        clock.now = time.time() + 1
        town.work()
        clock.pass_(8 * DAY)
        yield town


def erased(town: Town, phones: list[str]) -> list[bool]:
    with town.service.reads.begin() as conn:
        index = [town.service.keys.index("phone", phone) for phone in phones]
        rows = conn.execute(select(person.c.phone_index).where(person.c.wrapped_key.is_(None))).scalars().all()
    return [one in rows for one in index]


# --- order --------------------------------------------------------------------------------------------------------


def test_who_asked_to_be_forgotten_comes_before_all_who_came_to_nothing(
    crowd: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase.came_to_nothing(crowd.service)
    assert erased(crowd, REFUSERS) == [True] * len(REFUSERS)
    whom = forget(crowd, clock, ZEBULON)  # the last of all
    monkeypatch.setattr(erase, "COPIES", 1)  # a round has time for one

    erase.forgotten(crowd.service)
    clock.pass_(searches.SETTLED_SECONDS)
    erase.forgotten(crowd.service)

    assert left_of_her(crowd) == []
    assert whom.id not in {row.person_id for row in crowd.rows(search)}
    assert len(crowd.rows(search)) == len(REFUSERS), "of all others nothing was looked for yet"


def test_a_mass_erasure_has_its_seconds_and_goes_on_where_it_was(
    crowd: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erase, "monotonic", itertools.count(0.0, erase.SECONDS / 5).__next__)  # five people a round
    counts = []
    for _ in range(4):
        erase.came_to_nothing(crowd.service)
        counts.append(sum(erased(crowd, REFUSERS)))
    assert counts == [5, 10, 12, 12]


def test_who_asked_is_looked_for_however_long_it_takes(
    crowd: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase.came_to_nothing(crowd.service)
    whom = forget(crowd, clock, ZEBULON)
    monkeypatch.setattr(erase, "monotonic", itertools.count(0.0, 2 * erase.SECONDS).__next__)
    erase.forgotten(crowd.service)
    looked = {row.person_id: row.looked_at is not None for row in crowd.rows(search)}
    assert looked.pop(whom.id)
    assert not any(looked.values())


def test_the_texts_of_an_enroler_are_read_once_for_all_whom_she_entered(
    crowd: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase.came_to_nothing(crowd.service)
    read: list[int] = []
    find = mentions.find

    def counted(conn: Any, keys: Any, wanted: Any) -> Any:
        read.append(len(wanted))
        return find(conn, keys, wanted)

    monkeypatch.setattr(mentions, "find", counted)
    erase.forgotten(crowd.service)
    assert read == [len(REFUSERS)]
    clock.pass_(searches.SETTLED_SECONDS)
    erase.forgotten(crowd.service)
    anil = her(crowd, ENROLER)
    texts = [anil.key.decrypt("turn.text", row.text_sealed) for row in crowd.rows(turn) if row.person_id == anil.id]
    assert [one for one in texts if one not in ("", mentions.TAKEN_OUT)] == [ENTERED]
    assert crowd.rows(search) == []


# --- what is under way --------------------------------------------------------------------------------------------


def test_what_an_enroler_says_while_she_is_forgotten_is_found_by_the_second_look(town: Town, clock: Clock) -> None:
    town.enroler.texts(ENTERED)
    whom = forget(town, clock, ZEBULON)
    erase.forgotten(town.service)
    town.enroler.texts("what about Zebulon Quixworth, ZQX7654321?")  # in a turn that had begun before
    assert left_of_her(town)

    clock.pass_(searches.SETTLED_SECONDS)
    erase.forgotten(town.service)

    assert [row.person_id for row in town.rows(search)] == []
    sweep(town, clock)
    assert left_of_her(town) == []
    assert whom.id


def test_until_the_sweeper_comes_she_is_found_by_what_the_service_alone_can_read(town: Town, clock: Clock) -> None:
    town.enroler.texts(ENTERED)
    whom = her(town, ZEBULON)
    with town.service.reads.begin() as conn:
        known = sought.of(conn, whom)
    forget(town, clock, ZEBULON)
    [row] = town.rows(search)
    assert (row.person_id, row.asked, row.looked_at) == (whom.id, True, None)
    opened = town.service.keys.service.decrypt_bytes(searches.COLUMN, row.sought_sealed)
    assert msgspec.json.decode(opened, type=sought.Sought) == known
    assert known.others == (her(town, ENROLER).id,)


def test_of_whom_nobody_entered_nobody_is_searched(town: Town, clock: Clock) -> None:
    town.phone(ZEBULON).texts("hello")
    forget(town, clock, ZEBULON)
    assert town.rows(search) == []


@pytest.fixture
def on_postgres(
    tmp_path: Path,
    valkey_url: str,
    live: redis.Redis,
    fresh_postgres: str,
    twilio: Twilio,
    africastalking: AfricasTalking,
) -> Iterator[Town]:
    """The service where several write at once."""
    settings = {"DATA_DIR": str(tmp_path), "REDIS_URL": valkey_url, "PRIVACY__KEY": KEY, "DATABASE_URL": fresh_postgres}
    with Town(settings, twilio, africastalking) as made:
        yield made


def test_a_turn_that_found_her_before_she_was_erased_is_taken_once_more(on_postgres: Town, clock: Clock) -> None:
    """One that asks her, or that she takes, counts her turns; one that only enters her, to be held, points at her row."""
    town = on_postgres
    town.enroler.texts(ENTERED)
    town.phone(ZEBULON).texts("NO")
    keys, engine = town.service.keys, town.service.engine
    late = time.time() + 8 * DAY
    with engine.connect() as turn_of_hers, engine.connect() as turn_of_another:
        found = people.by_phone(turn_of_hers, keys, ZEBULON)
        same = people.by_phone(turn_of_another, keys, ZEBULON)
        assert found
        assert same
        with engine.begin() as conn:
            assert came_to_nothing.erase(conn, keys, found.id, late - 7 * DAY, late)

        assert not people.count_turn(turn_of_hers, found.id, found.turn_no)
        turn_of_hers.rollback()
        [before] = town.rows(registration)
        with pytest.raises(Conflict):
            registrations.save(
                turn_of_another, same.key, person_id=same.id, enroler_id=before.enroler_id, area_id=before.area_id,
                fields={"name": "Zebulon"}, now=late, status="held",
            )  # fmt: skip
        turn_of_another.rollback()
    assert len(town.rows(registration)) == 1


def test_a_turn_of_her_enroler_that_was_quicker_is_taken_into_account(
    on_postgres: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Her enroler has a dialogue about her open, and says something at the moment when it is ended."""
    town = on_postgres
    town.enroler.texts("REG " + ZEBULON)
    town.phone(ZEBULON).texts("hello")
    whom = her(town, ZEBULON)
    with town.service.engine.begin() as conn:
        wanted = {whom.id: sought.Sought(sought.national_digits(ZEBULON), (), (), (), 0.0, (her(town, ENROLER).id,))}
        found = mentions.find(conn, town.service.keys, wanted)
    taken = people.count_turn

    def overtaken(conn: Any, person_id: int, turn_no: int) -> bool:
        return taken(conn, person_id, turn_no - 1)

    monkeypatch.setattr(people, "count_turn", overtaken)
    with town.service.engine.begin() as conn, pytest.raises(Conflict):
        mentions.take_out(conn, town.service.keys, wanted, found.mentions, clock.now)


# --- messages about her that others are still to get --------------------------------------------------------------


@pytest.mark.parametrize("status", ["queued", "sending", "held"])
def test_a_text_that_was_taken_out_is_never_sent(town: Town, clock: Clock, status: str) -> None:
    """Whatever a worker learns of it afterwards: refused until later, no answer, held and then let go by the office."""
    town.enroler.sends(ENTERED)
    [to_anil] = [row for row in town.rows(outbox) if row.person_id == her(town, ENROLER).id]
    claimed = None
    if status != "queued":
        with town.service.engine.begin() as conn:
            claimed = claims.claim(conn, town.service.keys, clock.now, 60.0)
        assert claimed
        assert claimed.id == to_anil.id
    if status == "held":
        with town.service.engine.begin() as conn:
            assert outboxes.settle(conn, to_anil.id, status="held", reason="no answer")

    forget(town, clock, ZEBULON)
    erase.forgotten(town.service)

    with town.service.engine.begin() as conn:
        assert not outboxes.settle(conn, to_anil.id, status="queued", due_at=clock.now, reason="again later")
        assert not outboxes.decide(conn, to_anil.ref, "queued", "the office", clock.now)
    clock.pass_(3600)
    deliver.recover(town.service)
    town.work()
    [row] = [row for row in town.rows(outbox) if row.id == to_anil.id]
    assert (row.status, row.reason) == ("dropped", "about somebody forgotten")
    assert mentions.TAKEN_OUT not in town.enroler.heard


# --- nothing twice, nothing for ever ------------------------------------------------------------------------------


def test_while_redis_is_away_nothing_that_is_clear_is_written_again(town: Town, clock: Clock) -> None:
    town.enrols()
    whom = forget(town, clock)
    town.service.redis.connection_pool.reset()
    town.service.redis.connection_pool.connection_kwargs["path"] = "/nonexistent"
    erase.forgotten(town.service)
    before = [town.rows(table) for table in (registration, turn, outbox, tables.enroler)]
    changed: list[str] = []

    def watch(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE") and cursor.rowcount:
            changed.append(statement)

    clock.pass_(10)
    event.listen(town.service.engine, "after_cursor_execute", watch)
    erase.forgotten(town.service)

    assert changed == []
    assert [town.rows(table) for table in (registration, turn, outbox, tables.enroler)] == before
    assert {row.person_id for row in town.rows(tables.erasure)} == {whom.id}


def test_after_all_were_looked_at_the_search_rests_for_an_hour(crowd: Town, clock: Clock) -> None:
    erase.came_to_nothing(crowd.service)
    crowd.phone(ZEBULON).sends("NO")
    with crowd.service.engine.begin() as conn:
        conn.execute(registration.update().where(registration.c.erased_at.is_(None)).values(decided_at=1.0))
        conn.execute(turn.update().values(at=1.0))
        conn.execute(outbox.update().values(status="delivered"))
    erase.came_to_nothing(crowd.service)
    assert erased(crowd, [ZEBULON]) == [False]
    clock.pass_(erase.REST)
    erase.came_to_nothing(crowd.service)
    assert erased(crowd, [ZEBULON]) == [True]


def test_a_clock_that_was_put_back_does_not_keep_it_resting(
    crowd: Town, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.pass_(30 * DAY)
    erase.came_to_nothing(crowd.service)
    assert sum(erased(crowd, REFUSERS)) == len(REFUSERS)
    clock.pass_(-30 * DAY)
    seen: list[float] = []

    def candidates(_conn: Any, place: Any, before: float, _limit: int) -> Any:
        seen.append(before)
        return [], place

    monkeypatch.setattr(came_to_nothing, "candidates", candidates)
    erase.came_to_nothing(crowd.service)
    assert len(seen) == 1


def test_members_and_enrolers_are_no_candidates(town: Town, clock: Clock) -> None:
    town.enrols()
    town.member.texts("STOP")
    town.enroler.texts("STOP")
    town.enroler.texts(ENTERED)
    town.phone(ZEBULON).texts("STOP")
    with town.service.reads.begin() as conn:
        found, place = came_to_nothing.candidates(conn, came_to_nothing.Place(), time.time() + DAY, 10)
    assert (found, place.ended) == ([her(town, ZEBULON).id], True)


# --- the spool ----------------------------------------------------------------------------------------------------


def keep(town: Town, phone: str, text: str, at: float) -> None:
    inbound = Inbound(channel="handset", id=f"{phone}{text}", kind="sms", phone=phone, to="", text=text, received_at=at)
    data = msgspec.msgpack.encode({"inbound": inbound, "report": None})
    town.service.spool.failed(town.service.spool.put(at, f"handset:{inbound.id}", data), at)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Until when the spool was looked through, each time."""
    made: list[float] = []
    drop = intake.drop_forgotten

    def noted(service: Service, until: float) -> int:
        made.append(until)
        return drop(service, until)

    monkeypatch.setattr(intake, "drop_forgotten", noted)
    return made


def test_the_spool_is_looked_through_only_for_somebody_forgotten_after_it(
    town: Town, clock: Clock, looks: list[float]
) -> None:
    town.enrols()
    erase.kept_messages(town.service)
    keep(town, ENROLER, "REG 9876599999 ABC1234567 12 Ram", clock.now - 300)
    erase.kept_messages(town.service)
    assert looks == [], "nobody was forgotten"

    forget(town, clock)
    forgotten_at = clock.now
    erase.kept_messages(town.service)
    clock.pass_(erase.UNDER_WAY + 1)
    for _ in range(3):
        erase.kept_messages(town.service)
    assert looks == [forgotten_at, forgotten_at], "once more when what was under way has come, and no more then"


def test_what_came_after_it_stays(town: Town, clock: Clock) -> None:
    town.enrols()
    keep(town, "+919876543210", "where is my card", clock.now - 1)
    forget(town, clock)
    keep(town, "+919876543210", "START", clock.now + 1)
    erase.kept_messages(town.service)
    assert len(list(town.service.spool.kept())) == 1


def test_numbers_are_looked_up_for_many_messages_at_once(town: Town, clock: Clock) -> None:
    town.enrols()
    for number in range(20):
        keep(town, ENROLER, f"REG 98765{number:05d} 12 Ram 98 76 54 32 10", clock.now - 9)
    forget(town, clock)
    asked: list[str] = []
    event.listen(town.service.engine, "before_cursor_execute", lambda *words: asked.append(words[2]))
    erase.kept_messages(town.service)
    assert list(town.service.spool.kept()) == []
    assert len([one for one in asked if one.startswith("SELECT")]) == 2


# --- the office ---------------------------------------------------------------------------------------------------


def test_the_copies_that_the_office_deletes_are_hers(crowd: Town, clock: Clock) -> None:
    erase.came_to_nothing(crowd.service)
    whom = forget(crowd, clock, ZEBULON)
    with crowd.service.reads.begin() as conn:
        assert erasure.copies_of(conn, whom.id) == [whom.phone_index]
    assert gone(crowd, whom)

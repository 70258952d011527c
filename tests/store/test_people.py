"""The people behind the phones: found by a keyed hash, moved on by compare-and-set, and unreadable once forgotten."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, func, select, update

from sms_service.privacy import Keys, Unreadable
from sms_service.store import people
from sms_service.store.people import Person
from sms_service.store.tables import person
from tests.store.conftest import NOW, PHONE, make_enroler


def test_a_person_is_found_again_as_she_was(conn: Connection, keys: Keys, her: Person) -> None:
    again = people.find_or_add(conn, keys, PHONE, "en", "africastalking", NOW + 1)

    assert again.id == her.id
    assert (again.phone, again.language, again.channel, again.turn_no) == (PHONE, "hi", "twilio", 0)
    assert not again.stopped
    assert not again.enroler
    assert [found.id for found in (people.by_id(conn, keys, her.id), people.by_phone(conn, keys, PHONE)) if found] == [
        her.id,
        her.id,
    ]


def test_nobody_has_a_phone_we_never_heard_of(conn: Connection, keys: Keys) -> None:
    assert people.by_phone(conn, keys, "+919800000099") is None
    assert people.by_id(conn, keys, 99) is None


def test_the_number_does_not_stand_in_the_table(conn: Connection, her: Person) -> None:
    row = conn.execute(select(person)).one()
    stored = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    assert b"9876543210" not in stored


def test_two_people_have_keys_of_their_own(conn: Connection, keys: Keys, her: Person) -> None:
    him = people.find_or_add(conn, keys, "+919800000001", "hi", "twilio", NOW)
    sealed = her.key.encrypt("person.phone", "x")
    with pytest.raises(Unreadable):
        him.key.decrypt("person.phone", sealed)


def test_two_first_messages_at_the_same_instant_make_one_person(engine: Engine, keys: Keys) -> None:
    together = threading.Barrier(4)

    def first_message() -> int:
        together.wait()
        with engine.begin() as conn:
            return people.find_or_add(conn, keys, "+254700000009", "sw", "africastalking", NOW).id

    with ThreadPoolExecutor(4) as gateway:
        assert len({done.result() for done in [gateway.submit(first_message) for _ in range(4)]}) == 1
    with engine.connect() as conn:
        assert conn.execute(select(func.count()).select_from(person)).scalar_one() == 1


def test_only_one_of_two_turns_moves_a_person_on(engine: Engine, her: Person) -> None:
    together = threading.Barrier(8)

    def take_turn() -> bool:
        together.wait()
        with engine.begin() as conn:
            return people.count_turn(conn, her.id, her.turn_no)

    with ThreadPoolExecutor(8) as messages:
        assert sorted(done.result() for done in [messages.submit(take_turn) for _ in range(8)]) == [False] * 7 + [True]


def test_a_turn_counts_only_from_where_it_began(conn: Connection, keys: Keys, her: Person) -> None:
    assert people.count_turn(conn, her.id, 0)
    assert not people.count_turn(conn, her.id, 0)
    assert people.count_turn(conn, her.id, 1)
    assert [found.turn_no for found in [people.by_id(conn, keys, her.id)] if found] == [2]


def test_stop_start_and_the_channel_she_is_reached_by(conn: Connection, keys: Keys, her: Person) -> None:
    people.set_stopped(conn, her.id, NOW)
    people.set_channel(conn, her.id, "handset")
    found = people.by_id(conn, keys, her.id)
    assert found
    assert (found.stopped, found.channel) == (True, "handset")

    people.set_stopped(conn, her.id, None)
    found = people.by_id(conn, keys, her.id)
    assert found
    assert not found.stopped


@pytest.mark.parametrize(("status", "may_enrol"), [("activated", True), ("held", False), ("retired", False)])
def test_only_an_activated_enroler_is_one(
    conn: Connection, keys: Keys, her: Person, status: str, may_enrol: bool
) -> None:
    make_enroler(conn, her, status)
    found = people.by_id(conn, keys, her.id)
    assert found
    assert found.enroler is may_enrol


def test_a_forgotten_person_is_not_found(conn: Connection, keys: Keys, her: Person) -> None:
    conn.execute(update(person).values(wrapped_key=None))
    assert people.by_id(conn, keys, her.id) is None
    assert people.by_phone(conn, keys, PHONE) is None

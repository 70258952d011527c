"""Where everybody is: the copy in Redis counts only if it is of her last turn; else the turn log in SQL tells."""

from __future__ import annotations

import pytest
import redis
from sqlalchemy import Connection, Engine, insert, select

from sms_service.engine.model import Session, Sessions
from sms_service.privacy import Keys
from sms_service.store import people, sessions
from sms_service.store.people import Person
from sms_service.store.redis_client import open_redis
from sms_service.store.sessions import LiveSessions, Standing
from sms_service.store.tables import timer
from tests.store.conftest import NOW, PHONE
from tests.store.test_inbox import turn


def at_turn(number: int, state: str = "ask") -> Sessions:
    session = Session(
        id="s1", flow="confirm", version="v", state=state, language="hi", kind="sms", variables={"name": "Ram Kumar"}
    )
    return Sessions(turn_no=number, open=[session])


@pytest.fixture
def after_two_turns(engine: Engine, keys: Keys, her: Person) -> Person:
    """Her, with two turns in the log."""
    with engine.begin() as conn:
        for number in (1, 2):
            kept = {**turn(her, number, f"in-{number}"), "sessions_sealed": sessions.seal(her, at_turn(number))}
            sessions.add_turn(conn, kept)
            assert people.count_turn(conn, her.id, number - 1)
        found = people.by_id(conn, keys, her.id)
    assert found
    return found


def test_a_person_who_never_wrote_has_nothing_open(conn: Connection, her: Person) -> None:
    assert sessions.load(conn, her, None) == Sessions()


def test_without_redis_the_turn_log_tells(after_two_turns: Person, conn: Connection) -> None:
    assert sessions.load(conn, after_two_turns, None) == at_turn(2)


def test_a_fresh_copy_is_taken(after_two_turns: Person, conn: Connection) -> None:
    copy = sessions.seal(after_two_turns, at_turn(2, state="from_redis"))
    assert sessions.load(conn, after_two_turns, copy).open[0].state == "from_redis"


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_stale_copy_and_one_from_the_future_are_not(after_two_turns: Person, conn: Connection, number: int) -> None:
    copy = sessions.seal(after_two_turns, at_turn(number, state="from_redis"))
    assert sessions.load(conn, after_two_turns, copy) == at_turn(2)


@pytest.mark.parametrize("damaged", [b"", b"\x01", b"no session at all, by far not", b"\x00" * 200])
def test_neither_is_a_damaged_one(after_two_turns: Person, conn: Connection, damaged: bytes) -> None:
    assert sessions.load(conn, after_two_turns, damaged) == at_turn(2)


def test_neither_is_somebody_elses(after_two_turns: Person, conn: Connection, keys: Keys) -> None:
    him = people.find_or_add(conn, keys, "+919800000001", "hi", "twilio", NOW)
    copy = sessions.seal(him, at_turn(2, state="his"))
    assert sessions.load(conn, after_two_turns, copy) == at_turn(2)


def test_neither_is_one_that_is_no_session_inside(after_two_turns: Person, conn: Connection) -> None:
    copy = after_two_turns.key.encrypt_bytes(sessions.COLUMN, b'{"turn_no": "two"}')
    assert sessions.load(conn, after_two_turns, copy) == at_turn(2)


def test_redis_holds_no_name_and_no_number_and_lets_go_by_itself(
    live: redis.Redis, keys: Keys, after_two_turns: Person
) -> None:
    copies = LiveSessions(live, keys)
    sealed = sessions.seal(after_two_turns, at_turn(2))

    copies.write(after_two_turns, sealed)

    assert copies.read(PHONE) == sealed
    assert copies.read("+919800000099") is None
    [key] = live.keys()
    assert b"9876543210" not in key
    assert b"Ram Kumar" not in sealed
    assert 0 < live.ttl(key) <= sessions.LIVE_SECONDS


def test_a_redis_that_is_away_costs_nothing_but_the_copy(keys: Keys, after_two_turns: Person) -> None:
    away = LiveSessions(open_redis("redis://127.0.0.1:1/0"), keys)
    away.write(after_two_turns, b"sealed")
    assert away.read(PHONE) is None


def test_a_redis_that_refuses_costs_nothing_either(live: redis.Redis, keys: Keys, after_two_turns: Person) -> None:
    copies = LiveSessions(live, keys)
    live.lpush(LiveSessions._name(after_two_turns.phone_index), "a list, where a string should be")
    assert copies.read(PHONE) is None


# --- timers and places --------------------------------------------------------------------------------------------


def opened(name: str, state: str = "ask", flow: str = "confirm", version: str = "v1") -> Session:
    return Session(id=name, flow=flow, version=version, state=state, language="hi", kind="sms")


def test_timers_are_set_moved_and_taken_away_with_their_sessions(conn: Connection, her: Person) -> None:
    sessions.set_timers(conn, her.id, [], [(opened("s1"), NOW + 10), (opened("s2"), NOW + 20)])
    sessions.set_timers(conn, her.id, ["s1", "s2"], [(opened("s2", "office"), NOW + 99), (opened("s3"), NOW + 30)])

    found = {row.session_id: (row.due_at, row.flow, row.version, row.state) for row in conn.execute(select(timer))}
    assert found == {"s2": (NOW + 99, "confirm", "v1", "office"), "s3": (NOW + 30, "confirm", "v1", "ask")}

    sessions.set_timers(conn, her.id, ["s2", "s3"], [])
    assert conn.execute(select(timer)).all() == []


def test_whose_time_has_come_is_found_longest_due_first_and_once(conn: Connection, keys: Keys, her: Person) -> None:
    him = people.find_or_add(conn, keys, "+919800000001", "hi", "twilio", NOW)
    later = people.find_or_add(conn, keys, "+919800000002", "hi", "twilio", NOW)
    sessions.set_timers(conn, her.id, [], [(opened("a"), NOW - 10), (opened("b"), NOW - 5)])
    sessions.set_timers(conn, him.id, [], [(opened("c"), NOW - 20), (opened("d"), NOW + 50)])
    sessions.set_timers(conn, later.id, [], [(opened("e"), NOW + 1)])

    assert sessions.due_people(conn, NOW, limit=10) == [him.id, her.id]
    assert sessions.due_people(conn, NOW, limit=1) == [him.id]
    assert sessions.due_people(conn, NOW + 1, limit=10) == [him.id, her.id, later.id]


def test_how_many_stand_where_is_counted_by_flow_version_and_state(conn: Connection, keys: Keys, her: Person) -> None:
    him = people.find_or_add(conn, keys, "+919800000001", "hi", "twilio", NOW)
    sessions.set_timers(conn, her.id, [], [(opened("a"), NOW), (opened("b"), NOW), (opened("c", "office"), NOW)])
    sessions.set_timers(conn, him.id, [], [(opened("d"), NOW), (opened("e", version="v2"), NOW)])
    sessions.set_timers(conn, him.id, [], [(opened("f", "menu", flow="help"), NOW)])

    confirm = [
        Standing("confirm", "v1", "ask", sessions=3, people=2),
        Standing("confirm", "v1", "office", sessions=1, people=1),
        Standing("confirm", "v2", "ask", sessions=1, people=1),
    ]
    assert sessions.standing(conn, "confirm") == confirm
    assert sessions.standing(conn) == [*confirm, Standing("help", "v1", "menu", sessions=1, people=1)]


def test_a_session_of_an_earlier_release_stands_nobody_knows_where_until_its_next_turn(
    conn: Connection, her: Person
) -> None:
    conn.execute(insert(timer).values(session_id="old", person_id=her.id, due_at=NOW))
    assert sessions.standing(conn, "confirm") == [Standing("", "", "", sessions=1, people=1)]

    sessions.set_timers(conn, her.id, ["old"], [(opened("old"), NOW + 5)])

    assert sessions.standing(conn, "confirm") == [Standing("confirm", "v1", "ask", sessions=1, people=1)]

"""Which message leaves next: answers before bulk, a person's in the order said; and what a look at a long queue reads."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Engine, event, insert, select, text

from sms_service.privacy import Keys
from sms_service.service import Service
from sms_service.store import blocks, claims, gateway_down, outbox, people
from sms_service.store.claims import Claimed
from sms_service.store.people import Person
from sms_service.store.tables import outbox as table
from sms_service.store.tables import person
from tests.store.conftest import NOW, Say
from workers import deliver, fallback

DAY = 86_400.0


@pytest.fixture
def crowd(engine: Engine, keys: Keys) -> list[Person]:
    """Some people more."""
    with engine.begin() as conn:
        return [people.find_or_add(conn, keys, f"+9198000001{n:02}", "hi", "twilio", NOW) for n in range(6)]


def claim(engine: Engine, keys: Keys, now: float = NOW, *not_by: str, bulk_first: bool = False) -> Claimed | None:
    with engine.begin() as conn:
        return claims.claim(conn, keys, now, 60.0, not_by, bulk_first=bulk_first)


def leave(engine: Engine, keys: Keys, now: float = NOW, *not_by: str) -> list[str]:
    """The refs of all that leave, in their order."""
    refs = []
    while row := claim(engine, keys, now, *not_by):
        refs.append(row.ref)
        with engine.begin() as conn:
            outbox.settle(conn, row.id, status="sent")
    return refs


def due_at(engine: Engine, ref: str) -> Any:
    with engine.connect() as conn:
        return conn.execute(select(table.c.due_at, table.c.put_off).where(table.c.ref == ref)).one()


def bulk(say: Say, to: Person, **values: Any) -> str:
    return say(to, answers=False, **values)


# --- answers and bulk ---------------------------------------------------------------------------------------------


def test_answers_leave_before_all_that_answers_nobody_each_by_the_time_it_is_due(
    engine: Engine, keys: Keys, crowd: list[Person], say: Say
) -> None:
    reminder, news = bulk(say, crowd[0], due_at=NOW - 50), bulk(say, crowd[1], due_at=NOW - 90)
    later, first = say(crowd[2], due_at=NOW - 1), say(crowd[3], due_at=NOW - 2)
    assert leave(engine, keys) == [first, later, news, reminder]


def test_bulk_has_its_turn(engine: Engine, keys: Keys, crowd: list[Person], say: Say) -> None:
    answer, news = say(crowd[0]), bulk(say, crowd[1])
    row = claim(engine, keys, bulk_first=True)
    assert row
    assert row.ref == news
    row = claim(engine, keys, bulk_first=True)
    assert row
    assert row.ref == answer, "where there is no bulk"


def test_what_the_release_before_wrote_is_taken_for_an_answer(
    engine: Engine, keys: Keys, crowd: list[Person], say: Say
) -> None:
    news, unsaid = bulk(say, crowd[0], due_at=NOW - 9), say(crowd[1])
    assert leave(engine, keys) == [unsaid, news]


def test_what_was_said_to_her_before_an_answer_leaves_with_it_before_all_other_bulk(
    engine: Engine, keys: Keys, crowd: list[Person], say: Say
) -> None:
    others = [bulk(say, one, due_at=NOW - 90) for one in crowd[1:]]
    question, answer = bulk(say, crowd[0]), say(crowd[0])
    assert leave(engine, keys) == [question, answer, *others]


# --- channels that are left alone ---------------------------------------------------------------------------------


def test_rows_of_channels_that_are_left_alone_stay_as_they_are(
    engine: Engine, keys: Keys, crowd: list[Person], say: Say
) -> None:
    waiting = [say(crowd[0], channel="kannel"), bulk(say, crowd[1], channel="jasmin")]
    leaving = [say(crowd[2]), bulk(say, crowd[3])]
    assert leave(engine, keys, NOW, "kannel", "jasmin") == leaving
    assert leave(engine, keys, NOW, "kannel") == waiting[1:]
    assert leave(engine, keys) == waiting[:1]


def test_an_answer_does_not_wait_behind_bulk_that_waits_for_its_gateway(
    engine: Engine, keys: Keys, her: Person, say: Say
) -> None:
    question, answer = bulk(say, her, channel="kannel"), say(her)
    news = bulk(say, her)
    assert leave(engine, keys, NOW, "kannel") == [answer]
    assert leave(engine, keys) == [question, news]


def test_bulk_of_hers_keeps_its_order_also_where_the_first_waits_for_its_gateway(
    engine: Engine, keys: Keys, her: Person, say: Say
) -> None:
    refs = [bulk(say, her, channel="kannel"), bulk(say, her)]
    assert leave(engine, keys, NOW, "kannel") == []
    assert leave(engine, keys) == refs


# --- what waits behind another ------------------------------------------------------------------------------------


def test_what_waits_until_the_morning_behind_another_is_not_looked_at_all_night(
    engine: Engine, keys: Keys, crowd: list[Person], say: Say
) -> None:
    question = bulk(say, crowd[0], due_at=NOW + DAY, put_off=True)
    reminder = bulk(say, crowd[0])
    assert leave(engine, keys) == []
    assert due_at(engine, reminder) == (NOW + DAY, True)

    with engine.begin() as conn:
        claims.wake(conn, crowd[0].id, NOW + 60)
    assert leave(engine, keys, NOW + 60) == [question, reminder]


def test_what_goes_anew_later_holds_nothing_up(engine: Engine, keys: Keys, her: Person, say: Say) -> None:
    anew, news = say(her, due_at=NOW + DAY, repeats=1), bulk(say, her)
    assert leave(engine, keys) == [news]
    assert due_at(engine, news) == (NOW, None)
    assert leave(engine, keys, NOW + DAY) == [anew]


def test_an_answer_waits_behind_an_answer_that_is_tried_again_and_not_behind_bulk(
    engine: Engine, keys: Keys, crowd: list[Person], say: Say
) -> None:
    tried, behind = say(crowd[0], due_at=NOW + 30), say(crowd[0])
    bulk(say, crowd[1], due_at=NOW + 30)
    passes = say(crowd[1])
    assert leave(engine, keys) == [passes]
    assert due_at(engine, behind) == (NOW + 30, None)
    assert leave(engine, keys, NOW + 30)[:2] == [tried, behind]


def test_what_is_claimed_is_put_off_no_more_alone_or_with_others_of_its_text(
    engine: Engine, keys: Keys, crowd: list[Person], say: Say
) -> None:
    refs = [bulk(say, one, put_off=True, text_index=b"hello") for one in crowd[:3]]
    first = claim(engine, keys)
    assert first
    with engine.begin() as conn:
        assert len(claims.claim_equal(conn, keys, first, NOW, 60.0, 9)) == 2
    assert [due_at(engine, ref).put_off for ref in refs] == [None] * 3


# --- a long queue -------------------------------------------------------------------------------------------------

MANY = 12_000
ROUTES = {1: "twilio,jasmin", 2: "kannel,jasmin"}
"""Of a third: what is for the gateway that is down could go by another one, which is down too."""
WHOLE = ("Seq Scan on outbox", "SCAN outbox", "SCAN lead", "SCAN earlier", "SCAN stuck", "TEMP B-TREE", "Bitmap")
"""What a plan must not say: it would read the queue, or put it in order."""
FEW = ("SCAN outbox USING INDEX ix_outbox_sending", "Bitmap Index Scan on ix_outbox_sending", "MATERIALIZE top")
"""What stands in a plan that may say it all the same: as many are on their way as there are workers, and `top` is the head of
a queue, order.WINDOW rows of it."""


@pytest.fixture
def long_queue(engine: Engine, keys: Keys, her: Person) -> None:
    """Half is due tomorrow, a sixth is for a gateway that is down; everybody has four of all sorts."""
    with engine.begin() as conn:
        like = dict(conn.execute(select(person).where(person.c.id == her.id)).one()._mapping)
        others = range(her.id + 1, her.id + MANY // 4)
        blocks.insert_rows(conn, person, [like | {"id": n, "phone_index": n.to_bytes(32, "big")} for n in others])
        sealed = her.key.encrypt("outbox.text", "hello")
        rows = [
            {"ref": f"r{n}", "person_id": her.id + n % (MANY // 4 - 1), "turn_no": n, "flow": "remind",
             "channel": "kannel" if n % 6 == 2 else "twilio", "text_sealed": sealed, "to_stopped": False,
             "status": "queued", "reason": "", "attempts": 0,
             "due_at": NOW + DAY if n % 2 else NOW - n, "gateway_id": "", "segments": 0, "created_at": NOW,
             "answers": n % 20 == 0, "route": ROUTES.get(n % 6), "text_index": b"hello"}
            for n in range(MANY)
        ]  # fmt: skip
        for start in range(0, MANY, 1000):
            conn.execute(insert(table), rows[start : start + 1000])


def looks(engine: Engine, keys: Keys) -> None:
    """All looks at the queue of the worker that sends and of the sweeper."""
    with engine.begin() as conn:
        for name in ("kannel", "jasmin"):
            for _ in range(gateway_down.FAILURES):
                gateway_down.failed(conn, name, 1, "503", NOW)
    rates = SimpleNamespace(used_up=lambda now: {"twilio": now + 1.0})
    service = SimpleNamespace(channels={"kannel": None, "jasmin": None, "twilio": None}, reads=engine, rates=rates)
    assert deliver._wait_for_rate(cast(Service, service), NOW) == 1.0
    with engine.begin() as conn:
        assert fallback.down(cast(Service, service), conn, NOW).keys() == {"kannel", "jasmin"}
        assert claims.claim(conn, keys, NOW, 60.0, ("kannel",))
        first = claims.claim(conn, keys, NOW, 60.0, ("kannel",), bulk_first=True)
        assert first
        assert claims.claim_equal(conn, keys, first, NOW, 60.0, 99)
        assert claims.expired_lease(conn, keys, NOW + 59, 60.0) is None
        outbox.oldest_due(conn, NOW, ("kannel",))


@pytest.mark.parametrize("analyzed", [True, False])
def test_no_look_at_a_long_queue_reads_it_or_puts_it_in_order(
    engine: Engine, keys: Keys, long_queue: None, analyzed: bool
) -> None:
    plans: list[str] = []
    on_postgres = engine.dialect.name == "postgresql"
    if analyzed:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.execute(text("ANALYZE"))

    def plan(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if not statement.lstrip().startswith(("SELECT", "WITH")) or "outbox" not in statement:
            return
        raw = _conn.connection.cursor()
        raw.execute(f"{'EXPLAIN' if on_postgres else 'EXPLAIN QUERY PLAN'} {statement}", parameters)
        plans.append("\n".join(str(row[0] if on_postgres else row[3]) for row in raw.fetchall()))

    event.listen(engine, "before_cursor_execute", plan)
    looks(engine, keys)
    event.remove(engine, "before_cursor_execute", plan)

    assert len(plans) >= 8
    assert [plan for plan in plans if any(word in plan for word in WHOLE) and not any(few in plan for few in FEW)] == []
    assert sum("ix_outbox_next" in plan for plan in plans) >= 6
    assert any("ix_outbox_sending" in plan for plan in plans)
    assert any("ix_outbox_routed" in plan for plan in plans)
    assert any("ix_outbox_equal" in plan for plan in plans)

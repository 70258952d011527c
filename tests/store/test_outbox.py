"""Every message that goes out: in its person's order, by one worker, never backwards, and never after STOP."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, update

from sms_service.privacy import Keys
from sms_service.store import claims, outbox, people
from sms_service.store.claims import Claimed
from sms_service.store.people import Person
from sms_service.store.tables import installation, person
from sms_service.store.tables import outbox as table
from tests.conftest import KEY
from tests.store.conftest import NOW, Say

LEASE = 60.0


@pytest.fixture
def him(engine: Engine, keys: Keys) -> Person:
    """Somebody else."""
    with engine.begin() as conn:
        return people.find_or_add(conn, keys, "+919800000001", "hi", "twilio", NOW)


def claim(engine: Engine, keys: Keys, now: float = NOW) -> Claimed | None:
    with engine.begin() as conn:
        return claims.claim(conn, keys, now, LEASE)


def claimed(engine: Engine, keys: Keys, now: float = NOW) -> Claimed:
    found = claim(engine, keys, now)
    assert found, "nothing to claim"
    return found


def settle(engine: Engine, row: Claimed, status: str, **values: Any) -> bool:
    with engine.begin() as conn:
        return outbox.settle(conn, row.id, status=status, **values)


def rows(engine: Engine) -> dict[str, str]:
    """Ref and status of all."""
    with engine.connect() as conn:
        return {row.ref: row.status for row in conn.execute(select(table).order_by(table.c.id))}


# --- claiming -----------------------------------------------------------------------------------------------------


def test_what_is_due_is_claimed_opened_and_counted(engine: Engine, keys: Keys, her: Person, say: Say) -> None:
    ref = say(her, "नमस्ते")

    row = claimed(engine, keys)

    assert (row.ref, row.phone, row.text, row.channel, row.attempts) == (ref, her.phone, "नमस्ते", "twilio", 1)
    assert rows(engine) == {ref: "sending"}
    assert claim(engine, keys) is None


def test_what_is_not_due_waits(engine: Engine, keys: Keys, her: Person, say: Say) -> None:
    say(her, due_at=NOW + 30)
    assert claim(engine, keys) is None
    assert claim(engine, keys, NOW + 30)


def test_a_persons_messages_leave_in_the_order_they_were_said(
    engine: Engine, keys: Keys, her: Person, him: Person, say: Say
) -> None:
    first, second, his = say(her), say(her), say(him)

    one, other = claimed(engine, keys), claimed(engine, keys)
    assert {one.ref, other.ref} == {first, his}
    assert claim(engine, keys) is None, "the second waits while the first is on its way"

    settle(engine, one if one.ref == first else other, "sent")
    assert claimed(engine, keys).ref == second


def test_a_message_waits_also_while_an_earlier_one_is_to_be_tried_again(
    engine: Engine, keys: Keys, her: Person, say: Say
) -> None:
    first, second = say(her), say(her)
    settle(engine, claimed(engine, keys), "queued", due_at=NOW + 100)

    assert claim(engine, keys, NOW + 99) is None
    again = claimed(engine, keys, NOW + 100)
    assert (again.ref, again.attempts) == (first, 2)
    settle(engine, again, "failed")
    assert claimed(engine, keys, NOW + 100).ref == second


@pytest.mark.parametrize("final", ["held", "failed", "dropped", "sent"])
def test_an_earlier_message_that_ended_anyhow_holds_nothing_up(
    engine: Engine, keys: Keys, her: Person, say: Say, final: str
) -> None:
    say(her)
    second = say(her)
    settle(engine, claimed(engine, keys), final)
    assert claimed(engine, keys).ref == second


def test_an_answer_does_not_wait_behind_what_she_did_not_ask_for_and_is_to_be_tried_again(
    engine: Engine, keys: Keys, her: Person, say: Say
) -> None:
    question, reminder, answer, other = [say(her, answers=answers) for answers in (False, False, True, True)]
    settle(engine, claimed(engine, keys), "queued", due_at=NOW + 100)

    first = claimed(engine, keys)
    assert first.ref == answer, "and not the reminder, which waits behind the question"
    assert claim(engine, keys) is None, "answers keep their order among each other"
    settle(engine, first, "queued", due_at=NOW + 50)
    assert claim(engine, keys, NOW + 49) is None
    for expected in (answer, other):
        row = claimed(engine, keys, NOW + 50)
        assert row.ref == expected
        settle(engine, row, "sent")
    assert claim(engine, keys, NOW + 99) is None
    row = claimed(engine, keys, NOW + 100)
    assert row.ref == question
    assert claim(engine, keys, NOW + 100) is None
    settle(engine, row, "sent")
    assert claimed(engine, keys, NOW + 100).ref == reminder


def test_an_answer_lets_a_question_go_first_that_is_due(engine: Engine, keys: Keys, her: Person, say: Say) -> None:
    question, answer = say(her, due_at=NOW + 1, answers=False), say(her)
    assert claimed(engine, keys, NOW + 1).ref == question
    assert claim(engine, keys, NOW + 1) is None, f"{answer} waits while it is on its way"


# --- service keys -------------------------------------------------------------------------------------------------


def replaced(engine: Engine, keys: Keys) -> Keys:
    """The keys of processes that were started with a new service key, under which somebody is; she has a message waiting."""
    with engine.begin() as conn:
        conn.execute(installation.insert().values(name="key 1", value=b"1"))
        conn.execute(installation.insert().values(name="key 2", value=b"2"))
        both = Keys(b"n" * 32, base64.b64decode(KEY), numbers=[2, 1], root=None)
        conn.execute(
            update(person).values(wrapped_key=both.rewrapped(conn.execute(select(person.c.wrapped_key)).scalar_one()))
        )
    return both


def test_what_is_under_a_service_key_that_is_not_here_waits_for_who_has_it(
    engine: Engine, keys: Keys, her: Person, say: Say
) -> None:
    ref = say(her)
    both = replaced(engine, keys)
    assert claim(engine, keys) is None
    assert rows(engine) == {ref: "queued"}
    found = claimed(engine, both, NOW + 300)
    assert (found.ref, found.attempts) == (ref, 1)

    with engine.begin() as conn:
        assert claims.expired_lease(conn, keys, NOW + 400, LEASE) is None
    assert rows(engine) == {ref: "sending"}
    with engine.begin() as conn:
        assert claims.expired_lease(conn, both, NOW + 700, LEASE)


def test_what_is_damaged_and_may_have_been_sent_is_held_and_holds_up_nobody(
    engine: Engine, keys: Keys, her: Person, him: Person, say: Say
) -> None:
    hers, his = say(her), say(him)
    claimed(engine, keys)
    claimed(engine, keys)
    with engine.begin() as conn:
        conn.execute(update(person).where(person.c.id == her.id).values(wrapped_key=b"\x01damaged"))
        found = claims.expired_lease(conn, keys, NOW + LEASE, LEASE)
    assert found
    assert (found.ref, rows(engine)) == (his, {hers: "held", his: "sending"})


# --- STOP ---------------------------------------------------------------------------------------------------------


def test_stop_is_looked_at_when_a_message_is_claimed(engine: Engine, keys: Keys, her: Person, say: Say) -> None:
    queued_before, answer_to_stop = say(her), say(her, to_stopped=True)
    with engine.begin() as conn:
        people.set_stopped(conn, her.id, NOW)

    assert claimed(engine, keys).ref == answer_to_stop
    assert rows(engine)[queued_before] == "dropped"
    with engine.connect() as conn:
        assert conn.execute(select(table.c.reason).where(table.c.ref == queued_before)).scalar_one() == "she sent STOP"


def test_stop_drops_all_that_waits_and_start_brings_none_of_it_back(
    engine: Engine, keys: Keys, her: Person, him: Person, say: Say
) -> None:
    hers, his = [say(her) for _ in range(5)], say(him)
    with engine.begin() as conn:
        people.set_stopped(conn, her.id, NOW)
    assert claimed(engine, keys).ref == his
    assert claim(engine, keys) is None

    with engine.begin() as conn:
        people.set_stopped(conn, her.id, None)
    assert claim(engine, keys) is None
    assert {rows(engine)[ref] for ref in hers} == {"dropped"}


def test_a_forgotten_person_gets_nothing(engine: Engine, keys: Keys, her: Person, say: Say) -> None:
    ref = say(her, to_stopped=True)
    with engine.begin() as conn:
        conn.execute(update(person).values(wrapped_key=None))
    assert claim(engine, keys) is None
    assert rows(engine) == {ref: "dropped"}


def test_two_workers_never_claim_the_same_message(engine: Engine, keys: Keys, say: Say) -> None:
    with engine.begin() as conn:
        crowd = [people.find_or_add(conn, keys, f"+9198000001{n:02}", "hi", "twilio", NOW) for n in range(10)]
    refs = [say(somebody) for _ in range(3) for somebody in crowd]

    def work() -> list[Claimed]:
        done = []
        while row := claim(engine, keys):
            settle(engine, row, "sent")
            done.append(row)
        return done

    with ThreadPoolExecutor(4) as pool:
        workers = [future.result() for future in [pool.submit(work) for _ in range(4)]]

    sent = [row.ref for done in workers for row in done]
    left = (
        work()
    )  # a worker may find everything in the others' hands, and go; what they leave is taken by the next ring
    assert sorted([*sent, *(row.ref for row in left)]) == sorted(refs)
    assert {row.attempts for done in workers for row in done} == {1}
    assert set(rows(engine).values()) == {"sent"}


@pytest.mark.parametrize("stack", ["postgres"], indirect=True)  # SQLite has one writer: the second waits for the first
def test_a_second_worker_takes_the_next_message_instead_of_waiting(
    engine: Engine, keys: Keys, her: Person, him: Person, say: Say
) -> None:
    refs = [say(her), say(him)]
    with engine.begin() as first, engine.begin() as second:
        found = [claims.claim(conn, keys, NOW, LEASE) for conn in (first, second)]
    assert [row.ref for row in found if row] == refs


# --- when a worker dies -------------------------------------------------------------------------------------------


def recovered(engine: Engine, keys: Keys, now: float) -> Claimed | None:
    with engine.begin() as conn:
        return claims.expired_lease(conn, keys, now, LEASE)


def test_a_lease_that_ended_is_taken_over_once(engine: Engine, keys: Keys, her: Person, say: Say) -> None:
    ref = say(her)
    claimed(engine, keys)

    assert recovered(engine, keys, NOW + LEASE - 1) is None
    again = recovered(engine, keys, NOW + LEASE)
    assert again
    assert (again.ref, again.attempts, again.created_at) == (ref, 1, NOW), "a look is no try"
    assert recovered(engine, keys, NOW + LEASE) is None, "it has a new lease"
    assert recovered(engine, keys, NOW + 2 * LEASE)


def test_a_lease_that_ended_is_never_just_sent_again(engine: Engine, keys: Keys, her: Person, say: Say) -> None:
    say(her)
    claimed(engine, keys)
    assert claim(engine, keys, NOW + 10 * LEASE) is None


def test_several_sweepers_take_a_lease_over_once(engine: Engine, keys: Keys, her: Person, say: Say) -> None:
    say(her)
    claimed(engine, keys)
    with ThreadPoolExecutor(4) as pool:
        found = [done.result() for done in [pool.submit(recovered, engine, keys, NOW + LEASE) for _ in range(4)]]
    assert len([row for row in found if row]) == 1


def test_a_lease_of_somebody_who_was_forgotten_meanwhile_does_not_hold_up_the_others(
    engine: Engine, keys: Keys, her: Person, him: Person, say: Say
) -> None:
    hers, his = say(her), say(him)
    claimed(engine, keys)
    claimed(engine, keys)
    with engine.begin() as conn:
        conn.execute(update(person).where(person.c.id == her.id).values(wrapped_key=None))

    row = recovered(engine, keys, NOW + LEASE)

    assert row
    assert row.ref == his
    assert rows(engine)[hers] == "dropped"


# --- statuses only rise -------------------------------------------------------------------------------------------

ORDER = ["queued", "sending", "sent", "delivered"]


@pytest.mark.parametrize("before", [*ORDER, "held", "failed", "dropped"])
@pytest.mark.parametrize("reported", ["sent", "delivered", "failed"])
def test_a_report_never_moves_a_message_backwards(
    engine: Engine, keys: Keys, her: Person, say: Say, before: str, reported: str
) -> None:
    say(her)
    with engine.begin() as conn:
        conn.execute(update(table).values(status=before))
        [row_id] = conn.execute(select(table.c.id)).scalars()
        outbox.rise(conn, row_id, reported)

    [after] = rows(engine).values()
    moves = {"queued", "sending", "held"} | ({"sent"} if reported != "sent" else set())
    assert after == (reported if before in moves else before)


@pytest.mark.parametrize("status", ["queued", "sent", "delivered", "failed", "dropped"])
def test_only_a_send_under_way_or_held_can_be_settled(
    engine: Engine, keys: Keys, her: Person, say: Say, status: str
) -> None:
    say(her)
    row = claimed(engine, keys)
    with engine.begin() as conn:
        conn.execute(update(table).values(status=status))

    assert not settle(engine, row, "failed", reason="too late")
    assert list(rows(engine).values()) == [status]


def test_a_held_send_can_still_be_explained(engine: Engine, keys: Keys, her: Person, say: Say) -> None:
    say(her)
    row = claimed(engine, keys)
    settle(engine, row, "held")
    assert settle(engine, row, "sent", gateway_id="SM1")


@pytest.mark.parametrize(
    ("status", "handed_over", "in_flight"),
    [
        ("queued", False, False),
        ("sending", False, True),
        ("held", False, False),
        ("sent", True, False),
        ("delivered", True, False),
        ("failed", False, False),
        ("dropped", False, False),
    ],
)
def test_an_answer_counts_only_for_what_was_surely_handed_over(
    engine: Engine, her: Person, say: Say, status: str, handed_over: bool, in_flight: bool
) -> None:
    ref = say(her)
    with engine.begin() as conn:
        conn.execute(update(table).values(status=status, sent_at=50.0 if handed_over else None))
        assert outbox.was_handed_over(conn, ref, 1e10) is handed_over
        assert outbox.is_in_flight(conn, ref) is in_flight
        assert not outbox.was_handed_over(conn, "no such message", 1e10)


def test_what_came_before_the_question_is_no_answer_to_it(engine: Engine, her: Person, say: Say) -> None:
    ref = say(her)
    with engine.begin() as conn:
        created = conn.execute(select(table.c.created_at)).scalar_one()
        conn.execute(update(table).values(status="sent", sent_at=created + 3600))
        assert not outbox.was_handed_over(conn, ref, created - 1)
        assert not outbox.was_handed_over(conn, ref, created + 1), "it lay in the outbox for an hour"
        assert not outbox.was_handed_over(conn, ref, created + 3590), "nor was it there ten seconds before"
        assert outbox.was_handed_over(conn, ref, created + 3599), "the clocks of two machines differ a little"
        assert outbox.was_handed_over(conn, ref, created + 3600), "the answer overtook the worker that writes it down"


# --- which message a report is about ------------------------------------------------------------------------------


def found(conn: Connection, ref: str = "", gateway_id: str = "") -> str:
    row = outbox.find_reported(conn, "twilio", ref, gateway_id)
    return row.ref if row else ""


def test_a_report_is_matched_by_our_reference_else_by_the_gateways_id(
    engine: Engine, keys: Keys, her: Person, say: Say
) -> None:
    ref = say(her)
    settle(engine, claimed(engine, keys), "sent", gateway_id="SM1")
    with engine.connect() as conn:
        assert found(conn, ref=ref) == ref
        assert found(conn, gateway_id="SM1") == ref
        assert found(conn, ref="unknown") == ""
        assert found(conn, gateway_id="SM2") == ""
        assert found(conn) == "", "a report without anything is about nothing"


def test_a_report_by_number_alone_is_of_none_and_told_beside_those_that_may_be_meant(
    engine: Engine, keys: Keys, her: Person, him: Person, say: Say
) -> None:
    ref = say(her)
    settle(engine, claimed(engine, keys), "held")
    with engine.connect() as conn:
        assert found(conn, gateway_id="SM9") == ""
        assert outbox.perhaps_meant(conn, keys, "twilio", her.phone, NOW) == [ref]
        assert outbox.perhaps_meant(conn, keys, "twilio", him.phone, NOW) == []
        assert outbox.perhaps_meant(conn, keys, "kannel", her.phone, NOW) == []
        assert outbox.perhaps_meant(conn, keys, "twilio", her.phone, NOW + outbox.REPORT_WAIT) == [], "too late"


@pytest.mark.parametrize("copy", [0, 1, 42])
def test_each_copy_of_a_message_has_a_reference_that_finds_it(engine: Engine, her: Person, say: Say, copy: int) -> None:
    ref, other = "0123456789abcdef" * 2, "0123456789abcdee" * 2
    say(her)
    with engine.begin() as conn:
        conn.execute(update(table).values(ref=ref))
        named = outbox.copy_ref(ref, copy)
        assert (len(named), outbox.copy_of(named), found(conn, ref=named)) == (32, copy, ref)
        assert found(conn, ref=outbox.copy_ref(other, copy)) == ""


def test_the_ids_that_are_accounted_for(engine: Engine, keys: Keys, her: Person, say: Say) -> None:
    for gateway_id in ("SM1", "", "SM2"):
        say(her)
        settle(engine, claimed(engine, keys), "sent", gateway_id=gateway_id)
    with engine.connect() as conn:
        assert sorted(outbox.gateway_ids_to(conn, her.id, "twilio")) == ["SM1", "SM2"]
        assert outbox.gateway_ids_to(conn, her.id, "africastalking") == []


# --- the office ---------------------------------------------------------------------------------------------------


def decide(engine: Engine, ref: str, status: str) -> bool:
    with engine.begin() as conn:
        return outbox.decide(conn, ref, status, "the office says so", NOW + 5)


def test_a_held_message_is_released_or_dropped_by_the_office_alone(
    engine: Engine, keys: Keys, her: Person, say: Say
) -> None:
    ref = say(her)
    settle(engine, claimed(engine, keys), "held")
    assert claim(engine, keys, NOW + 999) is None

    assert decide(engine, ref, "queued")
    assert not decide(engine, ref, "dropped"), "it is held no more"
    again = claimed(engine, keys, NOW + 5)
    assert (again.ref, again.attempts) == (ref, 1), "its tries begin anew"

    settle(engine, again, "held")
    assert decide(engine, ref, "dropped")
    assert rows(engine) == {ref: "dropped"}


def test_the_office_sees_what_is_open_oldest_first_and_nothing_of_the_person(
    engine: Engine, keys: Keys, her: Person, him: Person, say: Say
) -> None:
    say(her, "a text of hers")
    settle(engine, claimed(engine, keys), "held", reason="ReadTimeout")
    say(him)
    say(him)

    with engine.connect() as conn:
        listed = outbox.listed(conn, ["held", "queued"])
        assert outbox.counts(conn) == {"held": 1, "queued": 2}
        assert len(outbox.listed(conn, ["held", "queued"], limit=1)) == 1

    assert [row.status for row in listed] == ["held", "queued", "queued"]
    assert listed[0].reason == "ReadTimeout"
    assert "a text of hers" not in str(listed)
    assert her.phone not in str(listed)


def test_how_long_the_oldest_message_is_overdue(engine: Engine, keys: Keys, her: Person, say: Say) -> None:
    def overdue(now: float) -> float:
        with engine.connect() as conn:
            return outbox.oldest_due(conn, now)

    assert overdue(NOW) == 0
    say(her)
    assert (overdue(NOW - 1), overdue(NOW), overdue(NOW + 7)) == (0, 0, 7)
    claimed(engine, keys)
    assert overdue(NOW + 7) == 0, "somebody is at it"
    assert overdue(NOW + LEASE) == LEASE, "and died"

"""What waits: what is over the hour's limit, and, before a poll, all that nobody awaits. Answers go on leaving."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from sms_service.enrolment import areas, quiet_windows
from sms_service.enrolment.consent import was_decided_in
from sms_service.enrolment.quiet_windows import Window
from sms_service.store import claims, people
from sms_service.store import outbox as store
from sms_service.store.tables import area, consent, outbox
from tests.town import ENROLER, ENTRY, MEMBER, Town
from tests.web.test_health import explained
from tests.workers.conftest import Clock
from workers import keeping_back

HOUR = 3600.0
BOOTH, BLOCK, DISTRICT, OTHER = "JH-N-RAN-KAN-12", "JH-N-RAN-KAN", "JH-N-RAN", "JH-N-RAN-ORM"


def news(town: Town, clock: Clock, count: int, first: int = 1000, phone: str = MEMBER) -> None:
    """So many texts for one person, which answer nobody."""
    with town.service.engine.begin() as conn:
        person = people.find_or_add(conn, town.service.keys, phone, "en", "handset", clock.now)
        for number in range(first, first + count):
            text = person.key.encrypt("outbox.text", f"News {number}")
            values = {"ref": f"n{number}{phone[-4:]}", "person_id": person.id, "turn_no": number, "text_sealed": text}
            values |= {"channel": "handset", "flow": "", "to_stopped": False, "answers": False}
            store.add(conn, {**values, "due_at": clock.now, "created_at": clock.now})


def waiting(town: Town) -> list[Any]:
    return [row for row in town.rows(outbox) if row.status == "queued"]


# --- so many an hour ------------------------------------------------------------------------------------------------


def test_what_is_over_the_limit_of_the_hour_waits_until_it_allows_it(any_town: Town, clock: Clock) -> None:
    began = clock.now
    news(any_town, clock, 25)
    any_town.work()
    assert len(any_town.member.news) == 20
    assert {(row.due_at, row.put_off) for row in waiting(any_town)} == {(began + HOUR, True)}
    assert {row.attempts for row in waiting(any_town)} == {0}, "that was no try"
    clock.now = began + HOUR - 1
    any_town.work()
    assert any_town.member.news == []
    clock.now = began + HOUR
    any_town.work()
    assert any_town.member.news == [f"News {number}" for number in range(1020, 1025)]


def test_it_is_any_hour_and_not_that_of_the_clock(town: Town, clock: Clock) -> None:
    began = clock.now
    news(town, clock, 10)
    town.work()
    clock.now = began + 1800
    news(town, clock, 15, first=2000)
    town.work()
    assert len(town.member.news) == 20
    clock.now = began + HOUR
    town.work()
    assert len(town.member.news) == 5


def test_others_do_not_wait(town: Town, clock: Clock) -> None:
    news(town, clock, 25)
    news(town, clock, 1, phone="+919811110000")
    town.work()
    assert town.phone("+919811110000").heard == ["News 1000"]


def test_what_answers_her_does_not_wait(town: Town, clock: Clock) -> None:
    news(town, clock, 25)
    town.work()
    assert len(town.member.news) == 20
    town.member.texts("LANG HI")
    assert len(town.member.news) == 1


def sends(town: Town, clock: Clock, texts: int) -> None:
    """The office made the limits small; she sends so many texts, no two alike."""
    for number in range(texts):
        town.member.sends(f"LANG {('HI', 'EN')[number % 2]}")
    town.work()


@pytest.fixture
def limits(town: Town) -> Town:
    """Two an hour that nobody awaits, four answers."""
    few = town.service.config.outbox.model_copy(update={"person_hour": 2, "answers_hour": 4})
    config = town.service.config.model_copy(update={"outbox": few})
    object.__setattr__(town.service, "config", config)
    return town


def test_answers_wait_beyond_a_limit_of_their_own(limits: Town, clock: Clock) -> None:
    sends(limits, clock, 6)
    assert len(limits.member.news) == 4
    clock.pass_(HOUR)
    limits.work()
    assert len(limits.member.news) == 2


def test_stop_start_and_help_are_always_answered(limits: Town, clock: Clock) -> None:
    sends(limits, clock, 4)
    assert len(limits.member.news) == 4
    for text in ("HELP", "STOP", "START"):
        limits.member.texts(text)
        assert len(limits.member.news) == 1, text


def test_they_do_not_wait_behind_answers_that_do(limits: Town, clock: Clock) -> None:
    sends(limits, clock, 6)
    assert len(limits.member.news) == 4
    limits.member.texts("HELP")
    [answer] = limits.member.news
    assert "STOP" in answer


def test_the_answer_to_a_decision_is_always_sent(limits: Town, clock: Clock) -> None:
    limits.enroler.texts(ENTRY)
    sends(limits, clock, 3)
    assert len(limits.member.news) == 4
    limits.member.texts("1")
    assert "0000013" in limits.member.news[0], "the number of her membership"


def test_without_limits_all_leave(limits: Town, clock: Clock) -> None:
    none = limits.service.config.outbox.model_copy(update={"person_hour": 0, "answers_hour": 0})
    object.__setattr__(limits.service, "config", limits.service.config.model_copy(update={"outbox": none}))
    news(limits, clock, 30)
    limits.work()
    assert len(limits.member.news) == 30


# --- before a poll --------------------------------------------------------------------------------------------------


def quiet(town: Town, code: str, window: Window) -> None:
    with town.service.engine.begin() as conn:
        area_id = areas.id_of(conn, code)
        assert area_id
        quiet_windows.add(conn, area_id, window)


@pytest.mark.parametrize("code", [BOOTH, BLOCK, DISTRICT])
def test_in_a_window_of_her_area_or_one_above_what_nobody_awaits_waits_for_its_end(
    any_town: Town, clock: Clock, code: str
) -> None:
    ends_at = clock.now + 48 * HOUR
    quiet(any_town, code, Window(clock.now - 1, ends_at))
    any_town.enroler.texts(ENTRY)
    assert len(any_town.enroler.news) == 1, "he is answered"
    assert any_town.member.heard == []
    [row] = waiting(any_town)
    assert (row.due_at, row.attempts) == (ends_at, 0)
    clock.now = ends_at - 1
    any_town.work()
    assert any_town.member.heard == []
    clock.now = ends_at
    any_town.work()
    assert len(any_town.member.heard) == 1


def test_before_it_begins_after_it_and_elsewhere_nothing_waits(town: Town, clock: Clock) -> None:
    quiet(town, BLOCK, Window(clock.now + 1, clock.now + HOUR))
    quiet(town, BLOCK, Window(clock.now - HOUR, clock.now - 1))
    quiet(town, OTHER, Window(clock.now - HOUR, clock.now + HOUR))
    town.enroler.texts(ENTRY)
    assert len(town.member.heard) == 1


def test_whoever_writes_in_a_window_is_answered(town: Town, clock: Clock) -> None:
    quiet(town, DISTRICT, Window(clock.now - 1, clock.now + HOUR))
    town.enroler.texts(ENTRY)
    assert town.member.heard == []
    town.member.texts("HELP")
    assert len(town.member.heard) == 1, "and what waits goes on waiting"


def test_where_a_person_belongs(any_town: Town, clock: Clock) -> None:
    any_town.enrols()
    with any_town.service.engine.begin() as conn:

        def area_of(phone: str) -> int | None:
            person = people.by_phone(conn, any_town.service.keys, phone)
            return quiet_windows.area_of(conn, person.id) if person else None

        assert area_of(MEMBER) == areas.id_of(conn, BOOTH)
        assert area_of(ENROLER) == areas.id_of(conn, "JH-N-RAN-KAN-11")
        people.find_or_add(conn, any_town.service.keys, "+919811110000", "en", "handset", clock.now)
        assert area_of("+919811110000") is None


def test_of_a_daily_window_todays_end_counts(town: Town, clock: Clock) -> None:
    from tests.workers.test_quiet_hours import at

    clock.now = at("20:30")
    quiet(town, DISTRICT, Window(clock.now - 1, daily=("20:00", "10:00")))
    news(town, clock, 1, phone=ENROLER)
    town.work()
    assert [row.due_at for row in waiting(town)] == [at("10:00", day=25)]
    clock.now = at("10:00", day=25)
    town.work()
    assert town.enroler.heard == ["News 1000"]


def test_ended_early_what_waited_leaves(town: Town, clock: Clock) -> None:
    quiet(town, DISTRICT, Window(clock.now - 1, clock.now + 48 * HOUR))
    town.enroler.texts(ENTRY)
    with town.service.engine.begin() as conn:
        area_id = areas.id_of(conn, DISTRICT)
        assert area_id
        assert quiet_windows.end(conn, area_id, clock.now) == 1
        claims.wake_all(conn, clock.now)
        assert quiet_windows.standing(conn, clock.now) == []
    town.work()
    assert len(town.member.heard) == 1


# --- what it costs --------------------------------------------------------------------------------------------------


def test_no_look_reads_a_whole_table(any_town: Town, clock: Clock) -> None:
    """However much a person was ever sent, and however many messages there are."""
    any_town.enrols()
    quiet(any_town, DISTRICT, Window(clock.now - 1, clock.now + HOUR))
    news(any_town, clock, 1)
    asked: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if statement.startswith(("SELECT", "WITH")):
            asked.append((statement, parameters))

    engine = any_town.service.engine
    with engine.begin() as conn:
        claimed = claims.claim(conn, any_town.service.keys, clock.now, 60)
        assert claimed
        event.listen(engine, "before_cursor_execute", note)
        try:
            assert keeping_back.kept_back(any_town.service, conn, claimed, clock.now) is not None
            was_decided_in(conn, claimed.person_id, 1)
        finally:
            event.remove(engine, "before_cursor_execute", note)
    assert any(" outbox" in one for one, _ in asked)
    for statement, parameters in asked:
        plan = explained(engine, statement, parameters)
        whole = [line for line in plan if "SCAN" in line or "Seq Scan" in line]
        named = [line for line in whole if any(f" {table.name}" in line for table in (area, consent, outbox))]
        assert not named, (statement, plan)
    hour = next(one for one in asked if "sent_at" in one[0])
    assert any("ix_outbox_person_id_sent_at" in line for line in explained(engine, *hour))

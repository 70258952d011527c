"""The loop guard: what a machine sends is heard, and not answered; what a person sends is answered."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import requests
from sqlalchemy import event, select, update

from sms_service.config_sending import Loops
from sms_service.engine.model import Inbound
from sms_service.store import unanswered
from sms_service.store.tables import consent, outbox, person, registration, turn
from tests.town import ENROLER, ENTRY, MEMBER, Town
from tests.typed import sms_service
from tests.web.test_health import explained

NOON = 1_795_500_000.0
AWAY = "Thank you for contacting us, I am away."


class Writer:
    """Somebody who writes at times of ours. `answers` are what was queued for her in reply."""

    def __init__(self, town: Town, phone: str) -> None:
        self.town, self.phone, self.now, self.answered = town, phone, NOON, 0

    def texts(self, text: str, after: float = 10.0, **more: object) -> int:
        """Sends an SMS so many seconds after the one before; how many messages were queued for her because of it."""
        self.now += after
        self.town.service.turns.handle(
            Inbound(
                channel="handset", id=uuid.uuid4().hex, kind="sms", phone=self.phone, to="", text=text,
                received_at=self.now, **more,  # type: ignore[arg-type]
            )
        )  # fmt: skip
        left(self.town, self.now)
        before, self.answered = self.answered, len(self.answers)
        return self.answered - before

    @property
    def answers(self) -> list[int]:
        with self.town.service.reads.begin() as conn:
            index = self.town.service.keys.index("phone", self.phone)
            said_in = (turn.c.person_id == outbox.c.person_id) & (turn.c.turn_no == outbox.c.turn_no)
            hers = select(outbox.c.turn_no).select_from(outbox).join(turn, said_in).join(
                person, person.c.id == outbox.c.person_id
            )  # fmt: skip
            return list(conn.execute(hers.where(person.c.phone_index == index, turn.c.channel == "handset")).scalars())


@pytest.fixture
def enroler(town: Town) -> Writer:
    return Writer(town, ENROLER)


@pytest.fixture
def member(town: Town) -> Writer:
    """Somebody who was entered and has been asked."""
    asked(town, NOON)
    return Writer(town, MEMBER)


def asked(town: Town, now: float) -> None:
    """The enroler enters her, and the question leaves."""
    entry = Inbound(channel="handset", id="e", kind="sms", phone=ENROLER, to="", text=ENTRY, received_at=now)
    town.service.turns.handle(entry)
    left(town, now)


def left(town: Town, now: float) -> None:
    """The workers have sent what was queued."""
    with town.service.engine.begin() as conn:
        conn.execute(update(outbox).where(outbox.c.status == "queued").values(status="sent", sent_at=now))


def why(town: Town) -> list[str]:
    return [row.unanswered for row in town.rows(turn) if row.unanswered]


# --- the same text ----------------------------------------------------------------------------------------------------


def test_the_same_text_is_answered_five_times_and_heard_a_sixth(town: Town, enroler: Writer) -> None:
    assert [enroler.texts("SUM") for _ in range(7)] == [1, 1, 1, 1, 1, 0, 0]
    assert why(town) == ["repeated", "repeated"]


def test_an_entry_that_is_sent_again_and_again_is_answered_five_times(town: Town, enroler: Writer) -> None:
    """From a place with bad coverage, every minute."""
    assert [enroler.texts(ENTRY, after=60) for _ in range(5)] == [1] * 5
    assert len(town.rows(registration)) == 1


def test_another_text_between_them_shows_a_person(enroler: Writer) -> None:
    assert [enroler.texts(text) for _ in range(10) for text in ("LAST", "COUNT")] == [1] * 20


def test_after_half_an_hour_it_is_answered_again(enroler: Writer) -> None:
    assert [enroler.texts("SUM") for _ in range(6)][-1] == 0
    assert enroler.texts("SUM", after=1801) == 1


def test_a_phone_that_changes_case_and_blanks_sends_the_same_text(enroler: Writer) -> None:
    assert [enroler.texts(text) for text in ("Sum", "SUM", "SUM ", " sum", "sum", "SUM")] == [1, 1, 1, 1, 1, 0]


def test_the_same_key_to_question_after_question_is_no_repetition(opened: Callable[..., Town]) -> None:
    flow = (
        "flow: quiz\nabout: Eight questions.\nstarts: {keywords: [QUIZ]}\nlanguages: [en]\nstates:\n"
        + "".join(
            f"  q{n}:\n    say: {{en: 'Question {n}? 1: yes 2: no'}}\n    choose:\n      1: q{n + 1}\n      2: q{n + 1}\n"
            for n in range(1, 9)
        )
        + "  q9:\n    say: {en: 'Thank you.'}\n    end: true\n"
    )
    quizzed = Writer(opened(quiz=flow), MEMBER)
    assert quizzed.texts("QUIZ") == 1
    assert [quizzed.texts("1") for _ in range(8)] == [1] * 8


def test_a_repeated_stop_counts_whatever_came_before(town: Town, member: Writer) -> None:
    for _ in range(8):
        member.texts("who is this")
    assert member.texts("STOP") == 1
    [row] = [one for one in town.rows(person) if one.stopped_at]
    assert row.stopped_at == member.now


def test_a_yes_counts_also_the_sixth_time_and_is_answered(town: Town) -> None:
    """She sends it before she was asked, again and again; then she is asked."""
    early = Writer(town, MEMBER)
    assert [early.texts("YES") for _ in range(6)][-1] == 0
    asked(town, early.now)
    assert early.texts("YES", after=100) == 1
    assert [row.decision for row in town.rows(consent)] == ["given"]


def test_pictures_without_a_text_are_no_repetition(town: Town, enroler: Writer) -> None:
    for _ in range(8):
        enroler.texts("")
    assert why(town) == []


def test_what_is_not_answered_goes_on_having_its_effect(town: Town, enroler: Writer) -> None:
    """Entries of an enroler whose phone sends each one many times too fast."""
    for number in range(70):
        enroler.texts(f"REG 98765{number * 137:05} ABC12{number:05} 12 Ram Kumar", after=2)
    assert len(town.rows(registration)) == 70
    assert set(why(town)) == {"too_fast"}


# --- too fast ---------------------------------------------------------------------------------------------------------


def test_an_enroler_in_a_hurry_is_answered(town: Town, enroler: Writer) -> None:
    answered = [enroler.texts(f"WHO R{number:04}", after=15) for number in range(60)]
    assert answered == [1] * 60, "four a minute for a quarter of an hour"


def test_more_than_sixty_in_ten_minutes_are_a_machine(town: Town, enroler: Writer) -> None:
    answered = [enroler.texts(f"ticket {number} of yours", after=5) for number in range(100)]
    assert answered[:60] == [1] * 60
    assert sum(answered[60:]) == 0
    assert enroler.texts("COUNT", after=601) == 1


def test_a_stop_is_answered_in_the_midst_of_it(town: Town, enroler: Writer) -> None:
    for number in range(70):
        enroler.texts(f"ticket {number} of yours", after=5)
    assert enroler.texts("STOP", after=1) == 1
    assert enroler.texts("STOP now", after=1) == 0


def test_reminders_and_news_are_not_hers(town: Town, enroler: Writer) -> None:
    assert [enroler.texts("SUM") for _ in range(3)] == [1, 1, 1]
    for number in range(20):
        town.service.turns.tick(1, NOON + number)
    assert [enroler.texts("SUM") for _ in range(3)] == [1, 1, 0]


# --- too many in a day ------------------------------------------------------------------------------------------------


@pytest.fixture
def twenty_a_day(town: Town) -> Town:
    """Its limit is a fifth of the default, and the test five times as fast."""
    turns = town.service.turns
    turns._desk = replace(turns._desk, loops=Loops(day=20))
    return town


def test_two_machines_whose_texts_change_come_to_an_end(twenty_a_day: Town) -> None:
    """Each answers the other after 20 seconds: neither the same text, nor fast."""
    machine = Writer(twenty_a_day, MEMBER)
    answered = [machine.texts(f"ME {1000 + number}", after=20) for number in range(25)]
    assert answered == [1] * 20 + [0] * 5
    assert why(twenty_a_day) == ["too_many"] * 5
    assert machine.texts("STOP") == 1
    assert machine.texts("ME 2000", after=86_400) == 1, "a day later she may be a person"


def test_a_decision_counts_and_is_answered_beyond_the_limit_of_the_day(twenty_a_day: Town) -> None:
    early = Writer(twenty_a_day, MEMBER)
    assert [early.texts(f"ME {number}", after=100) for number in range(21)][-1] == 0
    asked(twenty_a_day, early.now)
    assert early.texts("YES", after=100) == 1
    assert [row.decision for row in twenty_a_day.rows(consent)] == ["given"]


def test_who_types_less_day_after_day_is_answered(twenty_a_day: Town) -> None:
    family = Writer(twenty_a_day, MEMBER)
    assert [family.texts(f"ME {number}", after=4400) for number in range(60)] == [1] * 60, "19 in any day"


def test_an_enroler_has_no_limit_by_the_day(twenty_a_day: Town) -> None:
    enroler = Writer(twenty_a_day, ENROLER)
    assert [enroler.texts(f"WHO R{number:04}", after=30) for number in range(30)] == [1] * 30


# --- auto-responders --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "I'm driving right now.",
        "Please do not reply to this.",
        AWAY,
        "मैं गाड़ी चला रहा हूँ",
        "Ninaendesha gari, nitakupigia baadaye",
    ],
)
def test_an_auto_reply_answers_nothing_and_is_not_answered(town: Town, member: Writer, text: str) -> None:
    assert [member.texts(text) for _ in range(3)] == [0, 0, 0]
    assert why(town) == ["automatic"] * 3
    [entered] = town.rows(registration)
    assert entered.status == "waiting", "two answers that cannot be read would have gone to the office"
    assert member.texts("1") == 1
    assert [row.decision for row in town.rows(consent)] == ["given"]


@pytest.mark.parametrize(("text", "decision"), [("Yes, thank you", "given"), ("No, in a meeting", "refused")])
def test_a_polite_answer_counts(town: Town, member: Writer, text: str, decision: str) -> None:
    assert member.texts(text) == 1
    assert [row.decision for row in town.rows(consent)] == [decision]


@pytest.mark.parametrize(
    "text",
    [
        "Yes, thanks for your message",
        "Yes, I am driving right now",
        "1 driving right now",
        "Auto-Reply: yes",
        "call you later",
        "JOIN, I am driving",
    ],
)
def test_a_yes_that_is_not_beyond_doubt_is_no_consent_and_she_is_asked_again(
    town: Town, member: Writer, text: str
) -> None:
    assert member.texts(text) == 1
    assert (town.rows(consent), why(town)) == ([], [])


def test_an_entry_and_a_command_beside_a_machine_s_phrase_are_answered(town: Town, enroler: Writer) -> None:
    assert enroler.texts(f"{ENTRY}, I am driving") == 1
    assert enroler.texts("9876543211 ABC1234568 13 Sita Kumari. I am driving") == 1
    assert enroler.texts("SUM, I am driving") == 1
    assert why(town) == []


@pytest.mark.parametrize(("text", "decision"), [("I am driving, stop texting me", "refused"), ("yes", "given")])
def test_what_can_be_read_as_an_answer_is_one(town: Town, member: Writer, text: str, decision: str) -> None:
    assert member.texts(text) == 1
    assert [row.decision for row in town.rows(consent)] == [decision]


def test_a_screen_is_always_answered(town: Town) -> None:
    answers = [town.phone("+254711000001", by="africastalking").dials() for _ in range(8)]
    assert all(one.screen for one in answers)


# --- who looks at it --------------------------------------------------------------------------------------------------


def test_none_of_it_where_it_is_turned_off(town: Town, enroler: Writer) -> None:
    turns = town.service.turns
    turns._desk = replace(turns._desk, loops=Loops(identical=0, ten_minutes=0, day=0))
    assert [enroler.texts("SUM", after=1) for _ in range(80)] == [1] * 80


def test_a_message_that_comes_twice_counts_once(town: Town, enroler: Writer) -> None:
    for _ in range(4):
        enroler.texts("SUM")
    again = Inbound(
        channel="handset", id="same", kind="sms", phone=ENROLER, to="", text="SUM", received_at=enroler.now + 1
    )
    for _ in range(5):
        town.service.turns.handle(again)
    assert why(town) == []


def machine(town: Town, texts: int) -> None:
    """A phone that sends the same text over and over, today."""
    writer = Writer(town, ENROLER)
    writer.now = time.time() - 1000
    for _ in range(texts):
        writer.texts("SUM", after=5)


def test_who_runs_the_service_is_told(any_town: Town) -> None:
    machine(any_town, 12)
    told = "7 texts of 1 phone in 24 hours: heard and not answered, the same text over and over"
    assert told in sms_service(any_town.environment, "outbox", "list").stdout
    figures = requests.get(f"{any_town.url}/metrics", timeout=10).text
    assert 'sms_service_unanswered{reason="repeated"} 7.0' in figures
    assert requests.get(f"{any_town.url}/readyz", timeout=10).json()["notes"] == []


def test_when_there_are_many_that_is_noted(any_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unanswered, "MANY", 7)
    machine(any_town, 12)
    [note] = requests.get(f"{any_town.url}/readyz", timeout=10).json()["notes"]
    assert note.startswith("7 texts of 1 phone in 24 hours")


def test_no_look_grows_with_what_was_ever_sent(any_town: Town) -> None:
    machine(any_town, 12)
    asked: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if "FROM turn" in statement and statement.startswith("SELECT"):
            asked.append((statement, parameters))

    engine = any_town.service.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        with engine.begin() as conn:
            unanswered.of_last_day(conn, time.time())
        machine(any_town, 1)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(asked) >= 2
    for statement, parameters in asked:
        plan = explained(engine, statement, parameters)
        assert not [line for line in plan if "SCAN turn" in line or "Seq Scan on turn" in line], (statement, plan)

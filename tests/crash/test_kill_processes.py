"""kill -9 of each process, in the middle of an enrolment: it ends with one consent, one confirmation, one card."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from itertools import count

import pytest

from sms_service.store.tables import card, consent, member, outbox, registration
from tests.conftest import KEY
from tests.crash.conftest import OwnPostgres
from tests.crash.drive import VICTIMS, Drive
from tests.crash.share import EVERY, OFFSET
from tests.gateways import Twilio
from tests.town import ENROLER, RULES_OFF

ASKED, WELCOME, LINK = "XYZ: Anil entered you", "You are a member of XYZ", "XYZ card of R. Kumar"

numbers = count(1)


@pytest.fixture(scope="module")
def drives(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Drive]]:
    """The services, one on each stack, each started when it is first asked for."""
    with ExitStack() as running:

        @cache
        def on(stack: str) -> Drive:
            folder = tmp_path_factory.mktemp("drive")
            settings = {"DATA_DIR": str(folder / "data"), "PRIVACY__KEY": KEY, **RULES_OFF}
            if stack == "postgres":
                settings["DATABASE_URL"] = request.getfixturevalue("own_postgres").url
            twilio = running.enter_context(Twilio(ledger=folder / "ledger", auto_reports=True))
            return running.enter_context(Drive(settings, twilio))

        yield on


class Enrolment:
    """One person, entered and asked and enrolled, by one service; `kill` strikes at one moment."""

    def __init__(self, drive: Drive, kill: Callable[[], None]) -> None:
        self.drive, self.kill, self.answered = drive, kill, 0
        self.mobile = f"+91987654{next(numbers):04d}"
        self.entry = f"REG {self.mobile} ABC1234567 12 Ram Kumar"

    def is_entered(self) -> None:
        self.drive.texts(ENROLER, self.entry)
        self.drive.hears(self.mobile, 1)

    def says_yes(self) -> None:
        self.answered += 1
        self.drive.texts(self.mobile, "1")

    def ends(self) -> list[str]:
        """Waits for her card, and says yes to every question; all that she heard.

        Where nobody here can know yet that she has the question, because the worker died before it wrote that down, her
        yes is no answer to it, and she is asked again.
        """
        while not (heard := self.drive.hears(self.mobile, 1))[-1].startswith(LINK):
            if sum(text.startswith(ASKED) for text in heard) > self.answered:
                self.says_yes()
            else:
                self.drive.hears(self.mobile, len(heard) + 1)
        return heard


def entry_in_the_air(one: Enrolment) -> None:
    sending = one.drive.texts_meanwhile(ENROLER, one.entry)
    one.kill()
    sending.join()


def question_handed_over(one: Enrolment) -> None:
    """Twilio has accepted the question and has not answered yet."""
    one.drive.twilio.behave("late", seconds=1.0)
    one.drive.texts(ENROLER, one.entry)
    one.drive.hears(one.mobile, 1)
    one.kill()
    one.drive.twilio.behave("ok")


def yes_in_the_air(one: Enrolment) -> None:
    one.is_entered()
    one.answered = 1
    sending = one.drive.texts_meanwhile(one.mobile, "1")
    one.kill()
    sending.join()


def confirmation_handed_over(one: Enrolment) -> None:
    one.is_entered()
    one.drive.twilio.behave("late", seconds=1.0)
    one.says_yes()
    one.drive.hears(one.mobile, 2)
    one.kill()
    one.drive.twilio.behave("ok")


Moment = Callable[[Enrolment], None]
MOMENTS: list[Moment] = [entry_in_the_air, question_handed_over, yes_in_the_air, confirmation_handed_over]


DEATHS = [(moment, victim) for moment in MOMENTS for victim in VICTIMS]


def share(stack: str) -> list[tuple[Moment, str]]:
    """The deaths that are died now. With seven victims, every fourth and every fifth death is in turn one of each."""
    if EVERY == 1:
        return DEATHS
    turn, of = (OFFSET + 2, 4) if stack == "sqlite" else (OFFSET + 1, 5)
    return [death for number, death in enumerate(DEATHS) if number % of == turn % of]


def test_killed_while_sql_is_down_all_comes_back_by_itself(
    drives: Callable[[str], Drive], own_postgres: OwnPostgres
) -> None:
    drive = drives("postgres")
    drive.until_whole()
    own_postgres.stop()
    try:
        drive.kill("web")
        drive.kill("sweep")
        drive.until_died("sweep")  # the workers of the web are started again by the web server itself
    finally:
        own_postgres.start()
    one = Enrolment(drive, lambda: None)
    one.is_entered()

    assert [text[:14] for text in one.ends()] == [start[:14] for start in (ASKED, WELCOME, LINK)]


@pytest.mark.parametrize(
    ("stack", "moment", "victim"),
    [(stack, *death) for stack in ("sqlite", "postgres") for death in share(stack)],
)
def test_killed(drives: Callable[[str], Drive], stack: str, moment: Moment, victim: str) -> None:
    drive = drives(stack)
    drive.until_whole()
    one = Enrolment(drive, lambda: drive.kill(victim))

    moment(one)
    heard = one.ends()

    repeated = len(heard) - 3
    assert [text[:14] for text in heard] == [start[:14] for start in (*[ASKED] * (1 + repeated), WELCOME, LINK)]


@pytest.mark.parametrize("stack", ["sqlite", "postgres"])
def test_and_in_the_end_everything_happened_once(drives: Callable[[str], Drive], stack: str) -> None:
    """After all of these deaths, and one more enrolment, when every message is settled: nothing more has come."""
    drive = drives(stack)
    one = Enrolment(drive, lambda: None)
    one.is_entered()
    one.ends()
    drive.until_whole()
    drive.until_settled()
    drive.twilio.wait_for_reports()

    entered = drive.rows(registration)
    messages = drive.twilio.accepted
    assert len(entered) == len({message.to for message in messages} - {ENROLER}) > 0
    assert {row.status for row in entered} == {"confirmed"}
    assert [row.decision for row in drive.rows(consent)] == ["given"] * len(entered)
    assert len(drive.rows(member)) == len(drive.rows(card)) == len(entered)
    assert {row.status for row in drive.rows(card)} == {"ready"}
    for beginning in ("Saved", WELCOME, LINK):
        assert sum(message.text.startswith(beginning) for message in messages) == len(entered), beginning
    assert len(messages) == len({message.ref for message in messages}) == len(drive.rows(outbox))
    assert {row.status for row in drive.rows(outbox)} <= {"sent", "delivered"}

"""Deadlocks and serialisation failures, as PostgreSQL says them: run again three times, then kept; never half a turn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from sms_service.channels.africastalking import BUSY
from sms_service.store.tables import consent, delivery_report, member, outbox, turn
from sms_service.store.transaction import MAX_REFUSED
from tests.conftest import KEY
from tests.crash.share import EVERY, OFFSET
from tests.gateways import AfricasTalking, Twilio
from tests.town import ENROLER, ENTRY, MEMBER, Town

DEADLOCK, SERIALISATION, UNIQUE, LOCK = "40P01", "40001", "23505", "55P03"
CODES = (DEADLOCK, SERIALISATION, UNIQUE, LOCK)
SHARE = CODES if EVERY == 1 else (CODES[OFFSET % 4],)
"""One of them, another with the next build; or all."""

REFUSING = """
CREATE SEQUENCE tries;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF nextval('tries') <= {times} THEN RAISE EXCEPTION 'injected' USING ERRCODE = '{code}'; END IF;
  RETURN NEW;
END $$;
"""
"""A sequence counts what is rolled back too."""

AT_STATEMENT = "CREATE TRIGGER refused BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse()"
AT_COMMIT = """CREATE CONSTRAINT TRIGGER refused AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION refuse()"""


@pytest.fixture
def town(
    tmp_path: object, fresh_postgres: str, valkey_url: str, live: object, twilio: Twilio, africastalking: AfricasTalking
) -> Iterator[Town]:
    settings = {"DATA_DIR": str(tmp_path), "REDIS_URL": valkey_url, "PRIVACY__KEY": KEY, "DATABASE_URL": fresh_postgres}
    with Town(settings, twilio, africastalking) as made:
        yield made


def refuse(town: Town, table: str, code: str, times: int, at: str = AT_STATEMENT) -> None:
    """The next `times` inserts into a table fail so."""
    with town.service.engine.begin() as conn:
        conn.execute(text(REFUSING.format(times=times, code=code)))
        conn.execute(text(at.format(table=table)))


def no_more(town: Town) -> int:
    """From now on nothing is refused; how often it was tried."""
    with town.service.engine.begin() as conn:
        tries: int = conn.execute(text("SELECT last_value FROM tries")).scalar_one()
        conn.execute(text("DROP FUNCTION refuse CASCADE"))
    return tries


@pytest.mark.parametrize("at", [AT_STATEMENT, AT_COMMIT], ids=["at a statement", "at the commit"])
@pytest.mark.parametrize("code", SHARE)
def test_three_times_it_is_run_again_and_then_has_happened_once(town: Town, code: str, at: str) -> None:
    town.phone(ENROLER, "twilio").texts(ENTRY)
    refuse(town, "consent", code, MAX_REFUSED, at)

    assert town.phone(MEMBER, "twilio").texts("1") == 200

    assert no_more(town) == MAX_REFUSED + 1
    assert [row.decision for row in town.rows(consent)] == ["given"]
    assert len(town.rows(member)) == 1
    assert len(town.service.spool) == 0


@pytest.mark.parametrize("at", [AT_STATEMENT, AT_COMMIT], ids=["at a statement", "at the commit"])
@pytest.mark.parametrize("code", SHARE)
def test_more_often_it_is_kept_on_disk_and_nothing_of_it_is_written(town: Town, code: str, at: str) -> None:
    town.phone(ENROLER, "twilio").texts(ENTRY)
    her = town.phone(MEMBER, "twilio")
    before = {table: len(town.rows(table)) for table in (consent, member, turn, outbox)}
    refuse(town, "consent", code, 1_000, at)

    assert her.sends("1") == 200
    assert {table: len(town.rows(table)) for table in before} == before
    assert len(town.service.spool) == 1

    assert no_more(town) == MAX_REFUSED + 1, "tried so often, and not for ever"
    town.sweep()
    town.work()
    assert [row.decision for row in town.rows(consent)] == ["given"]
    assert [said[:12] for said in her.heard] == ["XYZ: Anil en", "You are a me", "XYZ card of "]


def test_a_ussd_hop_that_is_refused_ends_with_a_sentence_and_saves_nothing(town: Town) -> None:
    dialled = town.phone(ENROLER, "africastalking").dials()
    turns = len(town.rows(turn))
    refuse(town, "turn", DEADLOCK, 1_000)
    dialled.press("98765 43210")

    assert (dialled.ended, dialled.answer.body) == (True, BUSY)
    assert len(town.rows(turn)) == turns
    assert no_more(town) <= MAX_REFUSED + 1


def test_a_delivery_report_is_run_again_or_kept_too(town: Town) -> None:
    town.phone(ENROLER, "twilio").texts(ENTRY)
    first, second = town.twilio.accepted
    refuse(town, "delivery_report", DEADLOCK, MAX_REFUSED)
    assert town.twilio.report(first, "delivered").status == 204
    assert no_more(town) == MAX_REFUSED + 1
    with town.service.engine.begin() as conn:
        conn.execute(text("DROP SEQUENCE tries"))

    refuse(town, "delivery_report", SERIALISATION, 1_000)
    assert town.twilio.report(second, "delivered").status == 204
    assert len(town.service.spool) == 1
    assert no_more(town) == MAX_REFUSED + 1
    town.sweep()

    assert {row.status for row in town.rows(outbox)} == {"delivered"}
    assert len(town.rows(delivery_report)) == 2


def test_a_send_whose_settling_is_refused_is_written_down_once(town: Town) -> None:
    town.phone(ENROLER, "twilio").sends(ENTRY)
    refuse(town, "channel_log", SERIALISATION, MAX_REFUSED)
    town.work()

    assert no_more(town) >= MAX_REFUSED + 1
    assert [row.status for row in town.rows(outbox)] == ["sent", "sent"]
    assert len(town.twilio.accepted) == 2

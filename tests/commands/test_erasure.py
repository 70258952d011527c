"""`sms-service forget`: what the office sees before, what it says after, and that nothing happens in between unasked."""

from __future__ import annotations

import json

import pytest
import redis
from typer.testing import CliRunner, Result

from sms_service.cli import app
from sms_service.enrolment import numbers
from sms_service.enrolment.mentions import TAKEN_OUT
from sms_service.store import people
from sms_service.store.tables import consent, erasure, member, search, turn
from tests.town import ENROLER, ENTRY, MEMBER, Town
from workers import erase


@pytest.fixture
def office(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """One member, and the settings of the service in the environment."""
    for name, value in town.environment.items():
        monkeypatch.setenv(name, value)
    town.enrols()
    return town


def typed(*words: str, answers: str = "") -> Result:
    return CliRunner().invoke(app, words, input=answers)


def is_known(town: Town) -> bool:
    with town.service.reads.begin() as conn:
        return people.by_phone(conn, town.service.keys, MEMBER) is not None


def test_it_shows_what_it_will_do_and_does_it_when_told_to(office: Town) -> None:
    done = typed("forget", MEMBER, answers="y\n")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[:2] == ["Phone ..210, and whoever shares it:", f"  memberships that end: {numbers.written(1)}"]
    assert lines[2].startswith("  made unreadable: 1 registrations, 1 decisions, ")
    assert "She is forgotten. What remains, and why:" in done.output
    assert not is_known(office)
    assert [row.status for row in office.rows(member)] == ["withdrawn"]
    assert [(row.decision, row.verdict) for row in office.rows(consent)][1:] == [("withdrawn", "forget")]


def test_nothing_of_her_stands_in_what_it_shows(office: Town) -> None:
    done = typed("forget", MEMBER, "--yes")
    assert not [one for one in ("9876543210", "Ram", "ABC1234567") if one in done.output]


def test_unless_told_to_it_changes_nothing(office: Town) -> None:
    assert "nothing was changed" in typed("forget", MEMBER, answers="n\n").output
    assert json.loads(typed("forget", MEMBER, "--json").stdout)["forgotten"] is False
    assert is_known(office)


def test_by_a_membership_number_and_as_json(office: Town) -> None:
    told = json.loads(typed("forget", numbers.written(1), "--yes", "--json").stdout)
    assert told["forgotten"] is True
    assert told["holdings"]["members"] == [1]
    assert told["holdings"]["others"] >= 1
    assert len(told["remains"]) == 4
    assert not is_known(office)


@pytest.mark.parametrize("whom", [MEMBER, numbers.written(1)])
def test_who_was_forgotten_is_not_known(office: Town, whom: str) -> None:
    assert typed("forget", whom, "--yes").exit_code == 0
    again = typed("forget", whom, "--yes")
    assert again.exit_code == 1
    assert "nobody is known by this number" in again.output


@pytest.mark.parametrize(
    ("whom", "said"),
    [
        ("+919876500000", "nobody is known by this number"),
        (numbers.written(99), "nobody is known by this number"),
        ("0000001", "this is neither a mobile number"),
        ("Ram Kumar", "this is neither a mobile number"),
    ],
)
def test_who_is_meant_has_to_be_clear(office: Town, whom: str, said: str) -> None:
    done = typed("forget", whom, "--yes")
    assert (done.exit_code, said in done.output) == (1, True)


def test_redis_is_cleared_at_once_and_once_more_by_the_sweeper(office: Town, live: redis.Redis) -> None:
    with office.service.reads.begin() as conn:
        her = people.by_phone(conn, office.service.keys, MEMBER)
    assert her
    name = f"sms_service:live:{her.phone_index.hex()}"
    assert live.exists(name)
    assert "Copies in Redis are deleted." in typed("forget", MEMBER, "--yes").output
    assert not live.exists(name)
    assert office.rows(erasure)
    erase.forgotten(office.service)
    assert all(row.swept_at for row in office.rows(erasure))


def test_her_copies_are_deleted_also_where_those_of_many_others_wait(office: Town, live: redis.Redis) -> None:
    with office.service.engine.begin() as conn:
        her = people.by_phone(conn, office.service.keys, MEMBER)
        others_wait = [{"person_id": 1, "phone_index": bytes([number])} for number in range(150)]
        conn.execute(erasure.insert(), others_wait)
    assert her
    assert "Copies in Redis are deleted." in typed("forget", MEMBER, "--yes").output
    assert not live.exists(f"sms_service:live:{her.phone_index.hex()}")


def test_her_enrolers_texts_are_looked_through_at_once(office: Town) -> None:
    typed("forget", MEMBER, "--yes")
    with office.service.reads.begin() as conn:
        anil = people.by_phone(conn, office.service.keys, ENROLER)
    assert anil
    said = [anil.key.decrypt("turn.text", row.text_sealed) for row in office.rows(turn) if row.person_id == anil.id]
    assert TAKEN_OUT in said
    assert ENTRY not in said
    assert [row.looked_at is not None for row in office.rows(search)] == [True], "and once more by the sweeper"

"""/hooks/missed-call/SECRET over HTTP: a telephone company reports calls; whoever has no secret changes nothing."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from sms_service.store.tables import consent, missed_call, outbox, turn
from tests.conftest import KEY
from tests.gateways import AfricasTalking, Twilio
from tests.town import ENTRY, MEMBER, Town

SECRET = "the-secret-of-the-missed-calls"


@pytest.fixture
def listening(
    tmp_path: Path, valkey_url: str, live: object, twilio: Twilio, africastalking: AfricasTalking
) -> Iterator[Town]:
    settings = {
        "DATA_DIR": str(tmp_path), "REDIS_URL": valkey_url, "PRIVACY__KEY": KEY, "CHANNELS__MISSED_CALL__SECRET": SECRET,
        "CHANNELS__DEFAULT": "handset",
    }  # fmt: skip
    with Town(settings, twilio, africastalking) as made:
        yield made


def told(town: Town, method: str = "GET", secret: str = SECRET, **fields: str) -> requests.Response:
    """A report of the company's, and then the workers' work."""
    address = f"{town.url}/hooks/missed-call/{secret}"
    sent = {"params": fields} if method == "GET" else {"data": fields}
    answer = requests.request(method, address, timeout=20, **sent)  # type: ignore[arg-type]
    town.work()
    return answer


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_was_entered_is_asked_again(listening: Town, method: str) -> None:
    listening.enroler.texts(ENTRY)
    [question] = listening.member.heard

    answer = told(listening, method, CallSid="c1", CallFrom="09876543210", CallTo="08047112233")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert "<Reject/>" in answer.text
    assert listening.member.heard == [question, question]
    assert [row.answered for row in listening.rows(missed_call)] == [True]
    assert listening.rows(consent) == []


def test_a_report_that_comes_twice_counts_once(listening: Town) -> None:
    for _ in range(3):
        assert told(listening, CallSid="c1", CallFrom=MEMBER).status_code == 200
    assert len(listening.rows(missed_call)) == 1
    assert listening.member.heard == ["XYZ: you rang us. To join, send JOIN to this number. HELP tells more."]


@pytest.mark.parametrize("secret", ["wrong", SECRET[:-1], f"{SECRET}x", "%00", "सुनीता"])
def test_without_the_secret_nothing_is_written(listening: Town, secret: str) -> None:
    for method in ("GET", "POST"):
        answer = told(listening, method, secret=secret, CallSid="c1", CallFrom=MEMBER)
        assert (answer.status_code, answer.content) == (403, b"")
    assert (listening.rows(turn), listening.rows(missed_call), listening.rows(outbox)) == ([], [], [])


def test_what_cannot_be_read_is_told_and_what_is_no_call_is_not_one(listening: Town) -> None:
    assert told(listening, CallFrom=MEMBER).status_code == 400
    assert told(listening, CallSid="c1").status_code == 400
    assert told(listening, CallSid="c1", CallFrom="51969").status_code == 200
    assert told(listening, CallSid="c2", CallFrom=MEMBER, Direction="outbound-api").status_code == 200
    assert told(listening, "PUT", CallSid="c1", CallFrom=MEMBER).status_code == 405
    assert listening.rows(turn) == []


def test_where_the_setting_has_no_secret_there_is_no_such_address(town: Town) -> None:
    for secret in ("", "x", SECRET):
        assert told(town, secret=secret, CallSid="c1", CallFrom=MEMBER).status_code == 404


def test_no_number_and_no_secret_in_the_log(listening: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="sms_service")
    told(listening, CallSid=uuid.uuid4().hex, CallFrom=MEMBER)
    told(listening, secret="wrong", CallSid="c1", CallFrom=MEMBER)
    told(listening, CallFrom=MEMBER)
    lines = [one.getMessage() for one in caplog.records if one.name.startswith("sms_service")]
    assert any("missed-call" in line for line in lines), "a refusal is told"
    assert not any(part in line for line in lines for part in (SECRET, MEMBER, MEMBER[3:], "wrong/"))

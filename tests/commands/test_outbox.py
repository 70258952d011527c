"""`sms-service outbox show` and `outbox list --differs`: the life of a message, and what was billed otherwise than counted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sms_service.channels.advice import AFRICASTALKING
from sms_service.commands.outbox_life import MEANS, means
from sms_service.store import gateway_down
from sms_service.store.messages import Shown
from sms_service.store.tables import outbox
from tests.town import Town
from tests.typed import sms_service

PHONE = "+254711000111"


def sent(town: Town, weather: str = "ok") -> Any:
    """A message that met this weather at its gateway."""
    town.phone(PHONE, by="africastalking").sends("HELP")
    town.africastalking.behave(weather, times=1)
    town.work()
    [row] = town.rows(outbox)
    return row


def shown(town: Town, *arguments: str) -> str:
    ended = sms_service(town.environment, "outbox", *arguments)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_show_tells_the_life_of_a_message(any_town: Town) -> None:
    row = sent(any_town)
    told = shown(any_town, "show", row.ref)
    lines = [line.strip() for line in told.splitlines()]

    assert lines[0].startswith(f"{row.ref}: sent, by africastalking, flow help, id ATXid_")
    assert lines[1].endswith("queued")
    assert lines[2].endswith("sent by africastalking accepted")
    assert lines[3].startswith("asked: POST 127.0.0.1/")
    assert lines[4].startswith("answer: 201 in ")
    assert "Sent to 1/1" in lines[4]
    assert lines[5].startswith("SMS segments: ")
    assert lines[6] == f"This means: {MEANS['sent']}"
    assert "711000111" not in told


@pytest.mark.parametrize(
    ("weather", "says"),
    [
        ("500", "then `sms-service outbox release"),
        ("status-402", AFRICASTALKING["InvalidSenderId"]),
        ("status-403", "The gateway's reason: InvalidPhoneNumber."),
        ("status-405", "because of: InsufficientBalance."),
    ],
)
def test_show_says_what_an_outcome_means_and_what_to_do(any_town: Town, weather: str, says: str) -> None:
    assert says in shown(any_town, "show", sent(any_town, weather).ref)


def test_show_speaks_json(any_town: Town) -> None:
    row = sent(any_town)
    told = json.loads(shown(any_town, "show", row.ref, "--json"))
    assert (told["ref"], told["status"], told["means"]) == (row.ref, "sent", MEANS["sent"])
    assert [step["outcome"] for step in told["steps"]] == ["accepted"]


def test_show_of_what_is_not_there_says_so(any_town: Town) -> None:
    ended = sms_service(any_town.environment, "outbox", "show", "nothing")
    assert ended.returncode == 1
    assert ended.stderr == "no message has the reference nothing; `sms-service outbox list` shows some\n"


def test_what_was_billed_otherwise_is_listed(any_town: Town) -> None:
    row = sent(any_town)
    assert shown(any_town, "list", "--differs") == "no message was billed with other segments than we counted.\n"

    with any_town.service.engine.begin() as conn:
        conn.execute(outbox.update().values(segments=row.counted + 2))
    told = shown(any_town, "list", "--differs")
    assert row.ref in told
    assert f"{row.counted}, {row.counted + 2}" in told
    assert "(they differ)" in shown(any_town, "show", row.ref)
    [listed] = json.loads(shown(any_town, "list", "--differs", "--json"))
    assert (listed["counted"], listed["segments"]) == (row.counted, row.counted + 2)


@pytest.mark.parametrize("status", ["queued", *MEANS])
def test_every_status_means_something(status: str) -> None:
    row = Shown(
        ref="0d5c", status=status, reason="", channel="twilio", flow="help", attempts=1, created_at=1.0, due_at=2.0,
        sent_at=None, gateway_id="", counted=1, segments=0, price=None, repeats=0,
    )  # fmt: skip
    assert means(row, now=3.0).endswith(".")
    assert "REF" not in means(row, now=3.0)


# --- what failed for what an operator has put right -------------------------------------------------------------------


def failed(town: Town, phone: str, says: str = "HELP") -> None:
    """Her answer is refused: the token is wrong."""
    town.phone(phone, by="africastalking").sends(says)
    town.africastalking.behave("401")
    town.work()
    town.africastalking.behave("ok")


def statuses(town: Town) -> list[str]:
    return [row.status for row in sorted(town.rows(outbox), key=lambda row: row.id)]


def test_what_failed_for_a_wrong_token_goes_once_it_is_put_right(any_town: Town) -> None:
    for number in range(3):
        failed(any_town, f"+25471100011{number}")
    assert statuses(any_town) == ["failed"] * 3
    told = shown(any_town, "release", "--failed-with", "HTTP 401", "--yes")
    assert told == "3 failed with HTTP 401 and would go again: 3 by africastalking.\n3 are queued.\n"
    any_town.work()
    assert statuses(any_town) == ["sent"] * 3
    assert len(any_town.africastalking.accepted) == 3
    assert shown(any_town, "release", "--failed-with", "HTTP 401", "--yes").startswith("no message failed")


def test_it_asks_before_it_sends(any_town: Town) -> None:
    failed(any_town, PHONE)
    ended = sms_service(any_town.environment, "outbox", "release", "--failed-with", "HTTP 401", stdin="n\n")
    assert (ended.returncode, statuses(any_town)) == (1, ["failed"])


@pytest.mark.parametrize(
    "values",
    [{"created_at": 1.0}, {"repeats": 1}, {"status": "delivered"}, {"text_sealed": b""}, {"withdrawn": True}],
)
def test_what_is_old_arrived_or_went_anew_is_left_alone(any_town: Town, values: dict[str, Any]) -> None:
    failed(any_town, PHONE)
    with any_town.service.engine.begin() as conn:
        conn.execute(outbox.update().values(values))
    assert shown(any_town, "release", "--failed-with", "HTTP 401", "--yes").startswith("no message failed")


def test_an_older_time_can_be_named(any_town: Town) -> None:
    failed(any_town, PHONE)
    with any_town.service.engine.begin() as conn:
        conn.execute(outbox.update().values(created_at=outbox.c.created_at - 3 * 86_400))
    assert "1 are queued" in shown(
        any_town, "release", "--failed-with", "HTTP 401", "--since", "2020-01-01 00:00", "--yes"
    )


def test_a_question_whose_session_is_over_is_left_out(any_town: Town) -> None:
    failed(any_town, PHONE, "JOIN")
    failed(any_town, "+254711000112", "JOIN")
    any_town.phone(PHONE, by="africastalking").sends("STOP")
    assert "1 failed with HTTP 401" in shown(any_town, "release", "--failed-with", "HTTP 401", "--yes")
    first, second, *_ = statuses(any_town)
    assert (first, second) == ("failed", "queued")


def test_the_list_names_a_gateway_that_is_down(any_town: Town) -> None:
    with any_town.service.engine.begin() as conn:
        for _ in range(gateway_down.FAILURES):
            gateway_down.failed(conn, "africastalking", 1, "503", 1_800_000_000.0)
    assert "gateway africastalking is down since 2027-01-15" in " ".join(shown(any_town, "list").split())

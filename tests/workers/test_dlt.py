"""India's registry: the ids go along with a text, what is not registered does not leave, and refusals are told."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from sms_service import reports
from sms_service.channels.base import Accepted, DeliveryReport, Dlt, Outbound, Refused, Sent
from sms_service.store import dlt_refusals
from sms_service.store.tables import dlt_refusal, outbox
from tests.gateways import AfricasTalking, Twilio
from tests.town import Town
from tests.workers.conftest import Clock
from workers import deliver

INDIAN, KENYAN = "+919876501234", "+254711000111"
FLOWS_ENTITY = "1701158012345678902"
ASK, BYE = "1107161234567890123", "1107161234567890124"
LONG = "a note of more than twenty letters"
FLOW = """flow: note
about: Takes a note.
starts: {keywords: [NOTE]}
languages: [en]
DLT
states:
  note:
    say: "What is the note?"
    ask: {into: note, type: text, max: 20}
    unclear: {say: "A few words, please."}
    next: bye
  bye:
    say: "Noted: {{ note }}. Bye."
    end: true
"""
SECTION = f"""dlt:
  ENTITY
  templates:
    "{ASK}": "What is the note?"
    "{BYE}": "Noted: {{#var#}}. Bye."
"""

Opened = Callable[..., Town]


class Gateway:
    """Notes what Twilio's channel is handed to send, and answers as it is told."""

    def __init__(self, town: Town, answer: Sent | None) -> None:
        self.handed: list[Outbound] = []
        self.answer = answer
        town.service.channels["twilio"].send = self.send  # type: ignore[method-assign]

    def send(self, message: Outbound) -> Sent:
        self.handed.append(message)
        return self.answer or Accepted(f"SM{len(self.handed)}")


def says(town: Town, phone: str, *texts: str, answer: Sent | None = None) -> Gateway:
    """Somebody writes by Twilio; what the answers were handed to. Without texts what is due leaves."""
    gateway = Gateway(town, answer)
    for text in texts:
        town.phone(phone, by="twilio").sends(text)
        deliver.send_due(town.service, 10)
    deliver.send_due(town.service, 10)
    return gateway


def note(entity: str) -> str:
    return FLOW.replace("DLT", SECTION.replace("ENTITY", f'entity: "{entity}"'))


def strict(town: Town) -> Town:
    """The same town, where nothing may leave for India that is not registered."""
    config = town.config.model_copy(update={"dlt": town.config.dlt.model_copy(update={"required": True})})
    object.__setattr__(town.service, "config", config)
    return town


# --- the ids ------------------------------------------------------------------------------------------------------


def test_a_text_to_india_carries_the_ids_of_its_registered_text(opened: Opened) -> None:
    town = opened(note=note(FLOWS_ENTITY))
    gateway = says(town, INDIAN, "NOTE", "Ram was here")

    assert [one.text for one in gateway.handed] == ["What is the note?", "Noted: Ram was here. Bye."]
    assert [one.dlt for one in gateway.handed] == [
        Dlt(entity_id=FLOWS_ENTITY, template_id=ASK), Dlt(entity_id=FLOWS_ENTITY, template_id=BYE),
    ]  # fmt: skip
    assert [(row.dlt_entity, row.dlt_template) for row in town.rows(outbox)] == [
        (FLOWS_ENTITY, ASK), (FLOWS_ENTITY, BYE),
    ]  # fmt: skip


def test_a_text_to_another_country_carries_none(opened: Opened) -> None:
    town = strict(opened(note=note(FLOWS_ENTITY)))
    gateway = says(town, KENYAN, "NOTE")
    assert [one.dlt for one in gateway.handed] == [None]
    assert [row.dlt_template for row in town.rows(outbox)] == [None]


def test_a_text_that_is_not_registered_leaves_without_ids_where_that_is_allowed(opened: Opened) -> None:
    town = opened(note=note(FLOWS_ENTITY))
    gateway = says(town, INDIAN, "NOTE", LONG)
    assert [one.text for one in gateway.handed][1:] == ["A few words, please."]
    assert gateway.handed[1].dlt is None


# --- what is not registered ---------------------------------------------------------------------------------------


def test_a_text_that_is_not_registered_does_not_leave_and_the_office_sees_it(
    opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    town = strict(opened(note=note(FLOWS_ENTITY)))
    with caplog.at_level(logging.WARNING):
        gateway = says(town, INDIAN, "NOTE", LONG, LONG)

    assert [one.text for one in gateway.handed] == ["What is the note?"]
    failed = [row for row in town.rows(outbox) if row.status == "failed"]
    assert [(row.reason, row.attempts) for row in failed] == [("no registered template", 1)] * 2
    assert [(row.code, row.times) for row in town.rows(dlt_refusal)] == [(0, 2)]
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 1, "one line an hour"
    assert "no registered template" in errors[0]
    assert "few words" not in caplog.text
    assert INDIAN[3:] not in caplog.text
    assert deliver.send_due(town.service, 10) == 0


def test_on_the_handset_everything_is_shown(opened: Opened) -> None:
    town = strict(opened(note=note(FLOWS_ENTITY)))
    phone = town.phone(INDIAN)
    phone.texts("NOTE")
    phone.texts(LONG)
    assert phone.heard == ["What is the note?", "A few words, please."]


def test_a_message_of_the_release_before_has_no_ids_and_does_not_leave_either(opened: Opened) -> None:
    town = strict(opened(note=note(FLOWS_ENTITY)))
    town.phone(INDIAN, by="twilio").sends("NOTE")
    with town.service.engine.begin() as conn:
        conn.execute(update(outbox).values(dlt_entity=None, dlt_template=None))
    assert says(town, INDIAN).handed == []
    assert [row.status for row in town.rows(outbox)] == ["failed"]


# --- what the registry refuses ------------------------------------------------------------------------------------


def report(town: Town, row: Any, reason: str) -> None:
    one = DeliveryReport(
        channel="twilio", gateway_id=row.gateway_id, ref=row.ref, phone="", status="failed", word="UNDELIV",
        reason=reason, again=3, after=1.0,
    )  # fmt: skip
    with town.service.engine.begin() as conn:
        reports.take_report(conn, town.service.keys, one, 7200.0)


def test_a_refusal_is_counted_told_once_an_hour_and_never_sent_again(
    opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    town = opened(note=note(FLOWS_ENTITY))
    gateway = says(town, INDIAN, "NOTE", "one", "NOTE")
    for row in town.rows(outbox):
        report(town, row, "633")
        report(town, row, "633")  # and once more

    assert {(row.status, row.reason) for row in town.rows(outbox)} == {("failed", "633")}
    assert [(row.hour, row.code, row.times) for row in town.rows(dlt_refusal)] == [(2, 633, 3)]
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    [told] = errors
    assert told.startswith("India's registry refused a text, code 633 (twilio): the text is not the registered one: ")
    assert deliver.send_due(town.service, 10) == 0
    assert len(gateway.handed) == 3


def test_the_same_code_of_another_country_is_something_else(opened: Opened, caplog: pytest.LogCaptureFixture) -> None:
    town = opened(note=note(FLOWS_ENTITY))
    says(town, KENYAN, "NOTE")
    [row] = town.rows(outbox)
    report(town, row, "633")
    assert town.rows(dlt_refusal) == []
    assert not [record for record in caplog.records if record.levelno == logging.ERROR]


def test_a_refusal_that_overtakes_the_answer_to_its_send_is_counted_too(opened: Opened) -> None:
    town = opened(note=note(FLOWS_ENTITY))
    town.phone(INDIAN, by="twilio").sends("NOTE")
    early = DeliveryReport(
        channel="twilio", gateway_id="SM1", ref="", phone="", status="failed", word="UNDELIV", reason="631"
    )
    with town.service.engine.begin() as conn:
        assert not reports.take_report(conn, town.service.keys, early, 7200.0)
    says(town, INDIAN)
    assert [row.status for row in town.rows(outbox)] == ["failed"]
    assert [(row.code, row.times) for row in town.rows(dlt_refusal)] == [(631, 1)]


def test_what_a_gateway_refuses_at_once_with_such_a_code_is_not_tried_again(opened: Opened, clock: Clock) -> None:
    town = opened(note=note(FLOWS_ENTITY))
    gateway = says(town, INDIAN, "NOTE", answer=Refused("620", again=True))
    clock.pass_(3600)
    deliver.send_due(town.service, 10)
    assert len(gateway.handed) == 1
    assert [(row.status, row.reason) for row in town.rows(outbox)] == [("failed", "620")]
    assert [(row.code, row.times) for row in town.rows(dlt_refusal)] == [(620, 1)]


def test_nor_does_it_go_by_another_channel(
    stack: dict[str, str], twilio: Twilio, africastalking: AfricasTalking, clock: Clock
) -> None:
    with Town({**stack, "ROUTES": "[{channels: [twilio, africastalking]}]"}, twilio, africastalking) as town:
        clock.pass_(60)
        says(town, INDIAN, "HELP", answer=Refused("633", again=False))
        assert africastalking.accepted == []
        assert [(row.status, row.channel, row.reason) for row in town.rows(outbox)] == [("failed", "twilio", "633")]
        assert [(row.code, row.times) for row in town.rows(dlt_refusal)] == [(633, 1)]


# --- the counts ---------------------------------------------------------------------------------------------------


def test_refusals_are_counted_by_the_hour_and_told_for_a_day(any_town: Town) -> None:
    day = 86_400.0
    with any_town.service.engine.begin() as conn:
        assert dlt_refusals.count(conn, 633, 10 * day)
        assert not dlt_refusals.count(conn, 633, 10 * day + 3599)
        assert dlt_refusals.count(conn, 633, 10 * day + 3600)
        assert dlt_refusals.count(conn, 0, 10 * day + 3600)
        assert dlt_refusals.of_last_day(conn, 10 * day + 7200) == {0: 1, 633: 3}
        assert dlt_refusals.of_last_day(conn, 11 * day + 7200) == {}
        assert dlt_refusals.ever(conn) == {0: 1, 633: 3}

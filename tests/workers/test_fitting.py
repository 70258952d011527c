"""A message that is longer than its gateway takes: it leaves all the same, cut, with its end whole."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from sms_service.channels.base import Longest
from sms_service.channels.jasmin import Jasmin
from sms_service.channels.twilio import Twilio
from sms_service.channels.whatsapp import WhatsApp
from sms_service.engine.texts import count, septets
from sms_service.store.tables import channel_log, outbox
from tests.town import Town
from workers import deliver

PHONE = "+14155550123"


def helped(town: Town, longest: Longest, monkeypatch: pytest.MonkeyPatch, **row: Any) -> Any:
    """The answer to HELP, sent by a gateway that takes so much; its row."""
    monkeypatch.setattr(town.service.channels["twilio"], "longest", longest)
    town.phone(PHONE, by="twilio").sends("HELP")
    with town.service.engine.begin() as conn:
        conn.execute(update(outbox).values(**row) if row else update(outbox).values(status="queued"))
    deliver.send_due(town.service, 10)
    [only] = town.rows(outbox)
    return only


def test_the_limits_of_the_gateways() -> None:
    assert Twilio.longest == WhatsApp.longest == Longest(characters=1600)
    assert Jasmin.longest == Longest(segments=5)


def test_what_is_too_long_is_cut_and_sent_never_refused(
    impatient: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    row = helped(impatient, Longest(characters=60), monkeypatch)
    [message] = impatient.twilio.accepted
    assert row.status == "sent"
    assert "..." in message.text
    assert message.text.startswith("XYZ: ")
    assert len(message.text) <= 60
    assert septets(message.text) is not None
    assert row.counted == count(message.text).segments == 1
    assert f"message {row.ref} has " in caplog.text
    assert "XYZ" not in caplog.text


def test_what_fits_leaves_as_it_is(impatient: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    helped(impatient, Longest(characters=1600), monkeypatch)
    assert "..." not in impatient.twilio.accepted[0].text


def test_a_registered_text_is_never_cut(impatient: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = {"dlt_entity": "1101447480000012345", "dlt_template": "1107160000000012345"}
    helped(impatient, Longest(characters=60), monkeypatch, **ids)
    assert "..." not in impatient.twilio.accepted[0].text


def test_an_answer_that_was_lost_is_looked_up_by_what_was_sent(
    impatient: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient.twilio.behave("silent", times=1)
    row = helped(impatient, Longest(characters=60), monkeypatch)
    assert row.status == "sending"
    with impatient.service.engine.begin() as conn:
        conn.execute(update(outbox).values(lease_until=0.0))
    deliver.recover(impatient.service)
    [found] = impatient.rows(outbox)
    assert (found.status, len(impatient.twilio.accepted)) == ("sent", 1)
    assert [one.outcome for one in impatient.rows(channel_log) if one.step == "looked up"][-1] == "accepted"

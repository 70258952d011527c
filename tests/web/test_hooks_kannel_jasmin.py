"""Kannel and Jasmin over HTTP: who may ask and how, what is answered, and that nothing counts twice."""

from __future__ import annotations

import pytest

from sms_service.store.tables import delivery_report, turn
from tests import gateways
from tests.gateways import jasmin, kannel
from tests.web.process import Web

PHONE = "+919876500001"


@pytest.fixture
def web(proxied: Web) -> Web:
    return proxied


def kannel_sms(id_: str, text: str = "hello") -> list[tuple[str, str]]:
    return [("id", id_), ("ts", "1723458600"), ("sender", PHONE[1:]), ("receiver", "12345"), ("message", text)]


def turns_of(web: Web, id_: str) -> list[str]:
    """The channels by which the message of this id became a turn."""
    return [row.channel for row in web.rows(turn) if row.inbound_id == id_]


def test_kannel_asks_with_get_and_is_answered_with_nothing(web: Web) -> None:
    answer = web.kannel("sms", kannel_sms("kannel-1", "नमस्ते"))
    assert (answer.status, answer.body) == (200, b"")
    assert turns_of(web, "kannel-1") == ["kannel"]


def test_jasmin_is_acknowledged(web: Web) -> None:
    answer = web.jasmin("sms", gateways.Jasmin().sms_fields(PHONE, "hello", "jasmin-1"))
    assert (answer.status, answer.body) == (200, b"ACK/Jasmin")
    assert turns_of(web, "jasmin-1") == ["jasmin"]


def test_a_message_that_comes_again_counts_once(web: Web) -> None:
    for _ in range(3):
        web.kannel("sms", kannel_sms("again-1"))
        web.jasmin("sms", gateways.Jasmin().sms_fields(PHONE, "hello", "again-1"))
    assert sorted(turns_of(web, "again-1")) == ["jasmin", "kannel"]


def test_a_report_of_an_unknown_message_is_kept(web: Web) -> None:
    assert web.kannel("delivery", [("uuid", "nobody-knows"), ("status", "1")]).status == 200
    assert web.jasmin("delivery", gateways.Jasmin().report_fields("jasmin-9", "DELIVRD")).body == b"ACK/Jasmin"
    kept = {(row.channel, row.ref or row.gateway_id) for row in web.rows(delivery_report)}
    assert {("kannel", "nobody-knows"), ("jasmin", "jasmin-9")} <= kept


@pytest.mark.parametrize("target", ["/hooks/kannel/wrong/sms", f"/hooks/jasmin/{kannel.SECRET}/sms"])
def test_a_wrong_secret_changes_nothing(web: Web, target: str) -> None:
    before = web.counts()
    assert web.get(f"{target}?id=1&sender=919876500001&from=919876500001&message=1&content=1").status == 403
    assert web.counts() == before


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(("name", "secret"), [("kannel", kannel.SECRET), ("jasmin", jasmin.SECRET)])
def test_no_other_method_is_read(web: Web, method: str, name: str, secret: str) -> None:
    before = web.counts()
    answer = web.ask(
        method, f"/hooks/{name}/{secret}/sms?id=1&sender=919876500001&message=1&from=919876500001&content=1"
    )
    assert answer.status == (405 if method != "OPTIONS" else 200)
    assert web.counts() == before

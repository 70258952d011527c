"""What operators and their machines ask: alive, ready, figures. Every problem is a sentence, and none names a person."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from sms_service.store.spool import MAX_TRIES, Spooled
from sms_service.store.tables import turn
from tests.conftest import KEY
from tests.web.conftest import own
from tests.web.process import Web

PHONE = "+919876567890"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, valkey_url: str) -> Iterator[Web]:
    with Web(own(tmp_path_factory.mktemp("health"), valkey_url, 8)) as made:
        yield made


@pytest.fixture(scope="module")
def without_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    folder: Path = tmp_path_factory.mktemp("without-redis")
    settings = {"DATA_DIR": str(folder), "REDIS_URL": f"unix://{folder}/nobody.sock", "PRIVACY__KEY": KEY}
    with Web(settings) as made:
        yield made


def test_alive(web: Web) -> None:
    answer = web.get("/healthz")
    assert (answer.status, answer.body) == (200, b"ok\n")
    assert web.ask("HEAD", "/healthz").status == 200


def test_ready(web: Web) -> None:
    answer = web.get("/readyz")
    assert (answer.status, answer.json) == (200, {"ready": True, "problems": [], "notes": []})


def test_without_redis_it_says_so_and_still_takes_messages(without_redis: Web) -> None:
    ready = without_redis.get("/readyz")

    assert without_redis.get("/healthz").status == 200
    assert ready.status == 503
    assert ready.json == {
        "ready": False,
        "problems": ["Redis cannot be reached: everything works, slower; start Redis"],
        "notes": [],
    }
    taken = without_redis.handset("sms", {"id": "1", "phone": PHONE, "text": "HELP"})
    assert (taken.status, len(without_redis.rows(turn))) == (200, 1)


def test_while_messages_wait_on_disk_it_says_so(web: Web) -> None:
    spool = web.service.spool
    spool.put(time.time(), "handset:1", b"a message of Ram Kumar")
    try:
        answer = web.get("/readyz")
        figures = web.get("/metrics").text
    finally:
        for kept in spool.waiting():
            spool.done(kept)

    assert answer.status == 503
    assert answer.json["problems"] == ["1 messages wait on disk for the sweeper to take them; see that it runs"]
    assert "sms_service_spooled 1.0" in figures
    assert web.get("/readyz").status == 200


def test_what_failed_is_a_note_and_no_reason_to_send_messages_elsewhere(web: Web) -> None:
    spool = web.service.spool
    for number, tries in ((1, 0), (2, MAX_TRIES - 1)):
        kept = spool.put(time.time(), f"handset:{number}", b"a message of Ram Kumar")
        spool.failed(Spooled(kept.file, kept.data, tries), time.time())
    try:
        answer = web.get("/readyz")
        figures = web.get("/metrics").text
    finally:
        spool.bring_back()
        for kept in spool.waiting():
            spool.done(kept)

    assert (answer.status, answer.json["ready"], answer.json["problems"]) == (200, True, [])
    failing, aside = answer.json["notes"]
    assert failing == "a fault of ours kept 1 message from being taken; the log names it, the sweeper tries again"
    assert aside.startswith("1 message failed at every try, kept in spool_set_aside; ")
    assert "sms_service_set_aside 1.0" in figures
    assert "sms_service_spooled 1.0" in figures


def test_figures_are_prometheus_text_and_name_nobody(web: Web) -> None:
    web.handset("sms", {"id": "f1", "phone": PHONE, "text": "my name is Ram Kumar"})
    web.handset("sms", {"id": "f2", "phone": "+919800000002", "text": f"REG {PHONE} ABC1234567 12 Ram Kumar"})
    answer = web.get("/metrics")

    assert answer.status == 200
    assert answer.header["content-type"].startswith("text/plain; version=")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    assert families["sms_service_rows"].samples
    assert {sample.labels["table"]: sample.value for sample in families["sms_service_rows"].samples}["turn"] == 3
    assert {sample.labels["table"]: sample.value for sample in families["sms_service_rows"].samples}[
        "registration"
    ] == 1
    values = {value for family in families.values() for sample in family.samples for value in sample.labels.values()}
    assert values <= {"registration", "consent", "member", "turn", "queued", "sending", "sent", "held"}
    for personal in (PHONE[3:], "Ram", "Kumar", "ABC1234567", "Anil"):
        assert personal not in answer.text


@pytest.mark.parametrize("target", ["/healthz", "/readyz", "/metrics"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE"])
def test_they_only_answer_to_get(web: Web, method: str, target: str) -> None:
    with web.nothing_written():
        answer = web.ask(method, target)
    assert (answer.status, answer.body) == (405, b"")


@pytest.mark.parametrize("target", ["/healthz?x=%FF", "/readyz?x=%00", "/metrics?name[]=x"])
def test_they_ignore_what_they_are_not_asked(web: Web, target: str) -> None:
    assert web.get(target).status == 200

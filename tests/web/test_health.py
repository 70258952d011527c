"""What operators and their machines ask: alive, ready, figures. Every problem is a sentence, and none names a person."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, event, select

from sms_service.store import dlt_refusals, sizes
from sms_service.store.spool import MAX_TRIES, Spooled
from sms_service.store.tables import dlt_refusal, outbox, turn
from sms_service.web import health
from tests.conftest import KEY
from tests.town import Town
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
    assert answer.json["problems"] == [
        "1 message waits on disk for the sweeper to take them; see that `sweep` runs on this machine"
    ]
    assert "sms_service_spooled 1.0" in figures
    assert web.get("/readyz").status == 200


def test_what_failed_is_told(web: Web) -> None:
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

    assert (answer.status, answer.json["ready"], answer.json["notes"]) == (503, False, [])
    failing, aside = answer.json["problems"]
    assert failing == "a fault of ours kept 1 message from being taken; the log names it, the sweeper tries again"
    assert aside.startswith("1 message failed at every try, kept in spool_set_aside; ")
    assert "sms_service_set_aside 1.0" in figures
    assert "sms_service_spooled 1.0" in figures


def test_what_indias_registry_refused_is_noted_and_counted(web: Web) -> None:
    with web.service.engine.begin() as conn:
        for code in (633, 633, 0):
            dlt_refusals.count(conn, code, time.time())
    try:
        answer = web.get("/readyz")
        figures = web.get("/metrics").text
    finally:
        with web.service.engine.begin() as conn:
            conn.execute(dlt_refusal.delete())

    assert (answer.status, answer.json["problems"]) == (200, [])
    none, refused = answer.json["notes"]
    assert none.startswith("1 message to India in 24 hours not sent, no registered template: ")
    assert refused.startswith("2 messages to India in 24 hours refused by the registry with code 633: the text is not ")
    assert 'sms_service_dlt_refused{code="633"} 2.0' in figures


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
    assert values <= {"registration", "consent", "member", "turn", "outbox", "queued", "sending", "held"}
    for personal in (PHONE[3:], "Ram", "Kumar", "ABC1234567", "Anil"):
        assert personal not in answer.text


def test_no_figure_reads_a_whole_table(any_town: Town) -> None:
    """With five million members the counts of before took seconds, and Prometheus showed the service as down."""
    any_town.enrols()
    asked: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        asked.append((statement, parameters))

    engine = any_town.service.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        with any_town.service.reads.begin() as conn:
            health._count(conn, CollectorRegistry())
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len([one for one, _ in asked if " outbox" in one]) >= 3
    for statement, parameters in asked:
        plan = explained(engine, statement, parameters)
        for table in health.TABLES:
            reads = [line for line in plan if re.search(rf"(SCAN|(?<!Bitmap Heap )Scan.* on) {table}\b", line)]
            assert all(re.search(r"ix_outbox_(next|sending|held|differs)", line) for line in reads), (statement, plan)


def explained(engine: Engine, statement: str, parameters: Any) -> list[str]:
    """How the database goes about it. A table of a few rows is read whole by PostgreSQL wherever it may be."""
    with engine.connect() as conn:
        if engine.dialect.name == "postgresql":
            conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
            return [row[0] for row in conn.exec_driver_sql(f"EXPLAIN {statement}", parameters)]
        return [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]


def test_what_is_held_and_what_is_on_its_way_is_counted_what_is_settled_is_not(any_town: Town) -> None:
    any_town.enrols()
    with any_town.service.engine.begin() as conn:
        first, second, *_ = conn.execute(select(outbox.c.id).order_by(outbox.c.id)).scalars()
        conn.execute(outbox.update().values(status="delivered"))
        conn.execute(outbox.update().where(outbox.c.id == first).values(status="held"))
        conn.execute(outbox.update().where(outbox.c.id == second).values(status="queued"))
    figures = requests.get(f"{any_town.url}/metrics", timeout=10).text
    assert re.findall(r'sms_service_outbox\{status="(\w+)"\} (\S+)', figures) == [("queued", "1.0"), ("held", "1.0")]


def test_the_size_of_a_table_is_what_the_database_keeps_of_it(any_town: Town) -> None:
    any_town.enrols()
    with any_town.service.engine.connect() as conn:
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql("ANALYZE turn")
            conn.commit()
        assert sizes.about(conn, ["turn"]) == {"turn": len(any_town.rows(turn))}


@pytest.mark.parametrize("target", ["/healthz", "/readyz", "/metrics"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE"])
def test_they_only_answer_to_get(web: Web, method: str, target: str) -> None:
    with web.nothing_written():
        answer = web.ask(method, target)
    assert (answer.status, answer.body) == (405, b"")


@pytest.mark.parametrize("target", ["/healthz?x=%FF", "/readyz?x=%00", "/metrics?name[]=x"])
def test_they_ignore_what_they_are_not_asked(web: Web, target: str) -> None:
    assert web.get(target).status == 200

"""Health for operators and their machines: alive, ready, and figures for Prometheus. Nothing about any person."""

from __future__ import annotations

import time

from flask import Blueprint, Response, current_app, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from sms_service import looking
from sms_service.service import Service
from sms_service.store import dlt_refusals, gateway_down, gateway_faults, outbox, sizes, unanswered
from sms_service.store.messages import count_differing

TABLES = ("registration", "consent", "member", "turn", "outbox")
"""Those whose growth is worth a line in a graph."""

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@pages.get("/readyz")
def ready() -> Response:
    """Whether all is as it should be: 200, or 503 with what is wrong and what to do. `notes` are for a person to look at, when
    there is time. Red does not say that no message is taken: that is `/healthz`."""
    service: Service = current_app.extensions["sms_service"]
    found = looking.of_service(service, current_app.extensions["flow_files"])
    problems = [one.told for one in found if one.red]
    response = jsonify(
        {"ready": not problems, "problems": problems, "notes": [one.told for one in found if not one.red]}
    )
    response.status_code = 503 if problems else 200
    return response


@pages.get("/metrics")
def metrics() -> Response:
    """Figures from the database, so that every process gives the same ones. None of them reads a whole table: Prometheus asks
    four times a minute, and shows whoever answers too late as down."""
    service: Service = current_app.extensions["sms_service"]
    registry = CollectorRegistry()
    try:
        with service.reads.begin() as conn:
            _count(conn, registry)
    except SQLAlchemyError:
        return Response(status=503)  # Prometheus then shows the target as down, which it is
    spooled = Gauge("sms_service_spooled", "Messages on disk that SQL has not taken yet", registry=registry)
    spooled.set(len(service.spool) + service.spool.failing)
    aside = Gauge("sms_service_set_aside", "Messages on disk that failed each time they were tried", registry=registry)
    aside.set(service.spool.set_aside)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _count(conn: Connection, registry: CollectorRegistry) -> None:
    rows = Gauge("sms_service_rows", "About how many rows tables have", ["table"], registry=registry)
    for table, count in sizes.about(conn, TABLES).items():
        rows.labels(table).set(count)
    messages = Gauge(
        "sms_service_outbox",
        f"Messages that are not settled, {outbox.COUNTED_MAX} at most",
        ["status"],
        registry=registry,
    )
    for status, count in outbox.counts(conn).items():
        messages.labels(status).set(count)
    by_code = "Messages that India's registry refused, by its code; 0: not sent, for want of a registered text"
    refused = Gauge("sms_service_dlt_refused", by_code, ["code"], registry=registry)
    for code, times in dlt_refusals.ever(conn).items():
        refused.labels(str(code)).set(times)
    by_fault = "Messages that a gateway kept back for what only an operator can put right, in a row, by its code"
    faults = Gauge("sms_service_gateway_faults", by_fault, ["channel", "code"], registry=registry)
    for one in gateway_faults.standing(conn, time.time()):
        faults.labels(one.channel, one.code).set(one.times)
    down = Gauge(
        "sms_service_gateway_down", "1 while a gateway is down, 0 since it is back", ["channel"], registry=registry
    )
    by_another = "Messages that went by another channel, because this one was down or would not bring them"
    moved = Gauge("sms_service_gateway_fallbacks", by_another, ["channel"], registry=registry)
    for state in gateway_down.states(conn).values():
        down.labels(state.channel).set(state.is_down)
        moved.labels(state.channel).set(state.moved)
    by_segments = "Messages that a gateway billed with other SMS segments than were counted"
    differ = Gauge("sms_service_segments_differ", by_segments, registry=registry)
    differ.set(count_differing(conn))
    by_reason = "Texts of the last 24 hours that were heard and not answered, because a machine seems to have sent them"
    silent = Gauge("sms_service_unanswered", by_reason, ["reason"], registry=registry)
    for silence in unanswered.of_last_day(conn, time.time()):
        silent.labels(silence.reason).set(silence.texts)
    late = Gauge("sms_service_outbox_late_seconds", "How long the oldest due message waits", registry=registry)
    late.set(outbox.oldest_due(conn, time.time()))

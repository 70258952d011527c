"""/ledger/: the signed heads of the ledger, day by day, for anybody who wants to hold us to them. Nothing of any person."""

from __future__ import annotations

import base64
import re

from flask import Blueprint, Response, current_app, render_template

from sms_service.enrolment import ledger_heads
from sms_service.enrolment.ledger_heads import SignedHead
from sms_service.service import Service

DAY, MONTH = re.compile(r"\d{4}-\d{2}-\d{2}"), re.compile(r"\d{4}-\d{2}")

SPKI = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410, section 4)."""

PLAIN = "text/plain; charset=utf-8"

pages = Blueprint("ledger", __name__)


@pages.get("/ledger/")
def newest() -> Response:
    """The days of the newest month, the public key, and how to check both oneself."""
    return _page("")


@pages.get("/ledger/<month>/")
def of_month(month: str) -> Response:
    """/ledger/2026-11/: the days of one month."""
    return _page(month) if MONTH.fullmatch(month) else Response(status=404)


@pages.get("/ledger/<day>.json")
def of_day(day: str) -> Response:
    """/ledger/2026-11-21.json: the head of that day as the sweeper leaves it in a file, signed."""
    service = _service()
    with service.reads.begin() as conn:
        found = ledger_heads.of_day(conn, day) if DAY.fullmatch(day) else None
    if found is None:
        return Response(status=404)
    text = ledger_heads.as_json(found, service.config.organisation, service.keys.public_key("ledger"))
    name = {"Content-Disposition": f'inline; filename="ledger-{day}.json"'}
    return Response(text, content_type="application/json; charset=utf-8", headers=name)


@pages.get("/ledger/key.pem")
def key() -> Response:
    """The public key, as `openssl` reads it."""
    told = base64.b64encode(SPKI + _service().keys.public_key("ledger")).decode()
    return Response(f"-----BEGIN PUBLIC KEY-----\n{told}\n-----END PUBLIC KEY-----\n", content_type=PLAIN)


def _page(month: str) -> Response:
    service = _service()
    with service.reads.begin() as conn:
        months = ledger_heads.months(conn)
        shown = month or (months[0] if months else "")
        days = ledger_heads.of_month(conn, shown)
    if month and not days:
        return Response(status=404)
    page = render_template(
        "ledger.html",
        word={"lang": "en", "title": "Ledger of decisions"},
        organisation=service.config.organisation,
        month=shown,
        months=months,
        days=[_told(one) for one in days],
        public_key=service.keys.public_key("ledger").hex(),
        url=service.config.url,
    )
    return Response(page)


def _told(one: SignedHead) -> dict[str, str]:
    return {
        "day": one.day,
        "decisions": f"{one.head.seq:,}",
        "seq": str(one.head.seq),
        "head": one.head.hash.hex(),
        "signature": one.signature.hex(),
    }


def _service() -> Service:
    service: Service = current_app.extensions["sms_service"]
    return service

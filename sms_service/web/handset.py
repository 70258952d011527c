"""The handset's page at /phone/: what is typed there goes the same way as what comes from a gateway.

Whoever reaches it can speak for any phone. So it is open only where the service listens to this machine alone and no
proxy stands in front of it; else it asks for the handset's secret, and is not there without one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, abort, current_app, jsonify, make_response, render_template, request
from sqlalchemy import select

from sms_service import intake, privacy
from sms_service.channels.base import Request, Unreadable
from sms_service.channels.missed_call import MissedCalls
from sms_service.channels.phones import e164
from sms_service.config import LOOPBACK
from sms_service.enrolment import enrolers
from sms_service.service import Service
from sms_service.store import people
from sms_service.store.spool import SpoolFull
from sms_service.store.tables import outbox, turn

PEOPLE_MAX = 12
"""Enrolers offered to choose from."""

NO_TEXT = ("clock", "service", MissedCalls.name)
"""Channels of turns that no text of the person's came by."""

MESSAGES_MAX = 200
"""Bubbles shown of one conversation."""

COOKIE = "handset"
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")
LOCAL_HOSTS = {"127.0.0.1", "localhost", "[::1]"}

pages = Blueprint("handset", __name__, url_prefix="/phone")


@pages.before_request
def allowed() -> None:
    """404 where the handset is closed, and to pages of other origins."""
    service: Service = current_app.extensions["sms_service"]
    if service.config.local:
        # A proxy in front of us means that others than this machine are behind it, whatever the settings say.
        if request.remote_addr not in LOOPBACK or any(name in request.headers for name in FORWARDED):
            abort(404)
        # A page from elsewhere that makes its own name point at this machine would bring that name along.
        if request.host.rsplit(":", 1)[0] not in LOCAL_HOSTS:
            abort(404)
    elif not _knows_secret(service.config.channels.handset.secret):
        abort(404)
    if request.method == "POST" and (not request.is_json or request.headers.get("X-Handset") != "1"):
        abort(403)  # only our own page can set that header; a form of another site cannot


def _knows_secret(secret: str) -> bool:
    # Either will do: a cookie from before the secret was changed must not shut out the new key.
    given = (request.cookies.get(COOKIE, ""), request.args.get("key", ""))
    return any(privacy.same(one, secret) for one in given)


@pages.get("/")
def page() -> Response:
    """The page with the two phones. On a public address: /phone/?key=SECRET once, then a cookie."""
    service: Service = current_app.extensions["sms_service"]
    codes = list(service.shelf.ways.ussd)
    response = make_response(
        render_template(
            "phone.html",
            organisation=service.config.organisation,
            service_number=service.config.service_number,
            ussd_code=codes[0] if codes else "",
        )
    )
    secret = service.config.channels.handset.secret
    if privacy.same(request.args.get("key", ""), secret):
        response.set_cookie(
            COOKIE, secret, httponly=True, secure=not service.config.local, samesite="Strict", path="/phone/"
        )
    return response


Answer = Callable[[Service, dict[str, Any]], dict[str, Any]]


def answering(function: Answer) -> Callable[[], Response]:
    """A POST of the page: JSON in, JSON out; a problem is a sentence for whoever holds the phone."""

    @wraps(function)
    def post() -> Response:
        service: Service = current_app.extensions["sms_service"]
        try:
            data = request.get_json(silent=True)
        except RecursionError:  # thousands of brackets
            data = None
        if not isinstance(data, dict):
            abort(400)
        try:
            return jsonify(function(service, data))
        except Unreadable as error:
            problem, status = str(error), 400
        except (intake.NotTaken, SpoolFull):
            problem, status = "Busy, nothing was saved. Please try again.", 503
        response = jsonify({"problem": problem})
        response.status_code = status
        return response

    return post


@pages.post("/people", endpoint="people")
@answering
def list_people(service: Service, _data: dict[str, Any]) -> dict[str, Any]:
    """The enrolers one can play."""
    with service.reads.begin() as conn:
        found = enrolers.everybody(conn, service.keys, PEOPLE_MAX)
    return {
        "people": [
            {"phone": one.person.phone, "name": one.name, "role": "enroler", "language": one.person.language}
            for one in found
            if one.status == "activated"
        ]
    }


@pages.post("/sms", endpoint="sms")
@answering
def sms(service: Service, data: dict[str, Any]) -> dict[str, Any]:
    """A text typed on the phone. `farewell`: the answer to who is forgotten by it, which is never among her messages."""
    stored = _take(service, "sms", {"id": data.get("id"), "from": data.get("phone"), "text": data.get("text")})
    return {"farewell": stored.farewell} if stored and stored.farewell else {}


@pages.post("/ussd", endpoint="ussd")
@answering
def ussd(service: Service, data: dict[str, Any]) -> dict[str, Any]:
    """A dial, or what was typed on a screen."""
    fields = {"from": data.get("phone"), **{name: data.get(name) for name in ("session", "code", "text")}}
    stored = _take(service, "ussd", fields)
    return {"screen": stored.text, "ends": stored.ends}


def _take(service: Service, route: str, fields: dict[str, Any]) -> Any:
    form = tuple((name, str(value)) for name, value in fields.items() if value is not None)
    asked = Request(method="POST", target=request.path, route=route, secret="", header={}, form=form, body=b"")
    message = service.channels["handset"].parse(asked, time.time())
    return intake.take(service, message)  # type: ignore[arg-type]


@pages.post("/messages", endpoint="messages")
@answering
def messages(service: Service, data: dict[str, Any]) -> dict[str, Any]:
    """The conversation of one phone, oldest first."""
    phone = e164(str(data.get("phone", "")), service.config.region)
    with service.reads.begin() as conn:
        person = people.by_phone(conn, service.keys, phone) if phone else None
        if person is None:
            return {"messages": []}
        said = conn.execute(
            select(turn.c.turn_no, turn.c.at, turn.c.text_sealed)
            .where(turn.c.person_id == person.id, turn.c.kind == "sms", turn.c.channel.not_in(NO_TEXT))
            .order_by(turn.c.turn_no.desc())
            .limit(MESSAGES_MAX)
        ).all()
        told = conn.execute(
            select(outbox.c.ref, outbox.c.turn_no, outbox.c.created_at, outbox.c.text_sealed, outbox.c.status)
            .where(outbox.c.person_id == person.id, outbox.c.status != "dropped")
            .order_by(outbox.c.id.desc())
            .limit(MESSAGES_MAX)
        ).all()
    bubbles = [
        {"id": f"in-{row.turn_no}", "at": row.at, "from_me": True, "state": "sent", "turn": row.turn_no,
         "text": person.key.decrypt("turn.text", row.text_sealed)}
        for row in said
    ] + [
        {"id": row.ref, "at": row.created_at, "from_me": False, "state": row.status, "turn": row.turn_no,
         "text": person.key.decrypt("outbox.text", row.text_sealed)}
        for row in told
    ]  # fmt: skip
    bubbles.sort(key=lambda bubble: (bubble["turn"], not bubble["from_me"]))
    return {"messages": bubbles[-MESSAGES_MAX:]}

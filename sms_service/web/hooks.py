"""1 The gateways' addresses: which channel, then verify, parse, take, reply. Here a message comes in, and its answer leaves.

Nothing is written before the request is known to be the gateway's.
"""

from __future__ import annotations

import logging
import time
from urllib.parse import quote

from flask import Blueprint, abort, current_app, request
from flask import Response as FlaskResponse

from sms_service import intake
from sms_service.channels.base import Batch, DeliveryReport, Forged, Listener, Request, Response, Unreadable
from sms_service.engine.model import Inbound
from sms_service.service import Service
from sms_service.store.spool import SpoolFull

log = logging.getLogger(__name__)
hooks = Blueprint("hooks", __name__, url_prefix="/hooks")


@hooks.post("/<name>/<route>")
def signed(name: str, route: str) -> FlaskResponse:
    """A gateway that signs: /hooks/twilio/sms."""
    return receive(name, "", route)


@hooks.route("/<name>/<secret>/<route>", methods=["GET", "POST"])
def with_secret(name: str, secret: str, route: str) -> FlaskResponse:
    """A gateway that does not sign, and whose addresses hold a secret: /hooks/africastalking/<secret>/sms."""
    return receive(name, secret, route)


@hooks.route("/missed-call/<secret>", methods=["GET", "POST"])
def missed_call(secret: str) -> FlaskResponse:
    """A telephone company tells us of a call that nobody took: /hooks/missed-call/<secret>."""
    service: Service = current_app.extensions["sms_service"]
    if service.missed_calls is None:
        abort(404)
    return heard(service.missed_calls, secret, "call")


def receive(name: str, secret: str, route: str) -> FlaskResponse:
    """One request of a gateway, from its arrival to the answer."""
    service: Service = current_app.extensions["sms_service"]
    channel = service.channels.get(name)  # 1 which channel?
    if channel is None or route not in channel.routes or channel.secret_in_path != bool(secret):
        abort(404)
    return heard(channel, secret, route)


def heard(channel: Listener, secret: str, route: str) -> FlaskResponse:
    """The same, once it is known who is to tell whether it is genuine, and what it says."""
    service: Service = current_app.extensions["sms_service"]
    name = channel.name
    if request.method not in channel.methods:
        abort(405, valid_methods=channel.methods)
    asked = arrived(route, secret)
    try:
        channel.verify(asked)  # 2 forged or unsigned: nothing written
        message = channel.parse(asked, time.time())  # 3 messages, reports or nothing to do
    except Forged as error:
        log.warning("refused a request to %s/%s: %s", name, route, error)
        abort(403)
    except Unreadable as error:
        log.warning("a request to %s/%s cannot be read: %s", name, route, error)
        abort(400)
    text, ends = "", True
    try:
        for one in message.items if isinstance(message, Batch) else (message,):
            if isinstance(one, Inbound):
                answer = intake.take(service, one)  # 4 to 8
                text, ends = answer.text, answer.ends
            elif isinstance(one, DeliveryReport):
                intake.take_report(service, one)
    except (intake.NotTaken, SpoolFull) as error:
        log.error("a request to %s/%s got the answer `busy`: %s", name, route, error or "SQL cannot take it")
        return made(channel.busy(route))
    return made(channel.reply(message, text, ends))  # 9


def arrived(route: str, secret: str) -> Request:
    """The request as the channel wants it. 413 if its body is too large, even where its length was not announced."""
    body = request.get_data(cache=True, parse_form_data=False)
    if request.content_length is None and len(body) >= (request.max_content_length or 0):
        # werkzeug cuts a body of unannounced length at the limit: half a message must not pass for a whole one
        abort(413)
    sent = request.args if request.method == "GET" else request.form
    form = tuple(sent.items(multi=True))
    environ = request.environ
    raw = environ.get("REQUEST_URI") or environ.get("RAW_URI")  # granian gives neither, gunicorn and uwsgi one of them
    query = environ.get("QUERY_STRING", "")
    path = quote(environ["PATH_INFO"].encode("latin-1"), safe="/:@!$&'()*+,;=-._~")
    return Request(
        method=request.method,
        target=raw or (f"{path}?{query}" if query else path),
        route=route,
        secret=secret,
        header={name.lower(): value for name, value in request.headers.items()},
        form=form,
        body=body,
    )


def made(response: Response) -> FlaskResponse:
    """Our answer as Flask sends it."""
    return FlaskResponse(response.body, status=response.status, content_type=response.content_type)

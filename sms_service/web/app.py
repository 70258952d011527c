"""The Flask application: every address, the limits on what may come in, and headers on all that goes out."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response, request, send_from_directory
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from sms_service import logs, looking
from sms_service.authoring.source import BrokenFlow
from sms_service.config import ConfigError, read_config
from sms_service.service import NotReady, Service, begin
from sms_service.store import database
from sms_service.store.spool import SpoolFull
from sms_service.vocabulary import vocabulary
from sms_service.web import card, handset, health, hooks, ledger, notice, photo

BODY_MAX = 64 * 1024
"""Bytes of a request body. The longest that a gateway sends (a Twilio message with ten pictures) is under 8 kB."""

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # a card's token must not travel on in a Referer
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",  # pictures and PDFs have no place for a meta tag
}

AWAY = "We cannot answer at this moment. Please try again in a minute.\n"
RETRY_AFTER = "60"
"""What a page says while SQL cannot be read, and after how many seconds it is worth another try."""

FONTS = Path(__file__).parent.parent / "fonts"
STATIC_SECONDS = 86_400
"""How long a browser may keep our styles, scripts and fonts: they change with a release, and hold nothing personal."""

log = logging.getLogger(__name__)


def create_app(service: Service | None = None) -> Flask:
    """The application; opens the service by the settings if none is given."""
    if service is None:
        logs.set_up("web")
        try:
            service = begin(read_config(), time.time())
        except (NotReady, ConfigError, BrokenFlow, SpoolFull) as error:
            log.error("%s", error)
            sys.exit(1)
    app = Flask("sms_service.web")
    app.url_map.merge_slashes = False  # `//` in an address is no address of ours; gateways would follow a redirect
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = STATIC_SECONDS
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX
    app.config["MAX_FORM_MEMORY_SIZE"] = BODY_MAX
    for blueprint in (hooks.hooks, card.pages, handset.pages, health.pages, ledger.pages, notice.pages, photo.pages):
        app.register_blueprint(blueprint)
    app.extensions["sms_service"] = service
    app.extensions["flow_files"] = looking.Files(service.config.flows_dir, vocabulary(service.config))
    app.add_url_rule("/static/fonts/<name>", "font", lambda name: send_from_directory(FONTS, name))
    app.add_url_rule("/favicon.ico", "favicon", lambda: Response(status=204))
    app.after_request(_with_headers)
    app.register_error_handler(HTTPException, _short)
    app.register_error_handler(Exception, _fault)
    return app


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.location:
        # Only path and query: the scheme and the host that we see are the proxy's, or whatever the request made up.
        response.location = urlunsplit(("", "", *urlsplit(response.location)[2:]))
        response.set_data(b"")
    return response


def _short(error: HTTPException) -> Response:
    """Errors without a page: gateways text what looks like plain text to the member, so there is no body to text."""
    response = Response(status=error.code)
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers[name] = value
    return response


def _fault(error: Exception) -> Response:
    """SQL that cannot answer now, or a fault of ours. The lines (logs.py) name the kind of error only: its message could hold
    what a person sent."""
    if isinstance(error, PoolTimeout) or (isinstance(error, DBAPIError) and database.is_down(error)):
        log.error("SQL cannot answer a request now (%s)", type(error).__name__)
        said = "" if request.blueprint == hooks.hooks.name else AWAY  # a gateway would text it to somebody
        return Response(
            said, status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": RETRY_AFTER}
        )
    log.error("a request failed: %s", type(error).__name__, exc_info=error)
    return Response(status=500)

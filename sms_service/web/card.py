"""The member's card, opened by the token in her link, and the page on which anybody checks a number."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from urllib.parse import unquote

from flask import Blueprint, Response, current_app, render_template, request

from sms_service import privacy
from sms_service.enrolment import cards, members
from sms_service.service import Service

TOKEN_MAX = 64
"""Characters of a token that are looked at; ours have 22."""

NUMBER_MAX = 12
"""Digits of a membership number that are looked at."""

TYPES = {"png": "image/png", "pdf": "application/pdf"}

pages = Blueprint("card", __name__)


@pages.get("/card/")
def page() -> Response:
    """/card/?TOKEN - the token is the whole query, so that a DLT template can register the address up to the `?`."""
    service: Service = current_app.extensions["sms_service"]
    token = unquote(request.query_string.decode("latin-1"))[:TOKEN_MAX]
    with service.reads.begin() as conn:
        found = cards.by_token(conn, service.keys, token) if token else None
    if found is None:
        return Response(render_template("card_unknown.html", organisation=service.config.organisation), status=404)
    return Response(
        render_template(
            "card.html",
            organisation=service.config.organisation,
            number=found.member.number_text,
            name=found.name,
            area=found.area,
            since=day(found.member.since),
            language=found.person.language,
            image_url=f"picture.png?{token}",
            pdf_url=f"picture.pdf?{token}",
            verify_url=f"{service.config.url}/verify/{found.member.number_text}",
        )
    )


@pages.get("/card/picture.<any(png, pdf):kind>")
def picture(kind: str) -> Response:
    """The card as a picture or a PDF."""
    service: Service = current_app.extensions["sms_service"]
    token = unquote(request.query_string.decode("latin-1"))[:TOKEN_MAX]
    with service.reads.begin() as conn:
        found = cards.by_token(conn, service.keys, token) if token else None
        data = cards.picture(conn, found, kind) if found else b""
    if found is None:
        return Response(status=404)
    name = f"card-{found.member.number_text}.{kind}"
    return Response(data, content_type=TYPES[kind], headers={"Content-Disposition": f'inline; filename="{name}"'})


@pages.get("/verify/<number>")
def verify(number: str) -> Response:
    """/verify/NUMBER - valid, withdrawn or unknown; of the member only a masked name and the area."""
    service: Service = current_app.extensions["sms_service"]
    state, name, area = "unknown", "", ""
    if number.isascii() and number.isdecimal() and len(number) <= NUMBER_MAX:
        with service.reads.begin() as conn:
            member = members.by_number(conn, int(number))
            found = cards.by_member(conn, service.keys, member.number) if member else None
        if member:
            state = member.status
            name, area = (privacy.mask_name(found.name), found.area) if found else ("", "")
    page = render_template(
        "verify.html",
        organisation=service.config.organisation,
        number=number[:NUMBER_MAX],
        state=state,
        name_masked=name,
        area=area,
        checked_at=datetime.fromtimestamp(time.time(), UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )
    return Response(page, status=404 if state == "unknown" else 200)


def day(seconds: float) -> str:
    """A date as all our languages read it: 2022-01-31."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()

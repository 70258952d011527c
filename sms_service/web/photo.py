"""Where a member puts her photo: opened from her card, by the address that the four signs gave for some minutes.

A form that works without a script. The file is read into memory, never to a disk, and only here may a body be larger than
the application allows.
"""

from __future__ import annotations

import time
from functools import partial
from io import BytesIO

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from sms_service.enrolment import card_changes, photos, portrait
from sms_service.enrolment.cards import Card
from sms_service.enrolment.portrait import Busy, Unfit
from sms_service.service import Service
from sms_service.store import people, transaction
from sms_service.web import card, photo_words

BODY_MAX = portrait.BYTES_MAX + 16 * 1024
"""Bytes of a request: a picture, and what a form puts round it."""

PARTS_MAX = 4
"""Parts of the form that are looked at; ours has one."""

FIELD_MAX = 256 * 1024
"""Bytes of a part that is no file; werkzeug reads in blocks of 64 kB, of which it takes two for one that is too large."""

pages = Blueprint("photo", __name__)


@pages.get("/card/photo")
def form() -> Response:
    """/card/photo?TOKEN.PROOF - the form. Without a proof that holds it leads back to the four signs."""
    service, now = card.service(), time.time()
    token, found = card.proved(service, now)
    return _page(service, found, token) if found else card.to_the_form(token)


@pages.post("/card/photo")
def sent() -> Response:
    """A picture, or the wish to have hers removed."""
    service, now = card.service(), time.time()
    token, found = card.proved(service, now)
    if found is None:
        return card.to_the_form(token)
    try:
        data, removes = _body()
    except RequestEntityTooLarge:
        return _page(service, found, token, problem="too_many_bytes", status=413)
    if removes:
        return _removed(service, found, token, now)
    if data is None:
        return _page(service, found, token, problem="none", status=400)
    return _kept(service, found, token, data, now)


def _body() -> tuple[bytes | None, bool]:
    """The file, None if none was chosen; and whether the other button was pressed. Raises RequestEntityTooLarge."""
    parser = FormDataParser(
        stream_factory=lambda *_args, **_options: (
            BytesIO()
        ),  # werkzeug's own writes what is large to the disk, in clear
        max_form_memory_size=FIELD_MAX,
        max_content_length=BODY_MAX,
        max_form_parts=PARTS_MAX,
    )
    _, fields, files = parser.parse_from_environ(request.environ)
    chosen = files.get("photo")
    return chosen.read() if chosen is not None and chosen.filename else None, "remove" in fields


def _kept(service: Service, found: Card, token: str, data: bytes, now: float) -> Response:
    registration = found.member.registration_id
    with service.engine.begin() as conn:
        photo_id = photos.begin_upload(conn, found.person, registration, now)
    if photo_id is None:
        return _page(service, found, token, problem="too_many", status=card.TOO_MANY)
    try:
        picture = portrait.clean(data)
    except Busy:
        with service.engine.begin() as conn:
            photos.upload_put_off(conn, photo_id)
        return _page(service, found, token, problem="busy", status=503)
    except Unfit as unfit:
        with service.engine.begin() as conn:
            photos.upload_failed(conn, photo_id, unfit.problem)
        return _page(service, found, token, problem=unfit.problem, status=400)
    finish = partial(
        photos.finish_upload, whom=found.person, photo_id=photo_id, registration_id=registration, picture=picture
    )
    kept = transaction.run(service.engine, finish)
    return _page(service, found, token, done="thanks") if kept else card.to_the_form(token)


def _removed(service: Service, found: Card, token: str, now: float) -> Response:
    with service.engine.begin() as conn:
        if not people.lock(conn, found.person.id):
            return card.to_the_form(token)
        if photos.remove(conn, found.member.registration_id, now):
            card_changes.photographed(conn, found, now)
    service.bell.ring("cards")
    return _page(service, found, token, done="removed")


def _page(service: Service, found: Card, token: str, problem: str = "", done: str = "", status: int = 200) -> Response:
    with service.reads.begin() as conn:
        stands = photos.stands(conn, found.member.registration_id)
    page = render_template(
        "photo.html",
        organisation=service.config.organisation,
        word=photo_words.of(found.person.language),
        problem=problem,
        done=done,
        stands=stands,
        card_url=f"/card/?{token}",
    )
    return Response(page, status=status)

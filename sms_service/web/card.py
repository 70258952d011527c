"""The member's card, opened by the token in her link and four signs that she knows, and the page on which anybody checks one.

The link alone shows nothing: whoever previews or forwards it gets an empty form, and asking for it changes nothing. What
the form answers holds addresses of the pictures that work for some minutes, without a cookie.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime
from urllib.parse import quote, unquote

from flask import Blueprint, Response, current_app, render_template, request

from sms_service import privacy
from sms_service.enrolment import card_code, card_guesses, cards, members, paper
from sms_service.enrolment.answer_types.identity import IDS
from sms_service.enrolment.card_code import Forged, NotACode
from sms_service.enrolment.cards import Card
from sms_service.enrolment.numbers import NUMBER_MAX, Mistyped, read_number
from sms_service.service import Service
from sms_service.web import card_words, photo_words, verify_words

TOKEN_MAX = 64
"""Characters of a token that are looked at; ours have 22."""

PROOF_SECONDS = 900
"""How long the addresses of the pictures work: a PDF over a slow line, twice begun anew, and no bookmark."""

PROOF_MAX = 120
"""Characters of a token with its proof that are looked at; ours have 57."""

PROOF_BYTES = 16

TYPES = {"png": "image/png", "pdf": "application/pdf", "screen": "image/png"}

GONE = 410
"""A link that once opened a card: replaced, revoked, expired, or the membership has ended."""

TOO_MANY = 429

OLD_NUMBER = re.compile(r"[0-9]{6}")
"""As cards of before revision 0005 show it, without a check digit: with one in ten of them its last digit passes for one, and
the page would tell of another member. No number of ours has six digits now."""

pages = Blueprint("card", __name__)


# --- the card -----------------------------------------------------------------------------------------------------


@pages.get("/card/")
def form() -> Response:
    """/card/?TOKEN - the token is the whole query, so that a DLT template can register the address up to the `?`."""
    service, token, now = _service(), _query(TOKEN_MAX), time.time()
    with service.reads.begin() as conn:
        found, standing = cards.behind(conn, service.keys, token, now)
    if found is None or standing != "valid":
        return _closed(service, found, standing)
    return _form(service, found)


@pages.post("/card/")
def opened() -> Response:
    """The four signs: the card, or the form again with what is wrong - never which sign."""
    service, token, now = _service(), _query(TOKEN_MAX), time.time()
    typed = request.form.get("signs", "")
    with service.reads.begin() as conn:
        found, standing = cards.behind(conn, service.keys, token, now)
    if found is None or standing != "valid":
        return _closed(service, found, standing)
    if len(card_guesses.signs(typed)) < card_guesses.SIGNS:
        return _form(service, found, "few", 400)
    _, secret = cards.secret_of(found, _id_fields(service))
    with service.engine.begin() as conn:
        right = card_guesses.guess(conn, found.id, typed, secret, now)
    if right is None:
        return _form(service, found, "locked", TOO_MANY)
    return _card(service, found, token, now) if right else _form(service, found, "wrong", 403)


@pages.get("/card/picture.<any(png, pdf):kind>")
def picture(kind: str) -> Response:
    """The card as a picture or a PDF, by the address that the page gave. A proof that has ended leads back to the form."""
    return _picture(kind)


@pages.get("/card/screen.png")
def screen() -> Response:
    """The small picture that the page shows."""
    return _picture("screen")


def _picture(kind: str) -> Response:
    service, now = _service(), time.time()
    token, _, proof = _query(PROOF_MAX).partition(".")
    with service.reads.begin() as conn:
        found = cards.by_token(conn, service.keys, token, now) if token else None
        proved = found is not None and _is_proof(service, token, proof, now)
        data = cards.picture(conn, found, kind) if found and proved else b""
    if found is None:
        return Response(status=404)
    if not proved:
        return Response(status=303, headers={"Location": f"/card/?{token}"})
    name = f"card-{found.member.number_text}.{'pdf' if kind == 'pdf' else 'png'}"
    return Response(data, content_type=TYPES[kind], headers={"Content-Disposition": f'inline; filename="{name}"'})


def _form(service: Service, found: Card, problem: str = "", status: int = 200) -> Response:
    words = card_words.of(found.person.language)
    kind, _ = cards.secret_of(found, _id_fields(service))
    page = render_template(
        "card_form.html",
        organisation=service.config.organisation,
        word=words,
        ask=words[f"ask_{kind}"],
        example=words[f"example_{kind}"],
        digits=kind == "phone",
        problem=words[problem] if problem else "",
    )
    return Response(page, status=status)


def _card(service: Service, found: Card, token: str, now: float) -> Response:
    proved = f"{token}.{_proof(service, token, int(now) + PROOF_SECONDS)}"
    page = render_template(
        "card.html",
        organisation=service.config.organisation,
        word=card_words.of(found.person.language),
        number=found.member.number_text,
        name=found.name,
        area=found.area,
        since=day(found.member.since),
        until=found.last_day.isoformat() if found.last_day else "",
        screen_url=f"screen.png?{proved}",
        image_url=f"picture.png?{proved}",
        pdf_url=f"picture.pdf?{proved}",
        photo_url=f"photo?{proved}",
        photo_link=photo_words.of(found.person.language)["link"],
        verify_url=f"{service.config.url}/verify/{found.member.number_text}",
        check_url=found.verify_url(service.config.url, service.keys, _issued(found), found.last_day),
    )
    return Response(page)


def _issued(found: Card) -> date:
    """The day that its code was signed for."""
    return datetime.fromtimestamp(found.ready_at or found.wanted_at, UTC).date()


def _closed(service: Service, found: Card | None, standing: str) -> Response:
    if found is None:
        language = _browsers_language()
        page = render_template(
            "card_unknown.html",
            organisation=service.config.organisation,
            word=card_words.of(language),
            others=[words for one, words in card_words.WORDS.items() if one != language],
        )
        return Response(page, status=404)
    page = render_template(
        "card_closed.html",
        organisation=service.config.organisation,
        word=card_words.of(found.person.language),
        standing=standing,
    )
    return Response(page, status=GONE)


def _id_fields(service: Service) -> list[str]:
    """The fields of the flow that takes registrations that hold an ID."""
    return [one.name for one in paper.fields_of(service.shelf.ways.words.get("line")) if one.type in IDS]


def _proof(service: Service, token: str, until: int) -> str:
    """What an address of a picture ends in: until when (seconds since 1970), and our keyed hash of it and the token."""
    mac = service.keys.index("card.proof", f"{until}:{token}")[:PROOF_BYTES]
    return f"{until:x}{mac.hex()}"


def proved(service: Service, now: float) -> tuple[str, Card | None]:
    """The token of an address TOKEN.PROOF, and the valid card that it opens; None where the proof does not hold (any more)."""
    token, _, proof = _query(PROOF_MAX).partition(".")
    if not token or not _is_proof(service, token, proof, now):
        return token, None
    with service.reads.begin() as conn:
        return token, cards.by_token(conn, service.keys, token, now)


def to_the_form(token: str) -> Response:
    """Back to the four signs; whatever the link is, the form says it."""
    return Response(status=303, headers={"Location": f"/card/?{quote(token, safe='')}"})


def _is_proof(service: Service, token: str, proof: str, now: float) -> bool:
    found = re.fullmatch(rf"([0-9a-f]{{8,9}})[0-9a-f]{{{2 * PROOF_BYTES}}}", proof)
    if found is None:
        return False
    until = int(found[1], 16)
    return privacy.same(proof, _proof(service, token, until)) and now < until <= now + PROOF_SECONDS


# --- /verify/ -----------------------------------------------------------------------------------------------------


@pages.get("/verify/<number>")
def verify(number: str) -> Response:
    """/verify/NUMBER, with or without the signed digits that a card's code ends in: how the card stands. Of the member a
    masked name and the area, and only with the signed digits: numbers count up, and whoever tries one after the other is to
    learn of no name. Of who has left not even so."""
    service, now = _service(), time.time()
    digits = request.query_string.decode("latin-1").partition("&")[0]
    coded = bool(digits) and "=" not in digits  # `utm_source=sms` is what others hang on to links, and no code
    state, found = "mistyped", None
    try:
        member_number = _member_number(number)
        code = card_code.checked(service.keys.public_key("card"), number, digits) if coded else None
    except (Forged, NotACode):
        state, coded = "forged", False
    except Mistyped:
        coded = False
    else:
        with service.reads.begin() as conn:
            member = members.by_number(conn, member_number)
            found = cards.by_member(conn, service.keys, member_number) if member else None
        state = found.standing(now) if found else member.status if member else "unknown"
        if state not in ("unknown", "withdrawn") and code and found and code.serial != found.serial:
            state = "replaced"
    shown = found if coded and state != "withdrawn" else None
    language = _browsers_language()
    page = render_template(
        "verify.html",
        word=verify_words.WORDS[language],
        others=[words for one, words in verify_words.WORDS.items() if one != language],
        organisation=service.config.organisation,
        number=number[:NUMBER_MAX],
        state=state,
        coded=coded,
        name_masked=privacy.mask_name(shown.name) if shown else "",
        area=shown.area if shown else "",
        until=shown.last_day.isoformat() if shown and shown.last_day and state != "replaced" else "",
        checked_at=datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )
    return Response(page, status=404 if state in ("unknown", "mistyped", "forged") else 200)


def _member_number(number: str) -> int:
    """What `read_number` reads, but for the numbers of old cards. Raises Mistyped."""
    if OLD_NUMBER.fullmatch(number):
        raise Mistyped("this is the number of a card of before the check digit")
    return read_number(number)


def day(seconds: float) -> str:
    """A date as all our languages read it: 2022-01-31."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _browsers_language() -> str:
    """The first of the browser's languages that these pages speak; else English."""
    wanted = (one.partition("-")[0].lower() for one in request.accept_languages.values())  # hi of hi-IN
    return next((one for one in wanted if one in verify_words.WORDS), "en")


def service() -> Service:
    """The service of this process."""
    return _service()


def _service() -> Service:
    service: Service = current_app.extensions["sms_service"]
    return service


def _query(longest: int) -> str:
    return unquote(request.query_string.decode("latin-1"))[:longest]

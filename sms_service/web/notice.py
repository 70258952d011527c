"""The law's notice as a page: what is done with people's data, in their languages, and every wording that was in force."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from flask import Blueprint, Response, abort, current_app, render_template, request

from sms_service.enrolment import notices
from sms_service.enrolment.notices import LANGUAGE, Wording
from sms_service.service import Service
from sms_service.web import notice_words

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ps", "ur"})

HEADING, ITEM = re.compile(r"(#{1,3})\s+(.+)"), re.compile(r"[-*]\s+(.+)")

HASH = re.compile(r"[0-9a-f]{64}")

pages = Blueprint("notice", __name__, url_prefix="/notice")


class Block(NamedTuple):
    """A piece of a notice: a heading (`h1`, `h2`), a paragraph (`p`) or a list (`ul`), and its lines."""

    kind: str
    lines: list[str]


@pages.get("/")
def in_force() -> Response:
    """/notice/ and /notice/?lang=hi: the notice as it is now. Without `lang` in the language that the browser wants, else in
    that of the drive. 404 where there is none in that language."""
    service, now = _service(), time.time()
    wanted = request.args.get("lang", "")
    if wanted and not LANGUAGE.fullmatch(wanted):
        abort(404)
    with service.reads.begin() as conn:
        known = notices.languages(conn)
        language = wanted or _accepted(service, known)
        found = notices.in_force(conn, language, now, fall_back=not wanted)
    if found is None:
        abort(404)
    answer = _page(service, found, known, "")
    answer.headers["Vary"] = "Accept-Language"
    return answer


@pages.get("/<hash_>")
def wording(hash_: str) -> Response:
    """/notice/HASH: the wording with this hash, which stands in the evidence of consents, in force or not."""
    service = _service()
    with service.reads.begin() as conn:
        kept = notices.by_hash(conn, hash_) if HASH.fullmatch(hash_) else None
        known = notices.languages(conn)
    if kept is None:
        abort(404)
    found, until = kept
    return _page(service, found, known, _day(until) if until else "")


@pages.get("/<hash_>.txt")
def text(hash_: str) -> Response:
    """/notice/HASH.txt: the text itself, so that anybody can compute its SHA-256."""
    with _service().reads.begin() as conn:
        kept = notices.by_hash(conn, hash_) if HASH.fullmatch(hash_) else None
    if kept is None:
        abort(404)
    return Response(kept[0].text, content_type="text/plain; charset=utf-8")


def blocks(text: str) -> Iterator[Block]:
    """The pieces of a notice, which is plain text with Markdown's headings (`#`), lists (`-`) and empty lines, and no more."""
    for piece in re.split(r"\n\s*\n", text.strip()):
        pending: list[str] = []
        items: list[str] = []
        for line in piece.splitlines():
            heading, item = HEADING.fullmatch(line.strip()), ITEM.fullmatch(line.strip())
            if heading or item:
                yield from _plain(pending)
                pending = []
            if heading:
                yield from _listed(items)
                items = []
                yield Block("h1" if len(heading[1]) == 1 else "h2", [heading[2]])
            elif item:
                items.append(item[1])
            elif items:  # a long line of a list that goes on in the next one
                items[-1] += " " + line.strip()
            else:
                pending.append(line.strip())
        yield from _listed(items)
        yield from _plain(pending)


def _listed(items: list[str]) -> Iterator[Block]:
    if items:
        yield Block("ul", items)


def _plain(lines: list[str]) -> Iterator[Block]:
    if lines:
        yield Block("p", [" ".join(lines)])


def _page(service: Service, found: Wording, known: list[str], until: str) -> Response:
    page = render_template(
        "notice.html",
        organisation=service.config.organisation,
        language=found.language,
        direction="rtl" if found.language in RIGHT_TO_LEFT else "ltr",
        word=notice_words.of(found.language),
        blocks=list(blocks(found.text)),
        others=[(code, notice_words.NAMES.get(code, code)) for code in known if code != found.language],
        hash=found.hash,
        since=_day(found.since),
        until=until,
    )
    return Response(page)


def _accepted(service: Service, known: list[str]) -> str:
    wanted = request.accept_languages.best_match(known) if request.accept_languages else None
    return wanted or service.config.language


def _day(seconds: float) -> str:
    """A date as all our languages read it: 2026-01-31, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _service() -> Service:
    service: Service = current_app.extensions["sms_service"]
    return service

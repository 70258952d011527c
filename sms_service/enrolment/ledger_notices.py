"""Decisions against the law's notice: the wording that each names is there, is what was hashed, and was in force for her."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from sms_service.enrolment import notices
from sms_service.enrolment.ledger import Fault
from sms_service.store.tables import consent, notice


def faults(conn: Connection) -> Iterator[Fault]:
    """What is wrong with notices that decisions name, each at the first that does. What no decision names proves nothing."""
    asked = func.min(func.coalesce(consent.c.prompt_at, consent.c.at))
    named = (
        select(consent.c.notice, consent.c.language, func.min(consent.c.id), asked)
        .where(consent.c.notice != "")
        .group_by(consent.c.notice, consent.c.language)
        .order_by(func.min(consent.c.id))
    )
    for hash_, language, row, first in conn.execute(named).all():
        if problem := wrong(conn, hash_, language, first):
            yield Fault(row, 0, f"the notice that it was taken under {problem}")


def wrong(conn: Connection, hash_: str, language: str, asked_at: float) -> str:
    """What is wrong with the notice of this hash, for who was asked then and in this language; "" if nothing is."""
    kept = conn.execute(select(notice.c.text, notice.c.language, notice.c.since).where(notice.c.hash == hash_)).all()
    if not kept:
        return "is missing"
    if any(notices.hash_of(one.text) != hash_ for one in kept):
        return "was changed"
    hers = [one.since for one in kept if one.language in (language, notices.FALLBACK)]
    if not hers:
        return "is in another language than hers"
    return "was not in force yet" if min(hers) > asked_at else ""

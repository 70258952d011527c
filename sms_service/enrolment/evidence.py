"""What asked a person, as it can be proved: the text to the letter, what carried it, how far it had come, when."""

from __future__ import annotations

from itertools import takewhile
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select

from sms_service.engine.model import Sessions
from sms_service.store import sessions
from sms_service.store.people import Person
from sms_service.store.tables import delivery_report, outbox, turn


class NoWording(Exception):
    """A decision without the text it answered: it would prove nothing, so it is not stored and nothing else is."""


class Shown(NamedTuple):
    """The text; the outbox ref of its message, or hop:<turn> for a USSD screen; the gateway's id of the message ("" for a
    screen), how far it had come, and when it was handed over or shown; the newest report of its delivery in the gateway's
    word, and when that came. `language` is the one that it was said in."""

    wording: str = ""
    prompt: str = ""
    gateway_id: str = ""
    status: str = ""
    at: float | None = None
    language: str = ""
    report_word: str = ""
    report_at: float | None = None


def by_screen(conn: Connection, person: Person, hop: int, language: str) -> Shown:
    """A question on a USSD screen, first shown in turn `hop`. A text of several screens was answered by several hops, up to
    the first one of another dial or another dialogue; SMS in between have no screen. Raises NoWording."""
    columns = (turn.c.reply_sealed, turn.c.sessions_sealed, turn.c.at)
    later = (turn.c.person_id == person.id) & (turn.c.turn_no >= hop) & (turn.c.kind == "ussd")
    hops = conn.execute(select(*columns).where(later).order_by(turn.c.turn_no)).all() if hop else []
    place = _place(person, hops[0].sessions_sealed) if hops else None
    screens = list(takewhile(lambda one: _place(person, one.sessions_sealed) == place, hops))
    if not screens:
        raise NoWording(f"no USSD screen {hop}")
    wording = "\n".join(person.key.decrypt("turn.reply", one.reply_sealed) for one in screens)
    return Shown(wording, f"hop:{hop}", "", "shown", screens[-1].at, language)


def _place(person: Person, sealed: bytes) -> tuple[str, str] | None:
    """The network's session that a hop belongs to, and our session whose question was on its screen after it."""
    screen = msgspec.json.decode(person.key.decrypt_bytes(sessions.COLUMN, sealed), type=Sessions).screen
    return (screen.id, screen.session) if screen else None


def by_message(conn: Connection, person: Person, ref: str, language: str) -> Shown:
    """A question in the message with this outbox ref. Raises NoWording."""
    columns = (outbox.c.channel, outbox.c.text_sealed, outbox.c.gateway_id, outbox.c.status, outbox.c.sent_at)
    sent = conn.execute(select(*columns).where(outbox.c.ref == ref)).one_or_none() if ref else None
    if sent is None:
        raise NoWording(f"no message {ref}")
    reported = (delivery_report.c.channel == sent.channel) & (delivery_report.c.gateway_id == sent.gateway_id)
    newest = select(delivery_report.c.word, delivery_report.c.at).where(reported).order_by(delivery_report.c.id.desc())
    report = conn.execute(newest.limit(1)).one_or_none() if sent.gateway_id else None
    wording = person.key.decrypt("outbox.text", sent.text_sealed)
    word, at = (report.word, report.at) if report else ("", None)
    return Shown(wording, ref, sent.gateway_id, sent.status, sent.sent_at, language, word, at)

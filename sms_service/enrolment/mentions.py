"""What others have of a person: the texts in which her enroler entered her, the answers to those, and dialogues about her.

They lie under the enroler's key, so that destroying hers does not reach them. They are looked through for what she is
found by (sought.py), and what speaks of her is taken out.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from sms_service.engine.model import Sessions
from sms_service.enrolment.sought import Finder, Sought
from sms_service.privacy import Keys, Unreadable
from sms_service.store import people, sessions
from sms_service.store.people import Person
from sms_service.store.tables import erasure, outbox, timer, turn
from sms_service.store.transaction import Conflict

TAKEN_OUT = "(forgotten)"
"""What stands in the place of a text that was about her. It is never sent: what has not left is dropped with it."""

NO_SESSIONS = 90
"""Bytes of sealed sessions in which none is open: they need not be opened to be looked through."""

READ_AHEAD = 500

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mention:
    """A row that speaks of her: of the turn log or the outbox (`table`), by its person and turn."""

    table: str
    person_id: int
    turn_no: int


@dataclass(frozen=True, slots=True)
class Found:
    """What speaks of them; and of each other person the last turn that was looked at. What she says later is not in it."""

    mentions: list[Mention] = field(default_factory=list)
    looked: dict[int, int] = field(default_factory=dict)


def find(conn: Connection, keys: Keys, sought: Mapping[int, Sought]) -> Found:
    """Looks through what others have said and heard since these people (by id) were entered, each of the others once, and
    from where it was looked through before. Writes nothing. A damaged row is passed over, with a line in the log: it must not
    keep the others, and what is had of other people, from being looked through. Raises Unreadable where the key of one of the
    others cannot be opened: this process may lack the service key that another has."""
    found = Found()
    for other_id in sorted({one for sought_one in sought.values() for one in sought_one.others}):
        other = people.by_id(conn, keys, other_id)
        if other is None:
            continue
        theirs = {person_id: one for person_id, one in sought.items() if other_id in one.others}
        after = min(one.looked.get(other_id, -1) for one in theirs.values())
        since = min(one.since for one in theirs.values())
        finder, texts = Finder(theirs), _Texts(other)
        found.looked[other_id] = other.turn_no  # read before its texts: what is newer is found the next time
        found.mentions.extend(_turns(conn, texts, finder, since, after))
        found.mentions.extend(_messages(conn, texts, finder, since, after))
        if texts.damaged:
            log.error("person %d: %d texts cannot be opened, the first of turn %d; they are not looked through",
                      other_id, len(texts.damaged), texts.damaged[0])  # fmt: skip
    return found


class _Texts:
    """What one person has said and heard, opened; "" for what cannot be. `damaged` are the turns of those."""

    def __init__(self, other: Person) -> None:
        self.id = other.id
        self.damaged: list[int] = []
        self._key = other.key

    def opened(self, column: str, sealed: bytes, turn_no: int) -> str:
        try:
            return self._key.decrypt(column, sealed)
        except Unreadable:
            self.damaged.append(turn_no)
            return ""


def _turns(conn: Connection, texts: _Texts, finder: Finder, since: float, after: int) -> Iterator[Mention]:
    columns = (turn.c.turn_no, turn.c.at, turn.c.text_sealed, turn.c.reply_sealed, turn.c.sessions_sealed)
    query = select(*columns).where(turn.c.person_id == texts.id, turn.c.turn_no > after, turn.c.at >= since)
    for row in conn.execute(query.order_by(turn.c.turn_no).execution_options(yield_per=READ_AHEAD)):
        parts = [("turn.text", row.text_sealed), ("turn.reply", row.reply_sealed)]
        if len(row.sessions_sealed) > NO_SESSIONS:
            parts.append((sessions.COLUMN, row.sessions_sealed))
        said = [texts.opened(column, sealed, row.turn_no) for column, sealed in parts]
        if any(finder.speaks_of_any(one, row.at) for one in said):
            yield Mention("turn", texts.id, row.turn_no)


def _messages(conn: Connection, texts: _Texts, finder: Finder, since: float, after: int) -> Iterator[Mention]:
    columns = (outbox.c.turn_no, outbox.c.created_at, outbox.c.text_sealed)
    query = select(*columns).where(outbox.c.person_id == texts.id, outbox.c.turn_no > after)
    for row in conn.execute(query.where(outbox.c.created_at >= since).execution_options(yield_per=READ_AHEAD)):
        if finder.speaks_of_any(texts.opened("outbox.text", row.text_sealed, row.turn_no), row.created_at):
            yield Mention("outbox", texts.id, row.turn_no)


# --- taking them out ----------------------------------------------------------------------------------------------


def take_out(conn: Connection, keys: Keys, sought: Mapping[int, Sought], found: Sequence[Mention], now: float) -> None:
    """Takes these texts out, and ends the dialogues about these people that others have open. Raises Conflict."""
    finder = Finder(sought)
    for person_id in sorted({one.person_id for one in found}):
        other = people.by_id(conn, keys, person_id)
        if other is None:
            continue
        turns = [one.turn_no for one in found if one.person_id == person_id and one.table == "turn"]
        if _close(conn, other, finder, now, other.turn_no in turns):
            copy = {"person_id": min(sought), "phone_index": other.phone_index}
            conn.execute(insert(erasure).values(copy))
        for turn_no in turns:
            emptied = sessions.seal(other, Sessions(turn_no=turn_no))
            said = {name: other.key.encrypt(f"turn.{name}", TAKEN_OUT) for name in ("text", "reply")}
            values = {"text_sealed": said["text"], "reply_sealed": said["reply"], "sessions_sealed": emptied}
            conn.execute(update(turn).where(turn.c.person_id == person_id, turn.c.turn_no == turn_no).values(values))
        for message in (one for one in found if one.person_id == person_id and one.table == "outbox"):
            this = (outbox.c.person_id == person_id) & (outbox.c.turn_no == message.turn_no)
            # Also what a worker is just sending: else it would be tried again later, with a text that is none.
            gone = {"status": "dropped", "reason": "about somebody forgotten", "lease_until": None}
            conn.execute(update(outbox).where(this, outbox.c.status.in_(("queued", "held", "sending"))).values(gone))
            conn.execute(update(outbox).where(this).values(text_sealed=other.key.encrypt("outbox.text", TAKEN_OUT)))


def _close(conn: Connection, other: Person, finder: Finder, now: float, newest: bool) -> bool:
    """Ends what of it this other person has open, as a turn of hers: one that she takes at this moment is taken again. So is
    it where her newest turn is emptied, which says what she has open. False if nothing was to be ended."""
    try:
        before = sessions.load(conn, other, None)
    except (Unreadable, msgspec.MsgspecError):
        log.error("what person %d has open after turn %d cannot be opened", other.id, other.turn_no)
        before = Sessions()
    stays = [one for one in before.open if not _speaks(one, finder, now)]
    screen = None if before.screen is not None and _speaks(before.screen, finder, now) else before.screen
    if len(stays) == len(before.open) and screen is before.screen and not newest:
        return False
    if not people.count_turn(conn, other.id, other.turn_no):
        raise Conflict
    after = Sessions(turn_no=other.turn_no + 1, open=stays, screen=screen)
    row: dict[str, Any] = {
        "person_id": other.id, "turn_no": after.turn_no, "channel": "service", "kind": "sms", "flow": "", "version": "",
        "inbound_id": f"forgotten:{other.id}:{after.turn_no}", "state_before": "", "state_after": "", "at": now,
        "ends": True, "gateway_time": "", "text_sealed": other.key.encrypt("turn.text", ""),
        "reply_sealed": other.key.encrypt("turn.reply", ""), "sessions_sealed": sessions.seal(other, after),
    }  # fmt: skip
    sessions.add_turn(conn, row)
    ended = [one.id for one in before.open if one not in stays]
    conn.execute(delete(timer).where(timer.c.session_id.in_(ended)))
    return True


def _speaks(part: object, finder: Finder, now: float) -> bool:
    return finder.speaks_of_any(msgspec.json.encode(part).decode(), now)

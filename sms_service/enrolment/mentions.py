"""What others have of a person: the texts in which her enroler entered her, the answers to those, and dialogues about her.

They lie under the enroler's key, so that destroying hers does not reach them. They are found by what stands in them: her
number, her ID, her name, the references of her registrations.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select, update

from sms_service.engine.answers import fold
from sms_service.engine.model import Sessions
from sms_service.enrolment import registrations
from sms_service.privacy import Keys
from sms_service.store import people, sessions
from sms_service.store.people import Person
from sms_service.store.tables import consent, enroler, erasure, outbox, registration, timer, turn
from sms_service.store.transaction import Conflict

TAKEN_OUT = "(forgotten)"
"""What stands in the place of a text that was about her."""

DRAFT_SECONDS = 2 * 86_400.0
"""How long before a registration its entry may have begun: a draft lives a day; twice that."""

SAME_DIGITS = 9
"""Last digits by which her number is found, with or without the code of its country: no mobile number has fewer."""

LEAST_SIGNS = 4
"""Signs of a value (an ID, a name) that is looked for by itself; shorter ones stand in texts about anybody."""

NO_SESSIONS = 90
"""Bytes of sealed sessions in which none is open: they need not be opened to be looked through."""

READ_AHEAD = 500


@dataclass(frozen=True, slots=True)
class Mention:
    """A row that speaks of her: of the turn log or the outbox (`table`), by its person and turn."""

    table: str
    person_id: int
    turn_no: int


class Sought:
    """What she is found by, in any spelling: her number, `own` (name, IDs, references), and while she was being entered
    (times in `spans`) whatever else was told of her."""

    def __init__(
        self, phone: str, own: Iterable[str], told: Iterable[str], spans: Sequence[tuple[float, float]]
    ) -> None:
        self._digits = re.sub(r"\D", "", phone)[-SAME_DIGITS:]
        self._own, self._told = _words(own), _words(told)
        self._glued = {one.replace(" ", "") for one in self._own if any(sign.isdigit() for sign in one)}
        self._spans = spans

    def is_in(self, text: str, at: float) -> bool:
        """Whether a text of that time speaks of her."""
        if not text:
            return False
        folded = fold(text)
        if self._digits in re.sub(r"\D", "", folded):
            return True
        near = any(begin <= at <= end for begin, end in self._spans)
        glued, spaced = folded.replace(" ", ""), f" {folded} "
        words = self._own | self._told if near else self._own
        return any(value in glued for value in self._glued) or any(f" {value} " in spaced for value in words)


def _words(values: Iterable[str]) -> set[str]:
    return {folded for value in values if len(folded := fold(value)) >= LEAST_SIGNS}


def of(conn: Connection, keys: Keys, whom: Person) -> list[Mention]:
    """What her enrolers, and who appointed her as one, have of her. Reads all that they have said and heard since she was
    entered; writes nothing."""
    sought, since = _sought(conn, whom), _since(conn, whom)
    found: list[Mention] = []
    for other in _others(conn, keys, whom):
        found += _turns(conn, other, sought, since)
        found += _messages(conn, other, sought, since)
    return found


def _sought(conn: Connection, whom: Person) -> Sought:
    own: list[str] = []
    told: list[str] = []
    spans: list[tuple[float, float]] = []
    for row in conn.execute(select(registration).where(registration.c.person_id == whom.id)):
        spans.append((row.created_at - DRAFT_SECONDS, row.created_at))
        own.append(row.ref)
        for name, value in registrations.opened(whom.key, row.fields_sealed).items():
            is_hers = name == "name" or any(sign.isdigit() for sign in str(value))
            (own if is_hers and isinstance(value, str) else told).append(str(value))
    named = conn.execute(select(enroler.c.name_sealed).where(enroler.c.person_id == whom.id)).scalar_one_or_none()
    own += [whom.key.decrypt("enroler.name", named)] if named else []
    return Sought(whom.phone, own, told, spans)


def _since(conn: Connection, whom: Person) -> float:
    begun = [
        *conn.execute(select(registration.c.created_at).where(registration.c.person_id == whom.id)).scalars(),
        *conn.execute(select(enroler.c.created_at).where(enroler.c.person_id == whom.id)).scalars(),
    ]
    return min(begun, default=0.0) - DRAFT_SECONDS


def _others(conn: Connection, keys: Keys, whom: Person) -> Iterator[Person]:
    """Her enrolers, also those whose work another phone went on with: their own names for it stand in the ledger."""
    hers = registration.c.person_id == whom.id
    ids = set(conn.execute(select(registration.c.enroler_id).where(hers)).scalars())
    ids.update(conn.execute(select(enroler.c.appointed_by).where(enroler.c.person_id == whom.id)).scalars())
    for chain in conn.execute(select(consent.c.entered_by).where(consent.c.person_id == whom.id)).scalars():
        ids.add(json.loads(chain).get("enroler") if chain else None)
    for one in sorted(ids - {None, whom.id}):
        other = people.by_id(conn, keys, one)
        if other is not None:
            yield other


def _turns(conn: Connection, other: Person, sought: Sought, since: float) -> Iterator[Mention]:
    columns = (turn.c.turn_no, turn.c.at, turn.c.text_sealed, turn.c.reply_sealed, turn.c.sessions_sealed)
    query = select(*columns).where(turn.c.person_id == other.id, turn.c.at >= since).order_by(turn.c.turn_no)
    for row in conn.execute(query.execution_options(yield_per=READ_AHEAD)):
        said = [other.key.decrypt("turn.text", row.text_sealed), other.key.decrypt("turn.reply", row.reply_sealed)]
        if len(row.sessions_sealed) > NO_SESSIONS:
            said.append(other.key.decrypt(sessions.COLUMN, row.sessions_sealed))
        if any(sought.is_in(one, row.at) for one in said):
            yield Mention("turn", other.id, row.turn_no)


def _messages(conn: Connection, other: Person, sought: Sought, since: float) -> Iterator[Mention]:
    columns = (outbox.c.turn_no, outbox.c.created_at, outbox.c.text_sealed)
    query = select(*columns).where(outbox.c.person_id == other.id)
    for row in conn.execute(query.where(outbox.c.created_at >= since).execution_options(yield_per=READ_AHEAD)):
        if sought.is_in(other.key.decrypt("outbox.text", row.text_sealed), row.created_at):
            yield Mention("outbox", other.id, row.turn_no)


# --- taking them out ----------------------------------------------------------------------------------------------


def take_out(conn: Connection, keys: Keys, whom: Person, found: Sequence[Mention], now: float) -> None:
    """Takes these texts out, and ends the dialogues about her that others have open. Raises Conflict."""
    sought = _sought(conn, whom)
    for person_id in sorted({one.person_id for one in found}):
        other = people.by_id(conn, keys, person_id)
        if other is None:
            continue
        turns = [one.turn_no for one in found if one.person_id == person_id and one.table == "turn"]
        _close(conn, other, whom, sought, now, other.turn_no in turns)
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


def _close(conn: Connection, other: Person, whom: Person, sought: Sought, now: float, newest: bool) -> None:
    """Ends what of it this other person has open, as a turn of hers: one that she takes at this moment is taken again. So is
    it where her newest turn is emptied, which says what she has open."""
    before = sessions.load(conn, other, None)
    stays = [one for one in before.open if not _speaks_of(one, sought, now)]
    screen = None if before.screen is not None and _speaks_of(before.screen, sought, now) else before.screen
    if len(stays) == len(before.open) and screen is before.screen and not newest:
        return
    if not people.count_turn(conn, other.id, other.turn_no):
        raise Conflict
    after = Sessions(turn_no=other.turn_no + 1, open=stays, screen=screen)
    row: dict[str, Any] = {
        "person_id": other.id, "turn_no": after.turn_no, "channel": "service", "kind": "sms", "flow": "", "version": "",
        "inbound_id": f"forgotten:{whom.id}:{other.id}", "state_before": "", "state_after": "", "at": now, "ends": True,
        "gateway_time": "", "text_sealed": other.key.encrypt("turn.text", ""),
        "reply_sealed": other.key.encrypt("turn.reply", ""), "sessions_sealed": sessions.seal(other, after),
    }  # fmt: skip
    sessions.add_turn(conn, row)
    ended = [one.id for one in before.open if one not in stays]
    conn.execute(delete(timer).where(timer.c.session_id.in_(ended)))
    conn.execute(insert(erasure).values(person_id=whom.id, phone_index=other.phone_index))


def _speaks_of(part: object, sought: Sought, now: float) -> bool:
    return sought.is_in(msgspec.json.encode(part).decode(), now)

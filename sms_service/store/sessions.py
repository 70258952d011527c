"""Where everybody is in her dialogue: the live copy in Redis, and the turn log in SQL from which it can always be rebuilt."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import redis
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from sms_service.engine.model import Session, Sessions
from sms_service.privacy import Keys, Unreadable
from sms_service.store.people import Person
from sms_service.store.tables import timer, turn

if TYPE_CHECKING:
    from collections.abc import Sequence

LIVE_SECONDS = 8 * 86_400
"""How long Redis keeps a session nobody touches: a day longer than the longest default expiry. SQL keeps it anyway."""

COLUMN = "turn.sessions"

log = logging.getLogger(__name__)


class LiveSessions:
    """The copies in Redis. Keys are keyed hashes of the number, values are encrypted, everything has a time to live.

    Losing them, or finding old ones, costs one read of SQL and never an answer: a copy counts only if its turn number
    is the one that SQL has.
    """

    def __init__(self, client: redis.Redis, keys: Keys) -> None:
        self._redis, self._keys = client, keys

    def read(self, phone: str) -> bytes | None:
        """The sealed copy for this phone (E.164); None if there is none or Redis is away."""
        try:
            copy = self._redis.get(self._name(self._keys.index("phone", phone)))
        except redis.RedisError as error:
            log.warning("Redis cannot be read (%s): going on with SQL", type(error).__name__)
            return None
        return copy if isinstance(copy, bytes) else None

    def write(self, person: Person, sealed: bytes) -> None:
        """Refreshes the copy after the commit. May fail, harmlessly."""
        try:
            self._redis.set(self._name(person.phone_index), sealed, ex=LIVE_SECONDS)
        except redis.RedisError as error:
            log.warning("Redis cannot be written (%s): the next turn reads SQL", type(error).__name__)

    def delete(self, phone_indexes: Sequence[bytes]) -> bool:
        """Takes the copies of these phones (their keyed hashes) away; False if Redis is away, and they may be there."""
        try:
            self._redis.delete(*map(self._name, phone_indexes))
        except redis.RedisError as error:
            log.warning("Redis cannot be written (%s): copies in it are deleted later", type(error).__name__)
            return False
        return True

    @staticmethod
    def _name(phone_index: bytes) -> str:
        return f"sms_service:live:{phone_index.hex()}"


def seal(person: Person, sessions: Sessions) -> bytes:
    """The sessions as they are kept, in SQL and in Redis alike."""
    return person.key.encrypt_bytes(COLUMN, msgspec.json.encode(sessions))


def load(conn: Connection, person: Person, live: bytes | None) -> Sessions:
    """What the person has open after her last turn: the live copy if it is of that turn, else from the turn log."""
    if live is not None:
        try:
            copy = _opened(person, live)
        except (Unreadable, msgspec.MsgspecError):
            log.warning("a live session in Redis cannot be read: going on with SQL")
        else:
            if copy.turn_no == person.turn_no:
                return copy
    return after(conn, person, person.turn_no)


def after(conn: Connection, person: Person, turn_no: int) -> Sessions:
    """What the person had open after this turn of hers, from the turn log."""
    if turn_no == 0:
        return Sessions()
    its = (turn.c.person_id == person.id) & (turn.c.turn_no == turn_no)
    return _opened(person, conn.execute(select(turn.c.sessions_sealed).where(its)).scalar_one())


def _opened(person: Person, sealed: bytes) -> Sessions:
    return msgspec.json.decode(person.key.decrypt_bytes(COLUMN, sealed), type=Sessions)


def add_turn(conn: Connection, values: dict[str, object]) -> None:
    """Appends to the turn log. The unique keys (person and number, channel and inbound id) are the last line of defence."""
    conn.execute(insert(turn).values(values))


def set_timers(conn: Connection, person_id: int, before: Sequence[str], due: Sequence[tuple[Session, float]]) -> None:
    """One row for each open session: where it stands, and when its next reminder, time-out or expiry is due.

    Ids in `before` whose session is not among `due` are closed. Of a session that waits for a flow it called, that flow's
    place counts: it is where the person is.
    """
    still_open = {session.id for session, _ in due}
    closed = [session_id for session_id in before if session_id not in still_open]
    if closed:
        conn.execute(delete(timer).where(timer.c.session_id.in_(closed)))
    if due:
        dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
        row = dialect.insert(timer)
        changes = {name: row.excluded[name] for name in ("due_at", "flow", "version", "state")}
        conn.execute(
            row.on_conflict_do_update(index_elements=["session_id"], set_=changes),
            [
                {
                    "session_id": session.id, "person_id": person_id, "due_at": at,
                    "flow": session.flow, "version": session.version, "state": session.state,
                }
                for session, at in due
            ],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """How many sessions, of how many people, stand in one state of one version of a flow. All three are "" for sessions
    of an earlier release that nothing has happened to since."""

    flow: str
    version: str
    state: str
    sessions: int
    people: int


def standing(conn: Connection, flow: str = "") -> list[Standing]:
    """Where all open sessions stand, or those of one flow. Reads the whole table: not for the way of a message."""
    place = (timer.c.flow, timer.c.version, timer.c.state)
    query = select(*place, func.count(), func.count(timer.c.person_id.distinct())).group_by(*place).order_by(*place)
    rows = conn.execute(query.where(timer.c.flow.in_((flow, ""))) if flow else query)
    return [Standing(*row) for row in rows]


def postpone(conn: Connection, person_id: int, due: float, until: float) -> None:
    """This person's timers that were due at `due` ring at `until` instead."""
    conn.execute(update(timer).where(timer.c.person_id == person_id, timer.c.due_at <= due).values(due_at=until))


def due_people(conn: Connection, now: float, limit: int) -> list[int]:
    """Persons with a reminder or an expiry that is due, longest due first."""
    rows = conn.execute(select(timer.c.person_id).where(timer.c.due_at <= now).order_by(timer.c.due_at).limit(limit))
    return list(dict.fromkeys(rows.scalars()))

"""The searches that are left to do: what forgotten people are found by, until what others have of them is taken out.

A search takes a second where an enroler has texted for years, so it is not made in the turn that says FORGET: that turn
destroys her key, and leaves here, under the service's key, what the sweeper looks for within the minute. It looks twice: what
somebody said about her in a turn that was under way is there by the second time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, Engine, delete, insert, or_, select, update

from sms_service.enrolment import mentions
from sms_service.enrolment.mentions import Found
from sms_service.enrolment.sought import Sought
from sms_service.privacy import Keys, Unreadable
from sms_service.store import database, installation, transaction
from sms_service.store.tables import search

COLUMN = "search.sought"

SETTLED_SECONDS = 5.0
"""Between the two times: a turn that was being taken when she was forgotten is committed by then, or was given up (one
statement may take two seconds)."""


@dataclass(frozen=True, slots=True)
class Search:
    """One that is due. `asked`: she wants to be forgotten; else she came to nothing, and there may be thousands."""

    person_id: int
    asked: bool
    second: bool
    sought: Sought


def add(conn: Connection, keys: Keys, person_id: int, sought: Sought, asked: bool) -> None:
    """She is forgotten: what others have of her is to be looked for, if there is anybody who may have something."""
    if sought.others:
        sealed = installation.to_write_with(conn, keys).service.encrypt_bytes(COLUMN, msgspec.json.encode(sought))
        conn.execute(insert(search).values(person_id=person_id, asked=asked, sought_sealed=sealed))


def due(
    conn: Connection, keys: Keys, now: float, limit: int, person_id: int | None = None
) -> tuple[list[Search], list[int]]:
    """The next searches, those of people who asked for it first; of one person alone also what is not due yet. And whose
    cannot be opened."""
    ripe = or_(search.c.looked_at.is_(None), search.c.looked_at <= now - SETTLED_SECONDS)
    ripe &= or_(search.c.due_at.is_(None), search.c.due_at <= now)
    query = select(search).where(ripe if person_id is None else search.c.person_id == person_id)
    found: list[Search] = []
    damaged: list[int] = []
    for row in conn.execute(query.order_by(search.c.asked.desc(), search.c.id).limit(limit)):
        try:
            sought = msgspec.json.decode(keys.service.decrypt_bytes(COLUMN, row.sought_sealed), type=Sought)
        except (Unreadable, msgspec.MsgspecError):
            damaged.append(row.person_id)
        else:
            found.append(Search(row.person_id, row.asked, row.looked_at is not None, sought))
    return found, damaged


def grouped(searches: Sequence[Search]) -> Iterator[list[Search]]:
    """Those in the same people's texts together: they are read once. Of people who asked for it first, and among those of who
    has waited longest: with seconds for some only, the others come next."""
    together: dict[tuple[bool, tuple[int, ...], bool], list[Search]] = {}
    for one in searches:
        together.setdefault((not one.asked, one.sought.others, one.second), []).append(one)
    yield from sorted(together.values(), key=lambda group: not group[0].asked)


def postpone(conn: Connection, person_ids: Sequence[int], until: float) -> None:
    """These searches failed: they are tried again at `until`, and stand before nobody else's meanwhile."""
    conn.execute(update(search).where(search.c.person_id.in_(person_ids)).values(due_at=until))


def work(engine: Engine, keys: Keys, group: Sequence[Search], now: float) -> None:
    """Looks for these people, and takes out what speaks of them. Raises SqlDown."""
    sought = {one.person_id: one.sought for one in group}
    with database.reading(engine).begin() as conn:
        found = mentions.find(conn, keys, sought)

    def settle(conn: Connection) -> None:
        mentions.take_out(conn, keys, sought, found.mentions, now)
        _looked(conn, keys, group, found, now)

    transaction.run(engine, settle)


def _looked(conn: Connection, keys: Keys, group: Sequence[Search], found: Found, now: float) -> None:
    over = [one.person_id for one in group if one.second]
    if over:
        conn.execute(delete(search).where(search.c.person_id.in_(over)))
    for one in group:
        if not one.second:
            sought = msgspec.structs.replace(one.sought, looked=found.looked)
            sealed = installation.to_write_with(conn, keys).service.encrypt_bytes(COLUMN, msgspec.json.encode(sought))
            row = update(search).where(search.c.person_id == one.person_id)
            conn.execute(row.values(sought_sealed=sealed, looked_at=now))

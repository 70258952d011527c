"""Erasing: what is left of forgotten people, and people who came to nothing. Parts of the sweeper's round.

Whoever asked to be forgotten comes before all who came to nothing: a list that nobody answered may leave thousands of those in
one night, and each round takes as many as its seconds allow.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any

import redis
from sqlalchemy.exc import DBAPIError

from sms_service import intake
from sms_service.enrolment import came_to_nothing as nothing
from sms_service.enrolment import erasure, searches
from sms_service.service import Service
from sms_service.store import database, people, transaction
from sms_service.store.database import SqlDown
from sms_service.store.sessions import LiveSessions
from workers import process

BATCH = 500
"""People looked at in one round who may have come to nothing."""

COPIES, AT_ONCE = 2_000, 100
"""Copies deleted in one round, and people whose rows are cleared in one transaction: some milliseconds of the one writer."""

ASKED_SECONDS = 20.0
"""Of one round, for people who asked to be forgotten: to look for what others have of them, and as long again for their own
texts and copies. Where many have enrolers who texted for years that is more, and reminders, messages and the ledger wait."""

FAILED_AGAIN = 600.0
"""Seconds until a search that failed is tried again: the fault is ours and wants mending first."""

SECONDS = 3.0
"""Of one round, for people who came to nothing: to erase them, and once more to look for what others have of them."""

REST = 3_600.0
"""Seconds between two searches through all who may have come to nothing: they are erased after days, and an hour is none."""

UNDER_WAY = 30.0
"""Seconds that a message may be on its way from the gateway's hand to the spool: some tries of a turn, with their waits."""

DAY = 86_400.0

log = logging.getLogger(__name__)


@dataclass
class Seen:
    """What this process remembers: how far it has searched for people who came to nothing, since when it rests from that, and
    for whom it has looked through the spool: when she was forgotten (`newest`), and `settled`, also for what was under way."""

    place: nothing.Place = field(default_factory=nothing.Place)
    rests_since: float = 0.0
    newest: float = 0.0
    settled: bool = False


_seen = Seen()


def forgotten(service: Service) -> None:
    """Takes out what others have of people who were forgotten, and deletes their copies: in Redis, and in the pages that the
    database has not overwritten yet. Where one of these is away, the next round comes back to it."""
    try:
        _texts(service)
    finally:  # her own texts go also while those of others cannot be looked through
        _copies(service)


def _texts(service: Service) -> None:
    begun = monotonic()
    with service.reads.begin() as conn:
        due, damaged = searches.due(conn, service.keys, time.time(), COPIES)
    if damaged:
        log.error("what these people are found by cannot be opened: %s", damaged)
        _postpone(service, damaged)
    for group in searches.grouped(due):
        if process.stopping() or monotonic() - begun > (ASKED_SECONDS if group[0].asked else SECONDS):
            return
        try:
            searches.work(service.engine, service.keys, group, time.time())
        except Exception as error:
            if _is_down(error):
                raise
            ids = [one.person_id for one in group]
            log.exception("what others have of these people could not be taken out (%s): %s", type(error).__name__, ids)
            _postpone(service, ids)


def _postpone(service: Service, person_ids: Sequence[int]) -> None:
    with service.engine.begin() as conn:
        searches.postpone(conn, person_ids, time.time() + FAILED_AGAIN)


def _is_down(error: Exception) -> bool:
    """Whether it is the database, for all: not something about these people, who step aside for the others."""
    return isinstance(error, SqlDown) or (isinstance(error, DBAPIError) and database.is_down(error))


def _copies(service: Service) -> None:
    begun = monotonic()
    with service.reads.begin() as conn:
        rows = erasure.left(conn, time.time(), COPIES)
        last = erasure.last_turns(conn, sorted({row.person_id for row in rows}))
    if not rows:
        return
    deleted = LiveSessions(service.redis, service.keys).delete([row.phone_index for row in rows])
    everywhere = deleted and _rewritten(service) and database.overwrite_deleted(service.engine)
    for part in _parts(rows, last):
        if process.stopping() or monotonic() - begun > ASKED_SECONDS:
            return  # who is left keeps her rows, and so does who was cleared in part
        _clear(service, part, last, everywhere)
    if not everywhere:
        log.warning("copies of forgotten people are not all deleted yet; next round again")


def _clear(service: Service, rows: Sequence[Any], last: Mapping[int, int], everywhere: bool) -> None:
    ids = sorted({row.person_id for row in rows})
    for first in range(0, max(last.get(one, 0) for one in ids) + 1, erasure.TURNS):
        transaction.run(service.engine, partial(erasure.clear_turns, person_ids=ids, first=first))
    now = time.time()
    transaction.run(service.engine, partial(erasure.swept, rows=rows, now=now, everywhere=everywhere))


def _parts(rows: Sequence[Any], last: Mapping[int, int]) -> Iterator[list[Any]]:
    """All rows of one person together, those of AT_ONCE people at most, who have as many turns as are cleared at once; alone
    who has more. In the order that they come in."""
    by_person: dict[int, list[Any]] = {}
    for row in rows:
        by_person.setdefault(row.person_id, []).append(row)
    part: list[Any] = []
    people_in, turns_in = 0, 0
    for person_id, hers in by_person.items():
        turns = last.get(person_id, 0)
        if people_in and (people_in == AT_ONCE or turns_in + turns > erasure.TURNS):
            yield part
            part, people_in, turns_in = [], 0, 0
        part = part + hers
        people_in, turns_in = people_in + 1, turns_in + turns
    if part:
        yield part


def _rewritten(service: Service) -> bool:
    """Has the embedded Valkey write its append-only file anew, in which deleted copies still stand; False if it is away."""
    if service.config.redis_url:
        return True  # whoever runs it knows what it keeps on disk: docs/deploy.md
    try:
        service.redis.bgrewriteaof()
    except redis.RedisError as error:
        log.warning("the append-only file cannot be written anew now (%s)", type(error).__name__)
        return False
    return True


def kept_messages(service: Service) -> None:
    """Drops what this machine's disk keeps of people who asked to be forgotten since it came: what they sent, and what others
    sent that names their number. Looks only after somebody was, and where something older lies."""
    oldest = service.spool.oldest()
    if oldest is None:
        return
    with service.reads.begin() as conn:
        newest = people.last_forgotten(conn)
    now = time.time()
    over = now >= newest + UNDER_WAY
    if newest < oldest or (newest == _seen.newest and (_seen.settled or not over)):
        return
    count = intake.drop_forgotten(service, newest)
    _seen.newest, _seen.settled = newest, over
    if count:
        log.info("%d kept messages of people who were forgotten are dropped", count)


def came_to_nothing(service: Service) -> None:
    """Erases people who refused, never answered or were entered by mistake, some days later. One small transaction each."""
    now = time.time()
    if 0 <= now - _seen.rests_since < REST:
        return
    before = now - service.config.privacy.erase_after_days * DAY
    with service.reads.begin() as conn:
        candidates, then = nothing.candidates(conn, _seen.place, before, BATCH)
    count, end = 0, monotonic() + SECONDS
    for person_id in candidates:
        if process.stopping() or monotonic() > end:
            break  # the next round begins at the same place, without those who are erased
        erase = partial(nothing.erase, keys=service.keys, person_id=person_id, before=before, now=now)
        try:
            count += transaction.run(service.engine, erase)
        except SqlDown:
            raise
        except Exception as error:  # she is passed over until all were looked at; the others are not
            log.exception("person %d came to nothing and cannot be erased: %s", person_id, type(error).__name__)
    else:
        _seen.place = nothing.Place() if then.ended else then
        _seen.rests_since = now if then.ended else 0.0
    if count:
        log.info("%d people who came to nothing are erased", count)

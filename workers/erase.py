"""Erasing: what is left of forgotten people, and people who came to nothing. Parts of the sweeper's round.

Whoever asked to be forgotten comes before all who came to nothing: a list that nobody answered may leave thousands of those in
one night, and each round takes as many as its seconds allow.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from time import monotonic
from typing import Any

import redis

from sms_service import intake
from sms_service.enrolment import came_to_nothing as nothing
from sms_service.enrolment import erasure, searches
from sms_service.service import Service
from sms_service.store import database, people, transaction
from sms_service.store.sessions import LiveSessions
from workers import process

BATCH = 500
"""People looked at in one round who may have come to nothing."""

COPIES, AT_ONCE = 2_000, 100
"""Copies deleted in one round, and people whose rows are cleared in one transaction: some milliseconds of the one writer."""

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
    _texts(service)
    _copies(service)


def _texts(service: Service) -> None:
    with service.reads.begin() as conn:
        due = searches.due(conn, service.keys, time.time(), COPIES)
    end = monotonic() + SECONDS
    for group in searches.grouped(due):
        if process.stopping() or (not group[0].asked and monotonic() > end):
            return
        searches.work(service.engine, service.keys, group, time.time())


def _copies(service: Service) -> None:
    with service.reads.begin() as conn:
        rows = erasure.left(conn, time.time(), COPIES)
    if not rows:
        return
    deleted = LiveSessions(service.redis, service.keys).delete([row.phone_index for row in rows])
    everywhere = deleted and _rewritten(service) and database.overwrite_deleted(service.engine)
    now = time.time()
    for part in _of_few_people(rows):
        transaction.run(service.engine, partial(erasure.swept, rows=part, now=now, everywhere=everywhere))
    if not everywhere:
        log.warning("copies of forgotten people are not all deleted yet; next round again")


def _of_few_people(rows: Sequence[Any]) -> Iterator[list[Any]]:
    """All rows of one person together, those of AT_ONCE people at a time."""
    by_person = [
        list(hers) for _, hers in groupby(sorted(rows, key=lambda row: row.person_id), lambda row: row.person_id)
    ]
    for first in range(0, len(by_person), AT_ONCE):
        yield [row for hers in by_person[first : first + AT_ONCE] for row in hers]


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
        count += transaction.run(service.engine, erase)
    else:
        _seen.place = nothing.Place() if then.ended else then
        _seen.rests_since = now if then.ended else 0.0
    if count:
        log.info("%d people who came to nothing are erased", count)

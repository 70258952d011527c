"""Erasing: what is left of forgotten people outside of SQL, and people who came to nothing. Parts of the sweeper's round."""

from __future__ import annotations

import logging
import time
from functools import partial
from itertools import groupby

import redis

from sms_service import intake
from sms_service.enrolment import erasure
from sms_service.service import Service
from sms_service.store import database, transaction
from sms_service.store.sessions import LiveSessions
from workers import process

BATCH = 500
"""People looked at in one round: some seconds of small transactions."""

DAY = 86_400.0

_search = {"place": erasure.Place()}
"""How far this process has searched for people who came to nothing."""

log = logging.getLogger(__name__)


def forgotten(service: Service) -> None:
    """Deletes the copies of people who were forgotten since the last round: in Redis, on this machine's disk, and in the
    pages that the database has not overwritten yet. Where one of these is away, the next round comes back to it."""
    if count := intake.drop_forgotten(service):
        log.info("%d kept messages of people who were forgotten are dropped", count)
    with service.reads.begin() as conn:
        rows = erasure.left(conn, BATCH)
    if not rows:
        return
    now = time.time()
    deleted = LiveSessions(service.redis, service.keys).delete([row.phone_index for row in rows])
    everywhere = deleted and _rewritten(service) and database.overwrite_deleted(service.engine)
    for _, hers in groupby(sorted(rows, key=lambda row: (row.person_id, row.id)), key=lambda row: row.person_id):
        swept = partial(erasure.swept, rows=list(hers), now=now, everywhere=everywhere)
        transaction.run(service.engine, swept)
    if not everywhere:
        log.warning("copies of forgotten people are not all deleted yet; next round again")


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


def came_to_nothing(service: Service) -> None:
    """Erases people who refused, never answered or were entered by mistake, some days later. One small transaction each."""
    now = time.time()
    before = now - service.config.privacy.erase_after_days * DAY
    with service.reads.begin() as conn:
        people, _search["place"] = erasure.candidates(conn, _search["place"], before, BATCH)
    count = 0
    for person_id in people:
        if process.stopping():
            return
        with service.reads.begin() as conn:
            found = erasure.found(conn, service.keys, person_id, before)
        if found is not None:
            erase = partial(erasure.erase, keys=service.keys, person_id=person_id, found=found, before=before, now=now)
            count += transaction.run(service.engine, erase)
    if count:
        log.info("%d people who came to nothing are erased", count)

"""Photos at the gateways: fetches those that came with messages, and has them deleted there. A thread of the sweeper's
process, so that a gateway that does not answer keeps neither cards nor reminders waiting."""

from __future__ import annotations

import logging
import time
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from sms_service.channels.base import Refused
from sms_service.channels.media import HasMedia, Media, TooLarge
from sms_service.enrolment import own as own_registrations
from sms_service.enrolment import photo_media, photo_queue, portrait
from sms_service.enrolment.effects import Start
from sms_service.enrolment.effects.act import first_name_of
from sms_service.enrolment.photo_media import Job
from sms_service.enrolment.portrait import Busy, Unfit
from sms_service.service import Service
from sms_service.store import people, transaction
from sms_service.store.database import SqlDown
from workers import process

ROUND_MAX = 100
"""Files of one round; then the next begins, and what came meanwhile with an earlier turn is first."""

ENDED_SECONDS = 3600.0
"""How often portraits are looked for whose registrations came to nothing: a search through all that wait."""

UNUSABLE = "photo.unusable"

_ended = {"next": 0.0}

log = logging.getLogger(__name__)


def work(service: Service) -> None:
    """One round. Whatever fails, the next comes back to it."""
    try:
        fetch_due(service, ROUND_MAX)
        drop_ended(service)
    except (SqlDown, SQLAlchemyError) as error:
        log.error("photos: the database cannot be used now (%s); next round again", type(error).__name__)
    except Exception as error:
        log.exception("photos failed (%s); next round again", type(error).__name__)


def fetch_due(service: Service, most: int) -> int:
    """Does what is due at the gateways, at most `most` files; how many were looked at. Raises SqlDown."""
    looked_at = 0
    while looked_at < most and not process.stopping():
        now = time.time()
        job = next_due(service, now)
        if job is None:
            break
        looked_at += 1
        try:
            _settle(service, job, now)
        except (SqlDown, SQLAlchemyError):
            raise
        except Exception as error:
            log.exception("photo %d failed (%s); again when its lease ends", job.id, type(error).__name__)
    return looked_at


def _settle(service: Service, job: Job, now: float) -> None:
    media = _media_of(service, job.address)
    if job.wanted:
        _fetch(service, job, media, now)
    else:
        _discard(service, job, media, now)


def next_due(service: Service, now: float) -> Job | None:
    """The file that is due first, for this worker alone; None if nothing is due. Raises SqlDown."""
    return transaction.run(service.engine, partial(photo_media.take, keys=service.keys, now=now))


def _media_of(service: Service, address: str) -> Media | None:
    """Whose file it is, by its address; None for a gateway that is not set up here (any more)."""
    found = [one.media for one in service.channels.values() if isinstance(one, HasMedia)]
    return next((media for media in found if media.holds(address)), None)


def _fetch(service: Service, job: Job, media: Media | None, now: float) -> None:
    got = media.fetch(job.address, portrait.BYTES_MAX) if media else Refused("no gateway has this address", again=False)
    if isinstance(got, Refused):
        log.warning("photo %d cannot be fetched, try %d: %s", job.id, job.attempts, got.reason)
        if got.again and _again(service, job, got.after, now):
            return
        unusable(service, job, "lost", now, delete_there=media is not None)
    elif isinstance(got, TooLarge):
        unusable(service, job, "too_many_bytes", now, delete_there=True)
    else:
        try:
            picture = portrait.clean(got.data)
        except Busy:
            _again(service, job, 0.0, now)  # its last try, if it is that, is begun anew when the lease ends
        except Unfit as unfit:
            unusable(service, job, unfit.problem, now, delete_there=True)
        else:
            transaction.run(service.engine, partial(photo_media.fetched, job=job, picture=picture, now=now))


def unusable(service: Service, job: Job, failure: str, now: float, delete_there: bool) -> None:
    """There is no portrait; whoever sent the file hears why (a key of WHY). `delete_there`: the gateway is to delete it."""
    log.info("photo %d is none: %s", job.id, failure)

    def fail(conn: Connection) -> Start | None:
        if not photo_media.failed(conn, job, failure, now, delete_there):
            return None
        return _told(conn, service, job, failure)

    service.turns.start(fail, now)


def _told(conn: Connection, service: Service, job: Job, failure: str) -> Start | None:
    if job.own:
        return photo_queue.told(job.person, job.id, failure) if job.person else None
    enroler = people.by_id(conn, service.keys, job.enroler_id) if job.enroler_id is not None else None
    entered = (
        own_registrations.by_id(conn, service.keys, job.registration_id) if job.registration_id is not None else None
    )
    if enroler is None or entered is None:
        return None
    why = photo_queue.in_words(failure, enroler.language)
    variables = {"ref": entered.ref, "first_name": first_name_of(entered.fields), "why": why}
    return Start(UNUSABLE, enroler, f"photo {job.id}", variables)


def _discard(service: Service, job: Job, media: Media | None, now: float) -> None:
    refused = media.discard(job.address) if media else None
    if refused is not None:
        log.warning("photo %d cannot be deleted at the gateway, try %d: %s", job.id, job.attempts, refused.reason)
        if refused.again and _again(service, job, refused.after, now):
            return
    transaction.run(service.engine, partial(photo_media.discarded, job=job))


def _again(service: Service, job: Job, after: float, now: float) -> bool:
    return transaction.run(service.engine, partial(photo_media.again, job=job, after=after, now=now))


def drop_ended(service: Service) -> None:
    """Lets go of portraits that wait, of people who refused, never answered or have left."""
    now = time.time()
    if now < _ended["next"]:
        return
    _ended["next"] = now + ENDED_SECONDS
    with service.reads.begin() as conn:  # on SQLite nobody waits for us where there are none
        if not photo_media.any_ended(conn):
            return
    count = transaction.run(service.engine, partial(photo_media.drop_ended, now=now))
    log.info("%d photos of people who came to nothing are dropped", count)

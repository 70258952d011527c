"""What is still to be done at the gateways about photos: files to be fetched, and files to be deleted there.

A row whose `due_at` is set has something to do: `received`, its file is fetched; with any other status the file is only
deleted, and its address forgotten.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, delete, select, update

from sms_service.enrolment import photos
from sms_service.enrolment.photos import ENDED, SEALED
from sms_service.privacy import Keys, PersonKey, Unreadable
from sms_service.store import installation, people
from sms_service.store.people import Person
from sms_service.store.tables import member, photo, registration

ATTEMPTS = 12
PAUSE, PAUSE_MAX = 30.0, 4 * 3600.0
"""Seconds until the second try, doubled each time: twelve are a day and a half, longer than a gateway's bad day."""

LEASE = 300.0
"""Seconds for which whoever took a row up has it for itself: two answers of a slow gateway and a decoder's work."""

ASIDE = 4 * 3600.0
"""Seconds until a photo is looked at again whose keys do not open: a process that lacks a service key is a fault of its
settings, which somebody mends; the photo is nobody's to delete."""

ASIDE_MAX = 100
"""Such photos that are stepped over at once; the next call goes on."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One file at a gateway. `person`: whose picture it is, None where it is nobody's any more; `own`: she sent it herself."""

    id: int
    address: str
    wanted: bool
    attempts: int
    registration_id: int | None
    enroler_id: int | None
    person: Person | None

    @property
    def own(self) -> bool:
        return self.enroler_id is None


def take(conn: Connection, keys: Keys, now: float) -> Job | None:
    """The file that is due first, with its row for LEASE seconds; None if nothing is due. Photos whose keys do not open are
    left as they are, for ASIDE seconds."""
    due = (photo.c.due_at <= now) & photo.c.session_id.is_(None)
    columns = registration.c.status.label("standing"), registration.c.person_id, member.c.status.label("membership")
    query = select(photo, *columns).select_from(
        photo.outerjoin(registration, registration.c.id == photo.c.registration_id).outerjoin(
            member, member.c.registration_id == photo.c.registration_id
        )
    )
    aside = 0
    while aside < ASIDE_MAX and (
        row := conn.execute(query.where(due).order_by(photo.c.due_at, photo.c.id).limit(1)).first()
    ):
        still = (photo.c.id == row.id) & (photo.c.due_at == row.due_at)
        moved = conn.execute(update(photo).where(still).values(due_at=now + LEASE, attempts=row.attempts + 1))
        if moved.rowcount != 1:
            continue  # another process has it
        try:
            job = _opened(conn, keys, row)
        except Unreadable:
            log.error("photo %d cannot be opened with the service keys of this process; again in hours", row.id)
            conn.execute(update(photo).where(photo.c.id == row.id).values(due_at=now + ASIDE, attempts=row.attempts))
            aside += 1
            continue
        if job:
            return job
        conn.execute(delete(photo).where(photo.c.id == row.id))  # her key is gone, and with it the way to the file
    return None


def _opened(conn: Connection, keys: Keys, row: Row[tuple[object, ...]]) -> Job | None:
    """None: there is no way to the file any more. Raises Unreadable where a service key is wanting."""
    person = people.by_id(conn, keys, row.person_id) if row.registration_id is not None else None
    key = _key(conn, keys, row, person)
    if key is keys.service and row.media_sealed:
        address: str | None = key.decrypt(SEALED, row.media_sealed)
    else:
        address = _address(key, row.media_sealed) if key else None
    if address is None:
        return None
    open_ = row.standing not in ENDED and row.membership in (None, "valid")
    wanted = row.status == "received" and open_ and person is not None
    return Job(row.id, address, wanted, row.attempts + 1, row.registration_id, row.enroler_id, person)


def _key(conn: Connection, keys: Keys, row: Row[tuple[object, ...]], person: Person | None) -> PersonKey | None:
    """By whose key the address is sealed: hers, that of the enroler whose entry came to nothing, or the service's."""
    if row.registration_id is not None:
        return person.key if person else None
    if row.enroler_id is None:
        return keys.service
    enroler = people.by_id(conn, keys, row.enroler_id)
    return enroler.key if enroler else None


def _address(key: PersonKey, sealed: bytes) -> str | None:
    """None where there is none, or where another key is needed: before revision 0006 a registration that went to another
    number left its photos sealed for the first."""
    try:
        return key.decrypt(SEALED, sealed) if sealed else None
    except Unreadable:
        return None


def again(conn: Connection, job: Job, after: float, now: float) -> bool:
    """Tries later; False: it was tried often enough, and nothing was changed."""
    if job.attempts >= ATTEMPTS:
        return False
    pause = max(after, min(PAUSE * 2 ** (job.attempts - 1), PAUSE_MAX))
    # One that was let go meanwhile has its own time, and its own count.
    still = photo.c.status == "received" if job.wanted else photo.c.status != "received"
    conn.execute(update(photo).where(photo.c.id == job.id, still).values(due_at=now + pause))
    return True


def fetched(conn: Connection, job: Job, picture: bytes, now: float) -> bool:
    """The file is a portrait: it waits for the office, and its file is deleted next. False, and nothing is kept: it was
    removed meanwhile, or she has left or was forgotten, or the registration is another person's now, and is looked at anew."""
    if job.person is None or job.registration_id is None:
        return False
    received = photo.c.status == "received"
    kept = photos.wait(conn, job.person, job.id, job.registration_id, picture, received)
    if kept:
        conn.execute(update(photo).where(photo.c.id == job.id).values(due_at=now, attempts=0))
    else:
        conn.execute(update(photo).where(photo.c.id == job.id, received).values(due_at=now))
    return kept


def failed(conn: Connection, job: Job, failure: str, now: float, delete_there: bool) -> bool:
    """There will be no portrait of this file. `delete_there`: the gateway has it, and is to delete it. False: it was let go
    meanwhile."""
    values = {"status": "failed", "failure": failure, "attempts": 0, "due_at": now if delete_there else None}
    if not delete_there:
        values["media_sealed"] = b""
    still = (photo.c.id == job.id) & (photo.c.status == "received")
    return conn.execute(update(photo).where(still).values(values)).rowcount == 1


def discarded(conn: Connection, job: Job) -> None:
    """The gateway has it no more, or will not delete it: its address is of no use to anybody."""
    conn.execute(delete(photo).where(photo.c.id == job.id, photo.c.status.in_(("unwanted", "received"))))
    conn.execute(update(photo).where(photo.c.id == job.id).values(media_sealed=b"", due_at=None))


def leave_to_gateway(conn: Connection, keys: Keys, whom: Person, registrations: Sequence[int], now: float) -> None:
    """Takes out all photos of a person whose key is about to be destroyed. The addresses of files that gateways still have
    are kept, by the service's key and without a word of whose they were, until they are deleted there."""
    hers = photo.c.registration_id.in_(registrations) | (
        photo.c.registration_id.is_(None) & (photo.c.enroler_id == whom.id)
    )
    photos.let_go(conn, hers, now)
    service = installation.to_write_with(conn, keys).service
    for row in conn.execute(select(photo.c.id, photo.c.media_sealed).where(hers)).all():
        address, this = _address(whom.key, row.media_sealed), photo.c.id == row.id
        if address is None:
            conn.execute(delete(photo).where(this))
            continue
        nobodys = {"registration_id": None, "enroler_id": None, "media_sealed": service.encrypt(SEALED, address)}
        conn.execute(update(photo).where(this).values(nobodys))


def drop_ended(conn: Connection, now: float) -> int:
    """Lets go of portraits that wait for the office, of registrations that came to nothing and of members who have left; how
    many."""
    return photos.let_go(conn, _waiting_in_vain(), now)


def any_ended(conn: Connection) -> bool:
    """Whether there are any."""
    return conn.execute(select(photo.c.id).where(_waiting_in_vain()).limit(1)).first() is not None


def _waiting_in_vain() -> ColumnElement[bool]:
    return (photo.c.status == "waiting") & photos.of_ended()

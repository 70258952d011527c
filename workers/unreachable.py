"""Numbers that texts do not reach: the enroler who entered such a person is told once. A part of the sweeper's round."""

from __future__ import annotations

import logging
import time

from sqlalchemy import Connection, select

from sms_service.enrolment import registrations
from sms_service.enrolment.effects import Start
from sms_service.enrolment.effects.act import first_name_of
from sms_service.faults import Broken
from sms_service.service import Service
from sms_service.store import people, reach
from sms_service.store.database import SqlDown
from sms_service.store.tables import registration
from workers import process

BATCH = 200
"""People looked at in one round: each is a transaction, some seconds in all."""

STANDING = ("waiting", "held", "confirmed", "expired")
"""Registrations whose enroler may help: find out the right number, or have the person text us. Of others she is told
already that they are over, and why."""

FAILED_AGAIN = 600.0
"""Seconds until somebody whose enroler could not be told is tried again: the fault is ours and wants mending first."""

_aside: dict[int, float] = {}
"""Who failed, and until when this process leaves her out: else she stands before everybody else in each round."""

log = logging.getLogger(__name__)


def tell_enrolers(service: Service) -> None:
    """Tells the enrolers of all who were given up since the last round."""
    days = service.config.outbox.failed_days
    if not days:
        return
    with service.reads.begin() as conn:  # on SQLite nobody waits for us where there is none
        given_up = reach.given_up(conn, days, BATCH + len(_aside))
    now = time.time()
    for person_id in [one for one in _aside if _aside[one] <= now]:
        del _aside[person_id]
    for person_id in [one for one in given_up if one not in _aside]:
        if process.stopping():
            return
        tell_enroler(service, person_id, now)
    if count := len([one for one in given_up if one not in _aside]):
        log.info("%d numbers cannot be reached: they are left alone until they text us", count)


def tell_enroler(service: Service, person_id: int, now: float) -> None:
    """Begins the flow that tells the enroler who entered this person last; none where she entered herself. A flow that breaks
    is told once, in the log; where anything else fails, she steps aside for everybody else."""

    def told(conn: Connection) -> Start | None:
        return _start(service, conn, person_id) if reach.note_told(conn, person_id, now) else None

    try:
        service.turns.start(told, now)
    except SqlDown:
        raise
    except Broken as broken:
        log.error("flow %s, state %s: %s; an enroler is not told of a number", broken.flow, broken.state, broken)
        with service.engine.begin() as conn:
            reach.note_told(conn, person_id, now)
    except Exception as error:  # her data cannot be opened, here and now
        log.exception("person %d: %s; her enroler is told of the number later", person_id, type(error).__name__)
        _aside[person_id] = now + FAILED_AGAIN


def _start(service: Service, conn: Connection, person_id: int) -> Start | None:
    hers = (registration.c.person_id == person_id) & registration.c.enroler_id.is_not(None)
    standing = registration.c.status.in_(STANDING) & registration.c.erased_at.is_(None)
    newest = select(registration.c.id).where(hers, standing).order_by(registration.c.id.desc()).limit(1)
    registration_id = conn.execute(newest).scalar_one_or_none()
    somebody = people.by_id(conn, service.keys, person_id)
    if registration_id is None or somebody is None:
        return None
    entered = registrations.by_id(conn, somebody.key, registration_id)
    enroler = people.by_id(conn, service.keys, entered.enroler_id) if entered.enroler_id else None
    if enroler is None:
        return None
    variables = {"ref": entered.ref, "first_name": first_name_of(entered.fields)}
    return Start("registration.unreachable", enroler, str(entered.id), variables)

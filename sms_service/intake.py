"""What comes in is taken or kept: through the turn, or on disk while SQL is down, and never lost in between.

A message that a fault of ours keeps from being taken is kept too, tried again after growing pauses, and at last set aside.
A fault of a flow is none of these: turn.py ends the session and tells the person.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from itertools import islice

import msgspec
from sqlalchemy import Connection

from sms_service import reports
from sms_service.channels.base import DeliveryReport
from sms_service.engine.answers import fold
from sms_service.engine.model import Inbound
from sms_service.enrolment.reading.answer import read_mobile
from sms_service.service import Service
from sms_service.store import people, transaction
from sms_service.store.database import SqlDown
from sms_service.store.inbox import Stored
from sms_service.store.spool import Spooled

GROUPS_MAX = 6
"""Groups of digits that one number is written in: +91 98 76 54 32 10."""

AT_ONCE = 500
"""Kept messages whose numbers are looked up with one statement."""

log = logging.getLogger(__name__)


class NotTaken(Exception):
    """A USSD hop could not be taken now, and nothing of it was saved: the phone is told to try again."""


class _Kept(msgspec.Struct):
    """A spooled message: one of the two."""

    inbound: Inbound | None = None
    report: DeliveryReport | None = None


def take(service: Service, inbound: Inbound) -> Stored:
    """Takes one message. An SMS that cannot be taken is kept on disk, and counts as taken.

    Raises NotTaken (USSD only: the person waits for a screen), SpoolFull.
    """
    try:
        return service.turns.handle(inbound)
    except SqlDown as error:
        log.error("SQL cannot take a message now (%s)", error)
        failed = False
    except Exception as error:
        log.exception("a message could not be taken: %s", type(error).__name__)
        failed = True
    if inbound.kind == "ussd":
        raise NotTaken
    spooled = _keep(service, inbound.received_at, f"{inbound.channel}:{inbound.id}", _Kept(inbound=inbound))
    if failed:
        service.spool.failed(spooled, time.time())
    return Stored("", ends=True)


def take_report(service: Service, report: DeliveryReport) -> None:
    """Takes one delivery report, or keeps it on disk. Raises SpoolFull."""
    now = time.time()
    try:
        _take_report(service, report, now)
    except SqlDown as error:
        log.error("SQL cannot take a delivery report now (%s)", error)
        failed = False
    except Exception as error:
        log.exception("a delivery report could not be taken: %s", type(error).__name__)
        failed = True
    else:
        return
    spooled = _keep(service, now, f"{report.channel}:{report.gateway_id}:{report.word}", _Kept(report=report))
    if failed:
        service.spool.failed(spooled, time.time())


def take_spooled(service: Service, stopping: Callable[[], bool] = lambda: False) -> int:
    """Takes what was kept, oldest first, until `stopping`; how many. Raises SqlDown: then the rest waits.

    A message that a fault of ours keeps from being taken waits for its next try, and does not hold up those behind it.
    """
    count = 0
    for spooled in service.spool.waiting(time.time()):
        if stopping():
            break
        try:
            kept = msgspec.msgpack.decode(spooled.data, type=_Kept)
            if kept.inbound:
                service.turns.handle(kept.inbound, kept=True)
            if kept.report:
                _take_report(service, kept.report, time.time())
        except SqlDown:
            raise
        except Exception as error:
            pause = service.spool.failed(spooled, time.time())
            then = f"tried again in {pause:.0f} s" if pause else f"set aside in {service.spool.aside}"
            log.exception("a spooled message still cannot be taken (%s): %s", type(error).__name__, then)
        else:
            service.spool.done(spooled)
            count += 1
    return count


def drop_forgotten(service: Service, newest: float) -> int:
    """Drops what is kept of people who asked to be forgotten until `newest` (seconds since 1970), after it came: what they
    sent, and what others sent that names their number. What a fault of ours keeps from being taken would lie here for ever.
    How many."""
    count = 0
    for spooled in _blocks(service.spool.kept(newest)):
        named: list[tuple[Spooled, float, set[bytes]]] = []
        for one in spooled:
            try:
                inbound = msgspec.msgpack.decode(one.data, type=_Kept).inbound
            except msgspec.DecodeError:  # damaged on disk: set aside when it was to be taken, and nobody can read it
                log.warning("a message in the spool cannot be read: it lies there for whoever runs the service")
                continue
            if inbound is not None:
                phones = {inbound.phone, *_numbers_in(inbound.text, service.config.region)}
                named.append((one, inbound.received_at, {service.keys.index("phone", phone) for phone in phones}))
        with service.reads.begin() as conn:
            since = people.blocked_since_all(conn, set().union(*(indexes for _, _, indexes in named)))
        for one, received_at, indexes in named:
            if any(received_at <= since[index] for index in indexes & since.keys()):
                service.spool.done(one)
                count += 1
    return count


def _blocks(kept: Iterator[Spooled]) -> Iterator[list[Spooled]]:
    while block := list(islice(kept, AT_ONCE)):
        yield block


def _numbers_in(text: str, region: str) -> Iterator[str]:
    """The mobile numbers that may be meant in a text (E.164), their digits together or in groups."""
    groups = [word if word.isdecimal() else "" for word in fold(text).split()]
    for first in range(len(groups)):
        for last in range(first + 1, min(first + GROUPS_MAX, len(groups)) + 1):
            if all(groups[first:last]) and (phone := read_mobile("".join(groups[first:last]), (region,))):
                yield phone


def _take_report(service: Service, report: DeliveryReport, now: float) -> None:
    def take(conn: Connection) -> reports.Taken:
        return reports.take_report(conn, service.keys, report, now, service.channels.keys())

    taken = transaction.run(service.engine, take)
    if taken is reports.Taken.DUE:
        service.bell.ring("deliver")
    if not taken:
        log.info(
            "a delivery report of %s (%s) is about no message we know yet",
            report.channel,
            reports.kept_word(report.word),
        )


def _keep(service: Service, received_at: float, message_id: str, kept: _Kept) -> Spooled:
    return service.spool.put(received_at, message_id, msgspec.msgpack.encode(kept))

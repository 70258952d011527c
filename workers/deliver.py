"""10 Delivery: claims a message, sends it, settles it. Woken by the bell, it works until nothing is left.

A send has three outcomes. Accepted and refused are what the gateway said. Unknown (a time-out, a 5xx, a crash of this
worker between sending and settling) is never blindly repeated: the gateway is asked where it can tell, and else the
message is held for the office.
"""

from __future__ import annotations

import logging
import time

from sqlalchemy import Connection

from sms_service import quiet, reports
from sms_service.channels.base import Accepted, Outbound, Refused, Sent, Unknown
from sms_service.service import Service
from sms_service.store import claims, outbox, people, reach
from sms_service.store.claims import Claimed
from workers import process

BACKOFF_MAX = 900.0
"""Seconds between two tries at most: a gateway that was away for an hour is tried again within a quarter of one."""

AWAKE_SECONDS = 1800.0
"""For so long after somebody sent something, nothing wakes her: the card that follows her yes at night leaves at once."""

RING_MAX = 200
"""Messages sent for one ring; then it rings again for itself, so that RQ sees the worker alive in between."""

log = logging.getLogger(__name__)


@process.job
def drain() -> None:
    """The RQ job: sends until nothing is due. Its arguments are none; what is to be sent stands in the outbox."""
    service = process.service()
    service.bell.answered("deliver")
    if send_due(service, RING_MAX) == RING_MAX:
        service.bell.ring("deliver")


def send_due(service: Service, most: int) -> int:
    """Sends what is due, at most `most` messages or until this process is asked to stop; how many it claimed."""
    count = 0
    while count < most and not process.stopping():
        with service.engine.begin() as conn:
            claimed = claims.claim(conn, service.keys, time.time(), service.config.outbox.lease)
            kept = claimed is not None and _kept_back(service, conn, claimed, time.time())
        if claimed is None:
            break
        count += 1
        if not kept:
            settle(service, claimed, _send(service, claimed))
    return count


def _kept_back(service: Service, conn: Connection, claimed: Claimed, now: float) -> bool:
    """Ends a message to a number that texts do not reach, or puts one off that would come at night; never one that its person
    awaits. Whether it did."""
    config = service.config
    given_up = 0 < config.outbox.failed_days <= claimed.failed_days
    morning = quiet.night_ends(config.quiet_hours_on(claimed.channel), claimed.phone, now)
    if not (given_up or morning) or claims.is_awaited(conn, claimed, now - AWAKE_SECONDS):
        return False
    if given_up:
        reason = f"texts to this number failed on {claimed.failed_days} days"
        outbox.settle(conn, claimed.id, status="unreachable", reason=reason, attempts=claimed.attempts - 1)
    elif morning:
        claims.put_off(conn, claimed, morning)
    return True


def recover(service: Service) -> int:
    """Settles the messages whose outcome nobody knows and whose lease has ended; how many."""
    count = 0
    while not process.stopping():
        with service.engine.begin() as conn:
            claimed = claims.expired_lease(conn, service.keys, time.time(), service.config.outbox.lease)
        if claimed is None:
            break
        count += 1
        settle(service, claimed, _looked_up(service, claimed), looked_up=True)
    return count


def _send(service: Service, claimed: Claimed) -> Sent:
    channel = service.channels.get(claimed.channel)
    if channel is None:
        return Refused(f"channel {claimed.channel} is off", again=True, after=BACKOFF_MAX)
    return channel.send(Outbound(ref=claimed.ref, phone=claimed.phone, text=claimed.text))


def _looked_up(service: Service, claimed: Claimed) -> Sent:
    """What the gateway says became of it; Unknown where it cannot tell."""
    channel = service.channels.get(claimed.channel)
    if channel is None:
        return Unknown(f"channel {claimed.channel} is off")
    with service.reads.begin() as conn:
        known = outbox.gateway_ids_to(conn, claimed.person_id, claimed.channel)
    message = Outbound(ref=claimed.ref, phone=claimed.phone, text=claimed.text)
    return channel.look_up(message, claimed.created_at, known)


def settle(service: Service, claimed: Claimed, sent: Sent, *, looked_up: bool = False) -> None:
    """Writes down how a send ended. A message that a delivery report settled meanwhile stays as that left it.

    `looked_up`: the gateway was asked about it, and the question was no try of its own: what it surely does not have is
    due again at once, for the lease has been waiting enough.
    """
    now = time.time()
    can_look_up = claimed.channel in service.channels and service.channels[claimed.channel].can_look_up
    with service.engine.begin() as conn:
        match sent:
            case Accepted(gateway_id, segments):
                outbox.settle(
                    conn, claimed.id, status="sent", gateway_id=gateway_id, segments=segments, sent_at=now, reason=""
                )
                reports.apply_early(conn, claimed.channel, claimed, gateway_id)
            case Refused(reason, again, after, opted_out, number_failed):
                if opted_out:
                    people.set_stopped(conn, claimed.person_id, now)
                if again and looked_up:
                    tries = claimed.attempts - 1
                    outbox.settle(conn, claimed.id, status="queued", due_at=now, reason=reason, attempts=tries)
                elif again and claimed.attempts < service.config.outbox.attempts:
                    wait = after or min(service.config.outbox.backoff * 2 ** (claimed.attempts - 1), BACKOFF_MAX)
                    outbox.settle(conn, claimed.id, status="queued", due_at=now + wait, reason=reason)
                else:
                    if outbox.settle(conn, claimed.id, status="failed", reason=reason) and number_failed:
                        reach.failed(conn, claimed.person_id, now)
                    log.warning("message %s failed: %s", claimed.ref, reason)
            case Unknown(reason) if can_look_up and claimed.attempts < service.config.outbox.attempts:
                # It stays `sending`: when its lease ends, the gateway has had time to list what it took.
                log.warning("message %s: no clear answer (%s); the gateway is asked in a minute", claimed.ref, reason)
            case Unknown(reason):
                outbox.settle(conn, claimed.id, status="held", reason=reason)
                log.warning("message %s is held, nobody can say whether it was sent: %s", claimed.ref, reason)


if __name__ == "__main__":
    process.run("deliver")

"""10 Delivery: claims a message, sends it, settles it. Woken by the bell, it works until nothing is left.

A send has three outcomes. Accepted and refused are what the gateway said. Unknown (a time-out, a 5xx, a crash of this
worker between sending and settling) is never blindly repeated: the gateway is asked where it can tell, and else the
message is held for the office.
"""

from __future__ import annotations

import logging
import time

from sqlalchemy import Connection

from sms_service import elsewhere, quiet, reports
from sms_service.channels.base import Accepted, Channel, Dlt, HasWindow, Outbound, Refused, SendsMany, Sent, Unknown
from sms_service.engine import dlt
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
        channel = service.channels.get(claimed.channel)
        if kept:
            continue
        if isinstance(channel, SendsMany) and claimed.text_index is not None:
            count += _send_with_equals(service, channel, claimed)
        else:
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


def _send_with_equals(service: Service, channel: Channel, first: Claimed) -> int:
    """Sends one message together with others of the same text, in one call; how many others. Each is settled by itself."""
    assert isinstance(channel, SendsMany)
    now, lease = time.time(), service.config.outbox.lease
    with service.engine.begin() as conn:
        others = claims.claim_equal(conn, service.keys, first, now, lease, channel.most - 1)
        awake = [one for one in others if not _kept_back(service, conn, one, now)]
    together = []
    for one in (first, *awake):
        if refused := _kept_here(service, one):
            settle(service, one, refused)
        else:
            together.append(one)
    if together:
        outcomes = channel.send_many([_outbound(one) for one in together])
        for one, sent in zip(together, outcomes, strict=True):
            settle(service, one, sent)
    return len(others)


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
    return _kept_here(service, claimed) or channel.send(_outbound(claimed))


def _kept_here(service: Service, claimed: Claimed) -> Refused | None:
    """The refusal of a message that must not leave, or that its gateway would surely refuse; None if it may leave."""
    if service.config.dlt.required and not claimed.dlt_template and dlt.applies(claimed.phone, claimed.channel):
        return Refused(dlt.NO_TEMPLATE, again=False)
    channel = service.channels.get(claimed.channel)
    if isinstance(channel, HasWindow):
        with service.reads.begin() as conn:
            if not elsewhere.is_open(conn, claimed.person_id, claimed.channel, channel.window, time.time()):
                return Refused(elsewhere.OUTSIDE, again=False, elsewhere=True)
    return None


def _outbound(claimed: Claimed) -> Outbound:
    registered = Dlt(entity_id=claimed.dlt_entity, template_id=claimed.dlt_template) if claimed.dlt_template else None
    return Outbound(ref=claimed.ref, phone=claimed.phone, text=claimed.text, dlt=registered, link=claimed.link)


def _looked_up(service: Service, claimed: Claimed) -> Sent:
    """What the gateway says became of it; Unknown where it cannot tell."""
    channel = service.channels.get(claimed.channel)
    if channel is None:
        return Unknown(f"channel {claimed.channel} is off")
    with service.reads.begin() as conn:
        known = outbox.gateway_ids_to(conn, claimed.person_id, claimed.channel)
    return channel.look_up(_outbound(claimed), claimed.since, known)


def settle(service: Service, claimed: Claimed, sent: Sent, *, looked_up: bool = False) -> None:
    """Writes down how a send ended. A message that a delivery report settled meanwhile stays as that left it.

    `looked_up`: the gateway was asked about it, and the question was no try of its own: what it surely does not have is
    due again at once, for the lease has been waiting enough.
    """
    now = time.time()
    can_look_up = claimed.channel in service.channels and service.channels[claimed.channel].can_look_up
    with service.engine.begin() as conn:
        match sent:
            case Accepted(gateway_id, segments, price):
                said = {"gateway_id": gateway_id, "segments": segments, "price": price or None}
                outbox.settle(conn, claimed.id, status="sent", sent_at=now, reason="", **said)
                reports.apply_early(conn, claimed, gateway_id, now)
            case Refused():
                _refused(service, conn, claimed, sent, now, looked_up=looked_up)
            case Unknown(reason) if can_look_up and claimed.attempts < service.config.outbox.attempts:
                # It stays `sending`: when its lease ends, the gateway has had time to list what it took.
                log.warning("message %s: no clear answer (%s); the gateway is asked in a minute", claimed.ref, reason)
            case Unknown(reason):
                # Of one sent anew the row still names the first by its gateway's id, which is not what is unknown now.
                forget = {"gateway_id": ""} if claimed.repeats else {}
                outbox.settle(conn, claimed.id, status="held", reason=reason, **forget)
                log.warning("message %s is held, nobody can say whether it was sent: %s", claimed.ref, reason)


def _refused(
    service: Service, conn: Connection, claimed: Claimed, sent: Refused, now: float, *, looked_up: bool
) -> None:
    """It certainly was not sent: it goes again, or by another channel, or has failed."""
    again = sent.again and not reports.by_registry(claimed.phone, sent.reason)
    if sent.opted_out:
        people.set_stopped(conn, claimed.person_id, now)
    if sent.operator:
        reports.tell_operator(conn, claimed.channel, sent.reason, now)
    if again and looked_up:
        tries = claimed.attempts - 1
        outbox.settle(conn, claimed.id, status="queued", due_at=now, reason=sent.reason, attempts=tries)
    elif again and claimed.attempts < service.config.outbox.attempts:
        wait = sent.after or min(service.config.outbox.backoff * 2 ** (claimed.attempts - 1), BACKOFF_MAX)
        outbox.settle(conn, claimed.id, status="queued", due_at=now + wait, reason=sent.reason)
    elif sent.elsewhere and (other := _elsewhere(service, conn, claimed)):
        anew = {"channel": other, "due_at": now, "attempts": 0, "link": None}
        outbox.settle(conn, claimed.id, status="queued", reason=sent.reason, **anew)
    else:
        if outbox.settle(conn, claimed.id, status="failed", reason=sent.reason) and sent.number_failed:
            reach.failed(conn, claimed.person_id, now)
        log.warning("message %s failed: %s", claimed.ref, sent.reason)
        reports.count_registry(conn, claimed.phone, claimed.channel, sent.reason, now)


def _elsewhere(service: Service, conn: Connection, claimed: Claimed) -> str:
    default = service.config.channels.default
    return elsewhere.elsewhere(conn, claimed.person_id, claimed.channel, service.channels, default)


if __name__ == "__main__":
    process.run("deliver")

"""10 Delivery: claims a message, sends it, settles it. Woken by the bell, it works until nothing is left.

A send has three outcomes. Accepted and refused are what the gateway said. Unknown (a time-out, a 5xx, a crash of this
worker between sending and settling) is never blindly repeated: the gateway is asked where it can tell, and else the
message is held for the office.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Sequence

from sqlalchemy import Connection

from sms_service import reports, routing
from sms_service.channels.base import Accepted, Channel, HasWindow, Refused, SendsMany, Sent, Unknown
from sms_service.channels.exchange import Exchange, recorded
from sms_service.engine import dlt, texts
from sms_service.service import Service
from sms_service.store import channel_log, claims, order, outbox, people, reach
from sms_service.store.claims import Claimed
from workers import fallback, fitting, keeping_back, process

BACKOFF_MAX = 900.0
"""Seconds between two tries at most: a gateway that was away for an hour is tried again within a quarter of one."""

RING_MAX = 200
"""Messages sent for one ring; then it rings again for itself, so that RQ sees the worker alive in between."""

RING_EVERY = 1.0
"""Seconds at least until a worker is woken that waits for its channel's rate."""

BULK_EVERY = 10
"""Of so many claims of a process one takes first what answers nobody: where answers alone take all that a gateway can, bulk
still has a tenth of it, and an answer waits for one message more."""

_turn = itertools.count(1)

log = logging.getLogger(__name__)


@process.job
def drain() -> None:
    """The RQ job: sends until nothing is due. Its arguments are none; what is to be sent stands in the outbox."""
    service = process.service()
    service.bell.answered("deliver")
    if send_due(service, RING_MAX) == RING_MAX:
        service.bell.ring("deliver")
    elif wait := _wait_for_rate(service, time.time()):
        service.bell.ring_in("deliver", max(wait, RING_EVERY))


def send_due(service: Service, most: int) -> int:
    """Sends what is due, at most `most` messages or until this process is asked to stop; how many it claimed."""
    count = 0
    while count < most and not process.stopping():
        now, lease = time.time(), service.config.outbox.lease
        used_up, bulk_first = service.rates.used_up(now), next(_turn) % BULK_EVERY == 0
        with service.engine.begin() as conn:
            down = fallback.down(service, conn, now)
            closed = [name for name, one in down.items() if one.is_closed(now)]
            claimed = claims.claim(conn, service.keys, now, lease, {*closed, *used_up}, bulk_first=bulk_first)
            kept = claimed is not None and (
                keeping_back.kept_back(service, conn, claimed, now)
                or not fallback.may_leave(conn, claimed, down, now + lease)
            )
            if claimed and not kept and not (claimed.channel in down or _has_rate(service, claimed, now)):
                claims.put_back(conn, claimed)  # another worker was quicker: the channel is used up now
                continue
        if claimed is None:
            break
        count += 1
        channel = service.channels.get(claimed.channel)
        if kept:
            continue
        if isinstance(channel, SendsMany) and claimed.text_index is not None and claimed.channel not in down:
            count += _send_with_equals(service, channel, claimed)
        else:
            with recorded() as exchanges:
                sent = _send(service, claimed)
            settle(service, claimed, sent, exchanges)
    return count


def _wait_for_rate(service: Service, now: float) -> float | None:
    """Seconds until something that is due may leave by a channel whose rate is used up; None where nothing waits for one."""
    used_up = service.rates.used_up(now)
    if not used_up:
        return None
    with service.reads.begin() as conn:
        due = {queue.channel for queue in order.due_queues(conn, now)}
    return min((used_up[name] - now for name in due & used_up.keys()), default=None)


def _has_rate(service: Service, claimed: Claimed, now: float) -> bool:
    return service.rates.take(claimed.channel, _segments(service, claimed), 1, now) == 1


def _segments(service: Service, claimed: Claimed) -> int:
    """What the rate of its channel counts it as: a message that is no SMS is one."""
    return 1 if isinstance(service.channels.get(claimed.channel), HasWindow) else texts.count(claimed.text).segments


def _send_with_equals(service: Service, channel: Channel, first: Claimed) -> int:
    """Sends one message together with others of the same text, in one call; how many others. Each is settled by itself."""
    assert isinstance(channel, SendsMany)
    now, lease = time.time(), service.config.outbox.lease
    segments = _segments(service, first)
    most = service.rates.take(first.channel, segments, channel.most - 1, now)
    with service.engine.begin() as conn:
        others = claims.claim_equal(conn, service.keys, first, now, lease, most)
        awake = [one for one in others if not keeping_back.kept_back(service, conn, one, now)]
    service.rates.give_back(first.channel, segments, most - len(awake), now)
    together = []
    for one in (first, *awake):
        if refused := _kept_here(service, one):
            settle(service, one, refused)
        else:
            together.append(one)
    if together:
        with recorded() as exchanges:
            outcomes = channel.send_many([fitting.outbound(channel, one) for one in together])
        fallback.learned(service, together[0], outcomes, time.time())
        for one, sent in zip(together, outcomes, strict=True):
            settle(service, one, sent, exchanges if one is together[0] else (), with_ref=together[0].ref)
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
        with recorded(look_up=True) as exchanges:
            sent = _looked_up(service, claimed)
        settle(service, claimed, sent, exchanges, looked_up=True)
    return count


def _send(service: Service, claimed: Claimed) -> Sent:
    channel = service.channels.get(claimed.channel)
    if channel is None:
        return Refused(f"channel {claimed.channel} is off", again=True, after=BACKOFF_MAX)
    if refused := _kept_here(service, claimed):
        return refused
    sent = channel.send(fitting.outbound(channel, claimed))
    fallback.learned(service, claimed, [sent], time.time())
    return sent


def _kept_here(service: Service, claimed: Claimed) -> Refused | None:
    """The refusal of a message that must not leave, or that its gateway would surely refuse; None if it may leave."""
    if service.config.dlt.required and not claimed.dlt_template and dlt.applies(claimed.phone, claimed.channel):
        return Refused(dlt.NO_TEMPLATE, again=False)
    channel = service.channels.get(claimed.channel)
    if isinstance(channel, HasWindow):
        with service.reads.begin() as conn:
            if not routing.is_open(conn, claimed.person_id, claimed.channel, channel.window, time.time()):
                return Refused(routing.OUTSIDE, again=False, elsewhere=True)
    return None


def _looked_up(service: Service, claimed: Claimed) -> Sent:
    """What the gateway says became of it; Unknown where it cannot tell."""
    channel = service.channels.get(claimed.channel)
    if channel is None:
        return Unknown(f"channel {claimed.channel} is off")
    with service.reads.begin() as conn:
        known = outbox.gateway_ids_to(conn, claimed.person_id, claimed.channel)
    return channel.look_up(fitting.outbound(channel, claimed), claimed.since, known)


def settle(
    service: Service, claimed: Claimed, sent: Sent, exchanges: Sequence[Exchange] = (), *,
    looked_up: bool = False, with_ref: str = "",
) -> None:  # fmt: skip
    """Writes down how a send ended. A message that a delivery report settled meanwhile stays as that left it. Where the lease
    has ended and another worker has the message, only that the gateway has it counts: put back, it would leave twice.

    `exchanges`: what the gateway was asked and answered; of messages that left in one call it stands with the one `with_ref`.
    `looked_up`: the gateway was asked about it, and the question was no try of its own: what it surely does not have is
    due again at once, for the lease has been waiting enough.
    """
    now = time.time()
    if isinstance(sent, Refused) and sent.asks_for_pause:
        service.rates.pause(claimed.channel, sent.after, now)
    can_look_up = claimed.channel in service.channels and service.channels[claimed.channel].can_look_up
    with service.engine.begin() as conn:
        _log_step(conn, claimed, sent, exchanges, now, looked_up=looked_up, with_ref=with_ref)
        if isinstance(sent, Refused):
            _learn(conn, claimed, sent, now)
        if not isinstance(sent, Accepted) and not claims.is_held(conn, claimed):
            log.warning(
                "message %s: the answer came after its lease, or after its report; that is what counts", claimed.ref
            )
            return
        match sent:
            case Accepted(gateway_id, segments, price):
                said = {"gateway_id": gateway_id, "segments": segments, "price": price or None}
                counted = fitting.counted(service.channels.get(claimed.channel), claimed)
                outbox.settle(conn, claimed.id, status="sent", sent_at=now, reason="", counted=counted, **said)
                reports.apply_early(conn, claimed, gateway_id, now)
            case Refused():
                _refused(service, conn, claimed, sent, now, looked_up=looked_up)
            case Unknown(reason) if can_look_up and looked_up and fallback.is_failing(conn, claimed.channel):
                outbox.wait_on(conn, claimed.id, attempts=claimed.attempts - 1)  # that its list is away says nothing
            case Unknown(reason) if can_look_up and claimed.attempts < service.config.outbox.attempts:
                # It stays `sending`: when its lease ends, the gateway has had time to list what it took.
                log.warning("message %s: no clear answer (%s); the gateway is asked in a minute", claimed.ref, reason)
            case Unknown(reason):
                # Of one sent anew the row still names the first by its gateway's id, which is not what is unknown now.
                forget = {"gateway_id": ""} if claimed.repeats else {}
                outbox.settle(conn, claimed.id, status="held", reason=reason, route=None, **forget)
                log.warning("message %s is held, nobody can say whether it was sent: %s", claimed.ref, reason)


def _log_step(
    conn: Connection, claimed: Claimed, sent: Sent, exchanges: Sequence[Exchange], now: float, *,
    looked_up: bool, with_ref: str,
) -> None:  # fmt: skip
    outcome = "accepted" if isinstance(sent, Accepted) else f"{type(sent).__name__.lower()}: {sent.reason}"
    channel_log.note(
        conn, claimed.ref, claimed.channel, "looked up" if looked_up else "sent", outcome, now,
        exchanges=exchanges, with_ref=with_ref if with_ref not in ("", claimed.ref) else None,
    )  # fmt: skip


def _learn(conn: Connection, claimed: Claimed, sent: Refused, now: float) -> None:
    """What a refusal tells of her and of the gateway, whoever has the message in hand by now."""
    if sent.opted_out:
        people.set_stopped(conn, claimed.person_id, now)
    if sent.operator:
        reports.tell_operator(conn, claimed.channel, sent.reason, now)


def _refused(
    service: Service, conn: Connection, claimed: Claimed, sent: Refused, now: float, *, looked_up: bool
) -> None:
    """It certainly was not sent: it goes again, or by another channel, or has failed."""
    again = sent.again and not reports.by_registry(claimed.phone, sent.reason)
    failing = fallback.is_failing(conn, claimed.channel)
    tries = claimed.attempts - 1 if looked_up or failing else claimed.attempts
    if again and looked_up:  # as far as it can tell: no other channel may be asked to send it too
        outbox.settle(conn, claimed.id, status="queued", due_at=now, reason=sent.reason, attempts=tries, route=None)
    elif again and (failing or tries < service.config.outbox.attempts):
        wait = sent.after or min(service.config.outbox.backoff * 2 ** max(tries - 1, 0), BACKOFF_MAX)
        outbox.settle(conn, claimed.id, status="queued", due_at=now + wait, reason=sent.reason, attempts=tries)
    elif _another_may(sent) and (other := fallback.goes_on(service, conn, claimed, sent.reason, now)):
        channel_log.note(conn, claimed.ref, other, "rerouted", sent.reason, now)
    else:
        if outbox.settle(conn, claimed.id, status="failed", reason=sent.reason) and sent.number_failed:
            reach.failed(conn, claimed.person_id, now)
        log.warning("message %s failed: %s", claimed.ref, sent.reason)
        reports.count_registry(conn, claimed.phone, claimed.channel, sent.reason, now)


def _another_may(sent: Refused) -> bool:
    """Whether another channel may bring what this one refused for good: not where the person or her number is the reason."""
    return not (sent.opted_out or sent.number_failed)


if __name__ == "__main__":
    process.run("deliver")

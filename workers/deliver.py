"""10 Delivery: claims a message, sends it, settles it. Woken by the bell, it works until nothing is left.

A send has three outcomes. Accepted and refused are what the gateway said. Unknown (a time-out, a 5xx, a crash of this
worker between sending and settling) is never blindly repeated: the gateway is asked where it can tell, and else the
message is held for the office.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Collection, Sequence
from functools import partial

from sqlalchemy import Connection

from sms_service import reports, routing
from sms_service.channels.base import (
    SEND_TIMEOUT,
    Accepted,
    Channel,
    HasWindow,
    Refused,
    SendsMany,
    Sent,
    Unknown,
    another_may,
)
from sms_service.channels.exchange import Exchange, recorded
from sms_service.engine import dlt, texts
from sms_service.service import Service
from sms_service.store import channel_log, claims, order, outbox, people, reach, transaction
from sms_service.store.claims import Claimed
from sms_service.store.gateway_down import State
from workers import fallback, fitting, keeping_back, process

BACKOFF_MAX = 900.0
"""Seconds between two tries at most: a gateway that was away for an hour is tried again within a quarter of one."""

LOOKS_LAST = 86_400.0
"""Seconds for which a gateway is asked what became of a message, from when it first could not say: an outage of its list is
over by then, and of what may be a day old the office knows more than a list does. The looks are as far apart as the first
one is past, BACKOFF_MAX at most."""

RING_MAX = 200
"""Messages sent for one ring, a call for many being one; then it rings again for itself, so that RQ sees the worker alive in
between."""

RING_EVERY = 1.0
"""Seconds at least until a worker is woken that waits for its channel's rate."""

PAUSE = 5.0
"""Seconds that a channel rests whose gateway said "too fast" and not for how long: time for a few seconds' worth to drain."""

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
    if send_due(service, RING_MAX) >= RING_MAX:
        service.bell.ring("deliver")
    elif wait := _wait_for_rate(service, time.time()):
        service.bell.ring_in("deliver", max(wait, RING_EVERY))


def send_due(service: Service, most: int) -> int:
    """Sends what is due, until it claimed `most` messages or more (the last call may be one for many) or this process is asked
    to stop; how many it claimed."""
    count = 0
    while count < most and not process.stopping():
        now = time.time()
        used_up, bulk_first = service.rates.used_up(now), next(_turn) % BULK_EVERY == 0
        claim = partial(_claim, service=service, now=now, used_up=used_up, bulk_first=bulk_first)
        claimed, kept, down = transaction.run(service.engine, claim)
        if claimed is None:
            break
        # Redis is asked when the database is let go: one that hangs would keep everybody from writing.
        if not kept and claimed.channel not in down and not _has_rate(service, claimed, now):
            _leave(service, claimed)  # another worker was quicker: the channel is used up now
            continue
        count += 1
        channel = service.channels.get(claimed.channel)
        if kept:
            continue
        if isinstance(channel, SendsMany) and claimed.text_index is not None and claimed.channel not in down:
            count += _send_with_equals(service, channel, claimed)
        elif _in_time(service, claimed):
            with recorded((claimed.phone, claimed.text)) as exchanges:
                sent = _send(service, claimed)
            settle(service, claimed, sent, exchanges)
    return count


def _claim(
    conn: Connection, service: Service, now: float, used_up: Collection[str], *, bulk_first: bool
) -> tuple[Claimed | None, bool, dict[str, State]]:
    """The next message, if any; whether it is kept back; and the channels that are down."""
    lease, down = service.config.outbox.lease, fallback.down(service, conn, now)
    closed = [name for name, one in down.items() if one.is_closed(now)]
    claimed = claims.claim(conn, service.keys, now, lease, {*closed, *used_up}, bulk_first=bulk_first)
    kept = claimed is not None and (
        keeping_back.kept_back(service, conn, claimed, now)
        or not fallback.may_leave(service, conn, claimed, down, now + lease)
    )
    return claimed, kept, down


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
    channel = service.channels.get(claimed.channel)
    return texts.count(claimed.text).segments if channel is None or channel.is_sms else 1


def _send_with_equals(service: Service, channel: Channel, first: Claimed) -> int:
    """Sends one message together with others of the same text, in one call; how many others. Each is settled by itself."""
    assert isinstance(channel, SendsMany)
    now, lease = time.time(), service.config.outbox.lease
    segments = _segments(service, first)
    most = service.rates.take(first.channel, segments, channel.most - 1, now)

    def claim_equal(conn: Connection) -> tuple[int, list[Claimed]]:
        found = claims.claim_equal(conn, service.keys, first, now, lease, most)
        return len(found), [one for one in found if not keeping_back.kept_back(service, conn, one, now)]

    others, awake = transaction.run(service.engine, claim_equal)
    service.rates.give_back(first.channel, segments, most - len(awake), now)
    together = []
    for one in (first, *awake):
        if refused := _kept_here(service, one):
            settle(service, one, refused)
        else:
            together.append(one)
    if together and _in_time(service, *together):
        with recorded((first.text, *(one.phone for one in together))) as exchanges:
            outcomes = channel.send_many([fitting.outbound(channel, one) for one in together])
        fallback.learned(service, together[0], outcomes, time.time())
        for one, sent in zip(together, outcomes, strict=True):
            settle(service, one, sent, exchanges if one is together[0] else (), with_ref=together[0].ref)
    return others


def _in_time(service: Service, *claimed: Claimed) -> bool:
    """Whether a send that begins now ends before the lease does. One that could not is not begun: whoever takes the message
    up next would not find it at the gateway, and send it too."""
    if time.time() + sum(SEND_TIMEOUT) <= min(one.lease_until for one in claimed):
        return True
    for one in claimed:
        log.warning("message %s: this worker was held up until its lease was nearly over; it leaves later", one.ref)
        _leave(service, one)
    return False


def _leave(service: Service, claimed: Claimed) -> None:
    """A message in hand is left for later, unless another worker has it meanwhile; that was no try."""
    with service.engine.begin() as conn:
        if claims.is_held(conn, claimed):
            claims.put_back(conn, claimed)


def recover(service: Service) -> int:
    """Settles the messages whose outcome nobody knows and whose lease has ended; how many."""
    count = 0
    while not process.stopping():
        expired = partial(claims.expired_lease, keys=service.keys, now=time.time(), lease=service.config.outbox.lease)
        claimed = transaction.run(service.engine, expired)
        if claimed is None:
            break
        count += 1
        with recorded((claimed.phone, claimed.text), look_up=True) as exchanges:
            sent = _looked_up(service, claimed)
        settle(service, claimed, sent, exchanges, looked_up=True)
    return count


def _send(service: Service, claimed: Claimed) -> Sent:
    if refused := _kept_here(service, claimed):
        return refused
    channel = service.channels[claimed.channel]
    sent = channel.send(fitting.outbound(channel, claimed))
    fallback.learned(service, claimed, [sent], time.time())
    return sent


def _kept_here(service: Service, claimed: Claimed) -> Refused | None:
    """The refusal of a message that must not leave, or that its gateway would surely refuse; None if it may leave."""
    channel = service.channels.get(claimed.channel)
    is_sms = channel is None or channel.is_sms
    if service.config.dlt.required and not claimed.dlt_template and is_sms and dlt.applies(claimed.phone):
        return Refused(dlt.NO_TEMPLATE, again=False)
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
    found = channel.look_up(fitting.outbound(channel, claimed), claimed.since, known)
    if isinstance(found, Accepted):
        with service.reads.begin() as conn:  # after the list was read: whatever it shows was on its way before
            if outbox.may_be_anothers(conn, claimed.id, claimed.person_id, claimed.channel, found.gateway_id):
                return Unknown("what was found may be another message")
    return found


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
    if isinstance(sent, Refused) and sent.too_fast:
        service.rates.pause(claimed.channel, sent.after or PAUSE, now)

    def write_down(conn: Connection) -> None:
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
                gateway_id = reports.kept_id(service.keys, gateway_id, claimed.phone)
                said = {"gateway_id": gateway_id, "segments": segments, "price": price or None}
                counted = fitting.counted(service.channels.get(claimed.channel), claimed)
                # When it was taken in hand: what came until then is no answer to it, however late this is written down.
                begun = claimed.lease_until - service.config.outbox.lease
                said |= {"sent_at": begun, "reason": "", "counted": counted}
                if not claims.accepted(conn, claimed, **said) and (other := claims.went_on_by(conn, claimed)):
                    log.warning(
                        "message %s: %s has it too, and it went on by %s: she may get it twice",
                        claimed.ref, claimed.channel, other,
                    )  # fmt: skip
                reports.apply_early(conn, claimed, gateway_id, now, service.channels.keys())
                if sent.reported:  # of a look-up
                    reports.take_report(conn, service.keys, sent.reported, now, service.channels.keys())
            case Refused():
                _refused(service, conn, claimed, sent, now, looked_up=looked_up)
            case Unknown(reason):
                _unknown(service, conn, claimed, reason, now, looked_up=looked_up)

    transaction.run(service.engine, write_down)


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
        reports.tell_operator(conn, claimed.channel, sent.reason, now, locked_out=sent.locked_out)


def _refused(
    service: Service, conn: Connection, claimed: Claimed, sent: Refused, now: float, *, looked_up: bool
) -> None:
    """It certainly was not sent: it goes again, or by another channel, or has failed."""
    again = sent.again and not reports.by_registry(claimed.phone, sent.reason)
    failing = fallback.is_failing(conn, claimed.channel)
    tries = claimed.attempts - 1 if failing else claimed.attempts
    again &= failing or tries < service.config.outbox.attempts
    if again and looked_up:  # as far as it can tell: no other channel may be asked to send it too
        outbox.settle(conn, claimed.id, status="queued", due_at=now, reason=sent.reason, attempts=tries, route=None)
    elif again:
        wait = sent.after or min(service.config.outbox.backoff * 2 ** max(tries - 1, 0), BACKOFF_MAX)
        outbox.settle(conn, claimed.id, status="queued", due_at=now + wait, reason=sent.reason, attempts=tries)
    elif looked_up or not _may_go_on(claimed, sent) or not fallback.goes_on(service, conn, claimed, sent.reason, now):
        if outbox.settle(conn, claimed.id, status="failed", reason=sent.reason) and sent.number_failed:
            reach.failed(conn, claimed.person_id, now)
        log.warning("message %s failed: %s", claimed.ref, sent.reason)
        reports.count_registry(conn, claimed.phone, claimed.channel, sent.reason, now)


def _unknown(service: Service, conn: Connection, claimed: Claimed, reason: str, now: float, *, looked_up: bool) -> None:
    """Nobody knows whether it was sent: the gateway is asked for a day at most, while the message stays `sending`; where it
    cannot be asked or does not tell, the message is held."""
    channel, since = service.channels.get(claimed.channel), claimed.looked_since or now
    can_look_up = channel is None or channel.can_look_up  # one that is off is asked when it is on again
    if can_look_up and not looked_up:  # when its lease ends: then the gateway has had time to list what it took
        log.warning("message %s: no clear answer (%s); the gateway is asked in a minute", claimed.ref, reason)
    elif can_look_up and now - since < LOOKS_LAST:
        outbox.look_again(
            conn, claimed.id, since, now + min(max(now - since, service.config.outbox.lease), BACKOFF_MAX)
        )
        log.warning("message %s: its gateway cannot say yet what became of it (%s)", claimed.ref, reason)
    else:
        # Of one sent anew the row still names the first by its gateway's id, which is not what is unknown now.
        forget = {"gateway_id": ""} if claimed.repeats else {}
        outbox.settle(conn, claimed.id, status="held", reason=reason, route=None, **forget)
        log.warning("message %s is held, nobody can say whether it was sent: %s", claimed.ref, reason)


def _may_go_on(claimed: Claimed, sent: Refused) -> bool:
    return another_may(sent) and not reports.by_registry(claimed.phone, sent.reason)


if __name__ == "__main__":
    process.run("deliver")

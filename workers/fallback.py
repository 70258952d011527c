"""A gateway that is down: who finds out, what goes by another channel meanwhile, and which message tries it again.

Only what certainly was not taken goes by another channel. Of whatever may have been, the row has no route any more: it is
looked up, or held, and leaves by its own channel or not at all.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sqlalchemy import Connection, select

from sms_service.channels.base import Refused, Sent, Unknown
from sms_service.service import Service
from sms_service.store import another_way, gateway_down, order, outbox
from sms_service.store.claims import Claimed
from sms_service.store.gateway_down import State
from sms_service.store.tables import outbox as rows

log = logging.getLogger(__name__)


def known_down(service: Service, conn: Connection) -> dict[str, State]:
    """The channels that are down. So is one for which something is queued and that is off in this process: a message waits for
    its settings as it does for its gateway."""
    found = {name: one for name, one in gateway_down.states(conn).items() if one.is_down}
    return found | {name: gateway_down.off(name) for name in order.queued_for(conn) - service.channels.keys()}


def down(service: Service, conn: Connection, now: float) -> dict[str, State]:
    """The channels that are down, after what has another way has been moved to it. Rows of those whose pause is not over
    (`is_closed`) are to be left alone."""
    found = known_down(service, conn)
    for one in found.values():
        if one.is_closed(now):
            another_way.leave(conn, service.channels.keys(), one.channel, now)
    return found


def may_leave(service: Service, conn: Connection, claimed: Claimed, found: dict[str, State], until: float) -> bool:
    """Whether a message just claimed may be sent: by a channel that is down, one alone until `until`. If not, it is put
    back."""
    one, is_on = found.get(claimed.channel), claimed.channel in service.channels
    if is_on and (one is None or gateway_down.take_probe(conn, one, claimed.id, until)):
        return True
    outbox.settle(conn, claimed.id, status="queued", attempts=claimed.attempts - 1)
    return False


def learned(service: Service, claimed: Claimed, outcomes: Sequence[Sent], now: float) -> None:
    """What one call to the gateway, for `claimed` and maybe others, tells of the gateway."""
    failures = [reason for one in outcomes if (reason := _fault(one)) is not None]
    works = any(not _is_silent(one) for one in outcomes) and len(failures) < len(outcomes)
    channel = claimed.channel
    if works:
        with service.reads.begin() as conn:  # nothing is written while all goes well
            before = gateway_down.state(conn, channel)
        if before is not None and before.failures:
            with service.engine.begin() as conn:
                if gateway_down.worked(conn, channel):
                    outbox.look_now(conn, channel, now)
                    log.warning("gateway %s takes messages again", channel)
    elif failures:
        with service.engine.begin() as conn:
            opens = gateway_down.failed(conn, channel, claimed.id, failures[0], now)
        if opens:
            log.error("gateway %s is down (%s): /readyz says what to do", channel, failures[0])


def is_failing(conn: Connection, channel: str) -> bool:
    """Whether the channel takes nothing from anybody, so that a try tells nothing of the message."""
    one = gateway_down.state(conn, channel)
    return one is not None and one.is_failing


def goes_on(service: Service, conn: Connection, claimed: Claimed, reason: str, now: float) -> bool:
    """A message that its channel certainly will not bring goes by the next of its route; False if there is none."""
    route = conn.execute(select(rows.c.route).where(rows.c.id == claimed.id)).scalar_one_or_none()
    mine = (rows.c.id == claimed.id) & (rows.c.status == "sending") & (rows.c.lease_until == claimed.lease_until)
    return another_way.goes_on(conn, service.channels.keys(), mine, route, claimed.channel, reason, now)


def _fault(sent: Sent) -> str | None:
    """Why the gateway did not do its work; None if it did, or asked for a pause, or if that cannot be told. An empty balance
    is one: it keeps every message back, and only an operator ends it."""
    if isinstance(sent, Unknown):
        return sent.reason
    asks_for_pause = isinstance(sent, Refused) and (sent.too_fast or sent.after > 0)
    if isinstance(sent, Refused) and sent.again and (sent.operator or not asks_for_pause):
        return sent.reason
    return None


def _is_silent(sent: Sent) -> bool:
    """Whether an outcome tells neither that the gateway works nor that it does not: it asked for a pause, or wants its
    operator."""
    return isinstance(sent, Refused) and (sent.operator or (sent.again and (sent.too_fast or sent.after > 0)))

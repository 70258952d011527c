"""What is kept back of what was just claimed: it would come at night, or to somebody who had enough, or never arrive."""

from __future__ import annotations

from sqlalchemy import Connection

from sms_service import quiet
from sms_service.enrolment import consent, quiet_windows
from sms_service.service import Service
from sms_service.store import channel_log, claims, hourly, outbox
from sms_service.store.claims import Claimed

AWAKE_SECONDS = 1800.0
"""For so long after somebody sent something, nothing wakes her: the card that follows her yes at night leaves at once."""


def kept_back(service: Service, conn: Connection, claimed: Claimed, now: float) -> bool:
    """Ends a message to a number that texts do not reach, or puts one off that may not leave now; whether it did."""
    given_up = 0 < service.config.outbox.failed_days <= claimed.failed_days
    morning = quiet.night_ends(service.config.quiet_hours_on(claimed.channel), claimed.phone, now)
    if (given_up or morning) and claims.is_awaited(conn, claimed, now - AWAKE_SECONDS):
        given_up, morning = False, None
    if given_up:
        reason = f"texts to this number failed on {claimed.failed_days} days"
        outbox.settle(conn, claimed.id, status="unreachable", reason=reason, attempts=claimed.attempts - 1)
        return True
    obstacles = (morning, _window_ends(service, conn, claimed, now), _had_enough_until(service, conn, claimed, now))
    until = max((one for one in obstacles if one is not None), default=None)
    if until is not None:
        claims.put_off(conn, claimed, until)
        channel_log.note(conn, claimed.ref, claimed.channel, "put off", "", now, due_at=until)
    return until is not None


def _window_ends(service: Service, conn: Connection, claimed: Claimed, now: float) -> float | None:
    """Until when nothing leaves to where she belongs, but answers and what followed from something she had sent (the card,
    after her yes): whoever writes in the days before a poll does not get by it all that waits."""
    timezone = service.config.quiet_hours.timezone
    until = quiet_windows.ends_at(conn, claimed.person_id, claimed.phone, timezone, now)
    said_at = claimed.created_at
    return None if until and claims.is_awaited(conn, claimed, said_at - AWAKE_SECONDS, said_at) else until


def _had_enough_until(service: Service, conn: Connection, claimed: Claimed, now: float) -> float | None:
    """Until when she had enough of this kind: of what nobody asked for, or of answers. Never of the answers to STOP, START
    and HELP, nor of one to a decision of hers: those she has to know."""
    limits, person_id = service.config.outbox, claimed.person_id
    if hourly.allows_from(conn, person_id, limits.person_hour or limits.answers_hour, now) is None:
        return None
    if not claims.is_answer(conn, claimed):
        return hourly.allows_from(conn, person_id, limits.person_hour, now)
    until = hourly.allows_from(conn, person_id, limits.answers_hour, now)
    spared = until and (claimed.to_stopped or consent.was_decided_in(conn, person_id, claimed.turn_no))
    return None if spared else until

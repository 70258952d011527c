"""Time that passes without an answer: when a session wants to be looked at again, and what happens then."""

from __future__ import annotations

import math

import msgspec

from sms_service.engine.model import EXPIRED, MAX_SILENT, Consent, Flow, Outcome, Question, Returned, Session
from sms_service.engine.navigation import outermost
from sms_service.engine.walk import Walk, has_text

PROMPTLY = 600.0
"""Seconds within which a question is handed over without its times moving: else each reminder would be looked at twice, a
few seconds apart."""


def due_at(flow: Flow, session: Session) -> float:
    """When the session next wants a Tick: its reminder, its time-out or its expiry, whichever comes first."""
    due, state = session.expires_at, flow.states[session.state]
    if isinstance(state, Question):
        due = min(due, _times_out_at(state, session))
        if state.remind and session.reminded < state.remind.times:
            due = min(due, session.waits_since + state.remind.after * (session.reminded + 1))
    return due


def from_handing_over(
    flow: Flow, session: Session, now: float, written_at: float, left_at: float | None, newest_at: float
) -> Session:
    """The session with its times counted from when it reached her, not from when it was written (seconds since 1970).

    `written_at`, `left_at`: when the open question was written, and handed over; None: it was not yet. `newest_at`: the same
    of the newest message about it, `now` while one still waits: so long nothing more is said, but it expires all the same.
    Once it was handed over she has the time that the flow gives her from then on.
    """
    state, since, expires = flow.states[session.state], session.waits_since, session.expires_at
    if isinstance(state, Question):
        said_before = session.reminded * state.remind.after if state.remind else 0.0
        since = newest_at - said_before
    if left_at is not None and now >= expires and left_at > written_at + PROMPTLY:
        expires = min(left_at + session.lasts, expires + left_at - written_at)
    return msgspec.structs.replace(
        session,
        waits_since=since if since > session.waits_since + PROMPTLY else session.waits_since,
        expires_at=max(expires, session.expires_at),
    )


def tick(walk: Walk) -> str | None:
    """Time has passed. Where to go on, or None: it waits on, perhaps with a reminder."""
    session, now = walk.session, walk.now
    if now >= session.expires_at:
        return expire(walk)
    if now < due_at(walk.flow, session):
        return None
    state = walk.question()
    walk.turn.path.append(walk.mark + state.name)
    if state.timeout and now >= _times_out_at(state, session):
        session.silent += 1
        return walk.leave("timeout", state.timeout.then)
    assert state.remind, "nothing else is due"
    missed = int((now - session.waits_since) // state.remind.after)
    session.reminded = max(
        session.reminded + 1, missed
    )  # the clock may have stood still: once for all that were missed
    walk.turn.path.append("remind")
    if has_text(walk.flow, f"{state.name}.remind"):
        walk.say(f"{state.name}.remind")
        walk.turn.prompted = not isinstance(state, Consent)  # a consent is given to its own wording
    else:
        walk.prompt(state)
    return None


def expire(walk: Walk) -> str | None:
    """Nobody answered. A called flow leaves that to the flow that began it all."""
    session = walk.session
    if session.callers:
        walk.turn.wants = Returned(outermost(session), Outcome(EXPIRED))
        return None
    walk.turn.path += [session.state, "expired"]
    if walk.flow.expired and session.silent < MAX_SILENT:
        session.silent += 1
        session.expires_at = walk.now + session.lasts  # else a question there would expire at once
        return walk.flow.expired
    walk.turn.session = None
    return None


def _times_out_at(state: Question, session: Session) -> float:
    """When this question goes on by itself; infinity where it never does, or has been left to itself too often."""
    if state.timeout is None or session.silent >= MAX_SILENT:
        return math.inf
    return session.waits_since + state.timeout.after

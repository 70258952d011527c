"""The life of one message in words: each step with its time, what stands with the gateway, what it means and what to do."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from sms_service.channels import advice
from sms_service.engine import dlt
from sms_service.store.channel_log import Logged
from sms_service.store.messages import Shown

MEANS = {
    "sending": "a worker has it in hand, or its gateway gave no clear answer and is asked for a day at most: wait.",
    "sent": "the gateway took it and has not said yet whether it arrived: wait for its report.",
    "delivered": "it reached her phone: nothing is to be done.",
    "held": "nobody can say whether it was sent. Look for it at the gateway; then `sms-service outbox release REF` sends it "
    "(she may get it twice), `sms-service outbox drop REF` gives it up.",
    "dropped": "it was given up before it left: nothing is to be done.",
    "unreachable": "texts to this number failed too often, it is left alone. Check the number with whoever entered it; "
    "`sms-service outbox release REF` tries it anew.",
    "failed": "it did not arrive, and is not tried again.",
}
"""What a status means and what to do. REF is the message's own."""


def told_time(at: float) -> str:
    """A moment on the clock of this machine, to the minute."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def life(
    row: Shown, steps: Sequence[Logged], calls: Mapping[str, Sequence[Logged]], now: float, locked_out: bool = False
) -> Iterator[str]:
    """Lines for the terminal. `calls`: the steps of the messages whose calls this one went with, by their references;
    `locked_out`: its reason is that the gateway does not accept who we say we are."""
    named = f", id {row.gateway_id}" if row.gateway_id else ""
    yield f"{row.ref}: {row.status}, by {row.channel}, flow {row.flow or '-'}{named}"
    yield f"{_second(row.created_at)}  queued"
    for one in sorted(steps, key=lambda one: one.at):
        yield f"{_second(one.at)}  {_step(one)}"
        if one.with_ref:
            yield f"{'':21}in one call with {one.with_ref}"
        for asked in calls.get(one.with_ref, ()) if one.with_ref else (one,):
            if asked.asked is not None:
                yield f"{'':21}asked: {asked.asked}"
                yield f"{'':21}answer: {asked.status or 'none'} in {asked.seconds or 0.0:.2f} s: {asked.answer}"
    if not steps:
        yield f"{'':21}(its steps are kept for seven days)"
    yield _segments(row)
    yield f"This means: {means(row, now, locked_out)}"


def means(row: Shown, now: float, locked_out: bool = False) -> str:
    """What the status of a message means, and what to do, in a sentence or two."""
    if row.status == "queued":
        said = f"it leaves at {told_time(row.due_at)}" if row.due_at > now else "it waits for a worker"
        return f"{said}{f', because of: {row.reason}' if row.reason else ''}."
    what = MEANS[row.status].replace("REF", row.ref)
    if row.status != "failed":
        return what
    code = dlt.code_of(row.reason)
    todo = advice.advice(row.channel, row.reason, locked_out=locked_out) or (
        dlt.meaning(code) if code or row.reason == dlt.NO_TEMPLATE else ""
    )
    return f"{what} {todo}" if todo else f"{what} The gateway's reason: {row.reason or 'none'}."


def _step(one: Logged) -> str:
    parts = [one.step, f"by {one.channel}", one.outcome, f"until {told_time(one.due_at)}" if one.due_at else ""]
    return " ".join(filter(None, parts))


def _segments(row: Shown) -> str:
    counted = "not counted" if row.counted is None else f"{row.counted} counted"
    billed = f"{row.segments} billed" if row.segments else "the gateway did not say how many it billed"
    differs = " (they differ)" if row.segments and row.counted not in (None, row.segments) else ""
    return f"SMS segments: {counted}, {billed}{differs}{f', {row.price}' if row.price else ''}"


def _second(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))

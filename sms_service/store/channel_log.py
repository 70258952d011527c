"""What became of a message on its way, step by step: what gateways were asked and answered, and what was decided here.

It is written in the transaction of the step itself, so that it costs no commit of its own. Nothing of a person is in it; the
requests come without (channels/exchange.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sqlalchemy import Connection, delete, insert, select

from sms_service.store.tables import channel_log

KEPT_SECONDS = 7 * 86_400.0
"""A week: by then a gateway's support has answered, and at 100,000 messages a day it is half a gigabyte."""

OUTCOME_MAX = 160
"""Characters of an outcome: the column."""

Step = Literal["sent", "looked up", "put off", "sent anew", "rerouted", "reported", "released", "dropped"]


class Asked(Protocol):
    """A request and its answer, without anything of a person: what channels/exchange.py makes."""

    @property
    def asked(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def answer(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Logged:
    """One step. `at`, `due_at`: seconds since 1970; `due_at` is when the message is to leave again, `with_ref` the message
    whose call it went with; `status` of HTTP, 0 if no answer was read; `seconds` that the gateway took."""

    at: float
    channel: str
    step: str
    outcome: str
    due_at: float | None
    with_ref: str | None
    asked: str | None
    status: int | None
    seconds: float | None
    answer: str | None


def note(
    conn: Connection, ref: str, channel: str, step: Step, outcome: str, now: float, *,
    exchanges: Sequence[Asked] = (), due_at: float | None = None, with_ref: str | None = None,
) -> None:  # fmt: skip
    """Writes one step of the message `ref`: a row for each request that was made for it, the outcome in the last one."""
    rows = [_row(ref, channel, step, now, one) for one in exchanges] or [_row(ref, channel, step, now)]
    rows[-1] |= {"outcome": outcome[:OUTCOME_MAX], "due_at": due_at, "with_ref": with_ref}
    conn.execute(insert(channel_log), rows)


def note_all(conn: Connection, refs: Sequence[str], channel: str, step: Step, outcome: str, now: float) -> None:
    """Writes the same step of many messages."""
    conn.execute(insert(channel_log), [{**_row(ref, channel, step, now), "outcome": outcome} for ref in refs])


def _row(ref: str, channel: str, step: str, now: float, exchange: Asked | None = None) -> dict[str, Any]:
    return {
        "at": now, "ref": ref, "channel": channel, "step": step, "outcome": "", "due_at": None, "with_ref": None,
        "asked": exchange and exchange.asked, "status": exchange and exchange.status,
        "seconds": exchange and exchange.seconds, "answer": exchange and exchange.answer,
    }  # fmt: skip


def of(conn: Connection, ref: str) -> list[Logged]:
    """The steps of a message that are still kept, in their order."""
    columns = [channel_log.c[name] for name in Logged.__slots__]
    return [
        Logged(*row)
        for row in conn.execute(select(*columns).where(channel_log.c.ref == ref).order_by(channel_log.c.id))
    ]


def drop_old(conn: Connection, now: float, most: int) -> int:
    """Deletes what is older than a week, at most `most` rows; how many."""
    old = select(channel_log.c.id).where(channel_log.c.at < now - KEPT_SECONDS).order_by(channel_log.c.at).limit(most)
    return conn.execute(delete(channel_log).where(channel_log.c.id.in_(old))).rowcount


def any_old(conn: Connection, now: float) -> bool:
    """Whether something is older than a week."""
    return (
        conn.execute(select(channel_log.c.id).where(channel_log.c.at < now - KEPT_SECONDS).limit(1)).first() is not None
    )

"""How many texts of the last day were heard and not answered, because machines seem to have sent them (loops.py)."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from sms_service.store.tables import turn

DAY = 86_400.0

MANY = 100
"""Texts in a day that are worth a note to who runs the service: one machine sends as many in an hour, people who drive in a
drive of thousands send some dozens."""

COUNTED_MAX = 100_000
"""Texts that are counted: a tenth of a second. Whoever has as many knows that there are many."""

SHOWN_BY = {
    "automatic": "auto-replies",
    "repeated": "the same text over and over",
    "too_fast": "more texts in ten minutes than a person types",
    "too_many": "more texts in a day than a person types",
}
"""The reasons, in words."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A reason, how many texts, and of how many phones."""

    reason: str
    texts: int
    phones: int

    @property
    def told(self) -> str:
        """A sentence for who runs the service."""
        texts = (
            f"{self.texts} text{'' if self.texts == 1 else 's'} of {self.phones} phone{'' if self.phones == 1 else 's'}"
        )
        return f"{texts} in 24 hours: heard and not answered, {SHOWN_BY.get(self.reason, self.reason)}"


def of_last_day(conn: Connection, now: float) -> list[Unanswered]:
    """By reason."""
    one = select(turn.c.unanswered, turn.c.person_id).where(turn.c.unanswered.is_not(None), turn.c.at > now - DAY)
    these = one.limit(COUNTED_MAX).subquery()
    count = select(these.c.unanswered, func.count(), func.count(these.c.person_id.distinct()))
    rows = conn.execute(count.group_by(these.c.unanswered).order_by(these.c.unanswered))
    return [Unanswered(*row) for row in rows]

"""Whether texts reach a number: failures of it count once a day, and anything that shows it alive counts them away.

The rule is MomConnect's (ndoh-hub, whatsapp_actions.py): at most one failure a day, the fifth ends it, any delivery begins
anew. A day is one of UTC, whose midnight is in the night of India and of East Africa.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, or_, select, update

from sms_service.store.tables import person

DAY = 86_400.0


def failed(conn: Connection, person_id: int, now: float) -> None:
    """A text to her could not be brought to her number, by a fault that is the number's."""
    another_day = or_(person.c.failed_at.is_(None), person.c.failed_at < now - now % DAY)
    conn.execute(
        update(person)
        .where(person.c.id == person_id, person.c.wrapped_key.is_not(None), another_day)
        .values(failed_days=func.coalesce(person.c.failed_days, 0) + 1, failed_at=now)
    )


def arrived(conn: Connection, person_id: int) -> None:
    """A text was delivered to her, or she sent one, or the office says that she can be reached."""
    conn.execute(
        update(person)
        .where(person.c.id == person_id, person.c.failed_days.is_not(None))
        .values(failed_days=None, failed_at=None, unreachable_at=None)
    )


def given_up(conn: Connection, days: int, most: int) -> Sequence[int]:
    """People whom texts failed to reach on so many days, and whose enrolers were not told yet; their ids."""
    query = select(person.c.id).where(person.c.failed_days >= days, person.c.unreachable_at.is_(None))
    return conn.execute(query.order_by(person.c.id).limit(most)).scalars().all()


def note_told(conn: Connection, person_id: int, now: float) -> bool:
    """Notes that her enroler is told; False if he was, or if she was reached meanwhile."""
    still = (person.c.id == person_id) & person.c.unreachable_at.is_(None) & person.c.failed_days.is_not(None)
    return conn.execute(update(person).where(still).values(unreachable_at=now)).rowcount == 1

"""When nothing leaves that nobody awaits, by area: the days before a poll, or other hours than the country's.

A window holds in its area and in all that lies in it. Whose it is: an enroler's is where he enrols, a member's where she
is one, anybody else's where she was entered last; who belongs nowhere has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from sms_service import quiet
from sms_service.config_sending import QuietHours
from sms_service.enrolment import tree
from sms_service.store.tables import area, enroler, member, quiet_window, registration

FOR_EVER = 253_402_214_400.0
"""The end of a window that has none: the last day that a clock of four-digit years shows."""


@dataclass(frozen=True, slots=True)
class Window:
    """From when to before when (seconds since 1970); `daily`: only between two times of each day, 21:00 and 10:00."""

    begins_at: float
    ends_at: float = FOR_EVER
    daily: tuple[str, str] | None = None


def add(conn: Connection, area_id: int, window: Window) -> None:
    """From now on it holds, together with those that hold already."""
    daily_from, daily_to = window.daily or (None, None)
    values = {"begins_at": window.begins_at, "ends_at": window.ends_at, "daily_from": daily_from, "daily_to": daily_to}
    conn.execute(insert(quiet_window).values(area_id=area_id, **values))


def end(conn: Connection, area_id: int, now: float) -> int:
    """Ends those of this area itself that hold now, and strikes out those to come; how many they were."""
    its_own = quiet_window.c.area_id == area_id
    struck = conn.execute(delete(quiet_window).where(its_own, quiet_window.c.begins_at > now)).rowcount
    holding = update(quiet_window).where(its_own, quiet_window.c.ends_at > now)
    return struck + conn.execute(holding.values(ends_at=now)).rowcount


def standing(conn: Connection, now: float) -> list[tuple[str, str, Window]]:
    """Code and name of the area, and the window: those that hold and those to come, the first one first."""
    query = select(area.c.code, area.c.name, quiet_window).join(quiet_window, quiet_window.c.area_id == area.c.id)
    rows = conn.execute(query.where(quiet_window.c.ends_at > now).order_by(quiet_window.c.begins_at, quiet_window.c.id))
    return [(row.code, row.name, _window(row)) for row in rows]


def ends_at(conn: Connection, person_id: int, phone: str, timezone: str, now: float) -> float | None:
    """When the window that holds for her is over, of several the last one; None: none holds. Of a daily one that is today's
    end, by the clock of `timezone` ("": of the phone's country). Where no window holds anywhere this is one look."""
    holding = (quiet_window.c.begins_at <= now) & (quiet_window.c.ends_at > now)
    rows = conn.execute(select(quiet_window).where(holding)).all()
    if not rows:
        return None
    hers = area_of(conn, person_id)
    around = [hers, *tree.above(conn, hers)] if hers is not None else []
    ends = (_ends(_window(row), phone, timezone, now) for row in rows if row.area_id in around)
    return max((one for one in ends if one is not None), default=None)


def area_of(conn: Connection, person_id: int) -> int | None:
    """Where she belongs."""
    enrols = select(enroler.c.area_id).where(enroler.c.person_id == person_id)
    is_member = select(member.c.area_id).where(member.c.person_id == person_id, member.c.status == "valid")
    entered = select(registration.c.area_id).where(registration.c.person_id == person_id)
    newest = (
        enrols.scalar_subquery(),
        is_member.order_by(member.c.number.desc()).limit(1).scalar_subquery(),
        entered.order_by(registration.c.id.desc()).limit(1).scalar_subquery(),
    )
    found: int | None = conn.execute(select(func.coalesce(*newest))).scalar_one()
    return found


def _window(row: Row[Any]) -> Window:
    return Window(row.begins_at, row.ends_at, (row.daily_from, row.daily_to) if row.daily_from else None)


def _ends(window: Window, phone: str, timezone: str, now: float) -> float | None:
    if window.daily is None:
        return window.ends_at
    hours = QuietHours.model_validate({"from": window.daily[0], "to": window.daily[1], "timezone": timezone})
    today = quiet.night_ends(hours, phone, now)
    return None if today is None else min(today, window.ends_at)

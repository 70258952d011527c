"""`sms-service areas quiet`: when nothing is sent in an area that nobody awaits, such as the days before a poll."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, NoReturn
from zoneinfo import ZoneInfo

import typer

from sms_service.config import Config, read_config

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from sms_service.enrolment.quiet_windows import Window

A_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")

Code = Annotated[str, typer.Argument(help="The code of the area; what holds here holds in all that lies in it.")]
From = Annotated[str, typer.Option("--from", help="2027-04-01T18:00 (default: now); or 21:00: each day.")]
Until = Annotated[str, typer.Option("--until", help="2027-04-03T18:00; or 10:00: each day, until it is ended.")]
Show = Annotated[bool, typer.Option("--list", help="Show all that hold or will.")]
End = Annotated[bool, typer.Option("--end", help="End those of this area now: what waits for them leaves.")]


def areas_quiet(code: Code = "", start: From = "", until: Until = "", show: Show = False, end: End = False) -> None:
    """Keep back in an area what nobody awaits (questions, reminders, cards), between two moments or at hours of each day.

    Answers go on leaving."""
    from sms_service.enrolment import areas, quiet_windows
    from sms_service.store import claims

    config, now = read_config(), time.time()
    zone = _zone(config)
    with _open(config) as conn:
        if show:
            standing = quiet_windows.standing(conn, now)
            print(*(f"{one} {name}: {_told(window, zone)}" for one, name, window in standing), sep="\n")
            return
        area_id = areas.id_of(conn, code) if code else None
        if area_id is None:
            _refuse(f"there is no area {code}" if code else "which area? `sms-service areas quiet CODE`, or --list")
        name = areas.described(conn, area_id)
        if end:
            count = quiet_windows.end(conn, area_id, now)
            claims.wake_all(conn, now)
            print(f"{name}: {count} ended. What waited for it leaves now, unless it is night or quiet around it.")
            return
        window = _window(start, until, zone, now)
        quiet_windows.add(conn, area_id, window)
    print(f"{name}: nothing is sent that nobody awaits, {_told(window, zone)}.")


@contextmanager
def _open(config: Config) -> Iterator[Connection]:
    from sms_service.store import database

    engine = database.open_database(config.sql_url)
    try:
        with engine.begin() as conn:
            yield conn
    finally:
        engine.dispose()


def _zone(config: Config) -> str:
    """The time zone that times are typed and shown in."""
    from sms_service import quiet

    return quiet.office_zone(config.quiet_hours, config.region) or _refuse(
        f"{config.region} has several time zones: set quiet_hours.timezone to the one that your times are in"
    )


def _window(start: str, until: str, zone: str, now: float) -> Window:
    from sms_service.enrolment.quiet_windows import Window

    if A_TIME.fullmatch(start) and A_TIME.fullmatch(until) and start != until:
        return Window(now, daily=(start, until))
    if not until:
        _refuse("until when? --until 2027-04-03T18:00")
    begins_at, ends_at = _moment(start, zone) if start else now, _moment(until, zone)
    if ends_at <= max(begins_at, now):
        _refuse("it would be over before it begins: look at --from and --until")
    return Window(begins_at, ends_at)


def _moment(typed: str, zone: str) -> float:
    """Seconds since 1970. A day alone is refused: a poll closes at an hour, and nobody should have to guess at which."""
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        at = None
    if at is None or len(typed) <= len("2027-04-01"):
        _refuse(f"{typed} is no minute (2027-04-01T18:00), nor are both an hour of each day (21:00)")
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).timestamp()


def _told(window: Window, zone: str) -> str:
    from sms_service.enrolment.quiet_windows import FOR_EVER

    shown = [
        f"{datetime.fromtimestamp(at, ZoneInfo(zone)):%Y-%m-%d %H:%M}" for at in (window.begins_at, window.ends_at)
    ]
    if window.daily:
        each = f"each day from {window.daily[0]} to {window.daily[1]}, since {shown[0]}"
        return each if window.ends_at == FOR_EVER else f"{each} until {shown[1]}"
    return f"from {shown[0]} until {shown[1]} ({zone})"


def _refuse(problem: str) -> NoReturn:
    print(problem, file=sys.stderr)
    raise typer.Exit(1)

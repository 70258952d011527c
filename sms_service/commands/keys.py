"""`sms-service keys list|rotate`: which service key data lies under, and how it comes under a new one."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sms_service.config import Config, read_config

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from sms_service.privacy import Keys
    from sms_service.store.rotation import Kept
    from sms_service.store.spool import Spool

keys_app = typer.Typer(no_args_is_help=True, help="The service's keys: replace one, see what is still under which.")

SHOWN = 4
"""Bytes of a fingerprint that are shown: enough to tell keys apart."""

STATEMENT_TIMEOUT_MS = 3_600_000
"""Milliseconds that one statement may take: the last look for rows under an old key reads all people."""

ROOT, SPOOL = "root", "spool"


@dataclass(frozen=True)
class Opened:
    """What the commands work with. `spool` is that of this machine."""

    config: Config
    engine: Engine
    keys: Keys
    spool: Spool


@keys_app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Show this database's service keys, and how much is under each. A key may be taken away when all its figures are 0."""
    from rich.console import Console
    from rich.table import Column, Table

    with _opened() as opened:
        found = _listed(opened)
    if as_json:
        print(json.dumps(found))
        return
    what = list(found[0]["under"])
    figures = (f"{one} (this machine)" if one == SPOOL else one for one in what)
    table = Table("key", Column("fingerprint", no_wrap=True), "here", *figures)
    for one in found:
        table.add_row(str(one["key"]), one["fingerprint"], one["here"], *(f"{one['under'][name]:,}" for name in what))
    Console().print(table)


def _listed(opened: Opened) -> list[dict[str, Any]]:
    from sms_service.store import database, installation, rotation

    with database.reading(opened.engine).begin() as conn:
        known = installation.fingerprints(conn)
        under = {kept.what: rotation.counts(conn, kept) for kept in rotation.KEPT}
        under[ROOT] = {installation.root_number(conn): 1}
    under[SPOOL] = Counter(opened.spool.numbers())
    numbers = sorted(known.keys() | {number for one in under.values() for number in one})
    return [
        {
            "key": number,
            "fingerprint": known.get(number, b"")[:SHOWN].hex(),
            "here": _here(opened.keys, number),
            "under": {what: counts.get(number, 0) for what, counts in under.items()},
        }
        for number in numbers
    ]


def _here(keys: Keys, number: int) -> str:
    if number == keys.number:
        return "wraps"
    return "opens" if number in keys.numbers else "no"


@keys_app.command("rotate")
def rotate() -> None:
    """Put everything under the first key of `privacy.key`: people's keys, and what waits on this machine's disk.

    The service may run meanwhile; what was interrupted goes on where it was.
    """
    from sms_service.store import database, installation, rotation

    with _opened() as opened:
        keys = opened.keys
        with opened.engine.begin() as conn:
            installation.rewrap_root(conn, keys)
            others = installation.fingerprints(conn).keys() - {keys.number}
            installation.close(conn, others)
        with opened.engine.begin() as conn:
            installation.wait_for_writers(conn, others)  # whoever comes from here on finds those keys closed
        with database.reading(opened.engine).begin() as conn:
            todo = {kept.what: _others(rotation.counts(conn, kept), keys) for kept in rotation.KEPT}
        changed, unreadable = 0, 0
        with _bar(sum(todo.values())) as advance:
            for kept in rotation.KEPT:
                done, lost = _rotate(opened, kept, advance)
                changed, unreadable = changed + done, unreadable + lost
        spooled = opened.spool.reseal(keys.number)
        database.overwrite_deleted(opened.engine)  # SQLite's log still has what was wrapped by the old key
        left = _settle(opened)
    print(f"{changed:,} rows and {spooled:,} kept messages are under key {keys.number} now.")
    if unreadable:
        print(
            f"{unreadable:,} rows are under a key that is not here; add it to privacy.key, behind the first.",
            file=sys.stderr,
        )
    if left:
        print(f"still under another key: {left}; see `sms-service keys list`, and run this again.", file=sys.stderr)
        raise typer.Exit(1)


def _others(counts: dict[int, int], keys: Keys) -> int:
    return sum(count for number, count in counts.items() if number != keys.number)


def _rotate(opened: Opened, kept: Kept, advance: Callable[[int], None]) -> tuple[int, int]:
    """Walks through one column until a whole walk finds nothing to change; how many rows were changed, and could not be
    read."""
    from sms_service.store import rotation, transaction

    changed, unreadable = 0, 0
    while True:
        after, before, unreadable = 0, changed, 0
        while True:
            block = transaction.run(
                opened.engine, partial(rotation.rotate_block, keys=opened.keys, kept=kept, after=after)
            )
            changed, unreadable = changed + block.changed, unreadable + block.unreadable
            advance(block.changed)
            if block.last is None:
                break
            after = block.last
        if changed == before:
            return changed, unreadable


def _settle(opened: Opened) -> str:
    """Notes which keys have nothing under them any more; what is left under others, in words."""
    from sms_service.store import installation, rotation

    with opened.engine.begin() as conn:
        others = installation.fingerprints(conn).keys() - {opened.keys.number}
        installation.wait_for_writers(conn, others)  # and let none be opened, before it is noted
        counts = {kept.what: rotation.counts(conn, kept) for kept in rotation.KEPT}
        used = {installation.root_number(conn), opened.keys.number, *(n for one in counts.values() for n in one)}
        installation.set_over(conn, (others & installation.closed(conn)) - used)
    left = {what: _others(one, opened.keys) for what, one in counts.items()}
    return ", ".join(f"{count:,} {what}" for what, count in left.items() if count)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("rotating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("", total=total or None)
        yield lambda more: progress.advance(task, more)


@contextmanager
def _opened() -> Iterator[Opened]:
    from sms_service.service import open_keys
    from sms_service.store import database
    from sms_service.store.spool import Spool

    config = read_config()
    engine = database.open_database(config.sql_url, STATEMENT_TIMEOUT_MS)
    try:
        database.migrate(engine)
        keys = open_keys(config, engine)
        yield Opened(config, engine, keys, Spool(config.data_dir / "spool", keys.service))
    finally:
        engine.dispose()

"""`sms-service ledger verify|head|show|list`: is every decision as it was taken, and what stands behind a figure."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sms_service.commands import proofs
from sms_service.commands.opened_ledger import end, opened, snapshot

if TYPE_CHECKING:
    from sms_service.enrolment.ledger import Fault
    from sms_service.enrolment.ledger_members import Figures
    from sms_service.enrolment.ledger_notes import Head
    from sms_service.privacy import Keys

ledger_app = typer.Typer(no_args_is_help=True, help="The decisions of people, and the proof that nobody edits them.")

TOLD_MAX = 20
"""Faults that are shown; the first one is where to look."""

Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@ledger_app.command("verify")
def verify(
    head: Annotated[
        list[Path] | None, typer.Option("--head", help="A head that was kept elsewhere (a file of `ledger head`).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Walk every decision ever taken, and name what is not as it was.

    Held against the files of `data_dir/ledger/` too. Also named: a member without her yes, a yes without its member, one who
    is not who and where her decisions say, and a notice that was changed. Exit code 1 if anything is."""
    from sms_service.enrolment import ledger, ledger_heads, ledger_members, ledger_notices

    with opened() as (config, engine, keys):
        known = [_read(file, keys) for file in head or []]
        begun = time.monotonic()
        # Before the database is looked at: a day that is closed meanwhile is in both, or in the database only.
        left, found = ledger_heads.left(ledger_heads.folder(config.data_dir), keys)
        with snapshot(engine) as conn:
            closed = ledger_heads.all_closed(conn)
            found += [
                ledger.Fault(0, one.head.seq, f"the head of {one.day} does not bear our signature")
                for one in closed
                if not ledger_heads.is_ours(keys, one)
            ]
            found += ledger_heads.differing(closed, left)
            total = ledger.head(conn)
            seen = 0
            with _bar(total.seq) as advance:
                for one in ledger.faults(conn, keys, [*known, *(one.head for one in (*closed, *left))]):
                    if isinstance(one, int):
                        advance(one - seen)
                        seen = one
                    else:
                        found.append(one)
            found += ledger_notices.faults(conn)
            figures = ledger_members.figures(conn)
            found += ledger_members.faults(conn, figures)
    _tell(total, found, figures, time.monotonic() - begun, as_json)


def _tell(head: Head, found: list[Fault], figures: Figures, seconds: float, as_json: bool) -> None:
    if as_json:
        told = {
            "decisions": head.seq, "head": head.hash.hex(), "seconds": round(seconds, 1),
            "figures": {**asdict(figures), "fits": figures.fits}, "faults": [asdict(one) for one in found],
        }  # fmt: skip
        print(json.dumps(told))
    elif not found:
        print(f"{head.seq:,} decisions, chained to {head.hash.hex()}: each is as it was taken ({seconds:.1f} s).")
    else:
        print(f"{len(found):,} faults in {head.seq:,} decisions; the first one:")
        for one in found[:TOLD_MAX]:
            print(f"  {_named(one)}: {one.problem}")
        if len(found) > TOLD_MAX:
            print(f"  ... and {len(found) - TOLD_MAX:,} more (--json shows all)")
    if not as_json:
        _counted(figures)
    if found or not figures.fits:
        sys.exit(1)


def _counted(figures: Figures) -> None:
    """The figures, each with what lists the rows behind it."""
    for purpose, decisions in figures.decisions.items():
        for decision, count in decisions.items():
            listed = f"sms-service ledger list --purpose {purpose} --decision {decision}"
            print(f"  {purpose:<12} {decision:<14} {count:>12,}   {listed}")
    late = f", {figures.late:,} of them too late to make a member" if figures.late else ""
    sign = "=" if figures.fits else "BUT"
    print(f"  {figures.given:,} consents to membership stand{late} {sign} {figures.members:,} members")


def _named(fault: Fault) -> str:
    row = f"decision {fault.row}" if fault.row else "the chain"
    return f"{row} (link {fault.seq})" if fault.seq else row


@ledger_app.command("head")
def head(as_json: Json = False) -> None:
    """Show the head as it is now, signed: a few lines to keep, against which `verify --head` holds the ledger later."""
    from sms_service.enrolment import ledger, ledger_heads

    with opened() as (config, engine, keys):
        with engine.begin() as conn:
            while ledger.is_behind(conn) and ledger.chain(conn, keys):
                pass
        with engine.connect() as conn:
            now = ledger_heads.sign(keys, datetime.now(UTC).date().isoformat(), ledger.head(conn))
        public_key = keys.public_key("ledger")
    text = ledger_heads.as_json(now, config.organisation, public_key)
    if as_json or not sys.stdout.isatty():
        print(text, end="")
        return
    print(f"{now.head.seq:,} decisions until {now.day}, head {now.head.hash.hex()}")
    print("As a signed file, to be kept elsewhere: sms-service ledger head --json > head.json")


def _read(file: Path, keys: Keys) -> Head:
    from sms_service.enrolment import ledger_heads

    try:
        return ledger_heads.from_json(file.read_text(), keys).head
    except (OSError, UnicodeDecodeError) as error:
        end(f"{file} cannot be read: {error}")
    except ledger_heads.NotAHead as error:
        end(f"{file}: {error}")


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("verifying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("", total=total or None)
        yield lambda more: progress.advance(task, more)


ledger_app.command("show")(proofs.show)
ledger_app.command("list")(proofs.list_rows)

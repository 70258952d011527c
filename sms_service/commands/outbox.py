"""`sms-service outbox list|show|release|drop`: messages that go out, how each fares, and those that somebody must decide."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from sms_service.commands.printing import show
from sms_service.config import read_config

outbox_app = typer.Typer(no_args_is_help=True, help="Messages that go out, and those that are held.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON value instead of a table.")]
LISTED = "held,queued,sending,unreachable"
NOTHING = "nothing is waiting, held, or kept from numbers that cannot be reached."
NO_DIFFERENCE = "no message was billed with other segments than we counted."


@outbox_app.command("list")
def outbox_list(
    status: Annotated[str, typer.Option(help="Statuses, separated by commas.")] = LISTED,
    differs: Annotated[
        bool, typer.Option("--differs", help="Instead: those billed with other segments than we counted.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show messages that are on their way, held (nobody can say whether they were sent: decide), or to numbers left alone."""
    from rich.table import Table

    from sms_service.channels import advice
    from sms_service.commands.outbox_life import told_time
    from sms_service.engine import dlt
    from sms_service.store import database, dlt_refusals, gateway_faults, messages, outbox, unanswered

    with database.reading(database.open_database(read_config().sql_url)).begin() as conn:
        rows: Sequence[outbox.Listed] = messages.differing(conn) if differs else outbox.listed(conn, status.split(","))
        refused, ever = dlt_refusals.of_last_day(conn, time.time()), dlt_refusals.ever(conn)
        faults = gateway_faults.standing(conn, time.time())
        silent = unanswered.of_last_day(conn, time.time())
    if as_json:
        print(json.dumps([asdict(row) for row in rows]))
        return
    table = Table("ref", "status", "channel", "flow", "tries", "since", "counted, billed" if differs else "reason")
    for row in rows:
        last = f"{row.counted}, {row.segments}" if isinstance(row, messages.Shown) else row.reason
        table.add_row(row.ref, row.status, row.channel, row.flow, str(row.attempts), told_time(row.created_at), last)
    if rows:
        show(table)
    else:
        print(NO_DIFFERENCE if differs else NOTHING)
    if differs:
        return
    for one in faults:
        print(advice.told(one.channel, one.code, one.times))
    for code, times in refused.items():
        print(dlt.told(code, times))
    for silence in silent:
        print(silence.told)
    for code in sorted({dlt.code_of(row.reason) for row in rows} & ever.keys() - refused.keys()):
        print(f"{code} from India's registry: {dlt.meaning(code)}")


@outbox_app.command("release")
def outbox_release(ref: str) -> None:
    """Send a held message again: the person may get it twice. Or try a number anew that could not be reached."""
    _decide(ref, "queued", "released by the office")


@outbox_app.command("drop")
def outbox_drop(ref: str) -> None:
    """Give a message up that is held, or whose number cannot be reached. The person may never get it."""
    _decide(ref, "dropped", "dropped by the office")


@outbox_app.command("show")
def outbox_show(ref: str, as_json: AsJson = False) -> None:
    """Show the life of one message: what its gateway was asked and answered, reports, what it means and what to do."""
    from sms_service.commands.outbox_life import life, means
    from sms_service.store import channel_log, database, messages

    with database.reading(database.open_database(read_config().sql_url)).begin() as conn:
        row = messages.shown(conn, ref)
        steps = channel_log.of(conn, ref) if row else []
        calls = {one.with_ref: channel_log.of(conn, one.with_ref) for one in steps if one.with_ref}
    if row is None:
        print(f"no message has the reference {ref}; `sms-service outbox list` shows some", file=sys.stderr)
        raise typer.Exit(1)
    if as_json:
        print(json.dumps({**asdict(row), "steps": [asdict(one) for one in steps], "means": means(row, time.time())}))
        return
    for line in life(row, steps, calls, time.time()):
        print(line)


def _decide(ref: str, status: str, reason: str) -> None:
    from sms_service.store import database, outbox

    with database.open_database(read_config().sql_url).begin() as conn:
        done = outbox.decide(conn, ref, status, reason, time.time())
    if not done:
        print(
            f"no message that is held or unreachable has the reference {ref}; `sms-service outbox list` shows them",
            file=sys.stderr,
        )
        raise typer.Exit(1)
    print(f"{ref} is {status}.")

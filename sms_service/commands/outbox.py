"""`sms-service outbox list|show|release|drop|restored`: messages that go out, how each fares, what somebody must decide."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from sms_service.commands.printing import show
from sms_service.config import read_config

if TYPE_CHECKING:  # importing SQL takes a while, and `--help` needs none
    from sqlalchemy import Connection

    from sms_service.store.outbox import Listed

outbox_app = typer.Typer(no_args_is_help=True, help="Messages that go out, and those that are held.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON value instead of a table.")]
LISTED = "held,queued,sending,unreachable"
DAY = 86_400.0
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

    from sms_service.commands.outbox_life import told_time
    from sms_service.store import database, messages, outbox

    with database.reading(database.open_database(read_config().sql_url)).begin() as conn:
        rows: Sequence[outbox.Listed] = messages.differing(conn) if differs else outbox.listed(conn, status.split(","))
        causes = [] if differs or as_json else _causes(conn, rows, time.time())
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
    for cause in causes:
        print(cause)


def _causes(conn: Connection, rows: Sequence[Listed], now: float) -> list[str]:
    """What keeps messages back just now, in sentences: gateways down or wanting the operator, India's registry, silence."""
    from sms_service.channels import advice
    from sms_service.engine import dlt
    from sms_service.store import dlt_refusals, gateway_down, gateway_faults, unanswered

    refused, ever = dlt_refusals.of_last_day(conn, now), dlt_refusals.ever(conn)
    earlier = sorted({dlt.code_of(row.reason) for row in rows} & ever.keys() - refused.keys())
    down = gateway_down.states(conn).values()
    return [
        *(advice.told_down(one.channel, one.opened_at, one.reason) for one in down if one.opened_at is not None),
        *(
            advice.told(one.channel, one.code, one.times, locked_out=bool(one.locked_out))
            for one in gateway_faults.standing(conn, now)
        ),
        *(dlt.told(code, times) for code, times in refused.items()),
        *(silence.told for silence in unanswered.of_last_day(conn, now)),
        *(f"{code} from India's registry: {dlt.meaning(code)}" for code in earlier),
    ]


@outbox_app.command("release")
def outbox_release(
    ref: Annotated[str, typer.Argument(help="Of one that is held or unreachable.")] = "",
    failed_with: Annotated[
        str, typer.Option("--failed-with", help="Instead: all that failed with this reason, once that is put right.")
    ] = "",
    since: Annotated[
        str, typer.Option(help="With --failed-with: those written since then (2027-03-01 10:00); else of the last day.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="With --failed-with: do not ask.")] = False,
) -> None:
    """Send a held message again, or try a number anew: the person may get it twice.

    With --failed-with: all that a gateway refused for a reason that is put right now."""
    if bool(ref) == bool(failed_with):
        print("name one message, or with --failed-with a reason: see `sms-service outbox list`", file=sys.stderr)
        raise typer.Exit(2)
    if ref:
        _decide(ref, "queued", "released by the office")
    else:
        _release_failed(failed_with, _moment(since), yes)


def _moment(since: str) -> float:
    try:
        return datetime.fromisoformat(since).timestamp() if since else time.time() - DAY
    except ValueError as error:
        raise typer.BadParameter(f"{since} is no time; write it like 2027-03-01 10:00") from error


def _release_failed(code: str, since: float, yes: bool) -> None:
    from sms_service.service import open_keys
    from sms_service.store import database, released

    config = read_config()
    engine = database.open_database(config.sql_url)
    keys = open_keys(config, engine)
    with database.reading(engine).begin() as conn:
        found = released.failed_with(conn, keys, code, since)
    if not found:
        print(f"no message failed with {code} since then that could go again.")
        return
    by_channel = ", ".join(f"{count} by {name}" for name, count in sorted(Counter(one for _, one in found).items()))
    print(f"{len(found)} failed with {code} and would go again: {by_channel}.")
    if not yes and not typer.confirm("Send them?"):
        raise typer.Exit(1)
    with engine.begin() as conn:
        count = released.release(conn, [row_id for row_id, _ in found], time.time())
    print(f"{count} are queued.")


@outbox_app.command("drop")
def outbox_drop(ref: str) -> None:
    """Give a message up that is held, or whose number cannot be reached. The person may never get it."""
    _decide(ref, "dropped", "dropped by the office")


@outbox_app.command("show")
def outbox_show(ref: str, as_json: AsJson = False) -> None:
    """Show the life of one message: what its gateway was asked and answered, reports, what it means and what to do."""
    from sms_service.commands.outbox_life import life, means
    from sms_service.store import channel_log, database, gateway_faults, messages

    with database.reading(database.open_database(read_config().sql_url)).begin() as conn:
        row = messages.shown(conn, ref)
        steps = channel_log.of(conn, ref) if row else []
        calls = {one.with_ref: channel_log.of(conn, one.with_ref) for one in steps if one.with_ref}
        locked_out = row is not None and gateway_faults.is_locked_out(conn, row.channel, row.reason)
    if row is None:
        print(f"no message has the reference {ref}; `sms-service outbox list` shows some", file=sys.stderr)
        raise typer.Exit(1)
    if as_json:
        told = means(row, time.time(), locked_out)
        print(json.dumps({**asdict(row), "steps": [asdict(one) for one in steps], "means": told}))
        return
    for line in life(row, steps, calls, time.time(), locked_out):
        print(line)


@outbox_app.command("restored")
def outbox_restored() -> None:
    """After a backup was put back: look up what is queued in it, or hold it. Call it before anything is started.

    Such messages may have left between the backup and the loss."""
    from sms_service.store import database, restored

    with database.open_database(read_config().sql_url).begin() as conn:
        count = restored.doubt_queued(conn, time.time())
    print(
        f"{count} queued messages are looked up at their gateways, or held, once the sweeper runs: `sms-service outbox list`."
    )


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

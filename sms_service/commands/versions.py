"""Which version of a flow serves: `sms-service flow publish`, `versions`, `diff`, `rollback`, `withdraw`."""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from sms_service.commands.printing import show
from sms_service.config import read_config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sms_service.config import Config
    from sms_service.store.flow_versions import How
    from sms_service.workbench.moves import Move, Withdrawal
    from sms_service.workbench.planning import Plan

AsJson = Annotated[bool, typer.Option("--json", help="One JSON value instead of a text.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Flow = Annotated[str, typer.Argument(help="The flow's name.")]

COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def publish(
    flows: Annotated[
        list[str] | None, typer.Argument(help="Flows by name; without any, all whose file differs.")
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Check the flow files, play their transcripts, say what changes and for whom, and make them serve."""
    from sms_service.store import database
    from sms_service.workbench import planning, publishing

    config = read_config()
    engine = publishing.open_for_publishing(config)
    database.migrate(engine)
    try:
        plan = planning.publication(config, engine, flows or ())
        notes = plan.notes()
        if plan.moves:
            notes += _rehearsed(config, plan, as_json)
        if not as_json:
            print("".join(f"{note}\n" for note in notes), end="", file=sys.stderr)
        wanted = _wanted(plan.moves, "Publish?", yes, as_json)
        if wanted:
            publishing.publish(engine, plan.newest, plan.moves, "published", time.time())
        _end(plan.moves, "published", wanted, as_json, notes)
    except planning.NotPublished as error:
        _refused(error)


def rollback(
    flow: Flow,
    version: Annotated[str, typer.Argument(help="The version, or how it begins; without: the one before.")] = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Make an earlier version of a flow serve again, if it fits the flows that serve now. Its file stays as it is."""
    from sms_service.workbench import planning, publishing

    config = read_config()
    engine = publishing.open_for_publishing(config)
    try:
        plan = planning.rollback(config, engine, flow, version)
        wanted = _wanted(plan.moves, "Roll back?", yes, as_json)
        if wanted:
            publishing.publish(engine, plan.newest, plan.moves, "rolled back", time.time())
        _end(plan.moves, "rolled back", wanted, as_json)
    except planning.NotPublished as error:
        _refused(error)


def withdraw(flow: Flow, yes: Yes = False, as_json: AsJson = False) -> None:
    """Take a flow out of service: nothing begins it any more; whoever stands in it finishes. Its file stays as it is."""
    from sms_service.workbench import planning, publishing

    config = read_config()
    engine = publishing.open_for_publishing(config)
    try:
        newest, withdrawal = planning.withdraw(config, engine, flow)
        told = [withdrawal] if withdrawal else []
        wanted = _wanted(told, "Take it out of service?", yes, as_json, "Nothing changes: it is out of service.")
        if wanted and withdrawal:
            publishing.withdraw(engine, newest, withdrawal, time.time())
        _end(told, "withdrawn", wanted, as_json)
    except planning.NotPublished as error:
        _refused(error)


def versions(
    flow: Annotated[str, typer.Argument(help="The flow's name; without: all flows.")] = "", as_json: AsJson = False
) -> None:
    """Show which version of each flow serves, which did before, and how many sessions stand in each."""
    from sms_service.workbench import planning, publishing
    from sms_service.workbench.moves import SHORT

    try:
        found = publishing.versions(publishing.open_for_publishing(read_config()), flow)
    except planning.NotPublished as error:
        _refused(error)
    if as_json:
        print(json.dumps([vars(one) for one in found]))
        return
    if not found:
        print("No flow was ever published here.")
        return
    # On 80 columns everything is whole: no lines between the columns, and of all of them only a long name is folded.
    columns = (Column(name, no_wrap=True) for name in ("version", "when", "how", "serves", "sessions"))
    table = Table(Column("flow", overflow="fold"), *columns, box=SIMPLE_HEAD, pad_edge=False)
    counted: set[str] = set()
    for one in found:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.at))
        sessions = "" if one.version in counted else str(one.sessions)  # a version made current twice is counted once
        counted.add(one.version)
        short = one.version[:SHORT]
        table.add_row(one.flow, short, when, one.how, "yes" if one.current else "", sessions)
    show(table)


def diff(
    flow: Flow,
    old: Annotated[str, typer.Argument(help="A version, or how it begins; without: the published one.")] = "",
    new: Annotated[str, typer.Argument(help="Another; without: the file.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show what differs between the published version of a flow and its file, or between two versions."""
    from sms_service.workbench import planning, publishing

    config = read_config()
    try:
        move, lines = planning.difference(config, publishing.open_for_publishing(config), flow, old, new)
    except planning.NotPublished as error:
        _refused(error)
    if as_json:
        print(json.dumps({**move.as_json(), "lines": lines}, ensure_ascii=False))
    elif not lines:
        print(f"{flow}: nothing differs.")
    else:
        print("\n".join([*move.words(), ""]))
        console = Console(soft_wrap=True)
        for number, line in enumerate(lines):
            style = "bold" if number < len(("---", "+++")) else COLOURS.get(line[:1], "")
            console.print(Text(line, style=style), highlight=False)


def _rehearsed(config: Config, plan: Plan, as_json: bool) -> list[str]:
    """Plays the transcripts; a sentence about published flows that none of them plays, if any. Ends with 1, and shows them,
    where scenes go another way."""
    from sms_service.workbench import publishing

    # A rehearsal has no Redis, and would say so each time.
    logging.getLogger("sms_service.store").setLevel(logging.ERROR)
    failures, played = [], set[str]()
    for number, (file, found, flows) in enumerate(publishing.rehearse(config, plan), start=1):
        if not as_json:
            print(f"[{number}/{len(plan.transcripts)}] {file}", file=sys.stderr, flush=True)
        failures += found
        played |= flows
    if failures:
        told = "\n".join(map(str, failures))
        count = "a scene goes" if len(failures) == 1 else f"{len(failures)} scenes go"
        print(f"{told}\nNothing was published: {count} another way than the transcripts say.", file=sys.stderr)
        raise typer.Exit(1)
    unplayed = [move.flow for move in plan.moves if move.flow not in played]
    if not unplayed:
        return []
    record = f"`sms-service flow test --record {config.flows_dir / unplayed[0]}.talk`"
    return [f"No transcript plays {', '.join(unplayed)}: {record} makes one of what you type."]


def _wanted(
    told: Sequence[Move | Withdrawal], question: str, yes: bool, as_json: bool,
    nothing: str = "Nothing changes: that is what serves.",
) -> bool:  # fmt: skip
    """Says what changes, and asks; whether it is wanted."""
    if not as_json:
        print("\n".join(line for one in told for line in one.words()) or nothing)
    return bool(told) and (yes or (not as_json and sys.stdin.isatty() and typer.confirm(question)))


def _end(
    told: Sequence[Move | Withdrawal], how: How, wanted: bool, as_json: bool, notes: Sequence[str] = ()
) -> NoReturn:
    """Says what was done; ends with 1 where that was not wanted."""
    from sms_service.workbench.moves import SHORT
    from sms_service.workbench.publishing import TAKEN_UP

    if as_json:
        changes = [one.as_json() for one in told]
        print(
            json.dumps({"published": wanted, "how": how, "changes": changes, "notes": list(notes)}, ensure_ascii=False)
        )
    elif wanted:
        print(f"{how.capitalize()}: {', '.join(one.flow for one in told)}. {TAKEN_UP}")
        if how == "rolled back":
            undo = (f"rollback {one.flow} {one.old[:SHORT]}" if one.old else f"withdraw {one.flow}" for one in told)
            print(f"To undo it: {', '.join(f'`sms-service flow {command}`' for command in undo)}.")
    elif told:
        print(
            "Nothing was written."
            if sys.stdin.isatty()
            else "Nothing was written: nobody can be asked here, repeat it with --yes."
        )
    raise typer.Exit(1 if told and not wanted else 0)


def _refused(problem: Exception) -> NoReturn:
    print(problem, file=sys.stderr)
    raise typer.Exit(1)

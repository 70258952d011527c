"""Which version of a flow serves: `sms-service flow publish`, `versions`, `diff`, `rollback`."""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from sms_service.config import read_config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine

    from sms_service.store.flow_versions import How
    from sms_service.workbench.publishing import Move

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
    from sms_service.workbench import publishing

    config = read_config()
    engine = publishing.open_for_publishing(config)
    database.migrate(engine)
    try:
        plan = publishing.plan(config, engine, flows or ())
        if plan.moves and not _rehearsed(plan.transcripts, publishing.rehearse(config, plan), as_json):
            raise typer.Exit(1)
        if plan.drafts and not as_json:
            print(f"Not published, though their files differ too: {', '.join(plan.drafts)}.", file=sys.stderr)
        _act(engine, plan.moves, "published", "Publish?", yes, as_json)
    except publishing.NotPublished as error:
        _end(str(error))


def rollback(
    flow: Flow,
    version: Annotated[str, typer.Argument(help="The version, or how it begins; without: the one before.")] = "",
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Make an earlier version of a flow serve again. Its file stays as it is."""
    from sms_service.workbench import publishing

    config = read_config()
    engine = publishing.open_for_publishing(config)
    try:
        move = publishing.rollback(config, engine, flow, version)
        _act(engine, [move] if move else [], "rolled back", "Roll back?", yes, as_json)
    except publishing.NotPublished as error:
        _end(str(error))


def versions(
    flow: Annotated[str, typer.Argument(help="The flow's name; without: all flows.")] = "", as_json: AsJson = False
) -> None:
    """Show which version of each flow serves, which did before, and how many sessions stand in each."""
    from sms_service.workbench import publishing

    try:
        found = publishing.versions(publishing.open_for_publishing(read_config()), flow)
    except publishing.NotPublished as error:
        _end(str(error))
    if as_json:
        print(json.dumps([vars(one) for one in found]))
        return
    table = Table(*(Column(name, no_wrap=True) for name in ("flow", "version", "when", "how", "serves", "sessions")))
    counted: set[str] = set()
    for one in found:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.at))
        sessions = "" if one.version in counted else str(one.sessions)  # a version made current twice is counted once
        counted.add(one.version)
        short = one.version[: publishing.SHORT]
        table.add_row(one.flow, short, when, one.how, "yes" if one.current else "", sessions)
    Console().print(table if found else "No flow was ever published here.")


def diff(
    flow: Flow,
    old: Annotated[str, typer.Argument(help="A version, or how it begins; without: the published one.")] = "",
    new: Annotated[str, typer.Argument(help="Another; without: the file.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show what differs between the published version of a flow and its file, or between two versions."""
    from sms_service.workbench import publishing

    config = read_config()
    try:
        move, lines = publishing.difference(config, publishing.open_for_publishing(config), flow, old, new)
    except publishing.NotPublished as error:
        _end(str(error))
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


def _rehearsed(transcripts: Sequence[Any], played: Any, as_json: bool) -> bool:
    """Whether all transcripts go as they say; shows those that do not."""
    logging.getLogger("sms_service.store").setLevel(
        logging.ERROR
    )  # a rehearsal has no Redis, and would say so each time
    failures = []
    for number, (file, found) in enumerate(played, start=1):
        if not as_json:
            print(f"[{number}/{len(transcripts)}] {file}", file=sys.stderr, flush=True)
        failures += found
    if failures:
        told = "\n".join(map(str, failures))
        count = "a scene goes" if len(failures) == 1 else f"{len(failures)} scenes go"
        print(f"{told}\nNothing was published: {count} another way than the transcripts say.", file=sys.stderr)
    return not failures


def _act(engine: Engine, moves: list[Move], how: How, question: str, yes: bool, as_json: bool) -> None:
    """Says what changes, asks, and writes. Ends with 1 where that was not wanted."""
    from sms_service.workbench import publishing

    if not as_json:
        print("\n".join(line for move in moves for line in move.words()) or "Nothing changes: that is what serves.")
    wanted = bool(moves) and (yes or (not as_json and sys.stdin.isatty() and typer.confirm(question)))
    if wanted:
        publishing.publish(engine, moves, how, time.time())
    if as_json:
        told = {"published": wanted, "how": how, "changes": [move.as_json() for move in moves]}
        print(json.dumps(told, ensure_ascii=False))
    elif wanted:
        print(f"{how.capitalize()}: {', '.join(move.flow for move in moves)}. {publishing.TAKEN_UP}")
    elif moves:
        print(
            "Nothing was written."
            if sys.stdin.isatty()
            else "Nothing was written: nobody can be asked here, repeat it with --yes."
        )
    raise typer.Exit(1 if moves and not wanted else 0)


def _end(problem: str) -> NoReturn:
    print(problem, file=sys.stderr)
    raise typer.Exit(1)

"""The command line: `sms-service`, for the office, operators and engineers."""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from sms_service import __version__
from sms_service.commands.cards import card_app
from sms_service.commands.dlt import dlt_app
from sms_service.commands.doctor import doctor
from sms_service.commands.enrolers import hold, holds_app, move
from sms_service.commands.erasure import forget
from sms_service.commands.flow import flow_app
from sms_service.commands.imports import areas_app, enrolers_app, members_app
from sms_service.commands.keys import keys_app
from sms_service.commands.ledger import ledger_app
from sms_service.commands.outbox import outbox_app
from sms_service.commands.photos import photos_app
from sms_service.commands.quiet import areas_quiet
from sms_service.config import read_config

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Enrolment by SMS and USSD."
)
database_app = typer.Typer(no_args_is_help=True, help="The database.")
app.add_typer(database_app, name="db")
app.add_typer(areas_app, name="areas")
app.add_typer(enrolers_app, name="enrolers")
app.add_typer(members_app, name="members")
app.add_typer(holds_app, name="holds")
app.add_typer(ledger_app, name="ledger")
app.add_typer(keys_app, name="keys")
app.add_typer(card_app, name="card")
app.add_typer(photos_app, name="photos")
app.add_typer(outbox_app, name="outbox")
app.add_typer(flow_app, name="flow")
app.add_typer(dlt_app, name="dlt")
enrolers_app.command("hold")(hold)
enrolers_app.command("move")(move)
areas_app.command("quiet")(areas_quiet)
app.command("forget")(forget)
app.command("doctor")(doctor)


TOLD = (
    "sms_service.authoring.source.BrokenFlow", "sms_service.config.ConfigError", "sms_service.demo.DemoFailed",
    "sms_service.launch.NotStarted", "sms_service.store.database.InUse",
    "sms_service.valkey.NoValkey",
)  # fmt: skip
"""Failures whose message is a sentence for whoever typed the command."""


def _imported(*names: str) -> tuple[type[Exception], ...]:
    """Those of these exceptions whose modules a command has imported; no others can have been raised.

    To import all of them takes 0.2 s, and `flow check` shall answer as quickly as one types.
    """
    places = [name.rpartition(".") for name in names]
    return tuple(getattr(sys.modules[module], name) for module, _, name in places if module in sys.modules)


def main() -> None:
    """The console entry point: problems become one sentence and exit code 1."""
    try:
        app()
    except _imported(*TOLD) as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    except _imported("sqlalchemy.exc.DBAPIError") as error:
        what = str(getattr(error, "orig", error)).partition("\n")[0]
        print(
            f"the database cannot be used: {what} (can it be reached? new or older: `sms-service db upgrade`)",
            file=sys.stderr,
        )
        sys.exit(1)


@app.callback(invoke_without_command=True)
def version(show: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    """Enrolment by SMS and USSD."""
    if show:
        print(__version__)
        raise typer.Exit


@app.command()
def run() -> None:
    """Start everything on this machine: Valkey (if no Redis is given), web, workers, sweeper. Ctrl-C stops it."""
    from sms_service import launch

    config = read_config()
    with launch.running(config, launch.child_environment(), time.time()) as supervisor:
        signal.signal(signal.SIGINT, supervisor.request_stop)
        signal.signal(signal.SIGTERM, supervisor.request_stop)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup: it is to go on when the terminal is closed
            signal.signal(signal.SIGHUP, supervisor.request_stop)
        launch.tell_addresses(config, [*launch.channels_off(config), *launch.notice_lacks(config)])
        supervisor.watch()
        print("\nstopping ...", flush=True)
    print("all processes have ended.")


@app.command()
def demo(
    keep: Annotated[Path, typer.Option(help="The folder that the card's picture is left in.")] = Path("data/demo"),
) -> None:
    """Run one enrolment from start to end on free ports, show both phones and the card, and stop everything."""
    from sms_service.demo import run_demo

    run_demo(keep)


@app.command()
def talk(
    number: Annotated[str, typer.Argument(help="Whose phone this is, with +code.")],
    url: Annotated[str, typer.Option(help="Where the service runs (default: by the settings).")] = "",
) -> None:
    """A phone in the terminal, for a service that runs: type a text, or dial a code such as *384*96#."""
    from sms_service.talk import talk as converse

    config = read_config()
    converse(url or config.url, number, config.channels.handset.secret)


Jsonl = Annotated[bool, typer.Option("--jsonl", help="JSON lines on standard input; one result line for each.")]
Text = Annotated[str, typer.Argument(help="The text; leave it out with --jsonl.")]


@app.command()
def read(
    text: Text = "",
    region: Annotated[str, typer.Option(help="The country of numbers without +code (default: by the settings).")] = "",
    jsonl: Jsonl = False,
) -> None:
    """Show what an enroler's text is read as: the command, its fields, what was repaired, and what is missing or wrong."""
    from sms_service.commands.reading import reader

    _show(reader(read_config()), {"text": text, "region": region}, jsonl)


@app.command()
def answer(
    text: Text = "",
    language: Annotated[str, typer.Option(help="The person's language, such as hi.")] = "",
    question: Annotated[str, typer.Option(help="consent, yes_no, or none: is a question open?")] = "consent",
    jsonl: Jsonl = False,
) -> None:
    """Show what a text is read as: yes, no, stop, start, help, wrong_number or unclear."""
    from sms_service.show import shown_answer

    _show(shown_answer, {"text": text, "language": language, "question": question}, jsonl)


@app.command()
def count(text: Text = "", jsonl: Jsonl = False) -> None:
    """Show how a text is sent: GSM-7 or UCS-2, how many segments, how many characters."""
    from sms_service.show import shown_count

    _show(shown_count, {"text": text}, jsonl)


def _show(show: Callable[[dict[str, Any]], dict[str, Any]], asked: dict[str, Any], jsonl: bool) -> None:
    from sms_service.show import BadLine, lines_of

    try:
        for line in lines_of(show, sys.stdin if jsonl else [json.dumps(asked)]):
            print(line)
    except BadLine as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from error


@database_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the newest revision. Safe to repeat, and while several machines do it at once."""
    from sms_service.store import database

    engine = database.open_database(read_config().sql_url)
    database.migrate(engine)
    print("the database is at the newest revision.")

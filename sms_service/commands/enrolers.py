"""`sms-service enrolers hold|move`, `sms-service holds`: what the office decides about enrolers and held registrations."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from sms_service.config import Config, read_config

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from sms_service.privacy import Keys
    from sms_service.store.people import Person

    Decides = Callable[[Connection, Keys, Config], str]

holds_app = typer.Typer(
    no_args_is_help=True, help="Registrations that a rule holds until the office has looked at them."
)

Refs = Annotated[list[str], typer.Argument(help="References, such as R4K7P.")]
FREED = {
    "freed": "is freed",
    "queued": "is freed, and its person is asked after the one whom her phone is asked about now",
    "stopped": "stays held: its phone wants no messages from us",
}
SHOWN = "%Y-%m-%d %H:%M"

SAID_SHOWN = 40
"""Letters of unread texts in the list, where a line is to stay one; `holds show` has them whole."""


def hold(
    phone: Annotated[str, typer.Argument(help="The enroler's mobile number.")],
    free: Annotated[bool, typer.Option("--free", help="Instead: let a held enroler go on.")] = False,
) -> None:
    """Stop an enroler: nothing more is saved from her phone. Only the office can free her again (--free)."""

    def decide(conn: Connection, keys: Keys, config: Config) -> str:
        from sms_service.enrolment import charge

        somebody = _enroler(conn, keys, config, phone)
        done = charge.release(conn, somebody.id) if free else charge.hold_for_office(conn, somebody.id)
        if not done:
            _end("this enroler is not held" if free else "this enroler is not active: she was never activated, or left")
        return "the enroler may go on." if free else "the enroler is held. `--free` lets her go on."

    print(_in_transaction(decide))


def move(
    old: Annotated[str, typer.Argument(help="The mobile number that the enroler had.")],
    new: Annotated[str, typer.Argument(help="Her new one.")],
) -> None:
    """Make a code with which an enroler goes on from a new phone: she sends it from there (ACT 83511)."""

    def decide(conn: Connection, keys: Keys, config: Config) -> str:
        from sms_service.enrolment import activation, enrolers
        from sms_service.store import people

        somebody, number = _enroler(conn, keys, config, old), _number(config, new)
        was = enrolers.by_person(conn, somebody)
        if was is None or was.status not in ("appointed", "activated", "held"):
            _end("this enroler has left, or moved already")
        other = people.by_phone(conn, keys, number)
        if other and enrolers.by_person(conn, other):
            _end("the new number is an enroler's already")
        code = activation.give_code(conn, keys, somebody.id, number, time.time())
        return f"ACT {code} sent from the new phone within 7 days moves the enroler there."

    print(_in_transaction(decide))


@holds_app.command("list")
def holds_list(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value instead of a table.")] = False,
) -> None:
    """Show what waits for the office, the oldest first: registrations that a rule holds, and those it is to look at."""
    from rich.table import Table

    from sms_service.commands.printing import show
    from sms_service.engine.clusters import prefix, units
    from sms_service.enrolment import held
    from sms_service.service import open_keys

    config = read_config()
    with _opened(config) as engine:
        keys = open_keys(config, engine)
        with engine.begin() as conn:
            rows = held.listed(conn, keys)
    if as_json:
        print(json.dumps([asdict(row) for row in rows], ensure_ascii=False))
    elif rows:
        table = Table("ref", "area", "status", "since", "rule", "detail")
        for row in rows:
            since = time.strftime(SHOWN, time.localtime(row.at))
            said = prefix("; ".join(row.said), SAID_SHOWN, units)
            table.add_row(
                row.ref, row.area, row.status, since, row.rule, f"{row.detail}: {said}" if said else row.detail
            )
        show(table)
    else:
        print("nothing is held, nothing is to be looked at.")


@holds_app.command("show")
def holds_show(ref: Annotated[str, typer.Argument(help="A reference, such as R4K7P.")]) -> None:
    """Show why one registration waits for the office, with what its person texted that could not be read, in full."""

    def tell(conn: Connection, keys: Keys, _config: Config) -> str:
        from sms_service.enrolment import held

        rows = held.listed(conn, keys, ref)
        if not rows:
            _end(f"nothing is held or to be looked at under {ref}; `sms-service holds list` shows what is")
        lines = [f"{rows[0].ref}, {rows[0].area}, {rows[0].status}"]
        for row in rows:
            lines.append(f"{time.strftime(SHOWN, time.localtime(row.at))} {row.rule}: {row.detail}".rstrip(": "))
            lines += [f"  she texted: {text}" for text in row.said]
        return "\n".join(lines)

    print(_in_transaction(tell))


@holds_app.command("free")
def holds_free(refs: Refs) -> None:
    """Free held registrations: their people are asked now."""
    from sms_service.enrolment import held
    from sms_service.enrolment.effects import Start
    from sms_service.enrolment.effects.entering import freed
    from sms_service.service import open_service

    service = open_service(read_config(), time.time())

    def free(ref: str) -> str:
        ended = ""

        def make(conn: Connection) -> Start | None:
            nonlocal ended
            now, registration_id = time.time(), held.id_of(conn, ref)
            done = freed(conn, service.keys, registration_id, now) if registration_id else None
            ended = FREED[done.outcome] if done else ""
            return next(iter(done.starts), None) if done else None

        service.turns.start(make, time.time())
        return ended

    try:
        _each(refs, free)
    finally:
        service.close()


@holds_app.command("refuse")
def holds_refuse(refs: Refs) -> None:
    """Refuse held registrations: nobody is asked, nobody is told."""
    from sms_service.enrolment import held

    with _opened(read_config()) as engine:

        def refuse(ref: str) -> str:
            with engine.begin() as conn:
                return "is refused" if held.refuse(conn, ref, time.time()) else ""

        _each(refs, refuse)


@holds_app.command("seen")
def holds_seen(refs: Refs) -> None:
    """Take registrations that are not held off the list: the office has looked at what a rule noted about them."""
    from sms_service.enrolment import held

    with _opened(read_config()) as engine:

        def see(ref: str) -> str:
            with engine.begin() as conn:
                return "is seen" if held.see(conn, ref, time.time()) else ""

        _each(refs, see, "nothing is to be looked at (what is held is freed or refused)")


def _each(refs: Sequence[str], decide: Callable[[str], str], problem: str = "not held") -> None:
    """Decides each by itself, and says what became of it: a reference that is mistyped does not keep the others from it."""
    missing = []
    for ref in refs:
        if done := decide(ref):
            print(f"{ref.upper()} {done}.")
        else:
            missing.append(ref)
    if missing:
        _end(f"{problem}: {', '.join(missing)}; `sms-service holds list` shows what is")


def _in_transaction(decide: Decides) -> str:
    from sms_service.service import open_keys

    config = read_config()
    with _opened(config) as engine:
        keys = open_keys(config, engine)
        with engine.begin() as conn:
            return decide(conn, keys, config)


@contextmanager
def _opened(config: Config) -> Iterator[Engine]:
    from sms_service.store import database

    engine = database.open_database(config.sql_url)
    try:
        yield engine
    finally:
        engine.dispose()


def _number(config: Config, phone: str) -> str:
    from sms_service.enrolment.reading.answer import read_mobile

    number = read_mobile(phone, (config.region,))
    if number is None:
        _end("this is not a mobile number; write it with its country code, like +919876543210")
    return number


def _enroler(conn: Connection, keys: Keys, config: Config, phone: str) -> Person:
    from sms_service.enrolment import enrolers
    from sms_service.store import people

    somebody = people.by_phone(conn, keys, _number(config, phone))
    if somebody is None or enrolers.by_person(conn, somebody) is None:
        _end("no enroler has this number")
    return somebody


def _end(problem: str) -> NoReturn:
    print(problem, file=sys.stderr)
    raise typer.Exit(1)

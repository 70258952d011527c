"""`sms-service forget`: the office forgets a person who asks for it, and sees what remains of her and why."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from sms_service.config import Config, read_config

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from sms_service.enrolment.erasure import Holdings
    from sms_service.privacy import Keys
    from sms_service.store.people import Person

STATEMENT_TIMEOUT_MS = 60_000
"""Milliseconds that one statement may take: an enroler of years has many texts to be looked through."""

REMAINS = (
    "her decisions in the ledger, of which nobody can read any more what was shown and answered: the proof of each figure",
    "the keyed hash of her number: nobody can enter it again; she herself can come back by START, as somebody new",
    "references, areas and times of registrations and messages, and fee receipts: figures and accounts are made of them",
    "backups made until today: they hold her key until they are deleted (docs/deploy.md, Backup)",
)


def forget(
    whom: Annotated[str, typer.Argument(metavar="PHONE|NUMBER", help="Her phone, or a membership number.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON; without --yes it only tells.")] = False,
) -> None:
    """Forget a person: her key is destroyed, and with it all that is known of her; the proof of her decisions stays."""
    from sms_service.service import open_keys
    from sms_service.store import database

    config = read_config()
    engine = database.open_database(config.sql_url, STATEMENT_TIMEOUT_MS)
    try:
        database.migrate(engine)
        keys = open_keys(config, engine)
        told, hers = _look(engine, keys, config, whom)
        if not as_json:
            _tell(told, hers)
        done = yes or (not as_json and typer.confirm("Forget her? It cannot be undone."))
        if done:
            _forget(engine, keys, hers)
            everywhere = _sweep(engine, keys, config, hers)
        if as_json:
            print(json.dumps({"forgotten": done, "holdings": asdict(told), "remains": REMAINS if done else []}))
        elif done:
            print("She is forgotten. What remains, and why:")
            for line in REMAINS:
                print(f"  - {line}")
            print("Copies in Redis are deleted." if everywhere else "Copies in Redis: the sweeper deletes them.")
        else:
            print("nothing was changed.")
    finally:
        engine.dispose()


def _look(engine: Engine, keys: Keys, config: Config, whom: str) -> tuple[Holdings, Person]:
    from sms_service.enrolment import erasure
    from sms_service.store import database

    with database.reading(engine).begin() as conn:
        hers = _named(conn, keys, config, whom)
        return erasure.holdings(conn, keys, hers), hers


def _named(conn: Connection, keys: Keys, config: Config, whom: str) -> Person:
    from sms_service.enrolment import members, numbers
    from sms_service.enrolment.reading.answer import read_mobile
    from sms_service.store import people

    phone = read_mobile(whom, (config.region,))
    if phone is not None:
        found = people.by_phone(conn, keys, phone)
    else:
        try:
            member = members.by_number(conn, numbers.read_number(whom.strip()))
        except numbers.Mistyped:
            _end("this is neither a mobile number (write it with +code of its country) nor a membership number")
        found = people.by_id(conn, keys, member.person_id) if member else None
    if found is None:
        _end("nobody is known by this number; who was forgotten before is not known either")
    return found


def _tell(told: Holdings, hers: Person) -> None:
    from sms_service import privacy
    from sms_service.enrolment import numbers

    members = ", ".join(map(numbers.written, told.members)) or "none"
    print(f"Phone {privacy.mask(hers.phone)}, and whoever shares it:")
    print(f"  memberships that end: {members}")
    if told.enroler:
        print(f"  an enroler ({told.enroler}): she enters nobody any more; what she entered stays")
    print(f"  made unreadable: {told.registrations} registrations, {told.decisions} decisions, {told.turns} turns,")
    print(f"    {told.messages} messages (what has not left is dropped); cards revoked; {told.photos} photos deleted")
    print(f"  taken out of texts of those who entered her: {told.others}")
    print(f"  kept for the accounts: {told.receipts} receipts")


def _forget(engine: Engine, keys: Keys, hers: Person) -> None:
    from sms_service.enrolment import erasure
    from sms_service.store import people, transaction

    def take(conn: Connection) -> None:
        now = people.by_id(conn, keys, hers.id)  # she may have written meanwhile
        if now is None or not erasure.forget(conn, keys, now, time.time()):
            return
        if not people.count_turn(conn, now.id, now.turn_no):
            raise transaction.Conflict

    transaction.run(engine, take)


def _sweep(engine: Engine, keys: Keys, config: Config, hers: Person) -> bool:
    """Takes her out of others' texts and deletes the copies in Redis at once; the sweeper does it once more. False where Redis
    is away."""
    from sms_service.enrolment import erasure, searches
    from sms_service.store import database
    from sms_service.store.redis_client import open_redis
    from sms_service.store.sessions import LiveSessions

    with database.reading(engine).begin() as conn:
        due, _ = searches.due(conn, keys, time.time(), 1, hers.id)
    if due:
        searches.work(engine, keys, due, time.time())
    with database.reading(engine).begin() as conn:
        copies = erasure.copies_of(conn, hers.id)
    client = open_redis(config.live_url)
    try:
        return not copies or LiveSessions(client, keys).delete(copies)
    finally:
        client.close()


def _end(problem: str) -> NoReturn:
    print(problem, file=sys.stderr)
    raise typer.Exit(1)

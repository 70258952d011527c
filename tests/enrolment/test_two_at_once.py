"""Two people in one registration at the same moment: a command of those who enter and look after it, and a text that
decides it otherwise in between.

One of the two has read what it decides upon, and is about to write; then the other one comes. On PostgreSQL that is taken
at once: what the first one has read is true no more, and it must be heard again. On SQLite it waits for the one writer,
and is heard after the first. Either way it is as if one had come wholly before the other, and everybody is told what is
true.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine, event
from typer.testing import CliRunner

from sms_service.cli import app
from sms_service.enrolment import holds, registrations
from sms_service.store import people
from sms_service.store.tables import registration
from tests.town import ENTRY, Town

REKHA = "+919800000003"
"""Who is in charge of the block."""

SITA_OF_SHOP = "REG 9876500001 ABC7654321 12 Sita Devi"
SITA = "REG 9876543210 ABC7654321 12 Sita Devi"
"""Somebody else on Ram's phone."""
RAM_OF_SHOP = "REG 9876500001 ABC1234567 12 Ram Kumar"


LOCKS = re.compile(r"\bFOR (NO KEY )?UPDATE\b|\bFOR (KEY )?SHARE\b")


class Command(NamedTuple):
    """What was entered before, the last one being the one that is meant; then the text, and whether Rekha sends it."""

    entered: tuple[str, ...]
    text: str
    in_charge: bool = False


COMMANDS = {
    "FIX": Command((ENTRY,), "FIX {ref} NAME Sita Devi"),
    "FIX to Ram's phone": Command((ENTRY, SITA_OF_SHOP), "FIX {ref} MOB 9876543210"),
    "DEL": Command((ENTRY,), "DEL {ref}"),
    "REG of another": Command((ENTRY,), SITA),
    # Sita is held, for her ID is known, and her phone is asked about Ram.
    "OK of another": Command((SITA_OF_SHOP, ENTRY, SITA), "OK {ref}", in_charge=True),
    # Ram is held, for his ID is known; his phone is asked about nobody.
    "OK": Command((RAM_OF_SHOP, ENTRY), "OK {ref}", in_charge=True),
}
REPLIES = {"yes": "1", "no": "3", "STOP": "STOP", "wrong number": "wrong number"}
"""What Ram's phone sends; DEL, of the one that is meant, is the enroler's."""


class After(NamedTuple):
    """How it stands then: all that was entered, with the rules that hold it; what the enroler (and Rekha) were told, and what
    Ram's phone was."""

    rows: str
    commander: str
    phone: str


TOLD = {
    "mended": "Mended .*ask the person again", "mended, held": "Mended .*The office looks",
    "mended, queued": "Mended .*this person comes next",
    "not changed": ".*can no longer be changed", "refused phone": ".* is NOT changed: we cannot ask that phone",
    "deleted": "Deleted ", "not deleted": ".*can no longer be deleted", "unknown": "You have no registration ",
    "saved": "Saved .*We now text", "saved, held": "Saved .*The office looks at it first",
    "saved, queued": "Saved .*asked about somebody else now",
    "not saved": "NOT saved: .*wants no messages",
    "freed": ".*is freed. We now text", "freed, queued": ".*is freed. That phone is asked about somebody else",
    "not freed": "Nothing was freed",
    "asked Ram": ".*entered you as Ram Kumar", "asked Sita": ".*entered you as Sita Devi",
    "member": "You are a member", "card": ".*card of", "no member": "You are NOT a member",
    "stopped": ".*no more SMS to this number", "sorry": "Sorry. Your number is removed", "help": ".*people are entered by",
}  # fmt: skip

ALLOWED = {
    # command, other text: the other one came first; the command came first
    ("FIX", "yes"): (
        After("Ram confirmed", "not changed", "member, card"),
        After("Sita waiting", "mended", "asked Sita"),  # a yes to what was asked about Ram is none
    ),
    ("FIX", "no"): (
        After("Ram refused", "not changed", "no member"),
        After("Sita waiting", "mended", "asked Sita"),
    ),
    ("FIX", "STOP"): (
        After("Ram refused", "not changed", "stopped"),
        After("Sita refused", "mended", "stopped"),
    ),
    ("FIX", "wrong number"): (
        After("Ram wrong_number", "not changed", "sorry"),
        After("Sita waiting", "mended", "asked Sita"),
    ),
    ("FIX", "DEL"): (
        After("Ram deleted", "deleted, unknown", ""),
        After("Sita deleted", "mended, deleted", ""),
    ),
    ("DEL", "yes"): (
        After("Ram confirmed", "not deleted", "member, card"),
        After("Ram deleted", "deleted", "help"),
    ),
    ("DEL", "no"): (
        After("Ram refused", "not deleted", "no member"),
        After("Ram deleted", "deleted", "help"),
    ),
    ("DEL", "STOP"): (
        After("Ram refused", "not deleted", "stopped"),
        After("Ram deleted", "deleted", "stopped"),
    ),
    ("DEL", "wrong number"): (
        After("Ram wrong_number", "not deleted", "sorry"),
        After("Ram deleted", "deleted", "help"),
    ),
    ("DEL", "DEL"): (
        After("Ram deleted", "deleted, unknown", ""),
        After("Ram deleted", "deleted, unknown", ""),
    ),
    ("FIX to Ram's phone", "yes"): (
        After("Ram confirmed, Sita waiting", "mended", "member, asked Sita, card"),
        After("Ram confirmed, Sita waiting", "mended, queued", "member, asked Sita, card"),
    ),
    ("FIX to Ram's phone", "no"): (
        After("Ram refused, Sita waiting", "mended", "no member, asked Sita"),
        After("Ram refused, Sita waiting", "mended, queued", "no member, asked Sita"),
    ),
    ("FIX to Ram's phone", "STOP"): (
        After("Ram refused, Sita waiting", "refused phone", "stopped"),
        After("Ram refused, Sita refused", "mended, queued", "stopped"),
    ),
    ("FIX to Ram's phone", "wrong number"): (
        After("Ram wrong_number, Sita held (wrong_number)", "mended, held", "sorry"),
        After("Ram wrong_number, Sita held (same_phone wrong_number)", "mended, queued", "sorry"),
    ),
    ("FIX to Ram's phone", "DEL"): (
        After("Ram waiting, Sita deleted", "deleted, unknown", ""),
        After("Ram waiting, Sita deleted", "mended, queued, deleted", ""),
    ),
    ("REG of another", "yes"): (
        After("Ram confirmed, Sita waiting", "saved", "member, asked Sita, card"),
        After("Ram confirmed, Sita waiting", "saved, queued", "member, asked Sita, card"),
    ),
    ("REG of another", "no"): (
        After("Ram refused, Sita waiting", "saved", "no member, asked Sita"),
        After("Ram refused, Sita waiting", "saved, queued", "no member, asked Sita"),
    ),
    ("REG of another", "STOP"): (
        After("Ram refused", "not saved", "stopped"),
        After("Ram refused, Sita refused", "saved, queued", "stopped"),
    ),
    ("REG of another", "wrong number"): (
        After("Ram wrong_number, Sita held (wrong_number)", "saved, held", "sorry"),
        After("Ram wrong_number, Sita held (same_phone wrong_number)", "saved, queued", "sorry"),
    ),
    ("REG of another", "DEL"): (
        After("Ram deleted, Sita waiting", "deleted, saved", "asked Sita"),
        After("Ram deleted, Sita waiting", "saved, queued, deleted", "asked Sita"),
    ),
    ("OK of another", "yes"): (
        After("Sita waiting, Ram confirmed, Sita waiting", "freed", "member, asked Sita, card"),
        After("Sita waiting, Ram confirmed, Sita waiting", "freed, queued", "member, asked Sita, card"),
    ),
    ("OK of another", "no"): (
        After("Sita waiting, Ram refused, Sita waiting", "freed", "no member, asked Sita"),
        After("Sita waiting, Ram refused, Sita waiting", "freed, queued", "no member, asked Sita"),
    ),
    ("OK of another", "STOP"): (
        After("Sita waiting, Ram refused, Sita refused", "not freed", "stopped"),
        After("Sita waiting, Ram refused, Sita refused", "freed, queued", "stopped"),
    ),
    ("OK of another", "wrong number"): (
        After("Sita waiting, Ram wrong_number, Sita waiting", "freed", "sorry, asked Sita"),
        After("Sita waiting, Ram wrong_number, Sita held (same_phone wrong_number)", "freed, queued", "sorry"),
    ),
    ("OK of another", "DEL"): (
        After("Sita waiting, Ram waiting, Sita deleted", "deleted, not freed", ""),
        After("Sita waiting, Ram waiting, Sita deleted", "deleted, freed, queued", ""),
    ),
    ("OK", "yes"): (  # nobody has asked him anything yet
        After("Ram waiting, Ram waiting", "freed", "help, asked Ram"),
        After("Ram waiting, Ram waiting", "freed", "asked Ram"),
    ),
    ("OK", "no"): (
        After("Ram waiting, Ram waiting", "freed", "help, asked Ram"),
        After("Ram waiting, Ram waiting", "freed", "asked Ram"),
    ),
    ("OK", "STOP"): (
        After("Ram waiting, Ram refused", "not freed", "stopped"),
        After("Ram waiting, Ram refused", "freed", "stopped"),
    ),
    ("OK", "wrong number"): (
        After("Ram waiting, Ram waiting", "freed", "help, asked Ram"),
        After("Ram waiting, Ram waiting", "freed", "asked Ram"),
    ),
    ("OK", "DEL"): (
        After("Ram waiting, Ram deleted", "deleted, not freed", ""),
        After("Ram waiting, Ram deleted", "deleted, freed", ""),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("command", "other"), ALLOWED)
def test_a_command_is_overtaken(any_town: Town, command: str, other: str) -> None:
    other_first, command_first = ALLOWED[command, other]
    at_once = any_town.service.engine.dialect.name == "postgresql"
    assert both(any_town, command, other, "command") == (other_first if at_once else command_first)


@pytest.mark.parametrize("stack", ["postgres"], indirect=True)
@pytest.mark.parametrize(("command", "other"), [case for case in ALLOWED if case[0] != "OK" and case[1] != "STOP"])
def test_a_command_overtakes(any_town: Town, command: str, other: str) -> None:
    """Nobody was asked before OK, and STOP decides upon nothing that it has read."""
    assert both(any_town, command, other, "other") == ALLOWED[command, other][1]


@pytest.mark.parametrize("stack", ["postgres"], indirect=True)
@pytest.mark.parametrize(
    ("other", "stays"), [("DEL", "Ram waiting, Ram deleted"), ("STOP", "Ram waiting, Ram refused")]
)
def test_the_office_frees_nothing_that_is_over(any_town: Town, other: str, stays: str) -> None:
    town = any_town
    for entry in COMMANDS["OK"].entered:
        town.enroler.texts(entry)
    ref = town.rows(registration)[-1].ref
    with about_to_write(lambda: town.member.sends("STOP") if other == "STOP" else town.enroler.sends(f"DEL {ref}")):
        typed = CliRunner().invoke(app, ["holds", "free", ref], env=town.environment)
    town.work()
    assert typed.exit_code == 1, typed.output
    assert ref in typed.output
    assert stands(town) == stays
    assert "entered you as" not in " ".join(town.member.news)


def both(town: Town, command: str, other: str, overtaken: str) -> After:
    """Sends the one that is `overtaken`, and the other text where it is about to write."""
    meant = COMMANDS[command]
    for entry in meant.entered:
        town.enroler.texts(entry)
    rekha, ref = town.phone(REKHA), town.rows(registration)[-1].ref
    for phone in (town.enroler, rekha, town.member):
        phone.seen = len(phone.heard)
    texts = [
        ((rekha if meant.in_charge else town.enroler).sends, meant.text.format(ref=ref)),
        ((town.member if other in REPLIES else town.enroler).sends, REPLIES.get(other, f"DEL {ref}")),
    ]
    (sends, text), (then_sends, then_text) = texts if overtaken == "command" else reversed(texts)
    meanwhile = threading.Thread(target=then_sends, args=(then_text,))

    def comes() -> None:
        meanwhile.start()
        if town.service.engine.dialect.name == "postgresql":
            meanwhile.join()

    with about_to_write(comes):
        sends(text)
    meanwhile.join()
    town.work()
    told = [*town.enroler.news, *rekha.news], town.member.news
    return After(stands(town), *(", ".join(map(kind_of, texts)) for texts in told))


@contextmanager
def about_to_write(then: Callable[[], object]) -> Iterator[None]:
    """Calls `then` once: in the first transaction that reads a registration, before it writes or locks anything."""
    reader: list[object] = []
    over: list[bool] = []

    def before(conn: Any, _cursor: object, statement: str, *_: object) -> None:
        reads = statement.lstrip().startswith(("SELECT", "WITH")) and not LOCKS.search(statement)
        if over:
            return
        if reads and not reader and "FROM registration" in statement:
            reader.append(conn.connection.dbapi_connection)
        elif not reads and reader and conn.connection.dbapi_connection is reader[0]:
            over.append(True)
            then()

    event.listen(Engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", before)
    assert over, "nothing was written"


def stands(town: Town) -> str:
    """All that was entered, the first one first: `Ram confirmed, Sita held (same_phone)`."""
    found = []
    with town.service.reads.begin() as conn:
        for row in town.rows(registration):
            somebody = people.by_id(conn, town.service.keys, row.person_id)
            assert somebody
            name = registrations.opened(somebody.key, row.fields_sealed)["name"].split()[0]
            rules = " ".join(holds.open_rules(conn, row.id))
            found.append(f"{name} {row.status}" + (f" ({rules})" if rules else ""))
    return ", ".join(found)


def kind_of(text: str) -> str:
    """What somebody was told, as TOLD calls it."""
    return next((kind for kind, begins in TOLD.items() if re.match(begins, text)), text)

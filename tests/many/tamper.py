"""Hands that edit the ledger: a byte of a column, rows deleted, swapped, forged, swept, chained anew. Each works on a copy."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import sqlite3
import struct
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Self

from sms_service.enrolment import ledger
from tests.typed import sms_service

FILE = "sms_service.sqlite3"
TABLES = {"consent": "id", "ledger_link": "seq", "ledger_head": "day"}

GENESIS = hashlib.sha256(b"sms_service/ledger/1").digest()
"""The head before the first row."""

LARGE = ("turn", "outbox", "delivery_report")
"""Left out of the copy, with the pictures of cards: nothing of the ledger, and a hundred times as much."""

Edit = Callable[[sqlite3.Connection], object]


class Verified(NamedTuple):
    """What `ledger verify` says."""

    code: int
    faults: list[dict[str, Any]]
    complained: str


class Copy:
    """A copy of what the ledger is and stands for, which hands may edit. Use `with`."""

    def __init__(self, file: Path, environment: dict[str, str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ledger-")
        self.file = Path(self._folder.name) / FILE
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(self.file)) as copy:
            source.backup(copy)
            for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                copy.execute(f"DROP TRIGGER {name}")
            copy.execute("UPDATE card SET png_sealed = NULL, pdf_sealed = NULL, screen_sealed = NULL")
            for table in LARGE:
                copy.execute(f"DELETE FROM {table}")
            copy.commit()
            copy.execute("VACUUM")
        self._environment = {**environment, "SMS_SERVICE__DATA_DIR": self._folder.name}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    @contextmanager
    def edited(self, edit: Edit) -> Iterator[None]:
        """Edits it, and undoes that again."""
        before = self.file.with_suffix(".before")
        shutil.copyfile(self.file, before)
        with closing(sqlite3.connect(self.file)) as conn:
            edit(conn)
            conn.commit()
        try:
            yield
        finally:
            for beside in ("-wal", "-shm"):
                self.file.with_name(FILE + beside).unlink(missing_ok=True)
            shutil.copyfile(before, self.file)

    def verified(self) -> Verified:
        """`sms-service ledger verify`."""
        done = sms_service(self._environment, "ledger", "verify", "--json")
        told = json.loads(done.stdout) if done.stdout.startswith("{") else {"faults": []}
        return Verified(done.returncode, told["faults"], done.stderr)

    def rows(self, table: str) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.file)) as conn:
            conn.row_factory = sqlite3.Row
            return [dict(row) for row in conn.execute(f"SELECT * FROM {table} ORDER BY {TABLES[table]}")]


def flipped(value: Any, rng: random.Random, bit: int = 0) -> Any:
    """The same value with one byte of it another; of text and whole numbers it is this bit."""
    if isinstance(value, bytes) and value:
        at = rng.randrange(len(value))
        return value[:at] + bytes([value[at] ^ 1 << rng.randrange(8)]) + value[at + 1 :]
    if isinstance(value, str) and value:
        at = rng.randrange(len(value))
        return value[:at] + chr(ord(value[at]) ^ 1 << bit) + value[at + 1 :]
    if isinstance(value, float):
        raw = bytearray(struct.pack(">d", value))
        raw[-1 - rng.randrange(4)] ^= 1  # of the mantissa: the smallest changes that there are
        return struct.unpack(">d", raw)[0]
    if isinstance(value, int):
        return value ^ 1 << bit
    return b"x" if isinstance(value, bytes) else "x"


def set_to(table: str, key: Any, column: str, value: Any) -> Edit:
    """Writes one column of one row."""
    query = f"UPDATE {table} SET {column} = ? WHERE {TABLES[table]} = ?"
    return lambda conn: conn.execute(query, (value, key))


def set_to_text(table: str, key: Any, column: str, raw: bytes) -> Edit:
    """Writes bytes into a column of text, whether or not they are any."""
    query = f"UPDATE {table} SET {column} = CAST(? AS TEXT) WHERE {TABLES[table]} = ?"
    return lambda conn: conn.execute(query, (raw, key))


def deleted(table: str, key: Any) -> Edit:
    return lambda conn: conn.execute(f"DELETE FROM {table} WHERE {TABLES[table]} = ?", (key,))


def swapped(first: dict[str, Any], second: dict[str, Any]) -> Edit:
    """Two decisions change their places: each with all it has, but its number."""

    def edit(conn: sqlite3.Connection) -> None:
        for row in (first, second):
            conn.execute("UPDATE consent SET turn_no = turn_no + 1000000 WHERE id = ?", (row["id"],))
        for here, there in ((first, second), (second, first)):
            names = [name for name in here if name != "id"]
            values = [there[name] for name in names]
            conn.execute(
                f"UPDATE consent SET {', '.join(f'{one} = ?' for one in names)} WHERE id = ?", (*values, here["id"])
            )

    return edit


def forged(row: dict[str, Any], mac: bytes | None) -> Edit:
    """A yes that nobody gave, behind the last decision."""

    def edit(conn: sqlite3.Connection) -> None:
        [newest] = conn.execute("SELECT max(id) FROM consent").fetchone()
        made = {**row, "id": newest + 1, "turn_no": row["turn_no"] + 1, "decision": "given", "mac": mac}
        marks = ", ".join("?" * len(made))
        conn.execute(f"INSERT INTO consent ({', '.join(made)}) VALUES ({marks})", list(made.values()))

    return edit


def swept(edit: Edit) -> Edit:
    """The same, and the sweeper has chained what it found."""

    def both(conn: sqlite3.Connection) -> None:
        edit(conn)
        conn.row_factory = sqlite3.Row
        last = conn.execute("SELECT seq, head FROM ledger_link ORDER BY seq DESC LIMIT 1").fetchone()
        seq, before = last["seq"], last["head"]
        found = "SELECT * FROM consent WHERE id NOT IN (SELECT consent_id FROM ledger_link) ORDER BY id"
        for row in conn.execute(found).fetchall():
            linked = ledger._linked(ledger._digest([row[one.name] for one in ledger.COVERED]), row["mac"])
            seq += 1
            before = ledger._next(before, seq, row["id"], linked)
            conn.execute(
                "INSERT INTO ledger_link (seq, consent_id, digest, head) VALUES (?, ?, ?, ?)",
                (seq, row["id"], linked, before),
            )

    return both


def chained_anew(consent_id: int, **changed: Any) -> Edit:
    """A decision is changed, and the chain is made anew from there on: right in every hash, by somebody who has our code but
    not our key."""

    def edit(conn: sqlite3.Connection) -> None:
        for name, value in changed.items():
            conn.execute(f"UPDATE consent SET {name} = ? WHERE id = ?", (value, consent_id))
        [first] = conn.execute("SELECT seq FROM ledger_link WHERE consent_id = ?", (consent_id,)).fetchone()
        found = conn.execute("SELECT head FROM ledger_link WHERE seq = ?", (first - 1,)).fetchone()
        before = found[0] if found else GENESIS
        conn.row_factory = sqlite3.Row
        links = conn.execute("SELECT seq, consent_id FROM ledger_link WHERE seq >= ? ORDER BY seq", (first,)).fetchall()
        for link in links:
            row = dict(conn.execute("SELECT * FROM consent WHERE id = ?", (link["consent_id"],)).fetchone())
            linked = ledger._linked(ledger._digest([row[one.name] for one in ledger.COVERED]), row["mac"])
            before = ledger._next(before, link["seq"], link["consent_id"], linked)
            conn.execute("UPDATE ledger_link SET digest = ?, head = ? WHERE seq = ?", (linked, before, link["seq"]))

    return edit

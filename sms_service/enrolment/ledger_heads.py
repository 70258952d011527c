"""The head of the ledger at the end of each day, signed: a few lines to keep, against which the ledger is held later."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, func, insert, select

from sms_service.enrolment import ledger
from sms_service.enrolment.ledger import Fault
from sms_service.enrolment.ledger_notes import Head
from sms_service.privacy import Keys, is_signed
from sms_service.store.tables import ledger_head

DAY = 86_400.0
DAY_NAMED = re.compile(r"\d{4}-\d\d-\d\d")


class NotAHead(Exception):
    """This file is not a head that this service signed. The message says why."""


@dataclass(frozen=True, slots=True)
class SignedHead:
    """The head at the end of a day (2026-11-22, UTC), with its Ed25519 signature."""

    day: str
    head: Head
    signature: bytes


def _signed(day: str, head: Head) -> bytes:
    return f"sms_service/ledger/1\n{day}\n{head.seq}\n{head.hash.hex()}".encode()


def sign(keys: Keys, day: str, head: Head) -> SignedHead:
    """Signs a head for a day."""
    return SignedHead(day, head, keys.sign("ledger", _signed(day, head)))


def day_before(now: float) -> str:
    """The last day that is over (UTC)."""
    return datetime.fromtimestamp(now - DAY, UTC).date().isoformat()


def is_closed(conn: Connection, day: str) -> bool:
    """Whether the head of this day, or of a later one, is signed."""
    return conn.execute(select(ledger_head.c.day).where(ledger_head.c.day >= day).limit(1)).first() is not None


def close(conn: Connection, keys: Keys, day: str, now: float) -> SignedHead:
    """Signs the head as it is for a day that is over. The chain must have been brought up to now."""
    closed = sign(keys, day, ledger.head(conn))
    row = {"day": day, "seq": closed.head.seq, "head": closed.head.hash, "at": now, "signature": closed.signature}
    conn.execute(insert(ledger_head).values(row))
    return closed


def all_closed(conn: Connection) -> list[SignedHead]:
    """The signed heads of all days, the oldest first."""
    rows = conn.execute(select(ledger_head).order_by(ledger_head.c.day))
    return [SignedHead(row.day, Head(row.seq, row.head), row.signature) for row in rows]


def of_month(conn: Connection, month: str) -> list[SignedHead]:
    """Those of one month (2026-11), the newest first."""
    rows = conn.execute(
        select(ledger_head).where(ledger_head.c.day.startswith(f"{month}-")).order_by(ledger_head.c.day.desc())
    )
    return [SignedHead(row.day, Head(row.seq, row.head), row.signature) for row in rows]


def of_day(conn: Connection, day: str) -> SignedHead | None:
    """That of one day; None if none was signed."""
    row = conn.execute(select(ledger_head).where(ledger_head.c.day == day)).one_or_none()
    return SignedHead(row.day, Head(row.seq, row.head), row.signature) if row else None


def months(conn: Connection) -> list[str]:
    """The months that have any, the newest first."""
    month = func.substr(ledger_head.c.day, 1, 7)
    return list(conn.execute(select(month).distinct().order_by(month.desc())).scalars())


def is_ours(keys: Keys, one: SignedHead) -> bool:
    """Whether this service signed it."""
    return is_signed(keys.public_key("ledger"), _signed(one.day, one.head), one.signature)


def as_json(one: SignedHead, organisation: str, public_key: bytes) -> str:
    """The file that is given away: what was signed, the signature, and the key to check it with, as hex digits."""
    shown = {
        "organisation": organisation, "day": one.day, "decisions": one.head.seq, "head": one.head.hash.hex(),
        "signature": one.signature.hex(), "public_key": public_key.hex(),
    }  # fmt: skip
    return json.dumps(shown, ensure_ascii=False, indent=2) + "\n"


def from_json(text: str, keys: Keys) -> SignedHead:
    """What such a file says. Raises NotAHead."""
    try:
        told = json.loads(text)
        head = Head(int(told["decisions"]), bytes.fromhex(told["head"]))
        one = SignedHead(str(told["day"]), head, bytes.fromhex(told["signature"]))
    except (ValueError, TypeError, KeyError) as error:
        raise NotAHead("this is no file of `sms-service ledger head`") from error
    if not is_ours(keys, one):
        raise NotAHead("its signature is not of this service, or the file was changed")
    return one


# --- the files of the days ----------------------------------------------------------------------------------------


def folder(data_dir: Path) -> Path:
    """Where the sweeper leaves a file for each day: ledger/2026-11-21.json."""
    return data_dir / "ledger"


def leave(folder: Path, day: str, text: str) -> None:
    """Leaves a file for a day: whole, or (OSError: the disk is full) not at all, and then the next round tries again."""
    half = folder / f".{day}.{os.getpid()}.half"
    try:
        with half.open("w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        half.rename(folder / f"{day}.json")
    finally:
        half.unlink(missing_ok=True)


def left(folder: Path, keys: Keys) -> tuple[list[SignedHead], list[Fault]]:
    """The heads in the files of the days, the oldest first, and which files are none. Another machine may have others."""
    found, faults = [], []
    for file in sorted(folder.glob("*.json")):
        if not DAY_NAMED.fullmatch(file.stem):
            continue  # somebody's own copy, under a name of his own
        try:
            one = from_json(file.read_text(encoding="utf-8"), keys)
        except (OSError, UnicodeDecodeError):
            faults.append(Fault(0, 0, f"the file {file.name} cannot be read"))
        except NotAHead as error:
            faults.append(Fault(0, 0, f"the file {file.name}: {error}"))
        else:
            if one.day == file.stem:
                found.append(one)
            else:
                faults.append(Fault(0, one.head.seq, f"the file {file.name} has the head of {one.day}"))
    return found, faults


def differing(closed: Sequence[SignedHead], left: Sequence[SignedHead]) -> Iterator[Fault]:
    """Days of which a file was left, and the database has no head or another one. A day without a file is none: the disk may
    be a new one."""
    rows = {one.day: one.head for one in closed}
    for one in left:
        if one.day not in rows:
            yield Fault(0, one.head.seq, f"a file was left with the head of {one.day}, and the database has none")
        elif rows[one.day] != one.head:
            yield Fault(
                0, one.head.seq, f"the head of {one.day} in the database is not the one in the file of that day"
            )

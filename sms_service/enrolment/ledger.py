"""The ledger as a chain: each decision hashed together with all before it, so that an edit, a deletion or a rewriting shows.

Three nets, for three kinds of hand. Each row carries a keyed hash from the moment it is written (`mac`): who has the
database but not the service key cannot change one. The sweeper chains new rows every ten seconds (`ledger_link`), in an
order that nobody waits for: a chain made inside the turns would have them all queue for one row. Each link has a keyed hash
too, and the newest is noted under the key (ledger_notes.py): nobody without it makes the chain anew, or cuts off its end. And
the head of each day is signed and given away (ledger_heads.py): who has the key as well would have to take back what others
hold.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Double,
    LargeBinary,
    Select,
    cast,
    func,
    insert,
    select,
    type_coerce,
)
from sqlalchemy.types import NullType

from sms_service.enrolment import ledger_notes
from sms_service.enrolment.ledger_notes import GENESIS, NEWEST, Head
from sms_service.privacy import Keys
from sms_service.store import blocks
from sms_service.store.tables import consent, ledger_link

LATER = ("report_word", "report_at", "change_sealed", "notice")
NOTHING = ("", None, None, "")
"""Columns of revision 0006, and a row that has nothing in any: its digest is what it was before. Where one has a value all
of them count, so that no two rows have one digest. A later revision adds columns after these in the same way."""

COVERED = (
    *(column for column in consent.columns if column.name not in ("id", "mac", *LATER)),
    *(consent.c[name] for name in LATER),
)
"""What the digest of a row is made of, in the order of the table."""

AS_THEY_ARE = (
    cast(consent.c.mac, LargeBinary).label("mac"),
    *(type_coerce(one, NullType()).label(one.name) if isinstance(one.type, LargeBinary) else one for one in COVERED),
)
"""The mac and what it is of, as the database has them: text that somebody wrote into a column of bytes is a fault to be named,
and would end the walk."""

BEFORE = len(COVERED) - len(LATER)

CHANGED = "it was changed, or written by somebody without our key"
WITHOUT_MAC = "it has no mac: somebody without our key wrote it"
NEVER_CHAINED = "it has no link, and is too old to get one: it came long after its number, or its link was taken away"
NOT_OUR_LINK = "its link was changed, or written by somebody without our key"

BLOCK = 2_000
"""Rows that one transaction chains, or one look of `verify` reads."""

LATE = 10_000
"""Ids below the newest chained one among which unchained rows are looked for: transactions do not commit in the order of
their ids, but none stays open while so many others decide. `verify` names any that did."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row: its number in the ledger (`row`, 0 where it has none) and in the chain (`seq`)."""

    row: int
    seq: int
    problem: str


def digest(values: Mapping[str, Any]) -> bytes:
    """SHA-256 of a decision that is about to be written."""
    return _digest([float(values[one.name]) if _is_time(one, values) else values[one.name] for one in COVERED])


def _is_time(column: Column[Any], values: Mapping[str, Any]) -> bool:
    return isinstance(column.type, Double) and values[column.name] is not None  # a whole number comes back as 5.0


def _digest(covered: Sequence[Any]) -> bytes:
    """Of the covered columns, as one array of MessagePack: each with its type and length, so that no two rows are one text."""
    counting = covered[:BEFORE] if tuple(covered[BEFORE:]) == NOTHING else covered
    return hashlib.sha256(msgspec.msgpack.encode(counting)).digest()


def _linked(digest: bytes, mac: bytes | None) -> bytes:
    """What the chain holds of a row: its digest, with its mac, so that none is taken away either."""
    return hashlib.sha256(digest + (mac or b"")).digest()


def _next(head: bytes, seq: int, consent_id: int, linked: bytes) -> bytes:
    return hashlib.sha256(head + struct.pack(">QQ", seq, consent_id) + linked).digest()


def head(conn: Connection) -> Head:
    """The end of the chain."""
    row = conn.execute(
        select(ledger_link.c.seq, ledger_link.c.head).order_by(ledger_link.c.seq.desc()).limit(1)
    ).one_or_none()
    return Head(row.seq, row.head) if row else Head(0, GENESIS)


def is_behind(conn: Connection) -> bool:
    """Whether anything was decided, or has committed at last, since rows were chained last."""
    return conn.execute(_to_chain(conn, consent.c.id).limit(1)).first() is not None


def _newest(conn: Connection) -> int:
    """The highest id of a chained row."""
    return int(conn.execute(select(func.coalesce(func.max(ledger_link.c.consent_id), 0))).scalar_one())


def _to_chain(conn: Connection, *columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns)
        .outerjoin(ledger_link, ledger_link.c.consent_id == consent.c.id)
        .where(consent.c.id > _newest(conn) - LATE, ledger_link.c.seq.is_(None))
    )


def chain(conn: Connection, keys: Keys) -> int:
    """Chains what was decided since the last time, at most BLOCK rows; how many they were. One process at a time.

    Whoever wrote them: what was forged is chained like the rest, so that it cannot be taken away again, and `faults` names it
    for ever."""
    blocks.one_at_a_time(conn, ledger_link)
    last = head(conn)
    query = _to_chain(conn, consent.c.id, *AS_THEY_ARE).order_by(consent.c.id).limit(BLOCK)
    links, seq, before = [], last.seq, last.hash
    for consent_id, mac, *covered in conn.execute(query):
        linked, seq = _linked(_digest(covered), mac), seq + 1
        before = _next(before, seq, consent_id, linked)
        mac = ledger_notes.link_mac(keys, before)
        links.append({"seq": seq, "consent_id": consent_id, "digest": linked, "head": before, "mac": mac})
    if links:
        conn.execute(insert(ledger_link), links)
        ledger_notes.prolong(conn, keys, Head(seq, before))
    return len(links)


# --- is it as it was? ---------------------------------------------------------------------------------------------


def faults(conn: Connection, keys: Keys, known: Sequence[Head]) -> Iterator[Fault | int]:
    """Walks all of the chain, and yields what is wrong with it; between, after each BLOCK, how many rows it has seen.
    `known`: heads that it must have had, from wherever they were kept. Whether the members are those who said yes is another
    question (ledger_members.py)."""
    may_lack, end, problems = _noted(conn, keys)
    yield from (Fault(0, 0, problem) for problem in problems)
    wanted = _wanted([*known, may_lack, *([end] if end else [])])
    before, seq, keyed = GENESIS, 0, 0
    for link, of, linked, head, link_mac, consent_id, mac, *covered in _chained(conn):
        seq += 1
        if link != seq:
            yield Fault(0, seq, f"{link - seq} links of the chain are missing before link {link}")
            seq = link
        if consent_id is None:
            yield Fault(of, seq, "it was deleted")
        elif problem := _problem(keys, covered, mac, linked, may_lack_mac=link <= may_lack.seq):
            yield Fault(of, seq, problem)
        if problem := _link_problem(keys, _next(before, link, of, linked), head, link_mac):
            yield Fault(of, seq, problem)
        before, keyed = head, seq if link_mac is not None else keyed
        if wanted.pop(seq, {before}) != {before}:
            yield Fault(of, seq, "the head that was kept is another one: the chain was rewritten up to here")
        if seq % BLOCK == 0:
            yield seq
    yield seq
    if end and keyed > end.seq:
        yield Fault(0, keyed, ledger_notes.PUT_BACK)
    missing = "a head of link {} was kept, and there is no such link: the chain ends at {}"
    yield from (Fault(0, cut, missing.format(cut, seq)) for cut in sorted(wanted.keys() - {0}))
    yield from _unchained(conn, keys)


def _noted(conn: Connection, keys: Keys) -> tuple[Head, Head | None, list[str]]:
    """Up to which link rows may lack a mac, where the chain ended after our last round, and what is wrong with these notes."""
    bare, wrong_bare = ledger_notes.noted(conn, keys, ledger_notes.WITHOUT_MAC)
    end, wrong_end = ledger_notes.noted(conn, keys, NEWEST)
    if end is None and not wrong_end:
        wrong_end = ledger_notes.GONE
    return bare or Head(0, GENESIS), end, [one for one in (wrong_bare, wrong_end) if one]


def _link_problem(keys: Keys, computed: bytes, head: bytes, mac: bytes | None) -> str:
    """What is wrong with a link; "" if nothing is. Sweepers of earlier releases write links without a mac: those stand under
    that of the next one of ours, and all of them under the note of the newest link."""
    if computed != head:
        return "the chain does not fit what comes before it"
    return "" if mac is None or ledger_notes.link_mac(keys, head) == mac else NOT_OUR_LINK


def _wanted(known: Sequence[Head]) -> dict[int, set[bytes]]:
    """The hashes by link. One link has several: of days on which nobody decided, and of files that others kept."""
    wanted: dict[int, set[bytes]] = {}
    for one in known:
        wanted.setdefault(one.seq, set()).add(one.hash)
    return wanted


def _chained(conn: Connection) -> Iterator[tuple[Any, ...]]:
    """Every link with its row of the ledger, a block at a time: millions fit into no memory."""
    link = (ledger_link.c[name] for name in ("seq", "consent_id", "digest", "head", "mac"))
    query = (
        select(*link, consent.c.id, *AS_THEY_ARE)
        .outerjoin(consent, consent.c.id == ledger_link.c.consent_id)
        .order_by(ledger_link.c.seq)
    )
    for row in conn.execution_options(yield_per=BLOCK).execute(query):
        yield tuple(row)


def _problem(keys: Keys, covered: Sequence[Any], mac: bytes | None, linked: bytes, may_lack_mac: bool) -> str:
    """What is wrong with a row that has a link; "" if nothing is."""
    digest = _digest(covered)
    if _linked(digest, mac) != linked:
        # A sweeper of the release before chains what it knows of a row, and its mac; the mac holds the rest.
        older = _digest([*covered[:BEFORE], *NOTHING])
        if mac is None or _linked(older, mac) != linked:
            return "it is not as it was when it was chained"
    if mac is None:
        return "" if may_lack_mac else WITHOUT_MAC
    return CHANGED if keys.ledger_mac(digest) != mac else ""


def _unchained(conn: Connection, keys: Keys) -> Iterator[Fault]:
    """What was written since the sweeper's last round has no link yet, but its mac; what is older has none at all."""
    newest = _newest(conn)
    query = (
        select(consent.c.id, *AS_THEY_ARE)
        .outerjoin(ledger_link, ledger_link.c.consent_id == consent.c.id)
        .where(ledger_link.c.seq.is_(None))
        .order_by(consent.c.id)
    )
    for consent_id, mac, *covered in conn.execution_options(yield_per=BLOCK).execute(query):
        if mac is None:
            yield Fault(consent_id, 0, WITHOUT_MAC)
        elif keys.ledger_mac(_digest(covered)) != mac:
            yield Fault(consent_id, 0, CHANGED)
        elif consent_id <= newest - LATE:
            yield Fault(consent_id, 0, NEVER_CHAINED)


@dataclass(frozen=True, slots=True)
class Held:
    """How one row stands in the chain: its link (0: not chained yet), the head there, and what is wrong with it, or ""."""

    seq: int
    head: bytes
    problem: str


def held(conn: Connection, keys: Keys, row_id: int) -> Held:
    """Looks at one row alone: whether it is as it was written, and as it was chained, and follows the link before it."""
    query = select(*AS_THEY_ARE).where(consent.c.id == row_id)
    mac, *covered = conn.execute(query).one()
    link = conn.execute(select(ledger_link).where(ledger_link.c.consent_id == row_id)).one_or_none()
    if link is None:
        written = mac is not None and keys.ledger_mac(_digest(covered)) == mac
        return Held(0, b"", "" if written else WITHOUT_MAC if mac is None else CHANGED)
    before = conn.execute(select(ledger_link.c.head).where(ledger_link.c.seq == link.seq - 1)).scalar_one_or_none()
    bare, _, _ = _noted(conn, keys)
    problem = _problem(keys, covered, mac, link.digest, may_lack_mac=link.seq <= bare.seq)
    follows = _next(before or GENESIS, link.seq, row_id, link.digest)
    return Held(link.seq, link.head, problem or _link_problem(keys, follows, link.head, link.mac))

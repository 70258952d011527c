"""What holds for the whole database: the numbers of its service keys, and the Root that none of them may change.

Rows: `key 1`, `key 2` ... have the fingerprints of the service keys in the order in which they came; `root` the Root, wrapped
by one of them; `closed 1` says that nothing new may come under key 1, `over 1` that nothing is under it, not yet or not any
more; `without mac` and `newest link` are the ledger's (enrolment/ledger_notes.py). `key` is the check of releases before
revision 0006: those would find nobody in a database that was begun since, so it has a value there with which they refuse to
start.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from sms_service.privacy import NUMBER_MAX, Keys, Root, Unreadable, fingerprint, number_of
from sms_service.store import rotation
from sms_service.store.tables import installation

FOUNDER, ROOT, OVER, CLOSED = "key", "root", "over", "closed"
ROOT_COLUMN = "installation.root"

WRITING_LOCK = 728
"""The advisory locks (with the number of the key) of transactions that write under a service key. SQLite has one writer, and
needs none."""

BEGUN_SINCE = b"begun by a release that keeps its root apart"


class NotItsKeys(Exception):
    """This database was begun with another service key, or needs one that was taken away. The message says which."""


def keys_of(conn: Connection, masters: Sequence[bytes]) -> Keys:
    """The keys of this database, from the service keys that this process was given (the first one wraps). A key that comes
    for the first time gets the next number; the first process of all settles the Root.

    Raises NotItsKeys. With other keys every number would be a stranger's and no name readable: better not to start.
    """
    if not fingerprints(conn):
        _begin(conn, masters)
    if not {fingerprint(one) for one in masters} & set(fingerprints(conn).values()):
        raise NotItsKeys("this database was begun with another service key")
    numbers = [_number(conn, fingerprint(one)) for one in masters]
    _open(conn, numbers[0])
    for missing in sorted(fingerprints(conn).keys() - set(numbers)):
        # A process of a release that knows of no numbers writes under key 1 whatever is said here: so the rows are looked at.
        if missing not in _named(conn, OVER) or rotation.is_under(conn, missing):
            raise NotItsKeys(
                f"service key {missing} of this database is missing, "
                "and may not be taken away before `sms-service keys rotate`"
            )
    try:
        root = Root.read(Keys(*masters, numbers=numbers).service.decrypt_bytes(ROOT_COLUMN, _value(conn, ROOT)))
    except Unreadable as error:
        raise NotItsKeys("the root of this database is damaged or was deleted: take it from a backup") from error
    return Keys(*masters, numbers=numbers, root=root)


def _open(conn: Connection, number: int) -> None:
    """This key wraps, from now on."""
    wraps_not = installation.c.name.in_((f"{OVER} {number}", f"{CLOSED} {number}"))
    if conn.execute(select(installation.c.name).where(wraps_not)).first():
        wait_for_writers(conn, [number])  # and for whoever is just noting that nothing is under it
        conn.execute(delete(installation).where(wraps_not))


def _begin(conn: Connection, masters: Sequence[bytes]) -> None:
    """Settles the first key and the Root; of several processes that start together the first one does."""
    before = _value(conn, FOUNDER)
    founder = next((one for one in masters if fingerprint(one) == before), None)
    if before not in (b"", BEGUN_SINCE) and founder is None:  # BEGUN_SINCE: by another process, a moment ago
        raise NotItsKeys("this database was begun with another service key")
    first = founder or masters[0]
    root = Root.of_key(first) if founder else Root.random()
    _put(conn, FOUNDER, BEGUN_SINCE)
    wrapped = Keys(first, root=root).service.encrypt_bytes(ROOT_COLUMN, root.data)
    _put(conn, ROOT, wrapped)
    if _value(conn, ROOT) == wrapped:
        _put(conn, f"{FOUNDER} 1", fingerprint(first))


def _number(conn: Connection, print_: bytes) -> int:
    """The number of a key, its own since it came first."""
    while True:
        known = fingerprints(conn)
        if print_ in known.values():
            return next(number for number, one in known.items() if one == print_)
        if (number := max(known) + 1) > NUMBER_MAX:
            raise NotItsKeys(
                f"this database had {NUMBER_MAX} service keys; it can have no more, and a new one was given"
            )
        _put(conn, f"{FOUNDER} {number}", print_)
        _put(conn, f"{OVER} {number}", b"")  # else a machine that does not have it yet could not be started again


def rewrap_root(conn: Connection, keys: Keys) -> bool:
    """Has the Root wrapped by the first key; False if it is already. Raises Unreadable."""
    wrapped = _value(conn, ROOT)
    if number_of(wrapped) == keys.number:
        return False
    value = keys.service.encrypt_bytes(ROOT_COLUMN, keys.service.decrypt_bytes(ROOT_COLUMN, wrapped))
    same = (installation.c.name == ROOT) & (installation.c.value == wrapped)
    return conn.execute(update(installation).where(same).values(value=value)).rowcount == 1


def root_number(conn: Connection) -> int:
    """Which key wraps the Root."""
    return number_of(_value(conn, ROOT))


def to_write_with(conn: Connection, keys: Keys) -> Keys:
    """The keys of this process, beginning with one that this transaction may write under: a process that was not started anew
    may have one first that was replaced meanwhile, and then uses the next.

    Raises NotItsKeys if it has none of those that are in use.
    """
    for number in keys.numbers:
        if conn.dialect.name == "postgresql":
            conn.execute(select(func.pg_advisory_xact_lock_shared(WRITING_LOCK, number)))
        if number not in closed(conn):
            return keys if number == keys.number else keys.beginning_with(number)
    raise NotItsKeys(
        f"service key {keys.number} of this process was replaced: start it anew with the key that replaced it"
    )


def close(conn: Connection, numbers: Iterable[int]) -> None:
    """Whoever begins to write after this transaction does not write under these keys."""
    for number in numbers:
        _put(conn, f"{CLOSED} {number}", b"")


def wait_for_writers(conn: Connection, numbers: Iterable[int]) -> None:
    """Until nobody is writing under these keys; and nobody begins to, before this transaction ends."""
    for number in sorted(numbers):
        if conn.dialect.name == "postgresql":
            conn.execute(select(func.pg_advisory_xact_lock(WRITING_LOCK, number)))


def closed(conn: Connection) -> set[int]:
    """The numbers of the keys that nothing new may come under."""
    return _named(conn, CLOSED)


def is_elsewhere(conn: Connection, keys: Keys, sealed: bytes) -> bool:
    """Whether this is under a service key of this database that this process was not given: others can read it."""
    number = number_of(sealed)
    return number not in keys.numbers and number in fingerprints(conn)


def set_over(conn: Connection, numbers: Iterable[int]) -> None:
    """Nothing is under these keys any more: a process may start without them."""
    for number in numbers:
        _put(conn, f"{OVER} {number}", b"")


def _named(conn: Connection, what: str) -> set[int]:
    names = conn.execute(select(installation.c.name).where(installation.c.name.like(f"{what} %"))).scalars()
    return {int(name.removeprefix(f"{what} ")) for name in names}


def fingerprints(conn: Connection) -> dict[int, bytes]:
    """Of all keys that this database ever had, by their numbers."""
    rows = conn.execute(
        select(installation.c.name, installation.c.value).where(installation.c.name.like(f"{FOUNDER} %"))
    )
    return {int(name.removeprefix(f"{FOUNDER} ")): value for name, value in rows}


def missing(conn: Connection, numbers: Iterable[int]) -> set[int]:
    """The keys of this database that something may lie under, but for these."""
    return fingerprints(conn).keys() - set(numbers) - _named(conn, OVER)


def is_noted(conn: Connection, name: str) -> bool:
    """Whether there is a row of this name."""
    return conn.execute(select(installation.c.name).where(installation.c.name == name)).first() is not None


def note(conn: Connection, name: str, value: bytes) -> None:
    """Writes down what is settled once, by whoever comes first."""
    _put(conn, name, value)


def _value(conn: Connection, name: str) -> bytes:
    value: bytes | None = conn.execute(
        select(installation.c.value).where(installation.c.name == name)
    ).scalar_one_or_none()
    return value or b""


def _put(conn: Connection, name: str, value: bytes) -> None:
    """Writes a row, where there is none of this name."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    row = dialect.insert(installation).values(name=name, value=value)
    conn.execute(row.on_conflict_do_nothing(index_elements=["name"]))

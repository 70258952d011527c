"""What holds for the whole database: the numbers of its service keys, and the Root that none of them may change.

Rows: `key 1`, `key 2` ... have the fingerprints of the service keys in the order in which they came; `root` the Root, wrapped
by one of them; `over 1` says that nothing is under key 1, not yet or not any more. `key` is the check of releases before
revision 0006: those would find nobody in a database that was begun since, so it has a value there with which they refuse to
start.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from sms_service.privacy import NUMBER_MAX, Keys, Root, Unreadable, fingerprint, number_of
from sms_service.store.tables import installation

FOUNDER, ROOT, OVER = "key", "root", "over"
ROOT_COLUMN = "installation.root"

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
    conn.execute(delete(installation).where(installation.c.name == f"{OVER} {numbers[0]}"))  # it wraps, from now on
    if missing := sorted(fingerprints(conn).keys() - set(numbers) - _over(conn)):
        raise NotItsKeys(
            f"service key {missing[0]} of this database is missing, and may not be taken away before `sms-service keys rotate`"
        )
    try:
        root = Root.read(Keys(*masters, numbers=numbers).service.decrypt_bytes(ROOT_COLUMN, _value(conn, ROOT)))
    except Unreadable as error:
        raise NotItsKeys("the root of this database is damaged or was deleted: take it from a backup") from error
    return Keys(*masters, numbers=numbers, root=root)


def _begin(conn: Connection, masters: Sequence[bytes]) -> None:
    """Settles the first key and the Root; of several processes that start together the first one does."""
    before = _value(conn, FOUNDER)
    founder = next((one for one in masters if fingerprint(one) == before), None)
    if before and founder is None:
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


def set_over(conn: Connection, numbers: Iterable[int]) -> None:
    """Nothing is under these keys any more: a process may start without them."""
    for number in numbers:
        _put(conn, f"{OVER} {number}", b"")


def _over(conn: Connection) -> set[int]:
    names = conn.execute(select(installation.c.name).where(installation.c.name.like(f"{OVER} %"))).scalars()
    return {int(name.removeprefix(f"{OVER} ")) for name in names}


def fingerprints(conn: Connection) -> dict[int, bytes]:
    """Of all keys that this database ever had, by their numbers."""
    rows = conn.execute(
        select(installation.c.name, installation.c.value).where(installation.c.name.like(f"{FOUNDER} %"))
    )
    return {int(name.removeprefix(f"{FOUNDER} ")): value for name, value in rows}


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

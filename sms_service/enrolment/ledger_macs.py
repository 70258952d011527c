"""Up to which link decisions may lack a mac: settled once, by the first process that comes with this release.

Releases before revision 0004 wrote decisions without a mac. Whoever may write to the database and has no key can do the same;
so the rows that may lack one are counted, chained, and written down under our key. The head stands in the note too: a
row that is put in among them later does not fit it. With it begins the note of the newest link (ledger_notes.py).
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, select

from sms_service.enrolment import ledger, ledger_notes
from sms_service.privacy import Keys
from sms_service.store import database, installation
from sms_service.store.tables import consent


def settle(engine: Engine, keys: Keys) -> None:
    """Writes both notes, where there is none and this release has not written any decision yet; else whoever takes them
    away would have it written anew, over what he has forged. Raises SQLAlchemy's errors."""
    with database.reading(engine).connect() as conn:
        if installation.is_noted(conn, ledger_notes.WITHOUT_MAC) or _has_decided(conn):
            return
    chained = True
    while chained:
        with engine.begin() as conn:
            chained = ledger.is_behind(conn) and bool(ledger.chain(conn, keys))
    with engine.begin() as conn:
        last = ledger.head(conn)
        for name in (ledger_notes.WITHOUT_MAC, ledger_notes.NEWEST):
            installation.note(conn, name, ledger_notes.note(keys, name, last))


def _has_decided(conn: Connection) -> bool:
    """Whether this release has written any decision: its rows name the notice that was in force (revision 0006)."""
    database.takes_long(conn)  # no index helps, but it is looked for only once
    ours = select(consent.c.id).where(consent.c.notice != "").order_by(consent.c.id.desc()).limit(1)
    return conn.execute(ours).first() is not None

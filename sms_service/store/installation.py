"""What holds for the whole database: which service key its personal data is encrypted with."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from sms_service.privacy import Keys
from sms_service.store.tables import installation


def is_key_of(conn: Connection, keys: Keys) -> bool:
    """Whether `keys` are those that this database began with; the first to ask settles it.

    With other keys every number would be a stranger's and no name readable: better not to start.
    """
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    ours = keys.index("installation", "key")
    row = dialect.insert(installation).values(name="key", value=ours)
    conn.execute(row.on_conflict_do_nothing(index_elements=["name"]))
    settled: bytes = conn.execute(select(installation.c.value).where(installation.c.name == "key")).scalar_one()
    return settled == ours

"""The lights in which the addresses are asked: SQL that is held by somebody else for a while, and a Redis that is gone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

HELD, FREE = 4.0, 1.0
"""Seconds for which nothing can be written, longer than a statement may take; and for which it can."""


@contextmanager
def sql_held(url: str) -> Iterator[None]:
    """While this lasts, somebody holds the database again and again, so that nobody else can write (PostgreSQL: or read
    anything of a person; one table alone, of two a deadlock would come)."""
    stop = threading.Event()
    engine = create_engine(make_url(url), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    begin, hold = ("BEGIN EXCLUSIVE", "SELECT 1") if engine.dialect.name == "sqlite" else ("BEGIN", "LOCK TABLE person")

    def hold_again_and_again() -> None:
        with engine.connect() as conn:
            while not stop.is_set():
                conn.execute(text(begin))
                conn.execute(text(hold))
                stop.wait(HELD)
                conn.execute(text("ROLLBACK"))
                stop.wait(FREE)

    thread = threading.Thread(target=hold_again_and_again, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()

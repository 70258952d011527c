"""The ledger, opened for a command."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from sms_service.config import Config, read_config

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from sms_service.privacy import Keys

STATEMENT_TIMEOUT_MS = 3_600_000
"""Milliseconds that one statement may take: a walk through millions of rows is one."""


@contextmanager
def opened() -> Iterator[tuple[Config, Engine, Keys]]:
    """Settings, database and keys."""
    from sms_service.service import open_keys
    from sms_service.store import database

    config = read_config()
    engine = database.open_database(config.sql_url, STATEMENT_TIMEOUT_MS)
    try:
        database.migrate(engine)
        yield config, engine, open_keys(config, engine)
    finally:
        engine.dispose()


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """One state of the database, whatever is decided meanwhile: else members and consents that are counted one after the
    other would never fit. Nobody waits for it."""
    from sms_service.store import database

    reads = database.reading(engine)
    if engine.dialect.name == "postgresql":
        reads = reads.execution_options(isolation_level="REPEATABLE READ")
    with reads.connect() as conn:
        yield conn


def end(message: str) -> NoReturn:
    """Says what is wrong. Exit code 1."""
    print(message, file=sys.stderr)
    sys.exit(1)

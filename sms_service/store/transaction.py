"""One transaction, run until it is committed or cannot be: again when another message of the same person came first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from sms_service.store import database
from sms_service.store.database import SqlDown

MAX_TRIES = 25
"""How often a transaction is run again when another message of the same person came first. Each try that fails means
that one other message was taken, so this is how many texts one phone may have in the air at the same instant."""

MAX_REFUSED = 3
"""How often it is run again when the database refuses it as it stands - a deadlock, or a unique key that another message
was quicker to take; more would be a fault of ours, not of the moment."""

Made = TypeVar("Made")


class Conflict(Exception):
    """Another message of the same person was taken meanwhile: run this one again, on what is true now."""


def run(engine: Engine, take: Callable[[Connection], Made], until: float | None = None) -> Made:
    """BEGIN, `take`, COMMIT. Raises SqlDown if the database cannot, or not by the deadline `until` (database.deadline), and
    its own errors where we asked for nonsense."""
    refused = 0
    for _ in range(MAX_TRIES):
        try:
            with engine.begin() as conn:
                if until is not None:
                    conn.execution_options(until=until)
                made = take(conn)
                database.in_time(until)
                return made
        except Conflict:
            continue
        except PoolTimeout as error:  # all connections of this process wait for a database that does not answer
            raise SqlDown("no connection became free") from error
        except DBAPIError as error:
            refused += 1
            again = database.worth_another_try(error)
            if again and refused <= MAX_REFUSED:
                continue
            if again or database.is_down(error):
                raise SqlDown(type(error.orig).__name__) from error
            raise
    raise SqlDown(f"{MAX_TRIES} tries in vain: this person's other messages came first each time")

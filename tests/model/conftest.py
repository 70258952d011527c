"""What the examples of the model share: two stand-ins, a Valkey, and PostgreSQL where it is asked for."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from sqlalchemy import make_url, text

from tests.databases import administrator
from tests.model.world import Parts, ToldAfricasTalking, ToldTwilio


@pytest.fixture
def parts(valkey_url: str, request: pytest.FixtureRequest) -> Iterator[Parts]:
    """`MODEL_DATABASE=postgres` has each example in a PostgreSQL; else it is in a SQLite."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that `make model` leaves no Valkey behind
    database: Callable[[], str] = lambda: ""  # noqa: E731
    if os.environ.get("MODEL_DATABASE") == "postgres":
        database = partial(_another, request.getfixturevalue("postgres_url"))
    with ToldTwilio() as twilio, ToldAfricasTalking() as africastalking:
        yield Parts(twilio, africastalking, valkey_url, database)
    signal.signal(signal.SIGTERM, before)


def _another(server: str) -> str:
    """An empty database; there is one of them at a time."""
    name = f"t_model_{uuid.uuid4().hex[:8]}"
    with administrator(make_url(server).set(drivername="postgresql+psycopg")).connect() as conn:
        old = conn.execute(text("SELECT datname FROM pg_database WHERE datname LIKE 't\\_model\\_%'")).scalars().all()
        for one in old:
            conn.execute(text(f"DROP DATABASE {one} WITH (FORCE)"))
        conn.execute(text(f"CREATE DATABASE {name}"))
    return server.replace("/postgres?", f"/{name}?")

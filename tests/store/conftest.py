"""A migrated database, on SQLite and on PostgreSQL, with people in it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert

from sms_service.config import PREFIX, read_config
from sms_service.privacy import Keys
from sms_service.store import database, outbox, people
from sms_service.store.people import Person
from sms_service.store.tables import area, enroler
from tests import databases
from tests.conftest import KEY

NOW = 1_700_000_000.0
PHONE = "+919876543210"

Say = Callable[..., str]


@pytest.fixture
def url(stack: dict[str, str]) -> str:
    """The address of an empty database."""
    return read_config({f"{PREFIX}{name}": value for name, value in stack.items()}).sql_url


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """A database at the newest revision."""
    databases.migrated(url)
    opened = database.open_database(url)
    yield opened
    opened.dispose()


@pytest.fixture
def conn(engine: Engine, her: Person) -> Iterator[Connection]:
    """One transaction, for tests that need no more; begun last, since SQLite has one writer."""
    with engine.begin() as begun:
        yield begun


@pytest.fixture
def keys() -> Keys:
    return Keys(base64.b64decode(KEY))


@pytest.fixture
def her(engine: Engine, keys: Keys) -> Person:
    """Somebody who never wrote."""
    with engine.begin() as begun:
        return people.find_or_add(begun, keys, PHONE, "hi", "twilio", NOW)


@pytest.fixture
def say(engine: Engine) -> Say:
    """Queues a message to somebody; its ref."""
    said: dict[int, int] = {}

    def queue(to: Person, text: str = "hello", due_at: float = NOW, channel: str = "twilio", **values: Any) -> str:
        turn_no = said[to.id] = said.get(to.id, 0) + 1
        ref = f"{to.id}-{turn_no}"
        row = {
            "ref": ref, "person_id": to.id, "turn_no": turn_no, "channel": channel, "flow": "confirm",
            "text_sealed": to.key.encrypt("outbox.text", text), "to_stopped": False, "due_at": due_at,
            "created_at": NOW, **values,
        }  # fmt: skip
        with engine.begin() as begun:
            outbox.add(begun, row)
        return ref

    return queue


def make_enroler(conn: Connection, somebody: Person, status: str = "activated") -> None:
    """Appoints somebody, in an area of her own."""
    added = conn.execute(insert(area).values(code=f"A{somebody.id}", level="booth", name="Booth 12", target=0))
    [area_id] = added.inserted_primary_key or (0,)
    name = somebody.key.encrypt("enroler.name", "Sunita Devi")
    conn.execute(
        insert(enroler).values(
            person_id=somebody.id, area_id=area_id, level="booth", name_sealed=name, status=status, created_at=NOW
        )
    )

"""A database remembers which service key it was begun with."""

from __future__ import annotations

import secrets

import pytest
from sqlalchemy import Connection, select

from sms_service.config import ConfigError, read_config
from sms_service.privacy import Keys
from sms_service.service import open_keys
from sms_service.store import installation
from sms_service.store.tables import installation as table
from tests.town import Town


def test_the_first_key_settles_it(conn: Connection, keys: Keys) -> None:
    other = Keys(secrets.token_bytes(32))

    assert installation.is_key_of(conn, keys)
    assert not installation.is_key_of(conn, other)
    assert installation.is_key_of(conn, keys)


def test_the_key_itself_is_not_stored(conn: Connection, keys: Keys) -> None:
    installation.is_key_of(conn, keys)
    [stored] = conn.execute(select(table.c.value)).scalars()
    assert stored != bytes(range(32))


def test_a_service_with_another_key_does_not_start(any_town: Town) -> None:
    environment = {**any_town.environment, "SMS_SERVICE__PRIVACY__KEY": secrets.token_bytes(32).hex()}
    with pytest.raises(
        ConfigError, match="this database was begun with another service key: set SMS_SERVICE__PRIVACY__KEY"
    ):
        open_keys(read_config(environment), any_town.service.engine)

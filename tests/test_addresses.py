"""Addresses of what runs on several machines, as operators write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy.dialects.postgresql import psycopg

from sms_service.addresses import Sentinels, sentinels, sqlalchemy_address
from sms_service.config import ConfigError, read_config


@pytest.mark.parametrize(
    ("url", "hosts", "ports"),
    [
        ("postgresql://u@one,two/d", "one,two", "5432,5432"),
        ("postgresql://u@one:5433,two:5434/d", "one,two", "5433,5434"),
        ("postgres://u@one:5433,two/d", "one,two", "5433,5432"),
    ],
)
def test_a_database_on_several_hosts(url: str, hosts: str, ports: str) -> None:
    _, given = psycopg.dialect().create_connect_args(make_url(sqlalchemy_address(url)))

    assert (given["host"], given["port"], given["user"], given["dbname"]) == (hosts, ports, "u", "d")
    assert given["target_session_attrs"] == "read-write", "a standby is of no use to us"


def test_what_the_address_says_besides_is_kept() -> None:
    url = sqlalchemy_address("postgresql://u:p%40ss@one,two/d?target_session_attrs=any&sslmode=require")
    _, given = psycopg.dialect().create_connect_args(make_url(url))

    assert (given["password"], given["sslmode"], given["target_session_attrs"]) == ("p@ss", "require", "any")


@pytest.mark.parametrize("url", ["redis://h:1/2", "rediss://h", "unix:///x.sock"])
def test_the_address_of_redis_itself_names_no_sentinels(url: str) -> None:
    assert sentinels(url) is None


def test_sentinels() -> None:
    assert sentinels("redis+sentinel://one,two:26380,[::1]:3/live") == Sentinels(
        hosts=(("one", 26379), ("two", 26380), ("::1", 3)), name="live"
    )
    assert sentinels("rediss+sentinel://u:p%40ss@one/live/2?sentinel_password=s") == Sentinels(
        hosts=(("one", 26379),),
        name="live",
        database=2,
        username="u",
        password="p@ss",
        sentinel_password="s",
        tls=True,
    )


@pytest.mark.parametrize(
    "url",
    [
        "redis+sentinel://one,two",
        "redis+sentinel:///live",
        "redis+sentinel://one,/live",
        "redis+sentinel://one:x/live",
        "redis+sentinel://one/live/x",
        "redis+sentinel://one/live?password=p",
    ],
)
def test_an_address_of_sentinels_that_lacks_something_is_refused_at_the_start(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"redis_url: write redis\+sentinel://HOST:26379"):
        read_config({"SMS_SERVICE__REDIS_URL": url}, tmp_path / "config.yaml")


def test_passwords_are_not_shown() -> None:
    assert "secret" not in repr(sentinels("redis+sentinel://:secret@one/live?sentinel_password=secret"))

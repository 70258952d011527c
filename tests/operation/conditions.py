"""Each condition of the table in docs/deploy.md, What to watch: produced here where a service runs, and ended again."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, text, update

from sms_service import launch, looking
from sms_service.config_keys import service_keys
from sms_service.store import alive, flow_versions, gateway_down, gateway_faults, installation
from sms_service.store import installation as keys
from sms_service.store.spool import MAX_TRIES, Spooled
from sms_service.store.tables import gateway_fault, outbox
from sms_service.store.tables import installation as installed
from tests.conftest import KEY
from tests.crash.conftest import OwnValkey
from tests.crash.waiting import until
from tests.databases import administrator
from tests.town import ENTRY, Town

OTHER_KEY = KEY.replace("A", "B", 1)
TABLE = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
GATEWAY_FAILURES = 3


def told() -> list[tuple[str, str]]:
    """Name and beginning of the sentence of each row of the table."""
    deploy = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text()
    section = deploy.partition("## What to watch")[2].partition("\n## ")[0]
    return [(name, sentence.strip()) for name, _, sentence in TABLE.findall(section)]


class Installation:
    """A service on PostgreSQL and a Valkey of its own, with flow files of its own."""

    def __init__(self, town: Town, valkey: OwnValkey, flows: Path, patch: pytest.MonkeyPatch) -> None:
        self.town, self.valkey, self.flows, self.patch = town, valkey, flows, patch
        self.environment = dict(town.environment)
        self.server = administrator(town.service.engine.url.set(database="postgres"))
        self.database = town.service.engine.url.database

    def sql(self, statement: str) -> None:
        """In the installation's database."""
        with self.town.service.engine.begin() as conn:
            conn.execute(text(statement))

    def serve(self, statement: str) -> None:
        """On the server, with nobody connected to the installation's database afterwards."""
        with self.server.connect() as conn:
            conn.execute(text(statement))
            conn.execute(
                text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.database}'")
            )


@contextmanager
def sql_away(one: Installation) -> Iterator[None]:
    one.serve(f"ALTER DATABASE {one.database} ALLOW_CONNECTIONS false")
    try:
        yield
    finally:
        one.serve(f"ALTER DATABASE {one.database} ALLOW_CONNECTIONS true")


@contextmanager
def migration_missing(one: Installation) -> Iterator[None]:
    one.sql("CREATE TABLE kept_version AS SELECT * FROM alembic_version")
    one.sql("UPDATE alembic_version SET version_num = '0009'")
    yield
    one.sql("UPDATE alembic_version SET version_num = (SELECT version_num FROM kept_version)")
    one.sql("DROP TABLE kept_version")


@contextmanager
def key_missing(one: Installation) -> Iterator[None]:
    """Another machine was started with a new key first."""
    new = one.town.config.model_copy(
        update={"privacy": one.town.config.privacy.model_copy(update={"key": f"{OTHER_KEY},{KEY}"})}
    )
    with one.town.service.engine.begin() as conn:
        keys.keys_of(conn, service_keys(new))
    yield
    with one.town.service.engine.begin() as conn:
        conn.execute(delete(installed).where(installed.c.name == f"{installation.FOUNDER} 2"))


@contextmanager
def clocks_apart(one: Installation) -> Iterator[None]:
    """PostgreSQL says another time than ours."""
    one.sql(
        "CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
        "$$ SELECT pg_catalog.clock_timestamp() + interval '1 hour' $$"
    )
    one.serve(f"ALTER DATABASE {one.database} SET search_path = public, pg_catalog")
    yield
    one.serve(f"ALTER DATABASE {one.database} RESET search_path")
    one.sql("DROP FUNCTION public.clock_timestamp()")


@contextmanager
def workers_clock(one: Installation) -> Iterator[None]:
    alive.say(one.town.service.redis, "deliver", time.time() + 60)
    yield
    alive.say(one.town.service.redis, "deliver", time.time())


@contextmanager
def redis_away(one: Installation) -> Iterator[None]:
    one.valkey.stop()
    yield
    one.valkey.start()
    all_alive(one.town)


@contextmanager
def sweeper_killed(one: Installation) -> Iterator[None]:
    one.patch.setattr(alive, "SILENT", 2.0)
    since = time.time()
    sweeper = subprocess.Popen(
        [sys.executable, "-m", "workers.sweep"], env={**os.environ, **one.environment}, cwd=launch.PROCFILE.parent
    )
    try:
        until(lambda: alive.heard(one.town.service.redis)["sweep"] > since, "a word of the sweeper")
    finally:
        sweeper.kill()
        sweeper.wait()
    yield
    one.patch.setattr(alive, "SILENT", 25.0)
    all_alive(one.town)


@contextmanager
def disk_full(one: Installation) -> Iterator[None]:
    with one.patch.context() as patch:
        patch.setattr(looking.shutil, "disk_usage", lambda _: SimpleNamespace(total=10**10, free=10**8))
        yield


@contextmanager
def spool_unwritable(one: Installation) -> Iterator[None]:
    """root may write everywhere, so the disk's word is replaced; tests/faults/test_full_disk.py has one that takes nothing."""

    def full(_folder: Path) -> None:
        raise OSError(28, "No space left on device")

    with one.patch.context() as patch:
        patch.setattr(looking.spool, "probe", full)
        yield


def kept(tries: int) -> Callable[[Installation], AbstractContextManager[None]]:
    @contextmanager
    def lies(one: Installation) -> Iterator[None]:
        spool = one.town.service.spool
        message = spool.put(time.time(), "handset:1", b"a message")
        if tries:
            spool.failed(Spooled(message.file, message.data, tries - 1), time.time())
        yield
        spool.bring_back()
        for waiting in spool.waiting():
            spool.done(waiting)

    return lies


@contextmanager
def queued(one: Installation) -> Iterator[None]:
    one.town.enroler.sends(ENTRY)
    with one.town.service.engine.begin() as conn:
        conn.execute(update(outbox).values(due_at=time.time() - 400))
    yield
    drop_messages(one)


@contextmanager
def held(one: Installation) -> Iterator[None]:
    one.town.phone("+254711000111", by="africastalking").sends("hello")
    one.town.africastalking.behave("500", times=1)
    one.town.work()
    yield
    drop_messages(one)


@contextmanager
def gateway_is_down(one: Installation) -> Iterator[None]:
    with one.town.service.engine.begin() as conn:
        for _ in range(GATEWAY_FAILURES):
            gateway_down.failed(conn, "twilio", 1, "HTTP 500", time.time())
    yield
    with one.town.service.engine.begin() as conn:
        gateway_down.worked(conn, "twilio")


@contextmanager
def gateway_refuses(one: Installation) -> Iterator[None]:
    with one.town.service.engine.begin() as conn:
        gateway_faults.note(conn, "twilio", "21408", time.time())
    yield
    with one.town.service.engine.begin() as conn:
        conn.execute(delete(gateway_fault))


@contextmanager
def channel_off(one: Installation) -> Iterator[None]:
    one.town.phone("+14155550100", by="twilio").sends("HELP")
    twilio = one.town.service.channels.pop("twilio")
    setting = "SMS_SERVICE__CHANNELS__TWILIO__AUTH_TOKEN"
    token = one.environment.pop(setting)
    yield
    one.environment[setting] = token
    one.town.service.channels["twilio"] = twilio
    drop_messages(one)


@contextmanager
def file_broken(one: Installation) -> Iterator[None]:
    file = one.flows / "help.yaml"
    whole = file.read_text()
    file.write_text(whole.replace("states:", "sates:", 1))
    yield
    file.write_text(whole)


@contextmanager
def version_unloadable(one: Installation) -> Iterator[None]:
    """A newer release published what this one does not know."""
    now = time.time()
    with one.town.service.engine.begin() as conn:
        before = flow_versions.current(conn)["help"]
        flow_versions.keep(conn, "help", "0" * 64, "flow: help\nnovelty: true\n", now)
        flow_versions.publish(conn, "help", "0" * 64, "published", now)
    yield
    with one.town.service.engine.begin() as conn:
        flow_versions.publish(conn, "help", before, "rolled back", time.time())


def all_alive(town: Town) -> None:
    """Every kind of process was heard of."""
    for kind in alive.KINDS:
        alive.say(town.service.redis, kind, time.time())


def drop_messages(one: Installation) -> None:
    one.sql("UPDATE outbox SET status = 'dropped'")


def own_flows(folder: Path) -> Path:
    shutil.copytree(launch.PROCFILE.parent / "flows", folder)
    return folder


PRODUCED: list[tuple[str, Callable[[Installation], AbstractContextManager[None]]]] = [
    ("sql", sql_away),
    ("migration", migration_missing),
    ("key", key_missing),
    ("clock", clocks_apart),
    ("clock", workers_clock),
    ("redis", redis_away),
    ("process", sweeper_killed),
    ("disk", disk_full),
    ("spool", spool_unwritable),
    ("spool", kept(tries=0)),
    ("spool", kept(tries=1)),
    ("spool", kept(tries=MAX_TRIES)),
    ("queued", queued),
    ("held", held),
    ("gateway", gateway_is_down),
    ("gateway", gateway_refuses),
    ("gateway", channel_off),
    ("flow", file_broken),
    ("flow", version_unloadable),
]
"""In the order of the table."""

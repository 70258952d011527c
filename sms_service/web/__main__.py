"""The web process: granian, with as many workers as the settings say. It has no access log: addresses hold secrets."""

from __future__ import annotations

from granian.constants import Interfaces
from granian.server import Server

from sms_service.config import read_config

BACKLOG = 1024
"""Connections that may wait to be accepted: a gateway's burst of some seconds."""

GRACE_SECONDS = 10
"""What is under way when the process is asked to end may take this long."""


def main() -> None:
    """Serves until SIGTERM or SIGINT."""
    web = read_config().web
    Server(
        "sms_service.web.app:create_app",
        factory=True,
        address=web.host,
        port=web.port,
        interface=Interfaces.WSGI,
        workers=web.processes,
        blocking_threads=web.threads,
        backlog=BACKLOG,
        backpressure=web.threads * 16,
        respawn_failed_workers=True,  # without it, granian ends altogether when one worker is killed
        workers_kill_timeout=GRACE_SECONDS,
        log_access=False,
        websockets=False,
    ).serve()


if __name__ == "__main__":
    main()

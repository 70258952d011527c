"""A machine: an address, and how a program is started there. On loopback it is an address of its own, 127.0.0.x."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 20.0
"""Seconds that a process may take to end; far above what a busy machine needs."""

NOBODY = "nobody"

WITH_US = ("setpriv", "--pdeathsig", "KILL")
"""Before a command: its program ends when we do, also when we are killed."""


@dataclass(frozen=True)
class Machine:
    """`prefix` comes before each command: nothing on loopback, `ip netns exec NAME` in a network of its own."""

    name: str
    address: str
    prefix: tuple[str, ...] = ()


class Loopback:
    """Machines without a network of their own: addresses of this one, others for each run."""

    def __init__(self) -> None:
        self._net = f"127.{os.getpid() // 250 % 250 + 1}.{os.getpid() % 250 + 1}"
        self.here = f"{self._net}.1"

    def machine(self, name: str, number: int) -> Machine:
        return Machine(name, f"{self._net}.{number}")


@dataclass
class Daemon:
    """One program on a machine, ended by its id together with all that it started."""

    machine: Machine
    command: list[str]
    log: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Starts it, or starts it again on what it kept."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self.machine.prefix, *WITH_US, *self.command], stdout=log, stderr=log, start_new_session=True, cwd="/"
            )

    def kill(self) -> None:
        """kill -9 of it and all its children."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, and kill -9 of what is left."""
        self._end(signal.SIGTERM)

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        group = self._process.pid
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(PATIENCE)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        self._process.wait()
        self._process = None


def plain_user() -> list[str]:
    """What comes before a PostgreSQL program, which refuses root; nothing if we are somebody else."""
    if os.geteuid() != 0:
        return []
    nobody = pwd.getpwnam(NOBODY)
    return [*WITH_US, f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]

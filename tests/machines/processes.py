"""The service's machines: `web` ones and `work` ones, each with its lines of the Procfile, started again when one dies."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from pathlib import Path

from sms_service import launch
from sms_service.supervise import Program, Supervisor, procfile
from tests.machines.machine import Machine

WEB, WORK = ("web", "sweep"), ("deliver", "cards", "sweep")
"""The Procfile's names, each as often as it runs there."""


class Processes:
    """What runs on one machine, with a disk (`data`) of its own."""

    def __init__(self, machine: Machine, names: tuple[str, ...], data: Path, settings: dict[str, str]) -> None:
        self.machine, self.data, self._names = machine, data, names
        data.mkdir(exist_ok=True)
        self.environment = launch.child_environment(**settings, DATA_DIR=str(data), WEB__HOST=machine.address)
        self._supervisor: Supervisor | None = None

    def start(self) -> None:
        """As after a boot: on the disk as it is."""
        self._supervisor = Supervisor(self.environment, launch.PROCFILE.parent)
        commands = {program.name: program.command for program in procfile(launch.PROCFILE)}
        for number, name in enumerate(self._names):
            command = [*self.machine.prefix, *commands[name]]
            self._supervisor.start(Program(f"{self.machine.name} {name} {number}", command))
        self._watch = threading.Thread(target=self._supervisor.watch, daemon=True)
        self._watch.start()

    def kill(self) -> None:
        """The machine loses its power: kill -9 of everything, and nothing is started again."""
        if self._supervisor is not None:
            self._supervisor.request_stop()
            self._watch.join()
            for pid in self._supervisor.pids().values():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
            self._supervisor.stop()
            self._supervisor = None

    def spooled(self) -> int:
        """Messages that wait on its disk; not what was half written when it died, which nobody was told that we have."""
        files = (self.data / "spool").iterdir()
        return sum(1 for file in files if not file.name.startswith(".") and file.suffix != ".half")

    def stop(self) -> None:
        """SIGTERM, as at an upgrade."""
        if self._supervisor is not None:
            self._supervisor.request_stop()
            self._watch.join()
            self._supervisor.stop()
            self._supervisor = None

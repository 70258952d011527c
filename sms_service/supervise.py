"""Running all processes on one machine: the embedded Valkey and what the Procfile names, started again when one dies.

Each process is the leader of a session of its own, so that Ctrl-C reaches it in the order of ours, and is told by the
kernel to end when this process is gone, so that none is ever left behind.
"""

from __future__ import annotations

import ctypes
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that a process gets when its parent dies."""

GRACE = 12.0
"""Seconds a process may take to end after SIGTERM: a send may take 10 s to be answered. Then it is killed."""

PAUSE_MIN, PAUSE_MAX = 0.5, 10.0
"""Seconds before a process that died is started again, doubled each time it dies soon."""

SETTLED = 30.0
"""A process that lived this many seconds did start: its next pause is the shortest again."""

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass
class Program:
    """One process to keep running."""

    name: str
    command: list[str]
    pause: float = PAUSE_MIN
    started: float = 0.0
    due: float = 0.0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)


def procfile(file: Path) -> list[Program]:
    """The processes of a Procfile, each `name: command`, with this Python for `python`."""
    programs = []
    for line in file.read_text(encoding="utf-8").splitlines():
        name, colon, command = line.partition(":")
        if colon and not line.startswith("#"):
            words = shlex.split(command)
            programs.append(Program(name.strip(), [sys.executable if w == "python" else w for w in words]))
    return programs


class Supervisor:
    """Starts programs in their order, keeps them running, stops them in the opposite order."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self._environment, self._folder = environment, folder
        self._programs: list[Program] = []
        self._stopping = threading.Event()

    def start(self, program: Program) -> None:
        """Starts a program and has it kept running."""
        self._programs.append(program)
        self._launch(program)

    def pids(self) -> dict[str, int]:
        """The process id of each program that runs now."""
        return {p.name: p.process.pid for p in self._programs if p.process and p.process.poll() is None}

    def request_stop(self, *_: object) -> None:
        """Makes `watch` return. Fit for a signal handler."""
        self._stopping.set()

    def watch(self) -> None:
        """Starts again whatever dies, until asked to stop."""
        while not self._stopping.wait(0.1):
            for program in self._programs:
                self._look_at(program)

    def stop(self) -> None:
        """Ends every program, the last started first, and whatever it left in its group."""
        for program in reversed(self._programs):
            _signal_group(program, signal.SIGTERM)
            if program.process:
                try:
                    program.process.wait(GRACE)
                except subprocess.TimeoutExpired:
                    print(f"{program.name} did not end within {GRACE:.0f} s and is killed", file=sys.stderr)
            _signal_group(program, signal.SIGKILL)
            if program.process:
                program.process.wait()

    def _launch(self, program: Program) -> None:
        program.started = time.monotonic()
        program.due = 0.0
        parent = os.getpid()

        def die_with_parent() -> None:
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # the parent died before the kernel knew
                os._exit(1)

        program.process = subprocess.Popen(
            program.command,
            env=self._environment,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )

    def _look_at(self, program: Program) -> None:
        now = time.monotonic()
        if program.process and program.process.poll() is not None:
            code = program.process.returncode
            _signal_group(program, signal.SIGKILL)  # granian's workers would go on without their master
            program.process = None
            program.pause = PAUSE_MIN if now - program.started > SETTLED else min(program.pause * 2, PAUSE_MAX)
            program.due = now + program.pause
            how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
            print(f"{program.name} ended {how}; starting it again", file=sys.stderr, flush=True)
        elif program.process is None and now >= program.due:
            self._launch(program)


def _signal_group(program: Program, number: signal.Signals) -> None:
    if program.process:
        try:
            os.killpg(program.process.pid, number)
        except ProcessLookupError:
            return  # all of it has ended

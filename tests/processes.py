"""Watching processes that are not our children: whether they have ended, without asking again and again."""

from __future__ import annotations

import contextlib
import os
import select
from collections.abc import Iterator
from pathlib import Path

PATIENCE = 30.0
"""Seconds that a process may take to end before the test fails; far above what a busy machine needs."""


class Watched:
    """One process, held by a file descriptor of the kernel's: its number cannot be taken by another meanwhile."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._descriptor = os.pidfd_open(pid)

    def ends(self) -> bool:
        """True as soon as it has ended; False if it does not."""
        ready, _, _ = select.select([self._descriptor], [], [], PATIENCE)
        return bool(ready)

    @property
    def runs(self) -> bool:
        """Whether it has not ended yet."""
        ready, _, _ = select.select([self._descriptor], [], [], 0)
        return not ready


def with_in_environment(text: str) -> Iterator[Watched]:
    """The processes whose environment or command line holds `text`; not this one."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal() or int(folder.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):  # it ended while we looked, or is somebody else's
            told = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
            if text.encode() in told:
                yield Watched(int(folder.name))

"""The lines that a process executes: counted, mapped by what leaves the process between them, or the last one before its end.

What kill -9 leaves behind is what had left the process by then: written files, bytes on a socket. Two neighbouring lines
between which nothing leaves are one and the same death. So those that tell are the two on either side of each write, and
each line of the code once, where it is executed first.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import sms_service
import workers

OURS = tuple(f"{Path(str(package.__file__)).parent}{os.sep}" for package in (sms_service, workers))
"""Where the lines are that count: our own code, and none of a library's."""

EVERYWHERE = ("",)
"""All lines, those of every library too."""

CHANGES = ("rename", "replace", "remove", "unlink", "mkdir", "rmdir", "truncate", "link")
"""What Python does to the disk without writing to a file. (An audit hook would see them too, but ends the tracing of 3.11.)"""


class Lines:
    """Counts the lines that this process executes in `files` (beginnings of paths), and ends it before one of them."""

    def __init__(self, files: tuple[str, ...], before: int = 0) -> None:
        self.count, self.before, self.tell, self._files = 0, before, -1, files

    def begin(self, tell: int) -> None:
        """From here on. `tell`: where its last word goes."""
        self.tell = tell
        sys.settrace(self.call)

    def said(self) -> str:
        """What is told where nothing killed it."""
        return "" if self.before else str(self.count)

    def call(self, frame: FrameType, event: str, argument: object) -> Any:
        """The trace function of every call: only those into the files that count are followed."""
        return self.line if frame.f_code.co_filename.startswith(self._files) else None

    def line(self, frame: FrameType, event: str, argument: object) -> Any:
        """The trace function of each line."""
        if event == "line":
            self.count += 1
            if self.count == self.before:
                os.write(self.tell, place(frame).encode())
                os.kill(os.getpid(), signal.SIGKILL)
        return self.line


class Telling(Lines):
    """Finds the lines that tell: `firsts`, each line of the code where it is executed first, and `edges`, the last one before
    something leaves the process and the first one after."""

    def __init__(self, files: tuple[str, ...]) -> None:
        super().__init__(files)
        self.firsts: dict[tuple[str, int], int] = {}
        self.edges: list[int] = []

    def begin(self, tell: int) -> None:
        self._own = os.open("/proc/self/io", os.O_RDONLY)
        self._left = 0
        for name in CHANGES:
            setattr(os, name, self._counted(getattr(os, name)))
        for name in ("send", "sendall"):
            setattr(socket.socket, name, self._counted(getattr(socket.socket, name)))
        self._last = self._outward()
        super().begin(tell)

    def line(self, frame: FrameType, event: str, argument: object) -> Any:
        if event == "line":
            self.count += 1
            self.firsts.setdefault((frame.f_code.co_filename, frame.f_lineno), self.count)
            if (outward := self._outward()) != self._last:
                self._last = outward
                self.edges += [self.count - 1, self.count] if self.count > 1 else [self.count]
        return self.line

    def said(self) -> str:
        return json.dumps({"lines": self.count, "firsts": sorted(self.firsts.values()), "edges": self.edges})

    def _outward(self) -> tuple[int, bytes]:
        found = re.search(rb"syscw: (\d+)", os.pread(self._own, 512, 0))
        assert found
        return self._left, found[1]

    def _counted(self, does: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **more: Any) -> Any:
            self._left += 1
            return does(*given, **more)

        return counted


def place(frame: FrameType) -> str:
    """Where in the code."""
    return f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_qualname}"

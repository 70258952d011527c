"""A command of `sms-service` as somebody types it, without starting a process: that takes a second, and hundreds are typed.

What only a process shows (its exit code and its pipes, a terminal) is tested with one: see tests/test_cli.py.
"""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine

from sms_service.cli import main
from sms_service.store import database


def sms_service(settings: dict[str, str], *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Runs the console entry point with these arguments, settings and input. Raises what would be a traceback."""
    said, complained = _stream(), _stream()
    typed = [sys.argv[0], *arguments]
    try:
        with (
            patch.dict(os.environ, settings), patch.object(sys, "argv", typed),
            patch.object(sys, "stdin", _stream(stdin)), redirect_stdout(said), redirect_stderr(complained), _ended(),
        ):  # fmt: skip
            time.tzset()
            code = _code_of_main()
    finally:
        time.tzset()
    return subprocess.CompletedProcess(typed, code, _read(said), _read(complained))


def _code_of_main() -> int:
    try:
        main()
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            return ended.code or 0
        print(ended.code, file=sys.stderr)  # so does Python with `SystemExit("a sentence")`
        return 1
    return 0


@contextmanager
def _ended() -> Iterator[None]:
    """Lets go of what the end of a process does: connections to databases, and where log lines go."""
    opened: list[Engine] = []
    open_database = database.open_database

    def remembered(*arguments: Any, **named: Any) -> Engine:
        opened.append(open_database(*arguments, **named))
        return opened[-1]

    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        with patch.object(database, "open_database", remembered):
            yield
    finally:
        for engine in opened:
            engine.dispose()
        root.handlers[:] = handlers
        root.setLevel(level)


def _stream(text: str = "") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8", write_through=True)


def _read(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()

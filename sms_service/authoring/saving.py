"""A file's content exchanged at once: a crash leaves the old or the new, never half of it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


class ChangedMeanwhile(Exception):
    """Somebody saved the file since it was read; nothing was written to it. The message is a sentence."""


def save(file: Path, old: bytes, new: bytes) -> None:
    """Exchanges `old` for `new`, keeping the file's mode. Raises ChangedMeanwhile, OSError."""
    target = file.resolve()
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
    except OSError as error:
        error.filename = str(file)  # what the reader knows
        raise
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(new)
            out.flush()
            os.fsync(out.fileno())
        Path(name).chmod(target.stat().st_mode & 0o7777)
        if target.read_bytes() != old:
            raise ChangedMeanwhile(f"{file} was changed meanwhile: nothing was written to it; do this once more")
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

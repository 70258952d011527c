"""What SQL could not take: messages kept on disk, fsynced, until it can. One file a message, encrypted, oldest first."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sms_service.privacy import PersonKey, Unreadable

COLUMN = "spool"

log = logging.getLogger(__name__)


class SpoolFull(Exception):
    """The message could not be kept (disk full, folder not writable). The gateway must be told so: it tries again."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """One kept message: the bytes that `put` was given."""

    file: Path
    data: bytes


class Spool:
    """A folder of kept messages. Refuses to open where it cannot write: a spool found broken when SQL is down is none."""

    def __init__(self, folder: Path, key: PersonKey) -> None:
        self._folder, self._key = folder, key
        probe = folder / f".probe.{os.getpid()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise SpoolFull(f"the spool folder {folder} is not writable: {error.strerror}") from error

    def put(self, received_at: float, message_id: str, data: bytes) -> None:
        """Keeps `data`; it is on the disk when this returns. The same id again replaces it. Raises SpoolFull."""
        digest = hashlib.sha256(message_id.encode("utf-8", "replace")).hexdigest()[:24]
        file = self._folder / f"{int(received_at * 1000):015d}-{digest}"
        # One a thread: the same message, delivered twice in one millisecond, must not be written into the same file.
        half = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}.half")
        try:
            with half.open("wb") as out:
                out.write(self._key.encrypt_bytes(COLUMN, data))
                out.flush()
                os.fsync(out.fileno())
            half.rename(file)
            folder = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)
            raise SpoolFull(f"the spool cannot take a message: {error.strerror}") from error

    def waiting(self) -> Iterator[Spooled]:
        """The kept messages, oldest first. One that cannot be read stays, and does not hold up those behind it."""
        for file in self._files():
            try:
                data = self._key.decrypt_bytes(COLUMN, file.read_bytes())
            except Unreadable:
                log.error("%s cannot be read: it is damaged, or was kept under another service key", file.name)
            else:
                yield Spooled(file, data)

    def done(self, spooled: Spooled) -> None:
        """Forgets a message that SQL has taken."""
        spooled.file.unlink(missing_ok=True)

    def __len__(self) -> int:
        return sum(1 for _ in self._files())

    def _files(self) -> list[Path]:
        """Whole messages only: a `.half` is one that a crash cut off, and its gateway was never answered."""
        return sorted(f for f in self._folder.iterdir() if not f.name.startswith(".") and f.suffix != ".half")

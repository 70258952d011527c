"""What could not be taken: messages kept on disk, fsynced, until it can. One file a message, encrypted, oldest first.

A file is called `<milliseconds>-<digest>` while it waits for SQL, and has `.<tries>-<due>` behind that once a fault of ours
kept it from being taken: tried so many times, next at `due` (seconds since 1970). After MAX_TRIES it lies in a folder beside
the spool, where nobody tries it any more until `bring_back`.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import math
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sms_service.privacy import PersonKey, Unreadable, number_of

COLUMN = "spool"

PROBE = ".probe."
"""How a file's name begins by which a process sees whether it can write here."""

FIRST_PAUSE, LONGEST_PAUSE = 10.0, 3600.0
"""Seconds after which a message that failed is tried again, doubled with each try: a fault of the moment is over in
seconds, one that a person mends is not; an hour is the longest that mended service may wait for a message."""

MAX_TRIES = 10
"""After as many, an hour and a half in all, it is no fault of the moment: trying on would only fill the log."""

HALF_SECONDS = 30.0
"""A file that is half written for so long is what a crash left. Whoever is still at it, on a disk that takes as long, is
told that it is gone, and his gateway tries again."""

log = logging.getLogger(__name__)


class SpoolFull(Exception):
    """The message could not be kept (disk full, folder not writable). The gateway must be told so: it tries again."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """One kept message: the bytes that `put` was given (b"" if they cannot be read), and how often it was tried in vain."""

    file: Path
    data: bytes
    tries: int = 0


class Counts(NamedTuple):
    """How many messages wait for SQL, wait for another try after a fault of ours, and were set aside."""

    waiting: int
    failing: int
    aside: int


def folders(data_dir: Path) -> tuple[Path, Path]:
    """Where messages wait, and where those lie that were set aside."""
    return data_dir / "spool", data_dir / "spool_set_aside"


def counted(data_dir: Path) -> Counts:
    """What lies in a spool, told without its key; nothing where there is no folder."""
    spool, aside = (_whole(folder) if folder.is_dir() else [] for folder in folders(data_dir))
    failing = sum(1 for file in spool if _tried(file)[0])
    return Counts(len(spool) - failing, failing, len(aside))


def probe(folder: Path) -> None:
    """Writes a little, and has it on the disk, as a message would be. Raises OSError where none could be kept: the disk is
    full, a quota is used up, the folder is not ours; permissions alone say less."""
    file = folder / f"{PROBE}{os.getpid()}-{threading.get_ident()}"
    try:
        with file.open("wb") as out:
            out.write(PROBE.encode())
            out.flush()
            os.fsync(out.fileno())
    finally:
        file.unlink(missing_ok=True)


class Spool:
    """A folder of kept messages, and one beside it for those set aside. Refuses to open where it cannot write: a spool
    found broken when SQL is down is none."""

    def __init__(self, folder: Path, key: PersonKey) -> None:
        self._folder, self._key = folder, key
        self.aside = folder.with_name(f"{folder.name}_set_aside")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe(folder)
            self.aside.mkdir(exist_ok=True)
            self.drop_halves(time.time())
        except OSError as error:
            raise SpoolFull(f"the spool folder {folder} is not writable: {error.strerror}") from error

    def put(self, received_at: float, message_id: str, data: bytes) -> Spooled:
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
        return Spooled(file, data)

    def waiting(self, now: float = math.inf) -> Iterator[Spooled]:
        """The messages to be tried by `now`, oldest first. One that cannot be read has no data: whoever tries it fails, and it
        does not hold up those behind it."""
        for file in self._files():
            tries, due = _tried(file)
            if due > now:
                continue
            try:
                data = self._key.decrypt_bytes(COLUMN, file.read_bytes())
            except FileNotFoundError:
                continue  # another sweeper took it meanwhile
            except Unreadable:
                log.error("%s cannot be read: it is damaged, or was kept under another service key", file.name)
                data = b""
            except OSError as error:
                log.error("%s cannot be read from the disk: %s", file.name, error.strerror)
                data = b""
            yield Spooled(file, data, tries)

    def oldest(self) -> float | None:
        """When the oldest kept message came (seconds since 1970), also of those set aside; None where there is none."""
        return min((_received_at(file) for file in (*self._files(), *_whole(self.aside))), default=None)

    def kept(self, until: float = math.inf) -> Iterator[Spooled]:
        """All that came until then, also what is not due and what was set aside; without what cannot be read."""
        for file in (*self._files(), *_whole(self.aside)):
            if _received_at(file) > until:
                continue
            with contextlib.suppress(OSError, Unreadable):  # taken meanwhile; `waiting` tells of damaged ones
                yield Spooled(file, self._key.decrypt_bytes(COLUMN, file.read_bytes()))

    def done(self, spooled: Spooled) -> None:
        """Forgets a message that SQL has taken."""
        spooled.file.unlink(missing_ok=True)

    def failed(self, spooled: Spooled, now: float) -> float:
        """Counts a try of a message that a fault of ours keeps from being taken. Seconds until the next one; 0: none, it is
        set aside."""
        tries, name = spooled.tries + 1, spooled.file.name.partition(".")[0]
        pause = min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE) if tries < MAX_TRIES else 0.0
        to = self._folder / f"{name}.{tries}-{int(now + pause)}" if pause else self.aside / name
        with contextlib.suppress(FileNotFoundError):  # another sweeper took it meanwhile, or counted this try
            spooled.file.rename(to)
        return pause

    def drop_halves(self, now: float) -> int:
        """Deletes what a crash left half written (HALF_SECONDS): no gateway was told that we have it, and nobody would ever
        come to it, not even who forgets its sender. How many."""
        count = 0
        for file in (*self._folder.iterdir(), *self.aside.iterdir()):
            with contextlib.suppress(FileNotFoundError):  # another sweeper was quicker, or it is whole now
                if _is_half(file) and file.stat().st_mtime < now - HALF_SECONDS:
                    file.unlink()
                    count += 1
        return count

    def bring_back(self) -> int:
        """Has the messages that were set aside tried once more; how many."""
        count = 0
        for file in _whole(self.aside):
            with contextlib.suppress(FileNotFoundError):
                file.rename(self._folder / f"{file.name}.{MAX_TRIES - 1}-0")
                count += 1
        return count

    def numbers(self) -> Iterator[int]:
        """The service key that each kept message is under, by its number."""
        for file in (*self._files(), *_whole(self.aside)):
            with contextlib.suppress(FileNotFoundError):
                yield number_of(file.read_bytes()[:1])

    def reseal(self, number: int) -> int:
        """Encrypts anew what another service key than `number`, the first one, encrypted; how many. A message that is taken at
        the same moment may lie here once more: then it is found to be taken, and dropped."""
        count = 0
        for file in (*self._files(), *_whole(self.aside)):
            with contextlib.suppress(FileNotFoundError, Unreadable):
                sealed = file.read_bytes()
                if number_of(sealed) == number:
                    continue
                data = self._key.encrypt_bytes(COLUMN, self._key.decrypt_bytes(COLUMN, sealed))
                half = file.with_name(f"{file.name}.{os.getpid()}.half")
                with half.open("wb") as out:
                    out.write(data)
                    out.flush()
                    os.fsync(out.fileno())
                half.rename(file)
                count += 1
        return count

    def __len__(self) -> int:
        """How many wait for SQL."""
        return sum(1 for file in self._files() if not _tried(file)[0])

    @property
    def failing(self) -> int:
        """How many a fault of ours keeps from being taken, and will be tried again."""
        return sum(1 for file in self._files() if _tried(file)[0])

    @property
    def set_aside(self) -> int:
        """How many were tried in vain too often."""
        return len(_whole(self.aside))

    def _files(self) -> list[Path]:
        return _whole(self._folder)


def _whole(folder: Path) -> list[Path]:
    """Whole messages only: a `.half` is one that a crash cut off, and its gateway was never answered."""
    return sorted(file for file in folder.iterdir() if not file.name.startswith(".") and not _is_half(file))


def _is_half(file: Path) -> bool:
    return file.suffix == ".half" or file.name.startswith(PROBE)


def _received_at(file: Path) -> float:
    """By the name of its file, cut to the millisecond; a file that is none of ours counts as old."""
    milliseconds = file.name.partition("-")[0]
    return int(milliseconds) / 1000 if milliseconds.isdecimal() else 0.0


def _tried(file: Path) -> tuple[int, float]:
    """How often a kept message was tried in vain, and from when on it may be tried again, by the name of its file."""
    tries, _, due = file.suffix.removeprefix(".").partition("-")
    return (int(tries), float(due)) if tries.isdecimal() and due.isdecimal() else (0, 0.0)

"""A TCP proxy on this machine that makes a line bad: late, slow, cut, half, silent; between us and SQL, Redis, a gateway.

with Proxy(("127.0.0.1", 6379)) as line:
    line.behave("black hole")  # also for connections that are open
    line.behave("ok")  # for those that are made from now on: what the hole has swallowed does not come back

SqlLine reads PostgreSQL's protocol just enough to see a COMMIT go by and its CommandComplete come back, and cuts there.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

Address = tuple[str, int] | Path
"""A port of TCP, or a Unix socket."""

Word = Literal["ok", "latency", "slow", "reset", "reset on connect", "half", "black hole"]
When = Literal["before", "after", "silent before", "silent after"]
"""The server never gets the COMMIT; or it has it, and its answer does not arrive. Silent: the line is not cut, and nothing
comes any more."""

BLOCK = 64 * 1024
NOW = struct.pack("ii", 1, 0)
"""SO_LINGER: the connection ends with a reset."""

COMMIT = b"COMMIT\0"
SSL, GSS = 80_877_103, 80_877_104
"""What a client asks for before it says who it is; the server answers with one byte (PostgreSQL, 55.2.10)."""


class Proxy:
    """Passes on what comes to `port` on 127.0.0.1. Use `with`. `connections` counts those that were made, `bites` what it
    spoilt since it was told to."""

    def __init__(self, to: Address) -> None:
        self._to = to
        self._word: Word = "ok"
        self._pause = self._left = 0.0
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._open: set[Connection] = set()
        self._threads: list[threading.Thread] = []
        self.connections = self.bites = 0

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads.pop(0).join()  # who accepts: from now on nothing is opened
        self.cut_all()
        while self._threads:
            self._threads.pop().join()

    # --- what tests say -------------------------------------------------------------------------------------------

    def behave(self, word: Word, *, pause: float = 0.0, left: int = 0) -> None:
        """ok; latency (every block is `pause` seconds late); slow (answers a byte at a time, `pause` seconds between);
        reset (what is open is reset, and what is made too, once something was asked); reset on connect; half (of what is
        answered to one block only `left` bytes arrive, then the line is cut); black hole (nothing arrives any more, and
        nobody is told)."""
        with self._lock:
            self._word, self._pause, self._left, self.bites = word, pause, left, 0
            for one in self._open:
                one.swallows |= word == "black hole"
        if word in ("reset", "reset on connect"):
            self.cut_all()

    def cut_all(self) -> None:
        """What is open is reset."""
        with self._lock:
            doomed = list(self._open)
        for one in doomed:
            one.cut()

    # --- its own work ---------------------------------------------------------------------------------------------

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True, name="proxy")  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            if self._word == "reset on connect":
                self.bites += 1
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NOW)
                client.close()
                continue
            try:
                server = connected(self._to)
            except OSError:
                client.close()
                continue
            one = Connection(client, server, swallows=self._word == "black hole")
            with self._lock:
                self._open.add(one)
            self._start(self._pass, one, client, server)
            self._start(self._pass, one, server, client)

    def _pass(self, one: Connection, from_: socket.socket, to: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := from_.recv(BLOCK):
                if not (data := self.seen(one, data, asks=from_ is one.client)):
                    continue
                self._bring(one, data, to, asks=from_ is one.client)
        if not one.swallows:
            one.cut(gently=True)
            with self._lock:
                self._open.discard(one)

    def _bring(self, one: Connection, data: bytes, to: socket.socket, *, asks: bool) -> None:
        word = self._word
        if word != "ok" and not (asks and word in ("slow", "half")):
            self.bites += 1
        if one.swallows:
            return
        if word == "reset":
            one.cut()
        elif word == "latency":
            self._stopping.wait(self._pause)
            if not one.swallows:
                to.sendall(data)
        elif word == "slow" and not asks:
            for byte in data:
                to.sendall(bytes([byte]))
                self._stopping.wait(self._pause)
        elif word == "half" and not asks:
            to.sendall(data[: int(self._left)])
            one.cut(gently=True)
        else:
            to.sendall(data)

    def seen(self, one: Connection, data: bytes, *, asks: bool) -> bytes:
        """What of this block goes on; for those who read what they pass on."""
        return data


@dataclass(eq=False)
class Connection:
    """One client, and what it is connected with."""

    client: socket.socket
    server: socket.socket
    swallows: bool = False
    unread: bytearray = field(default_factory=bytearray)
    """Of the server's: the beginning of a message whose rest has not come."""
    waits_for_byte: bool = False
    wrote: list[str] = field(default_factory=list)
    """The tags of what the server did in the transaction that is open: `INSERT 0 1`."""
    cut_at_answer: str = ""
    """How it is cut when the server has committed."""

    def end(self, *, silently: bool) -> None:
        """Cut; or nobody hears from the other side any more."""
        self.swallows = True
        if not silently:
            self.cut()

    def cut(self, *, gently: bool = False) -> None:
        """Ends both sides: with a reset, or (gently) as a process ends them."""
        for end in (self.client, self.server):
            with contextlib.suppress(OSError):
                if not gently:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NOW)
                end.shutdown(
                    socket.SHUT_RDWR if gently else socket.SHUT_RD
                )  # wakes who reads; SHUT_WR would end it politely
            with contextlib.suppress(OSError):
                end.close()


def connected(to: Address) -> socket.socket:
    """Raises OSError."""
    if isinstance(to, Path):
        made = socket.socket(socket.AF_UNIX)
        made.connect(str(to))
        return made
    made = socket.create_connection(to)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


@dataclass
class Cut:
    """`times` commits are cut, of transactions in which the server did one thing of each beginning in `did`."""

    when: When
    times: int
    did: Iterable[str]


class SqlLine(Proxy):
    """A line to PostgreSQL that can be cut exactly at COMMIT. `cuts` counts."""

    def __init__(self, to: Address) -> None:
        super().__init__(to)
        self.cuts = 0
        self._armed: Cut | None = None
        self._changed = threading.Lock()

    def cut_commits(self, when: When, times: int, did: Iterable[str] = ("INSERT|UPDATE|DELETE",)) -> None:
        """The next `times` commits of writing transactions are cut: those in which, for each of `did`, a statement had one
        of its tags (`INSERT|UPDATE`)."""
        with self._changed:
            self._armed = Cut(when, times, did)

    def disarm(self) -> None:
        """What was not cut by now is not cut any more."""
        with self._changed:
            self._armed = None

    def seen(self, one: Connection, data: bytes, *, asks: bool) -> bytes:
        if asks:
            return self._asked(one, data)
        self._answered(one, data)
        if one.cut_at_answer and COMMIT in data:
            one.end(silently=one.cut_at_answer == "silent after")
            return b""
        return data

    def _asked(self, one: Connection, data: bytes) -> bytes:
        if len(data) == 8 and struct.unpack("!i", data[4:])[0] in (SSL, GSS):
            one.waits_for_byte = True
        if data.endswith(b"Q\0\0\0\x0b" + COMMIT) and (when := self._cuts(one)):
            if "before" in when:
                one.end(silently=when == "silent before")
                return b""
            one.cut_at_answer = when
        return data

    def _cuts(self, one: Connection) -> When | None:
        with self._changed:
            armed, wrote = self._armed, one.wrote
            if armed is None or not all(any(tag in kinds.split("|") for tag in wrote) for kinds in armed.did):
                return None
            self.cuts += 1
            armed.times -= 1
            if not armed.times:
                self._armed = None
            return armed.when

    def _answered(self, one: Connection, data: bytes) -> None:
        """Notes the tags of what was done since the last COMMIT."""
        if one.waits_for_byte:
            one.waits_for_byte, data = False, data[1:]
        one.unread += data
        while len(one.unread) >= 5:
            length = 1 + struct.unpack("!i", one.unread[1:5])[0]
            if len(one.unread) < length:
                return
            if one.unread[:1] == b"C":
                tag = bytes(one.unread[5 : length - 1]).decode()
                if tag in ("COMMIT", "ROLLBACK", "BEGIN"):
                    one.wrote.clear()
                elif not tag.endswith(" 0"):
                    one.wrote.append(tag.partition(" ")[0])
            del one.unread[:length]

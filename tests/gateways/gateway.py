"""What all stand-ins share: a ledger of what they accepted, the weather they make, and waiting without sleeping."""

from __future__ import annotations

import json
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import requests

from tests.gateways.server import Answer, Asked, Server

PATIENCE = 20.0
"""Seconds that a test waits for something before it fails; far above what a busy machine needs."""

STOPS_WITHIN = 0.005
"""Seconds until a server sees that it is to stop: nearly every test waits for two or three of them."""

CALLBACK_TIMEOUT = (10.0, 15.0)
"""Seconds to connect and to answer that both gateways grant to the application they call."""


@dataclass
class Message:
    """One text that the gateway accepted. `ref` is ours, if the gateway was told it."""

    gateway: str
    id: str
    to: str
    from_: str
    text: str
    at: float
    status_callback: str = ""
    status: str = "queued"
    sent_at: float | None = None
    error_code: int | None = None

    @property
    def ref(self) -> str:
        return parse_qs(urlsplit(self.status_callback).query).get("ref", [""])[0]


@dataclass(frozen=True)
class Behaviour:
    """How one request is treated; see Gateway.behave."""

    word: str
    on: str
    options: dict[str, Any]

    def accepts(self, default: bool) -> bool:
        return bool(self.options.get("accept", default))


OK = Behaviour("ok", "any", {})


class Gateway:
    """A gateway on `host`, this machine alone if nothing else is said; start it with `with`.

    `url` is its address, `accepted` every text that it took, `requests` every request, `answers` what the application
    answered to its calls, `connections` how many were made to it, `unread` how many of them it tore down unread.
    """

    name = "gateway"

    def __init__(
        self,
        *,
        ledger: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        auto_reports: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`ledger`: a file that gets each accepted text as a JSON line, and from which a restarted gateway remembers.
        `auto_reports`: each accepted text is reported as delivered, right after the answer."""
        self.accepted: list[Message] = []
        self.requests: list[Asked] = []
        self.answers: list[Answer] = []
        self.connections = self.unread = 0
        self.auto_reports = auto_reports
        self.web_url = ""
        self.now = now
        self._host, self._port = host, port
        self._ledger = ledger
        self._changed = threading.Condition()
        self._next: deque[Behaviour] = deque()
        self._always = OK
        self._stopping = threading.Event()
        self._reports: queue.Queue[Message | None] = queue.Queue()
        self._owed = 0
        if ledger is not None and ledger.exists():
            self.accepted = [Message(**json.loads(line)) for line in ledger.read_text().splitlines()]

    # --- the life of it -------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self._stopping.clear()
        self._server = Server((self._host, self._port), self)
        self._port = self._server.server_address[1]
        self._threads = [
            threading.Thread(
                target=self._server.serve_forever, args=(STOPS_WITHIN,), daemon=True, name=f"{self.name} stand-in"
            ),
            threading.Thread(target=self._report_all, daemon=True, name=f"{self.name} reports"),
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._reports.put(None)
        self._server.shutdown()
        self._server.server_close()
        self._server.cut_all()
        for thread in self._threads:
            thread.join(PATIENCE)

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    # --- what tests say -------------------------------------------------------------------------------------------

    def behave(self, word: str, times: int | None = None, on: str = "send", **options: Any) -> None:
        """How the next `times` requests behave, or (None) all from now on. `on`: "send", "list" or "any" requests.

        ok; any HTTP status ("429" with retry_after=, "500", "503"); reset (connection torn down); unread (torn down
        before the request is read; whatever it is); silent (accepts, never answers); late (accepts, answers after
        seconds=); slow (accepts, drips the answer, a byte every pause=); endless (accepts, drips for ever); html (a page
        with 200); empty (accepts, 200 and nothing); truncated (accepts, half the answer, the connection ends); half
        (accepts, half the answer as if it were all); huge (accepts, ten megabytes behind the answer); garbage (accepts,
        bytes that are no HTTP); more (accepts, members and headers that no page tells of); wrong-type (accepts, called
        octet-stream); early-report (accepts, reports delivery, then answers). accept=True or False overrides whether the
        text is taken. A gateway has words of its own besides.
        """
        behaviour = Behaviour(word, on, options)
        with self._changed:
            if times is not None:
                self._next.extend([behaviour] * times)
            else:
                self._next.clear()
                self._always = OK if word == "ok" else behaviour

    def wait_for(self, count: int = 1, timeout: float = PATIENCE) -> list[Message]:
        """The accepted texts, as soon as there are `count` of them."""
        self.wait_until(lambda: len(self.accepted) >= count, f"{count} accepted texts", timeout)
        return list(self.accepted)

    def wait_until(self, true: Callable[[], bool], what: str, timeout: float = PATIENCE) -> None:
        """Returns as soon as `true()` after something happened here. Raises TimeoutError with `what` was awaited."""
        with self._changed:
            if not self._changed.wait_for(true, timeout):
                raise TimeoutError(f"{self.name}: {what} did not come; accepted so far: {len(self.accepted)}")

    def wait_for_reports(self) -> None:
        """Returns when every automatic report has been sent."""
        self.wait_until(lambda: self._owed == 0, "the last automatic report")

    def texts_to(self, phone: str) -> list[str]:
        """What this phone was sent, in order."""
        return [message.text for message in self.accepted if message.to == phone]

    def message(self, ref: str) -> Message:
        """The accepted text with our reference `ref`."""
        return next(message for message in self.accepted if message.ref == ref)

    # --- what a gateway of its own adds ---------------------------------------------------------------------------

    def receive(self, asked: Asked, behaviour: Behaviour) -> tuple[Answer, list[Message]]:
        """The answer to a request in good weather (or under a word of this gateway's own), and the texts it carried;
        they are accepted if the behaviour says so."""
        raise NotImplementedError

    def is_send(self, asked: Asked) -> bool:
        return asked.method == "POST"

    def report_delivered(self, message: Message) -> None:
        """What auto_reports does for each text."""
        raise NotImplementedError

    # --- its own work ---------------------------------------------------------------------------------------------

    def call(self, url: str, fields: list[tuple[str, str]], header: dict[str, str] | None = None) -> Answer:
        """A form POST to the application. Raises requests.RequestException if it cannot be reached."""
        return self._asked("POST", url, data=fields, headers=header)

    def ask(self, url: str) -> Answer:
        """A GET of the application; `url` holds all of it. Raises as `call`."""
        return self._asked("GET", url)

    def _asked(self, method: str, url: str, **options: Any) -> Answer:
        got = requests.request(method, url, timeout=CALLBACK_TIMEOUT, allow_redirects=False, **options)
        answer = Answer(got.status_code, got.content.decode("utf-8", "replace"), got.headers.get("Content-Type", ""))
        with self._changed:
            self.answers.append(answer)
            self._changed.notify_all()
        return answer

    def take(self, asked: Asked) -> tuple[Behaviour, bool]:
        """Notes a request and says how it is to be treated."""
        kind = "send" if self.is_send(asked) else "list"
        with self._changed:
            self.requests.append(asked)
            self._changed.notify_all()
            if self._next and self._next[0].on in (kind, "any"):
                return self._next.popleft(), kind == "send"
            return (self._always if self._always.on in (kind, "any") else OK), kind == "send"

    def leaves_unread(self) -> bool:
        """Whether the connection that just brought something is torn down, whatever it brought."""
        with self._changed:
            if (self._next[0] if self._next else self._always).word != "unread":
                return False
            if self._next:
                self._next.popleft()
            self.unread += 1
            self._changed.notify_all()
            return True

    @property
    def stopping(self) -> bool:
        """Whether it is being stopped."""
        return self._stopping.is_set()

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody listens at its address meanwhile."""
        self.__exit__(None, None, None)
        yield
        self.__enter__()

    def accept(self, messages: list[Message]) -> None:
        with self._changed:
            self._owed += len(messages) if self.auto_reports else 0
            for message in messages:
                self.accepted.append(message)
                if self._ledger is not None:
                    _append(self._ledger, json.dumps(asdict(message)) + "\n")
            self._changed.notify_all()

    def after_answer(self, messages: list[Message]) -> None:
        if self.auto_reports:
            for message in messages:
                self._reports.put(message)

    def pause(self, seconds: float | None) -> None:
        """Waits, but not beyond the gateway's end."""
        self._stopping.wait(seconds)

    def _report_all(self) -> None:
        while (message := self._reports.get()) is not None:
            try:
                self.report_delivered(message)
            except requests.RequestException as error:
                # The application is down (a test killed it): the report is lost, as Twilio's is.
                with self._changed:
                    self.answers.append(Answer(0, type(error).__name__))
            with self._changed:
                self._owed -= 1
                self._changed.notify_all()


def _append(path: Path, line: str) -> None:
    """One write to a file opened for appending: whole lines, also from several processes."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, line.encode())
    finally:
        os.close(file)

"""The HTTP server of a stand-in: reads requests, and answers them well or as badly as gateways do."""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from tests.gateways.gateway import Gateway


HUGE = 10 * 1024 * 1024
"""Bytes behind the answer that is too long."""

GARBAGE = b"\x16\x03\x01\x02\x00\x01\x00\xfc\x03\x03\r\n\r\n"
"""How an answer in TLS begins, to somebody who spoke plain HTTP."""

UNHEARD = ("reset", "unread", "garbage", "silent", "endless")
"""Weathers in which no answer is written as it was meant."""


@dataclass(frozen=True)
class Asked:
    """One request that reached the gateway. Header names are lower-case; `target` is its path and query as they came."""

    method: str
    path: str
    query: dict[str, str]
    header: dict[str, str]
    form: dict[str, str]
    target: str = ""
    body: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer: the gateway's to us, or ours to the gateway."""

    status: int
    body: str | bytes = ""
    content_type: str = "application/json"
    header: dict[str, str] = field(default_factory=dict)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], gateway: Gateway) -> None:
        super().__init__(address, Handler)
        self.gateway = gateway
        self.torn: set[Any] = set()
        self._open: set[Any] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.gateway.connections += 1
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        if request in self.torn:
            self.torn.discard(request)
            request.close()  # with SO_LINGER 0: the other side gets a reset, not an end
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up on us is what half of the tests are about."""

    def cut_all(self) -> None:
        """A stopped gateway does not go on talking over connections that a client kept."""
        for request in list(self._open):
            try:
                request.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # closed in the meantime


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    timeout = 60

    def handle_one_request(self) -> None:
        try:
            waits = bool(self.connection.recv(1, socket.MSG_PEEK))  # until there is something to read, or the end
        except OSError:
            waits = False
        if waits and self.server.gateway.leaves_unread():
            self._tear()
        else:
            super().handle_one_request()

    def do_POST(self) -> None:
        gateway = self.server.gateway
        asked = self._read()
        behaviour, sends = gateway.take(asked)
        answer, messages = gateway.receive(asked, behaviour)
        word = behaviour.word
        answer = _weathered(answer, word, behaviour.options)
        taken = messages if sends and behaviour.accepts(not word.isdigit() and word not in ("reset", "html")) else []
        gateway.accept(taken)
        if word == "early-report":
            for message in taken:
                gateway.report_delivered(message)
        self._finish(answer, word, behaviour.options)
        gateway.after_answer(taken)

    do_GET = do_POST  # noqa: N815
    do_DELETE = do_POST  # noqa: N815

    def _read(self) -> Asked:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        target = urlsplit(self.path)
        return Asked(
            self.command,
            target.path,
            dict(parse_qsl(target.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)),
            self.path,
            body,
        )

    def _finish(self, answer: Answer, word: str, options: dict[str, Any]) -> None:
        body = answer.body if isinstance(answer.body, bytes) else answer.body.encode()
        head = [f"HTTP/1.1 {answer.status} X", f"Date: {formatdate(usegmt=True)}", f"Content-Length: {len(body)}"]
        head += [f"Content-Type: {answer.content_type}", *(f"{name}: {text}" for name, text in answer.header.items())]
        whole = "\r\n".join([*head, "", ""]).encode() + body
        if word == "reset":
            self._tear()
        if word in UNHEARD or word == "truncated":
            self.close_connection = True
        if word in ("silent", "late"):
            self.server.gateway.pause(None if word == "silent" else options.get("seconds", 1.0))
        if word == "slow":
            for byte in whole:
                self.wfile.write(bytes([byte]))
                self.server.gateway.pause(options.get("pause", 0.05))
        elif word == "endless":
            self._drip(answer)
        elif word == "garbage":
            self.wfile.write(GARBAGE)
        elif word == "truncated":
            self.wfile.write(whole[: len(whole) - len(body) // 2])
        elif word not in UNHEARD:
            self.wfile.write(whole)

    def _drip(self, answer: Answer) -> None:
        """A byte every moment, until the other side has had enough."""
        self.wfile.write(f"HTTP/1.1 {answer.status} X\r\nContent-Type: {answer.content_type}\r\n\r\n".encode())
        while not self.server.gateway.stopping:
            self.wfile.write(b" ")
            self.server.gateway.pause(0.01)

    def _tear(self) -> None:
        """The connection ends with a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.server.torn.add(self.connection)
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """`requests` tells all of it."""


def _weathered(answer: Answer, word: str, options: dict[str, Any]) -> Answer:
    """The answer as this weather makes it."""
    body = answer.body if isinstance(answer.body, bytes) else answer.body.encode()
    if word.isdigit():
        header = {"Retry-After": str(options["retry_after"])} if "retry_after" in options else {}
        header |= {"Location": "/elsewhere"} if word.startswith("3") else {}
        return Answer(int(word), f"<html><title>{word}</title></html>", "text/html", header)
    match word:
        case "html":
            return Answer(200, "<html><body>Please log in to the network</body></html>", "text/html")
        case "empty":
            return Answer(200, "", "text/html")
        case "half":
            return replace(answer, body=body[: len(body) // 2])
        case "huge":
            return replace(answer, body=body + b" " * HUGE)
        case "wrong-type":
            return replace(answer, content_type="application/octet-stream")
        case "more":
            return replace(answer, body=_with_more(body), header={**answer.header, "X-New": "1"})
    return answer


def _with_more(body: bytes) -> bytes:
    """JSON with members that no page tells of, at every depth; other text as it is."""

    def grown(value: Any) -> Any:
        if isinstance(value, dict):
            return {**{name: grown(inner) for name, inner in value.items()}, "of_next_year": [{"a": None}]}
        return [grown(inner) for inner in value] if isinstance(value, list) else value

    try:
        return json.dumps(grown(json.loads(body))).encode()
    except ValueError:
        return body

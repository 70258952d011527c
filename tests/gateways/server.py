"""The HTTP server of a stand-in: reads requests, and answers them well or as badly as gateways do."""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from tests.gateways.gateway import Gateway


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

    def do_POST(self) -> None:
        gateway = self.server.gateway
        asked = self._read()
        behaviour, sends = gateway.take(asked)
        answer, messages = gateway.receive(asked, behaviour)
        word = behaviour.word
        if word.isdigit():
            answer = _status(word, behaviour.options)
        elif word == "html":
            answer = Answer(200, "<html><body>Please log in to the network</body></html>", "text/html")
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
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.server.torn.add(self.connection)
        if word in ("reset", "silent", "truncated"):
            self.close_connection = True
        if word in ("silent", "late"):
            self.server.gateway.pause(None if word == "silent" else options.get("seconds", 1.0))
        if word == "slow":
            for byte in whole:
                self.wfile.write(bytes([byte]))
                self.server.gateway.pause(options.get("pause", 0.05))
        elif word == "truncated":
            self.wfile.write(whole[: len(whole) - len(body) // 2])
        elif word not in ("reset", "silent"):
            self.wfile.write(whole)

    def log_message(self, *_: Any) -> None:
        """`requests` tells all of it."""


def _status(word: str, options: dict[str, Any]) -> Answer:
    header = {"Retry-After": str(options["retry_after"])} if "retry_after" in options else {}
    return Answer(int(word), f"<html><title>{word}</title></html>", "text/html", header)

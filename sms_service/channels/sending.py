"""HTTP to a gateway: one kept session, an end to every wait, and what a failed request says of the text it carried."""

from __future__ import annotations

import io
import ipaddress
import logging
import socket
import ssl
from email.utils import parsedate_to_datetime
from http.client import HTTPResponse
from time import monotonic
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from sms_service.channels.base import TOO_MANY, Refused, Unknown
from sms_service.channels.exchange import recorder

RETRY_AFTER_MAX = 3600.0
"""Seconds. A gateway that asks for more is asked again after an hour: its operators make mistakes too."""

CONNECTIONS = 32
"""Kept connections a gateway. More threads than that in one worker process would gain nothing on two cores."""

ANSWER_MAX = 4 * 1024 * 1024
"""Bytes of an answer, unpacked. A list of a thousand messages has two million; more is no answer that we understand, and a
worker that read it to its end would have no memory left for its work."""

GIVEN_UP = (socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 10_000)
"""Milliseconds after which the kernel throws away what the gateway has not confirmed. It would go on for two minutes, also
when we have closed the connection: a text that was written into a network that is cut would leave when it is whole again,
after the lease has ended and another worker has sent it. Far below the shortest lease (20 s)."""

BLOCK = 64 * 1024
"""Bytes read at once."""

_NOTHING_LEFT = (requests.ConnectTimeout, requests.exceptions.ProxyError, requests.exceptions.InvalidURL)
_NOTHING_LEFT_SCHEMA = (requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema)


def failed(error: Exception) -> Refused | Unknown:
    """What `error`, raised while sending, means. Refused only if certainly no byte of the text had left."""
    if isinstance(error, UnicodeEncodeError):
        return Refused("text cannot be encoded", again=False)
    if isinstance(error, _NOTHING_LEFT + _NOTHING_LEFT_SCHEMA) or _never_connected(error):
        return Refused("no connection", again=True)
    return Unknown(type(error).__name__)


def _never_connected(error: Exception) -> bool:
    """Whether requests' ConnectionError hides a refused connection, an unknown host or an untrusted certificate."""
    if not isinstance(error, requests.ConnectionError) or not error.args:
        return False
    reason = getattr(error.args[0], "reason", error.args[0])
    if isinstance(reason, NewConnectionError | ConnectTimeoutError):
        return True
    return any(isinstance(inner, ssl.SSLCertVerificationError) for inner in getattr(reason, "args", ()))


def retry_after(headers: Any) -> float:
    """Seconds of a Retry-After header (RFC 9110: a number, or a date, read against the answer's Date); 0 if none."""
    text = str(headers.get("Retry-After") or "").strip()
    if text.isdecimal():
        return min(float(text), RETRY_AFTER_MAX)
    try:
        wait = (parsedate_to_datetime(text) - parsedate_to_datetime(str(headers.get("Date") or ""))).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(wait, 0.0), RETRY_AFTER_MAX)


def too_many(answer: requests.Response) -> Refused:
    """What an HTTP 429 says."""
    return Refused(TOO_MANY, again=True, after=retry_after(answer.headers), too_fast=True)


class AnswerTooLong(requests.RequestException):
    """The gateway's answer has more than ANSWER_MAX bytes; the rest was not read."""


class _Session(requests.Session):
    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """As a Session's, but an answer is read up to ANSWER_MAX, unless it is asked for as a stream."""
        in_blocks, options["stream"] = options.get("stream"), True
        answer = super().send(request, **options)
        if in_blocks:
            return answer
        data = bytearray()
        for block in answer.iter_content(BLOCK):
            data += block
            if len(data) > ANSWER_MAX:
                answer.close()
                raise AnswerTooLong
        answer._content = bytes(data)  # noqa: SLF001 - what `content` gives; requests has no other way
        return answer


class InsideAddress(OSError):
    """A name that leads to an address of an inside network, and was not to."""


class _Recorded(_Session):
    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """What was asked and answered goes to whoever records this thread's exchanges."""
        record = recorder()
        if record is None:
            return super().send(request, **options)
        begun = monotonic()
        try:
            answer = super().send(request, **options)
        except Exception as error:
            record(request, error, monotonic() - begun)
            raise
        record(request, answer, monotonic() - begun)
        return answer


def new_session(outside: bool = False) -> requests.Session:
    """A session that keeps its connections, repeats nothing, waits for a whole answer no longer than its read time-out, reads
    no more of it than ANSWER_MAX (raises AnswerTooLong), and whose addresses (Twilio's list has the number in it) never
    reach a log. `outside`: it connects to public addresses only, whatever a name leads to, and raises InsideAddress within
    requests' ConnectionError."""
    session = _Recorded()
    for scheme in ("http://", "https://"):
        session.mount(scheme, _OutsideAdapter() if outside else _Adapter(pool_maxsize=CONNECTIONS))
    log = logging.getLogger("urllib3.connectionpool")
    log.removeFilter(_nothing)
    log.addFilter(_nothing)  # a filter, since a level would be undone by whoever configures the logs after us
    return session


def _nothing(_: logging.LogRecord) -> bool:
    """urllib3 puts whole addresses into its lines, warnings included. What went wrong stands in the send's outcome."""
    return False


# requests' read time-out starts anew with every byte: a gateway that drips would hold a worker beyond its lease, and a
# second worker would take the message up. So the time-out is made one for the whole answer, head and body.


class _WholeAnswer(io.RawIOBase):
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._bytes = connection.makefile("rb", buffering=0)
        limit = connection.gettimeout()
        self._end = None if limit is None else monotonic() + limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._end is not None:
            left = self._end - monotonic()
            if left <= 0:
                raise TimeoutError("the answer took too long")
            self._connection.settimeout(left)
        return self._bytes.readinto(buffer)

    def close(self) -> None:
        self._bytes.close()
        super().close()


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_WholeAnswer(sock))


class _Connection(HTTPConnection):
    response_class = _Response


class _SecureConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, socket_options=[*HTTPConnection.default_socket_options, GIVEN_UP])
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


class _OutsideConnection(_SecureConnection):
    def _new_conn(self) -> socket.socket:
        """Looks at who was reached, before a byte is said: a name that was looked up twice could lead to two places."""
        reached = super()._new_conn()
        if not ipaddress.ip_address(reached.getpeername()[0]).is_global:
            reached.close()
            raise InsideAddress("the name leads to an address that is not public")
        return reached


class _OutsidePool(HTTPSConnectionPool):
    ConnectionCls = _OutsideConnection


class _OutsideAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"https": _OutsidePool}

"""What a failed request says about the text it carried, and when to try again."""

from __future__ import annotations

import socket

import pytest
import requests

from sms_service.channels.base import Refused, Unknown
from sms_service.channels.sending import RETRY_AFTER_MAX, failed, new_session, retry_after
from tests.gateways import Twilio

SHORTEST_LEASE = 20
"""Seconds; config.py takes no shorter one."""


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "86400000"}, RETRY_AFTER_MAX),
        ({"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT", "Date": "Fri, 31 Dec 1999 23:59:29 GMT"}, 30.0),
        ({"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT", "Date": "Sat, 01 Jan 2000 00:00:29 GMT"}, 0.0),
        ({"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}, 0.0),
        ({"Retry-After": "soon"}, 0.0),
        ({"Retry-After": "Fri, 31 Dec 99999999999999999999 23:59:59 GMT"}, 0.0),
        ({"Retry-After": "9" * 5000}, RETRY_AFTER_MAX),
        ({"Retry-After": "-5"}, 0.0),
        ({}, 0.0),
    ],
)
def test_retry_after_is_a_number_or_a_date(headers: dict[str, str], seconds: float) -> None:
    assert retry_after(headers) == seconds


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "nonsense", "ftp://127.0.0.1/"])
def test_what_was_never_connected_was_certainly_not_sent(address: str) -> None:
    with pytest.raises(requests.RequestException) as caught:
        new_session().post(address, timeout=(2, 2))
    assert failed(caught.value) == Refused("no connection", again=True)


@pytest.mark.parametrize(
    "error",
    [
        requests.ReadTimeout(),
        requests.ConnectionError(),
        requests.ConnectionError("reset"),
        requests.exceptions.ChunkedEncodingError(),
        requests.exceptions.InvalidHeader("of the answer"),
        requests.TooManyRedirects(),
        requests.exceptions.SSLError("in the middle"),
        RuntimeError("a surprise with +254711000111 in it"),
    ],
)
def test_everything_else_is_unknown_and_told_by_its_kind_alone(error: Exception) -> None:
    assert failed(error) == Unknown(type(error).__name__)


def test_a_text_that_was_written_into_a_cut_network_does_not_leave_when_another_worker_has_it() -> None:
    with Twilio() as gateway, new_session() as session:
        connection = session.get_adapter(gateway.url).poolmanager.connection_from_url(gateway.url)._new_conn()
        connection.connect()
        until_given_up = connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) / 1000
        connection.close()

    assert 0 < until_given_up < SHORTEST_LEASE


def test_a_text_that_utf8_cannot_say_never_left() -> None:
    with pytest.raises(UnicodeEncodeError) as caught:
        "\ud800".encode()
    assert failed(caught.value) == Refused("text cannot be encoded", again=False)

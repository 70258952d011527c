"""What everybody must do who tells us something, whatever the gateway: prove it, say it whole, and keep it out of the log.

The first half of the suite that each channel's test class inherits; conformance.py beside this file is the other.
"""

from __future__ import annotations

import hmac
import io
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sms_service.channels.base import Batch, Channel, DeliveryReport, Forged, Ignored, Request, Response, Unreadable
from sms_service.engine.model import Inbound

NOW = 1_767_225_600.0
PHONE = "+254711000111"
TEXT = "Canary: Amina Wanjiru, right and I join: 1"
SECRETS = ("the-new-secret-of-this-test", "the-old-secret-of-this-test")

PATIENT = (10.0, 30.0)
"""Seconds to connect and to answer where an answer comes: no busy machine takes as long."""

NASTY = st.text("\0\x1b\ud800\udc00\u202e\n*1a", min_size=1, max_size=20)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200) | NASTY
"""Any text at all: NUL, lone surrogates and controls too."""


def any_request(data: st.DataObject, routes: Sequence[str], names_: Sequence[str], genuine: Request) -> Request:
    """A request of anybody: known and unknown fields and headers, any text in each, and (or not) genuine fields behind."""
    names = st.sampled_from(list(names_)) | ANY_TEXT
    values = ANY_TEXT | st.sampled_from([PHONE, "1", "56161", "2026-08-12 10:30:00"])
    return Request(
        method="POST",
        target=data.draw(st.sampled_from(["/hooks/x", "/hooks/x?ref=", "//[", "?ref=%ff%00&ref"]) | ANY_TEXT),
        route=data.draw(st.sampled_from([*routes, "sms", "ussd", "nowhere"])),
        secret=data.draw(ANY_TEXT),
        header={name: data.draw(ANY_TEXT) for name in genuine.header if data.draw(st.booleans())},
        form=tuple(data.draw(st.lists(st.tuples(names, values), max_size=8)))
        + data.draw(st.sampled_from([genuine.form, ()])),
        body=data.draw(st.binary(max_size=50) | st.just(genuine.body)),
    )


class Hearing(ABC):
    """What everybody must do who tells us something: every channel, the handset, and who reports missed calls."""

    channel_class: type
    """The channel under test."""

    @abstractmethod
    def channel(self, *, secrets: Sequence[str], api_url: str = "", timeout: tuple[float, float] = PATIENT) -> Channel:
        """The channel with these secrets, the newest first; whatever proves a request is made from one of them."""

    @abstractmethod
    def genuine(self, route: str, fields: Sequence[tuple[str, str]], secret: str) -> Request:
        """A request of the gateway, with its proof made from `secret`."""

    @abstractmethod
    def sms(self, phone: str, text: str, id_: str) -> list[tuple[str, str]]:
        """The fields of an SMS in, route `sms`."""

    field_names: Sequence[str]
    """Names of its form fields, for the fuzz."""

    @property
    def routes(self) -> Sequence[str]:
        """The last parts of its addresses."""
        return self.channel(secrets=SECRETS).routes

    # --- what arrives ---------------------------------------------------------------------------------------------

    def parse(self, route: str, fields: Sequence[tuple[str, str]]) -> Inbound | DeliveryReport | Ignored:
        channel = self.channel(secrets=SECRETS)
        return channel.parse(self.genuine(route, fields, SECRETS[0]), NOW)

    def test_a_message_keeps_its_id_however_often_it_comes(self) -> None:
        once, again, other = (self.parse("sms", self.sms(PHONE, "1", id_)) for id_ in ("id-1", "id-1", "id-2"))
        assert isinstance(once, Inbound)
        assert isinstance(other, Inbound)
        assert again == once
        assert other.id != once.id

    def test_a_message_without_an_id_or_a_sender_is_unreadable(self) -> None:
        for missing in ("id", "sender"):
            with pytest.raises(Unreadable):
                self.parse(
                    "sms", self.sms("" if missing == "sender" else PHONE, "1", "" if missing == "id" else "id-1")
                )

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    @given(st.data())
    def test_no_request_upsets_the_reader(self, data: st.DataObject) -> None:
        channel = self.channel(secrets=SECRETS)
        request = any_request(data, self.routes, self.field_names, self.genuine_sms())
        if data.draw(st.booleans()):  # built as the gateway builds it: a reader of JSON is reached too
            fields = [(name, data.draw(ANY_TEXT | st.just(PHONE))) for name in self.field_names]
            request = self.genuine(request.route, fields, SECRETS[0])
        try:
            understood = channel.parse(request, NOW)
        except (Unreadable, Forged):
            return
        msgspec.json.encode(understood)  # no lone surrogate is left: UTF-8 and the database take it
        assert "\\x00" not in repr(understood)
        assert isinstance(channel.reply(understood, "1. Yes\n2. No", False), Response)

    def test_nobody_reads_in_a_log_or_a_fault_what_a_person_sent(self) -> None:
        told = []
        with every_log() as log:
            self.parse("sms", self.sms(PHONE, TEXT, "id-1"))
            for phone, id_ in ((PHONE, ""), ("", "id-1")):
                with pytest.raises(Unreadable) as unreadable:
                    self.parse("sms", self.sms(phone, TEXT, id_))
                told.append(unreadable.value)
        nothing_private(log.getvalue() + repr(told))

    def genuine_sms(self, secret: str = SECRETS[0], text: str = "1") -> Request:
        return self.genuine("sms", self.sms(PHONE, text, "id-1"), secret)


class Together(Hearing):
    """What a channel must do whose gateway tells several messages or reports in one request."""

    @abstractmethod
    def together(self, route: str, each: Sequence[Sequence[tuple[str, str]]], secret: str) -> Request:
        """One request of the gateway with several messages or reports in it, with its proof made from `secret`."""

    def test_one_that_cannot_be_read_does_not_lose_the_others(self) -> None:
        messages = [self.sms(PHONE, TEXT, id_) for id_ in ("id-1", "", "id-2", "id-3")]
        with every_log() as log:
            told = self.channel(secrets=SECRETS).parse(self.together("sms", messages, SECRETS[0]), NOW)
        assert isinstance(told, Batch)
        assert [one.id for one in told.items if isinstance(one, Inbound)] == ["id-1", "id-2", "id-3"]
        assert "1 of 4 in one request cannot be read" in log.getvalue()
        nothing_private(log.getvalue())

    def test_where_none_can_be_read_all_are_refused(self) -> None:
        with pytest.raises(Unreadable):
            self.channel(secrets=SECRETS).parse(
                self.together("sms", [self.sms(PHONE, TEXT, ""), self.sms("", TEXT, "id-1")], SECRETS[0]), NOW
            )


class Proving(Hearing):
    """What everybody must do who is reached from outside: let nobody in who cannot prove where he is from."""

    @abstractmethod
    def without_proof(self, request: Request) -> Request:
        """`request` as a stranger would send it."""

    def test_a_genuine_request_passes(self) -> None:
        channel = self.channel(secrets=SECRETS[:1])
        for route in self.routes:
            channel.verify(self.genuine(route, self.sms(PHONE, "हाँ 👍 + & % =", "id-1"), SECRETS[0]))

    def test_a_request_without_proof_is_forged(self) -> None:
        channel = self.channel(secrets=SECRETS[:1])
        for route in self.routes:
            with pytest.raises(Forged):
                channel.verify(self.without_proof(self.genuine(route, self.sms(PHONE, "1", "id-1"), SECRETS[0])))

    @pytest.mark.parametrize("wrong", ["another secret", "", "ключ", "\ud800", SECRETS[0].upper(), SECRETS[0] + " "])
    def test_a_request_with_a_wrong_proof_is_forged(self, wrong: str) -> None:
        channel = self.channel(secrets=SECRETS[:1])
        with pytest.raises(Forged):
            channel.verify(self.genuine_sms(wrong))

    def test_both_secrets_are_good_while_they_are_rotated(self) -> None:
        request = [self.genuine_sms(secret) for secret in SECRETS]
        both = self.channel(secrets=SECRETS)
        both.verify(request[0])
        both.verify(request[1])
        with pytest.raises(Forged):
            self.channel(secrets=SECRETS[:1]).verify(request[1])

    def test_all_secrets_are_compared_whichever_fits_by_hmac_compare_digest(self) -> None:
        channel, counts = self.channel(secrets=SECRETS), set()
        for secret in (*SECRETS, "another secret"):
            with patch("hmac.compare_digest", wraps=hmac.compare_digest) as compare, suppress(Forged):
                channel.verify(self.genuine_sms(secret))
            counts.add(compare.call_count)
        assert len(counts) == 1, "how long it takes tells which secret fitted"
        assert 0 not in counts, "`==` tells by its time how much of a guess was right"

    def test_without_a_secret_nothing_is_genuine(self) -> None:
        for secret in ("", SECRETS[0]):
            with pytest.raises(Forged):
                self.channel(secrets=[""]).verify(self.genuine_sms(secret))

    @settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    @given(st.data())
    def test_no_request_of_a_stranger_passes_or_upsets_the_check(self, data: st.DataObject) -> None:
        channel = self.channel(secrets=SECRETS)
        with pytest.raises(Forged):
            channel.verify(any_request(data, self.routes, self.field_names, self.genuine_sms()))


class Listening(Hearing):
    """What every channel must do with a text that arrives, also one that no gateway reaches (the handset)."""

    def test_an_sms_is_told_whole(self) -> None:
        inbound = self.parse("sms", self.sms(PHONE, " REG 9876543210\r\nराम कुमार ", "id-1"))
        assert isinstance(inbound, Inbound)
        assert (inbound.channel, inbound.kind, inbound.phone) == (self.channel(secrets=SECRETS).name, "sms", PHONE)
        assert (inbound.text, inbound.received_at) == (" REG 9876543210\r\nराम कुमार ", NOW)

    def test_what_cannot_be_stored_is_taken_out_of_a_text(self) -> None:
        inbound = self.parse("sms", self.sms(PHONE, "yes\0 \ud83d\ude00 \ud800", "id-1"))
        assert isinstance(inbound, Inbound)
        assert inbound.text.startswith("yes")
        assert "\0" not in inbound.text
        inbound.text.encode()  # no lone surrogate: UTF-8, and so the database, takes it

    def test_a_long_text_is_kept_whole(self) -> None:
        inbound = self.parse("sms", self.sms(PHONE, "हाँ " * 2500, "id-1"))
        assert isinstance(inbound, Inbound)
        assert inbound.text == "हाँ " * 2500


@contextmanager
def every_log() -> Iterator[io.StringIO]:
    """All that is logged at any level by anybody, as text."""
    caught = io.StringIO()
    handler, root = logging.StreamHandler(caught), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        root.debug("a canary line")
        yield caught
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def nothing_private(written: str) -> None:
    """Fails if `written` holds a secret, a number or a text of these tests."""
    assert "a canary line" in written, "the log was not caught, so this test proves nothing"
    for private in (*SECRETS, PHONE, PHONE[1:], "Canary", "Amina"):
        assert private not in written

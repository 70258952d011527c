"""What every channel must do, whatever its gateway: the suite that each channel's test class inherits.

A channel's test module has one class `Test...(Conformance)` that fills in what is marked "the gateway's own";
test_every_channel.py fails for a channel without one, and for a class that replaces one of these tests.
"""

from __future__ import annotations

import io
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sms_service.channels.base import (
    Accepted,
    Channel,
    DeliveryReport,
    Forged,
    Ignored,
    Outbound,
    Refused,
    Request,
    Response,
    Unknown,
    Unreadable,
)
from sms_service.engine.model import Inbound
from tests.gateways import Gateway

NOW = 1_767_225_600.0
PHONE = "+254711000111"
TEXT = "Canary: Amina Wanjiru, right and I join: 1"
REF = "0d5c9c1e8f2b4a7e"
SECRETS = ("the-new-secret-of-this-test", "the-old-secret-of-this-test")

PATIENT = (10.0, 30.0)
"""Seconds to connect and to answer where an answer comes: no busy machine takes as long."""

QUICK = (2.0, 0.4)
"""The same in bad weather, where none comes and every test waits for it."""

NASTY = st.text("\0\x1b\ud800\udc00\u202e\n*1a", min_size=1, max_size=20)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200) | NASTY
"""Any text at all: NUL, lone surrogates and controls too."""


def any_request(data: st.DataObject, channel: Channel, names_: Sequence[str], rest: list[tuple[str, str]]) -> Request:
    """A request of anybody: known and unknown fields, any text in each of them, and (or not) genuine fields behind."""
    names = st.sampled_from(list(names_)) | ANY_TEXT
    values = ANY_TEXT | st.sampled_from([PHONE, "1", "56161", "2026-08-12 10:30:00"])
    return Request(
        method="POST",
        target=data.draw(st.sampled_from(["/hooks/x", "/hooks/x?ref=", "//[", "?ref=%ff%00&ref"]) | ANY_TEXT),
        route=data.draw(st.sampled_from([*channel.routes, "sms", "ussd", "nowhere"])),
        secret=data.draw(ANY_TEXT),
        header={name: data.draw(ANY_TEXT) for name in data.draw(st.lists(st.just("x-twilio-signature"), max_size=1))},
        form=tuple(data.draw(st.lists(st.tuples(names, values), max_size=8)) + data.draw(st.sampled_from([rest, []]))),
        body=data.draw(st.binary(max_size=50)),
    )


class Listening(ABC):
    """What every channel must do with what arrives, also one that no gateway reaches (the handset)."""

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

    # --- what arrives ---------------------------------------------------------------------------------------------

    def parse(self, route: str, fields: Sequence[tuple[str, str]]) -> Inbound | DeliveryReport | Ignored:
        channel = self.channel(secrets=SECRETS)
        return channel.parse(self.genuine(route, fields, SECRETS[0]), NOW)

    def test_an_sms_is_told_whole(self) -> None:
        inbound = self.parse("sms", self.sms(PHONE, " REG 9876543210\r\nराम कुमार ", "id-1"))
        assert isinstance(inbound, Inbound)
        assert (inbound.channel, inbound.kind, inbound.phone) == (self.channel(secrets=SECRETS).name, "sms", PHONE)
        assert (inbound.text, inbound.received_at) == (" REG 9876543210\r\nराम कुमार ", NOW)

    def test_a_message_keeps_its_id_however_often_it_comes(self) -> None:
        once, again, other = (self.parse("sms", self.sms(PHONE, "1", id_)) for id_ in ("id-1", "id-1", "id-2"))
        assert isinstance(once, Inbound)
        assert isinstance(other, Inbound)
        assert again == once
        assert other.id != once.id

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
        request = any_request(data, channel, self.field_names, self.sms(PHONE, "1", "id-1"))
        try:
            understood = channel.parse(request, NOW)
        except Unreadable:
            return
        msgspec.json.encode(understood)  # no lone surrogate is left: UTF-8 and the database take it
        assert "\\x00" not in repr(understood)
        assert isinstance(channel.reply(understood, "1. Yes\n2. No", False), Response)


class Conformance(Listening):
    """What a channel must do that a gateway reaches; inherit as `class TestTwilio(Conformance)`."""

    # --- the gateway's own ----------------------------------------------------------------------------------------

    @abstractmethod
    def gateway(self, secret: str) -> Gateway:
        """The stand-in (not started) that takes what the channel sends, if the channel was given `secret`."""

    @abstractmethod
    def without_proof(self, request: Request) -> Request:
        """`request` as a stranger would send it."""

    @abstractmethod
    def report(self, id_: str, word: str) -> tuple[str, list[tuple[str, str]]]:
        """Route and fields of a delivery report about the gateway's message `id_`, to PHONE, with status `word`."""

    final_words: Mapping[str, str]
    """The gateway's words for delivered and failed, and ours."""

    names_messages = True
    """Whether the gateway gives each message an id of its own. One that does not (Kannel) reports by our reference; its
    `report(id_, word)` has `id_` as that."""

    # --- who is asking --------------------------------------------------------------------------------------------

    def test_a_genuine_request_passes(self) -> None:
        channel = self.channel(secrets=SECRETS[:1])
        for route in channel.routes:
            channel.verify(self.genuine(route, self.sms(PHONE, "हाँ 👍 + & % =", "id-1"), SECRETS[0]))

    def test_a_request_without_proof_is_forged(self) -> None:
        channel = self.channel(secrets=SECRETS[:1])
        for route in channel.routes:
            with pytest.raises(Forged):
                channel.verify(self.without_proof(self.genuine(route, self.sms(PHONE, "1", "id-1"), SECRETS[0])))

    @pytest.mark.parametrize("wrong", ["another secret", "", "ключ", "\ud800", SECRETS[0].upper(), SECRETS[0] + " "])
    def test_a_request_with_a_wrong_proof_is_forged(self, wrong: str) -> None:
        channel = self.channel(secrets=SECRETS[:1])
        with pytest.raises(Forged):
            channel.verify(self.genuine("sms", self.sms(PHONE, "1", "id-1"), wrong))

    def test_both_secrets_are_good_while_they_are_rotated(self) -> None:
        request = [self.genuine("sms", self.sms(PHONE, "1", "id-1"), secret) for secret in SECRETS]
        both = self.channel(secrets=SECRETS)
        both.verify(request[0])
        both.verify(request[1])
        with pytest.raises(Forged):
            self.channel(secrets=SECRETS[:1]).verify(request[1])

    def test_without_a_secret_nothing_is_genuine(self) -> None:
        for secret in ("", SECRETS[0]):
            with pytest.raises(Forged):
                self.channel(secrets=[""]).verify(self.genuine("sms", self.sms(PHONE, "1", "id-1"), secret))

    @settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    @given(st.data())
    def test_no_request_of_a_stranger_passes_or_upsets_the_check(self, data: st.DataObject) -> None:
        channel = self.channel(secrets=SECRETS)
        with pytest.raises(Forged):
            channel.verify(any_request(data, channel, self.field_names, self.sms(PHONE, "1", "id-1")))

    # --- what arrives ---------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("sender", ["56161", "MPESA", "VM-ABCDEF", "whatsapp:+254711000111", "+1", "anonymous"])
    def test_a_sender_that_is_no_phone_is_never_answered(self, sender: str) -> None:
        ignored = self.parse("sms", self.sms(sender, "You won", "id-1"))
        assert isinstance(ignored, Ignored)
        assert sender not in ignored.why

    def test_a_report_has_our_status(self) -> None:
        for word, status in self.final_words.items():
            report = self.parse(*self.report("gateway-id-1", word))
            assert isinstance(report, DeliveryReport)
            assert report.gateway_id == ("gateway-id-1" if self.names_messages else "")
            assert report.ref == "gateway-id-1" or report.gateway_id
            assert report.phone in ("", PHONE)
            assert (report.word, report.status) == (word, status)

    @pytest.mark.parametrize("word", ["a-word-of-next-year", "", "\0", "\ud800", "Ω" * 300])
    def test_a_report_with_an_unknown_word_is_no_error_and_never_final(self, word: str) -> None:
        try:
            report = self.parse(*self.report("gateway-id-1", word))
        except Unreadable:
            assert not word.strip("\0"), "only a report without any word may be unreadable"
        else:
            assert isinstance(report, Ignored) or (isinstance(report, DeliveryReport) and report.status == "sent")

    def test_a_report_that_comes_before_the_answer_still_tells_which_message_it_means(self) -> None:
        report = self.parse(*self.report("gateway-id-1", next(iter(self.final_words))))
        assert isinstance(report, DeliveryReport)
        assert report.ref or (report.gateway_id and report.phone)

    # --- what is answered -----------------------------------------------------------------------------------------

    def test_every_answer_is_one_that_a_gateway_does_not_send_on_to_the_person(self) -> None:
        channel = self.channel(secrets=SECRETS)
        for understood in (self.parse("sms", self.sms(PHONE, "1", "id-1")), Ignored("a note")):
            answer = channel.reply(understood, "", False)
            assert 200 <= answer.status < 300
            assert answer.body in ("", "<Response/>", "ACK/Jasmin")

    def test_busy_asks_for_another_try_and_claims_nothing(self) -> None:
        channel = self.channel(secrets=SECRETS)
        for route in channel.routes:
            answer = channel.busy(route)
            assert answer.status == 503 or (route == "ussd" and answer.body.startswith("END "))

    # --- what is sent ---------------------------------------------------------------------------------------------

    @contextmanager
    def connected(self, timeout: tuple[float, float] = PATIENT) -> Iterator[tuple[Channel, Gateway]]:
        with self.gateway(SECRETS[0]) as gateway:
            yield self.channel(secrets=SECRETS, api_url=gateway.url, timeout=timeout), gateway

    def outbound(self, ref: str = REF, text: str = TEXT) -> Outbound:
        return Outbound(ref=ref, phone=PHONE, text=text)

    def test_a_text_is_accepted_as_it_is(self) -> None:
        with self.connected() as (channel, gateway):
            text = "कृपया 1 भेजें 👍 & + = %\nसदस्य"
            outcome = channel.send(self.outbound(text=text))
            [message] = gateway.wait_for(1)
            assert isinstance(outcome, Accepted)
            assert outcome.gateway_id == (message.id if self.names_messages else "")
            assert (message.to, message.text) == (PHONE, text)

    def test_many_sends_share_one_connection(self) -> None:
        with self.connected() as (channel, gateway):
            for number in range(5):
                assert isinstance(channel.send(self.outbound(ref=f"r{number}")), Accepted)
            assert gateway.connections == 1

    @pytest.mark.parametrize("after", ["7", "0"])
    def test_too_many_requests_are_tried_again_when_the_gateway_says(self, after: str) -> None:
        with self.connected() as (channel, gateway):
            gateway.behave("429", retry_after=after)
            assert channel.send(self.outbound()) == Refused("429", again=True, after=float(after))
            assert gateway.accepted == []

    @pytest.mark.parametrize("weather", ["500", "502", "503", "302", "reset", "silent", "slow", "html", "truncated"])
    def test_an_outcome_that_nobody_can_know_is_called_unknown(self, weather: str) -> None:
        with self.connected(QUICK) as (channel, gateway):
            gateway.behave(weather)
            outcome = channel.send(self.outbound())
            assert isinstance(outcome, Unknown), outcome

    def test_no_send_is_repeated_behind_our_back(self) -> None:
        with self.connected(QUICK) as (channel, gateway):
            for sent, weather in enumerate(("500", "503", "reset", "silent", "truncated"), 1):
                gateway.behave(weather, times=1)
                channel.send(self.outbound())
                gateway.wait_until(lambda sent=sent: len(gateway.requests) >= sent, f"send {sent}")  # type: ignore[misc]
                assert len(gateway.requests) == sent, weather

    def test_a_gateway_that_is_down_has_certainly_not_sent(self) -> None:
        with self.gateway(SECRETS[0]) as gateway:
            address = gateway.url
        outcome = self.channel(secrets=SECRETS, api_url=address).send(self.outbound())
        assert isinstance(outcome, Refused)
        assert outcome.again

    def test_a_late_answer_within_the_time_is_an_answer(self) -> None:
        with self.gateway(SECRETS[0]) as gateway:
            gateway.behave("late", seconds=0.2)
            channel = self.channel(secrets=SECRETS, api_url=gateway.url)
            assert isinstance(channel.send(self.outbound()), Accepted)

    def test_a_wrong_key_is_refused_for_good(self) -> None:
        with self.gateway("the gateway knows another one") as gateway:
            outcome = self.channel(secrets=SECRETS, api_url=gateway.url).send(self.outbound())
            assert isinstance(outcome, Refused)
            assert not outcome.again
            assert gateway.accepted == []

    def test_a_text_that_cannot_be_encoded_is_refused_before_anything_leaves(self) -> None:
        with self.connected() as (channel, gateway):
            assert isinstance(channel.send(self.outbound(text="\ud800")), Refused)
            assert gateway.requests == []

    def test_who_cannot_look_up_says_unknown(self) -> None:
        with self.connected() as (channel, gateway):
            gateway.behave("500", on="any")
            assert isinstance(channel.look_up(self.outbound(), NOW, []), Unknown)

    # --- what nobody may read -------------------------------------------------------------------------------------

    def test_no_secret_number_or_text_reaches_a_log_or_a_reason(self) -> None:
        with every_log() as log, self.connected(QUICK) as (channel, gateway):
            told: list[Any] = [channel.parse(self.genuine("sms", self.sms("MPESA", TEXT, "id-1"), SECRETS[0]), NOW)]
            for weather in ("ok", "429", "500", "reset", "silent", "html", "truncated", "slow"):
                gateway.behave(weather)
                told.append(channel.send(self.outbound()))
                gateway.behave("ok")
                told.append(channel.look_up(self.outbound(), NOW, []))
            for secret in ("", "wrong"):
                with pytest.raises(Forged) as forged:
                    channel.verify(self.genuine("sms", self.sms(PHONE, TEXT, "id-1"), secret))
                told.append(forged.value)
        written = log.getvalue() + repr(told)
        assert "a canary line" in log.getvalue(), "the log was not caught, so this test proves nothing"
        for private in (*SECRETS, PHONE, PHONE[1:], "Canary", "Amina"):
            assert private not in written


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

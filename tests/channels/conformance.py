"""What every channel must do, whatever its gateway: the suite that each channel's test class inherits.

A channel's test module has one class `Test...(Conformance)` that fills in what is marked "the gateway's own", here and in
hearing.py; test_every_channel.py fails for a channel without one, and for a class that replaces one of these tests.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from sms_service.channels import advice
from sms_service.channels.base import (
    Accepted,
    Channel,
    DeliveryReport,
    Forged,
    Ignored,
    Outbound,
    Refused,
    Unknown,
    Unreadable,
)
from tests.channels.hearing import (
    ANY_TEXT,
    NOW,
    PATIENT,
    PHONE,
    SECRETS,
    TEXT,
    Listening,
    Proving,
    every_log,
    nothing_private,
)
from tests.gateways import Gateway

__all__ = [
    "ANY_TEXT",
    "NOW",
    "PATIENT",
    "PHONE",
    "QUICK",
    "REF",
    "SECRETS",
    "TEXT",
    "Conformance",
    "Listening",
    "Proving",
]

REF = "0d5c9c1e8f2b4a7e"

QUICK = (2.0, 0.4)
"""Seconds to connect and to answer in bad weather, where no answer comes and every test waits for it."""


class Conformance(Proving, Listening):
    """What a channel must do that a gateway reaches; inherit as `class TestTwilio(Conformance)`."""

    # --- the gateway's own ----------------------------------------------------------------------------------------

    @abstractmethod
    def gateway(self, secret: str) -> Gateway:
        """The stand-in (not started) that takes what the channel sends, if the channel was given `secret`."""

    @abstractmethod
    def report(self, id_: str, word: str) -> tuple[str, list[tuple[str, str]]]:
        """Route and fields of a delivery report about the gateway's message `id_`, to PHONE, with status `word`."""

    final_words: Mapping[str, str]
    """The gateway's words for delivered and failed, and ours."""

    names_messages = True
    """Whether the gateway gives each message an id of its own. One that does not (Kannel) reports by our reference; its
    `report(id_, word)` has `id_` as that."""

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
            assert channel.send(self.outbound()) == Refused("429", again=True, after=float(after), too_fast=True)
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
            channel = self.channel(secrets=SECRETS, api_url=gateway.url)
            outcome = channel.send(self.outbound())
            assert isinstance(outcome, Refused)
            assert not outcome.again
            assert outcome.operator, "nobody is told that the key is wrong"
            told = advice.advice(channel.name, outcome.reason, locked_out=outcome.locked_out)
            assert told, "and nobody what to do"
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
                    channel.verify(self.genuine_sms(secret, TEXT))
                told.append(forged.value)
        nothing_private(log.getvalue() + repr(told))

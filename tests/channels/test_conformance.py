"""The conformance suite is tested: each channel, with one of its duties taken out, fails it."""

from __future__ import annotations

import importlib
import inspect
import itertools
import logging
from typing import Any, ClassVar

import msgspec
import pytest

from sms_service.channels.base import (
    Channel,
    DeliveryReport,
    Ignored,
    Outbound,
    Refused,
    Request,
    Response,
    Sent,
    Unknown,
)
from sms_service.engine.model import Inbound
from tests.channels.conformance import Conformance
from tests.channels.test_every_channel import channel_modules

log = logging.getLogger(__name__)
Understood = Inbound | DeliveryReport | Ignored


class Without:
    """A channel that leaves one of its duties undone; all else is done by the real one."""

    noticed_by: ClassVar[str]
    """The test of the suite that must fail."""

    parsed = itertools.count()

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    def __getattr__(self, name: str) -> Any:
        return getattr(self.channel, name)


class WithoutVerify(Without):
    noticed_by = "test_a_request_without_proof_is_forged"

    def verify(self, request: Request) -> None:
        """Lets everybody in."""


class WithoutDedupe(Without):
    noticed_by = "test_a_message_keeps_its_id_however_often_it_comes"

    def parse(self, request: Request, now: float) -> Understood:
        understood = self.channel.parse(request, now)
        if isinstance(understood, Inbound):
            return msgspec.structs.replace(understood, id=f"{understood.id}:{next(self.parsed)}")
        return understood


class WithoutOneIdAMessage(Without):
    noticed_by = "test_a_message_keeps_its_id_however_often_it_comes"

    def parse(self, request: Request, now: float) -> Understood:
        understood = self.channel.parse(request, now)
        return msgspec.structs.replace(understood, id="always") if isinstance(understood, Inbound) else understood


class WithoutRedaction(Without):
    noticed_by = "test_no_secret_number_or_text_reaches_a_log_or_a_reason"

    def send(self, message: Outbound) -> Sent:
        log.info("sending %s to %s", message.text, message.phone)
        return self.channel.send(message)


class WithoutUnknown(Without):
    noticed_by = "test_an_outcome_that_nobody_can_know_is_called_unknown"

    def send(self, message: Outbound) -> Sent:
        sent = self.channel.send(message)
        return Refused(sent.reason, again=True) if isinstance(sent, Unknown) else sent


class WithoutEarlyReport(Without):
    noticed_by = "test_a_report_that_comes_before_the_answer_still_tells_which_message_it_means"

    def parse(self, request: Request, now: float) -> Understood:
        understood = self.channel.parse(request, now)
        if isinstance(understood, DeliveryReport):
            return msgspec.structs.replace(understood, ref="", phone="")
        return understood


class WithoutLookUpInDoubt(Without):
    noticed_by = "test_who_cannot_look_up_says_unknown"

    def look_up(self, message: Outbound, since: float, not_these: list[str]) -> Sent:
        sent = self.channel.look_up(message, since, not_these)
        return Refused("not found", again=True) if isinstance(sent, Unknown) else sent


class WithoutSilence(Without):
    noticed_by = "test_every_answer_is_one_that_a_gateway_does_not_send_on_to_the_person"

    def reply(self, inbound: Understood, text: str, ends: bool) -> Response:
        return Response(200, "text/plain", "OK")


class WithoutRetryAfter(Without):
    noticed_by = "test_too_many_requests_are_tried_again_when_the_gateway_says"

    def send(self, message: Outbound) -> Sent:
        sent = self.channel.send(message)
        return msgspec.structs.replace(sent, after=0.0) if isinstance(sent, Refused) else sent


class WithASecondTry(Without):
    noticed_by = "test_no_send_is_repeated_behind_our_back"

    def send(self, message: Outbound) -> Sent:
        sent = self.channel.send(message)
        return self.channel.send(message) if isinstance(sent, Unknown) else sent


BROKEN = [
    WithoutVerify, WithoutDedupe, WithoutOneIdAMessage, WithoutRedaction, WithoutUnknown, WithoutEarlyReport,
    WithoutLookUpInDoubt, WithoutSilence, WithoutRetryAfter, WithASecondTry,
]  # fmt: skip


def suites() -> list[type[Conformance]]:
    """The test classes of each channel that a gateway reaches."""
    found = []
    for name, channel in channel_modules():
        tests = importlib.import_module(f"tests.channels.test_{name}")
        found += [
            one
            for title, one in inspect.getmembers(tests, inspect.isclass)
            if title.startswith("Test")
            and issubclass(one, Conformance)
            and getattr(one, "channel_class", None) is channel
        ]
    return found


def fails(suite: Conformance, name: str) -> bool:
    """Whether the test of this name fails with any of its parameters."""
    test = getattr(suite, name)
    values = [
        [(mark.args[0], value) for value in mark.args[1]]
        for mark in getattr(test, "pytestmark", [])
        if mark.name == "parametrize"
    ]
    for chosen in itertools.product(*values):
        try:
            test(**dict(chosen))
        except (AssertionError, pytest.fail.Exception):
            return True
    return False


@pytest.mark.parametrize("suite_class", suites(), ids=lambda one: one.__name__)
@pytest.mark.parametrize("broken", BROKEN, ids=lambda one: one.__name__)
def test_a_channel_without_one_of_its_duties_fails(suite_class: type[Conformance], broken: type[Without]) -> None:
    class Suite(suite_class):  # type: ignore[misc,valid-type]
        def channel(self, **options: Any) -> Any:
            return broken(super().channel(**options))

    assert fails(Suite(), broken.noticed_by), f"the suite does not notice a channel {broken.__name__}"


def test_there_is_a_suite_for_every_gateway() -> None:
    reached = {channel for _, channel in channel_modules() if channel.routes}  # type: ignore[attr-defined]
    assert {suite.channel_class for suite in suites()} == reached

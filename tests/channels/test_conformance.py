"""The conformance suite is tested: each channel, with one of its duties taken out, fails it."""

from __future__ import annotations

import itertools
import logging
import operator
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from typing import Any, ClassVar
from unittest.mock import patch

import msgspec
import pytest

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
    Sent,
    Unknown,
    Unreadable,
)
from sms_service.engine.model import Inbound
from tests.channels.conformance import Conformance, Proving
from tests.channels.test_every_channel import LISTENER, channel_modules, modules_with, suites_of

log = logging.getLogger(__name__)
Understood = Inbound | DeliveryReport | Ignored


class Without:
    """A channel that leaves one of its duties undone; all else is done by the real one."""

    noticed_by: ClassVar[str]
    """The test of the suite that must fail."""

    parsed = itertools.count()

    def __init__(self, make: Callable[..., Channel], options: dict[str, Any]) -> None:
        """`make` makes the real one, of `options`: its secrets, its address, its time-out."""
        self.make, self.options = make, options
        self.channel = make(**options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.channel, name)


class WithoutVerify(Without):
    noticed_by = "test_a_request_without_proof_is_forged"

    def verify(self, request: Request) -> None:
        """Lets everybody in."""


class WithAnyoneWhereThereIsNoSecret(Without):
    noticed_by = "test_without_a_secret_nothing_is_genuine"

    def verify(self, request: Request) -> None:
        if any(self.options["secrets"]):
            self.channel.verify(request)


class WithOneSecretOnly(Without):
    noticed_by = "test_both_secrets_are_good_while_they_are_rotated"
    which: ClassVar[slice]

    def verify(self, request: Request) -> None:
        self.make(**{**self.options, "secrets": self.options["secrets"][self.which]}).verify(request)


class WithTheFirstSecretOnly(WithOneSecretOnly):
    which = slice(1)


class WithTheLastSecretOnly(WithOneSecretOnly):
    which = slice(-1, None)


class WithAnEqualsSign(Without):
    noticed_by = "test_all_secrets_are_compared_whichever_fits_by_hmac_compare_digest"

    def verify(self, request: Request) -> None:
        with patch("hmac.compare_digest", operator.eq):
            self.channel.verify(request)


class WithAnEarlyReturn(Without):
    noticed_by = "test_all_secrets_are_compared_whichever_fits_by_hmac_compare_digest"

    def verify(self, request: Request) -> None:
        for secret in self.options["secrets"]:
            with suppress(Forged):
                return self.make(**{**self.options, "secrets": [secret]}).verify(request)
        raise Forged("none fits")


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


class WithoutAnId(Without):
    noticed_by = "test_a_message_keeps_its_id_however_often_it_comes"

    def parse(self, request: Request, now: float) -> Understood:
        understood = self.channel.parse(request, now)
        return msgspec.structs.replace(understood, id="") if isinstance(understood, Inbound) else understood


class WithAHashOfTheTextAsId(Without):
    noticed_by = "test_a_message_keeps_its_id_however_often_it_comes"

    def parse(self, request: Request, now: float) -> Understood:
        understood = self.channel.parse(request, now)
        if isinstance(understood, Inbound):
            return msgspec.structs.replace(understood, id=sha256(understood.text.encode()).hexdigest())
        return understood


class WithAnInventedState(Without):
    noticed_by = "test_a_report_with_an_unknown_word_is_no_error_and_never_final"

    def parse(self, request: Request, now: float) -> Understood:
        understood = self.channel.parse(request, now)
        if isinstance(understood, DeliveryReport) and understood.status == "sent":
            return msgspec.structs.replace(understood, status="delivered")
        return understood


class WithTheSenderInTheLog(Without):
    noticed_by = "test_nobody_reads_in_a_log_or_a_fault_what_a_person_sent"

    def parse(self, request: Request, now: float) -> Understood:
        understood = self.channel.parse(request, now)
        log.debug("from %s", understood.phone if isinstance(understood, Inbound) else "")
        return understood


class WithTheRequestInTheFault(Without):
    noticed_by = "test_nobody_reads_in_a_log_or_a_fault_what_a_person_sent"

    def parse(self, request: Request, now: float) -> Understood:
        try:
            return self.channel.parse(request, now)
        except Unreadable as error:
            raise Unreadable(f"{error}: {request}") from error


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


class WithHope(Without):
    noticed_by = "test_an_outcome_that_nobody_can_know_is_called_unknown"

    def send(self, message: Outbound) -> Sent:
        sent = self.channel.send(message)
        return Accepted("gateway-id-1") if isinstance(sent, Unknown) else sent


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


def every_subclass(of: type[Without]) -> Iterator[type[Without]]:
    for one in of.__subclasses__():
        yield from (one, *every_subclass(one))


BROKEN = [one for one in every_subclass(Without) if hasattr(one, "noticed_by") and one is not WithOneSecretOnly]


def suites() -> list[type[Conformance]]:
    """The test classes of each channel that a gateway reaches."""
    found = [one for module in channel_modules() for one in suites_of(*module)]
    return [one for one in found if issubclass(one, Conformance)]


ALL = [one for module in modules_with(LISTENER) for one in suites_of(*module) if issubclass(one, Proving)]
"""Those, and those of who only listens."""


def fails(suite: Proving, name: str) -> bool:
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
        except (AssertionError, pytest.fail.Exception, Forged):
            return True
    return False


@pytest.mark.parametrize(
    ("suite_class", "broken"),
    [(suite, broken) for suite in ALL for broken in BROKEN if hasattr(suite, broken.noticed_by)],
    ids=lambda one: one.__name__,
)
def test_a_channel_without_one_of_its_duties_fails(suite_class: type[Proving], broken: type[Without]) -> None:
    class Suite(suite_class):  # type: ignore[misc,valid-type]
        def channel(self, **options: Any) -> Any:
            return broken(super().channel, options)

    assert fails(Suite(), broken.noticed_by), f"the suite does not notice a channel {broken.__name__}"


def test_there_is_a_suite_for_every_gateway() -> None:
    reached = {channel for _, channel in channel_modules() if channel.routes}  # type: ignore[attr-defined]
    assert {suite.channel_class for suite in suites()} == reached
    assert all(hasattr(Conformance, broken.noticed_by) for broken in BROKEN)

"""What channels share whose gateway takes one text in one HTTP request and cannot be asked about it later. It signs nothing,
or else the channel has a `verify` of its own and says secret_in_path = False."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import requests

from sms_service.channels.base import (
    SEND_TIMEOUT,
    Outbound,
    Refused,
    Request,
    Response,
    Sent,
    Unknown,
    Unreadable,
)
from sms_service.channels.incoming import has_secret, loggable
from sms_service.channels.sending import failed, new_session, too_many

LOCKED_OUT = (401, 403)
"""Statuses that stay until somebody acts: user and password (or key) are not those of the account."""


class PlainHttp(ABC):
    """Its addresses are /hooks/NAME/SECRET/sms and /hooks/NAME/SECRET/delivery. `gateway` is its name in sentences."""

    name: str
    gateway: str
    routes: Sequence[str] = ("sms", "delivery")
    secret_in_path = True
    can_look_up = False
    is_sms = True

    def __init__(self, *, secrets: Sequence[str], public_url: str, timeout: tuple[float, float] = SEND_TIMEOUT) -> None:
        """`secrets`: each is good in the path of our addresses; reports come back under the first. `public_url`: scheme and
        host that the gateway calls."""
        self._secrets = [secret for secret in secrets if secret]
        self._public_url = public_url.rstrip("/")
        self._timeout = timeout

    # --- the gateway's own ----------------------------------------------------------------------------------------

    @abstractmethod
    def request(self, message: Outbound) -> dict[str, Any]:
        """The request that hands a text over, as requests.Session.request takes it. Whatever it raises, nothing has left."""

    @abstractmethod
    def read_answer(self, answer: requests.Response) -> Sent:
        """What the gateway's answer says; it is no 429."""

    # --- what is the same for all ---------------------------------------------------------------------------------

    def verify(self, request: Request) -> None:
        """Raises Forged unless the path carries one of our secrets."""
        has_secret(request, self._secrets)

    def no_such(self, route: str) -> Unreadable:
        """For a request at an address that it does not have."""
        return Unreadable(f"{self.gateway} has no address called {loggable(route)}")

    def busy(self, route: str) -> Response:
        return Response(503, "text/plain; charset=utf-8", "")

    @property
    def reports_to(self) -> str:
        """The address for delivery reports."""
        return f"{self._public_url}/hooks/{self.name}/{self._secrets[0]}/delivery"

    def send(self, message: Outbound) -> Sent:
        try:
            message.text.encode()
            answer = self._session.request(**self.request(message), timeout=self._timeout, allow_redirects=False)
            if answer.status_code == 429:
                return too_many(answer)
            return self.read_answer(answer)
        except Exception as error:  # noqa: BLE001
            # The outcome must never be lost to a surprise; whatever it was stands in the reason.
            return failed(error)

    def look_up(self, message: Outbound, since: float, not_these: Sequence[str]) -> Sent:
        """Always Unknown: it shows no message that was sent."""
        return Unknown(f"{self.gateway} cannot be asked")

    @cached_property
    def _session(self) -> requests.Session:
        return new_session()


def refused(status: int, reason: str = "") -> Refused:
    """A plain no of the gateway's, by its HTTP status."""
    locked_out = status in LOCKED_OUT
    return Refused(reason or f"HTTP {status}", again=False, operator=locked_out, locked_out=locked_out)

"""Africa's Talking's messages out: one text to one phone or to a hundred, by its Python SDK, and what it says of each.

Sources: its page sms/sending, the recorded answers of public client libraries, and medic/cht-core for the numeric codes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import requests

from sms_service.channels.base import SEND_TIMEOUT, Accepted, Outbound, Refused, Sent, Unknown
from sms_service.channels.incoming import id_of, loggable, price
from sms_service.channels.phones import e164
from sms_service.channels.plain_http import refused
from sms_service.channels.sending import failed, new_session, too_many

BLACKLISTED = "userinblacklist"
"""Spelt UserInBlackList in reports and UserInBlacklist in answers."""

AGAIN = {405: 900.0, 500: 0.0, 501: 0.0, 502: 0.0}
"""Status codes of a recipient worth another try, and the seconds to wait first: the balance is used up (somebody tops
it up); its own and the operator's errors. The others are faults of the number or of the configuration."""

NUMBER_FAILED = {403, 404, 406}
"""Status codes of a recipient that say something of the number: invalid, of a type that is not supported, blocked."""

OPERATOR = {401, 402, 405, 407}
"""Status codes that stay until somebody acts: the account is held, the sender is not registered, the balance is used up,
there is no route."""

PARTS = re.compile(r"Message parts: (\d{1,3})")

MOST = 100
"""Phones in one call. Its page gives no limit that we found; a call of a hundred is answered in time."""


class AfricasTalkingSending:
    """The part of the channel that sends."""

    most = MOST

    def __init__(
        self,
        *,
        username: str,
        api_key: str,
        from_: str,
        premium: str = "",
        keyword: str = "",
        api_url: str = "",
        timeout: tuple[float, float] = SEND_TIMEOUT,
    ) -> None:
        """`from_`: a short code or lettered sender; empty: the shared one. `premium`: the short code that people pay to
        write to, and its `keyword`. `api_url` replaces https://api.africastalking.com and https://content.africastalking.com
        (or the sandbox, if the username is `sandbox`). Reports come to the
        address that is set in the gateway's own console."""
        self.username = username
        self.from_ = from_
        self.premium = premium
        self.keyword = keyword
        self.api_url = api_url.rstrip("/")
        self._api_key = api_key
        self._timeout = timeout

    def send(self, message: Outbound) -> Sent:
        return self.send_many([message])[0]

    def send_many(self, messages: Sequence[Outbound]) -> Sequence[Sent]:
        """One call for all of them: they have the same text. A number that is none is refused by itself, so that it spoils
        nothing for the others."""
        phones = [one.phone for one in messages if e164(one.phone) == one.phone]
        told = dict(zip(phones, self._told(messages[0], phones), strict=True)) if phones else {}
        # The SDK's own check lets a line break and "+2547" pass.
        wrong = Refused("InvalidPhoneNumber", again=False, number_failed=True)
        return [told.get(one.phone, wrong) for one in messages]

    def _told(self, message: Outbound, phones: list[str]) -> Sequence[Sent]:
        try:
            if message.link:
                answer = self._sms_service.send_premium(
                    message.text, self.premium, phones, self.keyword or None, message.link
                )
            else:
                answer = self._sms_service.send(message.text, phones, sender_id=self.from_ or None)
            return read_answers(answer, phones)
        except Exception as error:  # noqa: BLE001
            # The outcome must never be lost to a surprise in the SDK; whatever it was stands in the reason.
            return [failed(error)] * len(phones)

    def look_up(self, message: Outbound, since: float, not_these: Sequence[str]) -> Sent:
        """Always Unknown: no call of its API shows what was sent."""
        return Unknown("Africa's Talking cannot be asked")

    @cached_property
    def _sms_service(self) -> Any:
        # Imported here: the web processes only verify and parse.
        from africastalking.SMS import SMSService

        api_url, timeout, session = self.api_url, self._timeout, new_session()

        class Service(SMSService):  # type: ignore[misc]
            """The SDK knows the address, the fields and the headers. It opens a connection for every call, reads JSON
            only under the exact content type, and drops the status code: so the call itself is made here."""

            def _init_service(self) -> None:
                super()._init_service()
                if api_url:
                    self._baseUrl = self._contentUrl = f"{api_url}/version1"

            def _make_request(self, url: str, method: str, headers: Any, data: Any, params: Any, **_: Any) -> Any:
                return session.request(
                    method, url, headers=headers, data=data, params=params, timeout=timeout, allow_redirects=False
                )

        return Service(self.username, self._api_key)


def read_answers(answer: requests.Response, phones: Sequence[str]) -> list[Sent]:
    """What the gateway's answer says of each of `phones`. Only a recipient with a status code below 200 is accepted: a
    wrong sender is a 201 without any. Raises whatever a 2xx of another shape raises (ValueError, KeyError, TypeError,
    AttributeError): then nobody knows of any."""
    if refused := _of_the_call(answer):
        return [refused] * len(phones)
    data = json.loads(answer.content)["SMSMessageData"]
    told, recipients = str(data.get("Message", "")), data["Recipients"]
    if not recipients:
        word = loggable(told) or "no recipients"
        return [Refused(word, again=False, operator=word == "InvalidSenderId")] * len(phones)
    parts = PARTS.search(told)
    segments = int(parts[1]) if parts else 0
    if len(phones) == 1:  # it may write the number in another way
        mine = next((one for one in recipients if one.get("number") == phones[0]), recipients[0])
        return [_of_recipient(mine, segments)]
    named: dict[str, Sent] = {}
    for one in recipients:
        try:
            named[str(one.get("number"))] = _of_recipient(one, segments)
        except (ValueError, KeyError, TypeError, AttributeError):
            continue  # nobody knows of this one; the others have their answers
    return [named.get(phone, Unknown("not in the answer")) for phone in phones]


def _of_the_call(answer: requests.Response) -> Refused | Unknown | None:
    """What the status of the whole call says; None if each recipient has an answer of its own."""
    if answer.status_code == 429:
        return too_many(answer)
    if 400 <= answer.status_code < 500:
        return refused(answer.status_code)
    if not 200 <= answer.status_code < 300:
        return Unknown(f"HTTP {answer.status_code}")
    return None


def _of_recipient(mine: Any, segments: int) -> Sent:
    code, word = int(mine["statusCode"]), loggable(str(mine.get("status", "")))
    if 100 <= code < 200:
        id_ = id_of(mine.get("messageId"))
        currency, _, amount = str(mine.get("cost") or "").partition(" ")
        return Accepted("" if id_ == "None" else id_, segments, price(amount, currency))
    if 400 <= code < 500 or code in AGAIN:
        return Refused(
            word or str(code),
            again=code in AGAIN,
            after=AGAIN.get(code, 0.0),
            opted_out=code == 406 or word.lower() == BLACKLISTED,
            number_failed=code in NUMBER_FAILED,
            operator=code in OPERATOR,
        )
    return Unknown(f"status code {code}")

"""A gateway that is described and not programmed: SMS out, SMS in and reports by its HTTP API, as its description says.

Its addresses are /hooks/NAME/SECRET/sms and /hooks/NAME/SECRET/delivery, NAME as in config.yaml.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import requests

from sms_service.channels import base
from sms_service.channels.base import (
    SEND_TIMEOUT,
    Batch,
    DeliveryReport,
    Ignored,
    Outbound,
    Refused,
    Request,
    Response,
    Sent,
    Understood,
    Unknown,
    Unreadable,
)
from sms_service.channels.description import Answer, Delivery, Description, Sms, at, filled
from sms_service.channels.incoming import ID_MAX, has_secret, iso_time, loggable, small_number, storable
from sms_service.channels.phones import international
from sms_service.channels.sending import failed, new_session, retry_after
from sms_service.engine.model import Inbound
from sms_service.engine.texts import septets

ANSWER_MAX = 20_000
"""Characters of an answer that are looked at. A gateway's answer to one text has a few hundred."""

BATCH_MAX = 1000
"""Messages or reports in one request. Infobip sends up to 100 at once unless it is told otherwise."""


class Described:
    """One account at a gateway that a description tells of."""

    name = "NAME"  # as our documentation writes it; of each: its own in config.yaml
    routes: Sequence[str] = ("sms", "delivery")
    methods: Sequence[str] = ("POST",)  # of each: as its description says
    secret_in_path = True
    can_look_up = False

    def __init__(
        self,
        *,
        name: str,
        description: Description,
        settings: dict[str, str],
        secrets: Sequence[str],
        public_url: str,
        region: str = "",
        api_url: str = "",
        timeout: tuple[float, float] = SEND_TIMEOUT,
    ) -> None:
        """`settings`: the values for what the description needs. `region` (ISO 3166) reads senders without a country's code
        where the gateway gives such. `api_url` replaces scheme and host of the address that texts go to."""
        self.name = name
        self.description = description
        self.methods = description.methods
        self._settings = settings
        self._secrets = [secret for secret in secrets if secret]
        self._public_url = public_url.rstrip("/")
        self._region = description.region or region
        self._api_url = api_url.rstrip("/")
        self._timeout = timeout

    # --- receiving ------------------------------------------------------------------------------------------------

    def verify(self, request: Request) -> None:
        """Raises Forged unless the path carries one of our secrets."""
        has_secret(request, self._secrets)

    def parse(self, request: Request, now: float) -> Understood:
        told = self.description.sms if request.route == "sms" else self.description.delivery
        if request.route not in self.routes or told is None:
            raise Unreadable(f"{self.description.gateway} has no address called {loggable(request.route)}")
        found: list[Inbound | DeliveryReport | Ignored] = []
        for one in items(tree_of(request), told.each):
            if len(found) == BATCH_MAX:
                raise Unreadable(f"more than {BATCH_MAX} messages at once")
            found.append(self._message(told, one, now) if isinstance(told, Sms) else self._report(told, one))
        if not found:
            raise Unreadable("there is neither a message nor a report in it")
        return found[0] if len(found) == 1 else Batch(tuple(found))

    def _message(self, told: Sms, one: Any, now: float) -> Inbound | Ignored:
        id_, sender = needed(one, told.id), needed(one, told.sender)
        phone = international(sender, self._region)
        if phone is None:
            return Ignored("the sender is no phone number")
        return Inbound(
            channel=self.name,
            id=id_,
            kind="sms",
            phone=phone,
            to=storable(at(one, told.to)).strip()[:ID_MAX],
            text=storable(at(one, told.text)),
            received_at=now,
            gateway_time=iso_time(at(one, told.time)),
        )

    def _report(self, told: Delivery, one: Any) -> DeliveryReport:
        word = storable(at(one, told.status)).strip()
        if not word:
            raise Unreadable(f"the field {told.status} is missing")
        reason = at(one, told.reason)
        final = {**dict.fromkeys(lower(told.delivered), "delivered"), **dict.fromkeys(lower(told.failed), "failed")}
        return DeliveryReport(
            channel=self.name,
            gateway_id=needed(one, told.id),
            ref=storable(at(one, told.ref))[:32],
            phone=international(at(one, told.phone), self._region) or "",
            status=final.get(word.lower(), "sent"),  # type: ignore[arg-type]
            word=loggable(word),
            reason=loggable(reason),
            opted_out=bool({word.lower(), reason.lower()} & lower(told.opted_out)),
            number_failed=bool({word.lower(), reason.lower()} & lower(told.unreachable)),
            segments=small_number(at(one, told.segments)),
        )

    def reply(self, inbound: Understood, text: str, ends: bool) -> Response:
        return Response(200, "text/plain; charset=utf-8", self.description.answer)

    def busy(self, route: str) -> Response:
        return Response(503, "text/plain; charset=utf-8", "")

    # --- sending --------------------------------------------------------------------------------------------------

    def send(self, message: Outbound) -> Sent:
        try:
            message.text.encode()
            return self._read(
                self._session.request(**self._request(message), timeout=self._timeout, allow_redirects=False)
            )
        except Exception as error:  # noqa: BLE001
            # The outcome must never be lost to a surprise; whatever it was stands in the reason.
            return failed(error)

    def _request(self, message: Outbound) -> dict[str, Any]:
        told = self.description.send
        values = {
            **self._settings,
            "phone": message.phone if told.phones == "plus" else message.phone.removeprefix("+"),
            "text": message.text,
            "ref": message.ref,
            "reports": f"{self._public_url}/hooks/{self.name}/{self._secrets[0]}/delivery",
            "coding": told.codings[septets(message.text) is None],
            "entity_id": message.dlt.entity_id if message.dlt else "",
            "template_id": message.dlt.template_id if message.dlt else "",
        }
        in_address = {name: quote(value, safe="") for name, value in values.items()}
        url = filled(told.url, in_address)
        if self._api_url:
            url = f"{self._api_url}{urlsplit(url).path}"
        fields = filled(told.fields, values)
        made: dict[str, Any] = {"method": told.method, "url": url, "headers": filled(told.headers, values)}
        if told.basic:
            made["auth"] = tuple(filled(part, values).encode() for part in told.basic)
        if told.format == "query":
            made["url"] = f"{url}?{urlencode(fields, quote_via=quote)}"
        else:
            made["json" if told.format == "json" else "data"] = fields
        return made

    def _read(self, answer: requests.Response) -> Sent:
        """What the gateway's answer says: accepted as described, refused where it is described so or is a 4xx; in any other
        case nobody knows."""
        told = self.description.send
        text = answer.content.decode("utf-8", "replace")[:ANSWER_MAX]
        tree = json_or_nothing(text)
        if answer.status_code == 429:
            return Refused("429", again=True, after=retry_after(answer.headers))
        reason = loggable(at(tree, told.reason)) or f"HTTP {answer.status_code}"
        if any(is_so(one, answer.status_code, tree, text) for one in told.again):
            return Refused(reason, again=True, after=retry_after(answer.headers))
        if any(is_so(one, answer.status_code, tree, text) for one in told.refused):
            return Refused(reason, again=False)
        if is_so(told.accepted, answer.status_code, tree, text):
            id_ = at(tree, told.accepted.id)
            if not told.accepted.id:
                found = re.search(told.accepted.matches, text)
                id_ = found.groupdict().get("id") or "" if found else ""
            return base.Accepted(id_) if 0 < len(id_) <= ID_MAX else Unknown("no id")
        if 400 <= answer.status_code < 500:
            return Refused(reason, again=False)
        return Unknown(f"HTTP {answer.status_code}")

    def look_up(self, message: Outbound, since: float, not_these: Sequence[str]) -> Sent:
        """Always Unknown: a description does not tell how to ask."""
        return Unknown(f"{self.description.gateway} cannot be asked")

    @cached_property
    def _session(self) -> requests.Session:
        return new_session()


def is_so(told: Answer, status: int, tree: Any, text: str) -> bool:
    """Whether an answer is the one that is described. A description of nothing is of no answer."""
    if not (told.status or told.when or told.matches):
        return False
    return (
        (not told.status or status in told.status)
        and all(at(tree, path).lower() in lower(words) for path, words in told.when.items())
        and (not told.matches or re.search(told.matches, text) is not None)
    )


def tree_of(request: Request) -> Any:
    """The request as one tree: its JSON, or its form, with JSON inside a form's field read too (MSG91 sends such)."""
    if request.form:
        return {name: storable(value) for name, value in reversed(request.form)}
    if not request.body:
        return {}
    tree = json_or_nothing(request.body.decode("utf-8", "replace"))
    if tree is None:
        raise Unreadable("it is neither a form nor JSON")
    return tree


def items(tree: Any, each: Sequence[str]) -> Iterator[Any]:
    """The messages or reports in a request: one, or one for each element of the lists that `each` leads through. What stands
    beside a list holds for all in it."""
    if not each:
        yield from tree if isinstance(tree, list) else [tree]
        return
    for outer in tree if isinstance(tree, list) else [tree]:
        inner = outer.get(each[0]) if isinstance(outer, dict) else None
        inner = json_or_nothing(inner) if isinstance(inner, str) else inner
        for one in inner if isinstance(inner, list) else []:
            if isinstance(one, dict):
                yield from items({**outer, **one}, each[1:])


def json_or_nothing(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def needed(one: Any, path: str) -> str:
    """The value at a path. Raises Unreadable if it is missing, or longer than an id may be."""
    value = storable(at(one, path)).strip()
    if not value or len(value) > ID_MAX:
        raise Unreadable(f"the field {path} is {'missing' if not value else f'longer than {ID_MAX} characters'}")
    return value


def lower(words: Sequence[str]) -> set[str]:
    return {word.lower() for word in words}

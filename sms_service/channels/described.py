"""A gateway that is described and not programmed: SMS out, SMS in and reports by its HTTP API, as its description says.

Its addresses are /hooks/NAME/SECRET/sms and /hooks/NAME/SECRET/delivery, NAME as in config.yaml.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import requests

from sms_service.channels import base
from sms_service.channels.base import (
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
from sms_service.channels.incoming import (
    BATCH_MAX,
    ID_MAX,
    id_of,
    iso_time,
    loggable,
    several,
    small_number,
    sms,
    storable,
)
from sms_service.channels.phones import international
from sms_service.channels.plain_http import PlainHttp, refused
from sms_service.channels.sending import retry_after
from sms_service.engine.model import Inbound
from sms_service.engine.texts import septets

MATCHED_MAX = 20_000
"""Characters of an answer that are looked at. A gateway's answer to one text has a few hundred."""


class Described(PlainHttp):
    """One account at a gateway that a description tells of."""

    name = "NAME"  # as our documentation writes it; of each: its own in config.yaml
    methods: Sequence[str] = ("POST",)  # of each: as its description says

    def __init__(
        self,
        *,
        name: str,
        description: Description,
        settings: dict[str, str],
        region: str = "",
        api_url: str = "",
        **addresses: Any,
    ) -> None:
        """`settings`: the values for what the description needs. `region` (ISO 3166) reads senders without a country's code
        where the gateway gives such. `api_url` replaces scheme and host of the address that texts go to. `addresses`: as of
        PlainHttp."""
        super().__init__(**addresses)
        self.name, self.gateway = name, description.gateway
        self.description = description
        self.methods = description.methods
        self._settings = settings
        self._region = description.region or region
        self._api_url = api_url.rstrip("/")

    # --- receiving ------------------------------------------------------------------------------------------------

    def parse(self, request: Request, now: float) -> Understood:
        told = self.description.sms if request.route == "sms" else self.description.delivery
        if request.route not in self.routes or told is None:
            raise self.no_such(request.route)
        found = list(islice(items(tree_of(request), told.each), BATCH_MAX + 1))
        if len(found) > BATCH_MAX:
            raise Unreadable(f"more than {BATCH_MAX} messages at once")
        beside = query_of(request)
        found = [{**beside, **one} if isinstance(one, dict) else one for one in found]
        if isinstance(told, Sms):
            return several(self.name, found, lambda one: self._message(told, one, now))
        return several(self.name, found, lambda one: self._report(told, one))

    def _message(self, told: Sms, one: Any, now: float) -> Inbound | Ignored:
        id_, sender, time = needed(one, told.id), needed(one, told.sender), iso_time(at(one, told.time))
        to, text = at(one, told.to), at(one, told.text)
        return sms(self.name, now, id_=id_, sender=sender, to=to, text=text, region=self._region, time=time)

    def _report(self, told: Delivery, one: Any) -> DeliveryReport:
        word = storable(at(one, told.status)).strip()
        if not word:
            raise Unreadable(f"the field {told.status} is missing")
        final = {**dict.fromkeys(lower(told.delivered), "delivered"), **dict.fromkeys(lower(told.failed), "failed")}
        status = final.get(word.lower(), "sent")
        # Of a message that did not fail some name the error that there was none (NO_ERROR, 000).
        reason = at(one, told.reason) if status == "failed" else ""
        words = {word.lower(), reason.lower()} if status == "failed" else set()
        return DeliveryReport(
            channel=self.name,
            gateway_id=needed(one, told.id),
            ref=storable(at(one, told.ref))[:32],
            phone=international(at(one, told.phone), self._region) or "",
            status=status,  # type: ignore[arg-type]
            word=loggable(word),
            reason=loggable(reason),
            opted_out=bool(words & lower(told.opted_out)),
            number_failed=bool(words & lower(told.unreachable)),
            segments=small_number(at(one, told.segments)),
        )

    def reply(self, inbound: Understood, text: str, ends: bool) -> Response:
        return Response(200, "text/plain; charset=utf-8", self.description.answer)

    # --- sending --------------------------------------------------------------------------------------------------

    def request(self, message: Outbound) -> dict[str, Any]:
        told = self.description.send
        values = {
            **self._settings,
            "phone": message.phone if told.phones == "plus" else message.phone.removeprefix("+"),
            "text": message.text,
            "ref": message.ref,
            "reports": self.reports_to,
            "coding": told.codings[septets(message.text) is None],
            "entity_id": message.dlt.entity_id if message.dlt else "",
            "template_id": message.dlt.template_id if message.dlt else "",
        }
        in_address = {name: quote(value, safe="") for name, value in values.items()}
        url = filled(told.url, in_address)
        if self._api_url:
            url = f"{self._api_url}{urlunsplit(('', '', *urlsplit(url)[2:]))}"
        fields = filled(told.fields, values)
        made: dict[str, Any] = {"method": told.method, "url": url, "headers": filled(told.headers, values)}
        if told.basic:
            made["auth"] = tuple(filled(part, values).encode() for part in told.basic)
        if told.format == "query":
            made["url"] = f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(fields, quote_via=quote)}"
        else:
            made["json" if told.format == "json" else "data"] = fields
        return made

    def read_answer(self, answer: requests.Response) -> Sent:
        """Accepted as described, refused where it is described so or is a 4xx; in any other case nobody knows."""
        told = self.description.send
        text = answer.content.decode("utf-8", "replace")[:MATCHED_MAX]
        tree = json_or_nothing(text)
        reason = loggable(at(tree, told.reason)) or f"HTTP {answer.status_code}"
        if any(is_so(one, answer.status_code, tree, text) for one in told.again):
            return Refused(reason, again=True, after=retry_after(answer.headers))
        if any(is_so(one, answer.status_code, tree, text) for one in told.locked_out):
            return Refused(reason, again=False, operator=True, locked_out=True)
        if any(is_so(one, answer.status_code, tree, text) for one in told.refused):
            return Refused(reason, again=False)
        if is_so(told.accepted, answer.status_code, tree, text):
            id_ = at(tree, told.accepted.id)
            if not told.accepted.id:
                found = re.search(told.accepted.matches, text)
                id_ = found.groupdict().get("id") or "" if found else ""
            return base.Accepted(id_of(id_)) if id_of(id_) else Unknown("no id")
        if 400 <= answer.status_code < 500:
            return refused(answer.status_code, reason)
        return Unknown(f"HTTP {answer.status_code}")


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


def query_of(request: Request) -> dict[str, str]:
    """What stands in the query of the address: our own (`{reports}?ref={ref}`), which comes back beside whatever it posts."""
    found = parse_qsl(request.target.partition("?")[2], keep_blank_values=True, errors="replace")
    return {name: storable(value) for name, value in reversed(found)}


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
            yield from items({**outer, **one}, each[1:]) if isinstance(one, dict) else [one]


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

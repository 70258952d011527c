"""Reading a gateway's request: the secret in its path, and its fields, fit to be stored (no NUL, no half characters) and
to be logged."""

from __future__ import annotations

import hmac
import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from sms_service.channels.base import Batch, DeliveryReport, Forged, Ignored, Request, Understood, Unreadable
from sms_service.channels.phones import international
from sms_service.engine.model import Inbound

ID_MAX = 64
"""Characters of an id. Twilio's have 34, Africa's Talking's 38; the tables keep 64, or 128 for a USSD hop (17 more)."""

BATCH_MAX = 1000
"""Messages or reports in one request. Infobip sends up to 100 at once unless it is told otherwise."""

log = logging.getLogger(__name__)
One = TypeVar("One")

_LOGGABLE = re.compile(r"[A-Za-z][A-Za-z _-]{0,39}|[0-9]{1,6}")
"""A status word or an error code. Seven digits and more could be a phone number."""

_AMOUNT, _CURRENCY = re.compile(r"[0-9]{1,6}(\.[0-9]{1,8})?"), re.compile(r"[A-Z]{3}")


def has_secret(request: Request, secrets: Sequence[str]) -> None:
    """Raises Forged unless the path carries one of `secrets`; all are compared, each in constant time."""
    given = request.secret.encode("utf-8", "surrogatepass")
    genuine = False
    for secret in secrets:
        genuine |= bool(secret) and hmac.compare_digest(secret.encode(), given)
    if not genuine:
        raise Forged("the secret in the path is missing or wrong")


def storable(text: str) -> str:
    """`text` without what PostgreSQL and UTF-8 refuse: NUL is dropped, a lone surrogate becomes U+FFFD; a pair of
    surrogates (a phone's two halves of one emoji) becomes its character."""
    return text.replace("\0", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def field(request: Request, name: str) -> str:
    """Form field `name`, storable, without blanks around it, cut at ID_MAX; "" if it is missing."""
    return storable(request.first(name)).strip()[:ID_MAX]


def required(request: Request, *names: str) -> str:
    """The first of the form fields `names` that is there. Raises Unreadable if none is, or one longer than ID_MAX."""
    for name in names:
        value = field(request, name)
        if value:
            if len(storable(request.first(name)).strip()) > ID_MAX:
                raise Unreadable(f"the field {name} is longer than {ID_MAX} characters")
            return value
    raise Unreadable(f"the field {names[0]} is missing")


def sms(
    channel: str,
    now: float,
    *,
    id_: str,
    sender: str,
    to: str,
    text: str,
    region: str = "",
    time: str = "",
    link: str = "",
) -> Inbound | Ignored:
    """One SMS in. `sender`: as the gateway writes it; who is no phone number is not answered. `region`: as of
    phones.international. `time`: the gateway's own, in ISO 8601. `link`: as of Inbound."""
    phone = international(sender, region)
    if phone is None:
        return Ignored("the sender is no phone number")
    return Inbound(
        channel=channel, id=id_, kind="sms", phone=phone, to=storable(to).strip()[:ID_MAX], text=storable(text),
        received_at=now, gateway_time=time, link=link,
    )  # fmt: skip


def id_of(value: object) -> str:
    """A gateway's id of a message as its answer has it; "" if it has none, or one that our tables could not keep."""
    text = storable(str(value)).strip() if isinstance(value, str | int) else ""
    return text if len(text) <= ID_MAX else ""


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object in a body or an answer; an empty one where there is none."""
    try:
        tree = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return tree if isinstance(tree, dict) else {}


def elements(request: Request, name: str) -> list[Request]:
    """The objects in the list `name` of a JSON body, each as a request whose form has its texts and numbers, so that `field`
    and `required` read it. Raises Unreadable where there is no such list, or one longer than BATCH_MAX."""
    found = json_object(request.body).get(name)
    if not isinstance(found, list) or not 0 < len(found) <= BATCH_MAX:
        raise Unreadable(f"there is no list of {name} in it")
    return [msgspec.structs.replace(request, form=tuple(_texts(one))) for one in found]


def several(channel: str, ones: Iterable[One], read: Callable[[One], Inbound | DeliveryReport | Ignored]) -> Understood:
    """What came together, each read by `read`. One that cannot be read is left out and counted in the log: the others would be
    lost with it, since a gateway that gets a 400 sends none of them again. Raises Unreadable where none can be read."""
    found, unread = [], []
    for one in ones:
        try:
            found.append(read(one))
        except Unreadable as error:
            unread.append(error)
    if not found:
        raise unread[0] if unread else Unreadable("there is neither a message nor a report in it")
    if unread:
        log.warning("%s: %d of %d in one request cannot be read", channel, len(unread), len(unread) + len(found))
    return found[0] if len(found) == 1 else Batch(tuple(found))


def _texts(one: Any) -> Iterator[tuple[str, str]]:
    for name, value in one.items() if isinstance(one, dict) else ():
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            yield name, str(value)


def loggable(word: str) -> str:
    """A gateway's status word or error code as it may stand in a log line; anything else is "other"."""
    return word if not word or _LOGGABLE.fullmatch(word) else "other"


def iso_time(text: str) -> str:
    """A gateway's date in ISO 8601, seconds, Z only where the gateway said so; "" if it is no date."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return ""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def small_number(text: object) -> int:
    """A count of segments; 0 where the gateway says nothing or nonsense."""
    digits = str(text)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 4 else 0


def price(amount: object, currency: object) -> str:
    """What a gateway charges, as `USD 0.0079`; "" where it does not say, or says nonsense. Twilio writes it as a loss."""
    text = str(amount or "").strip().removeprefix("-")
    if not _AMOUNT.fullmatch(text) or not _CURRENCY.fullmatch(str(currency or "")):
        return ""
    return f"{currency} {text}"

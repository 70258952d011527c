"""Reading a gateway's request: the secret in its path, and its fields, fit to be stored (no NUL, no half characters) and
to be logged."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from datetime import datetime

from sms_service.channels.base import Forged, Request, Unreadable

ID_MAX = 64
"""Characters of an id. Twilio's have 34, Africa's Talking's 38; the tables keep 64, or 128 for a USSD hop (17 more)."""

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

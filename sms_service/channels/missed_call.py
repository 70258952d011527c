"""Missed calls: a telephone company tells us by HTTP that somebody rang our number and hung up, which costs her nothing.

Listens only: what is said to her goes out as SMS, by the channel that she is reached by. Sources: Exotel's page on its
Passthru applet (GET with CallSid, CallFrom, CallTo, Direction) and the sample payload of CallerDesk (SourceNumber, CallSid);
the names of Knowlarity, Africa's Talking and MSG91 are from memory. None of them signs: the address holds a secret.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

import phonenumbers

from sms_service.channels.base import Ignored, Request, Response, Unreadable
from sms_service.channels.incoming import ID_MAX, has_secret, iso_time, storable
from sms_service.channels.phones import e164
from sms_service.engine.model import Inbound

CALLER = (
    "callfrom", "from", "caller", "callerid", "callernumber", "callerno", "cli", "ani", "msisdn", "mobile", "mobileno",
    "mobilenumber", "customernumber", "sourcenumber", "phone", "phonenumber",
)  # fmt: skip
CALL_ID = ("callsid", "callid", "calluuid", "uuid", "sessionid", "uniqueid", "requestid", "id")
CALLED = ("callto", "to", "callednumber", "destinationnumber", "dialednumber", "dispnumber", "did")
BEGAN = ("starttime", "calltime", "calldate", "datetime", "date")
DIRECTION = ("direction",)
"""Names of fields, in small letters and without `_` and `-`; the first one that is there counts."""

FIELDS_MAX = 100
"""Fields of a JSON body that are looked at; the longest report known has 30."""

HANGS_UP = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject/></Response>'
"""Where the company asks what to do with a call that still rings (Twilio, Africa's Talking), it is not taken: a call that is
taken is no missed one, and costs the caller. Exotel reads the status only."""


class MissedCalls:
    """The address that a telephone company calls: /hooks/missed-call/SECRET."""

    name = "missed-call"
    methods: Sequence[str] = ("GET", "POST")

    def __init__(self, *, secrets: Sequence[str], region: str, answer_by: str) -> None:
        """`secrets`: each is good in the path. `region` reads national numbers. `answer_by`: the channel by which people are
        answered who never wrote to us."""
        self._secrets = secrets
        self._region, self._answer_by = region, answer_by

    def verify(self, request: Request) -> None:
        """Raises Forged unless the path carries one of our secrets."""
        has_secret(request, self._secrets)

    def parse(self, request: Request, now: float) -> Inbound | Ignored:
        """One call. Without an id of the company's it is known by who rang whom, and when by the company's clock: a second
        report of it says the same. Raises Unreadable where neither is there."""
        fields = _fields(request)
        if _first(fields, DIRECTION).lower().startswith("out"):
            return Ignored("a call of ours, not to us")
        caller = _first(fields, CALLER)
        if not caller:
            raise Unreadable("no field says who rang")
        id_, called, began = (_first(fields, names) for names in (CALL_ID, CALLED, BEGAN))
        if not id_ and not began:
            raise Unreadable("no field has an id of the call, or says when it began")
        if len(id_) > ID_MAX:
            raise Unreadable(f"the id of the call is longer than {ID_MAX} characters")
        phone = mobile(caller, self._region)
        if phone is None:
            return Ignored("the caller is no phone that SMS reach")
        digest = hashlib.sha256(f"{called} {began}".encode()).hexdigest()[:32]
        return Inbound(
            channel=self.name, id=id_ or digest, kind="sms", phone=phone, to=called[:ID_MAX], text="", received_at=now,
            gateway_time=iso_time(began), made=not id_, answer_by=self._answer_by,
        )  # fmt: skip

    def reply(self, message: object, text: str, ends: bool) -> Response:
        """That we know; what is said to her is an SMS."""
        return Response(200, "text/xml; charset=utf-8", HANGS_UP)

    def busy(self, route: str) -> Response:
        """Nothing was saved: the company may tell us once more."""
        return Response(503, "text/xml; charset=utf-8", HANGS_UP)


def mobile(written: str, region: str) -> str | None:
    """The caller's number as E.164, in national form (0 98765 43210) or international, with or without its plus; None for
    withheld numbers, short codes, and landlines, which no SMS reaches."""
    for candidate, country in ((written, region), (f"+{written.lstrip('+ ')}", None)):
        phone = e164(candidate, country)
        if phone is not None:
            number = phonenumbers.parse(phone)
            fixed = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE
            if phonenumbers.is_valid_number(number) and not fixed:
                return phone
    return None


def _fields(request: Request) -> dict[str, str]:
    """The fields of the query, the form or a JSON body, by their names without `_`, `-` and capitals."""
    pairs: Iterable[tuple[str, object]] = request.form
    if "json" in request.header.get("content-type", ""):
        try:
            read = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            raise Unreadable("the body is no JSON") from error
        pairs = list(read.items())[:FIELDS_MAX] if isinstance(read, dict) else ()
    found: dict[str, str] = {}
    for name, value in pairs:
        if isinstance(value, str | int) and not isinstance(value, bool):
            plain = storable(str(value)).strip().strip('"')  # Exotel puts some values in quotation marks
            found.setdefault(name.lower().replace("_", "").replace("-", ""), plain)
    return found


def _first(fields: dict[str, str], names: Sequence[str]) -> str:
    return next((fields[name] for name in names if fields.get(name)), "")

"""The contract of a channel: one gateway, told in four verbs - verify, parse, reply, send - and the values they exchange.

A channel never touches the store and never reads a clock: `now` (seconds since 1970) comes in as an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

from msgspec import Struct

from sms_service.engine.model import Inbound

SEND_TIMEOUT = (5.0, 10.0)
"""Seconds to connect, seconds to wait for an answer. Together well under the outbox lease of 60 s, so that a slow
gateway is still answered by the worker that asked it and not by a second one."""


TOO_MANY = "429"
"""The reason of whatever was refused because too much came at once: HTTP's status for it (RFC 6585)."""


class Forged(Exception):
    """The request is not from the gateway (no or a wrong signature or secret): 403, nothing is written."""


class Unreadable(Exception):
    """The gateway's own request lacks what its page promises: 400, nothing is written. The message says what."""


class Request(Struct, frozen=True, kw_only=True):
    """One HTTP request as the gateway sent it. `target` is the raw request target (path and query, still encoded);
    `route` what our own address says of it (sms, status, ussd, ussd-end, delivery, opt-out); `secret` the part of the
    path that only the gateway knows, empty where the gateway signs; `form` the fields of the body (of a
    GET: of the query) in their order, repeats kept; `header` names are lower-case."""

    method: str
    target: str
    route: str
    secret: str
    header: dict[str, str]
    form: tuple[tuple[str, str], ...]
    body: bytes

    def first(self, name: str, default: str = "") -> str:
        """The first value of form field `name`."""
        return next((value for key, value in self.form if key == name), default)


DeliveryStatus = Literal["sent", "delivered", "failed"]


class DeliveryReport(Struct, frozen=True, kw_only=True):
    """What became of a message. `ref` is our own reference where the gateway brings it back, else "" and `gateway_id`
    tells; `phone` (E.164) helps where neither is known yet. `status` "sent" covers everything that is not final.
    `word` is the gateway's own word, `reason` its own reason or code. `opted_out`: the gateway says that the person
    blocked us. `number_failed`: it failed because of the number, which is invalid, unknown, absent or blocked; not because of
    us or the gateway. `segments` is what was billed, 0 if unknown, `price` what that cost ("USD 0.0079"), "" if unknown.

    Of a failed message: `again` is how often at most it is worth sending anew, not before `after` seconds (doubled each
    time); `elsewhere`: another channel may reach her now, this one does not; `operator`: nothing changes until somebody
    puts it right at the gateway."""

    channel: str
    gateway_id: str
    ref: str
    phone: str
    status: DeliveryStatus
    word: str
    reason: str = ""
    opted_out: bool = False
    number_failed: bool = False
    segments: int = 0
    price: str = ""
    again: int = 0
    after: float = 0.0
    elsewhere: bool = False
    operator: bool = False


class Ignored(Struct, frozen=True):
    """A genuine request that asks nothing of us (a session-end note, an unknown status). `why` is for the log."""

    why: str


class Batch(Struct, frozen=True):
    """Several messages or reports that came in one request: those that can be read (incoming.several). All of them are taken,
    or the gateway is asked to send all again."""

    items: tuple[Inbound | DeliveryReport | Ignored, ...]


Understood = Inbound | DeliveryReport | Ignored | Batch
"""What a genuine request means."""


class Dlt(Struct, frozen=True, kw_only=True):
    """What India's registry (TRAI's TCCCPR 2018) wants beside a text: the ids, of 19 digits each, of the registered
    organisation and of the registered wording."""

    entity_id: str
    template_id: str


class Outbound(Struct, frozen=True, kw_only=True):
    """One text to one phone (E.164). `ref` is ours, unique, opaque, and comes back in reports where the gateway can. `link`
    is the gateway's name of the message it answers, where only that lets it be answered (premium numbers)."""

    ref: str
    phone: str
    text: str
    dlt: Dlt | None = None
    link: str = ""


class Accepted(Struct, frozen=True):
    """The gateway took it. `gateway_id` is its name for the message; `segments` as it counts them, 0 if it does not say;
    `price` what it takes for them ("KES 0.8000"), "" if it does not say. `reported`: of a look-up, what the gateway says
    became of it since, where that is final."""

    gateway_id: str
    segments: int = 0
    price: str = ""
    reported: DeliveryReport | None = None


class Refused(Struct, frozen=True):
    """The gateway said no, and certainly did not send. `again`: worth another try, not before `after` seconds
    (0: the worker's own back-off). `opted_out`: because the person blocked us. `number_failed`, `operator`, `elsewhere`: as
    of DeliveryReport. `too_fast`: it came too soon after the others, all of which are to wait for `after` seconds.
    `locked_out`: the gateway does not accept who we say we are (user and password, or a key)."""

    reason: str
    again: bool
    after: float = 0.0
    opted_out: bool = False
    number_failed: bool = False
    operator: bool = False
    elsewhere: bool = False
    too_fast: bool = False
    locked_out: bool = False


class Unknown(Struct, frozen=True):
    """Nobody can say whether it was sent (time-out, 5xx, broken answer). Never blindly repeated."""

    reason: str


Sent = Accepted | Refused | Unknown


def another_may(told: Refused | DeliveryReport) -> bool:
    """Whether another channel may bring what this one refused for good, said in its answer or in a report: not where the
    person or her number is the reason."""
    return not (told.opted_out or told.number_failed)


class Response(Struct, frozen=True):
    """What goes back to the gateway: status, content type, body."""

    status: int
    content_type: str
    body: str


class Listener(Protocol):
    """Whoever tells us of something by HTTP. `methods` is what it calls our addresses by (POST, GET)."""

    name: str
    methods: Sequence[str]

    def verify(self, request: Request) -> None:
        """Raises Forged unless the request is genuine."""

    def parse(self, request: Request, now: float) -> Understood:
        """The genuine request, understood. Raises Unreadable; unknown fields and words never do. Raises Forged where a time
        stamp that was signed is too far from `now`: then somebody kept the request and sends it again."""

    def reply(self, inbound: Understood, text: str, ends: bool) -> Response:
        """The answer to the request: `text` is a USSD screen ("" for SMS, whose texts go through the outbox); `ends`
        whether the USSD session is over."""

    def busy(self, route: str) -> Response:
        """The answer when the turn could not be taken and nothing was saved (SQL down): USSD says so and ends."""


class Channel(Listener, Protocol):
    """One gateway. `routes` are the last parts of its addresses under /hooks/; `secret_in_path`: its addresses carry
    a secret because it does not sign; `can_look_up`: an unknown outcome can be settled by asking; `is_sms`: its texts are SMS
    in an operator's network, counted in segments and looked at by India's registry."""

    routes: Sequence[str]
    secret_in_path: bool
    can_look_up: bool
    is_sms: bool

    def send(self, message: Outbound) -> Sent:
        """Hands one text to the gateway, with the address for its reports if the gateway asks; never raises."""

    def look_up(self, message: Outbound, since: float, not_these: Sequence[str]) -> Sent:
        """What became of a send whose outcome is unknown: Accepted (found), Refused(again=True) (the gateway surely
        does not have it), or Unknown (cannot be told). `not_these` are gateway ids known to be other messages."""


@runtime_checkable
class SendsMany(Protocol):
    """A channel whose gateway takes one text for several phones in one call, at most `most`. Where one person's message has
    to be one call, the worker uses `send`."""

    most: int

    def send_many(self, messages: Sequence[Outbound]) -> Sequence[Sent]:
        """Hands over `messages`, all of the same text, each to another phone; what became of each, in their order. Never
        raises: what nobody can know of the call is unknown of all of them."""


@runtime_checkable
class HasWindow(Protocol):
    """A channel by which one may write freely only so many seconds (`window`) after the person last wrote by it."""

    window: float


class Longest(Struct, frozen=True, kw_only=True):
    """The longest text that a gateway takes: UTF-16 units, SMS segments; 0: it sets no limit."""

    characters: int = 0
    segments: int = 0


@runtime_checkable
class HasLongest(Protocol):
    """A channel whose gateway refuses texts that are too long. The worker cuts them (workers/fitting.py)."""

    longest: Longest

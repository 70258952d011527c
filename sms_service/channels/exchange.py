"""One request to a gateway and its answer, as they may be kept: nothing of a person in them, and no secret.

What is not known to be harmless is left out. A value is shown only under a name that gateways use for codes and words of
their own, and then word by word: words of gateways alone (vocabulary.py), and of those none that the message or its request
carried; figures of six digits at most that stand in neither. Of all else that we ask the length is kept (`Body=‹134›`), of all
else that is answered nothing. Whoever records tells the message itself: in the request it may stand in UTF-16 or hexadecimal.
"""

from __future__ import annotations

import base64
import html
import json
import logging
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_plus, urlsplit

import requests
from msgspec import Struct

from sms_service.channels.vocabulary import is_gateways

KEPT_MAX = 800
"""Characters that are kept of what was asked, and of what was answered: a log row stays below 2 kB."""

ITEMS_MAX = 3
"""Elements of a list that are shown. A look-up brings a thousand."""

MORE = frozenset({"and_more"})
"""The name that we give to how many elements a list has besides those that are shown."""

SHOWN_FROM_MAX = 200_000
"""Bytes of an answer that are read. Of longer ones only the length is kept: to read a megabyte holds up the worker."""

CODES = frozenset({
    "status", "statuscode", "status_code", "message_status", "code", "error_code", "errorcode", "num_segments",
    "num_media", "price", "price_unit", "cost", "currency", "direction", "type", "groupname", "groupid", "smscount",
    "messagecount", "count", "coding", "charset", "dlr", "dlr-level", "dlr-method", "dlr-mask", "encodingtype",
    "priority", "pagesize", "page",
})  # fmt: skip
"""Names (lower-case) under which gateways say codes and figures, and we the kind of what we ask."""

WORDS = frozenset({
    "message", "error", "error_message", "reason", "description", "detail", "details", "title", "text",
    "requesterror",
})  # fmt: skip
"""Names under which they say a sentence. In a look-up they may be texts of hers from another day: not shown there."""

IDS = frozenset({
    "sid", "id", "messageid", "message_id", "request_id", "requestid", "account_sid", "messaging_service_sid",
})  # fmt: skip
"""Names of ids: their beginning and their end are enough to find them at the gateway."""

HARMLESS = frozenset({
    "a", "an", "the", "to", "for", "of", "in", "is", "are", "was", "not", "no", "and", "or", "by", "with", "from",
    "sent", "message", "messages", "number", "phone", "invalid", "failed", "accepted", "delivery", "queued", "error",
    "success", "parts", "total", "cost",
})  # fmt: skip
"""Words of gateways that are shown although the text has them too: they use them all the time."""

FIGURE_MAX = 6
"""Digits of a figure that may be shown: error codes have six at most, phone numbers seven at least."""

_NUMBER = re.compile(r"\+?\d(?:[\s().,:/_-]*\d){6,}")
_TOKEN = re.compile(r"(?:[A-Za-z0-9]|[^\x00-\x7f])+")
"""A word of any script, with whatever stands within it: the vowel signs of Devanagari are no letters."""

_ID = re.compile(r"[A-Za-z0-9_-]{12,64}")
_SEGMENT = re.compile(r"[A-Za-z][A-Za-z_.-]{0,14}|v?\d{1,2}(\.\d{1,2})?|\d{4}-\d\d-\d\d")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_<>-]{0,30}")


class Exchange(Struct, frozen=True, kw_only=True):
    """`asked`: method, host, path and fields; `status` of HTTP, 0 if no answer was read, and then `answer` is the kind of
    error; `seconds` from the request to the answer."""

    asked: str
    status: int
    seconds: float
    answer: str


log = logging.getLogger(__name__)

Recorder = Callable[[requests.PreparedRequest, requests.Response | Exception, float], None]

_recorder: ContextVar[Recorder | None] = ContextVar("_recorder", default=None)


@contextmanager
def recorded(hers: Iterable[str], *, look_up: bool = False) -> Iterator[list[Exchange]]:
    """The exchanges with gateways that this thread has meanwhile, in their order. `hers`: numbers and texts of the messages
    that they are about; none of their words is kept, however a gateway writes them."""
    made: list[Exchange] = []
    private = tuple(hers)
    token = _recorder.set(lambda *exchange: made.append(_redacted_surely(*exchange, hers=private, look_up=look_up)))
    try:
        yield made
    finally:
        _recorder.reset(token)


def recorder() -> Recorder | None:
    """Who wants to know of this thread's exchanges; None: nobody."""
    return _recorder.get()


def _redacted_surely(
    request: requests.PreparedRequest, answer: requests.Response | Exception, seconds: float, *, hers: Iterable[str],
    look_up: bool,
) -> Exchange:  # fmt: skip
    try:
        return redacted(request, answer, seconds, hers=hers, look_up=look_up)
    except Exception as error:  # noqa: BLE001
        # The gateway may have taken the message: a surprise here must not make its outcome unknown.
        log.error("what a gateway was asked and answered cannot be kept: %s", type(error).__name__)
        return Exchange(asked=str(request.method), status=0, seconds=seconds, answer="cannot be kept")


def redacted(
    request: requests.PreparedRequest,
    answer: requests.Response | Exception,
    seconds: float,
    *,
    hers: Iterable[str] = (),
    look_up: bool = False,
) -> Exchange:
    """The exchange as it may be kept; `seconds` it took, `hers` as of `recorded`. Never raises, whatever a gateway says."""
    fields = list(_fields(request))
    known = _Known([*hers, *_credentials(request), *(value for name, value in fields if _last(name) not in CODES)])
    address = urlsplit(request.url or "")
    path = "/".join(part if _SEGMENT.fullmatch(part) and not known.has(part) else _id(part, known)
                    for part in unquote(address.path).split("/"))  # fmt: skip
    place = f"{request.method} {(address.hostname or '')[:100]}{path}"
    asked = _cut([place, *(_shown(name, value, known, CODES) for name, value in fields)])
    if isinstance(answer, Exception):
        return Exchange(asked=asked, status=0, seconds=seconds, answer=type(answer).__name__)
    told = _answered(answer.content, known, CODES if look_up else CODES | WORDS)
    return Exchange(asked=asked, status=answer.status_code, seconds=seconds, answer=told)


class _Known:
    """What a message and its request carried, and therefore an answer must not show: words, digits, secrets."""

    def __init__(self, values: Iterable[str]) -> None:
        every = [value for value in values if value]
        every += [base64.b64encode(value.encode("utf-8", "replace")).decode().rstrip("=") for value in every]
        self._words = {word for value in every for word in _tokens(value)}
        self._digits = " ".join("".join(_digit(sign) for sign in value) for value in every)

    def has(self, shown: str) -> bool:
        if shown.isdigit():
            return len(shown) >= 3 and shown in self._digits
        words = set(_tokens(shown))
        return bool(words & self._words - HARMLESS) or any(word.isdigit() and self.has(word) for word in words)


def _digit(sign: str) -> str:
    """A digit of any script as 0-9; nothing for what is none."""
    return str(unicodedata.decimal(sign)) if sign.isdecimal() else ""


def _tokens(value: str) -> list[str]:
    return [token.casefold() for token in _TOKEN.findall(value)]


def _fields(request: requests.PreparedRequest) -> Iterator[tuple[str, str]]:
    """Names and values of the query and the body, those of JSON by their paths."""
    yield from parse_qsl(urlsplit(request.url or "").query, keep_blank_values=True, errors="replace")
    body = request.body
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else body if isinstance(body, str) else ""
    if "json" in str(request.headers.get("Content-Type", "")):
        yield from _leaves(json.loads(text), "")
    elif text:
        yield from parse_qsl(text, keep_blank_values=True, errors="replace")


def _credentials(request: requests.PreparedRequest) -> Iterator[str]:
    """What proves who asks: in the address before the host, and in any header."""
    address = urlsplit(request.url or "")
    yield from (unquote(address.username or ""), unquote(address.password or ""))
    for name, value in request.headers.items():
        if name.lower() in ("user-agent", "accept", "accept-encoding", "accept-charset", "connection", "content-length",
                            "content-type"):  # fmt: skip
            continue
        said = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        yield said.partition(" ")[2] or said
        if said.lower().startswith("basic "):
            yield base64.b64decode(said[6:]).decode("utf-8", "replace")


def _leaves(tree: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(tree, dict):
        for name, inner in tree.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(tree, list):
        for inner in tree[:ITEMS_MAX]:
            yield from _leaves(inner, path)
        if len(tree) > ITEMS_MAX:
            yield f"{path}.and_more", str(len(tree) - ITEMS_MAX)
    elif tree is not None:
        yield path, str(tree)


def _answered(content: bytes, known: _Known, names: frozenset[str]) -> str:
    """An answer: the leaves of its JSON, those under the names that we know; or its words if it is a short line."""
    size = f"‹{len(content)}›"
    if len(content) > SHOWN_FROM_MAX:
        return size
    text = content.decode("utf-8", "replace").strip()
    try:
        leaves = list(_leaves(json.loads(text), ""))
    except (ValueError, RecursionError):
        # A page, or JSON that broke off, may hold anything; a line of a look-up a text of hers.
        is_line = names >= WORDS and 0 < len(text) <= KEPT_MAX and text[0] not in '{[<"'
        return _words(text, known) if is_line else size
    return _cut(_shown(*leaf, known, names) for leaf in leaves if _last(leaf[0]) in names | IDS | MORE)


def _last(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _shown(name: str, value: str, known: _Known, names: frozenset[str]) -> str:
    last, title = _last(name), name.rpartition(".")[2]
    if last in names | MORE:
        return f"{title}={_words(value, known)}"
    if last in IDS:
        return f"{title}={_id(value, known)}"
    return f"{title if _NAME.fullmatch(title) and not known.has(title) else '‹name›'}=‹{len(value)}›"


def _id(value: str, known: _Known) -> str:
    """`SM…1a2b`; only its length where it is short, or was asked for by us."""
    if not value:
        return ""
    if not _ID.fullmatch(value) or known.has(value) or value.isdigit():
        return f"‹{len(value)}›"
    return f"{value[:2]}…{value[-4:]}"


def _words(said: str, known: _Known) -> str:
    """What a gateway says in words of gateways, without what it may have from us."""
    plain = _NUMBER.sub("‹›", unquote_plus(html.unescape(said[:KEPT_MAX])))
    return _TOKEN.sub(lambda found: found[0] if _may_stand(found[0], known) else "‹›", plain)


def _may_stand(token: str, known: _Known) -> bool:
    is_figure = token.isascii() and token.isdigit() and len(token) <= FIGURE_MAX
    return (is_figure or is_gateways(token)) and not known.has(token)


def _cut(parts: Iterable[str]) -> str:
    whole = " ".join(parts)
    return whole if len(whole) <= KEPT_MAX else whole[: KEPT_MAX - 1] + "…"

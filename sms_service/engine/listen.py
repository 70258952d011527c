"""Whom a text is for: an opt-out, an enroler's command, the open dialogue, a keyword, or help. Pure.

The order is the design's: opt-out words, wrong number, enroler's commands, the open dialogue, keywords, help.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct, field

from sms_service.engine.answers import fold, read_answer
from sms_service.engine.model import Flow, Session, Sessions

WORD_ENDS = re.compile(r"[\s\d,.;:#*!-]")


class Ways(Struct):
    """The ways into the current flows: by what the service itself starts, by word kind, by keyword, by USSD code."""

    on: dict[str, Flow] = field(default_factory=dict)
    words: dict[str, Flow] = field(default_factory=dict)
    keywords: dict[str, Flow] = field(default_factory=dict)
    ussd: dict[str, Flow] = field(default_factory=dict)


class Writer(Struct):
    """Who wrote: in which language, an active enroler or not, one who sent STOP or not, and what she has open."""

    language: str
    enroler: bool
    stopped: bool
    sessions: Sessions


class Target(Struct):
    """For whom the text is: an open session, or a flow to begin (at state `at`, with `rest`, the words after its
    keyword). Neither: nobody, because no flow serves it."""

    session: Session | None = None
    flow: Flow | None = None
    at: str = ""
    rest: str = ""


def ways_into(flows: Iterable[Flow]) -> Ways:
    """The index of all entry points."""
    ways = Ways()
    for flow in flows:
        starts = flow.starts
        if starts.on:
            ways.on[starts.on] = flow
        if starts.words:
            ways.words[starts.words] = flow
        ways.keywords.update({fold(keyword): flow for keyword in starts.keywords})
        ways.ussd.update(dict.fromkeys(starts.ussd, flow))
    return ways


def listen(text: str, writer: Writer, ways: Ways) -> Target:
    """Whom one SMS is for."""
    answering = top(writer.sessions, "sms")
    word = read_answer(text, writer.language, "none")
    if word == "stop":
        return Target(flow=ways.words.get("stop"))
    if word == "wrong_number" and answering and answering.about:
        return Target(session=answering)
    if word in ("start", "help"):
        return Target(flow=ways.words.get(word))
    if writer.stopped:
        return Target(flow=ways.words.get("stopped"))
    first, rest = first_word(text)
    flow = ways.keywords.get(fold(first))
    if flow and flow.starts.who == "enroler" and writer.enroler:
        return Target(flow=flow, rest=rest)
    if answering:
        return Target(session=answering)
    if flow:
        return Target(flow=flow, rest=rest, at=flow.starts.otherwise if flow.starts.who == "enroler" else "")
    return Target(flow=ways.words.get("help"))


def first_word(text: str) -> tuple[str, str]:
    """The first word of a text, and what comes after it: a digit or a sign ends a word as a space does (REG98..., REG,98)."""
    text = text.strip()
    end = WORD_ENDS.search(text)
    return (text[: end.start()], text[end.start() :].lstrip(" \t\n,.;:#*-")) if end else (text, "")


def dial(code: str, writer: Writer, ways: Ways) -> Target:
    """Whom the first hop of a USSD session is for: what is open goes on, else the flow of the code begins.

    A code that no flow names is still ours (a gateway sends no others): the only USSD flow there is serves it.
    """
    if open_session := top(writer.sessions, "ussd"):
        return Target(session=open_session)
    only = next(iter(ways.ussd.values())) if len({flow.name for flow in ways.ussd.values()}) == 1 else None
    flow = ways.ussd.get(code) or only
    if flow is None:
        return Target(flow=ways.words.get("help"))
    return Target(flow=flow, at="" if flow.starts.who == "anyone" or writer.enroler else flow.starts.otherwise)


def top(sessions: Sessions, kind: str) -> Session | None:
    """The session that an answer is for: the last one whose question came by this kind of message, else the last."""
    return next((s for s in reversed(sessions.open) if s.kind == kind), sessions.open[-1] if sessions.open else None)

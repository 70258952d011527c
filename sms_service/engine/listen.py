"""Whom a text is for: an opt-out, an enroler's command, the open dialogue, a keyword, or help. Pure.

The order is the design's: opt-out words, wrong number, enroler's commands, the open dialogue, keywords, help.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from msgspec import Struct, field

from sms_service.engine.answers import AN_ID, Answer, chosen, fold, read_answer
from sms_service.engine.keywords import NEAR_TO, first_word, near
from sms_service.engine.model import Ask, Collect, Flow, Reading, Session, Sessions
from sms_service.engine.walk import fields_of

LONG_NUMBER = re.compile(r"\d[\d \-]{4,}\d")
"""A number of six digits or more: with it, a word that is nearly a keyword is one, even while a question is open."""

A_PHONE = re.compile(r"\d[\d \-]{7,}\d")
"""A number of nine digits or more, as mobile numbers are: longer than that of an ID."""

IN_A_LINE = 3
"""Fields by which a text is a registration while something else is asked; two do where nothing is."""

A_REF = re.compile(r"(?=\w*\d)(?=\d*[^\W\d])\w{5}")
"""What looks like the reference of a registration."""

ID_ALONE = re.compile(r"\s*[^\W\d_]+(?P<apart>[ \-]?)\d{1,8}\s*")
"""Letters and at most eight digits: the ID that was asked for (ADD1234567; IDD 1234567, which is nearly ADD), not a command
with a phone number. One voter ID of 25 begins like some command."""


class Ways(Struct):
    """The ways into the current flows: by what the service itself starts, by word kind, by keyword, by USSD code."""

    on: dict[str, Flow] = field(default_factory=dict)
    words: dict[str, Flow] = field(default_factory=dict)
    keywords: dict[str, Flow] = field(default_factory=dict)
    ussd: dict[str, Flow] = field(default_factory=dict)


class Writer(Struct):
    """Who wrote: in which language, an active enroler or not, one who sent STOP or not, and what she has open. `is_asked`:
    whether a session of hers asks whether she becomes a member."""

    language: str
    enroler: bool
    stopped: bool
    sessions: Sessions
    is_asked: Callable[[Session], bool] = lambda _session: True


class Target(Struct):
    """For whom the text is: an open session, or a flow to begin (at state `at`, with `rest`, the words after its
    keyword). Neither: nobody, because no flow serves it. `line`: the flow that takes the whole text instead, if that `is_line`
    to it."""

    session: Session | None = None
    flow: Flow | None = None
    at: str = ""
    rest: str = ""
    line: Flow | None = None


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
    word = word_of(text, writer.language, writer.enroler, ways)
    if word == "stop":
        return Target(flow=ways.words.get("stop"))
    if word == "wrong_number" and answering and answering.about:
        return Target(session=answering)
    if word in ("start", "help"):
        return Target(flow=ways.words.get(word))
    if writer.stopped:
        return _from_stopped(text, answering, ways)
    flow, rest = _named(text, writer, ways, word, answering)
    line = ways.words.get("line") if writer.enroler else None
    if flow and flow.starts.who == "enroler" and writer.enroler:
        is_sure = flow is line or fold(first_word(text)[0]) in ways.keywords
        return Target(flow=flow, rest=rest, line=None if is_sure or not LONG_NUMBER.search(text) else line)
    line = line if LONG_NUMBER.search(text) else None  # without a phone or an ID it is talk: see you at 5
    if answering and not (
        flow and not _says(text, rest, writer, answering) and _asks_for_it(flow, rest, writer.language, answering)
    ):
        return Target(session=answering, line=line)
    if flow:
        return Target(flow=flow, rest=rest, at=flow.starts.otherwise if flow.starts.who == "enroler" else "")
    return Target(flow=ways.words.get("help"), line=line)


def word_of(text: str, language: str, enroler: bool, ways: Ways) -> Answer:
    """What a text says before it is an answer to anything: an opt-out, a wrong number, START, HELP, or nothing of the kind.
    An enroler's entry or correction is none of these, whoever it is about: `REG 9655888004 HHE1234567 12 Opt Out`."""
    return "unclear" if enroler and _is_entry(text, language, ways) else read_answer(text, language, "none")


def _is_entry(text: str, language: str, ways: Ways) -> bool:
    """Whether a text names an enrolers' command, or nearly does, with a phone, an ID or a reference in it; or has a phone and
    an ID without one. A first word that answers something by itself (`OK, stop texting 98...`, `Band 98...`) names none."""
    first, rest = first_word(text)
    if read_answer(first, language, "consent") != "unclear":
        return False
    of_enrolers = {word: flow for word, flow in ways.keywords.items() if flow.starts.who == "enroler"}
    if fold(first) in of_enrolers or near(first, of_enrolers) is not None:
        return bool(LONG_NUMBER.search(rest)) or any(A_REF.fullmatch(word) for word in rest.split())
    return bool(A_PHONE.search(text) and AN_ID.search(text))


def _says(text: str, rest: str, writer: Writer, answering: Session) -> bool:
    """Whether a keyword answers the open question rather than begins its flow. `Join` is a yes to the membership; to anything
    else (shall it end?) no keyword that stands alone is one."""
    says = read_answer(text, writer.language, "consent")
    return says != "unclear" and not (says == "yes" and not rest and not writer.is_asked(answering))


def _from_stopped(text: str, answering: Session | None, ways: Ways) -> Target:
    """She wants no messages, and writes one: what she may send all the same (to leave, to be forgotten) goes its way."""
    first, rest = first_word(text)
    flow = ways.keywords.get(fold(first))
    if flow and flow.answers_stopped:
        return Target(flow=flow, rest=rest)
    open_flow = (answering.callers[0].flow if answering.callers else answering.flow) if answering else ""
    if any(one.answers_stopped and one.name == open_flow for one in ways.keywords.values()):
        return Target(session=answering)
    return Target(flow=ways.words.get("stopped"))


def _asks_for_it(flow: Flow, rest: str, language: str, answering: Session) -> bool:
    """Whether a keyword of anybody's is meant as one although a question is open: it stands alone (LANG), or with one of its
    options (LANG HINDI), or begins the dialogue that is open once more (ACT 83511, after ACT 83115)."""
    first = flow.states[flow.first]
    names = isinstance(first, Ask) and chosen(rest, first.field.options, language) is not None
    return flow.starts.who == "anyone" and (not rest or names or answering.flow == flow.name)


def is_line(found: Reading, target: Target) -> bool:
    """Whether the whole text is a registration without a keyword, by what the flow `target.line` reads in it: more than
    any answer to an open question would hold; all of one where its first word is nearly a command (`Dev Kumar 98...`,
    DEL)."""
    assert target.line
    if target.flow and target.flow.starts.who == "enroler":
        fields = fields_of(target.line.states[target.line.first])
        return not found.wrong and found.values.keys() >= {one.name for one in fields if not one.optional}
    return len(found.values) >= (IN_A_LINE if target.session else IN_A_LINE - 1)


def _named(text: str, writer: Writer, ways: Ways, word: str, answering: Session | None) -> tuple[Flow | None, str]:
    """The flow that the first word of a text names, or nearly does, and what comes after it."""
    first, rest = first_word(text)
    flow = ways.keywords.get(fold(first))
    if answering and (id_alone := ID_ALONE.fullmatch(text)):
        return flow if id_alone["apart"] else None, rest
    if flow is None and writer.enroler and word == "unclear":
        flow = _mistyped(first, rest, ways, answering is not None)
    if (
        flow
        and flow.starts.who == "enroler"
        and not writer.enroler
        and read_answer(text, writer.language, "consent") == "yes"
    ):
        return None, rest  # `OK`, `Sawa`: a member says yes once more, and must not be told that she may enter nobody
    return flow, rest


def _mistyped(first: str, rest: str, ways: Ways, answering: bool) -> Flow | None:
    """The enrolers' command that this word nearly is. A command that takes nothing is none before other words (`SAM 98...`
    is a name, not SUM); no word of an answer is one unless a long number or a reference comes with it (DELL R4K7P), nor one
    of three letters before other words (`see you`, FEE)."""
    flow = near(first, {word: flow for word, flow in ways.keywords.items() if flow.starts.who == "enroler"})
    says_what = LONG_NUMBER.search(rest) or any(A_REF.fullmatch(word) for word in rest.split())
    if flow is None or not (says_what if answering else says_what or not rest or len(first) > NEAR_TO):
        return None
    takes_more = isinstance(flow.states[flow.first], Ask | Collect)
    return flow if takes_more or not rest else None


def dial(code: str, writer: Writer, ways: Ways) -> Target:
    """Whom the first hop of a USSD session is for: what is open goes on, else the flow of the code begins.

    A code that no flow names is still ours (a gateway sends no others): the only USSD flow there is serves it.
    """
    if open_session := top(writer.sessions, "ussd"):
        return Target(session=open_session)
    return dial_anew(code, writer, ways)


def dial_anew(code: str, writer: Writer, ways: Ways) -> Target:
    """The flow of a code, whatever is open."""
    only = next(iter(ways.ussd.values())) if len({flow.name for flow in ways.ussd.values()}) == 1 else None
    flow = ways.ussd.get(code) or only
    if flow is None:
        return Target(flow=ways.words.get("help"))
    return Target(flow=flow, at="" if flow.starts.who == "anyone" or writer.enroler else flow.starts.otherwise)


def top(sessions: Sessions, kind: str) -> Session | None:
    """The session that an answer is for: the last one whose question came by this kind of message, else the last."""
    return next((s for s in reversed(sessions.open) if s.kind == kind), sessions.open[-1] if sessions.open else None)

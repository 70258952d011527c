"""The head of a flow file: how it begins, whom it reaches, which names it takes. What could only be a slip there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from sms_service.authoring.load import Draft
from sms_service.authoring.schema import HeadPart
from sms_service.authoring.source import Finding, Path, shown
from sms_service.authoring.suggest import did_you_mean, no_type
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.engine.answers import fold

RESERVED = frozenset(("and", "or", "not", "in", "is", "none", "true", "false", "loop", "if", "else", "for"))
"""Words of conditions and texts (Jinja's): a variable called so would be read as the word."""


def beginnings(draft: Draft, vocabulary: Vocabulary) -> Iterator[Finding]:
    """All that is to say about the head, and the names of variables that are taken."""
    if draft.head:
        yield from _starts(draft, draft.head, vocabulary)
        yield from _stopped(draft, draft.head)
        yield from _twice(draft, draft.head)
        for name, kind in draft.head.takes.items():
            if kind not in vocabulary.types and kind not in vocabulary.given:
                yield draft.source.finding(("takes", name), no_type(kind, vocabulary.types))
    yield from _taken(draft, vocabulary.constants)


def begins_alone(head: HeadPart) -> bool:
    """Whether the flow has a way in besides the calls of others."""
    starts = head.starts
    return bool(starts.on or starts.words or starts.keywords or starts.ussd)


def _starts(draft: Draft, head: HeadPart, vocabulary: Vocabulary) -> Iterator[Finding]:
    starts, source = head.starts, draft.source
    if starts.otherwise and starts.who != "enroler":
        message = '"otherwise" needs "who: enroler": as it is, anyone may begin'
        yield source.finding(("starts", "otherwise"), message)
    if starts.on and starts.on not in vocabulary.happenings:
        hint = did_you_mean(starts.on, vocabulary.happenings) or f"; it can be {', '.join(vocabulary.happenings)}"
        yield source.finding(("starts", "on"), f'nothing called "{shown(starts.on)}" ever happens{hint}')
    if head.takes and begins_alone(head):
        takes = ", ".join(head.takes)
        message = f"only a call can give {takes}: a flow that takes something cannot start by itself"
        yield source.finding(("takes",), message, of_key=True)


def _stopped(draft: Draft, head: HeadPart) -> Iterator[Finding]:
    """Who sent STOP hears from the flows that answer such words, and from no other."""
    words = head.starts.words
    if words in ("stop", "stopped") and not head.answers_stopped:
        message = "whoever sent STOP gets no text of this flow: add `answers_stopped: true`"
        yield draft.source.finding(("starts", "words"), message)
    if head.answers_stopped and not (words or head.starts.keywords):
        message = (
            "this would write to people who sent STOP: leave it out, it is only for flows that answer what they send "
            "(`starts: {words: ...}` or `{keywords: ...}`)"
        )
        yield draft.source.finding(("answers_stopped",), message, of_key=True)


def _twice(draft: Draft, head: HeadPart) -> Iterator[Finding]:
    lists: list[tuple[Path, Sequence[str], Callable[[str], str]]] = [
        (("languages",), head.languages, str),
        (("starts", "keywords"), head.starts.keywords, fold),
        (("starts", "ussd"), head.starts.ussd, str),
        (("gives",), head.gives, str),
    ]
    for path, names, read in lists:
        first: dict[str, str] = {}
        for number, name in enumerate(names):
            before = first.setdefault(read(name), name)
            if before != name or name in names[:number]:
                alike = "" if before == name else f': "{shown(before)}" is the same word to the service'
                message = f'"{shown(name)}" stands here a second time{alike}; keep one of them'
                yield draft.source.finding((*path, number), message)


def _taken(draft: Draft, constants: Collection[str]) -> Iterator[Finding]:
    """Variables called like a constant of the service, or like a word of conditions: texts would say one for the other."""
    names: list[tuple[str, Path, bool]] = (
        [(name, ("takes", name), True) for name in draft.head.takes] if draft.head else []
    )
    for state, part in draft.parts.items():
        path: Path = ("states", state)
        if part.ask:
            names.append((part.ask.into, (*path, "ask", "into"), False))
        names += [(name, (*path, "collect", name), True) for name in part.collect or ()]
        if part.call:
            names.append((part.into or part.call, (*path, "into" if part.into else "call"), False))
    for name, path, of_key in names:
        if name in constants or name in RESERVED:
            what = 'add "into" with a name of its own' if path[-1] == "call" else "choose another name"
            taken = "is a word of conditions" if name in RESERVED else "is what every text gets from the service"
            message = f'"{name}" {taken}: {what}'
            yield draft.source.finding(path, message, of_key=of_key)

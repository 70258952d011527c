"""What stands in a state and does nothing, or is said as nobody means it. The flow would run; its author is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sms_service.authoring.build import kind_of, kinds_of
from sms_service.authoring.load import Draft
from sms_service.authoring.proofread import invisible_sign, lone_brace
from sms_service.authoring.schema import (
    EVERY_LANGUAGE,
    UNITS,
    AskPart,
    ChoicePart,
    FieldPart,
    HeadPart,
    OptionPart,
    StatePart,
    TypedPart,
)
from sms_service.authoring.source import Finding, Path, shown
from sms_service.authoring.suggest import did_you_mean, meant_type
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.engine.model import DEFAULT_EXPIRY

WAITING = ("unclear", "remind", "timeout", "back")
BESIDE: Mapping[str, tuple[str, ...]] = {
    "say": ("next",),
    "end": ("end",),
    "ask": ("ask", "next", "end", *WAITING),
    "choose": ("choose", *WAITING),
    "collect": ("collect", "next", "end", *WAITING),
    "consent": ("consent", *WAITING),
    "do": ("do", "with", "outcomes", "next", "end"),
    "call": ("call", "with", "into", "outcomes", "next", "end"),
    "decide": ("decide",),
}
"""What may stand in a state besides `say`, by its kind. Anything else would be read and never do anything."""

PARAMETERS = ("min", "max", "options", "format", "level")
"""What an answer type may need to know, as keys of a flow file."""


def surplus(draft: Draft, vocabulary: Vocabulary) -> Iterator[Finding]:
    """All of it, state by state, and then the texts."""
    for name, part in draft.parts.items():
        path: Path = ("states", name)
        yield from _keys(part, path, draft)
        yield from _tries(part, path, draft)
        if draft.head:
            yield from _timers(part, path, draft, draft.head)
        for one, here in menus_in(part, path):
            yield from _line(one, here, draft)
        for key, other in (part.consent.other if part.consent else {}).items():
            yield from _words(other.words, (*path, "consent", "other", key), draft)
        for asked, here in asked_in(part, path):
            yield from _typed(asked, here, draft, vocabulary)
    yield from _texts(draft)


def _keys(part: StatePart, path: Path, draft: Draft) -> Iterator[Finding]:
    kind, kinds = kind_of(part), kinds_of(part)
    given = {
        described.alias or key for key, described in StatePart.model_fields.items() if key in part.model_fields_set
    }
    if kind == "say":  # an `end` that is none, or beside `next`: where the file says what to do, that was told
        given -= {"end"} if part.end or part.next is None else set()
    for key in sorted(given - {"say", *BESIDE[kind], *kinds}):
        if key == "end" and not part.end:
            yield draft.source.finding((*path, key), "`end: false` does nothing: leave it out", of_key=True)
            continue
        here = {"say": "in a state that only says something", "end": "in a state that ends"}.get(kind, f"beside {kind}")
        owners = ", ".join(owner for owner, keys in BESIDE.items() if key in keys)
        yield draft.source.finding((*path, key), f'"{key}" does nothing {here}; it belongs to {owners}', of_key=True)
    if kind == "say" and part.say is None and path[1] not in draft.unread:
        yield draft.source.finding(path, "this state says nothing and does nothing: give it a text, or leave it out")
    if kind in ("do", "call") and part.outcomes and (part.next is not None or part.end):
        key = "next" if part.next is not None else "end"
        message = f'"{key}" does nothing beside outcomes: they say where it goes on'
        yield draft.source.finding((*path, key), message, of_key=True)


def _tries(part: StatePart, path: Path, draft: Draft) -> Iterator[Finding]:
    """Tries that nobody counts: without `then` it is asked again however often, but for what may be left empty."""
    unclear = part.unclear
    may_be_empty = any(field.optional for field in (part.collect or {}).values())
    if unclear and "times" in unclear.model_fields_set and unclear.then is None and not may_be_empty:
        message = '"times" does nothing without "then": add the state to go on to, or leave it out'
        if kind_of(part) in BESIDE and "unclear" in BESIDE[kind_of(part)]:
            yield draft.source.finding((*path, "unclear", "times"), message, "warning", of_key=True)


def _timers(part: StatePart, path: Path, draft: Draft, head: HeadPart) -> Iterator[Finding]:
    """Timers that never ring. A called flow lasts as long as the one that called it, whatever that says."""
    lasts, starts = head.expires.after if head.expires else DEFAULT_EXPIRY, head.starts
    if not (starts.on or starts.words or starts.keywords or starts.ussd):
        return
    first = part.timeout.after if part.timeout and part.timeout.after < lasts else lasts
    what = "the timeout" if first < lasts else "the flow's expiry"
    for name, timer in (("remind", part.remind), ("timeout", part.timeout)):
        if timer and timer.after >= first and not (name == "timeout" and first < lasts):
            message = f"this never comes: {what} is earlier ({_days(first)})"
            yield draft.source.finding((*path, name, "after"), message, "warning")


def _days(seconds: float) -> str:
    unit = next(unit for unit in ("day", "hour", "minute") if seconds % UNITS[unit] == 0)
    number = int(seconds / UNITS[unit])
    return f"{number} {unit}{'' if number == 1 else 's'}"


def asked_in(part: StatePart, path: Path) -> Iterator[tuple[AskPart | FieldPart, Path]]:
    if part.ask:
        yield part.ask, (*path, "ask")
    for key, field in (part.collect or {}).items():
        yield field, (*path, "collect", key)


def menus_in(part: StatePart, path: Path) -> Iterator[tuple[OptionPart | ChoicePart, Path]]:
    """The lines of all menus of a state, each with its place."""
    for key, option in (part.choose or {}).items():
        yield option, (*path, "choose", key)
    for asked, here in asked_in(part, path):
        for value, choice in (asked.options or {}).items():
            yield choice, (*here, "options", value)


def _line(part: OptionPart | ChoicePart, path: Path, draft: Draft) -> Iterator[Finding]:
    """One line of a menu."""
    for language, label in part.label.items():
        here = (*path, "label") if language == EVERY_LANGUAGE else (*path, "label", language)
        if "{{" in label or "{%" in label:
            message = "the line of a menu is said as it stands, without variables: put them in the question"
            yield draft.source.finding(here, message)
        sentence, sign = invisible_sign(label)
        if sign:
            yield draft.source.finding(here, sentence, "warning", word=sign)
        yield from _foreign(language, here, draft)
    yield from _words(part.words, path, draft)


def _words(words: Mapping[str, object], path: Path, draft: Draft) -> Iterator[Finding]:
    """Words in a language that the flow does not have."""
    for language in words:
        yield from _foreign(language, (*path, "words", language), draft)


def _typed(part: TypedPart, path: Path, draft: Draft, vocabulary: Vocabulary) -> Iterator[Finding]:
    """What stands beside a type that knows nothing of it."""
    kind = part.type if part.type in vocabulary.types else meant_type(part.type, vocabulary.types)
    shape = vocabulary.types.get(kind)
    if shape is None:
        return
    an = f"{'an' if kind[:1] in 'aeiou' else 'a'} {kind}"
    for problem in part.wrong:
        if problem and problem not in shape.problems:
            hint = did_you_mean(problem, shape.problems) or f"; it can be {', '.join(shape.problems)}"
            message = f'{an} is never wrong as "{shown(problem)}"{hint}'
            yield draft.source.finding((*path, "wrong", problem), message, of_key=True)
    for key in PARAMETERS:
        if getattr(part, key) is not None and key not in shape.parameters:
            having = ", ".join(name for name, other in vocabulary.types.items() if key in other.parameters)
            message = f'"{key}" means nothing for {an}; it belongs to {having}'
            yield draft.source.finding((*path, key), message, of_key=True)


def _texts(draft: Draft) -> Iterator[Finding]:
    """Braces that are said, a # that ends a text, texts in a language that the flow does not have."""
    for key, path in draft.places.items():
        if draft.source.is_bare(path) and re.match(r"\s+#\S|\s#(\s|$)", draft.source.behind(path)):
            yield draft.source.finding(path, "the text ends before the #: put a text with # in quotes", "warning")
        if "@" not in key:
            continue
        if slip := lone_brace(draft.sources[key]):
            yield draft.source.finding(path, slip)
        sentence, sign = invisible_sign(draft.sources[key])
        if sign:
            yield draft.source.finding(path, sentence, "warning", word=sign)
        language, _, kind = key.partition("@")[2].partition(":")
        in_kinds = kind or path[-1] == "sms"
        yield from _foreign(language, path[:-1] if in_kinds else path, draft)


def _foreign(language: str, path: Path, draft: Draft) -> Iterator[Finding]:
    languages = draft.head.languages if draft.head else ()
    if language not in languages and language != EVERY_LANGUAGE:
        yield draft.source.finding(path, f"{language} is not among this flow's languages", of_key=True)

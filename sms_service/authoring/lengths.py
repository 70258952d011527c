"""How long the messages of a flow become at their longest: SMS segments and their price, USSD screens, and which character
makes a text dear."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sms_service.authoring.source import Finding, Path, Source
from sms_service.authoring.values import tried
from sms_service.authoring.variables import Analysis, Known
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.authoring.ways import entries, ways_out
from sms_service.engine.clusters import units
from sms_service.engine.model import (
    MAX_STEPS,
    AnyState,
    Ask,
    Call,
    Choose,
    Collect,
    End,
    Field,
    Flow,
    Kind,
    Option,
    Question,
)
from sms_service.engine.navigation import pages
from sms_service.engine.texts import Count, TemplateFailed, count, sendable, septets
from sms_service.engine.walk import fields_of, menu, options_of

STRAY = 0.1
"""Up to this share of a text, characters outside GSM-7 are a slip (a curly quote), beyond it they are its script."""

SURELY_FITS = 60
"""UTF-16 units of a segment that any text fits into, whatever its characters: 67 less what a split character wastes."""


Text = tuple[str, str]
"""A slot and what it says."""


@dataclass(frozen=True)
class Message:
    """One message at its longest, in one language: its longest text (`slot`), all that is counted, and the character that
    makes it UCS-2 although the text is written in Latin letters ("" if none does)."""

    slot: str
    language: str
    text: str
    stray: str

    @property
    def count(self) -> Count:
        """Encoding, segments, characters."""
        return count(self.text)


class Lengths:
    """The messages of one flow, each rendered with the longest values that its variables can have. `rendered` are texts
    that were rendered so already, by key."""

    def __init__(
        self, flow: Flow, analysis: Analysis, vocabulary: Vocabulary, rendered: Mapping[str, str] | None = None
    ) -> None:
        self.flow, self._vocabulary, self._analysis = flow, vocabulary, analysis
        self._known = analysis.of(flow.name)
        self._rendered = dict(rendered or {})
        self._said: dict[tuple[str, str, Kind], list[Text]] = {}
        self._slots: dict[str, list[str]] = {}
        for key in flow.templates.keys:
            self._slots.setdefault(key.partition(".")[0], []).append(key)

    @property
    def known(self) -> Mapping[str, Known]:
        """What has a value on arrival in each state that something leads to."""
        return self._known

    def longest(self, slot: str, language: str) -> str:
        """The longest that one text becomes by SMS; "" where there is none."""
        return "".join(text for _, text in self._text(slot, language, "sms"))

    def messages(self, kind: Kind) -> Iterator[Message]:
        """Every message that one turn can say, as SMS or on USSD; of those that begin alike, the longest."""
        for language in self.flow.languages:
            yield from _longest_of_each(self._in_language(self._begins, language, kind))

    def every(self, kind: Kind) -> Iterator[Message]:
        """For every text of the flow, menu, and menu below a wrong answer, the longest message that it stands in."""
        for language in self.flow.languages:
            yield from _longest_of_each(self._each_in(language, kind))

    @cached_property
    def _begins(self) -> set[str]:
        """The states that a turn can begin with."""
        found = set(entries(self.flow))
        for state in self.flow.states.values():
            if isinstance(state, Question | Call):
                found.update(way.to for way in ways_out(state))
        return found

    @cached_property
    def _before(self) -> dict[str, list[str]]:
        """The states that lead to each within one turn."""
        found: dict[str, list[str]] = {}
        for name, state in self.flow.states.items():
            if not isinstance(state, Question | Call):
                for way in ways_out(state):
                    found.setdefault(way.to, []).append(name)
        return found

    def _each_in(self, language: str, kind: Kind) -> Iterator[Message]:
        said: dict[str, list[Text]] = {}
        for name, state in self.flow.states.items():
            if name not in self._known:
                continue
            if (state.says or isinstance(state, Question)) and (texts := self._worst(name, language, kind, 0)):
                message = _message(language, [*self._said_before(name, language, kind, said), *texts])
                yield replace(message, slot=f"{name}.say" if state.says or isinstance(state, Choose) else message.slot)
            if isinstance(state, Question):
                yield from self._said_again(state, language, kind)
            for field in fields_of(state):
                for slot, text in self._of_the_service(field, language) if field.options else ():
                    own = f"{name}.{field.name}.wrong.{slot}"
                    yield _message(language, [(own, text), *self._menu(own, field.options, language)])

    def _said_before(self, name: str, language: str, kind: Kind, said: dict[str, list[Text]]) -> list[Text]:
        """The longest that may have been said in the turn that comes to this state."""
        if name not in said:
            said[name] = []
            ways = [
                [*self._said_before(one, language, kind, said), *self._text(f"{one}.say", language, kind)]
                for one in self._before.get(name, ())
                if one in self._known
            ]
            said[name] = max(ways, key=_size, default=[])
        return said[name]

    def _of_the_service(self, field: Field, language: str) -> Iterator[Text]:
        """What the service says of a wrong answer, by problem, where the flow leaves that to it."""
        for key in self._slots.get(f"type:{field.type}", ()):
            slot, _, rest = key.partition("@")
            if rest == language:
                yield slot.partition(".")[2], self.flow.templates.render(key, field.parameters)

    def _in_language(self, begins: set[str], language: str, kind: Kind) -> Iterator[Message]:
        for name, state in self.flow.states.items():
            if name not in self._known:
                continue
            if name in begins and (texts := self._worst(name, language, kind, 0)):
                yield _message(language, texts)
            if isinstance(state, Question):
                yield from self._said_again(state, language, kind)

    def _said_again(self, state: AnyState, language: str, kind: Kind) -> Iterator[Message]:
        """What a question says besides itself: a wrong answer, an unclear one, the reminder, the fields of a `collect`."""
        for key in self._slots.get(state.name, ()):
            slot, _, rest = key.partition("@")
            if rest == language and slot != f"{state.name}.say" and ".when." not in slot:
                options = self._options_beside(state, slot)
                texts = [*self._text(slot, language, kind), *self._menu(slot, options, language)]
                if texts:
                    yield _message(language, texts)

    @staticmethod
    def _options_beside(state: AnyState, slot: str) -> tuple[Option, ...]:
        """The menu that is said below a text; none below a reminder of its own words."""
        what = slot.split(".")[1]
        if what == "remind":
            return ()
        match state:
            case Choose():
                return state.options
            case Ask():
                return state.field.options
            case Collect():
                said = [field.options for field in state.fields if what in (field.name, "unclear")]
                return max(said, key=len, default=())
        return ()

    def _worst(self, name: str, language: str, kind: Kind, passed: int) -> list[Text]:
        """The longest that one turn can say from this state on, after so many states."""
        key = (name, language, kind)
        if key not in self._said:
            self._said[key] = []  # what a circle would say again, if there were one
            self._said[key] = self._worst_now(name, language, kind, passed)
        return self._said[key]

    def _worst_now(self, name: str, language: str, kind: Kind, passed: int) -> list[Text]:
        if name not in self._known or passed > MAX_STEPS:
            return []
        state = self.flow.states[name]
        own = self._text(f"{name}.say", language, kind) if state.says else []
        match state:
            case Collect():
                asks = [
                    [*self._text(slot, language, kind), *self._menu(slot, field.options, language)]
                    for field in state.fields
                    for slot in [f"{name}.{field.name}.ask"]
                ]
                return own + max(asks, key=_size)
            case Question():
                return own + self._menu(f"{name}.say", options_of(state), language)
            case End() | Call():
                return own
        tails = [self._worst(way.to, language, kind, passed + 1) for way in ways_out(state)]
        return own + max(tails, key=_size, default=[])

    def _menu(self, slot: str, options: tuple[Option, ...], language: str) -> list[Text]:
        return [(slot, line) for line in menu(options, self.flow, language)]

    def _text(self, slot: str, language: str, kind: Kind) -> list[Text]:
        """One text with the longest values, or nothing where there is none."""
        templates = self.flow.templates
        key = next((key for key in (f"{slot}@{language}:{kind}", f"{slot}@{language}") if key in templates), "")
        if key and key not in self._rendered:
            self._rendered[key] = self._longest(key, slot.partition(".")[0], language)
        return [(slot, self._rendered[key])] if self._rendered.get(key) else []

    def _longest(self, key: str, name: str, language: str) -> str:
        """The longest that one text can become."""
        templates, longest = self.flow.templates, ""
        here = self._analysis.within(self.flow.states[name], self._known[name])
        given = known_parameters(self.flow, key)
        for values in tried(templates.source(key), templates.variables(key), here.maybe, language, self._vocabulary):
            try:
                longest = max(longest, templates.render(key, {**values, **given}), key=units)
            except TemplateFailed:
                continue  # the checker says so at its place
        return longest


def _longest_of_each(messages: Iterable[Message]) -> Iterable[Message]:
    """The longest of those that are called alike."""
    longest: dict[str, Message] = {}
    for message in messages:
        known = longest.get(message.slot)
        if known is None or units(message.text) > units(known.text):
            longest[message.slot] = message
    return longest.values()


def _size(texts: list[Text]) -> int:
    return sum(units(text) for _, text in texts)


def _message(language: str, texts: list[Text]) -> Message:
    text = sendable("\n".join(text for _, text in texts))
    longest, _ = max(texts, key=lambda one: units(one[1]))
    return Message(longest, language, text, stray(text))


def known_parameters(flow: Flow, key: str) -> Mapping[str, Any]:
    """What a text about a wrong answer knows besides: the min and max of its field."""
    field = _wrong_answer_to(flow, key)
    return field.parameters if field else {}


def left_open(flow: Flow, key: str, vocabulary: Vocabulary) -> set[str]:
    """What such a text may name although its field does not say it: `{{ min|default(0) }}`, as the service's words have it."""
    field = _wrong_answer_to(flow, key)
    shape = vocabulary.types.get(field.type) if field else None
    names = shape.parameters if shape else ()
    return {name for name in names if re.search(rf"\b{name}\s*\|\s*default\b", flow.templates.source(key))}


def _wrong_answer_to(flow: Flow, key: str) -> Field | None:
    """The field whose wrong answer a text is about, if it is about one."""
    name, *rest = key.partition("@")[0].split(".")
    fields = fields_of(flow.states[name]) if name in flow.states and rest[1:2] == ["wrong"] else ()
    return next((field for field in fields if field.name == rest[0]), None)


def known_in(state: AnyState, here: Known, analysis: Analysis) -> Known:
    """What the texts of a state can use: a `do` speaks after its effect, a `collect` when some fields are there."""
    return analysis.within(state, here)


def stray(text: str) -> str:
    """The first character outside GSM-7 in a text that is otherwise written with it, or ""."""
    if septets(text) is not None:
        return ""
    outside = [character for character in text if septets(character) is None]
    return outside[0] if len(outside) <= STRAY * len(text) else ""


def length_findings(lengths: Lengths, source: Source, places: Mapping[str, Path], by_ussd: bool) -> Iterator[Finding]:
    """Messages above the limits of their flow, and characters that cost or cannot be shown."""
    flow, limits = lengths.flow, lengths.flow.limits
    for message in lengths.messages("sms"):
        path = places.get(f"{message.slot}@{message.language}", ("states", message.slot.partition(".")[0]))
        if message.stray:
            yield source.finding(path, _stray_sentence(message.stray), "warning", word=message.stray)
        if units(message.text) > limits.segments * SURELY_FITS and message.count.segments > limits.segments:
            yield source.finding(path, _too_long(message, limits.segments))
    if not by_ussd:
        return
    unicode_languages = set()
    for message in lengths.messages("ussd"):
        path = places.get(f"{message.slot}@{message.language}:ussd") or places.get(
            f"{message.slot}@{message.language}", ("states", message.slot.partition(".")[0])
        )
        if septets(message.text) is None and not limits.ussd_unicode:
            if message.stray:
                sentence = f'many networks cannot show "{message.stray}" on a USSD screen: write it another way'
                yield source.finding(path, sentence, word=message.stray)
            else:
                unicode_languages.add(message.language)
        shown = len(pages(message.text, message.language, back=True))
        if shown > limits.screens:
            yield source.finding(
                path, f"in {message.language} this takes {shown} USSD screens at its longest, limits.screens is "
                f"{limits.screens}: shorten it, or raise the limit",
            )  # fmt: skip
    for language in sorted(unicode_languages):
        yield source.finding(
            ("languages", flow.languages.index(language)),
            f"not every network shows the letters of {language} on a USSD screen: if yours do, say "
            "`limits: {ussd_unicode: true}`",
        )


def _stray_sentence(character: str) -> str:
    return (
        f'"{character}" (U+{ord(character):04X}) makes this SMS dear: a segment with it holds 70 characters instead of 160; '
        "write it another way"
    )


def _too_long(message: Message, limit: int) -> str:
    counted = message.count
    return (
        f"in {message.language} this SMS takes {counted.segments} segments at its longest ({counted.characters} characters, "
        f"{counted.encoding}), limits.segments is {limit}: shorten it, or raise the limit"
    )

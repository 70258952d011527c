"""The texts, options and answer types of a flow file become templates, Options and Fields; what does not fit is noted."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from sms_service.authoring.proofread import slip_at, slip_in_condition, slip_in_text
from sms_service.authoring.schema import (
    EVERY_LANGUAGE,
    ByKind,
    ChoicePart,
    HeadPart,
    OptionPart,
    TypedPart,
    UnclearPart,
)
from sms_service.authoring.source import WHOLE, Finding, Level, Path, Source
from sms_service.authoring.suggest import meant_type, no_type
from sms_service.authoring.vocabulary import TypeShape, Vocabulary
from sms_service.engine.model import Field, Option
from sms_service.engine.texts import Templates
from sms_service.privacy import FILTERS

TEXTS_MAX = 5_000
"""Texts and conditions of one flow: three times what 400 states in three languages have. minijinja takes 10 kB for each."""


def _a(name: str) -> str:
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


class FieldBuilder:
    """What states are made of. `unread` names the states that are mended ones: nobody can say where they lead.

    Afterwards `findings` holds what does not fit, `places` where in the file each template stands, `sources` what it says.
    """

    def __init__(self, head: HeadPart, source: Source, vocabulary: Vocabulary, unread: frozenset[str]) -> None:
        self.head, self.source, self.vocabulary, self._unread = head, source, vocabulary, unread
        self.findings: list[Finding] = []
        self.places: dict[str, Path] = {}
        self.sources: dict[str, str] = {}

    def in_languages(self, texts: Mapping[str, Any], path: Path, elsewhere: Collection[str] = ()) -> dict[str, Any]:
        """The texts by the flow's languages; a text without a language is that of the only one. In the languages
        `elsewhere` there is another text that will do."""
        languages = self.head.languages
        if EVERY_LANGUAGE in texts:
            if len(languages) > 1:
                self.say(
                    path, f"this flow has {len(languages)} languages: give the text in each, like `{languages[0]}: ...`"
                )
            return {languages[0]: texts[EVERY_LANGUAGE]}
        missing = [language for language in languages if language not in texts and language not in elsewhere]
        for language in missing:
            self.say(path, f"the text in {language} is missing", of_key=True)
        return dict(texts)

    def text(self, slot: str, texts: Mapping[str, str | ByKind], path: Path, elsewhere: Collection[str] = ()) -> None:
        for language, text in self.in_languages(texts, path, elsewhere).items():
            here = path if EVERY_LANGUAGE in texts else (*path, language)
            if isinstance(text, str):
                self.template(f"{slot}@{language}", text, here)
            else:
                self.template(f"{slot}@{language}", text.sms, (*here, "sms"))
                self.template(f"{slot}@{language}:ussd", text.ussd, (*here, "ussd"))

    def template(self, key: str, source: str, path: Path) -> None:
        condition = "@" not in key
        if slip := slip_in_condition(source) if condition else slip_in_text(source):
            self.say(path, slip, word="" if condition else slip_at(source))
            return
        if len(self.sources) == TEXTS_MAX:
            self.say(path, f"more than {TEXTS_MAX:,} texts: divide the flow, and `call` the parts")
        if len(self.sources) >= TEXTS_MAX:
            return
        self.sources[key] = "{% if " + source + " %}{% endif %}" if condition else source
        self.places[key] = path

    def templates(self) -> Templates:
        templates, failures = Templates.readable(self.sources, FILTERS)
        for failure in failures:
            what = "text" if "@" in failure.key else "condition"
            self.say(self.places.get(failure.key, ()), f"this {what} cannot be read: {failure.sentence}")
        return templates

    def option(self, key: str, part: OptionPart | ChoicePart, path: Path, next_: str = "", value: str = "") -> Option:
        labels = self.in_languages(part.label, (*path, "label")) if part.label else {}
        labels = {language: labels.get(language, "-") for language in self.head.languages} if labels else {}
        words = {language: tuple(words) for language, words in part.words.items()}
        return Option(key, next_, value, labels, words)

    def field(
        self, state: str, name: str, part: TypedPart, path: Path, unclear: UnclearPart | None, optional: bool = False
    ) -> Field:
        kind = part.type
        if kind not in self.vocabulary.types:
            kind = meant_type(kind, self.vocabulary.types)
            if part.type:  # "" stands in for one that is missing, and that was told
                self.no_type(part.type, (*path, "type"))
        shape = self.vocabulary.types.get(kind)
        if shape is None:
            return Field(name, part.type, optional)
        part = part.model_copy(update={"type": kind})
        parameters = self.parameters(part, shape, path)
        for problem, texts in part.wrong.items():
            own = f"{state}.{name}.wrong"
            self.text(
                f"{own}.{problem}" if problem else own,
                texts,
                (*path, "wrong", problem) if problem else (*path, "wrong"),
                said if (said := shape.problems.get(problem, {}).keys()).isdisjoint(texts) else (),
            )
        if "" not in part.wrong and not (unclear and unclear.say):
            self.service_words(part, shape)
        options = tuple(
            self.option(str(number), choice, (*path, "options", value), value=value)
            for number, (value, choice) in enumerate((part.options or {}).items(), start=1)
        )
        zero = not shape.check(parameters) and shape.zero(parameters)
        parameters |= shape.settings(parameters)
        return Field(name, kind, optional, parameters, options, shape.by_key, zero)

    def parameters(self, part: TypedPart, shape: TypeShape, path: Path) -> dict[str, Any]:
        wrong = False
        given = {
            key: value
            for key in ("min", "max", "options", "format", "level")
            if (value := getattr(part, key)) is not None
        }
        for key in shape.required:
            if key not in given:
                self.say(path, f'{_a(part.type)} needs "{key}"')
        given.pop("options", None)
        right = all(key in shape.parameters for key in given)
        while right and (problem := shape.check(given)):
            about = next((key for key in reversed(given) if re.search(rf"\b{key}\b", problem)), "")
            written = given.pop(about, None)
            if isinstance(written, str) and WHOLE.match(written):
                instead = shape.check({**given, about: int(written)})
                if not re.search(rf"\b{about}\b", instead):
                    problem = f'{about} is a text, "{written}": leave the quotes out'
            self.say((*path, about), problem)
            if not about or about in shape.required:
                return {}
            wrong = True
        return {} if wrong else given

    def service_words(self, part: TypedPart, shape: TypeShape) -> None:
        """The service's own sentences for what can be wrong with this type, where the flow says nothing."""
        for problem, sentences in shape.problems.items():
            for language in self.head.languages:
                if not {language, EVERY_LANGUAGE}.isdisjoint(part.wrong.get(problem, ())):
                    continue
                if language in sentences:
                    self.sources.setdefault(f"type:{part.type}.{problem}@{language}", sentences[language])

    def no_type(self, name: str, path: Path) -> None:
        self.say(path, no_type(name, self.vocabulary.types))

    def say(self, path: Path, message: str, *, of_key: bool = False, level: Level = "error", word: str = "") -> None:
        if len(path) == 2 and path[1] in self._unread:  # what such a state lacks was told already
            return
        self.findings.append(self.source.finding(path, message, level, of_key=of_key, word=word))

"""Languages that an effect would have people spoken to in, and that no flow is written in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from sms_service.authoring.mending import language_code
from sms_service.authoring.schema import EVERY_LANGUAGE, LANGUAGE
from sms_service.authoring.source import Finding, Path, Source, shown
from sms_service.authoring.suggest import did_you_mean
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.engine.model import Collect, Do, Flow, Input
from sms_service.engine.walk import fields_of


def unspoken(flow: Flow, flows: Mapping[str, Flow], source: Source, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Where the language is named, an error; where it is offered in a menu a warning, if it is the code of a language."""
    spoken = {language for one in flows.values() for language in one.languages if language != EVERY_LANGUAGE}
    for name, state in flow.states.items():
        shape = vocabulary.effects.get(state.effect) if isinstance(state, Do) else None
        if not isinstance(state, Do) or shape is None or not shape.language or not spoken:
            continue
        given = state.inputs.get(shape.language, Input(variable=shape.language))
        named: list[tuple[str, Path, bool]] = [(str(given.value), ("states", name, "with", shape.language), False)]
        if not given.variable and not isinstance(given.value, str):
            continue  # that is told as a value of another type
        for language, path, of_key in list(_offered(given.variable, flow)) if given.variable else named:
            if language in spoken:
                continue
            if not re.match(LANGUAGE, language):
                message = f'"{shown(language)}" is no language code{_meant(language, spoken)}'
                yield source.finding(path, message, of_key=of_key)
            elif given.variable:
                message = (
                    f'no flow has texts in "{shown(language)}": whoever speaks it gets the first language of each flow'
                )
                yield source.finding(path, message, "warning", of_key=of_key)
            else:
                message = f'no flow here has texts in "{shown(language)}"{_meant(language, spoken)}'
                yield source.finding(path, message)


def _meant(written: str, spoken: Collection[str]) -> str:
    """hindi is hi, if a flow speaks it; else whatever flows speak."""
    code = language_code(written)
    if code in spoken and len(written) > len(code):
        return f', did you mean "{code}"?'
    return did_you_mean(written, spoken) or f": the flows here speak {', '.join(sorted(spoken))}"


def _offered(variable: str, flow: Flow) -> Iterator[tuple[str, Path, bool]]:
    """The values of the menus that set a variable, each with its place."""
    for name, state in flow.states.items():
        for field in fields_of(state):
            beside = ("collect", field.name) if isinstance(state, Collect) else ("ask",)
            path: Path = ("states", name, *beside)
            if field.name == variable:
                yield from ((option.value, (*path, "options", option.value), True) for option in field.options)

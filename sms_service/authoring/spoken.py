"""Languages that an effect would have people spoken to in, and that no flow is written in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sms_service.authoring.schema import LANGUAGE
from sms_service.authoring.source import Finding, Path, Source, shown
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.engine.model import Collect, Do, Flow, Input
from sms_service.engine.walk import fields_of


def unspoken(flow: Flow, flows: Mapping[str, Flow], source: Source, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Warnings, where the language is named or where it is offered in a menu."""
    spoken = {language for one in flows.values() for language in one.languages}
    for name, state in flow.states.items():
        shape = vocabulary.effects.get(state.effect) if isinstance(state, Do) else None
        if not isinstance(state, Do) or shape is None or not shape.language:
            continue
        given = state.inputs.get(shape.language, Input(variable=shape.language))
        named: list[tuple[str, Path, bool]] = [(str(given.value), ("states", name, "with", shape.language), False)]
        for language, path, of_key in list(_offered(given.variable, flow)) if given.variable else named:
            if language not in spoken and re.match(LANGUAGE, language):
                message = (
                    f'no flow has texts in "{shown(language)}": whoever speaks it gets the first language of each flow'
                )
                yield source.finding(path, message, "warning", of_key=of_key)


def _offered(variable: str, flow: Flow) -> Iterator[tuple[str, Path, bool]]:
    """The values of the menus that set a variable, each with its place."""
    for name, state in flow.states.items():
        for field in fields_of(state):
            beside = ("collect", field.name) if isinstance(state, Collect) else ("ask",)
            path: Path = ("states", name, *beside)
            if field.name == variable:
                yield from ((option.value, (*path, "options", option.value), True) for option in field.options)

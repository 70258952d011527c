"""How long the answer to one text becomes in which every field of a `collect` is wrong: each of them is told so at once."""

from __future__ import annotations

from collections.abc import Iterator

from sms_service.authoring.lengths import Lengths
from sms_service.authoring.source import Finding, Source
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.engine.clusters import units
from sms_service.engine.model import Collect, Field, Flow
from sms_service.engine.templates import TemplateFailed
from sms_service.engine.texts import count, sendable
from sms_service.engine.walk import has_text, menu


def wrong_at_once(flow: Flow, lengths: Lengths, source: Source, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Warnings about those that take more segments than the flow allows itself."""
    for state in flow.states.values():
        if not isinstance(state, Collect) or len(state.fields) < 2 or state.name not in lengths.known:
            continue
        for language in flow.languages:
            texts = [lengths.longest(f"{state.name}.say", language)] if state.says else []
            for field in state.fields:
                texts += [_longest_problem(state, field, flow, language, lengths, vocabulary)]
                texts += menu(field.options, flow, language)
            segments = count(sendable("\n".join(text for text in texts if text))).segments
            if segments > flow.limits.segments:
                message = (
                    f"if every field is wrong in one text, the answer takes {segments} segments in {language}, "
                    f'limits.segments is {flow.limits.segments}: shorten what is said under "wrong"'
                )
                yield source.finding(("states", state.name, "collect"), message, "warning", of_key=True)


def _longest_problem(
    state: Collect, field: Field, flow: Flow, language: str, lengths: Lengths, vocabulary: Vocabulary
) -> str:
    """The longest that is said of one field: in the flow's words for a problem, else for any, else in the service's own."""
    shape = vocabulary.types.get(field.type)
    own, found = f"{state.name}.{field.name}.wrong", [""]
    for problem in shape.problems if shape else ():
        service = f"type:{field.type}.{problem}"
        slots = (f"{own}.{problem}", own, f"{state.name}.unclear", service)
        slot = next((slot for slot in slots if has_text(flow, slot)), "")
        if slot == service:
            found.append(_service_words(f"{slot}@{language}", field, flow))
        elif slot:
            found.append(lengths.longest(slot, language))
    return max(found, key=units)


def _service_words(key: str, field: Field, flow: Flow) -> str:
    try:
        return flow.templates.render(key, field.parameters) if key in flow.templates else ""
    except TemplateFailed:  # told at its place
        return ""

"""Which effects belong into which flows: what is about a registration needs a flow that a registration began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sms_service.authoring.beginnings import begins_alone
from sms_service.authoring.load import Draft
from sms_service.authoring.schema import HeadPart
from sms_service.authoring.source import Finding, Source
from sms_service.authoring.suggest import nearest
from sms_service.authoring.vocabulary import EffectShape, Vocabulary
from sms_service.engine.model import Call, Do, Flow


def misplaced(flow: Flow, flows: Mapping[str, Flow], source: Source, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Effects that could only fail where they stand. Of a flow that no flow at hand calls nobody can say."""
    outermost = roots(flow, flows)
    for name, state in flow.states.items():
        shape = vocabulary.effects.get(state.effect) if isinstance(state, Do) else None
        if shape is None or all(fits(shape, root, vocabulary) for root in outermost):
            continue
        where = next(root.name for root in outermost if not fits(shape, root, vocabulary))
        through = "" if where == flow.name else f" (flow {where} calls this one)"
        path = ("states", name, "do")
        if shape.by_enroler:
            yield source.finding(path, f'only enrolers can do this: add "who: enroler" under starts{through}')
        else:
            on = " or ".join(on for on, what in vocabulary.happenings.items() if what.about == shape.about)
            yield source.finding(
                path, f"this is about a {shape.about}: only a flow that starts on {on} has one{through}"
            )


def unbegun(draft: Draft, flow: Flow, flows: Mapping[str, Flow]) -> Iterator[Finding]:
    """A warning about a flow without a way in: nothing begins it and none of `flows`, all there are, calls it.

    One that takes or gives something is written for a caller, who may still be to come.
    """
    keys = draft.source.data if isinstance(draft.source.data, dict) else {}
    may_start = "starts" in keys or any(
        nearest("starts", [key]) for key in keys if key not in (*HeadPart.model_fields, "states")
    )
    if may_start or draft.head is None or flow.takes or flow.gives or begins_alone(draft.head):
        return
    calls = (state.flow for one in flows.values() for state in one.states.values() if isinstance(state, Call))
    if not any(called == flow.name or (called not in flows and nearest(called, [flow.name])) for called in calls):
        message = "nothing begins this flow: give it `starts`, or let another flow call it"
        yield draft.source.finding(("flow",), message, "warning")


def roots(flow: Flow, flows: Mapping[str, Flow]) -> list[Flow]:
    """The flows that begin by themselves and lead here by calls: this one, if it does."""
    found, open_, seen = [], [flow], {flow.name}
    while open_:
        one = open_.pop()
        starts = one.starts
        if starts.on or starts.words or starts.keywords or starts.ussd:
            found.append(one)
        for other in flows.values():
            calls = any(isinstance(state, Call) and state.flow == one.name for state in other.states.values())
            if calls and other.name not in seen:
                seen.add(other.name)
                open_.append(other)
    return found


def fits(shape: EffectShape, root: Flow, vocabulary: Vocabulary) -> bool:
    """Whether a flow begun like `root` has what the effect needs."""
    starts, happening = root.starts, vocabulary.happenings.get(root.starts.on)
    if shape.by_enroler and (starts.who != "enroler" or starts.on):
        return False
    by_somebody = starts.keywords or starts.ussd or starts.words
    return not shape.about or (not by_somebody and happening is not None and happening.about == shape.about)

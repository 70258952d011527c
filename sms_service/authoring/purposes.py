"""What people are asked to consent to, and effects that need such a consent before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from sms_service.authoring.belonging import fits, roots
from sms_service.authoring.mending import NO_PURPOSE
from sms_service.authoring.source import Finding, Source
from sms_service.authoring.suggest import did_you_mean, nearest
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.authoring.ways import Way, entries, ways_out
from sms_service.engine.model import AnyState, Call, Consent, Do, Flow


def unknown_purposes(flow: Flow, source: Source, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Consents to something that no part of the service knows."""
    for name, state in flow.states.items():
        if vocabulary.purposes and isinstance(state, Consent) and state.purpose not in vocabulary.purposes:
            known = vocabulary.purposes
            hint = did_you_mean(state.purpose, known) or f"; it can be {', '.join(known)}"
            path = ("states", name, "consent", "purpose")
            if state.purpose == NO_PURPOSE and not source.has(source.written(path)):
                continue  # that it is missing was told
            yield source.finding(path, f'nobody knows a consent to "{state.purpose}"{hint}')


def without_consent(
    flow: Flow, flows: Mapping[str, Flow], unread: Collection[str], source: Source, vocabulary: Vocabulary
) -> Iterator[Finding]:
    """Effects that are reached on some way without the yes that they need; they would do nothing there.

    Only of a flow that begins by itself and no other calls: what was said before a call nobody can tell.
    """
    if [root.name for root in roots(flow, flows)] != [flow.name] or _called(flow, flows):
        return
    for name, state in flow.states.items():
        shape = vocabulary.effects.get(state.effect) if isinstance(state, Do) else None
        if shape is None or not shape.purpose or not fits(shape, flow, vocabulary):
            continue
        way = _without(name, shape.purpose, flow, flows, unread)
        if way is not None:
            message = f"this needs a yes to `purpose: {shape.purpose}` before it, and there is none on the way {way}"
            yield source.finding(("states", name, "do"), f"{message}: lead here from the consent alone")


def _called(flow: Flow, flows: Mapping[str, Flow]) -> bool:
    states = (state for other in flows.values() for state in other.states.values())
    return any(isinstance(state, Call) and state.flow == flow.name for state in states)


def _without(wanted: str, purpose: str, flow: Flow, flows: Mapping[str, Flow], unread: Collection[str]) -> str | None:
    """The last step of a way to the state `wanted` that passes no yes to this purpose; None if there is none."""
    came = dict.fromkeys(entries(flow), "from the beginning")
    open_ = list(came)
    while open_:
        name = open_.pop()
        state = flow.states[name]
        for way in () if name in unread else ways_out(state):
            if way.to in flow.states and way.to not in came and not _says_yes(state, way, purpose, flows):
                came[way.to] = f'from "{name}" by {way.label}'
                open_.append(way.to)
    return came.get(wanted)


def _says_yes(state: AnyState, way: Way, purpose: str, flows: Mapping[str, Flow]) -> bool:
    """Whether the yes is given on this way; in a flow that is called it may be, if that asks for any consent or calls on."""
    if isinstance(state, Consent):
        # a misspelt purpose is told at its place, and so is one that is missing
        meant = state.purpose == NO_PURPOSE or nearest(state.purpose, [purpose]) == purpose
        return meant and way.label == "yes"
    if not isinstance(state, Call):
        return False
    called = flows.get(state.flow)
    return called is None or any(isinstance(one, Consent | Call) for one in called.states.values())

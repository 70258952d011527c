"""What one flow hands to effects and to the flows that it calls, and what it hands back to its own caller."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from sms_service.authoring.load import Draft
from sms_service.authoring.schema import EVERY_LANGUAGE
from sms_service.authoring.source import Finding, Path, shown
from sms_service.authoring.suggest import did_you_mean, nearest
from sms_service.authoring.variables import Known
from sms_service.authoring.vocabulary import EffectShape, Vocabulary
from sms_service.engine.model import Call, Do, End, Flow, Input

Hint = Callable[[str, Collection[str]], str]
"""What to say behind "there is no variable x": the one that was meant, or those there are."""

Sometimes = Callable[[str, str, Known], Iterator[str]]
"""What to say of a variable that has a value on some ways to a state only."""


class Handover:
    """What one flow gives and gets. `unread` are the states, by flow, that nobody could read."""

    def __init__(
        self, draft: Draft, flow: Flow, flows: Mapping[str, Flow], unread: Mapping[str, frozenset[str]],
        vocabulary: Vocabulary, hint: Hint, sometimes: Sometimes,
    ) -> None:  # fmt: skip
        self._draft, self._flow, self._flows, self._unread, self._vocabulary = draft, flow, flows, unread, vocabulary
        self._hint, self._sometimes = hint, sometimes

    def to_effect(self, state: Do, here: Known) -> Iterator[Finding]:
        """What an effect needs, and of which type."""
        shape = self._vocabulary.effects.get(state.effect)
        for parameter, source in state.inputs.items() if shape else ():
            assert shape
            path: Path = ("states", state.name, "with", parameter)
            if meant := _meant(parameter, source, state, shape, here):
                message = (
                    f'{state.effect} takes "{meant}" and "{shown(parameter)}" is nothing to it, did you mean "{meant}"?'
                )
                yield self._at(path, message, of_key=True)
                continue
            kind = shape.parameters.get(parameter, "text")
            optional = parameter in shape.optional or parameter not in shape.parameters
            yield from self._parameter(f"{state.effect} takes", parameter, source, kind, path, here, optional)

    def to_flow(self, state: Call, here: Known) -> Iterator[Finding]:
        """Whether a called flow is there, gets what it takes, speaks as this one does, and every result has a way on."""
        path: Path = ("states", state.name)
        flow = self._flows.get(state.flow)
        if flow is None:
            yield self._at((*path, "call"), f'there is no flow "{state.flow}"{did_you_mean(state.flow, self._flows)}')
            return
        if self._flow.name in _calls_of(flow, self._flows):
            both = f'"{self._flow.name}" and "{flow.name}" call each other'
            what = f'"{flow.name}" calls itself' if flow.name == self._flow.name else both
            yield self._at((*path, "call"), f"{what}: this would never end")
        misspelt = {}
        for parameter in state.inputs.keys() - flow.takes.keys():
            misspelt[nearest(parameter, flow.takes)] = parameter
            takes = f"; it takes {', '.join(flow.takes)}" if flow.takes else "; it takes nothing"
            hint = did_you_mean(parameter, flow.takes) or takes
            here_ = (*path, "with", parameter)
            yield self._at(here_, f'flow {flow.name} takes no "{shown(parameter)}"{hint}', of_key=True)
        for parameter, kind in flow.takes.items():
            written = misspelt.get(parameter, parameter)
            source = state.inputs.get(written, Input(variable=parameter))
            here_ = (*path, "with", parameter)
            yield from self._parameter(f"flow {flow.name} takes", parameter, source, kind, here_, here)
        yield from self._languages(flow, path)
        yield from self._results(state, flow, path)

    def back(self, known: Mapping[str, Known]) -> Iterator[Finding]:
        """What the flow promises to give to its caller."""
        ends = [known[name] for name, state in self._flow.states.items() if isinstance(state, End) and name in known]
        for number, name in enumerate(self._flow.gives):
            if not any(name in end.maybe or end.wild for end in ends):
                set_here = {variable for end in ends for variable in end.maybe}
                message = f'nothing in this flow sets "{name}"{did_you_mean(name, set_here)}'
                yield self._at(("gives", number), message)

    def _at(self, path: Path, message: str, *, of_key: bool = False) -> Finding:
        return self._draft.source.finding(path, message, of_key=of_key)

    def _languages(self, flow: Flow, path: Path) -> Iterator[Finding]:
        """Languages of this flow that the called one lacks."""
        if EVERY_LANGUAGE in flow.languages or not any("@" in key for key in flow.templates.keys):
            return
        lacking = [language for language in self._flow.languages if language not in (*flow.languages, EVERY_LANGUAGE)]
        if lacking:
            message = (
                f"flow {flow.name} has no texts in {', '.join(lacking)}: whoever speaks it is answered in "
                f"{flow.languages[0]} there"
            )
            yield self._draft.source.finding((*path, "call"), message, "warning")

    def _results(self, state: Call, flow: Flow, path: Path) -> Iterator[Finding]:
        """Results without a way on, and ways on for none."""
        results = sorted({end.result for end in flow.states.values() if isinstance(end, End)})
        for result in results:
            if result not in state.outcomes:
                message = f'flow {flow.name} may end as "{result}": say under "outcomes" where that leads'
                yield self._at((*path, "outcomes"), message, of_key=True)
        for outcome in state.outcomes:
            if outcome not in results and not self._unread.get(flow.name):
                hint = did_you_mean(outcome, results) or f"; it ends as {', '.join(results)}"
                here = (*path, "outcomes", outcome)
                yield self._at(here, f'flow {flow.name} never ends as "{shown(outcome)}"{hint}', of_key=True)

    def _parameter(
        self, who: str, parameter: str, source: Input, kind: str, path: Path, here: Known, optional: bool = False
    ) -> Iterator[Finding]:
        """One of the things given: whether there is such a thing, always, and of this type."""
        name = source.variable
        if not name:
            if source.value is not None and not _fits(source.value, kind):
                yield self._at(path, f'{who} a {kind} as "{parameter}", and {shown(source.value)} is none')
            elif isinstance(source.value, str) and source.value in here.maybe:
                message = f'this gives the word {source.value}; for the variable write "{{{{ {source.value} }}}}"'
                yield self._draft.source.finding(path, message, "warning")
        elif name not in here.maybe:
            if not optional and not here.wild:
                hint = self._hint(name, here.maybe)
                yield self._at(path, f'{who} "{parameter}", and there is no variable "{name}" here{hint}')
        elif name not in here.sure:
            if not optional:
                for sentence in self._sometimes(name, str(path[1]), here):
                    yield self._at(path, f'{who} "{parameter}": {sentence}')
        elif kind not in ("text", here.sure[name].type) and here.sure[name].type:
            yield self._at(path, f'{who} a {kind} as "{parameter}", and "{name}" is a {here.sure[name].type}')


def _meant(parameter: str, source: Input, state: Do, shape: EffectShape, here: Known) -> str:
    """The parameter that an effect which takes anything more was meant to get by this misspelt name, or "": it is given
    the variable called so, or there is no such variable."""
    meant = nearest(parameter, shape.parameters) if parameter not in shape.parameters else ""
    by_itself = meant and state.inputs.get(meant) == Input(variable=meant)
    lacking = meant not in here.maybe and not here.wild
    return meant if by_itself and (lacking or source.variable == meant) else ""


def _fits(value: object, kind: str) -> bool:
    """Whether a plain value in the file can be one of this type; a text can be anything else."""
    if kind == "yes_no":
        return isinstance(value, bool)
    return isinstance(value, int if kind == "number" else str) and not isinstance(value, bool)


def _calls_of(flow: Flow, flows: Mapping[str, Flow]) -> set[str]:
    """The names of all flows that this one calls, by others too."""
    found, open_ = set[str](), [flow.name]
    while open_:
        for state in flows[open_.pop()].states.values():
            if isinstance(state, Call) and state.flow not in found:
                found.add(state.flow)
                open_ += [state.flow] if state.flow in flows else []
    return found

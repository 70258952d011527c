"""A variable that has no value on some way: on which, what to write, and whether another flow is to blame."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sms_service.authoring.load import Draft
from sms_service.authoring.source import Finding
from sms_service.authoring.suggest import nearest
from sms_service.authoring.variables import Analysis, Known
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.authoring.ways import Way, entries
from sms_service.engine.model import Call, Do, End, Flow

Leading = Mapping[str, list[tuple[str, Way]]]
"""For each state the states that lead to it, each by which way."""

_DEFAULT = re.compile(r"\|\s*default\b(?:\s*\([^()]*\))?")


class Blamed(NamedTuple):
    """What another flow lacks: the sentence for its own file (None if that is not looked at), and the one for here."""

    finding: Finding | None
    sentence: str


class Missing:
    """What is missing in one flow. `judged` are the files whose findings are told, by flow."""

    def __init__(
        self, flow: Flow, flows: Mapping[str, Flow], analysis: Analysis, vocabulary: Vocabulary, leading_to: Leading,
        judged: Mapping[str, Draft],
    ) -> None:  # fmt: skip
        self._flow, self._flows, self._analysis, self._vocabulary = flow, flows, analysis, vocabulary
        self._leading_to, self._judged, self._known = leading_to, judged, analysis.of(flow.name)

    def sentence(self, variable: str, name: str, here: Known, what: str = "", source: str = "") -> str:
        """Which way to the state `name` does not know this variable, and what to do."""
        without = "the beginning"
        for other, way in self._lacking(variable, name):
            without = f'"{other}" by {way.label}'
        advice = self._advice(variable, here, what, source)
        return f'"{variable}" has no value on every way here: not on the one from {without}; ask for it before{advice}'

    def others_to_blame(self, variable: str, name: str, here: Known, what: str = "", source: str = "") -> list[Blamed]:
        """Other flows that are to blame for it, if nothing in this one is: one that is called and does not set what it
        gives, or one that begins this flow without what others begin it with."""
        calls, begins = self._origins(variable, name)
        if calls and not begins:
            # a call makes the group, if an empty one
            advice = self._advice(variable, here, what, source, in_group=True)
            return [self._by_call(variable, call, way, advice) for call, way in calls]
        return list(self._by_happening(variable)) if begins and not calls else []

    def never_given(self, variable: str) -> str:
        """Of a variable that is not known at all: "; ..." if a called flow sets it and does not give it, "told" if its own
        file is told that the name it gives is misspelt, "" otherwise."""
        group, _, last = variable.partition(".")
        for state in self._flow.states.values():
            called = self._flows.get(state.flow) if isinstance(state, Call) and state.into == group else None
            if called is None or not last:
                continue
            ends = [
                known for name, known in self._analysis.of(called.name).items() if isinstance(called.states[name], End)
            ]
            if last not in called.gives and any(last in end.maybe for end in ends):
                slips = [name for name in called.gives if not any(name in end.maybe or end.wild for end in ends)]
                if called.name in self._judged and nearest(last, slips):
                    return "told"
                return f"; flow {called.name} sets it and does not give it: add {last} to its `gives`"
        return ""

    @staticmethod
    def _advice(variable: str, here: Known, what: str, source: str, in_group: bool = False) -> str:
        group = variable.partition(".")[0]
        whole = group != variable and not in_group and not here.sure.sharing((variable,))
        said = re.search(rf"\{{\{{-?\s*{re.escape(variable)}\s*(\|[^{{}}]*?)?\s*-?\}}\}}", source)
        if what == "text" and said:
            filters = re.sub(r"\s*\|\s*", "|", _DEFAULT.sub("", said[1] or "")).strip()
            if whole:
                return f", or write {{% if {group} is defined %}}{{{{ {variable}{filters} }}}}{{% endif %}}"
            return f", or write {{{{ {variable}|default('-'){filters} }}}}"
        return f", or begin with `{group if whole else variable} is defined and`" if what else ""

    def _lacking(self, variable: str, name: str) -> Iterator[tuple[str, Way]]:
        """The last steps of the ways to a state on which the variable has no value."""
        for other, way in self._leading_to.get(name, ()):
            if other in self._known:
                after = self._analysis.after(self._flow.states[other], way, self._known[other])
                if variable not in after.sure:
                    yield other, way

    def _origins(self, variable: str, name: str) -> tuple[list[tuple[Call, Way]], bool]:
        """Where ways without the variable come from: calls that should have brought it, and whether the beginning too."""
        calls: list[tuple[Call, Way]] = []
        begins, open_, seen = False, [name], {name}
        group, _, last = variable.partition(".")
        first = {one for one in entries(self._flow) if one != self._flow.expired}
        while open_:
            at = open_.pop()
            begins = begins or at in first or at == self._flow.expired
            for other, way in self._lacking(variable, at):
                state = self._flow.states[other]
                called = self._flows.get(state.flow) if isinstance(state, Call) and state.into == group else None
                if isinstance(state, Call) and called and last in called.gives:
                    calls.append((state, way))
                elif other not in seen:
                    seen.add(other)
                    open_.append(other)
        return calls, begins

    def _by_call(self, variable: str, call: Call, way: Way, advice: str) -> Blamed:
        last = variable.partition(".")[2]
        sentence = (
            f'"{variable}" has no value on every way here: flow {call.flow} may end as "{way.label}" without {last}; ask for '
            f"it there{advice}"
        )
        draft, finding = self._judged.get(call.flow), None
        if draft and draft.flow:
            finding = draft.source.finding(
                ("gives", draft.flow.gives.index(last)),
                f'"{last}" has no value on every way to the end "{way.label}", and flow {self._flow.name} uses it: ask for it '
                "before, or let that way end otherwise",
            )
        return Blamed(finding, sentence)

    def _by_happening(self, variable: str) -> Iterator[Blamed]:
        """Flows that make happen what this one starts on without this variable, if others do it with it."""
        on = self._flow.starts.on
        makers: list[tuple[Flow, str, bool]] = []
        for flow in self._flows.values():
            for name, state in flow.states.items():
                shape = self._vocabulary.effects.get(state.effect) if isinstance(state, Do) else None
                known = self._analysis.of(flow.name).get(name) if shape and on and on in shape.begins else None
                if known:
                    makers.append((flow, name, variable in known.sure))
        if not any(has for _, _, has in makers):
            return
        for flow, name, has in makers:
            if not has:
                lacks = f'"{variable}", which has no value on every way here'
                sentence = f'"{variable}" has no value where flow {flow.name} makes {on} happen: ask for it there'
                draft, finding = self._judged.get(flow.name), None
                if draft:
                    message = f"flow {self._flow.name} starts on {on} and uses {lacks}: ask for it before"
                    finding = draft.source.finding(("states", name, "do"), message)
                yield Blamed(finding, sentence)

"""One flow under examination: where its states lead, what its texts and effects can use, what it calls."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sms_service.authoring.beginnings import beginnings
from sms_service.authoring.belonging import misplaced, roots, unbegun
from sms_service.authoring.build import GUESSES_MAX
from sms_service.authoring.cases import shadowed, unturned
from sms_service.authoring.conditions import Kept
from sms_service.authoring.exchanged import exchanged
from sms_service.authoring.forms import Forms
from sms_service.authoring.handover import Handover
from sms_service.authoring.keys import key_findings
from sms_service.authoring.lengths import known_parameters, left_open
from sms_service.authoring.load import Draft
from sms_service.authoring.missing import Missing
from sms_service.authoring.purposes import unknown_purposes, without_consent
from sms_service.authoring.source import Finding, Path, shown
from sms_service.authoring.spoken import unspoken
from sms_service.authoring.suggest import did_you_mean
from sms_service.authoring.surplus import surplus
from sms_service.authoring.unsaid import unsaid
from sms_service.authoring.values import concerned, never, tried
from sms_service.authoring.variables import Analysis, Known
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.authoring.ways import Way, circles, ending, entries, longest_run, reached, ways_out
from sms_service.authoring.wording import word_findings
from sms_service.engine.clusters import units
from sms_service.engine.model import MAX_STEPS, Call, Decide, Do, Flow
from sms_service.engine.templates import TemplateFailed

SHOWN = 8
"""Names of variables that a finding lists; more help nobody."""


class Together:
    """The flows that are looked at together, by name, and the states of each that could not be read. `judged` are those
    whose files are told what is wrong with them; the others lie beside them. `whole`: every file of the
    folder could be read."""

    def __init__(
        self, flows: Mapping[str, Flow], unread: Mapping[str, frozenset[str]], vocabulary: Vocabulary,
        judged: Mapping[str, Draft] | None = None, *, whole: bool = True,
    ) -> None:  # fmt: skip
        self.flows, self.unread, self.vocabulary, self.judged = flows, unread, vocabulary, judged or {}
        self.whole = whole and not any(unread.values())
        self.analysis = Analysis(flows, unread, vocabulary)
        self.forms = Forms(flows, self.analysis, vocabulary)

    def with_flow(self, flow: Flow, unread: frozenset[str]) -> Together:
        """The same with this flow for the one of its name."""
        flows, states = {**self.flows, flow.name: flow}, {**self.unread, flow.name: unread}
        return Together(flows, states, self.vocabulary, self.judged, whole=self.whole)


class Lint:
    """One flow under examination."""

    def __init__(self, draft: Draft, flow: Flow, together: Together) -> None:
        self.draft, self.flow, self.flows, self.unread = draft, flow, together.flows, together.unread
        self.analysis, self.vocabulary = together.analysis, together.vocabulary
        self.whole = together.whole
        self.known = self.analysis.of(flow.name)
        self.rendered: dict[str, str] = {}
        self.guesses = 0
        self.leading_to: dict[str, list[tuple[str, Way]]] = {}
        for name, state in flow.states.items():
            for way in ways_out(state):
                self.leading_to.setdefault(way.to, []).append((name, way))
        self.kept = Kept(flow, self.vocabulary)
        self.missing = Missing(flow, self.flows, self.analysis, self.vocabulary, self.leading_to, together.judged)
        self.handover = Handover(
            draft, flow, together.flows, together.unread, together.vocabulary, self.hint, self.sometimes
        )
        self.of_others: list[Finding] = []

    def findings(self) -> Iterator[Finding]:
        """All that can be told without the lengths of the texts, and without what else may begin a flow (see check.py)."""
        yield from self.shape()
        for name, state in self.flow.states.items():
            here = self.known.get(name)
            if here is None or name in self.draft.unread:
                continue
            if isinstance(state, Do):
                yield from self.handover.to_effect(state, here)
            elif isinstance(state, Call):
                yield from self.handover.to_flow(state, here)
            elif isinstance(state, Decide):
                for number, said in shadowed(state, here):
                    path = self.draft.places.get(f"{name}.when.{number}", ("states", name, "decide", number, "when"))
                    yield self.at(path, said.sentence, word=said.word)
        yield from self.all_texts()
        yield from self.handover.back(self.known)
        yield from word_findings(self.flow, self.draft.source)
        yield from key_findings(self.flow, self.draft)
        yield from unknown_purposes(self.flow, self.draft.source, self.vocabulary)
        yield from without_consent(self.flow, self.flows, self.draft.unread, self.draft.source, self.vocabulary)
        yield from unspoken(self.flow, self.flows, self.draft.source, self.vocabulary)
        yield from misplaced(self.flow, self.flows, self.draft.source, self.vocabulary)
        if self.whole:
            yield from unbegun(self.draft, self.flow, self.flows)
        told = {(finding.line, finding.column) for finding in self.draft.findings}  # of one place the cause is enough
        for finding in [
            *beginnings(self.draft, self.vocabulary),
            *surplus(self.draft, self.vocabulary),
            *unsaid(self.draft, self.vocabulary),
            *exchanged(self.draft, self.vocabulary),
        ]:
            if (finding.line, finding.column) not in told:
                yield finding
        yield from self.of_others

    def at(self, path: Path, message: str, *, of_key: bool = False, word: str = "") -> Finding:
        return self.draft.source.finding(path, message, of_key=of_key, word=word)

    def by_ussd(self) -> bool:
        """Whether the flow is walked by USSD: it has a code, or one that has calls it."""
        return any(root.starts.ussd for root in roots(self.flow, self.flows))

    def shape(self) -> Iterator[Finding]:
        """States that nothing leads to, and states that never end."""
        found, ends = reached(entries(self.flow), self.flow), ending(self.flow, self.draft.unread)
        lost = [name for name in self.flow.states if name not in found and not name.startswith("(")]
        first = [name for name in lost if not any(other in lost for other, _ in self.leading_to.get(name, ()))]
        told: set[str] = set()
        for name in [*first, *lost]:  # what only a lost state leads to is lost with it
            if name not in told:
                yield self.at(("states", name), f'nothing leads to "{name}": lead to it, or leave it out', of_key=True)
                told |= reached([name], self.flow)
        round_and_round = {name for circle in circles(self.flow) for name in circle}  # that was told
        for name in self.flow.states:
            if name in found and name not in ends and name not in told and name not in round_and_round:
                yield self.at(
                    ("states", name),
                    f'from "{name}" no end can be reached: the dialogue would go on for ever',
                    of_key=True,
                )
                told |= reached([name], self.flow)

        begin, passed = longest_run(self.flow)
        if passed >= MAX_STEPS and not round_and_round:
            message = (
                f"from here up to {passed} states follow without a question: one turn passes fewer than {MAX_STEPS}"
            )
            yield self.at(("states", begin), message, of_key=True)

    # -- variables --

    def all_texts(self) -> Iterator[Finding]:
        """Every text and condition, with the variables there are where it stands."""
        for key, path in self.draft.places.items():
            name = key.partition(".")[0]
            if key not in self.flow.templates or name not in self.known:
                continue
            here = self.analysis.within(self.flow.states[name], self.known[name])
            for message, word in self.variables_of(key, name, here, known_parameters(self.flow, key)):
                yield self.at(path, message, word=word)
            for message, word in self.kept.slips(self.draft.sources[key], here):
                yield self.at(path, message, word=word)
            for said in unturned(self.draft.sources[key], here):
                yield self.draft.source.finding(
                    path, said.sentence, "warning" if said.harmless else "error", word=said.word
                )
            for variable, value, options in never(self.draft.sources[key], here.maybe):
                message = f'"{variable}" is never "{shown(value)}": it can be {options}'
                yield self.at(path, message, word=value)

    def variables_of(
        self, key: str, name: str, here: Known, parameters: Mapping[str, Any]
    ) -> Iterator[tuple[str, str]]:
        """What is wrong with the variables of one text, and the word it is wrong with."""
        templates, source = self.flow.templates, self.draft.sources[key]
        free = {*parameters, *left_open(self.flow, key, self.vocabulary)}
        used = {one for one in templates.variables(key) if one not in free}
        unknown = {one for one in used if not self.covered(one, here)}
        if unknown and not here.wild:
            known = {*here.maybe, *self.vocabulary.constants, *parameters}
            for one in sorted(unknown):
                hint = self.missing.never_given(one)
                if hint != "told":
                    yield f'there is no variable "{shown(one)}" here{hint or self.hint(one, known)}', one
            return
        language = key.partition("@")[2].partition(":")[0] or self.flow.languages[0]
        given = {one.partition(".")[0]: "" for one in unknown} | dict(parameters)
        partly = sorted(one for one in concerned(here.maybe, used) if one not in here.sure)
        culprits = [
            one
            for one in partly
            for missing in self.missing_together(one, here)
            if self.failure(key, tried(source, used, here.maybe.without(missing), language, self.vocabulary), given)
        ]
        culprits = list(dict.fromkeys(culprits))
        for one in culprits:
            for sentence in self.sometimes(one, name, here, "text" if "@" in key else "condition", source):
                yield sentence, one
        values = list(tried(source, used, here.maybe, language, self.vocabulary))
        if not culprits and not unknown and (sentence := self.failure(key, values, given)):
            what = "text" if "@" in key else "condition"
            yield f"this {what} cannot be filled in: {re.sub(r' [(][A-Z][A-Za-z]*Error[)]', '', sentence)}", ""

    @staticmethod
    def missing_together(variable: str, here: Known) -> Iterator[list[str]]:
        """What has no value where this variable has none: all of its group, which came at once, or it alone."""
        group = here.maybe.sharing((variable,))
        alone = any(one in here.sure for one in group) or variable in here.table.loose
        yield [one for one in group if one not in here.sure]
        if alone and len(group) > 1:
            yield [variable]

    def failure(self, key: str, tries: Iterable[Mapping[str, Any]], given: Mapping[str, Any]) -> str:
        """Why a text cannot be filled in with one of these sets of values, or ""."""
        for values in tries:
            try:
                text = self.flow.templates.render(key, {**values, **given})
            except TemplateFailed as failure:
                return failure.sentence
            if units(text) >= units(self.rendered.get(key, "")):
                self.rendered[key] = text
        return ""

    def covered(self, variable: str, here: Known) -> bool:
        """Whether a used name is known: itself, or the group it is in, or the group it names (`member` of `member.number`)."""
        return variable in self.vocabulary.constants or bool(concerned(here.maybe, (variable,)))

    def hint(self, variable: str, known: Collection[str]) -> str:
        self.guesses += 1
        if self.guesses <= GUESSES_MAX and (hint := did_you_mean(variable, known)):
            return hint
        names = sorted(known)
        return f"; known here: {', '.join(names[:SHOWN])}{' ...' if len(names) > SHOWN else ''}" if names else ""

    def sometimes(self, variable: str, name: str, here: Known, what: str = "", source: str = "") -> Iterator[str]:
        """What is wrong with a variable that has a value only on some ways; what another file is told is not told here."""
        blamed = self.missing.others_to_blame(variable, name, here, what, source)
        for one in blamed:
            if one.finding:
                self.of_others.append(one.finding)
            else:
                yield one.sentence
        if not blamed:
            yield self.missing.sentence(variable, name, here, what, source)

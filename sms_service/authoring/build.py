"""The parts of a flow file become the states of a Flow; what does not fit together is noted at its place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sms_service.authoring.build_fields import FieldBuilder
from sms_service.authoring.schema import (
    DONE,
    CasePart,
    HeadPart,
    OtherPart,
    StatePart,
)
from sms_service.authoring.source import Path, Source, shown
from sms_service.authoring.suggest import nearest
from sms_service.authoring.vocabulary import EffectShape, Vocabulary
from sms_service.engine import model
from sms_service.engine.dlt import Registration
from sms_service.engine.model import Flow, Input, Limits, Option, Remind, Starts, Timeout, Unclear

GUESSES_MAX = 200
"""Misspelt names of one file for which the nearest is looked for among all its states; after so many slips none helps."""

KINDS = ("ask", "choose", "collect", "consent", "do", "call", "decide")

VARIABLE = re.compile(r"\{\{\s*([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)\s*\}\}\Z")


def kinds_of(part: StatePart) -> list[str]:
    """What a state does, by the keys it has: one of KINDS, unless its author wants too much."""
    return [kind for kind in KINDS if getattr(part, kind) is not None]


def kind_of(part: StatePart) -> str:
    """Its kind; `say` or `end`, if it does nothing else."""
    return next(iter(kinds_of(part)), "end" if part.end and part.next is None else "say")


def closed(result: str) -> str:
    """The state that `end` beside an effect or a question leads to; no file can name one so."""
    return f"({result})"


def _words(data: Any) -> Iterator[str]:
    """Every text in this part of a file."""
    if isinstance(data, str):
        yield data
    for inner in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _words(inner)


class Builder(FieldBuilder):
    """One flow under construction. `parts` are its states, `names` the names of all. Afterwards `guessed` holds the ways
    (state, state) that are misspelt in the file; see FieldBuilder for the rest."""

    def __init__(
        self,
        head: HeadPart,
        parts: Mapping[str, StatePart],
        names: Sequence[str],
        source: Source,
        vocabulary: Vocabulary,
        unread: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(head, source, vocabulary, unread)
        self.parts, self.names, self._names = parts, names, frozenset(names)
        self.guessed: set[tuple[str, str]] = set()
        self.results: set[str] = set()

    def build(self, version: str) -> Flow:
        """The flow; use it only if there are no findings."""
        head, starts = self.head, self.head.starts
        states: dict[str, model.AnyState] = {}
        for name in self.names:
            part = self.parts.get(name)
            states[name] = self.state(name, part) if part else self.unread(name)
            if name in self._unread:
                states[name] = self.unread(name)
        for result in sorted(self.results):
            states[closed(result)] = model.End(name=closed(result), result=result)
        self.starts()
        expired = self.target(head.expires.then, ("expires", "then")) if head.expires else ""
        return Flow(
            name=head.flow, version=version, about=head.about, first=self.names[0],
            starts=Starts(
                starts.on, starts.words, tuple(starts.keywords), tuple(starts.ussd), starts.who, starts.otherwise
            ),
            languages=tuple(head.languages), states=states, templates=self.templates(),
            constants=dict(self.vocabulary.constants),
            expires_after=head.expires.after if head.expires else model.DEFAULT_EXPIRY,
            expired=expired,
            answers_stopped=head.answers_stopped, takes=dict(head.takes), gives=tuple(head.gives),
            limits=Limits(head.limits.segments, head.limits.screens, head.limits.ussd_unicode),
            dlt=Registration(**head.dlt.model_dump()) if head.dlt else None,
        )  # fmt: skip

    def unread(self, name: str) -> model.AnyState:
        """What stands in for a state that is not well formed: a question that may lead to every state it names."""
        written = self.source.data.get("states", {}).get(name)
        named = dict.fromkeys(word for word in _words(written) if word in self._names) or self.names
        options = tuple(Option("", to) for to in named)
        return model.Choose(name=name, options=options, unclear=Unclear(2, None))

    def starts(self) -> None:
        starts = self.head.starts
        if starts.who == "enroler":
            if starts.otherwise:
                starts.otherwise = self.target(starts.otherwise, ("starts", "otherwise"))
            else:
                self.say(("starts", "who"), 'where do others go? add "otherwise" with the state that tells them')

    def state(self, name: str, part: StatePart) -> model.AnyState:
        path: Path = ("states", name)
        kinds = kinds_of(part)
        if len(kinds) > 1:
            self.say(
                (*path, kinds[-1]),
                f"a state does one thing, and this one has {' and '.join(kinds)}: make two states of it",
                of_key=True,
            )
        kind = kind_of(part)
        if part.say is not None:
            self.text(f"{name}.say", part.say, (*path, "say"))
        says = part.say is not None
        if kind in ("ask", "choose", "consent") and not says:
            self.say(path, 'a state that asks needs the question: add "say"')
        built: model.AnyState = getattr(self, f"{kind}_state")(name, part, path, says)
        return built

    # -- one method a kind of state --

    def say_state(self, name: str, part: StatePart, path: Path, says: bool) -> model.AnyState:
        return model.Say(name=name, says=says, next=self.next(part, path))

    def end_state(self, name: str, part: StatePart, _path: Path, says: bool) -> model.AnyState:
        return model.End(name=name, says=says, result=part.end)

    def ask_state(self, name: str, part: StatePart, path: Path, says: bool) -> model.AnyState:
        assert part.ask
        field = self.field(name, part.ask.into, part.ask, (*path, "ask"), part.unclear)
        return model.Ask(
            name=name, says=says, field=field, next=self.next(part, path), **self.waiting(name, part, path)
        )

    def choose_state(self, name: str, part: StatePart, path: Path, says: bool) -> model.AnyState:
        assert part.choose
        options = []
        for key, option in part.choose.items():
            here = (*path, "choose", key)
            beside = (*here, "next") if self.source.has((*here, "next")) else here
            options.append(self.option(key, option, here, next_=self.target(option.next, beside)))
        return model.Choose(name=name, says=says, options=tuple(options), **self.waiting(name, part, path))

    def collect_state(self, name: str, part: StatePart, path: Path, says: bool) -> model.AnyState:
        assert part.collect
        fields = []
        for key, asked in part.collect.items():
            here = (*path, "collect", key)
            self.text(f"{name}.{key}.ask", asked.ask, (*here, "ask"))
            fields.append(self.field(name, key, asked, here, part.unclear, asked.optional))
        return model.Collect(
            name=name, says=says, fields=tuple(fields), next=self.next(part, path), **self.waiting(name, part, path)
        )

    def consent_state(self, name: str, part: StatePart, path: Path, says: bool) -> model.AnyState:
        consent, here = part.consent, (*path, "consent")
        assert consent
        keys = [consent.yes.key, consent.no.key, *consent.other]
        if len(set(keys)) < len(keys):
            self.say(here, "yes, no and other must each have a key of their own")
        no = Option(consent.no.key, self.target(consent.no.next, (*here, "no", "next")))
        return model.Consent(
            name=name, says=says, purpose=consent.purpose, no=no,
            yes=Option(consent.yes.key, self.target(consent.yes.next, (*here, "yes", "next"))),
            others=tuple(self.other(key, one, (*here, "other", key)) for key, one in consent.other.items()),
            wrong_number=self.target(consent.wrong_number or no.next, (*here, "wrong_number")),
            **self.waiting(name, part, path),
        )  # fmt: skip

    def other(self, key: str, part: OtherPart, here: Path) -> Option:
        """A further way out of a consent."""
        beside = (*here, "next") if self.source.has((*here, "next")) else here
        words = {language: tuple(words) for language, words in part.words.items()}
        return Option(key, self.target(part.next, beside), words=words)

    def do_state(self, name: str, part: StatePart, path: Path, says: bool) -> model.AnyState:
        assert part.do
        effect = part.do
        if effect not in self.vocabulary.effects:
            effect = nearest(part.do, self.vocabulary.effects)
            hint = f', did you mean "{effect}"?' if effect else ""
            self.say((*path, "do"), f'there is no effect "{shown(part.do)}"{hint}')
        shape = self.vocabulary.effects.get(effect) or EffectShape({DONE: {}}, more=True)
        inputs = {parameter: Input(variable=parameter) for parameter in shape.parameters}
        for parameter, value in part.inputs.items():
            here = (*path, "with", parameter)
            if parameter in shape.parameters or shape.more:
                inputs[parameter] = self.input(value, here)
                continue
            meant = nearest(parameter, shape.parameters)
            takes = f"it takes {', '.join(shape.parameters)}" if shape.parameters else "it takes nothing"
            hint = f', did you mean "{meant}"?' if meant else f"; {takes}"
            self.say(here, f'{effect} takes no "{shown(parameter)}"{hint}', of_key=True)
            if meant and meant not in part.inputs:
                inputs[meant] = self.input(value, here)
        ways = self.outcomes(effect, shape, part, path)
        return model.Do(name=name, says=says, effect=effect or part.do, outcomes=ways, inputs=inputs)

    def outcomes(self, effect: str, shape: EffectShape, part: StatePart, path: Path) -> dict[str, str]:
        """Every outcome of an effect with its way on; no other has one. What is only a kind of another may have its own."""
        key = "next" if part.next is not None else "end"
        promised = list(shape.outcomes)
        needed = [outcome for outcome in promised if outcome not in shape.kinds]
        if not part.outcomes and len(needed) > 1:
            several = " or ".join(f'"{outcome}"' for outcome in needed)
            here = (*path, key) if part.next is not None or part.end else path
            self.say(here, f'{effect} ends as {several}: say under "outcomes" where each leads', of_key=True)
            return dict.fromkeys(needed, self.next(part, path) if here != path else "")
        if not part.outcomes:
            return {needed[0]: self.next(part, path)}
        ways: dict[str, str] = {}
        for outcome, to in part.outcomes.items():
            here = (*path, "outcomes", outcome)
            meant = outcome if outcome in promised or not effect else nearest(outcome, promised)
            if meant != outcome:
                hint = f', did you mean "{meant}"?' if meant else f"; it ends as {', '.join(promised)}"
                self.say(here, f'{effect} never ends as "{shown(outcome)}"{hint}', of_key=True)
            ways[meant or outcome] = self.target(to, here)
        for outcome in needed if effect else ():
            if outcome not in ways:
                self.say(
                    (*path, "outcomes"), f'{effect} may end as "{outcome}": say here where that leads', of_key=True
                )
        return ways

    def call_state(self, name: str, part: StatePart, path: Path, says: bool) -> model.AnyState:
        assert part.call
        ways = {outcome: self.target(to, (*path, "outcomes", outcome)) for outcome, to in part.outcomes.items()}
        if not ways:
            ways = {DONE: self.next(part, path)}
        inputs = {parameter: self.input(value, (*path, "with", parameter)) for parameter, value in part.inputs.items()}
        return model.Call(
            name=name, says=says, flow=part.call, into=part.into or part.call, outcomes=ways, inputs=inputs
        )

    def decide_state(self, name: str, part: StatePart, path: Path, says: bool) -> model.AnyState:
        assert part.decide
        *cases, last = part.decide
        if last.when or any(not case.when for case in cases):
            self.cases(part.decide, (*path, "decide"))
        for number, case in enumerate(part.decide):
            if case.when:
                self.template(f"{name}.when.{number}", case.when, (*path, "decide", number, "when"))
            case.next = self.target(case.next, (*path, "decide", number, "next"))
        return model.Decide(
            name=name,
            says=says,
            cases=tuple((case.when, case.next) for case in part.decide if case.when),
            otherwise=next((case.next for case in reversed(part.decide) if not case.when), last.next),
        )

    def cases(self, cases: Sequence[CasePart], path: Path) -> None:
        """Every case but the last has its condition."""
        for number, case in enumerate(cases[:-1]):
            if not case.when:
                self.say((*path, number), 'this case needs "when": only the last one is for all else')
        if cases[-1].when:
            self.say((*path, len(cases) - 1), 'the last case is for all else: add one below it without "when"')

    # -- what states share --

    def next(self, part: StatePart, path: Path) -> str:
        if part.next is None and part.end:
            self.results.add(part.end)
            return closed(part.end)
        if part.next is None:
            self.say(path, 'where does it go on? add "next", or "end: true"')
            return ""
        if part.end:
            self.say((*path, "end"), '"end" and "next" cannot both be: leave one out')
        return self.target(part.next, (*path, "next"))

    def target(self, name: str, path: Path) -> str:
        """The state led to; for a misspelt one the one that was probably meant, so that one slip is not told twice."""
        if name in self._names or not name:
            return name
        if name.lower() == "end" and path[0] == "states":
            here = f"`{path[-1]}: {name}`"
            beside = path[-1] == "next" and len(path) == 3
            advice = "write `end: true`" if beside else "lead to a state with `end: true`"
            self.say(path, f"{here} leads to no state: to end here, {advice}")
            self.results.add(DONE)
            return closed(DONE)
        meant = nearest(name, self.names) if len(self.guessed) < GUESSES_MAX else ""
        self.say(path, f'there is no state "{shown(name)}"' + (f', did you mean "{meant}"?' if meant else ""))
        self.guessed.add((str(path[1]), meant))
        return meant or name

    def input(self, value: Any, path: Path) -> Input:
        """A variable in braces, or the value as it stands."""
        if not isinstance(value, str) or "{" not in value:
            return Input(value=value)
        found = VARIABLE.match(value)
        if not found:
            self.say(path, 'give one variable, such as "{{ mobile }}", or a plain value')
        return Input(variable=found[1] if found else "")

    def waiting(self, name: str, part: StatePart, path: Path) -> dict[str, Any]:
        """What all questions share: unclear, remind, timeout, back."""
        unclear, remind, timeout = part.unclear, part.remind, part.timeout
        if unclear and unclear.say is not None:
            self.text(f"{name}.unclear", unclear.say, (*path, "unclear", "say"))
        given_up = (
            self.target(unclear.then, (*path, "unclear", "then")) if unclear and unclear.then is not None else None
        )
        if remind and remind.say is not None:
            self.text(f"{name}.remind", remind.say, (*path, "remind", "say"))
        later = self.target(timeout.then, (*path, "timeout", "then")) if timeout else ""
        return {
            "unclear": Unclear(unclear.times, given_up) if unclear else Unclear(2, None),
            "remind": Remind(remind.after, remind.times) if remind else None,
            "timeout": Timeout(timeout.after, later) if timeout else None,
            "back": part.back,
        }

"""The parts of a flow file become the states of a Flow; what does not fit together is noted at its place in the file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

from sms_service.authoring.proofread import slip_in_condition, slip_in_text
from sms_service.authoring.schema import (
    DONE,
    EVERY_LANGUAGE,
    UNITS,
    ByKind,
    CasePart,
    ChoicePart,
    HeadPart,
    OptionPart,
    StatePart,
    TypedPart,
    UnclearPart,
)
from sms_service.authoring.source import Finding, Level, Path, Source, shown
from sms_service.authoring.vocabulary import EffectShape, TypeShape, Vocabulary
from sms_service.engine import model
from sms_service.engine.model import Field, Flow, Input, Limits, Option, Remind, Starts, Timeout, Unclear
from sms_service.engine.texts import Templates
from sms_service.privacy import FILTERS

SUGGESTION_CUTOFF = 0.6
"""How alike (0 to 1) a name must be to be suggested: one slip in three letters, two in five. Below, the guess confuses."""

GUESSES_MAX = 200
"""Misspelt names of one file for which the nearest is looked for among all its states; after so many slips none helps."""

TEXTS_MAX = 5_000
"""Texts and conditions of one flow: three times what 400 states in three languages have. minijinja takes 10 kB for each."""

KINDS = ("ask", "choose", "collect", "consent", "do", "call", "decide")

WAITING = ("unclear", "remind", "timeout", "back")
BESIDE: Mapping[str, tuple[str, ...]] = {
    "say": ("next",),
    "end": ("end",),
    "ask": ("ask", "next", "end", *WAITING),
    "choose": ("choose", *WAITING),
    "collect": ("collect", "next", "end", *WAITING),
    "consent": ("consent", *WAITING),
    "do": ("do", "with", "outcomes", "next", "end"),
    "call": ("call", "with", "into", "outcomes", "next", "end"),
    "decide": ("decide",),
}
"""What may stand in a state besides `say`, by its kind. Anything else would be read and never do anything."""

VARIABLE = re.compile(r"\{\{\s*([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)\s*\}\}\Z")


def nearest(given: str, known: Collection[str]) -> str:
    """The one of the known names that was probably meant, or ""."""
    # a list, because rapidfuzz looks at the values of a mapping
    found = process.extractOne(given, list(known), scorer=OSA.normalized_similarity, score_cutoff=SUGGESTION_CUTOFF)
    return str(found[0]) if found else ""


def did_you_mean(given: str, known: Collection[str]) -> str:
    """`, did you mean "x"?` where one of the known names is near, else nothing."""
    meant = nearest(given, known)
    return f', did you mean "{meant}"?' if meant else ""


def _a(name: str) -> str:
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


def _days(seconds: float) -> str:
    unit = next(unit for unit in ("day", "hour", "minute") if seconds % UNITS[unit] == 0)
    number = int(seconds / UNITS[unit])
    return f"{number} {unit}{'' if number == 1 else 's'}"


def closed(result: str) -> str:
    """The state that `end` beside an effect or a question leads to; no file can name one so."""
    return f"({result})"


def _words(data: Any) -> Iterator[str]:
    """Every text in this part of a file."""
    if isinstance(data, str):
        yield data
    for inner in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _words(inner)


class Builder:
    """One flow under construction. `parts` are its states, `names` the names of all; those in `unread` are mended ones, and
    nobody can say where they lead.

    Afterwards `findings` holds what does not fit, `places` where in the file each template stands, and `guessed` the
    ways (state, state) that are misspelt in the file.
    """

    def __init__(
        self,
        head: HeadPart,
        parts: Mapping[str, StatePart],
        names: Sequence[str],
        source: Source,
        vocabulary: Vocabulary,
        unread: frozenset[str] = frozenset(),
    ) -> None:
        self.head, self.parts, self.names = head, parts, names
        self.source, self.vocabulary, self._unread = source, vocabulary, unread
        self.guessed: set[tuple[str, str]] = set()
        self._names = frozenset(names)
        self.findings: list[Finding] = []
        self.places: dict[str, Path] = {}
        self.sources: dict[str, str] = {}
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
        for name, kind in head.takes.items():
            if kind not in self.vocabulary.types and kind not in self.vocabulary.given:
                self.no_type(kind, ("takes", name))
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
        )  # fmt: skip

    def unread(self, name: str) -> model.AnyState:
        """What stands in for a state that is not well formed: a question that may lead to every state it names."""
        written = self.source.data.get("states", {}).get(name)
        named = dict.fromkeys(word for word in _words(written) if word in self._names) or self.names
        options = tuple(Option("", to) for to in named)
        return model.Choose(name=name, options=options, unclear=Unclear(2, None))

    def say(self, path: Path, message: str, *, of_key: bool = False, level: Level = "error") -> None:
        if len(path) == 2 and path[1] in self._unread:  # what such a state lacks was told already
            return
        self.findings.append(self.source.finding(path, message, level, of_key=of_key))

    def starts(self) -> None:
        starts = self.head.starts
        if starts.who == "enroler":
            if starts.otherwise:
                starts.otherwise = self.target(starts.otherwise, ("starts", "otherwise"))
            else:
                self.say(("starts", "who"), 'where do others go? add "otherwise" with the state that tells them')
        elif starts.otherwise:
            self.say(("starts", "otherwise"), '"otherwise" needs "who: enroler": as it is, anyone may begin')
        if starts.on and starts.on not in self.vocabulary.happenings:
            hint = did_you_mean(starts.on, self.vocabulary.happenings)
            hint = hint or f"; it can be {', '.join(self.vocabulary.happenings)}"
            self.say(("starts", "on"), f'nothing called "{shown(starts.on)}" ever happens{hint}')
        if starts.words in ("stop", "stopped") and not self.head.answers_stopped:
            self.say(("starts", "words"), "whoever sent STOP gets no text of this flow: add `answers_stopped: true`")
        if self.head.takes and (starts.on or starts.words or starts.keywords or starts.ussd):
            message = f"only a call can give {', '.join(self.head.takes)}: a flow that takes something cannot start by itself"
            self.say(("takes",), message, of_key=True)

    def state(self, name: str, part: StatePart) -> model.AnyState:
        path: Path = ("states", name)
        kinds = [kind for kind in KINDS if getattr(part, kind) is not None]
        if len(kinds) > 1:
            self.say(
                (*path, kinds[-1]),
                f"a state does one thing, and this one has {' and '.join(kinds)}: make two states of it",
                of_key=True,
            )
        kind = kinds[0] if kinds else "end" if part.end and part.next is None else "say"
        given = {
            described.alias or key for key, described in StatePart.model_fields.items() if key in part.model_fields_set
        }
        for key in sorted(given - {"say", *BESIDE[kind], *kinds}):
            here = {"say": "in a state that only says something", "end": "in a state that ends"}.get(kind, f"beside {kind}")
            self.say((*path, key), f'"{key}" does nothing {here}{self.belongs(key)}', of_key=True)
        if part.say is not None:
            self.text(f"{name}.say", part.say, (*path, "say"))
        says = part.say is not None
        if kind in ("ask", "choose", "consent") and not says:
            self.say(path, 'a state that asks needs the question: add "say"')
        built: model.AnyState = getattr(self, f"{kind}_state")(name, part, path, says)
        return built

    @staticmethod
    def belongs(key: str) -> str:
        kinds = [kind for kind, keys in BESIDE.items() if key in keys]
        return f"; it belongs to {', '.join(kinds)}"

    # -- one method a kind of state --

    def say_state(self, name: str, part: StatePart, path: Path, says: bool) -> model.AnyState:
        if not says:
            self.say(path, "this state says nothing and does nothing: give it a text, or leave it out")
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
            others=tuple(Option(key, self.target(to, (*here, "other", key))) for key, to in consent.other.items()),
            wrong_number=self.target(consent.wrong_number or no.next, (*here, "wrong_number")),
            **self.waiting(name, part, path),
        )  # fmt: skip

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
        ways = self.outcomes(effect, list(shape.outcomes), part, path)
        return model.Do(name=name, says=says, effect=effect or part.do, outcomes=ways, inputs=inputs)

    def outcomes(self, effect: str, promised: Sequence[str], part: StatePart, path: Path) -> dict[str, str]:
        """Every outcome of an effect with its way on; no other has one."""
        key = "next" if part.next is not None else "end"
        if not part.outcomes and len(promised) > 1:
            several = " or ".join(f'"{outcome}"' for outcome in promised)
            here = (*path, key) if part.next is not None or part.end else path
            self.say(here, f'{effect} ends as {several}: say under "outcomes" where each leads', of_key=True)
            return dict.fromkeys(promised, self.next(part, path) if here != path else "")
        if not part.outcomes:
            return {promised[0]: self.next(part, path)}
        if part.next is not None or part.end:
            self.say((*path, key), f'"{key}" does nothing beside outcomes: they say where it goes on', of_key=True)
        ways: dict[str, str] = {}
        for outcome, to in part.outcomes.items():
            here = (*path, "outcomes", outcome)
            meant = outcome if outcome in promised or not effect else nearest(outcome, promised)
            if meant != outcome:
                hint = f', did you mean "{meant}"?' if meant else f"; it ends as {', '.join(promised)}"
                self.say(here, f'{effect} never ends as "{shown(outcome)}"{hint}', of_key=True)
            ways[meant or outcome] = self.target(to, here)
        for outcome in promised if effect else ():
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
        elif part.next is not None or part.end:
            key = "next" if part.next is not None else "end"
            self.say((*path, key), f'"{key}" does nothing beside outcomes: they say where it goes on', of_key=True)
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
        meant = nearest(name, self.names) if len(self.guessed) < GUESSES_MAX else ""
        self.say(path, f'there is no state "{shown(name)}"' + (f', did you mean "{meant}"?' if meant else ""))
        self.guessed.add((str(path[1]), meant))
        return meant or name

    def no_type(self, name: str, path: Path) -> None:
        self.say(path, f'there is no answer type "{name}"{did_you_mean(name, self.vocabulary.types)}')

    def input(self, value: Any, path: Path) -> Input:
        """A variable in braces, or the value as it stands."""
        if not isinstance(value, str) or "{" not in value:
            return Input(value=value)
        found = VARIABLE.match(value)
        if not found:
            self.say(path, 'give one variable, such as "{{ mobile }}", or a plain value')
        return Input(variable=found[1] if found else "")

    def field(
        self, state: str, name: str, part: TypedPart, path: Path, unclear: UnclearPart | None, optional: bool = False
    ) -> Field:
        kind = part.type
        if kind not in self.vocabulary.types:
            kind = nearest(kind, self.vocabulary.types)
            if part.type:  # "" stands in for one that is missing, and that was told
                self.no_type(part.type, (*path, "type"))
        shape = self.vocabulary.types.get(kind)
        if shape is None:
            return Field(name, part.type, optional)
        part = part.model_copy(update={"type": kind})
        parameters = self.parameters(part, shape, path)
        for problem, texts in part.wrong.items():
            if problem and problem not in shape.problems:
                hint = did_you_mean(problem, shape.problems) or f"; it can be {', '.join(shape.problems)}"
                self.say((*path, "wrong", problem), f'{_a(kind)} is never wrong as "{shown(problem)}"{hint}', of_key=True)
            own = f"{state}.{name}.wrong"
            self.text(
                f"{own}.{problem}" if problem else own,
                texts,
                (*path, "wrong", problem) if problem else (*path, "wrong"),
            )
        if "" not in part.wrong and not (unclear and unclear.say):
            self.service_words(part, shape, path)
        options = tuple(
            self.option(str(number), choice, (*path, "options", value), value=value)
            for number, (value, choice) in enumerate((part.options or {}).items(), start=1)
        )
        zero = not shape.check(parameters) and shape.zero(parameters)
        return Field(name, kind, optional, parameters, options, shape.by_key, zero)

    def parameters(self, part: TypedPart, shape: TypeShape, path: Path) -> dict[str, Any]:
        given = {
            key: value
            for key in ("min", "max", "options", "format", "level")
            if (value := getattr(part, key)) is not None
        }
        for key in given:
            if key not in shape.parameters:
                having = [name for name, other in self.vocabulary.types.items() if key in other.parameters]
                message = f'"{key}" means nothing for {_a(part.type)}; it belongs to {", ".join(having)}'
                self.say((*path, key), message, of_key=True)
        for key in shape.required:
            if key not in given:
                self.say(path, f'{_a(part.type)} needs "{key}"')
        given.pop("options", None)
        if all(key in shape.parameters for key in given) and (problem := shape.check(given)):
            about = next((key for key in reversed(given) if re.search(rf"\b{key}\b", problem)), "")
            self.say((*path, about), problem)
        return given

    def service_words(self, part: TypedPart, shape: TypeShape, path: Path) -> None:
        """The service's own sentences for what can be wrong with this type, where the flow says nothing."""
        for problem, sentences in shape.problems.items():
            for language in self.head.languages:
                if problem in part.wrong:
                    continue
                if language in sentences:
                    self.sources.setdefault(f"type:{part.type}.{problem}@{language}", sentences[language])
                else:
                    self.say(path, f'the service has no words in {language} for a wrong {part.type}: add "wrong"')
                    return

    def option(self, key: str, part: OptionPart | ChoicePart, path: Path, next_: str = "", value: str = "") -> Option:
        labels = self.in_languages(part.label, (*path, "label")) if part.label else {}
        for language, label in labels.items():
            if "{{" in label or "{%" in label:
                here = (*path, "label") if EVERY_LANGUAGE in part.label else (*path, "label", language)
                self.say(here, "the line of a menu is said as it stands, without variables: put them in the question")
        labels = {language: labels.get(language, "-") for language in self.head.languages} if labels else {}
        for language in part.words:
            self.known_language(language, (*path, "words", language))
        words = {language: tuple(words) for language, words in part.words.items()}
        return Option(key, next_, value, labels, words)

    def waiting(self, name: str, part: StatePart, path: Path) -> dict[str, Any]:
        """What all questions share: unclear, remind, timeout, back."""
        unclear, remind, timeout = part.unclear, part.remind, part.timeout
        if unclear and unclear.say is not None:
            self.text(f"{name}.unclear", unclear.say, (*path, "unclear", "say"))
        given_up = self.target(unclear.then, (*path, "unclear", "then")) if unclear and unclear.then is not None else None
        if remind and remind.say is not None:
            self.text(f"{name}.remind", remind.say, (*path, "remind", "say"))
        later = self.target(timeout.then, (*path, "timeout", "then")) if timeout else ""
        self.timers(part, path)
        return {
            "unclear": Unclear(unclear.times, given_up) if unclear else Unclear(2, None),
            "remind": Remind(remind.after, remind.times) if remind else None,
            "timeout": Timeout(timeout.after, later) if timeout else None,
            "back": part.back,
        }

    def timers(self, part: StatePart, path: Path) -> None:
        """Warns of timers that never ring. A called flow lasts as long as the one that called it, whatever that says."""
        lasts = self.head.expires.after if self.head.expires else model.DEFAULT_EXPIRY
        starts = self.head.starts
        if not (starts.on or starts.words or starts.keywords or starts.ussd):
            return
        first = part.timeout.after if part.timeout and part.timeout.after < lasts else lasts
        what = "the timeout" if first < lasts else "the flow's expiry"
        for name, timer in (("remind", part.remind), ("timeout", part.timeout)):
            if timer and timer.after >= first and not (name == "timeout" and first < lasts):
                message = f"this never comes: {what} is earlier ({_days(first)})"
                self.say((*path, name, "after"), message, level="warning")

    # -- texts --

    def known_language(self, language: str, path: Path) -> None:
        if language not in self.head.languages:
            self.say(path, f"{language} is not among this flow's languages", of_key=True)

    def in_languages(self, texts: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """The texts by the flow's languages; a text without a language is that of the only one."""
        languages = self.head.languages
        if EVERY_LANGUAGE in texts:
            if len(languages) > 1:
                self.say(
                    path, f"this flow has {len(languages)} languages: give the text in each, like `{languages[0]}: ...`"
                )
            return {languages[0]: texts[EVERY_LANGUAGE]}
        missing = [language for language in languages if language not in texts]
        for language in missing:
            self.say(path, f"the text in {language} is missing", of_key=True)
        for language in texts:
            self.known_language(language, (*path, language))
        return dict(texts)

    def text(self, slot: str, texts: Mapping[str, str | ByKind], path: Path) -> None:
        for language, text in self.in_languages(texts, path).items():
            here = path if EVERY_LANGUAGE in texts else (*path, language)
            if isinstance(text, str):
                self.template(f"{slot}@{language}", text, here)
            else:
                self.template(f"{slot}@{language}", text.sms, (*here, "sms"))
                self.template(f"{slot}@{language}:ussd", text.ussd, (*here, "ussd"))

    def template(self, key: str, source: str, path: Path) -> None:
        condition = "@" not in key
        if slip := slip_in_condition(source) if condition else slip_in_text(source):
            self.say(path, slip)
            return
        if re.match(r"\s+#\S", self.source.behind(path)):
            self.say(path, "the text ends before the #: put a text with # in quotes", level="warning")
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

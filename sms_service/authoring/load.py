"""A flow file becomes a Flow, or a list of findings with line, column and what to do; never something in between."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from rapidfuzz import process
from rapidfuzz.distance import OSA

from sms_service.authoring.schema import FlowPart, StatePart, Texts, known_keys, sentence
from sms_service.authoring.source import BrokenFlow, Finding, Path, Source
from sms_service.engine import model
from sms_service.engine.model import Flow, Option, Remind, Starts, Unclear
from sms_service.engine.texts import TemplateFailed, Templates
from sms_service.privacy import FILTERS

SUGGESTION_CUTOFF = 0.6
"""How alike (0 to 1) a name must be to be suggested: one slip in three letters, two in five. Below, the guess confuses."""

CLOSED = "(closed)"
"""The state that `end: true` beside an effect or a question leads to; no file can name one so."""

KINDS = ("ask", "choose", "collect", "consent", "do", "decide")


@dataclass(frozen=True)
class Vocabulary:
    """What flow files may speak of besides their own states: effects with their outcomes, and answer types."""

    effects: Mapping[str, Collection[str]] = field(default_factory=dict)
    types: Collection[str] = ()
    constants: Mapping[str, Any] = field(default_factory=dict)


def load_flow(text: str, file: str, vocabulary: Vocabulary) -> Flow:
    """The flow that `text` (a whole file) describes; `file` names it in findings. Raises BrokenFlow with all of them."""
    source = Source(text, file)
    try:
        part = FlowPart.model_validate(source.data)
    except ValidationError as error:
        raise BrokenFlow(
            [
                *source.findings,
                *(_schema_finding(source, problem) for problem in _told_once(error.errors())),
            ]
        ) from error
    builder = _Builder(part, source, vocabulary)
    flow = builder.build(hashlib.sha256(text.encode()).hexdigest())
    if builder.findings:
        raise BrokenFlow(builder.findings)
    return flow


def _told_once(problems: Sequence[Any]) -> list[Any]:
    """Without what pydantic says a second time: of a text that is wrong as a string it also says how it is wrong ByKind."""
    as_kinds = {loc[: loc.index("ByKind")] for loc in (problem["loc"] for problem in problems) if "ByKind" in loc[:-1]}
    said = [problem for problem in problems if problem["loc"][-1:] != ("ByKind",)]
    return [problem for problem in said if problem["loc"][-1:] != ("str",) or problem["loc"][:-1] not in as_kinds]


def _schema_finding(source: Source, problem: Mapping[str, Any]) -> Finding:
    # pydantic adds the branch of a union ("str", "ByKind") to the path; the file knows only its own keys.
    path: Path = tuple(step for step in problem["loc"] if step not in ("str", "ByKind", "[key]"))
    if problem["type"] == "extra_forbidden":
        return source.finding(path, f'unknown key "{path[-1]}"{_did_you_mean(str(path[-1]), known_keys(path))}')
    if problem["type"] == "missing":
        return source.finding(path[:-1], f'"{path[-1]}" is missing here')
    return source.finding(path, sentence(problem))


def _did_you_mean(given: str, known: Collection[str]) -> str:
    found = process.extractOne(given, known, scorer=OSA.normalized_similarity, score_cutoff=SUGGESTION_CUTOFF)
    return f', did you mean "{found[0]}"?' if found else ""


class _Builder:
    """One flow under construction: the texts gathered so far, and everything found wrong."""

    def __init__(self, part: FlowPart, source: Source, vocabulary: Vocabulary) -> None:
        self.part, self.source, self.vocabulary = part, source, vocabulary
        self.findings = list(source.findings)
        self.closes = False
        self.texts: dict[str, str] = {}

    def build(self, version: str) -> Flow:
        part = self.part
        states = {name: self.state(name, state) for name, state in part.states.items()}
        if self.closes:
            states[CLOSED] = model.End(name=CLOSED)
        starts = part.starts
        if starts.who == "enroler":
            self.target(starts.otherwise, ("starts", "otherwise"))
        if part.expires and part.expires.then:
            self.target(part.expires.then, ("expires", "then"))
        return Flow(
            name=part.flow,
            version=version,
            about=part.about,
            first=next(iter(states)),
            starts=Starts(
                starts.on,
                starts.words,
                tuple(starts.keywords),
                tuple(starts.ussd),
                starts.who,
                starts.otherwise,
            ),
            languages=tuple(part.languages),
            states=states,
            templates=self.templates(),
            constants=dict(self.vocabulary.constants),
            expires_after=part.expires.after if part.expires else model.DEFAULT_EXPIRY,
            expired=part.expires.then if part.expires else "",
            answers_stopped=part.answers_stopped,
        )

    def say(self, path: Path, message: str) -> None:
        self.findings.append(self.source.finding(path, message))

    def state(self, name: str, part: StatePart) -> model.AnyState:
        path: Path = ("states", name)
        kinds = [kind for kind in KINDS if getattr(part, kind) is not None]
        if len(kinds) > 1:
            self.say(
                path,
                f"a state does one thing; this one has {' and '.join(kinds)}: make two states of it",
            )
        if part.say is not None:
            self.text(f"{name}.say", part.say, (*path, "say"))
        says = part.say is not None
        kind = kinds[0] if kinds else "end" if part.end and part.next is None else "say"
        if kind in ("ask", "choose", "consent") and not says:
            self.say(path, 'a state that asks needs the question: add "say"')
        built: model.AnyState = getattr(self, f"{kind}_state")(name, part, path, says)
        return built

    # -- one method a kind of state --

    def say_state(self, name: str, part: StatePart, path: Path, says: bool) -> model.AnyState:
        if not says:
            self.say(
                path,
                "this state says nothing and does nothing: give it a text, or leave it out",
            )
        return model.Say(name=name, says=says, next=self.next(part, path))

    def end_state(self, name: str, _part: StatePart, _path: Path, says: bool) -> model.AnyState:
        return model.End(name=name, says=says)

    def ask_state(self, name: str, part: StatePart, path: Path, says: bool) -> model.AnyState:
        assert part.ask
        self.known_type(part.ask.type, (*path, "ask", "type"))
        asked = model.Field(part.ask.into, part.ask.type)
        return model.Ask(
            name=name, says=says, field=asked, next=self.next(part, path), unclear=self.unclear(name, part, path),
            remind=self.remind(part),
        )  # fmt: skip

    def choose_state(self, name: str, part: StatePart, path: Path, says: bool) -> model.AnyState:
        assert part.choose
        options = tuple(Option(key, self.target(to, (*path, "choose", key))) for key, to in part.choose.items())
        return model.Choose(
            name=name,
            says=says,
            options=options,
            unclear=self.unclear(name, part, path),
            remind=self.remind(part),
        )

    def collect_state(self, name: str, part: StatePart, path: Path, says: bool) -> model.AnyState:
        assert part.collect
        fields = []
        for key, asked in part.collect.items():
            here = (*path, "collect", key)
            self.known_type(asked.type, (*here, "type"))
            self.text(f"{name}.{key}.ask", asked.ask, (*here, "ask"))
            self.text(f"{name}.{key}.wrong", asked.wrong, (*here, "wrong"))
            fields.append(model.Field(key, asked.type, asked.optional))
        return model.Collect(
            name=name, says=says, fields=tuple(fields), next=self.next(part, path),
            unclear=self.unclear(name, part, path), remind=self.remind(part),
        )  # fmt: skip

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
            unclear=self.unclear(name, part, path), remind=self.remind(part),
        )  # fmt: skip

    def do_state(self, name: str, part: StatePart, path: Path, says: bool) -> model.AnyState:
        assert part.do
        promised = self.vocabulary.effects.get(part.do)
        if promised is None:
            hint = _did_you_mean(part.do, list(self.vocabulary.effects))
            self.say((*path, "do"), f'there is no effect "{part.do}"{hint}')
            return model.Do(name=name, says=says, effect=part.do, outcomes={})
        ways = dict(part.outcomes)
        if not ways and len(promised) == 1:
            ways = {next(iter(promised)): self.next(part, path)}
        for outcome in promised:
            if outcome not in ways:
                self.say(
                    (*path, "outcomes"),
                    f'{part.do} may end as "{outcome}": say under outcomes where that leads',
                )
        for outcome, to in ways.items():
            if outcome not in promised:
                self.say(
                    (*path, "outcomes", outcome),
                    f'{part.do} never ends as "{outcome}"{_did_you_mean(outcome, promised)}',
                )
            if part.outcomes:  # else `next` has looked already
                self.target(to, (*path, "outcomes", outcome))
        return model.Do(name=name, says=says, effect=part.do, outcomes=ways)

    def decide_state(self, name: str, part: StatePart, path: Path, says: bool) -> model.AnyState:
        assert part.decide
        *cases, last = part.decide
        if last.when or any(not case.when for case in cases):
            self.say(
                (*path, "decide"),
                "every case but the last needs `when`, and the last is for all else: without it",
            )
        for number, case in enumerate(part.decide):
            self.condition(case.when, (*path, "decide", number, "when"))
            self.target(case.next, (*path, "decide", number, "next"))
        return model.Decide(
            name=name,
            says=says,
            cases=tuple((case.when, case.next) for case in cases),
            otherwise=last.next,
        )

    # -- what states share --

    def next(self, part: StatePart, path: Path) -> str:
        if part.next is None and part.end:
            self.closes = True
            return CLOSED
        if part.next is None:
            self.say(path, 'where does it go on? add "next", or "end: true"')
            return ""
        return self.target(part.next, (*path, "next"))

    def target(self, name: str, path: Path) -> str:
        if name not in self.part.states:
            self.say(
                path,
                f'there is no state "{name}"{_did_you_mean(name, list(self.part.states))}',
            )
        return name

    def condition(self, when: str, path: Path) -> None:
        try:
            Templates({"when": "{% if " + (when or "true") + " %}{% endif %}"}, filters=FILTERS)
        except TemplateFailed as error:
            self.say(path, f"this condition cannot be read: {error.sentence}")

    def known_type(self, name: str, path: Path) -> None:
        if name not in self.vocabulary.types:
            self.say(
                path,
                f'there is no answer type "{name}"{_did_you_mean(name, self.vocabulary.types)}',
            )

    def unclear(self, name: str, part: StatePart, path: Path) -> Unclear:
        if part.unclear is None:
            return Unclear(2, None)
        if part.unclear.say is not None:
            self.text(f"{name}.unclear", part.unclear.say, (*path, "unclear", "say"))
        if part.unclear.then is not None:
            self.target(part.unclear.then, (*path, "unclear", "then"))
        return Unclear(part.unclear.times, part.unclear.then)

    @staticmethod
    def remind(part: StatePart) -> Remind | None:
        return Remind(part.remind.after, part.remind.times) if part.remind else None

    def text(self, slot: str, texts: Texts, path: Path) -> None:
        for language in self.part.languages:
            if language not in texts:
                self.say(path, f"the text in {language} is missing")
        for language, text in texts.items():
            if language not in self.part.languages:
                self.say((*path, language), f"{language} is not among this flow's languages")
            if isinstance(text, str):
                self.texts[f"{slot}@{language}"] = text
            else:
                (
                    self.texts[f"{slot}@{language}"],
                    self.texts[f"{slot}@{language}:ussd"],
                ) = text.sms, text.ussd

    def templates(self) -> Templates:
        good: dict[str, str] = {}
        for key, text in self.texts.items():
            try:
                Templates({key: text}, filters=FILTERS)
            except TemplateFailed as error:
                slot, _, language = key.partition("@")
                self.say(
                    ("states", *slot.split("."), language.split(":")[0]),
                    f"this text cannot be filled in: {error}",
                )
            else:
                good[key] = text
        return Templates(good, filters=FILTERS)

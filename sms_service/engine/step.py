"""The one function: (flow, session, what happened, now) -> Turn. Pure; a session that comes in is never changed."""

from __future__ import annotations

import math

import msgspec

from sms_service.engine.answers import chosen, fold, read_answer, read_key
from sms_service.engine.model import (
    MAX_SILENT,
    MAX_STEPS,
    MAX_TRAIL,
    AnyState,
    Ask,
    Begin,
    Call,
    Called,
    Cause,
    Choose,
    Collect,
    Consent,
    Decide,
    Decision,
    Do,
    Effect,
    End,
    Field,
    Flow,
    Heard,
    Input,
    Option,
    Outcome,
    Question,
    Reading,
    Returned,
    Say,
    Session,
    Show,
    Tick,
    Turn,
    Variables,
)
from sms_service.engine.navigation import BACK, RESTART, caller_of, outermost

EXPIRED = "(expired)"
"""The outcome by which a called flow that nobody answered hands over to the flow that began it all."""


class FlowFault(Exception):
    """The flow led nowhere: a state or an outcome it does not have, or a circle without a question. The message is a
    sentence for the operator. The loader refuses such files; this is the net under it."""


def step(flow: Flow, session: Session, cause: Cause, now: float) -> Turn:
    """One step of one session. If the Turn wants an effect, a call or a return, do it and step again with its Outcome.

    Raises FlowFault, and texts.TemplateFailed where a text cannot be rendered; then nothing of the step counts.
    """
    kept = msgspec.structs.replace(session, variables=dict(session.variables), trail=list(session.trail))
    walk = _Walk(flow, kept, now)
    match cause:
        case Begin():
            if not kept.callers:
                kept.lasts, kept.expires_at = flow.expires_after, now + flow.expires_after
            walk.came = cause.reading
            walk.enter(cause.at or flow.first)
        case Outcome():
            walk.outcome(cause)
        case Heard():
            kept.waits_since, kept.reminded, kept.silent, kept.expires_at = now, 0, 0, now + kept.lasts
            walk.answer(cause)
        case Show():
            walk.prompt(walk.question())
        case Tick():
            walk.tick()
    return walk.turn


def due_at(flow: Flow, session: Session) -> float:
    """When the session next wants a Tick: its reminder, its time-out or its expiry, whichever comes first."""
    due, state = session.expires_at, flow.states[session.state]
    if isinstance(state, Question):
        due = min(due, times_out_at(state, session))
        if state.remind and session.reminded < state.remind.times:
            due = min(due, session.waits_since + state.remind.after * (session.reminded + 1))
    return due


def times_out_at(state: Question, session: Session) -> float:
    """When this question goes on by itself; infinity where it never does, or has been left to itself too often."""
    if state.timeout is None or session.silent >= MAX_SILENT:
        return math.inf
    return session.waits_since + state.timeout.after


def text_of(flow: Flow, session: Session, slot: str, more: Variables | None = None) -> str:
    """The text of `slot` in the session's language (else the flow's first), in its USSD form where it has one."""
    for language in (session.language, flow.languages[0]):
        for key in (f"{slot}@{language}:{session.kind}", f"{slot}@{language}"):
            if key in flow.templates:
                return flow.templates.render(key, {**flow.constants, **session.variables, **(more or {})})
    raise FlowFault(f"flow {flow.name} has no text {slot}")


def has_text(flow: Flow, slot: str) -> bool:
    """Whether there is a text for this slot; a flow has it in its first language, or not at all."""
    return f"{slot}@{flow.languages[0]}" in flow.templates


def menu(options: tuple[Option, ...], flow: Flow, language: str) -> list[str]:
    """The lines of a menu, for options that have labels: `1. Hindi`."""
    return [
        f"{option.key}. {option.labels.get(language) or option.labels[flow.languages[0]]}"
        for option in options
        if option.labels
    ]


def offers_back(flow: Flow, session: Session) -> bool:
    """Whether "0" leads from the open question to the one before; a menu may want the key for itself."""
    state = flow.states[session.state]
    if not isinstance(state, Question) or not state.back or not session.trail:
        return False
    if any(field.zero for field in fields_of(state) if session.asked in ("", field.name)):
        return False
    return BACK not in [option.key for option in options_of(state, session.asked)]


def fields_of(state: AnyState) -> tuple[Field, ...]:
    """The typed answers that a state asks for; none, if it asks otherwise or nothing."""
    return state.fields if isinstance(state, Collect) else (state.field,) if isinstance(state, Ask) else ()


def options_of(state: Question, asked: str = "") -> tuple[Option, ...]:
    """What can be chosen in this state: its options, or those of the field that is asked for."""
    match state:
        case Choose():
            return state.options
        case Consent():
            return (state.yes, *state.others, state.no)
        case Ask():
            return state.field.options
        case Collect():
            return next((field.options for field in state.fields if field.name == asked), ())
    return ()


class _Walk:
    """One step under way: the session as it changes, and the Turn as it grows."""

    def __init__(self, flow: Flow, session: Session, now: float) -> None:
        self.flow, self.session, self.now = flow, session, now
        self.turn = Turn(session=session)
        self.came: Reading | None = None  # what came along with the keyword, for the first question
        self.mark = f"{flow.name}/" if session.callers else ""  # states of a called flow have its name in the path

    # -- going through states --

    def enter(self, name: str) -> None:
        """Goes on from state `name` until a question, an effect, a call or an end."""
        for _ in range(MAX_STEPS):
            on = self.through(self.arrive(name))
            if on is None:
                return
            name = on
        raise FlowFault(f"flow {self.flow.name} passed {MAX_STEPS} states without a question, last {name}")

    def through(self, state: AnyState) -> str | None:
        """Does what a state does. Where it goes on at once, or None: something is to come first."""
        if state.says and not isinstance(state, Question | Do):
            self.say(f"{state.name}.say")
        match state:
            case Say():
                return self.leave("next", state.next)
            case Decide():
                return self.decide(state)
            case Do():
                self.no_way_back()
                self.turn.wants = Effect(state.effect, self.session, self.given(state.inputs))
            case Call():
                self.turn.wants = Called(state.flow, self.session, self.given(state.inputs))
            case Ask() | Collect() if not self.asks(state):
                return self.leave("next", state.next)
            case Question():
                if not isinstance(state, Collect):
                    self.prompt(state)
            case End():
                self.end(state)
        return None

    def asks(self, state: Ask | Collect) -> bool:
        """Whether there is anything left to ask, after what came along with the keyword. A `collect` has asked it then."""
        came, self.came = self.came, None
        if isinstance(state, Collect):
            if came is None:
                self.start_over(state)
            return self.fill(state, came or Reading())
        if came is None or state.field.by_key or state.field.name not in came.values:
            return True
        self.session.variables[state.field.name] = came.values[state.field.name]
        return False

    def arrive(self, name: str) -> AnyState:
        state = self.flow.states.get(name)
        if state is None:
            raise FlowFault(f"flow {self.flow.name} leads to state {name}, which it does not have")
        self.turn.path.append(self.mark + name)
        session = self.session
        session.state, session.asked, session.tries, session.reminded = name, "", 0, 0
        session.waits_since, session.prompt, session.hop = self.now, "", 0
        return state

    def leave(self, way: str, to: str) -> str:
        self.turn.path.append(way)
        return to

    def given(self, inputs: dict[str, Input]) -> Variables:
        """What an effect or a called flow gets. A variable that has no value is not given."""
        values: Variables = {}
        for parameter, source in inputs.items():
            value: object = source.value
            if source.variable:
                value = self.session.variables
                for part in source.variable.split("."):
                    value = value.get(part) if isinstance(value, dict) else None
            if value is not None:
                values[parameter] = value
        return values

    def outcome(self, outcome: Outcome) -> None:
        state = self.flow.states[self.session.state]
        if outcome.name == EXPIRED:
            self.expire()
            return
        if not isinstance(state, Do | Call) or outcome.name not in state.outcomes:
            raise FlowFault(f"flow {self.flow.name}, state {state.name}: no way on for outcome {outcome.name}")
        if isinstance(state, Call):
            self.turn.path += ["return", self.mark + state.name]
            self.session.variables[state.into] = outcome.variables
        else:
            self.session.variables.update(outcome.variables)
            if state.says:
                self.say(f"{state.name}.say")
        self.enter(self.leave(outcome.name, state.outcomes[outcome.name]))

    def decide(self, state: Decide) -> str:
        known: Variables = {**self.flow.constants, **self.session.variables}
        for number, (condition, to) in enumerate(state.cases, start=1):
            if self.flow.templates.holds(condition, known):
                return self.leave(str(number), to)
        return self.leave("else", state.otherwise)

    def end(self, state: End) -> None:
        caller = caller_of(self.session)
        if caller is None:
            self.turn.session = None
            return
        gives = {name: self.session.variables[name] for name in self.flow.gives if name in self.session.variables}
        self.turn.wants = Returned(caller, Outcome(state.result, gives))

    # -- asking --

    def question(self) -> Question:
        state = self.flow.states[self.session.state]
        if not isinstance(state, Question):
            raise FlowFault(f"flow {self.flow.name}: the session waits in {state.name}, which asks nothing")
        return state

    def say(self, slot: str, more: Variables | None = None) -> None:
        self.turn.texts.append(text_of(self.flow, self.session, slot, more))

    def prompt(self, state: Question) -> None:
        """Says the open question itself, with its menu."""
        self.say(f"{state.name}.{self.session.asked}.ask" if isinstance(state, Collect) else f"{state.name}.say")
        self.turn.texts += menu(options_of(state, self.session.asked), self.flow, self.session.language)
        self.turn.prompted = True

    # -- answering --

    def answer(self, heard: Heard) -> None:
        state = self.question()
        self.turn.path.append(self.mark + state.name)
        typed = fold(heard.text)
        if typed in (BACK, RESTART) and offers_back(self.flow, self.session) and not heard.reading.values:
            self.back(to_first=typed == RESTART)
            return
        if self.by_key(state) and not heard.seen:
            self.prompt(state)  # she cannot have seen the question: whatever she typed answers something else
            return
        match state:
            case Ask():
                if state.field.name in heard.reading.values:
                    self.session.variables[state.field.name] = heard.reading.values[state.field.name]
                    self.answered("next", state.next)
                else:
                    self.unclear(state, self.wrong(state, state.field, heard.reading))
            case Collect():
                asked = self.session.asked
                if not self.fill(state, heard.reading):
                    self.answered("next", state.next, asked)
            case Choose():
                option = chosen(heard.text, state.options, self.session.language)
                self.answered(option.key, option.next) if option else self.unclear(state)
            case Consent():
                self.consent(state, heard.text)

    def by_key(self, state: Question) -> bool:
        """Whether a bare number may answer this question: then it counts only from somebody who has seen the question."""
        match state:
            case Ask():
                return state.field.by_key
            case Collect():
                return any(field.by_key for field in state.fields if field.name == self.session.asked)
        return True

    def answered(self, way: str, to: str, asked: str = "") -> None:
        """On to the next state; one can come back to this question."""
        self.session.trail = [*self.session.trail, (self.session.state, asked)][-MAX_TRAIL:]
        self.enter(self.leave(way, to))

    def back(self, to_first: bool) -> None:
        """To the question before, or to the first of those that can still be changed; its answer is forgotten."""
        name, asked = "", ""
        while self.session.trail:
            name, asked = self.session.trail.pop()
            state = self.flow.states[name]
            self.session.variables.pop(asked or (state.field.name if isinstance(state, Ask) else ""), None)
            if not to_first:
                break
        found = self.arrive(self.leave("back", name))
        assert isinstance(found, Question), "only questions are remembered"
        self.session.asked = asked
        self.prompt(found)

    def no_way_back(self) -> None:
        """What was done cannot be undone by going back, nor by going back in a flow that called this one."""
        session = self.session
        session.trail.clear()
        session.callers = [msgspec.structs.replace(caller, trail=[]) for caller in session.callers]

    def consent(self, state: Consent, text: str) -> None:
        verdict = read_answer(text, self.session.language, "consent")
        key = read_key(text, [state.yes.key, state.no.key, *(option.key for option in state.others)])
        other = next((option for option in state.others if option.key == key), None)
        against = {state.no.key, *(option.key for option in state.others)}
        if verdict == "yes" and key is None and against.intersection(fold(text).split()):
            verdict = "unclear"  # the word says yes, and beside it stands the key of something else
        if verdict == "yes" or key == state.yes.key:
            self.decided(state, "yes", Decision(state.purpose, "given", text, key or verdict, state.name))
        elif verdict in ("no", "stop") or key == state.no.key:
            self.decided(state, "no", Decision(state.purpose, "refused", text, key or verdict, state.name))
        elif verdict == "wrong_number":
            self.decided(state, verdict, Decision(state.purpose, verdict, text, verdict, state.name))
        elif other:
            self.answered(other.key, other.next)
        else:
            self.unclear(state)

    def decided(self, state: Consent, way: str, decision: Decision) -> None:
        self.turn.decision = decision
        self.no_way_back()  # it stands in the ledger; a change of mind is a new decision, not a step back
        to = {"yes": state.yes.next, "no": state.no.next, "wrong_number": state.wrong_number}[way]
        self.enter(self.leave(way, to))

    def fill(self, state: Collect, reading: Reading) -> bool:
        """Takes what was read; True if something is still to be asked (and has been), False if all is there."""
        session = self.session
        session.variables.update(reading.values)
        missing = [
            field
            for field in state.fields
            if field.name not in session.variables
            and not (field.optional and (field.name in reading.wrong or (state.name, field.name) in session.trail))
        ]
        asked_before = session.asked
        said = [
            text for field in state.fields if field.name in reading.wrong for text in self.wrong(state, field, reading)
        ]
        if not missing:
            self.turn.texts += said
            return False
        asked = next((field for field in missing if field.name in reading.wrong), missing[0])
        goes_on = asked_before not in ("", asked.name)
        if goes_on:  # the next field is a question of its own, with its own tries and reminders
            session.tries, session.reminded = 0, 0
            session.trail = [*session.trail, (state.name, asked_before)][-MAX_TRAIL:]
        elif asked_before and not reading.values:
            session.tries += 1
            self.leave("unclear", "")
            if session.tries > state.unclear.times and state.unclear.then:
                self.enter(state.unclear.then)
                return True
        else:
            session.tries = 0
        if not asked_before and state.says:
            self.say(f"{state.name}.say")
        self.turn.texts += said
        session.asked, session.prompt, session.hop = asked.name, "", 0
        if asked.name not in reading.wrong:
            self.prompt(state)
        self.turn.prompted = True
        return True

    def start_over(self, state: Collect) -> None:
        """Led to again with everything there ("Right? Yes 1, again 2"), a `collect` forgets it and asks anew."""
        session = self.session
        if any(field.name not in session.variables for field in state.fields if not field.optional):
            return
        for field in state.fields:
            session.variables.pop(field.name, None)
        first = next((n for n, (name, _) in enumerate(session.trail) if name == state.name), len(session.trail))
        del session.trail[first:]  # what was asked since may speak of what is forgotten now

    def wrong(self, state: Ask | Collect, field: Field, reading: Reading) -> list[str]:
        """What is wrong with the answer to one field: the flow's words for this problem, its words for any, the service's."""
        problem = reading.wrong.get(field.name, "")
        own = f"{state.name}.{field.name}.wrong"
        for slot in (f"{own}.{problem}", own, f"{state.name}.unclear", f"type:{field.type}.{problem}"):
            if has_text(self.flow, slot):
                text = text_of(self.flow, self.session, slot, field.parameters)
                return [text, *menu(field.options, self.flow, self.session.language)]
        return []

    def unclear(self, state: Ask | Choose | Consent, wrong: list[str] | None = None) -> None:
        self.session.tries += 1
        self.leave("unclear", "")
        if self.session.tries > state.unclear.times and state.unclear.then:
            self.enter(state.unclear.then)
        elif wrong:
            self.turn.texts += wrong
        elif has_text(self.flow, f"{state.name}.unclear"):
            self.say(f"{state.name}.unclear")
            if isinstance(state, Choose):
                self.turn.texts += menu(state.options, self.flow, self.session.language)
        else:
            self.prompt(state)

    # -- time --

    def tick(self) -> None:
        if self.now >= self.session.expires_at:
            self.expire()
        elif self.now >= due_at(self.flow, self.session):
            state = self.question()
            self.turn.path.append(self.mark + state.name)
            if state.timeout and self.now >= times_out_at(state, self.session):
                self.session.silent += 1
                self.enter(self.leave("timeout", state.timeout.then))
                return
            assert state.remind, "nothing else is due"
            missed = int((self.now - self.session.waits_since) // state.remind.after)
            # The clock may have stood still: once for all that were missed.
            self.session.reminded = max(self.session.reminded + 1, missed)
            self.leave("remind", "")
            if has_text(self.flow, f"{state.name}.remind"):
                self.say(f"{state.name}.remind")
                self.turn.prompted = not isinstance(state, Consent)  # a consent is given to its own wording
            else:
                self.prompt(state)

    def expire(self) -> None:
        """Nobody answered. A called flow leaves that to the flow that began it all."""
        session = self.session
        if session.callers:
            self.turn.wants = Returned(outermost(session), Outcome(EXPIRED))
            return
        self.turn.path.append(session.state)
        if self.flow.expired and session.silent < MAX_SILENT:
            session.silent += 1
            session.expires_at = self.now + session.lasts  # else a question there would expire at once
            self.enter(self.leave("expired", self.flow.expired))
        else:
            self.leave("expired", "")
            self.turn.session = None

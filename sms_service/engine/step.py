"""The one function: (flow, session, what happened, now) -> Turn. Pure; a session that comes in is never changed."""

from __future__ import annotations

import msgspec

from sms_service.engine.answers import fold, read_answer, read_key
from sms_service.engine.model import (
    MAX_STEPS,
    Ask,
    Begin,
    Cause,
    Choose,
    Collect,
    Consent,
    Decide,
    Decision,
    Do,
    Effect,
    End,
    Flow,
    Heard,
    Outcome,
    Question,
    Reading,
    Say,
    Session,
    Show,
    Tick,
    Turn,
    Variables,
)


class FlowFault(Exception):
    """The flow led nowhere: a state or an outcome it does not have, or a circle without a question. The message is a
    sentence for the operator. The loader refuses such files; this is the net under it."""


def step(flow: Flow, session: Session, cause: Cause, now: float) -> Turn:
    """One step of one session. If the Turn asks for an effect, perform it and step again with its Outcome.

    Raises FlowFault, and texts.TemplateFailed where a text cannot be rendered; then nothing of the step counts.
    """
    walk = _Walk(flow, msgspec.structs.replace(session, variables=dict(session.variables)), now)
    match cause:
        case Begin():
            walk.session.expires_at = now + flow.expires_after
            walk.enter(cause.at or flow.first, cause.reading)
        case Outcome():
            walk.outcome(cause)
        case Heard():
            walk.session.expires_at = now + flow.expires_after
            walk.answer(cause)
        case Show():
            walk.prompt(walk.question())
        case Tick():
            walk.tick()
    return walk.turn


def due_at(flow: Flow, session: Session) -> float:
    """When the session next wants a Tick: its reminder or its expiry, whichever comes first."""
    state = flow.states[session.state]
    remind = state.remind if isinstance(state, Question) else None
    if remind is None or session.reminded >= remind.times:
        return session.expires_at
    return min(session.expires_at, session.waits_since + remind.after * (session.reminded + 1))


def text_of(flow: Flow, session: Session, slot: str) -> str:
    """The text of `slot` in the session's language (else the flow's first), in its USSD form where it has one."""
    for language in (session.language, flow.languages[0]):
        for key in (f"{slot}@{language}:{session.kind}", f"{slot}@{language}"):
            if key in flow.templates:
                return flow.templates.render(key, {**flow.constants, **session.variables})
    raise FlowFault(f"flow {flow.name} has no text {slot}")


class _Walk:
    """One step under way: the session as it changes, and the Turn as it grows."""

    def __init__(self, flow: Flow, session: Session, now: float) -> None:
        self.flow, self.session, self.now = flow, session, now
        self.turn = Turn(session=session)

    # -- going through states --

    def enter(self, name: str, reading: Reading | None = None) -> None:
        """Goes on from state `name` until a question, an effect or an end. `reading` serves the first `collect`."""
        for _ in range(MAX_STEPS):
            state = self.flow.states.get(name)
            if state is None:
                raise FlowFault(f"flow {self.flow.name} leads to state {name}, which it does not have")
            self.turn.passed.append(name)
            self.session.state, self.session.asked, self.session.tries, self.session.reminded = name, "", 0, 0
            self.session.waits_since, self.session.prompt, self.session.hop = self.now, "", 0
            match state:
                case Say():
                    self.say(f"{name}.say")
                    name = state.next
                case Decide():
                    name = self.decide(state)
                case Do():
                    self.turn.effect = Effect(state.effect, self.session)
                    return
                case Collect():
                    if self.fill(state, reading or Reading()):
                        return
                    name = state.next
                case End():
                    if state.says:
                        self.say(f"{name}.say")
                    self.turn.session = None
                    return
                case _:
                    self.prompt(state)
                    return
        raise FlowFault(f"flow {self.flow.name} passed {MAX_STEPS} states without a question, last {name}")

    def outcome(self, outcome: Outcome) -> None:
        state = self.flow.states[self.session.state]
        if not isinstance(state, Do) or outcome.name not in state.outcomes:
            raise FlowFault(f"flow {self.flow.name}, state {state.name}: no way on for outcome {outcome.name}")
        self.session.variables.update(outcome.variables)
        if state.says:
            self.say(f"{state.name}.say")
        self.enter(state.outcomes[outcome.name])

    def decide(self, state: Decide) -> str:
        known: Variables = {**self.flow.constants, **self.session.variables}
        return next(
            (to for condition, to in state.cases if self.flow.templates.holds(condition, known)), state.otherwise
        )

    # -- asking and answering --

    def question(self) -> Question:
        state = self.flow.states[self.session.state]
        if not isinstance(state, Question):
            raise FlowFault(f"flow {self.flow.name}: the session waits in {state.name}, which asks nothing")
        return state

    def say(self, slot: str) -> None:
        self.turn.texts.append(text_of(self.flow, self.session, slot))

    def prompt(self, state: Question) -> None:
        """Says the open question itself."""
        self.say(f"{state.name}.{self.session.asked}.ask" if isinstance(state, Collect) else f"{state.name}.say")
        self.turn.prompted = True

    def answer(self, heard: Heard) -> None:
        state = self.question()
        match state:
            case Ask():
                if state.field.name in heard.reading.values:
                    self.session.variables[state.field.name] = heard.reading.values[state.field.name]
                    self.enter(state.next)
                else:
                    self.unclear(state)
            case Collect():
                if not self.fill(state, heard.reading):
                    self.enter(state.next)
            case Choose() if heard.seen:
                key = read_key(heard.text, [option.key for option in state.options])
                chosen = next((option for option in state.options if option.key == key), None)
                self.enter(chosen.next) if chosen else self.unclear(state)
            case Consent() if heard.seen:
                self.consent(state, heard.text)
            case _:  # she cannot have seen the question: whatever she typed answers something else
                self.prompt(state)

    def consent(self, state: Consent, text: str) -> None:
        verdict = read_answer(text, self.session.language, "consent")
        key = read_key(text, [state.yes.key, state.no.key, *(option.key for option in state.others)])
        other = next((option for option in state.others if option.key == key), None)
        against = {state.no.key, *(option.key for option in state.others)}
        if verdict == "yes" and key is None and against.intersection(fold(text).split()):
            verdict = "unclear"  # "yes 3": the word and the key say different things
        if verdict == "yes" or key == state.yes.key:
            self.turn.decision = Decision(state.purpose, "given", text, verdict if key is None else key, state.name)
            self.enter(state.yes.next)
        elif verdict in ("no", "stop") or key == state.no.key:
            self.turn.decision = Decision(state.purpose, "refused", text, verdict if key is None else key, state.name)
            self.enter(state.no.next)
        elif verdict == "wrong_number":
            self.turn.decision = Decision(state.purpose, "wrong_number", text, verdict, state.name)
            self.enter(state.wrong_number)
        elif other:
            self.enter(other.next)
        else:
            self.unclear(state)

    def fill(self, state: Collect, reading: Reading) -> bool:
        """Takes what was read; True if something is still to be asked (and has been), False if all is there."""
        variables = self.session.variables
        variables.update(reading.values)
        missing = [
            f.name for f in state.fields if f.name not in variables and not (f.optional and f.name in reading.wrong)
        ]
        asked_before = self.session.asked
        for name in reading.wrong:
            self.say(f"{state.name}.{name}.wrong")
        if not missing:
            return False
        self.session.asked = next((name for name in missing if name in reading.wrong), missing[0])
        if asked_before and not reading.values:
            self.session.tries += 1
            if self.session.tries > state.unclear.times and state.unclear.then:
                self.turn.texts.clear()
                self.enter(state.unclear.then)
                return True
        else:
            self.session.tries = 0
        if self.session.asked not in reading.wrong:
            self.say(f"{state.name}.{self.session.asked}.ask")
        self.turn.prompted = True
        return True

    def unclear(self, state: Ask | Choose | Consent) -> None:
        self.session.tries += 1
        if self.session.tries > state.unclear.times and state.unclear.then:
            self.enter(state.unclear.then)
        elif f"{state.name}.unclear@{self.flow.languages[0]}" in self.flow.templates:
            self.say(f"{state.name}.unclear")
        else:
            self.prompt(state)

    # -- time --

    def tick(self) -> None:
        if self.now >= self.session.expires_at:
            if self.flow.expired:
                self.session.expires_at = (
                    self.now + self.flow.expires_after
                )  # else a question there would expire at once
                self.enter(self.flow.expired)
            else:
                self.turn.session = None
        elif self.now >= due_at(self.flow, self.session):
            self.session.reminded += 1
            self.prompt(self.question())

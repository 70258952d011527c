"""One step under way: the session as it changes, the Turn as it grows, and what a state says to a person."""

from __future__ import annotations

import msgspec

from sms_service.engine.model import (
    MAX_TRAIL,
    AnyState,
    Ask,
    Choose,
    Collect,
    Consent,
    Field,
    Flow,
    Option,
    Question,
    Reading,
    Session,
    Turn,
    Variables,
)


class FlowFault(Exception):
    """The flow led nowhere: a state or an outcome it does not have, or a circle without a question. The message is a
    sentence for the operator. The loader refuses such files; this is the net under it."""


# --- what stands in a flow ----------------------------------------------------------------------------------------


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


def menu(options: tuple[Option, ...], flow: Flow, language: str) -> list[str]:
    """The lines of a menu, for options that have labels: `1. Hindi`."""
    return [
        f"{option.key}. {option.labels.get(language) or option.labels[flow.languages[0]]}"
        for option in options
        if option.labels
    ]


def has_text(flow: Flow, slot: str) -> bool:
    """Whether there is a text for this slot; a flow has it in its first language, or not at all."""
    return f"{slot}@{flow.languages[0]}" in flow.templates


def spoken_of(session: Session) -> Variables:
    """The variables of texts and conditions. `repaired` is what was typed where a sign was read as another."""
    return {**session.variables, "repaired": ", ".join(session.repaired.values())}


def text_of(flow: Flow, session: Session, slot: str, more: Variables | None = None) -> str:
    """The text of `slot` in the session's language (else the flow's first), in its USSD form where it has one."""
    for language in (session.language, flow.languages[0]):
        for key in (f"{slot}@{language}:{session.kind}", f"{slot}@{language}"):
            if key in flow.templates:
                return flow.templates.render(key, {**flow.constants, **spoken_of(session), **(more or {})})
    raise FlowFault(f"flow {flow.name} has no text {slot}")


# --- one step -----------------------------------------------------------------------------------------------------


class Walk:
    """One step of `session` (a copy, free to change) in `flow`; what comes of it is `turn`."""

    def __init__(self, flow: Flow, session: Session, now: float) -> None:
        self.flow, self.session, self.now = flow, session, now
        self.turn = Turn(session=session)
        self.came: Reading | None = None  # what came along with the keyword, for the first question
        self.mark = f"{flow.name}/" if session.callers else ""  # states of a called flow have its name in the path

    def arrive(self, name: str) -> AnyState:
        """Stands in state `name` from now on. Raises FlowFault."""
        state = self.flow.states.get(name)
        if state is None:
            raise FlowFault(f"flow {self.flow.name} leads to state {name}, which it does not have")
        self.turn.path.append(self.mark + name)
        self.turn.passed += 1
        session = self.session
        session.state, session.asked, session.tries, session.reminded = name, "", 0, 0
        session.waits_since, session.prompt, session.hop, session.reminders = self.now, "", 0, []
        return state

    def leave(self, way: str, to: str) -> str:
        """Where `way` leads: to state `to`."""
        self.turn.path.append(way)
        return to

    def question(self) -> Question:
        """The state that the session waits in. Raises FlowFault."""
        state = self.flow.states[self.session.state]
        if not isinstance(state, Question):
            raise FlowFault(f"flow {self.flow.name}: the session waits in {state.name}, which asks nothing")
        return state

    # -- what is known --

    def take(self, reading: Reading) -> None:
        """Keeps what was read, in place of what was read before for the same fields."""
        session = self.session
        for name, value in reading.values.items():
            self.forget(name)
            session.variables[name] = value
        session.repaired.update(reading.repaired)
        session.flagged.update(reading.flagged)

    def forget(self, name: str) -> None:
        """Forgets the value of one field."""
        for known in (self.session.variables, self.session.repaired, self.session.flagged):
            known.pop(name, None)

    # -- what is said --

    def say(self, slot: str) -> None:
        """Says the text of `slot`."""
        self.turn.texts.append(text_of(self.flow, self.session, slot))

    def prompt(self, state: Question) -> None:
        """Says the open question itself, with its menu."""
        self.say(f"{state.name}.{self.session.asked}.ask" if isinstance(state, Collect) else f"{state.name}.say")
        self.turn.texts += menu(options_of(state, self.session.asked), self.flow, self.session.language)
        self.turn.prompted = True

    def wrong(self, state: Ask | Collect, field: Field, reading: Reading) -> list[str]:
        """What is wrong with the answer to one field: the flow's words for this problem, its words for any, the service's.

        A flow need not have the first in a language that the service has words in.
        """
        problem = reading.wrong.get(field.name, "")
        own = f"{state.name}.{field.name}.wrong"
        slots = (f"{own}.{problem}", own, f"{state.name}.unclear", f"type:{field.type}.{problem}")
        for language in (self.session.language, self.flow.languages[0]):
            for slot in slots:
                if f"{slot}@{language}" in self.flow.templates:
                    text = text_of(self.flow, self.session, slot, field.parameters)
                    return [text, *menu(field.options, self.flow, self.session.language)]
        return []

    # -- what is kept of the way --

    def misunderstood(self, state: Question) -> str | None:
        """Counts an answer that was not understood. Where to go on after one too many; None: ask again."""
        self.session.tries += 1
        self.turn.path.append("unclear")
        return state.unclear.then if self.session.tries > state.unclear.times else None

    def remember(self, asked: str = "") -> None:
        """One can come back to this question (to its field `asked`)."""
        self.session.trail = [*self.session.trail, (self.session.state, asked)][-MAX_TRAIL:]

    def no_way_back(self) -> None:
        """What was done cannot be undone by going back, nor by going back in a flow that called this one."""
        session = self.session
        session.trail.clear()
        session.callers = [msgspec.structs.replace(caller, trail=[]) for caller in session.callers]

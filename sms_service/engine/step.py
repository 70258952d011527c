"""The one function: (flow, session, what happened, now) -> Turn. Pure; a session that comes in is never changed."""

from __future__ import annotations

import msgspec

from sms_service.engine.answering import answer, go_back
from sms_service.engine.collecting import fill, start_over
from sms_service.engine.model import (
    EXPIRED,
    MAX_STEPS,
    WENT_BACK,
    WENT_TO_FIRST,
    AnyState,
    Ask,
    Begin,
    Call,
    Called,
    Cause,
    Collect,
    Decide,
    Do,
    Effect,
    End,
    Flow,
    Heard,
    Input,
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
from sms_service.engine.navigation import caller_of
from sms_service.engine.waiting import expire, tick
from sms_service.engine.walk import FlowFault, Walk, spoken_of


def step(flow: Flow, session: Session, cause: Cause, now: float, states: int = MAX_STEPS) -> Turn:
    """One step of one session. If the Turn wants an effect, a call or a return, do it and step again with its Outcome.

    `states` is how many may still be passed: MAX_STEPS less those that the steps before in the same turn `passed`.
    Raises FlowFault, and texts.TemplateFailed where a text cannot be rendered; then nothing of the step counts.
    """
    kept = msgspec.structs.replace(
        session, variables=dict(session.variables), trail=list(session.trail),
        repaired=dict(session.repaired), flagged=dict(session.flagged),
    )  # fmt: skip
    walk = Walk(flow, kept, now)
    on = _happened(walk, cause)
    while on is not None and walk.turn.passed < states:
        on = _through(walk, walk.arrive(on))
    if on is None:
        if walk.turn.wants is None:
            kept.answered = None  # what a later turn brings about was not decided in this one
        return walk.turn
    raise FlowFault(f"flow {flow.name} passed {MAX_STEPS} states without a question, last {on}")


# Each of the functions below says where the walk goes on, or None: it waits, has ended, or something is to come first.


def _happened(walk: Walk, cause: Cause) -> str | None:
    session, now = walk.session, walk.now
    match cause:
        case Begin():
            if not session.callers:
                session.lasts, session.expires_at = walk.flow.expires_after, now + walk.flow.expires_after
            walk.came = cause.reading
            return cause.at or walk.flow.first
        case Outcome():
            return _outcome(walk, cause)
        case Heard():
            session.waits_since, session.reminded, session.silent, session.expires_at = now, 0, 0, now + session.lasts
            return answer(walk, cause)
        case Show():
            walk.prompt(walk.question())
            return None
        case Tick():
            return tick(walk)


def _through(walk: Walk, state: AnyState) -> str | None:
    """Does what a state does."""
    if isinstance(state, Question):
        return _ask(walk, state)
    if state.says and not isinstance(state, Do):
        walk.say(f"{state.name}.say")
    match state:
        case Say():
            return walk.leave("next", state.next)
        case Decide():
            return _decide(walk, state)
        case Do():
            walk.no_way_back()
            walk.turn.wants = Effect(state.effect, walk.session, _given(walk, state.inputs))
        case Call():
            walk.turn.wants = Called(state.flow, walk.session, _given(walk, state.inputs))
        case End():
            _end(walk, state)
    return None


def _ask(walk: Walk, state: Question) -> str | None:
    """Asks, unless the answer came along with the keyword."""
    came, walk.came = walk.came, None
    match state:
        case Collect():
            if came is None:
                start_over(walk, state)
            return fill(walk, state, came or Reading())
        case Ask() if came and state.field.name in came.values:
            walk.take(came)
            return walk.leave("next", state.next)
    walk.prompt(state)
    return None


def _decide(walk: Walk, state: Decide) -> str:
    known: Variables = {**walk.flow.constants, **spoken_of(walk.session)}
    for number, (condition, to) in enumerate(state.cases, start=1):
        if walk.flow.templates.holds(condition, known):
            return walk.leave(str(number), to)
    return walk.leave("else", state.otherwise)


def _given(walk: Walk, inputs: dict[str, Input]) -> Variables:
    """What an effect or a called flow gets. A variable that has no value is not given."""
    values: Variables = {}
    for parameter, source in inputs.items():
        value: object = source.value
        if source.variable:
            value = walk.session.variables
            for part in source.variable.split("."):
                value = value.get(part) if isinstance(value, dict) else None
        if value is not None:
            values[parameter] = value
    return values


def _outcome(walk: Walk, outcome: Outcome) -> str | None:
    """What an effect or a called flow has come to."""
    if outcome.name == EXPIRED:
        return expire(walk)
    if outcome.name in (WENT_BACK, WENT_TO_FIRST):
        go_back(walk, outcome.name)
        return None
    state = walk.flow.states[walk.session.state]
    ways = state.outcomes if isinstance(state, Do | Call) else {}
    named = next((name for name in (outcome.name, outcome.kind) if name in ways), None)
    if named is None:
        raise FlowFault(f"flow {walk.flow.name}, state {state.name}: no way on for outcome {outcome.name}")
    if isinstance(state, Call):
        walk.turn.path += ["return", walk.mark + state.name]
        walk.session.variables[state.into] = outcome.variables
    else:
        walk.session.variables.update(outcome.variables)
        if state.says:
            walk.say(f"{state.name}.say")
    return walk.leave(named, ways[named])


def _end(walk: Walk, state: End) -> None:
    caller, known = caller_of(walk.session), walk.session.variables
    if caller is None:
        walk.turn.session = None
        return
    gives = {name: known[name] for name in walk.flow.gives if name in known}
    walk.turn.wants = Returned(caller, Outcome(state.result, gives))

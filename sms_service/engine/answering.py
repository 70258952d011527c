"""What a person typed, as the answer to the open question; or as the wish to go back to an earlier one."""

from __future__ import annotations

from sms_service.engine.answers import chosen, fold, is_doubtful, read_answer, read_key
from sms_service.engine.collecting import SKIP, fill
from sms_service.engine.model import (
    WENT_BACK,
    WENT_TO_FIRST,
    Ask,
    Choose,
    Collect,
    Consent,
    Decision,
    Flow,
    Heard,
    Outcome,
    Question,
    Returned,
    Session,
)
from sms_service.engine.navigation import BACK, RESTART, remembering
from sms_service.engine.walk import Walk, fields_of, has_text, menu, options_of

GOES_BACK = {BACK: WENT_BACK, RESTART: WENT_TO_FIRST}
"""What the two keys do, as the outcome by which a called flow hands over: from its first question one goes back out of it."""


def offers_back(flow: Flow, session: Session) -> bool:
    """Whether "0" leads from the open question to the one before; a menu published earlier may have the key for
    itself, which the checker refuses today."""
    state = flow.states[session.state]
    if not isinstance(state, Question) or not state.back or not remembering(session):
        return False
    if any(field.zero for field in fields_of(state) if session.asked in ("", field.name)):
        return False
    return BACK not in [option.key for option in options_of(state, session.asked)]


def answer(walk: Walk, heard: Heard) -> str | None:
    """Takes what she typed. Where to go on; None: she was asked again, or asked something else."""
    state, session = walk.question(), walk.session
    walk.turn.path.append(walk.mark + state.name)
    typed = fold(heard.text)
    if typed in GOES_BACK and offers_back(walk.flow, session) and not heard.reading.values:
        outer = remembering(session)[0 if typed == BACK else -1]
        if len(outer.callers) < len(session.callers):
            walk.turn.wants = Returned(outer, Outcome(GOES_BACK[typed]))
        else:
            go_back(walk, GOES_BACK[typed])
        return None
    if not heard.seen and _by_key(state, session.asked):
        walk.prompt(state)  # she cannot have seen the question: whatever she typed answers something else
        return None
    match state:
        case Ask():
            if state.field.name in heard.reading.values:
                walk.take(heard.reading)
                return _answered(walk, "next", state.next)
            return _unclear(walk, state, walk.wrong(state, state.field, heard.reading))
        case Collect():
            return fill(walk, state, heard.reading, skips=heard.text.strip() == SKIP)
        case Choose():
            option = chosen(heard.text, state.options, session.language)
            return _answered(walk, option.key, option.next) if option else _unclear(walk, state)
        case Consent():
            return _consent(walk, state, heard.text)
    return None


def go_back(walk: Walk, how: str) -> None:
    """To the question before, or (`how` = WENT_TO_FIRST) to the first that can still be changed; its answer is forgotten."""
    name, asked = "", ""
    while walk.session.trail:
        name, asked = walk.session.trail.pop()
        state = walk.flow.states[name]
        walk.forget(asked or (state.field.name if isinstance(state, Ask) else ""))
        if how == WENT_BACK:
            break
    found = walk.arrive(walk.leave("back", name))
    assert isinstance(found, Question), "only questions are remembered"
    walk.session.asked = asked
    walk.prompt(found)


def _by_key(state: Question, asked: str) -> bool:
    """Whether a bare number may answer this question: then it counts only from somebody who has seen the question."""
    if isinstance(state, Ask | Collect):
        return any(field.by_key for field in fields_of(state) if asked in ("", field.name))
    return True


def _answered(walk: Walk, way: str, to: str) -> str:
    """On to the next state; one can come back to this question."""
    walk.remember()
    return walk.leave(way, to)


def _unclear(walk: Walk, state: Ask | Choose | Consent, wrong: list[str] | None = None) -> str | None:
    """Says what is wrong, or asks again; after too many tries it goes on."""
    if given_up := walk.misunderstood(state):
        return given_up
    if wrong:
        walk.turn.texts += wrong
    elif has_text(walk.flow, f"{state.name}.unclear"):
        walk.say(f"{state.name}.unclear")
        if isinstance(state, Choose):
            walk.turn.texts += menu(state.options, walk.flow, walk.session.language)
    else:
        walk.prompt(state)
    return None


def _consent(walk: Walk, state: Consent, text: str) -> str | None:
    """A yes or no for the ledger, beyond doubt; another key of the state; or neither."""
    verdict = read_answer(text, walk.session.language, "consent")
    key = read_key(text, [state.yes.key, state.no.key, *(option.key for option in state.others)])
    other = next((option for option in state.others if option.key == key), None)
    against = {state.no.key, *(option.key for option in state.others)}
    if verdict == "yes" and key is None and against.intersection(fold(text).split()):
        verdict = "unclear"  # the word says yes, and beside it stands the key of something else
    if key == state.yes.key and is_doubtful(text):
        verdict, key = "unclear", None  # 1 with a cross beside it, or with a question mark
    if verdict == "yes" or key == state.yes.key:
        return _decided(walk, "yes", state.yes.next, Decision(state.purpose, "given", text, key or verdict, state.name))
    if verdict in ("no", "stop") or key == state.no.key:
        return _decided(walk, "no", state.no.next, Decision(state.purpose, "refused", text, key or verdict, state.name))
    if verdict == "wrong_number":
        wrong_number = Decision(state.purpose, verdict, text, verdict, state.name)
        return _decided(walk, verdict, state.wrong_number, wrong_number)
    return _answered(walk, other.key, other.next) if other else _unclear(walk, state)


def _decided(walk: Walk, way: str, to: str, decision: Decision) -> str:
    walk.turn.decision = decision
    walk.no_way_back()  # it stands in the ledger; a change of mind is a new decision, not a step back
    return walk.leave(way, to)

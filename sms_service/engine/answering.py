"""What a person typed, as the answer to the open question; or as the wish to go back to an earlier one."""

from __future__ import annotations

from typing import Literal

from sms_service.engine.ahead import ahead
from sms_service.engine.answers import chosen, fold, is_doubtful, read_answer, read_key
from sms_service.engine.collecting import SKIP, fill
from sms_service.engine.model import (
    MEMBERSHIP,
    WENT_BACK,
    WENT_TO_FIRST,
    Answered,
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
                return _answered(walk, heard, "next", state.next, _verdict(heard.reading.values[state.field.name]))
            return _unclear(walk, state, walk.wrong(state, state.field, heard.reading))
        case Collect():
            return fill(walk, state, heard.reading, skips=heard.text.strip() == SKIP)
        case Choose():
            option = chosen(heard.text, state.options, session.language)
            if option is None:
                return _ran_ahead(walk, state, heard)
            return _answered(walk, heard, option.key, option.next, option.key)
        case Consent():
            return _consent(walk, state, heard)
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


def _answered(walk: Walk, heard: Heard, way: str, to: str, verdict: str) -> str:
    """On to the next state; one can come back to this question."""
    _note(walk, heard, verdict)
    walk.remember()
    return walk.leave(way, to)


def _note(walk: Walk, heard: Heard, verdict: str) -> None:
    """Keeps which question was answered: where the walk arrives next, it is another one's turn."""
    session = walk.session
    session.answered = Answered(
        session.state, session.prompt, session.hop, session.prompt_language, session.hop_language, heard.text, verdict
    )


def _verdict(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else ""


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


def _consent(walk: Walk, state: Consent, heard: Heard) -> str | None:
    """A yes or no for the ledger, beyond doubt; another key of the state; or neither."""
    text = heard.text
    question: Literal["consent", "yes_no"] = "consent" if state.purpose == MEMBERSHIP else "yes_no"
    verdict = read_answer(text, walk.session.language, question)
    key = read_key(text, [state.yes.key, state.no.key, *(option.key for option in state.others)])
    other = next((option for option in state.others if option.key == key), None)
    against = {state.no.key, *(option.key for option in state.others)}
    if verdict == "yes" and key is None and against.intersection(fold(text).split()):
        verdict = "unclear"  # the word says yes, and beside it stands the key of something else
    if key == state.yes.key and is_doubtful(text):
        verdict, key = "unclear", None  # 1 with a cross beside it, or with a question mark
    if verdict == "yes" or key == state.yes.key:
        given = Decision(state.purpose, "given", text, key or verdict, state.name)
        return _decided(walk, heard, "yes", state.yes.next, given)
    if verdict in ("no", "stop") or key == state.no.key:
        refused = Decision(state.purpose, "refused", text, key or verdict, state.name)
        return _decided(walk, heard, "no", state.no.next, refused)
    if verdict == "wrong_number":
        wrong_number = Decision(state.purpose, verdict, text, verdict, state.name)
        return _decided(walk, heard, verdict, state.wrong_number, wrong_number)
    return _answered(walk, heard, other.key, other.next, other.key) if other else _ran_ahead(walk, state, heard)


def _ran_ahead(walk: Walk, state: Choose | Consent, heard: Heard) -> str | None:
    """`2 name Ram Kumar`: through the menus that she answered in one text, to the question that it has no answer to yet. A
    key with something that cannot be read behind it (`2 of us came`) is no answer."""
    found = ahead(walk.flow, state, heard.text)
    has_value = bool(found and found.asks and found.asks.field.name in heard.reading.values)
    if found is None or not (has_value or found.named):
        return _unclear(walk, state)
    *before, (key, last) = found.ways
    _note(walk, heard, found.ways[0][0])
    walk.remember()
    for way, to in before:
        walk.arrive(walk.leave(way, to))
    if not (has_value and found.asks):
        return walk.leave(key, last)
    walk.arrive(walk.leave(key, last))
    walk.take(heard.reading)
    return walk.leave("next", found.asks.next)


def _decided(walk: Walk, heard: Heard, way: str, to: str, decision: Decision) -> str:
    _note(walk, heard, decision.verdict)
    walk.turn.decision = decision
    walk.no_way_back()  # it stands in the ledger; a change of mind is a new decision, not a step back
    return walk.leave(way, to)

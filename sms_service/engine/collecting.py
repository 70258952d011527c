"""A `collect`: several fields, from one line or one by one, until all that is needed is there."""

from __future__ import annotations

from sms_service.engine.model import Collect, Field, Reading
from sms_service.engine.walk import Walk

A_LINE = 2
"""Fields that one text brings when it is a line rather than an answer."""

SKIP = "-"
"""Sent alone, it leaves an optional field empty."""


def fill(walk: Walk, state: Collect, reading: Reading, skips: bool = False) -> str | None:
    """Takes what was read and asks for what is missing. Where to go on, or None: it has asked, and waits.

    A field that was asked for in vain is asked for again, as often as the state says; an optional one is then left empty,
    and at once if she `skips` it.
    """
    session, before = walk.session, walk.session.asked
    walk.take(reading)
    missing = _missing(walk, state)
    unanswered = next((field for field in missing if field.name == before), None)
    if reading.values:
        session.tries = 0
    elif unanswered and unanswered.optional and (skips or session.tries >= state.unclear.times):
        missing.remove(unanswered)
    elif unanswered and (given_up := walk.misunderstood(state)):
        return given_up
    if not missing:
        if before:
            walk.remember(before)
        return walk.leave("next", state.next)
    wrong = [field for field in missing if field.name in reading.wrong]
    session.asked, session.prompt, session.hop, session.reminders = (wrong or missing)[0].name, "", 0, []
    if not before and state.says:
        walk.say(f"{state.name}.say")
    if before not in ("", session.asked):  # a question of its own, with its own tries
        session.tries = 0
        walk.remember(before)
    said = [text for field in wrong for text in walk.wrong(state, field, reading)]
    walk.turn.texts += said
    if said:
        walk.turn.prompted = True
    else:
        walk.prompt(state)
    for field in _also(walk, missing, reading):
        walk.say(f"{state.name}.{field.name}.ask")
    return None


def _also(walk: Walk, missing: list[Field], reading: Reading) -> list[Field]:
    """What else is missing in a line of SMS: told along with its first gap, so that one more text can bring it all.

    Not by USSD, whose screen holds one question, nor where somebody answers question by question.
    """
    if walk.session.kind != "sms" or len(reading.values) < A_LINE:
        return []
    return [
        field
        for field in missing
        if not (field.optional or field.options or field.name in reading.wrong or field.name == walk.session.asked)
    ]


def start_over(walk: Walk, state: Collect) -> None:
    """Led to again with everything there ("Right? Yes 1, again 2"), a `collect` forgets it and asks anew."""
    session = walk.session
    if any(field.name not in session.variables for field in state.fields if not field.optional):
        return
    for field in state.fields:
        walk.forget(field.name)
    first = next((n for n, (name, _) in enumerate(session.trail) if name == state.name), len(session.trail))
    del session.trail[first:]  # what was asked since may speak of what is forgotten now


def _missing(walk: Walk, state: Collect) -> list[Field]:
    """The fields that have no value yet, without the optional ones that were asked for and left empty."""
    known, trail = walk.session.variables, walk.session.trail
    return [
        field
        for field in state.fields
        if field.name not in known and not (field.optional and (state.name, field.name) in trail)
    ]

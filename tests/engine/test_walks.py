"""Random walks through random flows: whatever is answered, the dialogue goes by the ways of its file, and never breaks."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sms_service.authoring.load import load_flow
from sms_service.authoring.ways import Way, ways_out
from sms_service.engine.answering import offers_back
from sms_service.engine.model import (
    DAY,
    EXPIRED,
    MAX_STEPS,
    MAX_TRAIL,
    Ask,
    Call,
    Called,
    Collect,
    Consent,
    Effect,
    Flow,
    Outcome,
    Question,
    Returned,
    Show,
)
from sms_service.engine.navigation import outermost, remembering
from sms_service.engine.waiting import due_at
from tests.engine.conftest import VOCABULARY, Play, Step

TYPED = (
    "1",
    "1",
    "1",
    "2",
    "0",
    "0",
    "00",
    "98",
    "tea",
    "yes",
    "haan ji",
    "no",
    "STOP",
    "wrong number",
    "yes but",
    "one",
    "",
    "x 1 y",
)
PROBLEMS = {"name": "not_a_name", "number": "too_small", "choice": "not_an_option"}
VALUES = {"name": "Ram", "number": 0, "choice": "tea"}
AFTER = ("1 hour", "1 day", "3 days")

kinds = st.sampled_from(
    ["say", "decide", "do", "call", "ask", "choose", "collect", "consent", "ask", "choose", "collect"]
)
maybe = st.booleans()


@st.composite
def flows(draw: st.DrawFn, name: str, calls: str) -> Flow:
    """A flow of a few states that may call the flow `calls`. A state that asks nothing leads only to later ones, so that
    no circle is without a question; those that ask lead anywhere."""
    names = [f"s{number}" for number in range(draw(st.integers(1, 6)))]
    ends = ["bye", "gone"]
    anywhere = st.sampled_from([*names, *ends])
    states: dict[str, Any] = {"bye": {"end": True}, "gone": {"say": "Gone.", "end": "gone"}}
    for number, state in enumerate(names):
        later = st.sampled_from([*names[number + 1 :], *ends])
        states[state] = draw(one_state(state, later, anywhere, calls))
    head: dict[str, Any] = {"flow": name, "about": "a flow", "languages": ["en"], "gives": ["v0"]}
    if draw(maybe):
        head["expires"] = {"after": "2 days", **({"then": draw(anywhere)} if draw(maybe) else {})}
    first = {state: states.pop(state) for state in names}
    return load_flow(json.dumps({**head, "states": {**first, **states}}), name, VOCABULARY)


@st.composite
def one_state(
    draw: st.DrawFn, name: str, later: st.SearchStrategy[str], anywhere: st.SearchStrategy[str], calls: str
) -> dict[str, Any]:
    """One state, of any kind. Variables are shared by all states, so that some are known from elsewhere."""
    kind = draw(kinds if calls else kinds.filter(lambda one: one != "call"))
    said = f"{{{{ org }}}} in {name}."
    match kind:
        case "say":
            return {"say": said, "next": draw(later)}
        case "decide":
            when = draw(st.sampled_from(["v0 is defined", "1 == 1", "1 == 2"]))
            return {"decide": [{"when": when, "next": draw(later)}, {"next": draw(later)}]}
        case "do":
            return {"do": "save", "say": said, "outcomes": {"saved": draw(later), "known": draw(later)}}
        case "call":
            return {"call": calls, "say": said, "outcomes": {"done": draw(later), "gone": draw(later)}}
    return draw(one_question(kind, said, later, anywhere))


@st.composite
def one_question(
    draw: st.DrawFn, kind: str, said: str, later: st.SearchStrategy[str], anywhere: st.SearchStrategy[str]
) -> dict[str, Any]:
    """One state that waits for an answer."""
    waits: dict[str, Any] = {"back": draw(maybe)}
    if draw(maybe):
        waits["unclear"] = {"times": draw(st.integers(1, 2)), "then": draw(anywhere)}
    if draw(maybe):
        waits["remind"] = {"after": draw(st.sampled_from(AFTER)), "times": 2}
    if draw(maybe):
        waits["timeout"] = {"after": draw(st.sampled_from(AFTER)), "then": draw(anywhere)}
    match kind:
        case "ask":
            return {"say": said, "ask": {"into": "v0", **draw(typed())}, "next": draw(anywhere), **waits}
        case "choose":
            keys = draw(st.lists(st.sampled_from(["0", "1", "2", "a"]), min_size=1, max_size=3, unique=True))
            label = {"label": "Tea"} if draw(maybe) else {}
            return {"say": said, "choose": {key: {"next": draw(anywhere), **label} for key in keys}, **waits}
        case "collect":
            asked = {f"v{n}": {"ask": f"v{n}?", **draw(typed())} for n in range(draw(st.integers(1, 3)))}
            return {"say": said, "collect": asked, "next": draw(later), **waits}
    ways = {"yes": {"key": 1, "next": draw(anywhere)}, "no": {"key": 3, "next": draw(anywhere)}}
    consent = {"purpose": "membership", **ways, "other": {"2": draw(anywhere)}, "wrong_number": draw(anywhere)}
    return {"say": said, "consent": consent, **waits}


@st.composite
def typed(draw: st.DrawFn) -> dict[str, Any]:
    """What a field asks for."""
    kind = draw(st.sampled_from(["name", "number", "choice"]))
    return {"type": kind, **({"options": {"tea": {"label": "Tea"}}} if kind == "choice" else {})}


@st.composite
def lessons(draw: st.DrawFn) -> Play:
    """A session of such a flow, which may call another one, which may call a third."""
    parts = [draw(flows("inner", "inmost")), draw(flows("inmost", ""))]
    return Play(draw(flows("lesson", "inner")), "en", draw(st.sampled_from(["sms", "ussd"])), {}, parts)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lessons(), st.data())
def test_a_walk_never_leaves_the_ways_of_its_flow(lesson: Play, data: st.DataObject) -> None:
    lesson.begin()
    for _ in range(25):
        assert_well(lesson)
        if lesson.session is None:
            return
        move(lesson, data)


def move(lesson: Play, data: st.DataObject) -> None:
    """Something happens: an effect ends, time passes, something is typed that may or may not be an answer."""
    assert lesson.session
    if isinstance(lesson.turn.wants, Effect):
        lesson.effect_ends(data.draw(st.sampled_from(["saved", "known"])), ref="AB2")
        return
    what = data.draw(st.sampled_from(["hear", "hear", "hear", "hear", "tick", "show"]))
    if what == "tick":
        lesson.tick(data.draw(st.sampled_from([60.0, 3600.0, DAY, 4 * DAY])))
    elif what == "show":
        lesson.show()
        assert lesson.turn.prompted
    else:
        state = lesson.flows[lesson.session.flow].states[lesson.session.state]
        fields = (state.field,) if isinstance(state, Ask) else state.fields if isinstance(state, Collect) else ()
        read = {field.name: data.draw(st.sampled_from(["good", "good", "wrong", "nothing"])) for field in fields}
        values = {field.name: VALUES[field.type] for field in fields if read[field.name] == "good"}
        wrong = {field.name: PROBLEMS[field.type] for field in fields if read[field.name] == "wrong"}
        seen = data.draw(maybe)
        lesson.hear(data.draw(st.sampled_from(TYPED)), seen, wrong, **values)
        assert seen or lesson.turn.decision is None


def assert_well(lesson: Play) -> None:
    """What is true after every turn, however it came about."""
    assert len(lesson.turn.path) <= 2 * MAX_STEPS
    for one in lesson.steps:
        assert_on_its_ways(one)
    if lesson.turn.decision:
        assert any(isinstance(one.flow.states[one.before.state], Consent) for one in lesson.steps)
    session = lesson.session
    if session is None or lesson.turn.wants:
        return
    flow = lesson.flows[session.flow]
    assert isinstance(flow.states[session.state], Question), "it waits only where it asked something"
    assert session.callers or outermost(session).flow == "lesson"
    assert len(session.trail) <= MAX_TRAIL
    assert all(isinstance(flow.states[name], Question) for name, _ in session.trail)
    assert offers_back(flow, session) <= bool(remembering(session))
    assert due_at(flow, session) <= session.expires_at
    if not isinstance(lesson.steps[-1].cause, Show):
        assert due_at(flow, session) > lesson.now, "else the sweeper would come back at once, for ever"


def assert_on_its_ways(one: Step) -> None:
    """Every step of the path is a way of `ways_out`; beside those there are the way back, and the end of patience."""
    flow = one.flow
    path = [name.removeprefix(f"{flow.name}/") for name in one.turn.path]
    if path[:1] == ["return"]:
        path = path[1:]
        assert path[0] == one.before.state
        assert isinstance(flow.states[path[0]], Call)
    elif isinstance(one.cause, Outcome) and one.cause.name != EXPIRED:
        path = [one.before.state, *path]
    for state, way, to in zip(path[::2], path[1::2], path[2::2], strict=False):
        if way == "back":
            assert to in [name for name, _ in one.before.trail]
        elif way == "expired":
            assert to == flow.expired
        else:
            assert Way(way, to) in ways_out(flow.states[state])
    if path and len(path) % 2 == 0:
        assert path[-1] in ("unclear", "remind", "expired"), "the last way leads somewhere"
    for state in path[:-1:2]:
        assert state in flow.states
    if isinstance(one.turn.wants, Called | Returned) and path and path[-2:-1] != ["expired"]:
        assert one.turn.session
        assert path[-1] == one.turn.session.state


@given(st.lists(st.sampled_from(TYPED), max_size=60))
def test_a_long_walk_in_one_menu_stays_small(typed_texts: list[str]) -> None:
    """Somebody plays with the keys: the session does not grow with it."""
    text = json.dumps({
        "flow": "lesson", "about": "a flow", "languages": ["en"],
        "states": {
            "one": {"say": "One?", "choose": {"1": "two", "2": "one"}},
            "two": {"say": "Two?", "ask": {"into": "v", "type": "number"}, "next": "one"},
        },
    })  # fmt: skip
    lesson = Play(load_flow(text, "lesson", VOCABULARY), "en", "sms", {})
    lesson.begin()
    sizes = []
    for heard in typed_texts:
        lesson.hear(heard, v=1) if heard == "1" else lesson.hear(heard)
        assert lesson.session
        sizes.append(len(lesson.session.trail))
    assert max(sizes, default=0) <= MAX_TRAIL
    assert all(after - before <= 1 for before, after in pairwise(sizes))

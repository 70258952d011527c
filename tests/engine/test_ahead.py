"""One text instead of three: what is wrong and what is right, as the answer to the question that offers a correction."""

from __future__ import annotations

from typing import Any

import pytest

from sms_service.engine.ahead import Ahead, ahead
from sms_service.engine.model import Ask, Question
from tests.engine.conftest import Player, flow_of

LESSON = """
ask:
  say: {en: "You are {{ name }}, booth {{ booth }}. Yes 1, mistake 2, no 3"}
  consent:
    purpose: membership
    yes: {key: 1, next: joined}
    other: {2: {words: {en: [mistake, wrong, fix, galat, गलत]}, next: mistake}, 4: later}
    no: {key: 3, next: refused}
  unclear: {say: {en: "Not clear."}}
mistake:
  say: {en: "Name 1, booth 2, none 3"}
  choose:
    1: {words: {en: [name, my name, naam, नाम]}, next: name}
    2: {words: {en: [booth]}, next: booth}
    3: {words: {en: [none of these]}, next: refused}
  unclear: {say: {en: "Which?"}}
name: {say: {en: "Name?"}, ask: {into: name, type: name}, next: ask}
booth: {say: {en: "Booth?"}, ask: {into: booth, type: number}, next: ask}
joined: {say: {en: "Welcome."}, end: true}
refused: {say: {en: "You are no member."}, end: true}
later: {say: {en: "Later."}, end: true}
"""


def found(text: str, at: str = "ask") -> Ahead | None:
    flow = flow_of(LESSON)
    state = flow.states[at]
    assert isinstance(state, Question)
    return ahead(flow, state, text)


@pytest.mark.parametrize(
    ("text", "asks", "rest"),
    [
        ("MISTAKE name Ram Kumar", "name", "Ram Kumar"),
        ("2 name Ram Kumar", "name", "Ram Kumar"),
        ("2 1 Ram Kumar", "name", "Ram Kumar"),
        ("2. name: Ram Kumar", "name", "Ram Kumar"),
        ("GALAT naam राम कुमार", "name", "राम कुमार"),
        ("गलत नाम राम कुमार", "name", "राम कुमार"),
        ("wrong name it is Ram Kumar", "name", "Ram Kumar"),
        ("wrong, my name is Ram Kumar", "name", "Ram Kumar"),
        ("naam galat hai, sahi naam Ram Kumar", "name", "Ram Kumar"),
        ("my name is Ram Kumar", "name", "Ram Kumar"),
        ("FIX name No Maya", "name", "No Maya"),
        ("mistake booth no 14", "booth", "14"),
        ("booth 14", "booth", "14"),
        ("booth 14 hai ji", "booth", "14"),
        ("booth should be 14", "booth", "14"),
        ("naam galat hai", "name", ""),
    ],
)
def test_the_rest_of_a_text_answers_the_question_that_it_leads_to(text: str, asks: str, rest: str) -> None:
    there = found(text)
    assert there
    assert isinstance(there.asks, Ask)
    assert (there.asks.name, there.rest) == (asks, rest)
    assert there.ways[0] == ("2", "mistake")


def test_the_number_of_the_menu_stands_for_its_option_where_the_menu_was_seen() -> None:
    there = found("2 14", at="mistake")
    assert there
    assert (there.ways, there.rest) == ((("2", "booth"),), "14")


@pytest.mark.parametrize(
    "text", ["3 14", "1 name Ram", "Ram Kumar", "4 booth 14", "2 of us came", "", "?", "yes booth 14"]
)
def test_nothing_else_runs_ahead_of_the_question(text: str) -> None:
    there = found(text)
    assert there is None or not (there.named or there.asks)


@pytest.mark.parametrize("text", ["3 things", "none of these please", "hello name"])
def test_nor_what_leads_to_no_question(text: str) -> None:
    assert found(text, at="mistake") is None


# --- played -------------------------------------------------------------------------------------------------------

KNOWN: dict[str, Any] = {"name": "Ram", "booth": 12}


def test_the_value_is_taken_echoed_and_she_is_asked_once_more(play: Player) -> None:
    lesson = play(LESSON, **KNOWN)
    lesson.begin()
    assert lesson.hear("MISTAKE name Ram Kumar", name="Ram Kumar") == [
        "You are Ram Kumar, booth 12. Yes 1, mistake 2, no 3"
    ]
    assert lesson.turn.path == ["ask", "2", "mistake", "1", "name", "next", "ask"]
    assert lesson.turn.decision is None


def test_what_is_half_said_leads_to_the_question_that_is_left(play: Player) -> None:
    lesson = play(LESSON, **KNOWN)
    lesson.begin()
    assert lesson.hear("wrong") == ["Name 1, booth 2, none 3"]
    assert lesson.hear("my name is wrong") == ["Name?"]
    assert lesson.hear("Ram Kumar", name="Ram Kumar") == ["You are Ram Kumar, booth 12. Yes 1, mistake 2, no 3"]


def test_a_key_with_something_that_cannot_be_read_behind_it_is_no_answer(play: Player) -> None:
    lesson = play(LESSON, **KNOWN)
    lesson.begin()
    assert lesson.hear("2 of us came") == ["Not clear."]
    assert lesson.hear("2 1 12345", wrong={"name": "not_a_name"}) == ["Not clear."]


@pytest.mark.parametrize(
    ("text", "decision"),
    [("no, wrong name Ram", "refused"), ("mistake stop", "refused"), ("wrong number", "wrong_number")],
)
def test_a_no_beside_it_is_stronger(play: Player, text: str, decision: str) -> None:
    lesson = play(LESSON, **KNOWN)
    lesson.begin()
    lesson.hear(text, name="Ram")
    assert lesson.turn.decision
    assert lesson.turn.decision.decision == decision


def test_what_she_cannot_have_seen_runs_nowhere(play: Player) -> None:
    lesson = play(LESSON, **KNOWN)
    lesson.begin()
    assert lesson.hear("2 name Ram Kumar", seen=False, name="Ram Kumar") == [
        "You are Ram, booth 12. Yes 1, mistake 2, no 3"
    ]

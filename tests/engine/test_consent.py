"""The question of consent: what decides it, what does not, and that nothing counts from somebody who cannot have seen it."""

from __future__ import annotations

import pytest

from sms_service.engine.model import Answered, Decision, Effect
from tests.engine.conftest import Player
from tests.engine.test_step import ASK_NAME, CHOOSE, COLLECT, CONSENT


@pytest.mark.parametrize(
    ("typed", "decision", "verdict", "said", "way"),
    [
        ("1", "given", "1", "Welcome.", "yes"),
        ("haan ji", "given", "yes", "Welcome.", "yes"),
        ("3", "refused", "3", "You are no member.", "no"),
        ("yes no", "refused", "no", "You are no member.", "no"),
        ("STOP", "refused", "stop", "You are no member.", "no"),
        ("wrong number", "wrong_number", "wrong_number", "Sorry.", "wrong_number"),
    ],
)
def test_a_consent_is_decided_by_the_key_or_the_words(
    play: Player, typed: str, decision: str, verdict: str, said: str, way: str
) -> None:
    lesson = play(CONSENT)
    lesson.begin()

    assert lesson.hear(typed) == [said]
    assert lesson.turn.decision == Decision("membership", decision, typed, verdict, "ask")  # type: ignore[arg-type]
    assert lesson.turn.path[:2] == ["ask", way]


def test_another_way_out_of_a_consent_decides_nothing(play: Player) -> None:
    lesson = play(CONSENT)
    lesson.begin()
    assert lesson.hear("2") == ["We correct it."]
    assert lesson.turn.decision is None


def test_a_yes_beside_the_key_of_something_else_is_unclear(play: Player) -> None:
    lesson = play(CONSENT)
    lesson.begin()
    for typed in ("yes 3", "haan 2"):
        assert lesson.hear(typed) == ["Not clear: 1, 2 or 3."]
        assert lesson.turn.decision is None


@pytest.mark.parametrize("typed", ["1 👎", "❌1", "-1", "1?", "1 🛑", "yes ✗", "haan 🤔"])
def test_a_sign_beside_it_takes_a_yes_back(play: Player, typed: str) -> None:
    lesson = play(CONSENT)
    lesson.begin()
    assert lesson.hear(typed) == ["Not clear: 1, 2 or 3."]
    assert lesson.turn.decision is None


@pytest.mark.parametrize("typed", ["1", "1.", "(1)", "1 👍", "1 🙏", "1️⃣", "haan ✅"])
def test_a_sign_that_changes_nothing_leaves_it_a_yes(play: Player, typed: str) -> None:
    lesson = play(CONSENT)
    lesson.begin()
    lesson.hear(typed)
    assert lesson.turn.decision
    assert lesson.turn.decision.decision == "given"


def test_an_unclear_answer_decides_nothing_and_ends_at_the_office(play: Player) -> None:
    lesson = play(CONSENT)
    lesson.begin()

    said = []
    for typed in ("yes but", "who is this?", "maybe"):
        said += lesson.hear(typed)
        assert lesson.turn.decision is None
    assert said == ["Not clear: 1, 2 or 3.", "Not clear: 1, 2 or 3.", "The office looks at it."]


def test_an_answer_to_a_question_she_cannot_have_seen_never_counts(play: Player) -> None:
    lesson = play(CONSENT)
    lesson.begin()

    for typed in ("1", "yes", "haan", "3", "no", "wrong number", "whatever"):
        assert lesson.hear(typed, seen=False) == ["XYZ: join? Yes 1, a mistake 2, no 3"]
        assert lesson.turn.decision is None
        assert lesson.turn.prompted
    assert lesson.hear("1") == ["Welcome."], "asking again did not use up her tries"


def test_a_menu_she_cannot_have_seen_is_shown_again(play: Player) -> None:
    lesson = play(CHOOSE)
    lesson.begin()
    assert lesson.hear("1", seen=False) == ["1 tea 2 coffee"]
    assert lesson.hear("1") == ["Tea it is."]


def test_only_a_consent_makes_a_decision(play: Player) -> None:
    for states in (ASK_NAME, CHOOSE, COLLECT):
        lesson = play(states)
        lesson.begin()
        for typed in ("yes", "1", "no", "STOP", "haan"):
            if lesson.session:
                lesson.hear(typed)
                assert lesson.turn.decision is None


# --- what was answered, for effects that prove by it ---------------------------------------------------------------

ENDS = """
which:
  say: "Which?"
  choose: {1: sure, 2: sure}
sure:
  say: "Really?"
  ask: {into: sure, type: name}
  timeout: {after: 1 hour, then: end_it}
  next: end_it
end_it: {do: note, next: over}
over: {say: "Over.", end: true}
"""


def test_an_effect_is_told_which_question_was_answered_and_how_it_was_read(play: Player) -> None:
    lesson = play(ENDS)
    lesson.begin()
    lesson.hear("2")
    assert lesson.session
    assert lesson.session.answered is None, "she has not answered the question that is open"
    lesson.session.prompt, lesson.session.prompt_language = "m2", "en"

    lesson.hear("yes!", sure=True)

    assert isinstance(lesson.turn.wants, Effect)
    assert lesson.turn.wants.session.answered == Answered("sure", "m2", 0, "en", "", "yes!", "yes")


def test_the_answer_to_a_menu_is_told_by_its_key_and_a_name_not_at_all(play: Player) -> None:
    lesson = play(ENDS.replace("choose: {1: sure, 2: sure}", "choose: {1: sure, 2: end_it}"))
    lesson.begin()
    lesson.hear("2")
    assert lesson.session
    assert lesson.session.answered == Answered("which", text="2", verdict="2")

    lesson = play(ENDS)
    lesson.begin()
    lesson.hear("1")
    lesson.hear("Ram", sure="Ram")
    assert lesson.session
    assert lesson.session.answered == Answered("sure", text="Ram")


def test_what_comes_about_by_time_was_answered_by_nobody(play: Player) -> None:
    lesson = play(ENDS)
    lesson.begin()
    lesson.hear("2")
    lesson.tick(3_601)
    assert isinstance(lesson.turn.wants, Effect)
    assert lesson.turn.wants.session.answered is None

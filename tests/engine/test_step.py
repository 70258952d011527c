"""One step of one session: every kind of state, what counts as an answer, and time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sms_service.engine.model import DAY, MAX_STEPS, Decision
from sms_service.engine.step import FlowFault, due_at
from sms_service.engine.texts import TemplateFailed
from tests.engine.conftest import HEAD, Play

Player = Callable[..., Play]
HOUR = 3600.0

ASK_NAME = """
who:
  say: {en: "Your name?"}
  ask: {into: name, type: name}
  next: thanks
thanks: {say: {en: "Thank you, {{ name }}."}, end: true}
"""

CHOOSE = """
menu:
  say: {en: "1 tea 2 coffee"}
  choose: {1: tea, 2: coffee}
tea: {say: {en: "Tea it is."}, end: true}
coffee: {say: {en: "Coffee it is."}, end: true}
"""

COLLECT = """
details:
  collect:
    mobile: {type: mobile, ask: {en: "Mobile?"}, wrong: {en: "Mobile: ten digits."}}
    name: {type: name, ask: {en: "Name?"}, wrong: {en: "Name: letters only."}}
  unclear: {times: 2, then: given_up}
  next: done
done: {say: {en: "{{ name }}, {{ mobile }}."}, end: true}
given_up: {say: {en: "Nothing was saved."}, end: true}
"""

CONSENT = """
ask:
  say: {en: "{{ org }}: join? Yes 1, a mistake 2, no 3"}
  consent:
    purpose: membership
    yes: {key: 1, next: joined}
    other: {2: mistake}
    no: {key: 3, next: refused}
    wrong_number: sorry
  unclear: {say: {en: "Not clear: 1, 2 or 3."}, times: 2, then: office}
  remind: {after: 24 hours, times: 2}
joined: {say: {en: "Welcome."}, end: true}
mistake: {say: {en: "We correct it."}, end: true}
refused: {say: {en: "You are no member."}, end: true}
sorry: {say: {en: "Sorry."}, end: true}
office: {say: {en: "The office looks at it."}, end: true}
"""


# --- each kind of state -------------------------------------------------------------------------------------------


def test_say_goes_on_by_itself_and_end_closes(play: Player) -> None:
    lesson = play("""
hello: {say: {en: "Hello."}, next: bye}
bye: {say: {en: "Bye."}, end: true}
""")
    assert lesson.begin() == ["Hello.", "Bye."]
    assert lesson.session is None
    assert lesson.turn.passed == ["hello", "bye"]
    assert not lesson.turn.prompted


def test_end_may_be_silent(play: Player) -> None:
    lesson = play("bye: {end: true}")
    assert lesson.begin() == []
    assert lesson.session is None


def test_ask_waits_for_a_typed_answer(play: Player) -> None:
    lesson = play(ASK_NAME)

    assert lesson.begin() == ["Your name?"]
    assert lesson.turn.prompted
    assert lesson.hear("Amina", name="Amina") == ["Thank you, Amina."]
    assert lesson.session is None


def test_ask_says_its_question_again_when_the_answer_cannot_be_read(play: Player) -> None:
    lesson = play(ASK_NAME)
    lesson.begin()

    assert lesson.hear("123") == ["Your name?"]
    assert lesson.session
    assert lesson.session.variables == {}


def test_ask_gives_up_after_as_many_tries_as_the_flow_says(play: Player) -> None:
    lesson = play(
        ASK_NAME.replace("  next: thanks", "  next: thanks\n  unclear: {times: 2, then: enough}")
        + """
enough: {say: {en: "Never mind."}, end: true}
"""
    )
    lesson.begin()

    assert [lesson.hear("?"), lesson.hear("??"), lesson.hear("???")] == [
        ["Your name?"],
        ["Your name?"],
        ["Never mind."],
    ]


def test_without_a_way_out_a_question_is_asked_for_ever(play: Player) -> None:
    lesson = play(ASK_NAME)
    lesson.begin()
    assert {tuple(lesson.hear("?")) for _ in range(30)} == {("Your name?",)}


@pytest.mark.parametrize(("typed", "said"), [("1", "Tea it is."), (" 2. ", "Coffee it is."), ("two", "Coffee it is.")])
def test_choose_follows_the_key(play: Player, typed: str, said: str) -> None:
    lesson = play(CHOOSE)
    lesson.begin()
    assert lesson.hear(typed) == [said]


@pytest.mark.parametrize("typed", ["3", "12", "1 2", "", "tea"])
def test_choose_asks_again_for_anything_that_is_no_key(play: Player, typed: str) -> None:
    lesson = play(CHOOSE)
    lesson.begin()
    assert lesson.hear(typed) == ["1 tea 2 coffee"]


def test_collect_takes_one_line_with_everything(play: Player) -> None:
    lesson = play(COLLECT)
    assert lesson.begin(mobile="+919876543210", name="Ram") == ["Ram, +919876543210."]
    assert lesson.session is None


def test_collect_asks_one_by_one_for_what_is_missing(play: Player) -> None:
    lesson = play(COLLECT)

    assert lesson.begin() == ["Mobile?"]
    assert lesson.hear("9876543210", mobile="+919876543210") == ["Name?"]
    assert lesson.hear("Ram", name="Ram") == ["Ram, +919876543210."]


def test_collect_asks_only_for_what_was_wrong_and_keeps_the_rest(play: Player) -> None:
    lesson = play(COLLECT)

    assert lesson.begin(wrong=("mobile",), name="Ram") == ["Mobile: ten digits."]
    assert lesson.session
    assert lesson.session.asked == "mobile"
    assert lesson.hear("9876543210", mobile="+919876543210") == ["Ram, +919876543210."]


def test_collect_gives_up_after_useless_answers_and_counts_anew_after_a_good_one(play: Player) -> None:
    lesson = play(COLLECT)
    lesson.begin()
    wrong = ("mobile",)
    assert lesson.hear("x", wrong=wrong) == ["Mobile: ten digits."]
    assert lesson.hear("x", wrong=wrong) == ["Mobile: ten digits."]
    assert lesson.hear("9876543210", mobile="+919876543210") == ["Name?"]

    wrong = ("name",)
    assert [lesson.hear("1", wrong=wrong) for _ in range(3)] == [
        ["Name: letters only."],
        ["Name: letters only."],
        ["Nothing was saved."],
    ]


def test_an_optional_field_that_is_wrong_does_not_hold_up(play: Player) -> None:
    lesson = play(
        COLLECT.replace("name: {type: name,", "name: {type: name, optional: true,").replace("{{ name }}, ", "")
    )

    said = lesson.begin(wrong=("name",), mobile="+919876543210")

    assert said == ["Name: letters only.", "+919876543210."]


def test_do_asks_for_an_effect_and_goes_on_with_its_outcome(play: Player) -> None:
    lesson = play("""
keep: {do: save, outcomes: {saved: good, known: bad}}
good: {say: {en: "Saved as {{ ref }}."}, end: true}
bad: {say: {en: "Known."}, end: true}
""")
    assert lesson.begin() == []
    assert lesson.turn.effect
    assert (lesson.turn.effect.name, lesson.turn.effect.session.state) == ("save", "keep")

    assert lesson.effect_ends("saved", ref="AB2") == ["Saved as AB2."]


def test_do_may_say_something_once_its_effect_is_done(play: Player) -> None:
    lesson = play("""
keep: {do: note, say: {en: "Noted {{ what }}."}, end: true}
""")
    assert lesson.begin() == []
    assert lesson.effect_ends("done", what="it") == ["Noted it."]
    assert lesson.session is None


@pytest.mark.parametrize(("age", "said"), [(17, "Too young."), (18, "Welcome."), (70, "Honoured.")])
def test_decide_takes_the_first_condition_that_holds(play: Player, age: int, said: str) -> None:
    lesson = play(
        """
which:
  decide:
    - {when: "age < 18", next: young}
    - {when: "age >= 65", next: old}
    - {next: other}
young: {say: {en: "Too young."}, end: true}
old: {say: {en: "Honoured."}, end: true}
other: {say: {en: "Welcome."}, end: true}
""",
        age=age,
    )
    assert lesson.begin() == [said]


# --- consent ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "decision", "verdict", "said"),
    [
        ("1", "given", "1", "Welcome."),
        ("haan ji", "given", "yes", "Welcome."),
        ("3", "refused", "3", "You are no member."),
        ("yes no", "refused", "no", "You are no member."),
        ("STOP", "refused", "stop", "You are no member."),
        ("wrong number", "wrong_number", "wrong_number", "Sorry."),
    ],
)
def test_a_consent_is_decided_by_the_key_or_the_words(
    play: Player, typed: str, decision: str, verdict: str, said: str
) -> None:
    lesson = play(CONSENT)
    lesson.begin()

    assert lesson.hear(typed) == [said]
    assert lesson.turn.decision == Decision("membership", decision, typed, verdict, "ask")  # type: ignore[arg-type]


def test_another_way_out_of_a_consent_decides_nothing(play: Player) -> None:
    lesson = play(CONSENT)
    lesson.begin()
    assert lesson.hear("2") == ["We correct it."]
    assert lesson.turn.decision is None


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


# --- the session --------------------------------------------------------------------------------------------------


def test_show_says_the_open_question_again_and_counts_nothing(play: Player) -> None:
    lesson = play(COLLECT)
    lesson.begin(mobile="+919876543210")
    before = lesson.session

    assert lesson.show() == ["Name?"]
    assert lesson.turn.prompted
    assert lesson.session == before


def test_a_session_may_begin_somewhere_else(play: Player) -> None:
    lesson = play(CHOOSE)
    assert lesson.begin(at="coffee") == ["Coffee it is."]


def test_texts_come_in_her_language_and_else_in_the_flows_first(play: Player) -> None:
    head = HEAD.replace("[en]", "[sw, en]")
    states = 'hello: {say: {en: "Hello.", sw: "Jambo."}, end: true}'

    assert play(states, head, language="en").begin() == ["Hello."]
    assert play(states, head, language="ta").begin() == ["Jambo."]


def test_a_text_may_differ_between_sms_and_ussd(play: Player) -> None:
    states = 'hello: {say: {en: {sms: "A long hello.", ussd: "Hello"}}, end: true}'

    assert play(states, kind="sms").begin() == ["A long hello."]
    assert play(states, kind="ussd").begin() == ["Hello"]


def test_a_text_whose_values_are_missing_ends_the_step(play: Player) -> None:
    with pytest.raises(TemplateFailed, match="'nobody' has no value"):
        play('hello: {say: {en: "Hello {{ nobody }}."}, end: true}').begin()


# --- flows that lead nowhere --------------------------------------------------------------------------------------


def test_a_circle_without_a_question_is_a_fault(play: Player) -> None:
    circle = play("""
one: {say: {en: "One."}, next: two}
two: {say: {en: "Two."}, next: one}
""")
    with pytest.raises(FlowFault, match=f"flow lesson passed {MAX_STEPS} states without a question, last"):
        circle.begin()


def test_a_circle_of_collects_that_are_filled_is_a_fault(play: Player) -> None:
    circle = play(COLLECT.replace("next: done", "next: details"))
    with pytest.raises(FlowFault, match="without a question"):
        circle.begin(mobile="+919876543210", name="Ram")


def test_a_state_that_does_not_exist_is_a_fault(play: Player) -> None:
    with pytest.raises(FlowFault, match="leads to state nowhere, which it does not have"):
        play(CHOOSE).begin(at="nowhere")


def test_an_outcome_without_a_way_on_is_a_fault(play: Player) -> None:
    lesson = play("keep: {do: note, end: true}")
    lesson.begin()
    with pytest.raises(FlowFault, match="state keep: no way on for outcome lost"):
        lesson.effect_ends("lost")


def test_an_outcome_nobody_waits_for_is_a_fault(play: Player) -> None:
    lesson = play(ASK_NAME)
    lesson.begin()
    with pytest.raises(FlowFault, match="state who: no way on for outcome done"):
        lesson.effect_ends("done")


def test_an_answer_to_a_state_that_asks_nothing_is_a_fault(play: Player) -> None:
    lesson = play("keep: {do: note, end: true}")
    lesson.begin()
    with pytest.raises(FlowFault, match="waits in keep, which asks nothing"):
        lesson.hear("1")


# --- time ---------------------------------------------------------------------------------------------------------


def test_a_reminder_comes_when_it_is_due_and_no_more_often_than_it_should(play: Player) -> None:
    lesson = play(CONSENT)
    lesson.begin()

    assert lesson.tick(after=23 * HOUR) == [], "early"
    assert lesson.tick(after=1 * HOUR) == ["XYZ: join? Yes 1, a mistake 2, no 3"]
    assert lesson.tick(after=0) == [], "the same tick once more"
    assert lesson.tick(after=24 * HOUR) == ["XYZ: join? Yes 1, a mistake 2, no 3"]
    assert lesson.tick(after=24 * HOUR) == [], "two were promised"
    assert lesson.session


def test_a_late_tick_reminds_once_not_once_for_each_that_was_missed(play: Player) -> None:
    lesson = play(CONSENT)
    lesson.begin()
    assert lesson.tick(after=50 * HOUR) == ["XYZ: join? Yes 1, a mistake 2, no 3"]


def test_an_early_tick_changes_nothing(play: Player) -> None:
    lesson = play(CONSENT)
    lesson.begin()
    before = lesson.session
    lesson.tick(after=1)
    assert lesson.session == before
    assert lesson.turn.passed == []


def test_a_session_nobody_answers_is_closed(play: Player) -> None:
    lesson = play(ASK_NAME)
    lesson.begin()

    lesson.tick(after=7 * DAY - 1)
    assert lesson.session
    assert lesson.tick(after=1) == []
    assert lesson.session is None


def test_an_answer_puts_the_expiry_off(play: Player) -> None:
    lesson = play(ASK_NAME)
    lesson.begin()
    lesson.now += 6 * DAY
    lesson.hear("?")

    lesson.tick(after=6 * DAY)
    assert lesson.session


def test_an_expiring_session_goes_where_its_flow_says(play: Player) -> None:
    head = HEAD + "expires: {after: 2 days, then: over}\n"
    lesson = play(CONSENT + 'over: {do: note, say: {en: "Too late."}, end: true}\n', head)
    lesson.begin()

    lesson.tick(after=2 * DAY)

    assert lesson.turn.effect
    assert lesson.turn.effect.name == "note"
    assert lesson.turn.decision is None
    assert lesson.effect_ends("done") == ["Too late."]
    assert lesson.session is None


def test_a_question_that_an_expired_session_is_led_to_has_its_own_time(play: Player) -> None:
    head = HEAD + "expires: {after: 2 days, then: last}\n"
    lesson = play(ASK_NAME + 'last: {say: {en: "Still there?"}, choose: {1: thanks}}\n', head)
    lesson.begin()

    assert lesson.tick(after=2 * DAY) == ["Still there?"]
    assert lesson.tick(after=10) == []
    assert lesson.session
    assert due_at(lesson.flow, lesson.session) == lesson.now - 10 + 2 * DAY


def test_a_session_is_due_at_its_next_reminder_or_its_expiry(play: Player) -> None:
    lesson = play(CONSENT)
    lesson.begin()
    assert lesson.session
    begun = lesson.now

    assert due_at(lesson.flow, lesson.session) == begun + 24 * HOUR
    lesson.tick(after=24 * HOUR)
    assert due_at(lesson.flow, lesson.session) == begun + 48 * HOUR
    lesson.tick(after=24 * HOUR)
    assert due_at(lesson.flow, lesson.session) == begun + 7 * DAY

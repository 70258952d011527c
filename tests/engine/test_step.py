"""One step of one session: every kind of state, what it says, where it leads; flows that lead nowhere."""

from __future__ import annotations

import msgspec
import pytest

from sms_service.engine.model import MAX_STEPS, Collect, Decision, Effect, Flow, Outcome, Say
from sms_service.engine.texts import TemplateFailed
from sms_service.engine.walk import FlowFault
from tests.engine.conftest import HEAD, Play, Player, flow_of, part

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
joined: {say: {en: "Welcome."}, end: true}
mistake: {say: {en: "We correct it."}, end: true}
refused: {say: {en: "You are no member."}, end: true}
sorry: {say: {en: "Sorry."}, end: true}
office: {say: {en: "The office looks at it."}, end: true}
"""

WRONG_MOBILE, WRONG_NAME = {"mobile": "too_short"}, {"name": "not_a_name"}


# --- each kind of state -------------------------------------------------------------------------------------------


def test_say_goes_on_by_itself_and_end_closes(play: Player) -> None:
    lesson = play("""
hello: {say: {en: "Hello."}, next: bye}
bye: {say: {en: "Bye."}, end: true}
""")
    assert lesson.begin() == ["Hello.", "Bye."]
    assert lesson.session is None
    assert lesson.turn.path == ["hello", "next", "bye"]
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
    assert lesson.turn.path == ["who", "next", "thanks"]


def test_ask_gives_up_after_as_many_tries_as_the_flow_says(play: Player) -> None:
    lesson = play(
        ASK_NAME.replace("  next: thanks", "  next: thanks\n  unclear: {times: 2, then: enough}")
        + 'enough: {say: {en: "Never mind."}, end: true}\n'
    )
    lesson.begin()

    assert [lesson.hear("1", wrong=WRONG_NAME) for _ in range(3)] == [
        ["Letters only."],
        ["Letters only."],
        ["Never mind."],
    ]
    assert lesson.turn.path == ["who", "unclear", "enough"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("mr", "फक्त अक्षरे."), ("en", "Letters only."), ("hi", "Letters only."), ("sw", "Letters only.")],
)
def test_what_the_flow_does_not_say_of_a_wrong_answer_in_a_language_the_service_says(language: str, said: str) -> None:
    flow = flow_of(
        "who: {say: {en: N?, mr: N?}, ask: {into: who, type: name, "
        'wrong: {not_a_name: {mr: "फक्त अक्षरे."}, too_long: {en: T, mr: T}}}, '
        "end: true}",
        "flow: lesson\nabout: two languages\nlanguages: [en, mr]\n",
    )
    lesson = Play(flow, language, "sms", {})
    lesson.begin()
    assert lesson.hear("1", wrong={"who": "not_a_name"}) == [said]


def test_without_a_way_out_a_question_is_asked_for_ever(play: Player) -> None:
    lesson = play(ASK_NAME)
    lesson.begin()
    assert {tuple(lesson.hear("1", wrong=WRONG_NAME)) for _ in range(30)} == {("Letters only.",)}
    assert lesson.turn.path == ["who", "unclear"]


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
    assert lesson.turn.path == ["details", "next", "done"]


def test_collect_asks_one_by_one_for_what_is_missing(play: Player) -> None:
    lesson = play(COLLECT)

    assert lesson.begin() == ["Mobile?"]
    assert lesson.hear("9876543210", mobile="+919876543210") == ["Name?"]
    assert lesson.turn.path == ["details"]
    assert lesson.hear("Ram", name="Ram") == ["Ram, +919876543210."]
    assert lesson.turn.path == ["details", "next", "done"]


def test_collect_asks_only_for_what_was_wrong_and_keeps_the_rest(play: Player) -> None:
    lesson = play(COLLECT)

    assert lesson.begin(wrong=WRONG_MOBILE, name="Ram") == ["Mobile: ten digits."]
    assert lesson.turn.prompted
    assert lesson.session
    assert lesson.session.asked == "mobile"
    assert lesson.hear("9876543210", mobile="+919876543210") == ["Ram, +919876543210."]


def test_collect_gives_up_after_useless_answers_and_counts_anew_after_a_good_one(play: Player) -> None:
    lesson = play(COLLECT)
    lesson.begin()
    assert lesson.hear("x", wrong=WRONG_MOBILE) == ["Mobile: ten digits."]
    assert lesson.hear("x", wrong=WRONG_MOBILE) == ["Mobile: ten digits."]
    assert lesson.turn.path == ["details", "unclear"]
    assert lesson.hear("9876543210", mobile="+919876543210") == ["Name?"]

    assert [lesson.hear("1", wrong=WRONG_NAME) for _ in range(3)] == [
        ["Name: letters only."],
        ["Name: letters only."],
        ["Nothing was saved."],
    ]
    assert lesson.turn.path == ["details", "unclear", "given_up"]


OPTIONAL_NAME = """
details:
  collect:
    name: {type: name, optional: true, ask: {en: "Name?"}, wrong: {en: "Letters only, or -"}}
    mobile: {type: mobile, ask: {en: "Mobile?"}, wrong: {en: "Ten digits."}}
  unclear: {times: 2, then: given_up}
  next: done
done: {say: {en: "{{ name|default('Somebody') }}, {{ mobile }}."}, end: true}
given_up: {say: {en: "Nothing was saved."}, end: true}
"""


def test_collect_asks_again_for_an_optional_field_that_is_wrong_in_a_line(play: Player) -> None:
    lesson = play(OPTIONAL_NAME)
    assert lesson.begin(wrong=WRONG_NAME, mobile="+919876543210") == ["Letters only, or -"]
    assert lesson.turn.prompted
    assert lesson.hear("Ram", name="Ram") == ["Ram, +919876543210."]


def test_collect_asks_for_an_optional_field_as_often_as_for_any_and_then_goes_on_without_it(play: Player) -> None:
    lesson = play(OPTIONAL_NAME)

    assert lesson.begin() == ["Name?"]
    assert lesson.hear("1", wrong=WRONG_NAME) == ["Letters only, or -"]
    assert lesson.turn.path == ["details", "unclear"]
    assert lesson.hear("1", wrong=WRONG_NAME) == ["Letters only, or -"]
    assert lesson.hear("1", wrong=WRONG_NAME) == ["Mobile?"], "nothing is said about what is no longer awaited"
    assert lesson.turn.path == ["details"]

    assert [lesson.hear("x", wrong=WRONG_MOBILE) for _ in range(2)] == [["Ten digits."]] * 2, "with its own tries"
    assert lesson.hear("9876543210", mobile="+919876543210") == ["Somebody, +919876543210."]


def test_a_dash_leaves_an_optional_field_empty_and_no_other(play: Player) -> None:
    lesson = play(OPTIONAL_NAME)
    lesson.begin()
    assert lesson.hear(" - ", wrong=WRONG_NAME) == ["Mobile?"]
    assert lesson.hear("-", wrong=WRONG_MOBILE) == ["Ten digits."]
    assert lesson.turn.path == ["details", "unclear"]


def test_an_optional_field_that_comes_last_is_left_empty_on_the_way_on(play: Player) -> None:
    lesson = play("""
details:
  collect: {name: {type: name, optional: true, ask: {en: "Name?"}}}
  next: check
check: {say: {en: "{{ name|default('Nobody') }}? 1"}, choose: {1: bye}}
bye: {end: true}
""")
    lesson.begin()
    assert lesson.hear("-", wrong=WRONG_NAME) == ["Nobody? 1"]
    assert lesson.turn.path == ["details", "next", "check"]
    assert lesson.hear("0") == ["Name?"], "it can be come back to"


def test_collect_says_nothing_of_what_is_wrong_in_a_field_that_it_has_already(play: Player) -> None:
    lesson = play(COLLECT)
    lesson.begin(mobile="+919876543210")
    assert lesson.hear("12 1", wrong={**WRONG_MOBILE, **WRONG_NAME}) == ["Name: letters only."]


def test_do_asks_for_an_effect_and_goes_on_with_its_outcome(play: Player) -> None:
    lesson = play("""
keep: {do: save, outcomes: {saved: good, known: bad}}
good: {say: {en: "Saved as {{ ref }}."}, end: true}
bad: {say: {en: "Known."}, end: true}
""")
    assert lesson.begin() == []
    assert isinstance(lesson.turn.wants, Effect)
    assert (lesson.turn.wants.name, lesson.turn.wants.session.state) == ("save", "keep")

    assert lesson.effect_ends("saved", ref="AB2") == ["Saved as AB2."]
    assert lesson.turn.path == ["saved", "good"]


def test_do_is_given_variables_values_and_nothing_for_what_has_none(play: Player) -> None:
    lesson = play(
        'keep: {do: note, with: {what: "{{ member.number }}", of: "a card"}, end: true}', member={"number": "7"}
    )
    lesson.begin()
    assert isinstance(lesson.turn.wants, Effect)
    assert lesson.turn.wants.arguments == {"what": "7", "of": "a card"}

    lesson = play("keep: {do: note, end: true}", what="it")
    lesson.begin()
    assert isinstance(lesson.turn.wants, Effect)
    assert lesson.turn.wants.arguments == {"what": "it"}, "a parameter takes the variable of its name; `of` has none"


@pytest.mark.parametrize(("age", "said", "way"), [(17, "Young.", "1"), (18, "Welcome.", "else"), (70, "Old.", "2")])
def test_decide_takes_the_first_condition_that_holds(play: Player, age: int, said: str, way: str) -> None:
    lesson = play(
        """
which:
  decide:
    - {when: "age < 18", next: young}
    - {when: "age >= 65", next: old}
    - {next: other}
young: {say: {en: "Young."}, end: true}
old: {say: {en: "Old."}, end: true}
other: {say: {en: "Welcome."}, end: true}
""",
        age=age,
    )
    assert lesson.begin() == [said]
    assert lesson.turn.path[1] == way


def test_consent_goes_on_by_what_she_decides(play: Player) -> None:
    lesson = play(CONSENT)
    assert lesson.begin() == ["XYZ: join? Yes 1, a mistake 2, no 3"]
    assert lesson.hear("haan ji") == ["Welcome."]
    assert lesson.turn.decision == Decision("membership", "given", "haan ji", "yes", "ask")


def test_call_goes_through_another_flow_and_on(play: Player) -> None:
    lesson = play(
        """
who: {call: naming, next: thanks}
thanks: {say: {en: "Thank you, {{ naming.name }}."}, end: true}
""",
        parts=[part("naming", ASK_NAME.replace("Thank you", "I see"), "gives: [name]")],
    )
    assert lesson.begin() == ["Your name?"]
    assert lesson.hear("Ram", name="Ram") == ["I see, Ram.", "Thank you, Ram."]
    assert lesson.session is None


# --- what each of them says besides -------------------------------------------------------------------------------


def test_decide_and_call_say_something_before_they_lead_on(play: Player) -> None:
    lesson = play(
        """
which: {say: {en: "Let me see."}, decide: [{when: "1 == 2", next: bye}, {next: who}]}
who: {say: {en: "A question first."}, call: naming, next: bye}
bye: {say: {en: "Bye."}, end: true}
""",
        parts=[part("naming", ASK_NAME)],
    )
    assert lesson.begin() == ["Let me see.", "A question first.", "Your name?"]


def test_collect_says_its_text_before_its_first_question_and_only_then(play: Player) -> None:
    states = COLLECT.replace("details:\n", 'details:\n  say: {en: "Two questions."}\n')
    lesson = play(states)

    assert lesson.begin() == ["Two questions.", "Mobile?"]
    assert lesson.hear("9876543210", mobile="+919876543210") == ["Name?"]
    assert lesson.show() == ["Name?"]
    assert play(states).begin(wrong=WRONG_MOBILE, name="Ram") == ["Two questions.", "Mobile: ten digits."]
    assert play(states).begin(mobile="+919876543210", name="Ram") == ["Ram, +919876543210."], "nothing was to be asked"


def test_do_says_its_text_once_its_effect_is_done(play: Player) -> None:
    lesson = play(
        'keep: {do: save, say: {en: "Saved {{ ref }}."}, outcomes: {saved: bye, known: bye}}\nbye: {end: true}'
    )
    assert lesson.begin() == []
    assert lesson.effect_ends("saved", ref="AB2") == ["Saved AB2."]
    assert lesson.session is None


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


# --- flows that lead nowhere: the loader refuses them, this is the net under it ------------------------------------


def bent(flow: Flow, *states: Say | Collect) -> Play:
    """A session of the flow as no file can describe it: with these states instead of its own of the same names."""
    changed = {**flow.states, **{state.name: state for state in states}}
    return Play(msgspec.structs.replace(flow, states=changed), "en", "sms", {})


def test_a_circle_without_a_question_is_a_fault() -> None:
    flow = flow_of('one: {say: {en: "One."}, next: two}\ntwo: {say: {en: "Two."}, next: bye}\nbye: {end: true}')
    circle = bent(flow, Say(name="two", says=True, next="one"))
    with pytest.raises(FlowFault, match=f"flow lesson passed {MAX_STEPS} states without a question, last"):
        circle.begin()


CHECKED = COLLECT.replace(
    "done: {say",
    """done:
  say: {en: "{{ name }}, {{ mobile }}. Right? 1 yes 2 again"}
  choose: {1: bye, 2: details}
bye: {say""",
    1,
)


def test_a_collect_that_is_led_to_again_asks_anew(play: Player) -> None:
    lesson = play(CHECKED)
    assert lesson.begin(mobile="+91987", name="Ram") == ["Ram, +91987. Right? 1 yes 2 again"]

    assert lesson.hear("2") == ["Mobile?"]
    assert lesson.session
    assert lesson.session.variables == {}
    assert lesson.hear("+91988", mobile="+91988") == ["Name?"]
    assert lesson.hear("Sita", name="Sita") == ["Sita, +91988. Right? 1 yes 2 again"]


def test_back_from_a_collect_led_to_again_does_not_ask_about_what_is_forgotten(play: Player) -> None:
    lesson = play(CHECKED)
    lesson.begin()
    lesson.hear("+91987", mobile="+91987")
    lesson.hear("Ram", name="Ram")
    lesson.hear("2")
    assert lesson.session
    assert lesson.session.trail == []


def test_what_came_with_the_keyword_answers_the_first_question(play: Player) -> None:
    assert play(ASK_NAME).begin(name="Ram") == ["Thank you, Ram."]
    assert play(ASK_NAME).begin(wrong={"name": "not_a_name"}) == ["Your name?"]


def test_as_many_states_as_a_turn_may_pass_are_passed(play: Player) -> None:
    hops = "".join(f"s{number}: {{say: {{en: .}}, next: s{number + 1}}}\n" for number in range(MAX_STEPS - 1))

    lesson = play(f"{hops}s{MAX_STEPS - 1}: {{end: true}}")
    assert len(lesson.begin()) == MAX_STEPS - 1

    with pytest.raises(FlowFault, match=f"last s{MAX_STEPS}"):
        play(f"{hops}s{MAX_STEPS - 1}: {{say: {{en: .}}, next: s{MAX_STEPS}}}\ns{MAX_STEPS}: {{end: true}}").begin()


def test_a_state_that_does_not_exist_is_a_fault(play: Player) -> None:
    with pytest.raises(FlowFault, match="leads to state nowhere, which it does not have"):
        play(CHOOSE).begin(at="nowhere")


def test_an_outcome_without_a_way_on_is_a_fault(play: Player) -> None:
    lesson = play("keep: {do: note, end: true}")
    lesson.begin()
    with pytest.raises(FlowFault, match="state keep: no way on for outcome lost"):
        lesson.effect_ends("lost")


def test_an_outcome_that_the_flow_does_not_name_goes_the_way_of_its_kind(play: Player) -> None:
    lesson = play(
        "keep: {do: save, outcomes: {saved: good, known: bad}}\n"
        'good: {say: {en: "Good."}, end: true}\nbad: {say: {en: "Bad."}, end: true}'
    )
    lesson.begin()
    assert lesson.happens(Outcome("asked_before", kind="known")) == ["Bad."]


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

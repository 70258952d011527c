"""Back: "0" to the question before, "00" to the first; what is forgotten on the way, and what cannot be undone."""

from __future__ import annotations

import pytest

from sms_service.engine.answering import offers_back
from sms_service.engine.model import MAX_TRAIL, Effect
from tests.engine.conftest import Play, Player, part

THREE = """
who: {say: {en: "Name?"}, ask: {into: name, type: name}, next: menu}
menu: {say: {en: "1 tea 2 coffee"}, choose: {1: cups, 2: cups}}
cups: {say: {en: "How many cups?"}, ask: {into: cups, type: number}, next: done}
done: {say: {en: "{{ cups }} for {{ name }}."}, end: true}
"""

COLLECT = """
hello: {say: {en: "Go on? 1"}, choose: {1: details}}
details:
  say: {en: "Three questions."}
  collect:
    name: {type: name, ask: {en: "Name?"}}
    drink: {type: choice, ask: {en: "Drink?"}, options: {tea: {label: Tea}, milk: {label: Milk}}}
    cups: {type: number, ask: {en: "Cups?"}}
  next: check
check: {say: {en: "{{ cups }} {{ drink }} for {{ name }}? 1"}, choose: {1: bye}}
bye: {end: true}
"""

CONSENT = """
who: {say: {en: "Name?"}, ask: {into: name, type: name}, next: ask}
ask:
  say: {en: "Join? 1 yes 2 a mistake 3 no"}
  consent: {purpose: membership, yes: {key: 1, next: more}, other: {2: which}, no: {key: 3, next: bye}}
which: {say: {en: "What is wrong?"}, ask: {into: mistake, type: name}, next: bye}
more: {say: {en: "How many?"}, ask: {into: many, type: number}, next: bye}
bye: {end: true}
"""


def known(lesson: Play) -> dict[str, object]:
    """The variables that the session holds."""
    assert lesson.session
    return lesson.session.variables


def asked_cups(play: Player, **more: str) -> Play:
    """A lesson that has come to its third question."""
    lesson = play(THREE, **more)
    lesson.begin()
    lesson.hear("Ram", name="Ram")
    assert lesson.hear("1") == ["How many cups?"]
    return lesson


# --- the way back -------------------------------------------------------------------------------------------------


def test_back_leads_to_the_question_before_and_its_answer_is_asked_anew(play: Player) -> None:
    lesson = asked_cups(play)

    assert lesson.hear("0") == ["1 tea 2 coffee"]
    assert lesson.turn.path == ["cups", "back", "menu"]
    assert lesson.turn.prompted
    assert lesson.hear("0") == ["Name?"]
    assert known(lesson) == {}, "what she had said was forgotten"
    assert lesson.hear("Sita", name="Sita") == ["1 tea 2 coffee"]
    lesson.hear("2")
    assert lesson.hear("3", cups=3) == ["3 for Sita."]


def test_back_to_the_first_forgets_all_answers(play: Player) -> None:
    lesson = asked_cups(play)

    assert lesson.hear("00") == ["Name?"]
    assert lesson.turn.path == ["cups", "back", "who"]
    assert known(lesson) == {}
    assert lesson.session
    assert lesson.session.trail == []


@pytest.mark.parametrize("typed", ["0", " 0 ", "0.", "(0)", "0\n", "०", "०.", "০", "௦", "٠", "۰", "0️⃣"])
def test_back_is_read_as_any_key_is(play: Player, typed: str) -> None:
    assert asked_cups(play).hear(typed) == ["1 tea 2 coffee"]


@pytest.mark.parametrize("typed", ["00", " 00 ", "00.", "००", "০০", "௦௦", "٠٠", "०0"])
def test_restart_is_read_as_any_key_is(play: Player, typed: str) -> None:
    assert asked_cups(play).hear(typed) == ["Name?"]


@pytest.mark.parametrize("typed", ["000", "0 0", "10", "back", "98"])
def test_whatever_else_is_typed_is_an_answer(play: Player, typed: str) -> None:
    assert asked_cups(play).hear(typed, wrong={"cups": "too_small"}) == ["At least 0."]


def test_from_the_first_question_nothing_leads_back(play: Player) -> None:
    lesson = play(THREE)
    lesson.begin()
    assert lesson.session
    assert not offers_back(lesson.flow, lesson.session)
    for typed in ("0", "00"):
        assert lesson.hear(typed, wrong={"name": "not_a_name"}) == ["Letters only."]


def test_a_question_that_was_not_seen_can_be_left_backwards(play: Player) -> None:
    """Whatever the zero meant, it gives nobody's consent and loses nothing that is not asked again."""
    lesson = play(CONSENT)
    lesson.begin()
    lesson.hear("Ram", name="Ram")
    assert lesson.hear("0", seen=False) == ["Name?"]
    assert lesson.turn.decision is None


def test_her_tries_are_counted_anew_after_going_back(play: Player) -> None:
    states = THREE.replace("next: menu}", "next: menu, unclear: {times: 1, then: done}}")
    lesson = play(states)
    lesson.begin()
    assert lesson.hear("1", wrong={"name": "not_a_name"}) == ["Letters only."]
    lesson.hear("Ram", name="Ram")
    lesson.hear("0")
    assert lesson.hear("1", wrong={"name": "not_a_name"}) == ["Letters only."], "the first try of this visit"


def test_only_so_many_questions_are_remembered(play: Player) -> None:
    lesson = play("again: {say: {en: Again?}, choose: {1: again, 2: bye}}\nbye: {end: true}")
    lesson.begin()
    for _ in range(3 * MAX_TRAIL):
        lesson.hear("1")
    assert lesson.session
    assert len(lesson.session.trail) == MAX_TRAIL


# --- between the fields of one collect -----------------------------------------------------------------------------


def test_back_leads_from_field_to_field_and_out_of_the_collect(play: Player) -> None:
    lesson = play(COLLECT)
    lesson.begin()
    assert lesson.hear("1") == ["Three questions.", "Name?"]
    assert lesson.hear("Ram", name="Ram") == ["Drink?", "1. Tea", "2. Milk"]
    assert lesson.hear("1", drink="tea") == ["Cups?"]

    assert lesson.hear("0") == ["Drink?", "1. Tea", "2. Milk"]
    assert lesson.turn.path == ["details", "back", "details"]
    assert known(lesson) == {"name": "Ram"}
    assert lesson.hear("0") == ["Name?"]
    assert known(lesson) == {}
    assert lesson.hear("0") == ["Go on? 1"]


def test_back_into_a_collect_asks_for_its_last_field_and_keeps_the_others(play: Player) -> None:
    lesson = play(COLLECT)
    lesson.begin()
    lesson.hear("1")
    lesson.hear("Ram", name="Ram")
    lesson.hear("1", drink="tea")
    assert lesson.hear("2", cups=2) == ["2 tea for Ram? 1"]

    assert lesson.hear("0") == ["Cups?"]
    assert known(lesson) == {"name": "Ram", "drink": "tea"}
    assert lesson.hear("5", cups=5) == ["5 tea for Ram? 1"]
    assert lesson.hear("00") == ["Go on? 1"]
    assert known(lesson) == {}


def test_a_field_that_came_on_a_line_with_others_is_no_question_to_go_back_to(play: Player) -> None:
    lesson = play(COLLECT)
    lesson.begin()
    lesson.hear("1")
    assert lesson.hear("Ram tea", name="Ram", drink="tea") == ["Cups?"]
    assert lesson.hear("0") == ["Name?"]
    assert known(lesson) == {"drink": "tea"}
    assert lesson.hear("Sita", name="Sita") == ["Cups?"], "only what is missing is asked"


def test_back_leads_to_an_optional_field_that_was_passed_over(play: Player) -> None:
    lesson = play(COLLECT.replace("name: {type: name,", "name: {type: name, optional: true,"))
    lesson.begin()
    lesson.hear("1")
    assert lesson.hear("-", wrong={"name": "not_a_name"})[-3:] == ["Drink?", "1. Tea", "2. Milk"]
    assert lesson.hear("0") == ["Name?"]
    assert lesson.hear("Ram", name="Ram") == ["Drink?", "1. Tea", "2. Milk"]


# --- where a zero is something else --------------------------------------------------------------------------------


def test_where_zero_is_a_good_answer_it_is_one(play: Player) -> None:
    lesson = asked_cups(play)
    assert lesson.hear("0", cups=0) == ["0 for Ram."]


def test_where_zero_is_a_key_of_the_menu_it_chooses(play: Player) -> None:
    lesson = play(THREE.replace("{1: cups, 2: cups}", "{0: done, 1: cups}").replace("{{ cups }}", "Nothing"))
    lesson.begin()
    lesson.hear("Ram", name="Ram")
    assert lesson.session
    assert not offers_back(lesson.flow, lesson.session)
    assert lesson.hear("00") == ["1 tea 2 coffee"]
    assert lesson.hear("0") == ["Nothing for Ram."]


def test_a_flow_may_forbid_going_back(play: Player) -> None:
    lesson = play(THREE.replace("type: number}", "type: number}, back: false"))
    lesson.begin()
    lesson.hear("Ram", name="Ram")
    lesson.hear("1")
    assert lesson.session
    assert not offers_back(lesson.flow, lesson.session)
    assert lesson.hear("0", wrong={"cups": "too_small"}) == ["At least 0."]


# --- what cannot be undone ----------------------------------------------------------------------------------------


def test_nothing_leads_back_beyond_an_effect(play: Player) -> None:
    lesson = play("""
who: {say: {en: "Name?"}, ask: {into: name, type: name}, next: keep}
keep: {do: note, next: more}
more: {say: {en: "More?"}, ask: {into: more, type: name}, next: last}
last: {say: {en: "Last?"}, ask: {into: last, type: name}, next: bye}
bye: {end: true}
""")
    lesson.begin()
    lesson.hear("Ram", name="Ram")
    assert isinstance(lesson.turn.wants, Effect)
    assert lesson.effect_ends("done") == ["More?"]
    assert lesson.hear("0", wrong={"more": "not_a_name"}) == ["Letters only."]

    lesson.hear("x", more="x")
    assert lesson.hear("00") == ["More?"], "the first that can still be changed"
    assert known(lesson) == {"name": "Ram"}


def test_nothing_leads_back_beyond_a_decided_consent(play: Player) -> None:
    lesson = play(CONSENT)
    lesson.begin()
    lesson.hear("Ram", name="Ram")
    assert lesson.hear("yes") == ["How many?"]
    assert lesson.turn.decision
    assert lesson.hear("0", wrong={"many": "too_small"}) == ["At least 0."]


def test_a_consent_that_is_not_decided_yet_can_be_left_and_come_back_to(play: Player) -> None:
    lesson = play(CONSENT)
    lesson.begin()
    lesson.hear("Ram", name="Ram")
    assert lesson.hear("2") == ["What is wrong?"]
    assert lesson.hear("0") == ["Join? 1 yes 2 a mistake 3 no"]
    assert lesson.hear("0") == ["Name?"]
    lesson.hear("Sita", name="Sita")
    lesson.hear("1")
    assert lesson.turn.decision
    assert lesson.turn.decision.decision == "given"


# --- and called flows ---------------------------------------------------------------------------------------------

CALLER = """
who: {say: {en: "Name?"}, ask: {into: name, type: name}, next: place}
place: {call: place, next: last}
last: {say: {en: "Last?"}, ask: {into: last, type: name}, next: bye}
bye: {end: true}
"""

PLACE = """
state: {say: {en: "State?"}, ask: {into: state, type: name}, next: district}
district: {say: {en: "District?"}, ask: {into: district, type: name}, next: bye}
bye: {end: true}
"""


def test_inside_a_called_flow_back_leads_through_its_own_questions_and_out_of_it(play: Player) -> None:
    lesson = play(CALLER, parts=[part("place", PLACE)])
    lesson.begin()
    assert lesson.hear("Ram", name="Ram") == ["State?"]
    lesson.hear("x", state="x")
    assert lesson.hear("0") == ["State?"]
    assert lesson.turn.path == ["place/district", "back", "place/state"]

    assert lesson.hear("0") == ["Name?"]
    assert lesson.turn.path == ["place/state", "back", "who"]
    assert lesson.turn.prompted
    assert lesson.session
    assert (lesson.session.flow, lesson.session.callers, known(lesson)) == ("lesson", [], {})
    assert lesson.hear("Sita", name="Sita") == ["State?"], "the part begins anew"


def test_restart_leads_out_of_a_called_flow_to_the_first_question_of_all(play: Player) -> None:
    lesson = play("begin: {say: {en: Go on? 1}, choose: {1: who}}" + CALLER, parts=[part("place", PLACE)])
    lesson.begin()
    lesson.hear("1")
    lesson.hear("Ram", name="Ram")
    lesson.hear("x", state="x")
    assert lesson.hear("00") == ["Go on? 1"]
    assert lesson.turn.path == ["place/district", "back", "begin"]
    assert known(lesson) == {}


def test_a_called_flow_that_comes_before_all_questions_is_not_left_backwards(play: Player) -> None:
    lesson = play("place: {call: place, next: bye}\nbye: {end: true}", parts=[part("place", PLACE)])
    lesson.begin()
    assert lesson.session
    assert not offers_back(part("place", PLACE), lesson.session)
    assert lesson.hear("0", wrong={"state": "not_a_name"}) == ["Letters only."]
    lesson.hear("x", state="x")
    assert lesson.hear("00") == ["State?"]


def test_back_passes_over_a_caller_that_has_asked_nothing(play: Player) -> None:
    between = part("between", "go: {call: place, next: bye}\nbye: {end: true}")
    lesson = play(CALLER.replace("call: place", "call: between"), parts=[between, part("place", PLACE)])
    lesson.begin()
    assert lesson.hear("Ram", name="Ram") == ["State?"]
    assert lesson.hear("0") == ["Name?"]
    assert lesson.turn.path == ["place/state", "back", "who"]


def test_restart_inside_two_calls_stops_where_something_was_done(play: Player) -> None:
    between = part(
        "between",
        "keep: {do: note, next: sure}\nsure: {say: {en: Sure? 1}, choose: {1: go}}\n"
        "go: {call: place, next: bye}\nbye: {end: true}",
    )
    lesson = play(CALLER.replace("call: place", "call: between"), parts=[between, part("place", PLACE)])
    lesson.begin()
    lesson.hear("Ram", name="Ram")
    assert lesson.effect_ends("done") == ["Sure? 1"]
    assert lesson.hear("0") == ["Sure? 1"], "the note is written: nothing leads back over it"
    assert lesson.hear("1") == ["State?"]
    lesson.hear("x", state="x")
    assert lesson.hear("00") == ["Sure? 1"], "the first that can still be changed"
    assert lesson.turn.path == ["place/district", "back", "between/sure"]


def test_an_effect_of_a_called_flow_shuts_the_way_out_of_it(play: Player) -> None:
    inside = "keep: {do: note, next: state}" + PLACE
    lesson = play(CALLER, parts=[part("place", inside)])
    lesson.begin()
    lesson.hear("Ram", name="Ram")
    assert lesson.effect_ends("done") == ["State?"]
    assert lesson.session
    assert not offers_back(part("place", inside), lesson.session)
    assert lesson.hear("0", wrong={"state": "not_a_name"}) == ["Letters only."]


def test_after_a_called_flow_back_leads_to_the_question_before_the_call(play: Player) -> None:
    lesson = play(CALLER, parts=[part("place", PLACE, "gives: [state]")])
    lesson.begin()
    lesson.hear("Ram", name="Ram")
    lesson.hear("x", state="x")
    assert lesson.hear("y", district="y") == ["Last?"]
    assert lesson.hear("0") == ["Name?"]
    assert lesson.turn.path == ["last", "back", "who"]
    assert lesson.hear("Sita", name="Sita") == ["State?"], "the part is gone through once more"


@pytest.mark.parametrize(
    "done_inside",
    [
        "keep: {do: note, next: bye}",
        "keep: {say: {en: 1 or 3?}, consent: {purpose: p, yes: {key: 1, next: bye}, no: {key: 3, next: bye}}}",
    ],
    ids=["an effect", "a decided consent"],
)
def test_nothing_leads_back_beyond_what_a_called_flow_has_done(play: Player, done_inside: str) -> None:
    inside = PLACE.replace("type: name}, next: bye}", "type: name}, next: keep}") + done_inside + "\n"
    lesson = play(CALLER, parts=[part("place", inside)])
    lesson.begin()
    lesson.hear("Ram", name="Ram")
    lesson.hear("x", state="x")
    lesson.hear("y", district="y")
    said = lesson.effect_ends("done") if isinstance(lesson.turn.wants, Effect) else lesson.hear("1")
    assert said == ["Last?"]
    assert lesson.hear("0", wrong={"last": "not_a_name"}) == ["Letters only."]


def test_where_zero_is_an_answer_it_leads_nowhere(play: Player) -> None:
    children = THREE.replace("type: number", "type: count")
    lesson = play(children)
    lesson.begin()
    lesson.hear("Ram", name="Ram")
    lesson.hear("1")
    assert lesson.session
    assert not offers_back(lesson.flow, lesson.session)
    assert lesson.hear("0", cups=0) == ["0 for Ram."]

    at_least_one = play(children.replace("type: count", "type: count, min: 1"))
    at_least_one.begin()
    at_least_one.hear("Ram", name="Ram")
    at_least_one.hear("1")
    assert at_least_one.hear("0", wrong={"cups": "not_a_number"}) == ["1 tea 2 coffee"]

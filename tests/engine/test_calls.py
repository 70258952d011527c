"""Flows that call flows: what goes in, what comes out, by which result; calls within calls, and calls without a question."""

from __future__ import annotations

import msgspec
import pytest

from sms_service.engine.model import MAX_CALLS, Called, Flow, Outcome, Returned, Session
from sms_service.engine.navigation import TooManyCalls, caller_of, outermost
from sms_service.engine.walk import FlowFault
from tests.engine.conftest import Player, part

AREA = """
state: {say: {en: "{{ who }}, which state?"}, ask: {into: state, type: name}, next: district}
district:
  say: {en: "District?"}
  ask: {into: district, type: name}
  unclear: {times: 1, then: given_up}
  next: found
found: {say: {en: "Noted."}, end: true}
given_up: {end: given_up}
"""

CALLER = """
who: {say: {en: "Name?"}, ask: {into: name, type: name}, next: place}
place:
  call: area
  with: {who: "{{ name }}"}
  into: home
  outcomes: {done: thanks, given_up: sorry}
thanks: {say: {en: "{{ name }} of {{ home.district }}, {{ home.state }}."}, end: true}
sorry: {say: {en: "No matter, {{ name }}. {{ home.district|default('-') }}"}, end: true}
"""

AREA_HEAD = "takes: {who: name}\ngives: [state, district]"


def test_a_called_flow_is_given_what_it_takes_and_gives_what_it_collected(play: Player) -> None:
    lesson = play(CALLER, parts=[part("area", AREA, AREA_HEAD)])
    lesson.begin()

    assert lesson.hear("Ram", name="Ram") == ["Ram, which state?"]
    assert lesson.turn.path == ["who", "next", "place", "area/state"]
    assert lesson.session
    assert (lesson.session.flow, lesson.session.state) == ("area", "state")
    assert lesson.session.variables == {"who": "Ram"}, "nothing else of its caller is known there"

    assert lesson.hear("Rajasthan", state="Rajasthan") == ["District?"]
    assert lesson.hear("Jaipur", district="Jaipur") == ["Noted.", "Ram of Jaipur, Rajasthan."]
    assert lesson.turn.path == ["area/district", "next", "area/found", "return", "place", "done", "thanks"]
    assert lesson.session is None


def test_the_result_of_a_called_flow_says_where_its_caller_goes_on(play: Player) -> None:
    lesson = play(CALLER, parts=[part("area", AREA, AREA_HEAD)])
    lesson.begin()
    lesson.hear("Ram", name="Ram")
    lesson.hear("Rajasthan", state="Rajasthan")
    lesson.hear("?", wrong={"district": "not_a_name"})

    assert lesson.hear("?", wrong={"district": "not_a_name"}) == ["No matter, Ram. -"]
    assert lesson.turn.path[-5:] == ["area/given_up", "return", "place", "given_up", "sorry"]


def test_only_what_a_flow_gives_comes_out_of_it_under_the_name_of_the_call(play: Player) -> None:
    lesson = play(
        "place: {call: area, with: {who: Sita}, outcomes: {done: check, given_up: check}}\n"
        "check: {say: {en: Right?}, choose: {1: bye}}\nbye: {end: true}\n",
        parts=[part("area", AREA, AREA_HEAD.replace("state, ", ""))],
        state="an older value",
    )
    assert lesson.begin() == ["Sita, which state?"]
    lesson.hear("Rajasthan", state="Rajasthan")
    lesson.hear("Jaipur", district="Jaipur")
    assert lesson.session
    assert lesson.session.variables == {"state": "an older value", "area": {"district": "Jaipur"}}
    assert (lesson.session.flow, lesson.session.callers) == ("lesson", [])


def test_a_called_flow_that_asks_nothing_ends_at_once(play: Player) -> None:
    lesson = play(
        'go: {call: greet, next: who}\nwho: {say: {en: "Name?"}, ask: {into: name, type: name}, next: bye}\nbye: {end: true}',
        parts=[part("greet", 'hello: {say: {en: "Hello."}, next: bye}\nbye: {end: true}')],
    )
    assert lesson.begin() == ["Hello.", "Name?"]
    assert lesson.turn.path == ["go", "greet/hello", "next", "greet/bye", "return", "go", "done", "who"]
    assert lesson.turn.prompted


def test_a_called_flow_has_its_own_effects(play: Player) -> None:
    lesson = play(
        'go: {call: keeping, next: bye}\nbye: {say: {en: "Kept as {{ keeping.ref }}."}, end: true}',
        parts=[
            part("keeping", "keep: {do: save, outcomes: {saved: bye, known: bye}}\nbye: {end: true}", "gives: [ref]")
        ],
    )
    lesson.begin()
    assert lesson.effect_ends("saved", ref="AB2") == ["Kept as AB2."]
    assert lesson.turn.path == ["saved", "keeping/bye", "return", "go", "done", "bye"]


def test_calls_may_be_nested(play: Player) -> None:
    lesson = play(
        'go: {call: middle, next: bye}\nbye: {say: {en: "{{ middle.name }}."}, end: true}',
        parts=[
            part("middle", "go: {call: naming, into: found, next: who}\n"
                 'who: {say: {en: "{{ found.name }}, and now?"}, ask: {into: name, type: name}, next: bye}\nbye: {end: true}',
                 "gives: [name]"),
            part("naming", 'who: {say: {en: "Name?"}, ask: {into: name, type: name}, next: bye}\nbye: {end: true}',
                 "gives: [name]"),
        ],
    )  # fmt: skip
    assert lesson.begin() == ["Name?"]
    assert lesson.turn.path == ["go", "middle/go", "naming/who"]
    assert lesson.hear("Ram", name="Ram") == ["Ram, and now?"]
    assert lesson.turn.path == ["naming/who", "next", "naming/bye", "return", "middle/go", "done", "middle/who"]
    assert lesson.hear("Sita", name="Sita") == ["Sita."]


def test_the_question_of_a_called_flow_is_said_again_as_any_other(play: Player) -> None:
    lesson = play(CALLER, parts=[part("area", AREA, AREA_HEAD)])
    lesson.begin()
    lesson.hear("Ram", name="Ram")
    assert lesson.show() == ["Ram, which state?"]


def test_a_session_in_the_middle_of_calls_knows_where_it_began(play: Player) -> None:
    lesson = play(CALLER, parts=[part("area", AREA, AREA_HEAD)])
    lesson.begin()
    lesson.hear("Ram", name="Ram")
    assert lesson.session
    assert msgspec.json.decode(msgspec.json.encode(lesson.session), type=Session) == lesson.session

    back = caller_of(lesson.session)
    assert back
    assert (back.flow, back.state, back.variables) == ("lesson", "place", {"name": "Ram"})
    assert (back.id, back.callers) == (lesson.session.id, [])
    assert caller_of(back) is None
    assert outermost(lesson.session) == back
    assert outermost(back) is back


# --- what goes wrong ----------------------------------------------------------------------------------------------


def nest(depth: int) -> list[Flow]:
    """Flows call1 ... that call each other, one after the other."""
    chain = [part(f"call{n}", f"go: {{call: call{n + 1}, next: bye}}\nbye: {{end: true}}") for n in range(1, depth)]
    return [*chain, part(f"call{depth}", "bye: {end: true}")]


def test_so_many_calls_may_wait_for_each_other(play: Player) -> None:
    lesson = play("go: {call: call1, next: bye}\nbye: {end: true}", parts=nest(MAX_CALLS))
    lesson.begin()
    assert lesson.session is None

    lesson = play("go: {call: call1, next: bye}\nbye: {end: true}", parts=nest(MAX_CALLS + 1))
    with pytest.raises(TooManyCalls, match=f"flow call{MAX_CALLS + 1} is called {MAX_CALLS} calls deep"):
        lesson.begin()


def test_flows_that_call_each_other_for_ever_are_stopped(play: Player) -> None:
    lesson = play("go: {call: lesson, next: bye}\nbye: {end: true}")
    with pytest.raises(TooManyCalls):
        lesson.begin()


def test_a_result_that_the_caller_has_no_way_for_is_a_fault(play: Player) -> None:
    lesson = play("go: {call: other, next: bye}\nbye: {end: true}", parts=[part("other", "bye: {end: elsewhere}")])
    with pytest.raises(FlowFault, match="state go: no way on for outcome elsewhere"):
        lesson.begin()


def test_each_step_wants_at_most_one_thing(play: Player) -> None:
    lesson = play("go: {call: other, next: bye}\nbye: {end: true}", parts=[part("other", "bye: {end: true}")])
    lesson.begin()
    first, second, third = (one.turn.wants for one in lesson.steps)
    assert isinstance(first, Called)
    assert (first.flow, first.variables) == ("other", {})
    assert isinstance(second, Returned)
    assert second.outcome == Outcome("done")
    assert third is None

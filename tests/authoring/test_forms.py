"""The messages of flows in all their forms, as India's registry wants them: which texts leave together, where values stand."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from sms_service.authoring.forms import FORMS_MAX, Form, marked, pieces
from sms_service.authoring.lint import Together
from sms_service.authoring.load import load_flow
from sms_service.engine.dlt import fits
from tests.authoring.checking import VOCABULARY
from tests.conftest import ROOT


def forms(*texts: str) -> list[Form]:
    """The forms of the first of these flows."""
    flows = [load_flow(text, "x.yaml", VOCABULARY) for text in texts]
    return Together({flow.name: flow for flow in flows}, {}, VOCABULARY).forms.of(flows[0])


def registered(*texts: str) -> list[str]:
    return [form.registered for form in forms(*texts)]


def flow(states: str, name: str = "x", more: str = "starts: {keywords: [JOIN]}\nlanguages: [en]") -> str:
    return f"flow: {name}\nabout: A test.\n{more}\nstates:\n{states}"


END = "  bye: {say: Bye., end: true}\n"


def test_what_one_turn_says_is_one_message() -> None:
    assert registered(flow("  hello: {say: Hello., next: bye}\n" + END)) == ["Hello.\nBye."]


def test_each_branch_is_a_form_of_its_own_and_values_are_variables() -> None:
    states = """  age:
    say: "Age?"
    ask: {into: age, type: number}
    unclear: {say: "In digits."}
    next: bye
  bye:
    say: "{% if age < 18 %}Too young.{% else %}{{ org }}: {{ age }}, {{ age }} is old.{% endif %}"
    end: true
"""
    found = forms(flow(states))
    assert [form.registered for form in found] == [
        "Age?", "In digits.", "XYZ: {#var#}, {#var#} is old.", "Too young.",
    ]  # fmt: skip
    assert (found[2].state, found[2].key, found[2].language) == ("bye", "bye.say@en", "en")
    assert found[2].longest == [len(found[2].pieces[1].text)] * 2


def test_a_question_is_asked_again_alone_and_a_menu_goes_with_it() -> None:
    states = """  hello: {say: Hello., next: which}
  which:
    say: "Which?"
    choose: {1: {label: Tea, next: bye}, 2: {label: Milk, next: bye}}
    remind: {after: 1 day, say: "Still there?"}
"""
    assert registered(flow(states + END)) == [
        "Hello.\nWhich?\n1. Tea\n2. Milk", "Which?\n1. Tea\n2. Milk", "Still there?", "Bye.",
    ]  # fmt: skip


def test_each_field_of_a_collect_with_what_can_be_wrong_with_it() -> None:
    states = """  form:
    say: "Some questions."
    collect:
      age: {type: number, ask: "Age?", wrong: "In digits."}
      note: {type: text, ask: "Note?", wrong: {too_long: "Shorter."}}
    next: bye
"""
    found = registered(flow(states + END))
    for text in ("Some questions.\nAge?", "Age?", "Note?", "In digits.", "Shorter.", "Bye."):
        assert text in found
    assert not [text for text in found if "Send a number" in text], "the flow has words of its own for every problem"


def test_a_value_that_may_be_missing_makes_two_forms() -> None:
    states = """  form:
    collect:
      age: {type: number, ask: "Age?", wrong: "In digits."}
      town: {type: text, max: 20, ask: "Town?", optional: true, wrong: "Letters."}
    next: bye
  bye: {say: "{% if town is defined %}In {{ town }}.{% else %}Nowhere.{% endif %}", end: true}
"""
    assert {"In {#var#}.", "Nowhere."} <= set(registered(flow(states)))


def test_what_a_called_flow_says_goes_with_what_its_caller_says_before_and_behind() -> None:
    caller = flow("  hello: {say: Hello., next: ask}\n  ask: {call: inner, next: bye}\n" + END)
    inner = """  age: {say: "Age?", ask: {into: age, type: yes_no}, unclear: {say: "Yes or no."}, next: thanks}
  thanks: {say: Thanks., end: true}
"""
    called = flow(inner, "inner", "languages: [en]")
    assert registered(caller, called) == ["Hello.\nAge?", "Bye."]
    assert registered(called, caller) == ["Age?", "Yes or no.", "Thanks.\nBye."]


def test_ways_beyond_number_are_not_followed_for_ever() -> None:
    """Twelve decisions in a row, each of two texts; and a chain of states as long as a file can be."""
    steps = "".join(
        f"""  s{n}: {{decide: [{{when: n > {n}, next: a{n}}}, {{next: b{n}}}]}}
  a{n}: {{say: "A{n}.", next: s{n + 1}}}
  b{n}: {{say: "B{n}.", next: s{n + 1}}}
"""
        for n in range(12)
    )
    first = "  first: {say: How many?, ask: {into: n, type: number}, next: s0}\n"
    found = forms(flow(first + steps + "  s12: {say: Bye., end: true}\n"))
    assert len(found) == FORMS_MAX
    chain = "".join(f"  s{n}: {{say: S, next: s{n + 1}}}\n" for n in range(1500))
    assert forms(flow(chain + "  s1500: {say: Bye., end: true}\n")) == [], "no turn passes so many states"


def test_flows_that_call_each_other_in_a_circle_come_to_an_end() -> None:
    one = "  hello: {say: Hello., next: ask}\n  ask: {call: NAME, next: more}\n  more: {call: NAME, next: bye}\n" + END
    assert len(registered(flow(one.replace("NAME", "y")), flow(one.replace("NAME", "x"), "y"))) < 10


def test_each_language_has_its_own_forms_and_ussd_none() -> None:
    states = """  bye:
    say: {en: {sms: "Bye by SMS.", ussd: "Bye."}, hi: "नमस्ते।"}
    end: true
"""
    both = flow(states, more="starts: {keywords: [BYE]}\nlanguages: [en, hi]")
    assert [(form.language, form.registered) for form in forms(both)] == [("en", "Bye by SMS."), ("hi", "नमस्ते।")]


@pytest.mark.parametrize(
    ("source", "values", "text"),
    [
        ("a {{ name }} b", {"name": "Ram"}, "a <Ram> b"),
        ("{{ org }}: {{ name|upper }}", {"name": "Ram", "org": "XYZ"}, "XYZ: <RAM>"),
        ("{{org|lower}} {{- name -}} !", {"name": "Ram", "org": "XYZ"}, "xyz<Ram>!"),
        ("{{ '}}' if name else name }}", {"name": "Ram"}, "<}}>"),
        ("{% for one in names %}{{ one }}{% if not loop.last %}, {% endif %}{% endfor %}", {"names": ["a", "b"]},
         "<a>, <b>"),
    ],
)  # fmt: skip
def test_values_are_marked_and_what_the_settings_say_is_not(
    source: str, values: Mapping[str, object], text: str
) -> None:
    from sms_service.engine.templates import Templates

    made = Templates({"x@en": marked(source, {"org"})}).render("x@en", values)
    assert made.replace("\ue000", "<").replace("\ue001", ">") == text


def test_a_message_is_cut_into_pieces_as_it_is_sent() -> None:
    """Curly quotes go where the whole becomes GSM-7 by it, and stay where a name is in Hindi."""
    found = pieces("“\ue000Ram\ue001” – bye")
    assert [(piece.text, piece.value) for piece in found] == [('"', False), ("Ram", True), ('" - bye', False)]
    assert "".join(piece.text for piece in pieces("“\ue000राम\ue001” – bye")) == "“राम” – bye"


def test_every_form_of_the_flows_that_come_with_the_service_is_what_it_asks_to_be_registered() -> None:
    flows = [load_flow(file.read_text(), file.name, VOCABULARY) for file in sorted((ROOT / "flows").glob("*.yaml"))]
    every = Together({flow.name: flow for flow in flows}, {}, VOCABULARY).forms
    found = [form for flow in flows for form in every.of(flow)]
    assert len(found) > 500
    assert all(fits(form.registered, form.text, max(form.longest, default=0)) for form in found)
    assert not any("\ue000" in form.text or "\ue001" in form.text for form in found)

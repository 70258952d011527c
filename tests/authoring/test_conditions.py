"""What conditions compare: every comparison that can be told is found, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from sms_service.authoring.conditions import comparisons
from sms_service.engine.templates import Templates
from tests.authoring.checking import findings_of

FLOW = """\
flow: x
about: A number, a text, a day, and a yes.
starts: {{keywords: [TELL]}}
languages: [en]
states:
  age: {{say: "Age?", ask: {{into: age, type: number}}, next: booth}}
  booth: {{say: "Booth?", ask: {{into: booth, type: booth}}, next: born}}
  born: {{say: "Born?", ask: {{into: born, type: date}}, next: married}}
  married: {{say: "Married?", ask: {{into: married, type: yes_no}}, next: which}}
  which: {{decide: [{{when: "{condition}", next: bye}}, {{next: bye}}]}}
  bye: {{end: true}}
"""
VALUES = {
    "age": (0, 17, 18, 19, 99),
    "booth": ("1", "12", "9999A"),
    "born": ("1900-01-01", "2024-12-31"),
    "married": (True, False),
}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("{% if age >= '18' %}", [("age", ">=", "18")]),
        ('{{ "x" if 18 < age else "y" }}', [("age", ">", 18)]),
        (
            "{% if not (home.pin == '1' and a != 2) or b <= -3 %}",
            [("home.pin", "==", "1"), ("a", "!=", 2), ("b", "<=", -3)],
        ),
        ("{% if area in ['N1', 2] and c not in ['x'] %}", [("area", "==", "N1"), ("area", "==", 2), ("c", "==", "x")]),
        ("{% if age|int >= '18' or '18'|int == age or age - 1 == '5' or age == '5' ~ b %}", []),
        ("{% if a == b or true == 'x' or 1 == '1' %}", []),
        ("age >= '18' {# age >= '18' #} {{ \"age >= '18'\" }}", []),
        ("{% if area in areas or area in ['a', b] %}", []),
    ],
)
def test_a_comparison_with_a_fixed_value_is_found_where_it_stands_alone(source: str, found: list[object]) -> None:
    assert [(one.name, one.sign, one.literal.value) for one in comparisons(source)] == found


@pytest.mark.parametrize("sign", ["==", "!=", "<", "<=", ">", ">="])
@pytest.mark.parametrize(
    ("name", "literal"), [("age", "'18'"), ("booth", "12"), ("born", "2000"), ("married", "'yes'")]
)
def test_what_is_said_to_be_always_so_is_always_so(name: str, sign: str, literal: str, tmp_path: Path) -> None:
    [told] = findings_of(tmp_path, FLOW.format(condition=f"{name} {sign} {literal}"))
    holds = {Templates({}).holds(f"{name} {sign} {literal}", {name: value}) for value in VALUES[name]}
    assert ("never true" in told, "always true" in told) == (holds == {False}, holds == {True})


@pytest.mark.parametrize(
    "condition",
    [
        "age >= 18 and age != 20 and 5 < age", "booth == '12' or booth in ['1', '2']", "born < '1950' or born >= '2000-01-01'",
        "married or not married", "married == true and married != false", "married == 1", "booth|length >= 3",
        "age|default(0) >= 18 and age is defined", "org == 5",
    ],
)  # fmt: skip
def test_nothing_is_said_of_a_condition_that_is_right(condition: str, tmp_path: Path) -> None:
    assert findings_of(tmp_path, FLOW.format(condition=condition)) == []


def test_of_what_may_be_kept_in_two_ways_nothing_is_said(tmp_path: Path) -> None:
    both = FLOW.format(condition="age == '18'").replace("into: booth, type: booth", "into: age, type: booth")
    assert findings_of(tmp_path, both) == []
    takes = "flow: x\nabout: A.\nlanguages: [en]\ntakes: {any: text}\nstates:\n"
    takes += "  a: {decide: [{when: any == 5, next: b}, {next: b}]}\n"
    assert findings_of(tmp_path, f"{takes}  b: {{end: true}}\n") == [], "what is taken as a text may be anything"

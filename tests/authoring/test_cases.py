"""Conditions that are decided already: by the bounds of a number, or by an earlier case. Told only where it is so."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest

from sms_service.engine.templates import Templates
from tests.authoring.checking import findings_of

FLOW = """\
flow: x
about: A number within bounds.
starts: {{keywords: [TELL]}}
languages: [en]
states:
  age: {{say: "Age?", ask: {{into: age, type: number{bounds}}}, next: which}}
  which: {{decide: [{cases}, {{next: bye}}]}}
  bye: {{end: true}}
"""
CONDITIONS = [f"age {sign} {number}" for sign, number in product(["==", "!=", "<", "<=", ">", ">="], [3, 4, 6, 7])]


def told(folder: Path, *conditions: str, bounds: str = ", min: 4, max: 6") -> list[str]:
    cases = ", ".join(f'{{when: "{condition}", next: bye}}' for condition in conditions)
    return findings_of(folder, FLOW.format(cases=cases, bounds=bounds))


def holding(condition: str, ages: range) -> set[int]:
    return {age for age in ages if Templates({}).holds(condition, {"age": age})}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_bounds_of_a_number_decide_what_they_are_said_to_decide(condition: str, tmp_path: Path) -> None:
    found, holds = told(tmp_path, condition), holding(condition, range(4, 7))
    decided = {0: ["never"], 3: ["always"]}.get(len(holds), [])
    assert [word for one in found for word in re.findall("(never|always) true", one)] == decided


@pytest.mark.parametrize("before", CONDITIONS)
def test_a_case_is_hidden_by_one_before_it_that_holds_of_all_that_it_holds_of(before: str, tmp_path: Path) -> None:
    ages = range(-1, 12)
    for condition in CONDITIONS:
        found = told(tmp_path, before, condition, bounds="")
        hidden = holding(condition, ages) <= holding(before, ages)
        assert any("never reached" in one for one in found) == hidden, (before, condition)


@pytest.mark.parametrize(
    "conditions",
    [
        ["age > 6 or age < 4", "age > 6 and age < 9"], ["age >= 5", "age >= 4 and age != 5"], ["age < 5", "age > 4"],
        ["age == 4", "age == 5", "age == 6"], ["not age > 6"], ["age|default(0) >= 4"],
    ],
)  # fmt: skip
def test_nothing_is_said_of_more_than_one_comparison_or_of_cases_that_only_together_hide_another(
    conditions: list[str], tmp_path: Path
) -> None:
    assert told(tmp_path, *conditions) == []


def test_where_a_number_may_come_from_elsewhere_its_bounds_say_nothing(tmp_path: Path) -> None:
    flow = FLOW.format(cases='{when: "age < 4", next: bye}', bounds=", min: 4")
    assert findings_of(tmp_path, flow.replace("starts: {keywords: [TELL]}", "takes: {age: number}")) == []
    assert len(findings_of(tmp_path, flow)) == 1


def test_the_same_option_or_text_twice_is_told_and_another_is_not(tmp_path: Path) -> None:
    flow = FLOW.replace("type: number{bounds}", "type: choice, options: {{f: {{label: F}}, m: {{label: M}}}}")
    cases = "{{when: \"age == 'f'\", next: bye}}, {{when: \"age == '{}'\", next: bye}}"
    assert findings_of(tmp_path, flow.format(cases=cases.format("m").replace("{{", "{").replace("}}", "}"))) == []
    [found] = findings_of(tmp_path, flow.format(cases=cases.format("f").replace("{{", "{").replace("}}", "}")))
    assert "this is never reached: `age == 'f'` stands before it; leave one out" in found

"""The values that a text is tried with: the longest, and those that its conditions tell apart."""

from __future__ import annotations

from typing import Any

import pytest

from sms_service.authoring.values import TRIED_MAX, concerned, never, tried
from sms_service.authoring.variables import Known, Names, Table, fields_of
from sms_service.engine.model import Field, Option
from tests.authoring.checking import VOCABULARY

GENDER = Field("gender", "choice", options=(Option("1", value="f"), Option("2", value="other")))
FIELDS = {
    "age": Field("age", "number", parameters={"min": 18, "max": 120}),
    "gender": GENDER,
    "married": Field("married", "yes_no"),
    "name": Field("name", "text", parameters={"max": 3}),
    "home.pin": Field("pin", "number", parameters={"max": 9}),
    "home.place": Field("place", "text", parameters={"max": 2}),
}


def known() -> Names:
    return Known(Table()).and_(FIELDS).maybe


def values(source: str, *used: str) -> list[Any]:
    """Each set of values, without the constants, as `(one, two)` in the order of `used`."""
    found = tried(source, set(used), known(), "en", VOCABULARY)
    return [tuple(one[name] for name in used) if len(used) > 1 else one[used[0]] for one in found]


@pytest.mark.parametrize(
    ("source", "used", "tries"),
    [
        ("{{ age }}", ["age"], [120]),
        ("{% if age < 60 %}young{% endif %}", ["age"], [120, 18, 59, 60, 61]),
        ("{% if age < 5 %}never{% endif %}", ["age"], [120, 18]),
        ("{% if gender == 'f' %}Mrs{% endif %}", ["gender"], ["other", "f"]),
        ("{% if married %}and yours{% endif %}", ["married"], [True, False]),
        ("{% if name == 'Ram' %}!{% elif name == 'Om' %}?{% endif %}", ["name"], ["mmm", "Ram", "Om"]),
        ("{{ 'yes' if married else 'no' }}", ["married"], [True, False]),
        ("{% if married %}{{ gender }}{% endif %}", ["married", "gender"], [(True, "other"), (False, "other")]),
        ("{% if home.pin > 5 %}x{% endif %}", ["home"], [{"pin": pin, "place": "mm"} for pin in (9, 0, 4, 5, 6)]),
        ("{% for a in name %}{% if married %}{{ a }}{% endif %}{% endfor %}", ["name", "married"], [("mmm", True)]),
        ("no variable, if at all", ["org"], ["XYZ"]),
    ],
)
def test_a_text_is_tried_with_the_longest_values_and_those_it_tells_apart(
    source: str, used: list[str], tries: list[Any]
) -> None:
    assert values(source, *used) == tries


def test_the_longest_of_all_places_where_it_is_asked_counts() -> None:
    known = Known(Table()).and_(FIELDS).and_({"age": Field("age", "number", parameters={"max": 5_000})}).maybe
    [found] = tried("{{ age }}", {"age"}, known, "en", VOCABULARY)
    assert found["age"] == 5_000


def test_many_conditions_are_not_tried_in_every_combination() -> None:
    many = Known(Table()).and_({f"v{n}": Field(f"v{n}", "yes_no") for n in range(20)}).maybe
    source = "".join(f"{{% if v{n} %}}x{{% endif %}}" for n in range(20))
    assert len(list(tried(source, set(many), many, "en", VOCABULARY))) == TRIED_MAX


def test_a_name_concerns_what_is_in_it_and_what_it_is_in() -> None:
    assert sorted(concerned(known(), ["home"])) == ["home.pin", "home.place"]
    assert concerned(known(), ["home.pin.digit", "zebra"]) == ["home.pin"]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("{% if gender == 'woman' %}", [("gender", "woman", "f, other")]),
        ('{% if gender != "m" or gender == "f" %}', [("gender", "m", "f, other")]),
        ("{% if gender == 'f' %}", []),
        ("{% if name == 'woman' %}", []),
        ("{% if zebra == 'woman' %}", []),
    ],
)
def test_a_comparison_with_no_option_is_never_true(source: str, found: list[tuple[str, str, str]]) -> None:
    assert list(never(source, known())) == found


def test_where_a_variable_may_be_a_free_text_too_nothing_is_never_true() -> None:
    both = Known(Table()).and_({"gender": GENDER}).and_(fields_of({"gender": "text"})).maybe
    assert list(never("{% if gender == 'woman' %}", both)) == []

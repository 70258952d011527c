"""Slips in texts and conditions: braces, quotes and ifs that do not match."""

from __future__ import annotations

import pytest

from sms_service.authoring.proofread import (
    TEXT_SOURCE_MAX,
    codes,
    literals,
    lone_brace,
    slip_in_condition,
    slip_in_text,
)


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("", "this text is empty"),
        (" \n", "this text is empty"),
        ("{{ name }. Bye", "{{ name is never closed: }} is missing behind it"),
        ("{{ name {{ age }}", "{{ name is never closed: }} is missing behind it"),
        ("{% if a }x", "{% if a is never closed: %} is missing behind it"),
        ("{# note", "{# note is never closed: #} is missing behind it"),
        ("{{ 'name }}", "a quote behind {{ is never closed"),
        ("{% if a %}x", "{% if %} is never closed: {% endif %} is missing"),
        ("{% for a in b %}x", "{% for %} is never closed: {% endfor %} is missing"),
        (
            "{% if a %}{% for b in c %}{% endif %}{% endfor %}",
            "{% endif %} closes nothing: there is no {% if %} before it",
        ),
        ("x{% endif %}", "{% endif %} closes nothing: there is no {% if %} before it"),
        ("{% else %}x", "{% else %} stands outside of {% if %} and {% endif %}"),
        ("{% if a %}x{% end %}", "there is no {% end %}: it is called endif"),
        ("{% if a %}x{% elseif b %}{% endif %}", "there is no {% elseif %}: it is called elif"),
        ("{% for a in b %}{% for c in d %}{% endfor %}{% endfor %}", "a loop within a loop is not for texts"),
        ("x" * (TEXT_SOURCE_MAX + 1), "this text has 4,001 characters: at most 4,000 are read, 1,600 can be sent"),
    ],
)
def test_a_slip_in_a_text_is_told(text: str, slip: str) -> None:
    assert slip_in_text(text) == slip


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("{name}", "{name} is said as it stands: a variable has two braces, {{ name }}"),
        ("{ a.b }", "{ a.b } is said as it stands: a variable has two braces, {{ a.b }}"),
        ("name }}", "}} closes nothing: a variable has two braces on both sides, {{ name }}"),
        ("{}", "{} closes nothing: a variable has two braces on both sides, {{ name }}"),
        ("a < b > c, 1 } 2 {{ name }}", ""),
    ],
)
def test_a_single_brace_is_told(text: str, slip: str) -> None:
    assert (lone_brace(text), slip_in_text(text)) == (slip, "")


def test_the_code_of_a_text_is_what_stands_in_braces() -> None:
    text = "a == 'b' {{ name|default('}}') }} {% if a == 'c' %}{# a #}x{% endif %}"
    assert list(codes(text)) == [(True, " name|default('}}') "), (False, " if a == 'c' "), (False, " endif ")]


@pytest.mark.parametrize(
    "text",
    [
        "Thank you, {{ name }}.",
        "{{name|default('}}')}}",
        "{{ \"it's\" }} it's {{ 'a \"b\"' }}",
        "{% if a %}x{% elif b == '%}' %}y{% else %}z{% endif %}",
        "{%- if a -%} x {%- endif -%}",
        "{% for a in b %}{{ a }}{% else %}none{% endfor %}{% for c in d %}{% endfor %}",
        "{# {{ a remark }} #}",
        "50% off, {{ 5 % 2 }}% more",
        "a < b > c, 1 } 2",
    ],
)
def test_a_text_that_is_right_has_none(text: str) -> None:
    assert slip_in_text(text) == ""


@pytest.mark.parametrize(
    ("condition", "slip"),
    [
        ("{{ age }} > 18", 'a condition stands without {{, like "age >= 18"'),
        ("{% if age > 18 %}", 'a condition stands without {%, like "age >= 18"'),
        ("name == 'Ram", "a quote is never closed in this condition"),
        ('name == "Ram', "a quote is never closed in this condition"),
        ("age = 18", "to compare, write ==, like \"answer == 'yes'\""),
        ("(age = 18) or old", "to compare, write ==, like \"answer == 'yes'\""),
        ("age is bigger than 18", "to compare, write a sign: `age > 18`"),
        ("age is at least 18", "to compare, write a sign: `age >= 18`"),
        ("age is at most 18", "to compare, write a sign: `age <= 18`"),
        ("age is less than 18", "to compare, write a sign: `age < 18`"),
        ("name is equal to 'Ram'", "to compare, write a sign: `name == 'Ram'`"),
        ("name is not equal to 'Ram'", "to compare, write a sign: `name != 'Ram'`"),
        ("age > 18 && old", "&& is no sign of a condition: write `and`"),
        ("age > 18 || old", "|| is no sign of a condition: write `or`"),
        ("age > 18 AND old", "AND is no sign of a condition: write `and`"),
        ("age => 18", "=> is no sign of a condition: write `>=`"),
        ("age <> 18", "<> is no sign of a condition: write `!=`"),
        ("age === 18", "=== is no sign of a condition: write `==`"),
        ("age >", "this condition ends too early: something is missing behind its last word"),
        ("age > 18 and ", "this condition ends too early: something is missing behind its last word"),
        ("a" * (TEXT_SOURCE_MAX + 1), "this condition has 4,001 characters: at most 4,000 are read"),
    ],
)
def test_a_slip_in_a_condition_is_told(condition: str, slip: str) -> None:
    assert slip_in_condition(condition) == slip


@pytest.mark.parametrize(
    "condition",
    [
        "booth is defined",
        "name == 'a && b'",
        "name == 'is at least 3'",
        "age >= 18",
        "a != b",
        "a <= 1",
        "name == 'a = b'",
        'name == "it\'s"',
        "not a",
        "a in ['x', 'y']",
        "band",
    ],
)
def test_a_condition_that_is_right_has_none(condition: str) -> None:
    assert slip_in_condition(condition) == ""


def test_what_is_compared_with_a_text_is_found() -> None:
    source = "{% if a == 'x' and b.c != \"it's\" or 'y' == d %}{% if e == 5 %}"
    assert list(literals(source)) == [("a", "x")]
    assert list(literals('b.c != "z"')) == [("b.c", "z")]

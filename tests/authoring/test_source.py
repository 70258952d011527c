"""YAML as people write it: words stay words, everything has its place, and what could not be meant is refused."""

from __future__ import annotations

from typing import Any

import pytest

from sms_service.authoring.source import DEPTH_MAX, SOURCE_MAX, BrokenFlow, Source


def data(text: str) -> Any:
    return Source(text, "x.yaml").data


def refused(text: str) -> str:
    with pytest.raises(BrokenFlow) as caught:
        Source(text, "x.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("no: yes", {"no": "yes"}),
        ("on: off", {"on": "off"}),
        ("y: n", {"y": "n"}),
        ("at: 12:30", {"at": "12:30"}),
        ("day: 2026-01-31", {"day": "2026-01-31"}),
        ("phone: 0712345678", {"phone": "0712345678"}),
        ("octal: 0o17", {"octal": "0o17"}),
        ("price: 1_000", {"price": "1_000"}),
        ("half: 1.5", {"half": "1.5"}),
        ("norway: NO", {"norway": "NO"}),
        ("1: 2", {"1": 2}),
        ("times: -3", {"times": -3}),
        ("end: true", {"end": True}),
        ("text: 'true'", {"text": "true"}),
        ('text: "12"', {"text": "12"}),
        ("empty:", {"empty": None}),
        ("empty: ~", {"empty": None}),
        ("list: [a, 1, no]", {"list": ["a", 1, "no"]}),
        ("text: >-\n  one\n  two\n", {"text": "one two"}),
        ("text: हाँ, ndiyo", {"text": "हाँ, ndiyo"}),
        ("\ufeffbom: here", {"bom": "here"}),
        ("", {}),
    ],
)
def test_words_stay_words(text: str, read: dict[str, Any]) -> None:
    assert data(text) == read


def test_a_finding_stands_at_its_key_or_at_the_nearest_thing_around_it() -> None:
    source = Source("one:\n  two: [a,\n    b]\nthree: 3\n", "x.yaml")

    assert str(source.finding(("one", "two"), "here")) == "x.yaml:2:3: here"
    assert str(source.finding(("one", "two", 1), "here")) == "x.yaml:3:5: here"
    assert str(source.finding(("one", "missing", "deeper"), "here")) == "x.yaml:1:1: here"
    assert str(source.finding(("three",), "here")) == "x.yaml:4:1: here"


def test_a_key_that_stands_twice_is_found_and_reading_goes_on() -> None:
    source = Source("a: 1\nb: 2\na: 3\n", "x.yaml")
    assert [str(finding) for finding in source.findings] == [
        'x.yaml:3:1: "a" stands here a second time; keep one of them'
    ]
    assert source.data["b"] == 2


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("a:\n\tb: 1\n", "x.yaml:2:1: a tab; indent with spaces"),
        ("a:\n  b: 1\n\tc: 2\n", "x.yaml:3:1: a tab; indent with spaces"),
        ("a: &x {b: 1}\nc: *x\n", "x.yaml:2:1: anchors and aliases (& *) are not read; write it out"),
        (
            "a: !!python/object/apply:os.system ['true']\n",
            "x.yaml:1:1: the tag tag:yaml.org,2002:python/object/apply:os.system is not allowed",
        ),
        ("a: !mine b\n", "x.yaml:1:1: the tag !mine is not allowed"),
        ("a: [1\n", "x.yaml:2:1: not YAML: did not find expected ',' or ']'"),
        ("a: b: c\n", "x.yaml:1:5: not YAML: mapping values are not allowed in this context"),
        ("a: 1\n---\nb: 2\n", "x.yaml:2:1: not YAML: but found another document"),
        ("a: 'x\n", "x.yaml:2:1: not YAML: found unexpected end of stream"),
    ],
)
def test_what_is_refused_names_its_place_and_what_to_do(text: str, finding: str) -> None:
    assert refused(text) == finding


def test_control_characters_are_refused() -> None:
    assert refused("a: \x00").startswith("x.yaml:1:1: not YAML: unacceptable character #x0000")


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    assert refused("\n".join(lines)).endswith(": anchors and aliases (& *) are not read; write it out")


def test_a_huge_file_is_refused_unread() -> None:
    assert refused("#" * (SOURCE_MAX + 1)) == "x.yaml:1:1: the file has 1000001 characters; at most 1000000 are read"
    assert data("#" * (SOURCE_MAX - 5) + "\na: 1") == {"a": 1}


def test_a_deep_file_is_refused() -> None:
    assert refused("a: " + "[" * 50 + "]" * 50).endswith(": nested too deeply")
    assert data("a: " + "[" * (DEPTH_MAX - 1) + "]" * (DEPTH_MAX - 1))

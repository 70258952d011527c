"""Parts that have another shape: what is said of them, and what can still be read in them."""

from __future__ import annotations

from typing import Any

import pytest

from sms_service.authoring.parts import as_name, read_part
from sms_service.authoring.schema import HeadPart, StatePart
from sms_service.authoring.source import Finding, Source

BEFORE = "{states: {a: "


def read(state: str) -> tuple[Any, bool, list[str]]:
    """One state, in the braces of its file: the part, whether it is sure, and what is said of it (with its column)."""
    source, found = Source(f"{BEFORE}{{{state}}}}}}}", "x.yaml"), list[Finding]()
    part, sure = read_part(StatePart, source.data["states"]["a"], ("states", "a"), source, found)
    return part, sure, [f"{finding.column - len(BEFORE)}: {finding.message}" for finding in found]


def test_a_part_that_is_right_is_read() -> None:
    part, sure, found = read("say: Hello, next: bye")
    assert (part.next, sure, found) == ("bye", True, [])


def test_a_misspelt_key_is_read_as_what_was_meant_and_so_is_what_is_under_it() -> None:
    part, sure, found = read("say: A, remid: {aftr: 2 hours}, nxet: bye")
    assert (part.remind.after, part.next, sure) == (7_200, "bye", True)
    assert found == [
        '10: unknown key "remid", did you mean "remind"?',
        '34: unknown key "nxet", did you mean "next"?',
        '18: unknown key "aftr", did you mean "after"?',
    ]


@pytest.mark.parametrize(
    ("state", "sure", "found"),
    [
        ("say: A, colour: red, next: b", True, '10: unknown key "colour"'),
        ("say: A, end: true, min: 3", True, '21: unknown key "min"; it belongs under "ask"'),
        ("say: A, gives: [a], end: true", True, '10: unknown key "gives"; it belongs at the top of the file'),
        ("say: A, hi: B, end: true", True, '10: unknown key "hi"; if it is a language, indent it more than the "say"'),
        (
            "say: {english: A}, end: true",
            True,
            "8: a language is its code of two or three small letters, like en, hi or sw",
        ),
        ("say: {en: [A]}, end: true", True, "8: expected the text in this language"),
        ("say: A, choose: {1: b}, unclear: {times: 99}", True, "43: expected at most 10"),
        ("say: A, choose: {1: b}, remind: {after: soon}", True, "42: expected a length of time such as `24 hours`"),
        ("say: A, ask: {into: n}, next: b", True, '10: "type" is missing here'),
        ("say: A, ask: {type: name}, next: b", False, '10: "into" is missing here'),
        ("say: A, next: 5", False, "16: expected the name of a state"),
        ("say: A, next: [b]", False, "10: expected the name of a state"),
        ("say: A, choose: [b]", False, "10: expected `1: the name of a state` for each option"),
        ("say: A, choose: {}", False, "10: this is empty: give at least one"),
        ("say: A, choose: {ONE: b}", True, "19: a key is one to three digits or small letters"),
        ("say: A, ask: {into: n, type: choice, options: {}}", True, "39: this is empty: give at least one"),
        ("say: A, timeout: {after: 1 day}", False, '10: "then" is missing here'),
        ("say: A, next: ", False, "10: nothing stands here: expected the name of a state"),
        ("say: , next: b", True, "2: nothing stands here: expected a text, or one in each language"),
    ],
)
def test_a_part_is_mended_and_one_thing_is_said(state: str, sure: bool, found: str) -> None:
    part, is_sure, said = read(state)
    assert isinstance(part, StatePart)
    assert is_sure == sure
    assert len(said) == 1, said
    assert said[0].startswith(found)


def test_what_is_missing_at_the_top_can_be_filled_in() -> None:
    source, found = Source("starts: {keyword: A}\n", "x.yaml"), list[Finding]()
    head = read_part(HeadPart, source.data, (), source, found, {"flow": "x", "languages": ["en"]}).part
    assert (head.flow, head.about, head.languages, head.starts.keywords) == ("x", "-", ["en"], ["A"])
    assert sorted(finding.message for finding in found) == [
        '"about" is missing here', '"flow" is missing here', '"languages" is missing here',
        'unknown key "keyword", did you mean "keywords"?',
    ]  # fmt: skip


def test_what_the_file_holds_is_not_changed_by_mending() -> None:
    source = Source("{sya: A, next: 5}", "x.yaml")
    read_part(StatePart, source.data, (), source, [])
    assert source.data == {"sya": "A", "next": 5}


def test_of_a_part_with_hundreds_of_mistakes_some_are_told() -> None:
    _, _, found = read(", ".join(f"{letter}{number}x: 1" for letter in "qxz" for number in range(30)))
    assert len(found) == 90


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Say Bye", "say_bye"),
        ("say-bye", "say_bye"),
        ("UPPER", "upper"),
        ("नाम", ""),
        ("1st", ""),
        ("a" * 60, "a" * 50),
    ],
)
def test_a_name_is_made_of_what_was_written(written: str, name: str) -> None:
    assert as_name(written) == name

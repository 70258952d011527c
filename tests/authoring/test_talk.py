"""Transcripts as people write them."""

from __future__ import annotations

import pytest

from sms_service.authoring.source import BrokenFlow
from sms_service.authoring.talk import fits, read_talk

PHONES = "phone Anil +919800000002\nphone Ram +919876543210\n"


def test_every_kind_of_line() -> None:
    [scene] = read_talk(
        "# a comment\n== She says yes\n" + PHONES + "Anil > REG\nAnil < Mobile?\nafter 25 hours\n"
        "Anil dials *384*96#\nAnil sees Mobile?\nAnil types 98765\n",
        "x.talk",
    )
    assert scene.title == "She says yes"
    assert scene.phones == {"Anil": "+919800000002", "Ram": "+919876543210"}
    assert [(s.kind, s.name, s.text) for s in scene.steps] == [
        ("texts", "Anil", "REG"),
        ("gets", "Anil", "Mobile?"),
        ("after", "", ""),
        ("dials", "Anil", "*384*96#"),
        ("sees", "Anil", "Mobile?"),
        ("types", "Anil", "98765"),
    ]
    assert scene.steps[2].seconds == 25 * 3600


def test_a_text_goes_on_in_lines_that_begin_with_two_spaces() -> None:
    [scene] = read_talk(PHONES + "Anil < one\n  two\n  three\nAnil > next\n", "x.talk")
    assert [(step.line, step.text) for step in scene.steps] == [(3, "one\ntwo\nthree"), (6, "next")]


def test_scenes_begin_with_two_equals_signs() -> None:
    first, second = read_talk("== One\n" + PHONES + "Anil > a\n\n== Two\n" + PHONES + "Anil > b\n", "x.talk")
    assert (first.title, first.line) == ("One", 1)
    assert (second.title, second.line) == ("Two", 6)


def test_all_that_cannot_be_read_is_told_at_once_with_its_line() -> None:
    with pytest.raises(BrokenFlow) as broken:
        read_talk(PHONES + "Anil says hello\nSita > hi\n", "x.talk")
    first, second = map(str, broken.value.findings)
    assert first.startswith("x.talk:3:1: not a line of a transcript; they are: ")
    assert second == "x.talk:4:1: who is Sita? say first: phone Sita +..."


@pytest.mark.parametrize(
    ("expected", "said", "fit"),
    [
        ("Saved ...: Ram", "Saved R4K7: Ram", True),
        ("...", "anything\nat all", True),
        ("Saved", "Saved now", False),
        ("a ... b ... c", "a 1 b 2 c", True),
        ("Price (1.0)?", "Price (1.0)?", True),
        ("Price (1.0)?", "Price (150)?", False),
    ],
)
def test_three_dots_stand_for_anything(expected: str, said: str, fit: bool) -> None:
    assert fits(expected, said) is fit

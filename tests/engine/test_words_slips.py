"""Words that refuse are read through a slip of the finger, and no slip ever makes a yes."""

from __future__ import annotations

import pytest

from sms_service.engine.answers import read_answer
from sms_service.engine.words import WORDS
from sms_service.engine.words_slips import MENDED, slips


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("stpo", "stop"),
        ("syop", "stop"),
        ("unsubscibe", "stop"),
        ("wrng number", "wrong_number"),
        ("worng numbar", "wrong_number"),
        ("mauvais nuemro", "wrong_number"),
        ("hepl", "help"),
        ("msada", "help"),
        ("nahu", "no"),
        ("hapaan", "no"),
        ("haapana", "no"),
    ],
)
def test_a_slip_in_a_word_against_is_read_as_that_word(text: str, answer: str) -> None:
    assert read_answer(text, "", "consent") == answer


@pytest.mark.parametrize("word", ["helo", "hell", "nani", "nayi", "madam", "stp", "top", "step", "shop", "sasa"])
def test_a_word_of_its_own_is_no_slip(word: str) -> None:
    assert read_answer(word, "", "consent") == "unclear"


def test_no_slip_beside_a_yes_leaves_a_yes() -> None:
    typed = slips(known=())
    assert len(typed) > 1000
    assert [slip for slip in typed if read_answer(f"yes {slip}", "en", "consent") == "yes"] == []


def test_no_word_that_is_mended_is_part_of_a_yes() -> None:
    mended = {word.strip() for word in MENDED.split(",")}
    beside_a_yes = [
        phrase
        for language in WORDS.values()
        for meaning in ("yes", "polite", "neutral")
        for phrase in language.get(meaning, "").split(",")
    ]
    assert [phrase for phrase in beside_a_yes if mended.intersection(phrase.split())] == []


@pytest.mark.parametrize("text", ["REG 9876543210 ABC1234567 12 Ram Stip", "name Galar Nahu"])
def test_in_a_command_nothing_is_mended(text: str) -> None:
    assert read_answer(text, "en", "none") == "unclear"

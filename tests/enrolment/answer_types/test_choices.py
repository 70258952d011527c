"""One of several: options, yes and no."""

from __future__ import annotations

import pytest

from tests.enrolment.answer_types.reading import read, setting


@pytest.mark.parametrize(
    ("typed", "language", "found"),
    [
        ("1", "en", "maize"), ("1.", "en", "maize"), ("१", "hi", "maize"), ("one", "en", "maize"), ("MAIZE", "en", "maize"),
        ("मक्का", "hi", "maize"), ("makka", "hi", "maize"), ("Rice!", "en", "rice"), ("2 rice", "en", "rice"),
        ("3", "en", "?not_an_option"), ("1 2", "en", "?not_an_option"), ("wheat", "en", "?not_an_option"),
        ("", "en", "?not_an_option"),
    ],
)  # fmt: skip
def test_a_choice(typed: str, language: str, found: str) -> None:
    assert read("choice", typed, setting(language)) == found


@pytest.mark.parametrize(
    ("typed", "language", "found"),
    [
        ("1", "en", True), ("2", "en", False), ("२", "hi", False), ("yes", "en", True), ("haan ji", "hi", True),
        ("नहीं", "hi", False),
        ("ndiyo", "sw", True), ("hapana", "sw", False), ("two", "en", False), ("3", "en", "?unclear"),
        ("yes but no", "en", False),
        ("maybe", "en", "?unclear"), ("yes?", "en", "?unclear"), ("", "en", "?unclear"), ("1 2", "en", "?unclear"),
    ],
)  # fmt: skip
def test_yes_no(typed: str, language: str, found: object) -> None:
    assert read("yes_no", typed, setting(language)) == found

"""Texts under each other's languages: told by their letters, and only where nothing else can be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.authoring.checking import findings_of

FLOW = """\
flow: x
about: A text in three languages.
starts: {{keywords: [TELL]}}
languages: [{languages}]
states:
  bye: {{say: {{{texts}}}, end: true}}
"""


def told(folder: Path, **texts: str) -> list[str]:
    said = ", ".join(f'{language}: "{text}"' for language, text in texts.items())
    return findings_of(folder, FLOW.format(languages=", ".join(texts), texts=said))


@pytest.mark.parametrize(
    "texts",
    [
        {"en": "नमस्ते", "hi": "Hello"},
        {"ta": "ধন্যবাদ, {{ org }}", "bn": "நன்றி"},
        {"hi": "Thank you {{ org }} 12", "sw": "धन्यवाद", "en": "Thanks"},
    ],
)
def test_each_in_the_letters_of_the_other_is_told(texts: dict[str, str], tmp_path: Path) -> None:
    [found] = told(tmp_path, **texts)
    assert "in each other's letters" in found


@pytest.mark.parametrize(
    "texts",
    [
        {"en": "Hello", "hi": "Namaste"}, {"en": "नमस्ते", "hi": "नमस्ते जी"}, {"en": "नमस्ते XYZ", "hi": "Hello"},
        {"hi": "Hello", "mr": "नमस्कार"}, {"en": "{{ org }}", "hi": "12"}, {"brx": "नमस्कार", "hi": "Namaste"},
        {"en": "Welcome to us", "hi": "Welcome to us"}, {"en": "REG ABC DEF Ram Kumar 12", "hi": "REG ABC DEF Ram Kumar 12"},
    ],
)  # fmt: skip
def test_of_what_may_be_meant_so_nothing_is_said(texts: dict[str, str], tmp_path: Path) -> None:
    assert told(tmp_path, **texts) == []


def test_a_translation_that_is_the_text_itself_is_told(tmp_path: Path) -> None:
    [found] = told(tmp_path, en="{{ org }}: we will call you", hi="{{ org }}: we will call you")
    assert found.endswith("warning: this is the text in en once more: translate it into hi")

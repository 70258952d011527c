"""Which language a text shows that its sender speaks."""

from __future__ import annotations

import pytest

from sms_service.engine.answers import fold
from sms_service.engine.tongues import COMMANDS, language_told
from sms_service.engine.words import WORDS
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("JIUNGE", "sw"),
        ("jiunge Amina Wanjiru 12", "sw"),
        ("Msaada", "sw"),
        ("judo", "hi"),
        ("जुड़ो", "hi"),
        ("हाँ जी, १", "hi"),
        ("نعم", "ar"),
        ("ஆம்", "ta"),
        ("JOIN", ""),
        ("JOIN राम", ""),
        ("yes", ""),
        ("FOTO", ""),
        ("stop", ""),
        ("हाँ yes", ""),
        ("1", ""),
        ("👍", ""),
        ("да", ""),
        ("", ""),
    ],
)
def test_a_text_shows_one_language_or_none(text: str, language: str) -> None:
    assert language_told(text) == language


def test_no_command_is_of_two_languages_nor_a_word_of_another() -> None:
    commands = {language: {fold(word) for word in words.split(",")} for language, words in COMMANDS.items()}
    assert not commands["hi"] & commands["sw"]
    for language, words in commands.items():
        others = [phrases for other, meanings in WORDS.items() if other != language for phrases in meanings.values()]
        assert not words & {fold(phrase) for phrases in others for phrase in phrases.split(",")}


def test_every_command_is_a_keyword_of_a_flow() -> None:
    keywords = " ".join(file.read_text(encoding="utf-8") for file in (ROOT / "flows").glob("*.yaml")).lower()
    assert [word for words in COMMANDS.values() for word in words.split(", ") if word not in keywords] == []

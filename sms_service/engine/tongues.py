"""Which language a text shows that its sender speaks: by its script, or by a command that only one language has. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from sms_service.engine.answers import fold
from sms_service.engine.keywords import first_word
from sms_service.engine.words import WORDS

SCRIPTS: Mapping[str, str] = {"DEVANAGARI": "hi", "BENGALI": "bn", "TAMIL": "ta", "ARABIC": "ar"}
"""By script, as Unicode names its letters: the language that our texts are in who writes it."""

COMMANDS: Mapping[str, str] = {
    "hi": "judo, tyag, mitao, bhasha, jankari, khabar, karyakram, suchna, tasvir, sakriya",
    "sw": "jiunge, toka, sahau, lugha, taarifa, kadi, matangazo, matukio, ilani, picha, washa, rekebisha",
}
"""By language: the keywords of our flows in Latin letters that no other language has. Those of English are everybody's, and
tell nothing; nor does FOTO, which is said in many."""


def language_told(text: str) -> str:
    """The code of the one language that `text` shows ("hi"), or "" where it might be of several.

    A text all of whose letters are of one script that one of our languages is written in; or whose first word is one of its
    COMMANDS; or that is nothing but its word for help, start or stop (MSAADA).
    """
    if script := _script(text):
        return SCRIPTS.get(script, "")
    first, _ = first_word(text)
    return _TOLD_BY.get(fold(first)) or _TOLD_BY_ALL.get(fold(text), "")


def _script(text: str) -> str:
    """The one script that all letters of `text` are of, as Unicode names them; "" for several, for Latin or for none."""
    scripts = {unicodedata.name(sign, "").partition(" ")[0] for sign in text if sign.isalpha()}
    return scripts.pop() if len(scripts) == 1 and "LATIN" not in scripts else ""


def _alone() -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for language, meanings in WORDS.items():
        for meaning in ("help", "start", "stop"):
            for phrase in meanings.get(meaning, "").split(","):
                found.setdefault(fold(phrase), set()).add(language)
    return {
        phrase: languages.pop() for phrase, languages in found.items() if len(languages) == 1 and "en" not in languages
    }


_TOLD_BY = {fold(word): language for language, words in COMMANDS.items() for word in words.split(",")}
_TOLD_BY_ALL = _alone()

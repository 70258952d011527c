"""Texts that stand under each other's languages, and translations that are none: told by their letters alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from sms_service.authoring.load import Draft
from sms_service.authoring.source import Finding, Path
from sms_service.authoring.surplus import menus_in
from sms_service.authoring.vocabulary import Vocabulary

LATIN = frozenset(
    [
        "af", "de", "en", "es", "fr", "ha", "id", "ig", "it", "lg", "ms", "nl", "om",
        "pt", "rn", "rw", "sn", "so", "st", "sw", "tl", "tr", "vi", "xh", "yo", "zu",
    ]
)  # fmt: skip
"""Languages written in Latin letters (ISO 639). Of those that stand neither here nor in the vocabulary nothing is said."""

SAME_WORDS_MAX = 3
"""Words that a text and its translation may have in common and nothing else: `OK`, a name, an address."""

_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+")


def exchanged(draft: Draft, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Errors where two languages of one text have each other's letters, warnings where a translation is the text itself.

    Only where all letters of both are so: Hindi in Latin letters is common, and so are English words in a Hindi text.
    """
    scripts = {language: _script(language, vocabulary) for language in (draft.head.languages if draft.head else ())}
    for texts in _in_languages(draft):
        written = {language: _letters(text) for language, (text, _) in texts.items()}
        told = set[str]()
        for one in texts:
            for other in texts:
                own, others = scripts.get(one, ""), scripts.get(other, "")
                if not own or not others or own == others or {one, other} & told:
                    continue
                if written[one] == {others} and written[other] == {own}:
                    told |= {one, other}
                    message = f"the texts in {one} and in {other} are in each other's letters: exchange them"
                    yield draft.source.finding(texts[one][1], message)
        yield from _untranslated(texts, draft)


def _untranslated(texts: Mapping[str, tuple[str, Path]], draft: Draft) -> Iterator[Finding]:
    """Texts in further languages that are, word by word, the one in the first."""
    first = draft.head.languages[0] if draft.head else ""
    if first not in texts:
        return
    source = texts[first][0]
    words = [word for word in _WORD.findall(_CODE.sub(" ", source)) if word != word.upper() or word == word.lower()]
    for language, (text, path) in texts.items():
        if language != first and text.strip() == source.strip() and len(words) > SAME_WORDS_MAX:
            message = f"this is the text in {first} once more: translate it into {language}"
            yield draft.source.finding(path, message, "warning")


def _in_languages(draft: Draft) -> Iterator[dict[str, tuple[str, Path]]]:
    """Every text and label by language, each with its place."""
    found: dict[str, dict[str, tuple[str, Path]]] = {}
    for key, path in draft.places.items():
        slot, _, language = key.partition("@")
        language, _, kind = language.partition(":")
        if language:
            found.setdefault(f"{slot}:{kind}", {})[language] = (draft.sources[key], path)
    yield from found.values()
    for name, part in draft.parts.items():
        for option, path in menus_in(part, ("states", name)):
            yield {language: (label, (*path, "label", language)) for language, label in option.label.items()}


def _script(language: str, vocabulary: Vocabulary) -> str:
    """DEVANAGARI for hi, as Unicode names its letters; "" where nobody can tell."""
    letter = vocabulary.letters.get(language, "m" if language in LATIN else "")
    return _named(letter) if letter else ""


def _letters(text: str) -> set[str]:
    """The scripts of all letters of a text that are said as they stand."""
    return {_named(sign) for sign in _CODE.sub(" ", text) if unicodedata.category(sign).startswith("L")}


def _named(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ")[0]

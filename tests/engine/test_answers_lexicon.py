"""Every phrase of the lexicon, however it is typed; and every yes beside every no: never a yes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sms_service.engine.answers import read_answer
from sms_service.engine.words import ANY_OTHER, FALSE_FRIENDS, WORDS

LANGUAGES = [*WORDS, ""]
AGAINST = ("no", "stop", "no_more", "wrong_number", "neither", "help", "start")
SEPARATORS = [" ", ", ", ". ", "-", "\n", "/", " 👍 ", "...", "। ", "، ", " & ", "\u200b "]

SIGNS_AGAINST = "👎❌🚫⛔🛑🙅✋✖❎🖕✗✘×☒☓⊘🚯🔕📵🚳💔😡🤔"
"""Signs that take a yes back."""


def phrases(language: str, *meanings: str) -> list[str]:
    return [
        phrase.strip()
        for meaning in meanings
        for phrase in WORDS[language].get(meaning, "").split(",")
        if phrase.strip()
    ]


YES = {
    language: [*phrases(language, "yes", "joins"), *by_language]
    for language, by_language in (
        (
            language,
            [word for word, meanings in FALSE_FRIENDS.items() if meanings.get(language, meanings[ANY_OTHER]) == "yes"],
        )
        for language in WORDS
    )
}
EVERY_AGAINST = [phrase for language in WORDS for phrase in phrases(language, *AGAINST)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_no_and_every_stop_beside_a_yes_of_each_language_is_never_a_yes(language: str) -> None:
    taken = [
        text
        for place, against in enumerate(EVERY_AGAINST)
        for other in WORDS
        for yes in [YES[other][place % len(YES[other])]]
        for between in [SEPARATORS[place % len(SEPARATORS)]]
        for text in (yes + between + against, against + between + yes)
        if read_answer(text, language, "consent") == "yes" and text.replace(between, " ") not in YES[other]
    ]
    assert taken == []


MEND = {
    "en": (("correct", "right"), "my me the it all this that"),
    "hi": (("sahi", "theek", "thik", "सही", "ठीक"), "karo kardo kar karna kijiye kare करो कर करें"),
    "fr": (("confirme", "valide"), "mes les moi"),
}
"""Words of yes that are verbs as well, and what makes a request to mend the data of each."""


@pytest.mark.parametrize("language", MEND)
def test_a_request_to_mend_the_data_is_no_yes(language: str) -> None:
    verbs, objects = MEND[language]
    details = {"en": "details", "hi": "jankari", "fr": "données"}[language]
    asked = [
        text
        for verb in verbs
        for thing in objects.split()
        for text in (f"{verb} {thing}", f"{verb} {thing} {details}", f"{details} {verb} {thing}", f"yes {verb} {thing}")
    ]
    assert [text for text in asked if read_answer(text, language, "consent") == "yes"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_yes_beside_the_plainest_no_and_stop_of_each_language_is_never_a_yes(language: str) -> None:
    plainest = [phrases(other, meaning)[0] for other in WORDS for meaning in ("no", "stop", "no_more", "wrong_number")]
    taken = [
        text
        for other in WORDS
        for place, yes in enumerate(YES[other])
        for against in [*plainest, *SIGNS_AGAINST]
        for between in [SEPARATORS[place % len(SEPARATORS)]]
        for text in (yes + between + against, against + between + yes)
        if read_answer(text, language, "consent") == "yes"
    ]
    assert taken == []


def full_width(phrase: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in phrase)


TYPED: dict[str, Callable[[str], str]] = {
    "capitals": str.upper,
    "a capital": str.capitalize,
    "exclamation marks": lambda phrase: f"{phrase}!!!",
    "full stop": lambda phrase: f" {phrase}. ",
    "danda": lambda phrase: f"{phrase}।",
    "Arabic comma": lambda phrase: f"{phrase}،",
    "quotation marks": lambda phrase: f"“{phrase}”",
    "stars": lambda phrase: f"*{phrase}*",
    "trailing emoji": lambda phrase: f"{phrase} 🙏",
    "emoji at once": lambda phrase: f"{phrase}👍🏽👍🏽",
    "zero-width characters": "\u200d".join,
    "no-break spaces": lambda phrase: phrase.replace(" ", "\u00a0"),
    "two lines": lambda phrase: phrase.replace(" ", "\n"),
    "full-width letters": full_width,
}


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("language", WORDS)
def test_every_phrase_is_read_alike_however_it_is_typed(language: str, typed: str) -> None:
    every = [*YES[language], *phrases(language, *AGAINST)]
    read = {phrase: read_answer(phrase, language, "consent") for phrase in every}
    assert {phrase: read_answer(TYPED[typed](phrase), language, "consent") for phrase in every} == read


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("meaning", ["yes", "no", "stop", "start", "help", "wrong_number"])
def test_every_phrase_means_what_its_list_says_in_its_own_language(language: str, meaning: str) -> None:
    listed = phrases(language, *(("stop", "no_more") if meaning == "stop" else (meaning,)))
    assert {phrase: read_answer(phrase, language, "consent") for phrase in listed} == dict.fromkeys(listed, meaning)


@pytest.mark.parametrize("language", WORDS)
def test_a_stretched_last_letter_says_no_more_and_never_makes_a_yes(language: str) -> None:
    every = [*YES[language], *phrases(language, *AGAINST)]
    for phrase in (phrase for phrase in every if phrase[-2:-1] != phrase[-1]):
        plain, stretched = (read_answer(text, language, "consent") for text in (phrase, phrase + phrase[-1] * 4))
        assert stretched == plain or (" " in phrase and stretched != "yes"), phrase


@pytest.mark.parametrize("language", WORDS)
def test_what_names_the_joining_is_a_yes_to_the_membership_and_to_nothing_else(language: str) -> None:
    named = phrases(language, "joins")
    assert {read_answer(phrase, language, "consent") for phrase in named} <= {"yes"}
    assert {read_answer(phrase, language, "yes_no") for phrase in named} <= {"unclear"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_yes_to_another_question_names_the_joining(language: str) -> None:
    beside = [
        f"{yes} {word}"
        for other in WORDS
        for place, yes in enumerate(phrases(other, "yes"))
        for words in [phrases(other, "joins", "joining")]
        if words
        for word in [words[place % len(words)]]
    ]
    known = {phrase for other in WORDS for phrase in phrases(other, "yes")}
    assert [text for text in beside if read_answer(text, language, "yes_no") == "yes" and text not in known] == []

"""What did they answer? A text becomes yes, no, stop, start, help, wrong number, or unclear; or a key of the menu.

A yes is a consent and has to be beyond doubt: it comes out only where every word of a short text is a yes or a word known
to change nothing beside one. So a negative or a STOP that no list knows spoils a yes all the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from sms_service.engine.model import Option
from sms_service.engine.strangers import says_whom_she_is_not
from sms_service.engine.words import (
    ANY_OTHER,
    CONDITIONS,
    DATA,
    FALSE_FRIENDS,
    NOT_RIGHT,
    NUMBERED,
    NUMBERS,
    QUESTION_MARKS,
    SIGNS_BESIDE_A_YES,
    WORDS,
)
from sms_service.engine.words_slips import slips

Answer = Literal["yes", "no", "stop", "start", "help", "wrong_number", "unclear"]

SHORT = 4
"""Words up to which a text is an answer: a longer one with a yes in it has a condition in it, with a STOP a topic."""
MINUS = re.compile(r"\s*[-−–—~≠¬!]+\s*\d")
"""A number that is negated rather than chosen."""

CLAUSE = re.compile(r"[.,;:!\n।،؛…]+")

AN_ID = re.compile(r"(?<![^\W_])[^\W\d_]{2,4}[ \-]?\d{5,8}(?![^\W_])")
"""Letters and digits as voter IDs and national IDs have them: who names one enters somebody, and wants no STOP by it."""

HONORIFICS = ("ji", "jee", "जी")
"""Not counted among them: हाँ जी is one word, politely."""

JOINING = {"joins": "yes", "joining": "neutral"}
"""What the words that name the joining are where the membership is asked about. Elsewhere they say the opposite as easily:
JOIN, when asked whether the membership shall end."""

READ = 12
"""Words up to which a refusal is looked for. What is longer is a letter, and is read by a person."""


class _Folding(dict[int, str | None]):
    """The table of `fold`, filled as characters turn up."""

    def __missing__(self, code: int) -> str | None:
        folded = _folded(chr(code))
        if code <= 0xFFFF:  # beyond are emoji and rare scripts: kept, a hostile sender could fill the memory with them
            self[code] = folded
        return folded


_DROPPED = frozenset(
    "'‘’‛ʼʻʹ`´\u0640\u093c\u09bc\u0a3c\u0abc\u0b3c\u0981\u20e3"
)  # apostrophes, tatweel, nuktas, keycap
_UNITED = {"ى": "ي", "ة": "ه", "ی": "ي", "ک": "ك", "ہ": "ه", "ھ": "ه", "ँ": "ं"}


def _folded(character: str) -> str | None:
    if character in _UNITED:
        return _UNITED[character]
    category = unicodedata.category(character)
    if character in _DROPPED or category == "Cf" or "\ufe00" <= character <= "\ufe0f":
        return None
    if "\u0300" <= character <= "\u036f" or "\u064b" <= character <= "\u065f" or character == "\u0670":
        return None  # accents of Latin letters, vowel signs and hamzas of Arabic ones
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return character if category[0] in "LMN" else " "


_TABLE = _Folding()
_STRETCHED = re.compile(r"(.)\1{2,}")
_DOUBLED = re.compile(r"(.)\1")
_NASALS = re.compile(r"ङ्(?=[क-घ])|ञ्(?=[च-झ])|ण्(?=[ट-ढ])|न्(?=[त-ध])|म्(?=[प-भ])")
"""A nasal before a consonant of its own row: हिन्दी and हिंदी are one word, written either way."""


def fold(text: str) -> str:
    """`text` for MATCHING only, never to be stored or shown: spelling, case, script of digits and punctuation united.

    NFKC and casefold; accents, Arabic vowel signs, nuktas, apostrophes and zero-width characters dropped; chandrabindu,
    and a nasal before its own row of consonants, to anusvara; digits of any script to ASCII; whatever is neither letter nor
    digit to one space.
    """
    if text.isascii():
        return " ".join(text.lower().translate(_TABLE).split())
    spread = unicodedata.normalize("NFKD", text).casefold()
    return _NASALS.sub("ं", unicodedata.normalize("NFKC", " ".join(spread.translate(_TABLE).split())))


_once = lru_cache(maxsize=4096)(fold)
"""For the words of flow files, which are compared with every answer; not for what people send, which would fill it."""

_LEXICON = {
    fold(phrase): meaning
    for meanings in WORDS.values()
    for meaning, phrases in meanings.items()
    for phrase in phrases.split(",")
}
_FALSE_FRIENDS = {fold(phrase): meanings for phrase, meanings in FALSE_FRIENDS.items()}
_DATA = frozenset(fold(word) for word in DATA.split(","))
_NUMBERED = frozenset(fold(word) for word in NUMBERED.split(","))
_NOT_RIGHT = sorted((fold(phrase) for phrase in NOT_RIGHT.split(",")), key=len, reverse=True)
_WORDS_KNOWN = {word for phrase in (*_LEXICON, *_FALSE_FRIENDS) for word in phrase.split()}
_SLIPS = slips(_WORDS_KNOWN)
_CONDITIONS = frozenset(fold(word) for word in CONDITIONS.split(","))
_LONGEST = max(phrase.count(" ") + 1 for phrase in _LEXICON)
_DIGITS = {
    fold(word): str(number)
    for language in NUMBERS.values()
    for number, words in enumerate(language.split(","), start=1)
    for word in words.split("/")
}


def read_answer(text: str, language: str, question: Literal["consent", "yes_no", "none"]) -> Answer:
    """What `text` answers, from a person who reads `language` ("hi", "en-IN"; "" where it is not known).

    Strongest first: stop, wrong number, start and help (alone), no, yes. Without an open question ("none") no and yes are
    unclear. "consent" asks whether she joins; "yes_no" is any other question, a consent to another purpose too: there
    words that name the joining (JOIN) are no yes. A number is unclear: its question says what it means, see
    `read_key`. Slips of the finger are mended in words against, never in a yes.
    """
    typed = _together(fold(text).split())
    if question != "none" or len(typed) == 1:  # a name or a booth in a command is no slip of something else
        typed = [_SLIPS.get(word, word) for word in typed]  # first: stpp is stop, and not stp, please, stretched
    words = [_unstretched(word) for word in typed]
    found = _meanings(words[: READ + 1], language.partition("-")[0].lower())
    found = [(meaning if question == "yes_no" else JOINING.get(meaning, meaning), length) for meaning, length in found]
    meanings = [meaning for meaning, _ in found]
    spoken = [meaning for meaning in meanings if meaning not in ("polite", "yes", "no")]
    ends = question != "none" and "stop" in meanings and _ends_with_stop(text, language)
    if ends or ("stop" in meanings and (len(words) <= SHORT or spoken[0] == "stop")):
        return "stop"
    if len(words) > READ:
        return "unclear"
    asks = not QUESTION_MARKS.isdisjoint(text)
    if "no_more" in meanings:
        return "stop"
    if "wrong_number" in meanings or says_whom_she_is_not(text, words, fold, _is_known):
        return "unclear" if asks or not _NUMBERED.isdisjoint(words) else "wrong_number"
    alone = [meaning for meaning in meanings if meaning not in ("polite", "neutral")]
    if alone in (["start"], ["help"]):
        return "start" if alone == ["start"] else "help"
    if question == "none" or "stop" in meanings:
        return "unclear"
    if "no" in meanings:
        otherwise = (asks and meanings[0] != "no") or _speaks_of_data(words) or _under_a_condition(words, meanings)
        return "unclear" if otherwise else "no"
    if not asks and _asks_for_help(meanings):
        return "help"
    plain = {"yes"} <= set(meanings) <= {"yes", "polite", "neutral"}
    said = sum(length for meaning, length in found if meaning != "polite") - sum(word in HONORIFICS for word in words)
    doubtful = said > SHORT or is_doubtful(text)
    return "yes" if plain and not doubtful else "unclear"


def _ends_with_stop(text: str, language: str) -> bool:
    """`Messages every day, stop`: a STOP of its own behind the last comma; not the name of whoever is entered there
    (`9655888004, HHE1234567, 12, Acha`)."""
    if AN_ID.search(text):
        return False
    parts = [words for part in CLAUSE.split(text) if (words := fold(part).split())]
    meanings = {meaning for meaning, _ in _meanings(parts[-1], language)} if len(parts) > 1 else set()
    return "stop" in meanings and {"stop", "polite", "neutral"} >= meanings


def _asks_for_help(meanings: list[str]) -> bool:
    """`I do not understand, please help`: at the end, or with a confession of that kind, beside nothing that answers."""
    said = [meaning for meaning in meanings if meaning not in ("polite", "neutral")]
    return "help" in said and (said[-1] == "help" or "neither" in said) and {"", "help", "neither"}.issuperset(said)


def _under_a_condition(words: list[str], meanings: list[str]) -> bool:
    """`If it costs nothing, yes`: a negative beside a yes, and an if before either."""
    said = [meaning for meaning in meanings if meaning != "polite"]
    return "yes" in said and said[0] != "no" and not _CONDITIONS.isdisjoint(words)


def is_doubtful(text: str) -> bool:
    """Whether a sign in `text` takes a yes back: a question mark, a cross, a minus before the number, any picture that is not
    known to change nothing."""
    if not QUESTION_MARKS.isdisjoint(text) or MINUS.match(text):
        return True
    return any(
        unicodedata.category(sign) in ("So", "Sm") and sign not in SIGNS_BESIDE_A_YES and sign not in "+=<>|"
        for sign in text
        if not sign.isascii() and not "\U0001f1e6" <= sign <= "\U0001f1ff"  # two letters are a flag
    )


def read_key(text: str, keys: Sequence[str]) -> str | None:
    """The one of `keys` that `text` is: "1", "1.", "(1)", "१", "one", "ek", "moja" are "1"; "12", "1 2" and "1.5" are not."""
    typed = fold(text)
    typed = _DIGITS.get(typed, typed)
    return next((key for key in keys if fold(key) == typed), None) if typed else None


def is_number(text: str) -> bool:
    """Whether `text` is nothing but a number, as a key could be typed: "1", "(1)", "१", "one", "ek", "12"."""
    typed = fold(text)
    return typed in _DIGITS or typed.replace(" ", "").isdigit()


def spellings(option: Option, language: str) -> set[str]:
    """All that chooses this option, folded: its key, its label, both together, and its words in this language.

    A person whose language the menu does not have was shown it in another one: then those of every language.
    """
    has = language in option.labels or language in option.words
    languages = (language,) if has else (*option.labels, *option.words)
    key, words = _once(option.key), {_once(word) for one in languages for word in option.words.get(one, ())}
    labels = {_once(option.labels[one]) for one in languages if one in option.labels}
    return {key, *words, *labels, *(f"{key} {label}" for label in labels)} - {""}


def chosen(text: str, options: Sequence[Option], language: str) -> Option | None:
    """The option that `text` names: by its key as `read_key` reads it, by its label or by one of its words."""
    key = read_key(text, [option.key for option in options])
    typed = fold(text)
    for option in options:
        if option.key == key or (key is None and typed in spellings(option, language)):
            return option
    return None


def _meanings(words: list[str], language: str) -> list[tuple[str, int]]:
    """What the words say, one after another, the longest known phrases first, each with the number of its words; "" for a
    word that is not known."""
    found = []
    place = 0
    while place < len(words):
        for length in range(min(_LONGEST, len(words) - place), 0, -1):
            phrase = " ".join(words[place : place + length])
            if phrase in _FALSE_FRIENDS:
                meanings = _FALSE_FRIENDS[phrase]
                meaning = meanings.get(language, meanings[ANY_OTHER])
                break
            if phrase in _LEXICON:
                meaning = _LEXICON[phrase]
                break
        else:
            meaning, length = "", 1
        found.append((meaning, length))
        place += length
    return found


def _is_known(word: str) -> bool:
    return word in _LEXICON or word in _FALSE_FRIENDS


def _together(words: list[str]) -> list[str]:
    """Y E S, S.T.O.P.: letters typed apart that make one known word."""
    apart = len(words) > 1 and all(len(word) == 1 for word in words)
    return ["".join(words)] if apart and "".join(words) in _LEXICON else words


def _speaks_of_data(words: list[str]) -> bool:
    """`My name is not correct`: a mistake in what was entered, and no refusal but in those words."""
    text = f" {' '.join(words)} "
    phrase = next((phrase for phrase in _NOT_RIGHT if f" {phrase} " in text), "")
    if not phrase or _DATA.isdisjoint(words):
        return False
    rest = text.replace(f" {phrase} ", " ").split()
    return not any(_LEXICON.get(word) == "no" for word in rest)


def _unstretched(word: str) -> str:
    """yesss is yes, haaaan is han: letters written three times or more say no more than once, or twice, would; nor does
    the last one written twice (yupp, ndioo), nor one within a word of three letters or more (yees, hapaana)."""
    if word in _WORDS_KNOWN:
        return word
    once, twice = _STRETCHED.sub(r"\1", word), _STRETCHED.sub(r"\1\1", word)
    ends = twice[:-1] if len(twice) > 2 and twice[-1] == twice[-2] else twice
    single = _DOUBLED.sub(r"\1", twice)
    singles = (single,) if len(single) > 2 else ()
    alone = (form for form in (once, twice, ends, *singles) if form in _LEXICON)
    within = (form for form in (twice, once, ends) if form in _WORDS_KNOWN)
    return next(alone, next(within, twice))

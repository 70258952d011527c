"""What an answer type is, and the registry of all of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sms_service.authoring.vocabulary import Longest, Parameters, TypeShape
from sms_service.engine.model import Field
from sms_service.enrolment.answer_types.problems import PROBLEMS

INVISIBLE = {0x200B: None, 0x2060: None, 0xFEFF: None}
"""Dropped before reading. Not the joiners U+200C and U+200D: names in Indic scripts need them."""

LETTERS = {
    "hi mr ne mai bho doi kok sa": "क",
    "bn as": "ক",
    "ta": "க",
    "te": "క",
    "kn": "ಕ",
    "ml": "ക",
    "gu": "ક",
    "pa": "ਕ",
    "or": "କ",
    "si": "ක",
    "ar ur fa ps sd ks ckb": "م",
    "am ti": "መ",
    "my": "က",
    "km": "ក",
    "lo": "ກ",
    "th": "ก",
    "ru uk be bg sr mk kk ky mn tg": "ж",
    "el": "ω",
    "hy": "մ",
    "ka": "მ",
    "he yi": "מ",
    "zh ja": "中",
    "ko": "한",
}
"""A letter of the script of each language that is not written in Latin letters: names in it make an SMS UCS-2."""

LETTER_OF = {language: letter for languages, letter in LETTERS.items() for language in languages.split()}


class AreaCalled(Protocol):
    """Finds the code of the one area with this code or name, of this level unless it is ""; None if none or several."""

    def __call__(self, text: str, level: str = "", /) -> str | None: ...


def _no_areas(_text: str, _level: str = "", /) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Setting:
    """What a reader knows besides the text.

    `regions`: countries (ISO 3166, such as "IN") that a phone number without +code may be of, the likeliest first.
    `now` in seconds since 1970. `media` are the addresses of pictures that came along.
    """

    regions: tuple[str, ...]
    language: str
    now: float
    media: tuple[str, ...] = ()
    area_called: AreaCalled = _no_areas


@dataclass(frozen=True, slots=True)
class Wrong:
    """An answer that was refused. `problem` is one of those its type names, such as too_small."""

    problem: str


@dataclass(frozen=True, slots=True)
class Noted:
    """An answer that was read, with what has to be said about it.

    `signs`: how many signs were read as another (O for 0), so that the sender is told. `flag`: what the office should look
    at, such as check_digit; "" for nothing.
    """

    value: Any
    signs: int = 0
    flag: str = ""


Reader = Callable[[str, Field, Setting], Any]
"""Makes a value of a text, perhaps Noted, or a Wrong. The value is plain data, fit for JSON and templates."""


@dataclass(frozen=True, slots=True)
class AnswerType:
    """One answer type: how it is read, over how many words of a line it may spread, and what flows may say of it."""

    read: Reader
    words: int
    shape: TypeShape


TYPES: dict[str, AnswerType] = {}


def answer_type(
    *,
    words: int,
    longest: Longest,
    parameters: tuple[str, ...] = (),
    required: tuple[str, ...] = (),
    check: Callable[[Parameters], str] = lambda _parameters: "",
    by_key: bool = False,
    zero: Callable[[Parameters], bool] = lambda _parameters: False,
) -> Callable[[Reader], Reader]:
    """Registers a reader under its function's name (date_ as date); its problems and their sentences stand in problems.py."""

    def register(read: Reader) -> Reader:
        name = read.__name__.rstrip("_")
        shape = TypeShape(PROBLEMS[name], longest, parameters, required, check, by_key, zero)
        TYPES[name] = AnswerType(read, words, shape)
        return read

    return register


def shapes() -> Mapping[str, TypeShape]:
    """What the checker of flow files needs to know of every type."""
    return {name: known.shape for name, known in TYPES.items()}


def letters(count: int, language: str) -> str:
    """So many letters of the script that `language` is written in."""
    return LETTER_OF.get(language, "m") * count


def plain(text: str) -> str:
    """NFC, one space between words, no control or invisible characters; digits of every script become ASCII."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    text = "".join(
        str(unicodedata.digit(c)) if not c.isascii() and unicodedata.category(c) == "Nd" else c
        for c in unicodedata.normalize("NFC", text.translate(INVISIBLE))
    )
    return one_line(text)


def one_line(text: str) -> str:
    """One space between words, control characters and lone surrogates as spaces."""
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text).split())

"""A text before it is cut into pieces: the numbers of a list go, labels come loose from values, spelt letters are letters."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from sms_service.engine.answers import fold
from sms_service.enrolment.reading.labels import phrases_of

LABEL_WORDS, GROUPS = 3, 3
"""Words of a label, and groups of digits of an ID, at most, that are looked at."""

LISTED_MIN, GLUED_MIN = 3, 4
"""Entries of a list that is one: `1. Ram 2. 98...` may be booth and mobile. Letters of a label that is torn off a name
(nameOkello, jinaKwame): NamIta is a name in odd capitals."""

SPELT = {
    "ए": "A", "बी": "B", "सी": "C", "डी": "D", "ई": "E", "एफ": "F", "जी": "G", "एच": "H", "आई": "I", "जे": "J", "के": "K",
    "एल": "L", "एम": "M", "एन": "N", "ओ": "O", "पी": "P", "क्यू": "Q", "आर": "R", "एस": "S", "टी": "T", "यू": "U", "वी": "V",
    "डब्ल्यू": "W", "एक्स": "X", "वाई": "Y", "जेड": "Z",
}  # fmt: skip
"""Latin letters as Hindi spells them."""

_ENTRY = re.compile(r"(?:(?<=[\s,;])|^)([1-9])[.):]\s*(?=\S)")
_LETTERS = re.compile(r"[^\W\d_]+")
_ONE = "|".join(sorted(SPELT, key=len, reverse=True))
_SPELT_ID = re.compile(rf"(?<![^\W\d_])((?:(?:{_ONE})[ .]?){{3}})(?=[ \-/]?\d{{7}}(?!\d))")
_SPELT_ONE = re.compile(_ONE)
_TWO_SCRIPTS = re.compile(r"(?<=[a-zA-Z])(?=[^\W\d_a-zA-Z\u00c0-\u024f])|(?<=[^\x00-\u024f])(?=[a-zA-Z])")
_BEFORE_CAPITAL = re.compile(r"(?<![^\W_])([a-z]+|[A-Z][a-z]+)(?=[A-Z])")
_BEFORE_DIGITS = re.compile(r"(?<![^\W_])([^\W\d_]{5,})(?=[ \-/.]{0,2}\d)")
_GROUPS = re.compile(r"[ \-/.]{0,2}\d+(?:[ \-/.]\d+)*")

Shaped = Callable[[str], bool]


def untangled(text: str, kinds: Collection[str], is_id: Shaped) -> str:
    """`text` (cleaned) for fields of these answer types. `is_id`: whether a text is the value of one of their IDs."""
    text = _without_list_numbers(text)
    if not text.isascii():
        text = _SPELT_ID.sub(lambda found: _SPELT_ONE.sub(lambda one: SPELT[one[0]], found[1]).replace(" ", ""), text)
        text = _TWO_SCRIPTS.sub(lambda cut: " " if _ends_in_label(text[: cut.start()], kinds) else "", text)
    if "name" in kinds:
        known = phrases_of("name")
        text = _BEFORE_CAPITAL.sub(
            lambda one: one[1] + " " * (len(one[1]) >= GLUED_MIN and (fold(one[1]),) in known), text
        )
    return _BEFORE_DIGITS.sub(lambda one: _loosened(one, kinds, is_id), text)


def _without_list_numbers(text: str) -> str:
    """`1. Ram 2. 98... 3. ABC...`: as many entries as count up from one, if the text begins with them."""
    if not text.lstrip().startswith("1"):
        return text
    found: list[re.Match[str]] = []
    for entry in _ENTRY.finditer(text):
        if int(entry[1]) == len(found) + 1:
            found.append(entry)
    if len(found) < LISTED_MIN or text[: found[0].start()].strip():
        return text
    for entry in reversed(found):
        text = f"{text[: entry.start()]}, {text[entry.end() :]}"
    return text


def _ends_in_label(before: str, kinds: Collection[str]) -> bool:
    words = fold(before).split()[-LABEL_WORDS:]
    return any(tuple(words[place:]) in phrases_of(kind) for place in range(len(words)) for kind in kinds)


def _loosened(found: re.Match[str], kinds: Collection[str], is_id: Shaped) -> str:
    """The letters before digits, parted where a label or its `no` ends and the rest makes an ID: EPICRMP 9007200."""
    word = found[1]
    groups = _GROUPS.match(found.string, found.end())
    digits = re.findall(r"\d+", groups[0])[:GROUPS] if groups else []
    for cut in range(2, len(word)):
        label = fold(word[:cut])
        known = (label,) in phrases_of("voter_id") or (label,) in phrases_of("national_id")
        if not known and not (label == "no" and _ends_in_label(found.string[: found.start()], kinds)):
            continue
        if any(is_id(word[cut:] + "".join(digits[:count])) for count in range(1, len(digits) + 1)):
            return f"{word[:cut]} {word[cut:]}"
    return word

"""What a command is about: the short reference of a registration, and a line that its effect reads itself."""

from __future__ import annotations

import re
import unicodedata

from sms_service.engine.model import Field
from sms_service.enrolment.answer_types.registry import Setting, Wrong, answer_type, letters, one_line, plain
from sms_service.enrolment.numbers import REF_LENGTH, check_sign

LINE_MAX = 160
"""Characters of a line: one SMS of Latin letters."""

CONFUSED = frozenset("O0I1")
"""Signs that no reference has. Which one was meant instead nobody can say: O is no more a 0 than a Q."""

MEANT = re.compile(r"(?=\S*\d)(?=\S*[^\W\d_])[^\W_]{4,6}[:,.]?")
"""What was probably meant as a reference: letters and digits together. IDs and phone numbers are longer, booths shorter."""

_AROUND = " .,:;#*'\"()[]-_/"


@answer_type(words=2, longest=lambda _parameters, _language: "W" * REF_LENGTH)
def ref(text: str, _field: Field, _setting: Setting) -> str | Wrong:
    """Four signs and a check sign, in any case and script of digits: R4K7P. Nothing is repaired, none of the signs that are
    confused is in the alphabet."""
    return _read(text)


def as_ref(word: str) -> str:
    """The reference that a word of a line is; "" if it is none."""
    read = _read(word)
    return "" if isinstance(read, Wrong) else read


def meant_as_ref(word: str) -> bool:
    """Whether a word that is no reference was meant as one: it is neither a name nor a booth."""
    return MEANT.fullmatch(word) is not None


def _read(text: str) -> str | Wrong:
    typed = "".join(sign for sign in plain(unicodedata.normalize("NFKC", text)).upper() if sign not in _AROUND)
    if len(typed) != REF_LENGTH or not typed.isalnum() or not typed.isascii():
        return Wrong("wrong_shape")
    if CONFUSED.intersection(typed):
        return Wrong("confused_sign")
    return typed if check_sign(typed[:-1]) == typed[-1] else Wrong("wrong_check_sign")


@answer_type(words=LINE_MAX, longest=lambda _parameters, language: letters(LINE_MAX, language))
def line(text: str, _field: Field, _setting: Setting) -> str | Wrong:
    """Whatever was typed, on one line: a letter or a digit at least."""
    typed = one_line(text)
    if not any(sign.isalnum() for sign in typed):
        return Wrong("nothing")
    return typed if len(typed) <= LINE_MAX else Wrong("too_long")

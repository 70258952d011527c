"""How many: whole numbers, in figures of any script or as a word."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from sms_service.authoring.vocabulary import Parameters
from sms_service.engine.answers import fold, read_key
from sms_service.engine.model import Field
from sms_service.engine.words import WORDS
from sms_service.enrolment.answer_types.registry import Setting, Wrong, answer_type, plain

NUMBER_MIN, NUMBER_MAX = 0, 999_999_999
"""The least and the most, where a flow says nothing: nine digits, so that a phone number is not taken for an amount."""

DIGITS_MAX = 18
"""Digits that are still counted; what is longer is too large for every flow."""

UNITS = """year, years, yr, yrs, old, age, aged, people, persons, person, members, member, children, child, kids,
    rupees, rupee, rs, inr, shillings, ksh, tsh, ush, only,
    saal, sal, varsh, baras, umar, umra, log, sadasya, bachche, rupaye, rupay, ka, ki, ke,
    साल, वर्ष, बरस, उम्र, आयु, लोग, सदस्य, बच्चे, रुपये, रुपए, रु, का, की, के,
    miaka, mwaka, umri, wangu, watu, mtu, watoto, mtoto, wanachama, shilingi, ni, nina, tu,
    سنة, سنوات, عام, عاما, أعوام, عمري, العمر, شخص, أشخاص, أطفال, فقط,
    an, ans, année, années, âge, j'ai, personnes, personne, enfants, enfant, seulement,
    বছর, বয়স, আমার, জন, টাকা, வயது, எனக்கு, வருடம், வருடங்கள், ஆண்டு, ஆண்டுகள், பேர், ரூபாய்"""
"""What may stand beside a number and leaves it as it is. No lakh, thousand, dozen, month, half, about or under."""

COUNTED = tuple(str(number) for number in range(1, 11))
"""The numbers that engine/words.py has words for."""

_DASHES = str.maketrans({**dict.fromkeys("‐‑‒–—−", "-"), "٬": ",", "٫": "."})
_FIGURE = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*")
_WHOLE = re.compile(r"([+-]?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,2}(?:,[0-9]{2})*,[0-9]{3})(?:\.0{1,2})?")
_ONLY_MONEY = re.compile(r"/[-=]")  # 500/- and 500/= are what shops write
_HARMLESS = frozenset(" .,;:!()[]\"'’#₹₨$£€/")


def _check(parameters: Parameters) -> str:
    for name in ("min", "max"):
        if type(parameters.get(name, 0)) is not int or abs(parameters.get(name, 0)) > 10**DIGITS_MAX:
            return f"{name} is {parameters[name]}; it must be a whole number"
    least, most = _bounds(parameters)
    return f"min is {least} and max is {most}: no number fits; raise max or lower min" if least > most else ""


def _bounds(parameters: Parameters) -> tuple[int, int]:
    return parameters.get("min", NUMBER_MIN), parameters.get("max", NUMBER_MAX)


@answer_type(
    words=1,  # of a line: in `12 Umar Khan` the second word is a name, though umar is Hindi for age
    longest=lambda parameters, _language: max(_bounds(parameters)[::-1], key=lambda number: len(str(number))),
    parameters=("min", "max"),
    check=_check,
    zero=lambda parameters: _bounds(parameters)[0] <= 0,
)
def number(text: str, field: Field, _setting: Setting) -> int | Wrong:
    """A whole number from `min` to `max`: 25, २५, 1,00,000, five, 25 years; not 2.5, 1-15 or 2 or 3."""
    value = whole(text)
    least, most = _bounds(field.parameters)
    if value is None:
        return Wrong("not_a_number")
    if value < least:
        return Wrong("too_small")
    return Wrong("too_large") if value > most else value


def whole(text: str) -> int | None:
    """The one whole number that `text` names; None where there is none, more than one, or something that changes it."""
    typed = plain(text).translate(_DASHES).casefold()
    figures = list(_FIGURE.finditer(typed))
    if len(figures) > 1:
        return None
    if not figures:
        words = _beside(typed)
        counted = [key for word in words or () if (key := read_key(word, COUNTED))]
        rest = [word for word in words or () if not read_key(word, COUNTED)]
        return int(counted[0]) if len(counted) == 1 and unchanging().issuperset(rest) else None
    [figure] = figures
    before, after = typed[: figure.start()], typed[figure.end() :]
    after = after[2:] if _ONLY_MONEY.match(after) else after
    found = _WHOLE.fullmatch(figure[0])
    beside = _beside(f"{before} {after}")
    signed_within = figure[0][0] in "+-" and before[-1:].strip()  # age-25: a dash, or a minus?
    fraction = re.search(r"(^|\s)[.,]$", before)  # .5, but not Rs.5
    if not found or signed_within or fraction or beside is None or not unchanging().issuperset(beside):
        return None
    digits = found[2].replace(",", "").lstrip("0") or "0"
    value = int(digits) if len(digits) <= DIGITS_MAX else 10**DIGITS_MAX + 1
    return -value if found[1] == "-" else value


def _beside(text: str) -> list[str] | None:
    """The words of `text`, folded; None if a sign stands among them that may change a number (%, +, /, ?, ½)."""
    if any(unicodedata.category(c)[0] not in "LM" and c not in _HARMLESS for c in text):
        return None
    return fold(text).split()


@cache
def unchanging() -> frozenset[str]:
    """What leaves a number beside it as it is, folded: its unit, and what people say anyway."""
    return said_beside() | {word for unit in UNITS.split(",") for word in fold(unit).split()}


@cache
def said_beside() -> frozenset[str]:
    """What people say beside an answer without changing it, folded: greetings, I am, please."""
    spoken = [meanings.get(kind, "") for meanings in WORDS.values() for kind in ("polite", "neutral", "joining")]
    words = {word for phrases in spoken for phrase in phrases.split(",") for word in fold(phrase).split()}
    return frozenset(word for word in words if not word.isdigit())

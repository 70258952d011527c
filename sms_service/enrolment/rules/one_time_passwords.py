"""The rule on one-time passwords: no enroler may ask a person for one (Madras High Court, 21 July 2025)."""

from __future__ import annotations

import re

from sms_service.engine.answers import fold
from sms_service.enrolment.reading.pieces import GLUED, Piece, clean, pieces
from sms_service.enrolment.rules.registry import rule

DIGITS = re.compile(r"(?<![0-9])(?:[0-9]{4,8}|[0-9]{3} [0-9]{3})(?![0-9])")
"""As one-time passwords are sent: 4 to 8 digits, or twice three."""

ID = re.compile(r"\b[^\W\d_]+[0-9]+\b")
"""Letters and digits in one word: a voter ID may begin with PIN."""

WORDS = frozenset(
    fold(word)
    for word in (
        "OTP", "PIN", "MPIN", "CODE", "passcode", "password", "verification", "ओटीपी", "पिन", "कोड", "msimbo", "nenosiri",
    )
)  # fmt: skip
"""What banks and shops call it in the texts that people read out."""

TELLING = WORDS - {fold(word) for word in ("PIN", "CODE", "पिन", "कोड")}
"""Those that mean nothing else, also behind the digits: `482913 is the OTP`."""

LINKS = frozenset(
    fold(word) for word in ("is", "the", "no", "number", "her", "his", "my", "ni", "ya", "hai", "है", "नंबर")
)
"""What stands between the word and the digits."""

OF_A_PLACE = frozenset(
    fold(word)
    for word in ("pin", "post", "postal", "zip", "area", "booth", "part", "polling", "station", "ward", "पिन", "बूथ")
)
"""Before `code`: the number of a place, which belongs to the entry."""

POSTAL = 6
"""Digits of an Indian PIN, which is a postal code there."""

VOTER_ID = (3, True, 7)
"""Letters, then digits: no bank sends seven."""

PHONE = 9
"""Digits in two groups that are rather a phone: `code 98765 43210`."""


@rule("before", "warned")
def one_time_password(text: str, answering: bool = False) -> str:
    """A text that looks like somebody's one-time password. While something is asked (`answering`), digits alone are an
    answer, and so is an ID."""
    typed = fold(text)
    if answering:
        typed = ID.sub(" ", typed)
    if DIGITS.fullmatch(typed):
        return "" if answering else "digits alone"
    said = set(re.sub(r"[0-9]+", " ", typed).split())
    return "digits with a word for it" if said & WORDS and DIGITS.search(typed) else ""


def without(text: str) -> str | None:
    """A longer text (an entry) without the one-time password in it: `REG ... OTP 482913`; None if there is none. It has a word
    for it beside it: digits alone are a booth, and a PIN of six digits is a postal code."""
    cleaned = clean(text)
    found = pieces(cleaned)
    for place, piece in enumerate(found):
        word = fold(piece.word)
        if piece.digits or word not in WORDS or _voter_id(found, place):
            continue
        end = _linked(found, place + 1, 1)
        if digits := _digits(found, end):
            first = found[place - 1] if place else None
            ours = word not in TELLING and (
                (first and fold(first.word) in OF_A_PLACE) or (word in OF_A_PLACE and len(found[end].word) == POSTAL)
            )
            if not ours:
                return _cut(cleaned, piece, found[end + digits - 1])
        start = _linked(found, place - 1, -1)
        if word in TELLING and start >= 0 and found[start].gap != GLUED and _digits(found, start) == 1:
            return _cut(cleaned, found[start], piece)
    return None


def _voter_id(found: list[Piece], place: int) -> bool:
    """Whether the word and the digits behind it are a voter ID: PIN6266452 is one as good as ABC1234567."""
    after = found[place + 1] if place + 1 < len(found) else None
    return after is not None and (len(found[place].word), after.digits, len(after.word)) == VOTER_ID


def _linked(found: list[Piece], place: int, step: int) -> int:
    """The first piece from `place` on, or backwards, that is more than a link between the word and its digits."""
    while 0 <= place < len(found) and fold(found[place].word) in LINKS | WORDS:
        place += step
    return place


def _digits(found: list[Piece], place: int) -> int:
    """How many pieces from `place` on are a one-time password: 4 to 8 digits, or twice three; 0 if they are none."""
    here, after = ([*found[place : place + 2], None, None])[:2]
    if here is None or not here.digits:
        return 0
    size, more = len(here.word), len(after.word) if after and after.digits else 0
    if size == 3 and more == 3:
        return 2
    return int(4 <= size <= 8 and (more > 9 or size + more < PHONE or more < 4))


def _cut(cleaned: str, first: Piece, last: Piece) -> str:
    return f"{cleaned[: first.start]} {cleaned[last.end :]}".strip()

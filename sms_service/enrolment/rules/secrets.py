"""The rule on one-time passwords: no enroler may ask a person for one (Madras High Court, 21 July 2025)."""

from __future__ import annotations

import re

from sms_service.engine.answers import fold
from sms_service.enrolment.rules.registry import rule

DIGITS = re.compile(r"(?<![0-9])(?:[0-9]{4,8}|[0-9]{3} [0-9]{3})(?![0-9])")
"""As one-time passwords are sent: 4 to 8 digits, or twice three."""

WORDS = frozenset(
    fold(word)
    for word in (
        "OTP", "PIN", "MPIN", "CODE", "passcode", "password", "verification", "ओटीपी", "पिन", "कोड", "msimbo", "nenosiri",
    )
)  # fmt: skip
"""What banks and shops call it in the texts that people read out."""


@rule("before", "warned")
def one_time_password(text: str, answering: bool = False) -> str:
    """A text that looks like somebody's one-time password. While something is asked (`answering`), digits alone are an
    answer."""
    typed = fold(text)
    if DIGITS.fullmatch(typed):
        return "" if answering else "digits alone"
    said = set(re.sub(r"[0-9]+", " ", typed).split())
    return "digits with a word for it" if said & WORDS and DIGITS.search(typed) else ""

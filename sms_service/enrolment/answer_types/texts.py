"""A text in somebody's own words."""

from __future__ import annotations

import unicodedata

from sms_service.authoring.vocabulary import Parameters
from sms_service.engine.model import Field
from sms_service.engine.templates import TEXT_MAX
from sms_service.enrolment.answer_types.registry import INVISIBLE, Setting, Wrong, answer_type, letters, one_line

LENGTH = 160
"""Characters of an answer, where a flow says nothing: one SMS of Latin letters."""

WORDS_MAX = 60
"""Words of a line that a text may take; it belongs at the line's end."""

_JOINERS = "\u200c\u200d"  # names and words in Indic scripts and emoji need them


def _check(parameters: Parameters) -> str:
    most = parameters.get("max", LENGTH)
    fits = type(most) is int and 2 <= most <= TEXT_MAX
    return "" if fits else f"max is {most}; it must be a number of characters from 2 to {TEXT_MAX}"


@answer_type(
    words=WORDS_MAX,
    longest=lambda parameters, language: letters(parameters.get("max", LENGTH), language),
    parameters=("max",),
    check=_check,
)
def text(typed: str, field: Field, _setting: Setting) -> str | Wrong:
    """Two characters or more, one a letter, up to `max`; on one line, NFC, digits in their own script."""
    kept = (c for c in typed.translate(INVISIBLE) if c in _JOINERS or unicodedata.category(c) not in ("Cf", "Co"))
    value = one_line(unicodedata.normalize("NFC", "".join(kept)))
    if len(value) < 2 or not any(c.isalpha() for c in value):
        return Wrong("too_short")
    return Wrong("too_long") if len(value) > field.parameters.get("max", LENGTH) else value

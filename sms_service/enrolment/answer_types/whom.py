"""Which enroler is meant: by her mobile number, or by her name."""

from __future__ import annotations

from sms_service.engine.model import Field
from sms_service.enrolment.answer_types.identity import NAME_MAX, mobile, name
from sms_service.enrolment.answer_types.registry import Noted, Setting, Wrong, answer_type, letters


@answer_type(words=12, longest=lambda _parameters, language: letters(NAME_MAX, language))
def whom(text: str, field: Field, setting: Setting) -> str | Noted | Wrong:
    """A mobile number as E.164, or a name as it was typed."""
    number: str | Noted | Wrong = mobile(text, field, setting)
    if not isinstance(number, Wrong):
        return number
    called: str | Wrong = name(text, field, setting)
    return Wrong("nobody") if isinstance(called, Wrong) else called

"""Where: an area of the drive, by its code or its name."""

from __future__ import annotations

from sms_service.authoring.vocabulary import Parameters
from sms_service.engine.model import Field
from sms_service.enrolment.answer_types.registry import Setting, Wrong, answer_type, plain

CODE_MAX = 64
"""Signs of an area's code: what its column holds."""


def _check(parameters: Parameters) -> str:
    level = parameters.get("level", "booth")
    return "" if level and isinstance(level, str) else f"level is {level}; it must be a word such as district or booth"


@answer_type(words=4, longest=lambda _parameters, _language: "M" * CODE_MAX, parameters=("level",), check=_check)
def area(text: str, field: Field, setting: Setting) -> str | Wrong:
    """The code of the one area (of `level`, if given) that has this code or this name."""
    code = setting.area_called(plain(text), str(field.parameters.get("level", "")))
    return code if code else Wrong("no_such_area")

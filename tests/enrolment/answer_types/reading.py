"""Reads one answer as a flow would have it read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sms_service.engine.answers import fold
from sms_service.engine.model import Field, Option
from sms_service.enrolment.answer_types import TYPES, Noted, Setting, Wrong

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
CROPS = (
    Option("1", value="maize", labels={"en": "Maize", "hi": "मक्का"}, words={"hi": ("makka",)}),
    Option("2", value="rice", labels={"en": "Rice", "hi": "धान"}),
)
CODES = {"ranchi": "JH-N-RAN", "jh n ran": "JH-N-RAN", "kanke": "JH-N-RAN-KAN"}


def area_called(text: str, level: str = "", /) -> str | None:
    """Three names, as a drive's table would have them; `Ranchi` is a district."""
    code = CODES.get(fold(text))
    return None if level == "block" and code == "JH-N-RAN" else code


def setting(language: str = "en", regions: tuple[str, ...] = ("IN",), **more: Any) -> Setting:
    return Setting(regions, language, **{"now": NOON, "area_called": area_called, **more})


def read(answer_type: str, text: str, at: Setting | None = None, **parameters: Any) -> Any:
    """The value, whatever is noted of it, or the name of the problem with a question mark before it."""
    field = Field("it", answer_type, parameters=parameters, options=CROPS)
    value = TYPES[answer_type].read(text, field, at or setting())
    if isinstance(value, Wrong):
        assert value.problem in TYPES[answer_type].shape.problems
        return f"?{value.problem}"
    return value.value if isinstance(value, Noted) else value

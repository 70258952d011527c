"""What the flow files of this installation may speak of. Apart from service.py, which imports every part."""

from __future__ import annotations

from sms_service.authoring.vocabulary import Vocabulary
from sms_service.config import Config
from sms_service.enrolment import answer_types, effect_shapes, numbers
from sms_service.privacy import new_token

ASKED_FOR = ("news", "events")
"""Purposes besides those that an effect needs: the consents a drive asks for along with the membership. A word that stands
nowhere is a slip of the pen, and a ledger of consents to `membershp` helps nobody."""


def vocabulary(config: Config) -> Vocabulary:
    """Answer types, effects, happenings, and the constants of the settings."""
    constants = {"org": config.organisation, "service_number": config.service_number, "repaired": "ABC12345S7"}
    given = {
        "ref": lambda _language: "W" * numbers.REF_LENGTH,
        "first_name": lambda language: answer_types.letters(effect_shapes.FIRST_NAME_MAX, language),
        "member_number": lambda _language: numbers.written(numbers.LONGEST),
        "card_link": lambda _language: numbers.card_link(config.url, new_token()),
    }
    needed = [shape.purpose for shape in effect_shapes.SHAPES.values() if shape.purpose]
    purposes = tuple(dict.fromkeys([*needed, *ASKED_FOR]))
    return Vocabulary(effect_shapes.SHAPES, answer_types.shapes(), effect_shapes.HAPPENINGS, constants, given, purposes)

"""What the flow files of this installation may speak of. Apart from service.py, which imports every part."""

from __future__ import annotations

from sms_service.authoring.vocabulary import Vocabulary
from sms_service.config import Config
from sms_service.enrolment import answer_types, cards, effects, members, registrations
from sms_service.privacy import new_token


def vocabulary(config: Config) -> Vocabulary:
    """Answer types, effects, happenings, and the constants of the settings."""
    constants = {"org": config.organisation, "service_number": config.service_number}
    given = {
        "ref": lambda _language: "W" * registrations.REF_LENGTH,
        "first_name": lambda language: answer_types.letters(effects.FIRST_NAME_MAX, language),
        "member_number": lambda _language: members.written(members.LONGEST),
        "card_link": lambda _language: cards.link(config.url, new_token()),
    }
    return Vocabulary(effects.SHAPES, answer_types.shapes(), effects.HAPPENINGS, constants, given)

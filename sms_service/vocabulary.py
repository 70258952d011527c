"""What the flow files of this installation may speak of. Apart from service.py, which imports every part."""

from __future__ import annotations

from sms_service.authoring.vocabulary import Vocabulary
from sms_service.config import Config
from sms_service.engine.texts import SEGMENT_SEPTETS_JOINED, SEGMENT_UCS2_JOINED, septets
from sms_service.enrolment import answer_types, effect_shapes, numbers
from sms_service.enrolment.answer_types.registry import LETTER_OF
from sms_service.faults import SORRY
from sms_service.privacy import new_token

ASKED_FOR = ("news", "events")
"""Purposes besides those that an effect needs: the consents a drive asks for along with the membership. A word that stands
nowhere is a slip of the pen, and a ledger of consents to `membershp` helps nobody."""

COUNT_MAX = 99_999
"""Registrations of one enroler that texts are measured with. Nobody enters more."""

SAID_SEGMENTS = 2
"""SMS of what another flow would say, where a text repeats it."""


REPAIRED_LONGEST = "ABC12345S7"
"""What `repaired` holds where texts are measured: a voter ID with a slip. In a dialogue it is what was typed, or empty."""


def vocabulary(config: Config) -> Vocabulary:
    """Answer types, effects, happenings, and the constants of the settings."""
    constants = {
        "org": config.organisation,
        "service_number": config.service_number,
        "notice": config.notice_address,
        "repaired": REPAIRED_LONGEST,
    }
    given = {
        "first_name": lambda language: answer_types.letters(effect_shapes.FIRST_NAME_MAX, language),
        "area_name": lambda language: answer_types.letters(effect_shapes.AREA_NAME_MAX, language),
        "areas_below": lambda language: answer_types.letters(effect_shapes.AREAS_BELOW_MAX, language),
        "code": lambda _language: "9" * effect_shapes.CODE_DIGITS,
        "money": lambda _language: f"INR {answer_types.money.AMOUNT_MAX}.00",
        "status": lambda _language: max(effect_shapes.STANDINGS, key=len),
        "standing": _standing,
        "why": lambda language: answer_types.letters(effect_shapes.WHY_MAX, language),
        "registrations": lambda language: [_listed(language)] * effect_shapes.LISTED,
        "own_entries": lambda language: [_own_entry(language)] * effect_shapes.OWN_LISTED,
        "consents": lambda language: answer_types.letters(effect_shapes.CONSENTS_MAX, language),
        "record": lambda language: answer_types.letters(effect_shapes.RECORD_MAX, language),
        "change": lambda language: answer_types.letters(effect_shapes.CHANGE_MAX, language),
        "typed": lambda _language: REPAIRED_LONGEST,
        "count": lambda _language: COUNT_MAX,
        "said": _said,
        "practice": lambda _language: "",
        "member_number": lambda _language: numbers.written(numbers.LONGEST),
        "card_link": lambda _language: numbers.card_link(config.url, new_token()),
    }
    own = {name: dict(one) for name, one in config.id_formats.items()}
    needed = [shape.purpose for shape in effect_shapes.SHAPES.values() if shape.purpose]
    purposes = tuple(dict.fromkeys([*needed, *ASKED_FOR]))
    return Vocabulary(
        effect_shapes.SHAPES,
        {**answer_types.shapes(), "national_id": answer_types.identity.with_own_formats(own)},
        effect_shapes.HAPPENINGS,
        constants,
        given,
        purposes,
        LETTER_OF,
        config.dlt.rules(config.service_number, SORRY),
    )


def _standing(language: str) -> str:
    return max((words.get(language, words["en"]) for words in effect_shapes.STANDINGS.values()), key=len)


def _listed(language: str) -> dict[str, str]:
    name = answer_types.letters(effect_shapes.FIRST_NAME_MAX, language)
    return {"ref": "W" * numbers.REF_LENGTH, "first_name": name, "status": "", "standing": _standing(language)}


def _own_entry(language: str) -> dict[str, str]:
    record = answer_types.letters(effect_shapes.OWN_RECORD_MAX, language)
    return {"record": record, "standing": max(_standing(language), numbers.written(numbers.LONGEST), key=len)}


def _said(language: str) -> str:
    letter = answer_types.letters(1, language)
    return letter * (SAID_SEGMENTS * (SEGMENT_UCS2_JOINED if septets(letter) is None else SEGMENT_SEPTETS_JOINED))

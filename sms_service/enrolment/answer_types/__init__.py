"""The answer types: how the text of a person becomes a value, or a problem that has a name and a sentence.

A reader is generous to what cold fingers type, and where two readings are possible it takes neither. Importing this
package registers all of them.
"""

from __future__ import annotations

from sms_service.enrolment.answer_types import (
    amounts,
    attachments,
    choices,
    dates,
    identity,
    money,
    places,
    references,
    texts,
    whom,
)
from sms_service.enrolment.answer_types.registry import TYPES, AnswerType, Noted, Setting, Wrong, letters, plain, shapes

__all__ = [
    "TYPES", "AnswerType", "Noted", "Setting", "Wrong", "amounts", "attachments", "choices", "dates", "identity", "letters",
    "money", "places", "plain", "references", "shapes", "texts", "whom",
]  # fmt: skip

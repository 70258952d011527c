"""The effects: what a flow can have done. It can call nothing else. Importing this package registers all of them."""

from __future__ import annotations

from sms_service.enrolment.effects import deciding, entering, messages
from sms_service.enrolment.effects.act import EFFECTS, Act, Done, Start, UnknownEffect, UnknownOutcome, effect, perform

__all__ = [
    "EFFECTS", "Act", "Done", "Start", "UnknownEffect", "UnknownOutcome", "deciding", "effect", "entering", "messages",
    "perform",
]  # fmt: skip

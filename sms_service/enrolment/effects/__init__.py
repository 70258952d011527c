"""The effects: what a flow can have done. It can call nothing else. Importing this package registers all of them."""

from __future__ import annotations

from sms_service.enrolment.effects import (
    activation,
    calling,
    charge,
    deciding,
    entering,
    fees,
    her_card,
    her_data,
    joining,
    leaving,
    membership,
    mending,
    messages,
    own,
    photos,
    practice,
    purposes,
    writers,
)
from sms_service.enrolment.effects.act import (
    EFFECTS,
    Act,
    Done,
    Over,
    Start,
    UnknownEffect,
    UnknownOutcome,
    effect,
    kind_of,
    perform,
)

__all__ = [
    "EFFECTS", "Act", "Done", "Over", "Start", "UnknownEffect", "UnknownOutcome", "activation", "calling", "charge",
    "deciding", "effect", "entering", "fees", "her_card", "her_data", "joining", "kind_of", "leaving", "membership", "mending",
    "messages", "own", "perform", "photos", "practice", "purposes", "writers",
]  # fmt: skip

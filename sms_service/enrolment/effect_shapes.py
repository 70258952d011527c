"""What flows can have done, and what can begin them: data only. The functions that do it are in effects/.

Apart from them, so that a flow file can be checked in half a second, without SQL.
"""

from __future__ import annotations

from collections.abc import Mapping

from sms_service.authoring.vocabulary import EffectShape, Happening

REGISTRATION = "registration"

MEMBERSHIP = "membership"
"""The purpose of the consent that makes a member."""

FIRST_NAME_MAX = 20
"""Letters of a first name in somebody else's message: the longest of 60 would fill half of an SMS in Hindi."""

DONE: Mapping[str, Mapping[str, str]] = {"done": {}}

SHAPES: Mapping[str, EffectShape] = {
    "save_registration": EffectShape(
        {
            "saved": {"ref": "ref", "first_name": "first_name"},
            "waiting": {},
            "member": {},
            "own_phone": {},
            "stopped": {},
        },
        parameters={"mobile": "mobile", "name": "name"},
        more=True,
        begins=("registration.saved",),
        by_enroler=True,
    ),
    "admit_member": EffectShape(
        {"admitted": {"member.number": "member_number"}, "not_waiting": {}}, about=REGISTRATION, purpose=MEMBERSHIP
    ),
    "refuse_registration": EffectShape(DONE, about=REGISTRATION),
    "expire_registration": EffectShape(DONE, about=REGISTRATION),
    "hold_registration": EffectShape(DONE, about=REGISTRATION),
    "reject_number": EffectShape(DONE, about=REGISTRATION),
    "return_registration": EffectShape(DONE, begins=("registration.returned",), about=REGISTRATION),
    "opt_out": EffectShape(DONE),
    "opt_in": EffectShape(DONE),
    "set_language": EffectShape(DONE, parameters={"language": "choice"}, language="language"),
}

HAPPENINGS: Mapping[str, Happening] = {
    "registration.saved": Happening({"ref": "ref", "enroler.first_name": "first_name"}, True, REGISTRATION),
    "registration.returned": Happening({"ref": "ref", "first_name": "first_name"}),
    "card.ready": Happening({"name": "name", "member.number": "member_number", "card.link": "card_link"}),
}
"""What begins flows by itself, and the variables it brings. The first two come from effects, the last from workers/cards."""

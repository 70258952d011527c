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

AREA_NAME_MAX = 30
"""Letters of an area's name in a text to an enroler; she knows her areas."""

AREAS_BELOW_MAX = 60
"""Letters of the figures of the areas below, which fill what is left of one SMS; for the checker of flow files, which counts
with the longest name and figures before them."""

CODE_DIGITS = 5
"""Digits of an activation code: what one keeps in mind from one text to the next. It fits one phone only, which may try five
of the 90,000 a day (enrolment/activation.py)."""

NOT_IN_CHARGE: Mapping[str, Mapping[str, str]] = {"not_in_charge": {}, "unknown": {}}
"""Ends of what those in charge have done: she is not, or what was named is not below her, or does not exist."""

ENROLER_NAMED: Mapping[str, str] = {"first_name": "first_name", "mobile": "mobile"}

LISTED = 5
"""Registrations that LIST shows: what fits into one or two SMS."""

PRACTICE_REF = "TRY2N"
"""The reference that stands in a rehearsal. It is a true one, so that FIX can be practised too: it finds nothing."""

STANDINGS: Mapping[str, Mapping[str, str]] = {
    "waiting": {"en": "waiting", "hi": "उत्तर बाकी", "sw": "inasubiri"},
    "confirmed": {"en": "yes", "hi": "हां", "sw": "ndiyo"},
    "refused": {"en": "no", "hi": "नहीं", "sw": "hapana"},
    "returned": {"en": "mistake", "hi": "गलती", "sw": "kosa"},
    "wrong_number": {"en": "wrong number", "hi": "गलत नंबर", "sw": "si namba yake"},
    "held": {"en": "at the office", "hi": "कार्यालय में", "sw": "ofisini"},
    "expired": {"en": "no answer", "hi": "उत्तर नहीं", "sw": "hakujibu"},
}
"""How a registration stands, in a word for its enroler. A flow in another language goes by `status`, and says it itself."""

RECORD_MAX = 90
"""Characters of a registration as it is repeated: the longest name with three other values. The enroler has what she typed."""

CHANGE_MAX = 45
"""Letters of what a person mended about herself, as her enroler reads it: before and after, in one SMS."""

STATUS: Mapping[str, str] = {"status": "status", "standing": "standing"}
NAMED: Mapping[str, str] = {"ref": "ref", "first_name": "first_name"}
SAVES = "save_registration"
"""The effect of which a registration comes: that of the `ref` it brings."""

REGISTERED: Mapping[str, str] = {**NAMED, **STATUS}

HELD_AS = ("queued", "closed")
"""Kinds of `held` of which the enroler is told more than that the office looks at it first."""

REFUSED_AS = ("waiting", "member", "own_phone", "enrolers_phone", "under_age", "stopped", "not_activated")
"""Why nothing is saved: each a kind of `refused`."""

FOUND: Mapping[str, str] = {"ref": "ref", "change": "line"}
OWN_DATA: Mapping[str, str] = {"record": "record", "area_name": "area_name"}
COUNTED = {
    f"{when}.{what}": "count"
    for when in ("today", "ever")
    for what in ("all", "yes", "waiting", "wrong", "no", "silent")
}

DONE: Mapping[str, Mapping[str, str]] = {"done": {}}

SHAPES: Mapping[str, EffectShape] = {
    SAVES: EffectShape(
        {
            "saved": NAMED,
            "held": NAMED,
            "outside": {"area_name": "area_name"},
            "refused": {},
            **dict.fromkeys(HELD_AS, NAMED),
            **{outcome: {} for outcome in REFUSED_AS},
        },
        kinds={**dict.fromkeys(HELD_AS, "held"), **dict.fromkeys(REFUSED_AS, "refused")},
        parameters={"mobile": "mobile", "name": "name", "sure": "yes_no"},
        optional=("sure",),
        more=True,
        begins=("registration.saved",),
        by_enroler=True,
    ),
    "turn_away": EffectShape(
        {"stranger": {}, "dialled": {}, "held": {}, "appointed": {}, "silent": {}}, kinds={"dialled": "stranger"}
    ),
    "admit_member": EffectShape(
        {"admitted": {"member.number": "member_number"}, "not_waiting": {}}, about=REGISTRATION, purpose=MEMBERSHIP
    ),
    "refuse_registration": EffectShape(DONE, about=REGISTRATION),
    "expire_registration": EffectShape(DONE, about=REGISTRATION),
    "hold_registration": EffectShape(DONE, parameters={"why": "text"}, optional=("why",), about=REGISTRATION),
    "correct_registration": EffectShape(
        {"corrected": {}, "same": {}, "held": {}, "refused": {}, "not_waiting": {}},
        begins=("registration.corrected",),
        about=REGISTRATION,
    ),
    "reject_number": EffectShape(DONE, about=REGISTRATION),
    "return_registration": EffectShape(DONE, begins=("registration.returned",), about=REGISTRATION),
    "sum_area": EffectShape(
        {
            "summed": {
                "area_name": "area_name",
                "below": "areas_below",
                "target": "count",
                **dict.fromkeys(("confirmed", "waiting", "held", "refused"), "count"),
            },
            "several": {},
            **NOT_IN_CHARGE,
        },
        by_enroler=True,
    ),
    "hold_enroler": EffectShape(
        {"held": ENROLER_NAMED, "called_back": ENROLER_NAMED, "several": {}, **NOT_IN_CHARGE},
        kinds={"called_back": "held"},
        parameters={"whom": "whom"},
        by_enroler=True,
    ),
    "free_enroler": EffectShape(
        {"freed": ENROLER_NAMED, "several": {}, "office": {}, **NOT_IN_CHARGE},
        parameters={"whom": "whom"},
        by_enroler=True,
    ),
    "free_registration": EffectShape(
        {"freed": {"ref": "ref"}, "queued": {"ref": "ref"}, "stopped": {}, "own": {}, **NOT_IN_CHARGE},
        kinds={"queued": "freed"},
        parameters={"ref": "ref"},
        by_enroler=True,  # begins registration.saved too, with what the registration holds, not with this dialogue's fields
    ),
    "appoint_enroler": EffectShape(
        {
            "appointed": {"first_name": "first_name", "area_name": "area_name"},
            "taken": {},
            "stopped": {},
            **NOT_IN_CHARGE,
        },
        parameters={"mobile": "mobile", "name": "name", "area": "area"},
        begins=("enroler.appointed",),
        by_enroler=True,
    ),
    "activate_phone": EffectShape(
        {"activated": {"first_name": "first_name"}, "held": {"first_name": "first_name"}, "wrong": {}, "silent": {}},
        parameters={"code": "number"},
    ),
    "save_fee": EffectShape(
        {"saved": {"ref": "ref", "fee": "money"}, "used": {}, "unknown": {}, "wrong_amount": {"fee": "money"}},
        parameters={"ref": "ref", "receipt": "receipt", "amount": "amount"},
        by_enroler=True,
    ),
    "fix_registration": EffectShape(
        {
            "fixed": {**FOUND, "record": "record", "typed": "typed"},
            "held": {**FOUND, "record": "record", "typed": "typed"},
            "queued": {**FOUND, "record": "record", "typed": "typed"},
            "same": {**FOUND, "record": "record"},
            "refused": FOUND,
            "answered": FOUND,
            "closed": {**FOUND, **STATUS},
            "unknown": FOUND,
            "wrong": {**FOUND, "problem": "said"},
            "no_ref": {"change": "line"},
            "no_change": FOUND,
        },
        kinds={"queued": "held"},
        parameters={"line": "line", "ref": "ref", "change": "line"},
        optional=("ref", "change"),  # it begins registration.saved with what was collected when REG did
        by_enroler=True,
    ),
    "delete_registration": EffectShape(
        {"deleted": {"first_name": "first_name"}, "closed": STATUS, "too_late": {}, "unknown": {}},
        parameters={"ref": "ref"},
        by_enroler=True,
    ),
    "last_registration": EffectShape({"found": REGISTERED, "none": {}}, by_enroler=True),
    "list_registrations": EffectShape({"found": {"registrations": "registrations"}, "none": {}}, by_enroler=True),
    "count_registrations": EffectShape({"done": COUNTED}, by_enroler=True),
    "show_registration": EffectShape(
        {"found": {**REGISTERED, "record": "record"}, "unknown": {}}, parameters={"ref": "ref"}, by_enroler=True
    ),
    "rehearse_registration": EffectShape(
        {
            "entered": {"reply": "said", "asked": "said"},
            "goes_on": {"reply": "said", "practice": "practice"},
            "over": {"reply": "said"},
        },
        parameters={"line": "line", "practice": "practice"},
        optional=("practice",),
        by_enroler=True,
    ),
    "keep_photo": EffectShape(
        {
            "kept": NAMED,
            "draft": {},
            "none": {},
            "lost": {},
            "unknown": {},
            "closed": {"ref": "ref", **STATUS},
            "no_picture": {},
            "not_enroler": {},
        }
    ),
    "find_membership": EffectShape(
        {"found": {"whose": "name", "member.number": "member_number"}, "several": {}, "unknown": {}, "none": {}},
        parameters={"number": "number"},
        optional=("number",),
    ),
    "show_own_data": EffectShape(
        {
            "member": {**OWN_DATA, "member.number": "member_number"},
            "entered": {**OWN_DATA, "standing": "standing"},
            "nothing": {},
        },
        parameters={"number": "member_number"},
        optional=("number",),
    ),
    "reissue_card": EffectShape({"coming": {}, "revoked": {}}, parameters={"number": "member_number"}),
    "correct_membership": EffectShape(
        {
            "corrected": {"record": "record"},
            "same": {"record": "record"},
            "which": {},
            "wrong": {"problem": "said"},
            "refused": {},
            "unknown": {},
        },
        parameters={"number": "member_number"},
    ),
    "leave_membership": EffectShape({"left": {}, "unknown": {}}, parameters={"number": "member_number"}),
    "forget_me": EffectShape(DONE),
    "save_own_registration": EffectShape(
        {
            "saved": {},
            "held": {},
            "refused": {},
            **{outcome: {} for outcome in ("queued", "closed", "waiting", "member", "under_age")},
        },
        kinds={"queued": "held", "closed": "held", **dict.fromkeys(("waiting", "member", "under_age"), "refused")},
        parameters={"name": "name"},
        more=True,
        begins=("registration.saved",),
    ),
    "look_at_consent": EffectShape({"given": {}, "open": {}}, parameters={"purpose": "text"}),
    "withdraw_consent": EffectShape({"withdrawn": {}, "none": {}}, parameters={"purpose": "text"}),
    "recognise_writer": EffectShape({"in_charge": {}, "enroler": {}, "member": {}, "other": {}}),
    "answer_once": EffectShape({"answered": {}, "silent": {}}),
    "opt_out": EffectShape(DONE),
    "opt_in": EffectShape(DONE),
    "set_language": EffectShape(DONE, parameters={"language": "choice"}, language="language"),
}

HAPPENINGS: Mapping[str, Happening] = {
    "registration.saved": Happening({"ref": "ref", "enroler.first_name": "first_name"}, True, REGISTRATION),
    "registration.returned": Happening({"ref": "ref", "first_name": "first_name"}),
    "registration.corrected": Happening({"ref": "ref", "before": "change", "after": "change"}),
    "enroler.appointed": Happening({"code": "code", "area_name": "area_name", "enroler.first_name": "first_name"}),
    "card.ready": Happening({"name": "name", "member.number": "member_number", "card.link": "card_link"}),
}
"""What begins flows by itself, and the variables it brings. All but the last come from effects, that from workers/cards."""

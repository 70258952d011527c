"""What flows can have done, and what can begin them: data only. The functions that do it are in effects/.

Apart from them, so that a flow file can be checked in half a second, without SQL.
"""

from __future__ import annotations

from collections.abc import Mapping

from sms_service.authoring.vocabulary import EffectShape, Happening
from sms_service.engine.model import MEMBERSHIP as MEMBERSHIP

REGISTRATION = "registration"

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

LEFT = "left"
"""How the registration of a former member stands: no status of the table, where it stays `confirmed`."""

STANDINGS: Mapping[str, Mapping[str, str]] = {
    "waiting": {"en": "waiting", "hi": "उत्तर बाकी", "sw": "inasubiri"},
    "confirmed": {"en": "yes", "hi": "हां", "sw": "ndiyo"},
    "refused": {"en": "no", "hi": "नहीं", "sw": "hapana"},
    "returned": {"en": "mistake", "hi": "गलती", "sw": "kosa"},
    "wrong_number": {"en": "wrong number", "hi": "गलत नंबर", "sw": "si namba yake"},
    "held": {"en": "at the office", "hi": "कार्यालय में", "sw": "ofisini"},
    "expired": {"en": "no answer", "hi": "उत्तर नहीं", "sw": "hakujibu"},
    "deleted": {"en": "taken back", "hi": "वापस लिया", "sw": "imeondolewa"},
    LEFT: {"en": "has left", "hi": "छोड़ दिया", "sw": "ametoka"},
}
"""How a registration stands, in a word for its enroler and for whom it is about. A flow in another language goes by
`status`, and says it itself."""

RECORD_MAX = 90
"""Characters of a registration as it is repeated: the longest name with three other values. The enroler has what she typed."""

OWN_LISTED, OWN_RECORD_MAX = 4, 30
"""Registrations that ME shows where a phone has several, and letters of each: a family, in two SMS mostly, never in more than
four."""

PURPOSES: Mapping[str, Mapping[str, str]] = {
    "news": {"en": "news", "hi": "समाचार", "sw": "matangazo"},
    "events": {"en": "events", "hi": "कार्यक्रम", "sw": "matukio"},
}
"""What people consent to besides a membership, as ME tells it; other purposes are told as the flow calls them."""

CONSENTS_MAX = 30
"""Letters of all of those together."""

CHANGE_MAX = 45
"""Letters of what a person mended about herself, as her enroler reads it: before and after, in one SMS."""

WHY_MAX = 25
"""Letters of why a photo is not taken: a word or two, with which the text stays one SMS in every language."""

WHY: Mapping[str, Mapping[str, str]] = {
    "empty": {"en": "the file is empty", "hi": "फाइल खाली", "sw": "faili ni tupu"},
    "too_many_bytes": {"en": "larger than 5 MB", "hi": "5 MB से बड़ी", "sw": "zaidi ya MB 5"},
    "heic": {"en": "send it as JPEG", "hi": "JPEG में भेजें", "sw": "itume kama JPEG"},
    "wrong_kind": {"en": "it is no JPEG or PNG", "hi": "JPEG/PNG नहीं", "sw": "si JPEG wala PNG"},
    "moving": {"en": "it is a moving picture", "hi": "चलती तस्वीर", "sw": "ni picha inayotembea"},
    "too_many_pixels": {"en": "too many pixels", "hi": "बहुत बड़ी", "sw": "ni kubwa mno"},
    "too_small": {"en": "it is too small", "hi": "बहुत छोटी", "sw": "ni ndogo mno"},
    "broken": {"en": "the file is broken", "hi": "फाइल खराब", "sw": "faili imeharibika"},
    "not_only_a_picture": {"en": "the file is not clean", "hi": "फाइल साफ नहीं", "sw": "faili si safi"},
    "lost": {"en": "it did not reach us", "hi": "हम तक नहीं आई", "sw": "haikutufikia"},
    "dark": {"en": "it is too dark", "hi": "बहुत अंधेरी", "sw": "ni giza mno"},
    "blurred": {"en": "it is not sharp", "hi": "धुंधली", "sw": "haionekani wazi"},
    "face": {"en": "the face is not seen", "hi": "चेहरा नहीं दिखता", "sw": "uso hauonekani"},
    "several": {"en": "more than one person", "hi": "एक से अधिक लोग", "sw": "watu zaidi ya mmoja"},
    "other": {"en": "it shows somebody else", "hi": "किसी और की है", "sw": "ni ya mtu mwingine"},
}
"""Why a photo is not taken, in a word or two: the problems of portrait.py, `lost` for one that the gateway never gave out,
and what the office says most (`photos refuse --reason dark`)."""

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
            "own": NAMED,
            "several": {},
            "too_many": {},
            "how": {},
            "stranger": {},
        },
        kinds={
            "own": "kept",
            "several": "none",
            "too_many": "not_enroler",
            "how": "no_picture",
            "stranger": "not_enroler",
        },
    ),
    "find_membership": EffectShape(
        {"found": {"whose": "name", "member.number": "member_number"}, "several": {}, "unknown": {}, "none": {}},
        parameters={"number": "number"},
        optional=("number",),
    ),
    "show_own_data": EffectShape(
        {
            "member": {**OWN_DATA, "member.number": "member_number", "consents": "consents"},
            "entered": {**OWN_DATA, "standing": "standing", "consents": "consents"},
            "several": {"entries": "own_entries", "more": "count", "consents": "consents"},
            "nothing": {"consents": "consents"},
        },
        parameters={"number": "member_number"},
        optional=("number",),
    ),
    "send_card_again": EffectShape(
        {"coming": {}, "sent": {}, "expired": {}, "revoked": {}}, parameters={"number": "member_number"}
    ),
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
    # Begins registration.saved for herself, with what her registration holds.
    "take_missed_call": EffectShape(
        {"invited": {}, "member": {"member.number": "member_number"}, "stranger": {}, "silent": {}},
        kinds={"member": "stranger"},  # a flow of the release before told her how to join
    ),
    "recognise_writer": EffectShape({"in_charge": {}, "enroler": {}, "member": {}, "other": {}}),
    "answer_once": EffectShape({"answered": {}, "silent": {}}),
    "opt_out": EffectShape(DONE),
    "opt_in": EffectShape(DONE),
    "set_language": EffectShape(DONE, parameters={"language": "choice"}, language="language"),
}

HAPPENINGS: Mapping[str, Happening] = {
    "registration.saved": Happening({"ref": "ref", "enroler.first_name": "first_name"}, True, REGISTRATION),
    "registration.returned": Happening({"ref": "ref", "first_name": "first_name"}),
    "registration.unreachable": Happening({"ref": "ref", "first_name": "first_name"}),
    "registration.corrected": Happening({"ref": "ref", "before": "change", "after": "change"}),
    "enroler.appointed": Happening({"code": "code", "area_name": "area_name", "enroler.first_name": "first_name"}),
    "card.ready": Happening({"name": "name", "member.number": "member_number", "card.link": "card_link"}),
    "photo.refused": Happening({"why": "why"}),
    "photo.unusable": Happening({**NAMED, "why": "why"}),
}
"""What begins flows by itself, and the variables it brings: from effects, and from the workers and the office."""

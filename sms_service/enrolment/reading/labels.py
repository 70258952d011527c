"""Words that people put beside values: labels (`mob:`, `booth no`), labels of what nobody asked for, and courtesies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from sms_service.engine.answers import fold
from sms_service.engine.model import Field

LABELS: Mapping[str, str] = {
    "mobile": """mobile, mob, mobil, mobile phone, moblie, mbl, phone, ph, phn, fone, cell, cellphone, tel, telephone,
        contact, number, mobail, mobil namba, simu, namba, nambari, namba ya simu, nambari ya simu, मोबाइल, मोबाईल,
        मोबाइल नंबर, मो, मोब, फोन, फोन नंबर, दूरभाष, मोबाइल फोन, নম্বর, মোবাইল, ফোন, கைபேசி, மொபைல், هاتف, جوال, رقم""",
    "voter_id": """epic, voter, voter id, voterid, voter card, voter i card, vote id, vid, vcard, id, id card, idcard, i card,
        card, election card, epik, pehchan, pehchan patra, kadi, kitambulisho, kura, वोटर, वोटर आईडी, वोटर कार्ड,
        वोटर आई डी, आईडी, आई डी, पहचान, पहचान पत्र, मतदाता, मतदाता पत्र, मतदाता पहचान पत्र, ईपिक, एपिक, कार्ड,
        ভোটার, ভোটার কার্ড, আইডি, வாக்காளர், அட்டை, بطاقة""",
    "national_id": """id, id card, idcard, id number, national id, nid, card, kitambulisho, kitambulisho cha taifa, huduma,
        nin, ghana card, आईडी, पहचान पत्र, आधार, aadhaar, aadhar, adhar, بطاقة, هوية""",
    "booth": """booth, bhooth, boot, buth, both, bth, bn, ps, polling, polling booth, polling station, pollingbooth, part,
        booth number, kituo, kituo cha kura, kituo cha kupigia kura, station, बूथ, बुथ, मतदान, मतदान केंद्र, मतदान
        बूथ, केंद्र, भाग, বুথ, ভোটকেন্দ্র, சாவடி, வாக்குச்சாவடி, مركز""",
    "name": """name, nam, naam, nme, full name, fullname, member name, jina, jina kamili, majina, नाम, पूरा नाम, सदस्य का
        नाम, নাম, பெயர், اسم, الاسم""",
    "area": "area, eneo, इलाका, क्षेत्र",
    "date": "date, tarehe, tarikh, तारीख, दिनांक",
}
"""By answer type: the words that announce a field of that type, in every language at once. The field's own name does too."""

LETTERS: Mapping[str, str] = {"mobile": "m, p", "voter_id": "v, e", "booth": "b", "name": "n"}
"""Single letters that announce a field, only where they touch its value or have a colon: `b12`, `N: Ram`."""

NUMBERED = "no, num, nr, number, nos, namba, nambari, ya, cha, is, ni, नंबर, नम्बर, न, सं, संख्या, क्रमांक, है, নং, எண்"
"""What may follow a label: `mob no`, `बूथ नंबर`."""

SURPLUS = """age, umar, umr, umra, umri, miaka, उम्र, आयु, sex, gender, ling, jinsia, लिंग, dob, birth, date of birth,
        birthday, janm, जन्म, जन्मतिथि, father, fathers, father name, fathers name, pita, पिता, पिता का नाम, baba,
        husband, husband name, pati, पति, पति का नाम, mother, mata, माता, mama, s o, d o, w o, c o, address, addr,
        pata, anwani, पता, village, vill, gram, gaon, kijiji, गांव, ग्राम, ward, wadi, वार्ड, pin, pincode,
        district, zila, जिला, block, prakhand, प्रखंड, occupation, kazi, पेशा, caste, jati, जाति"""
"""Labels of what nobody asked for, so that `AGE 34` is neither part of a name nor a second booth: dropped with their value."""

COURTESIES = """please, pls, plz, sir, madam, thank, you, thanks, thankyou, hello, namaste, namaskar, kripya, dhanyavad,
        kindly, regards, ok, add, enter, new, member, register, tafadhali, habari, karibu, mwanachama, mpya,
        sajili, नमस्ते, नमस्कार, कृपया, धन्यवाद, सदस्य, नया, नए, जोड़ें, और, ka, hai, aur, का, की, है"""
"""Words at the edge of a name that are not part of it."""


@cache
def _folded(words: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(fold(phrase).split()) for phrase in words.split(","))


def labels_of(field: Field, alone: bool) -> frozenset[tuple[str, ...]]:
    """The phrases that announce this field, each as its words, folded. Its own name does so only among others: `why not`
    answers the question `why`."""
    own = frozenset() if alone else _folded(field.name.replace("_", " "))
    return (_folded(LABELS.get(field.type, "")) | own) - {()}


@cache
def _vocabulary() -> tuple[frozenset[str], frozenset[tuple[str, ...]], frozenset[str]]:
    single = frozenset(word for (word,) in _folded(NUMBERED))
    return single, _folded(SURPLUS), frozenset(word for (word,) in _folded(COURTESIES))


def numbered() -> frozenset[str]:
    """NUMBERED, folded."""
    return _vocabulary()[0]


def surplus(fields: Iterable[Field]) -> frozenset[tuple[str, ...]]:
    """SURPLUS, folded, without what these fields ask for."""
    return _vocabulary()[1] - {phrase for field in fields for phrase in labels_of(field, alone=False)}


def courtesies() -> frozenset[str]:
    """COURTESIES, folded."""
    return _vocabulary()[2]


def phrase_at(words: Sequence[str], place: int, phrases: frozenset[tuple[str, ...]]) -> int:
    """How many of `words` from `place` on are the longest of these phrases; 0 if none is."""
    longest = min(5, len(words) - place)
    return next((count for count in range(longest, 0, -1) if tuple(words[place : place + count]) in phrases), 0)

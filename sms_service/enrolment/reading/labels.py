"""Words that people put beside values: labels (`mob:`, `booth no`), labels of what nobody asked for, and courtesies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from sms_service.engine.answers import fold
from sms_service.engine.keywords import near
from sms_service.engine.model import Field

LABELS: Mapping[str, str] = {
    "mobile": """mobile, mob, mobil, mobile phone, moblie, mbl, phone, ph, phn, fone, cell, cellphone, tel, telephone,
        whatsapp, whatsapp number,
        contact, number, mobail, mobil namba, simu, namba, nambari, namba ya simu, nambari ya simu, मोबाइल, मोबाईल,
        मोबाइल नंबर, नंबर, नम्बर, मो, मोब, फोन, फोन नंबर, दूरभाष, मोबाइल फोन, নম্বর, মোবাইল, ফোন, கைபேசி, மொபைல், هاتف, جوال, رقم""",
    "voter_id": """epic, voter, voter id, voterid, voter card, voter i card, vote id, vid, vcard, id, id card, idcard, i card,
        card, election card, epik, pehchan, pehchan patra, kadi, kitambulisho, kura, वोटर, वोटर आईडी, वोटर कार्ड,
        वोटर आई डी, आईडी, आई डी, पहचान, पहचान पत्र, मतदाता, मतदाता पत्र, मतदाता पहचान पत्र, ईपिक, एपिक, कार्ड,
        ভোটার, ভোটার কার্ড, আইডি, வாக்காளர், அட்டை, بطاقة""",
    "national_id": """id, id card, idcard, id number, national id, nid, card, kitambulisho, kitambulisho cha taifa, huduma,
        nin, ghana card, आईडी, पहचान पत्र, आधार, aadhaar, aadhar, adhar, بطاقة, هوية""",
    "booth": """booth, bhooth, boot, buth, both, bth, bn, ps, polling, polling booth, polling station, pollingbooth, part,
        booth number, kituo, kituo cha kura, kituo cha kupigia kura, station, बूथ, बुथ, मतदान, मतदान केंद्र, मतदान
        बूथ, केंद्र, भाग, বুথ, ভোটকেন্দ্র, சாவடி, வாக்குச்சாவடி, مركز""",
    "name": """name, nam, naam, nme, full name, fullname, member name, jina, jina kamili, majina, jina lake, jina langu,
        jina la mwanachama, नाम, पूरा नाम, सदस्य का
        नाम, নাম, பெயர், اسم, الاسم""",
    "area": "area, eneo, इलाका, क्षेत्र",
    "date": "date, tarehe, tarikh, तारीख, दिनांक",
}
"""By answer type: the words that announce a field of that type, in every language at once. The field's own name does too."""

LETTERS: Mapping[str, str] = {"mobile": "m, p", "voter_id": "v, e", "booth": "b", "name": "n"}
"""Single letters that announce a field, only where they touch its value or have a colon: `b12`, `N: Ram`."""

NUMBERED = "no, num, nr, number, nos, namba, nambari, ya, cha, is, ni, to, नंबर, नम्बर, नं, न, सं, संख्या, क्रमांक, है, নং, எண்"
"""What may follow a label: `mob no`, `बूथ नंबर`."""

KEYWORDS = "reg, jod, जोड़, जोड़ें, sajili"
"""What follows a greeting that a text begins with: `Please REG Ram`."""

SAID = "is, ni, to, hai, है"
"""What may follow the label of a name: `name is Ram`. A number's `no` does not: `name: No Maya`."""

CALLED: Mapping[str, str] = {"age": "umar, umr, umra, umri, miaka, उम्र, आयु"}
"""By name of a field: what announces it besides, in other languages."""

SURPLUS = """age, umar, umr, umra, umri, miaka, उम्र, आयु, sex, gender, ling, jinsia, लिंग, dob, birth, date of birth,
        birthday, janm, जन्म, जन्मतिथि, father, fathers, father name, fathers name, pita, पिता, पिता का नाम, baba,
        husband, husband name, pati, पति, पति का नाम, mother, mata, माता, mama, s o, d o, w o, c o, address, addr,
        pata, anwani, पता, village, vill, gram, gaon, kijiji, गांव, ग्राम, ward, wadi, वार्ड, pin, pincode,
        district, zila, जिला, block, prakhand, प्रखंड, occupation, kazi, पेशा, caste, jati, जाति"""
"""Labels of what nobody asked for, so that `AGE 34` is neither part of a name nor a second booth: dropped with their value."""

NAMELIKE = "mata, baba, mama, kazi, ling, ward, umar"
"""Of SURPLUS, what names begin with as well: `Mata Prasad`, `Kazi Nazrul`."""

COURTESIES = """please, pls, plz, plss, please add, please register, kindly, kindly add, kindly register, kripya, thank,
        thanks, thank you, thankyou, thank u, thanku, thx, thnx, thnks, tnx, tks, tnks, many thanks, thanks a lot, regards,
        sir ji, madam ji, sirji, new member, dhanyavad, dhanyawad, dhanyabad, shukriya, meherbani,
        jai hind, jai bharat, jai shri ram, jai shree ram, ram ram ji, good morning, good evening, tafadhali,
        ahsante, asanteni, asante sana, ahsante sana, shukran, mwanachama mpya, कृपया, नमस्ते, नमस्कार,
        धन्यवाद, शुक्रिया, सर जी, जय हिंद, जय हिन्द, जय श्री राम, नया सदस्य, नए सदस्य, कृपया जोड़ें, ধন্যবাদ, நன்றி,
        ధన్యవాదాలు, شكرا, شکریہ, አመሰግናለሁ, ka, hai, का, की, के, है, entry, new entry, this person, add kare, add karen,
        register kare, register karen"""
"""Words that are never part of a name, wherever they stand."""

NAME_OR_THANKS: Mapping[str, str] = dict.fromkeys(("KE", "TZ", "UG"), "asante")
"""By country (ISO 3166), words that may be either where a text ends: thanks in Swahili, and a name of Ghana."""

GREETINGS = "hello, hi, hey, dear, namaste, namaskar, habari, नमस्ते, नमस्कार"
"""What a keyword may follow, however it is spelt: no name begins with it, but what follows may be one."""

OR_NAME, OR_NAME_FIRST = "enter, new, naya, mpya, karibu, person, dear, kare, नया", "ok, okay, sir, madam, सर"
"""Of DOUBTFUL_COURTESIES, those that names hold where the text begins or ends, or only where it begins: Naya Kumari, Ok
Chand. Beside a word that may be of the same name they are asked about."""

DOUBTFUL_COURTESIES = """hello, hi, hey, dear, namaste, namaskar, habari, karibu, sir, madam, ok, okay, add, enter, new,
        member, person, register, mpya, naya, mwanachama, jodo, kare, karo, kar do, kijiye, सर, सदस्य, नया, नए, जोड़ें, करें"""
"""Words that are courtesies where the text begins or ends, and part of a name elsewhere: `new Ram`, `Madam Devi`."""


Phrase = tuple[str, ...]

Phrases = Mapping[str, Sequence[Phrase]]
"""Phrases by their first word, the longest first; each as its words, folded."""


@cache
def _folded(words: str) -> frozenset[Phrase]:
    return frozenset(tuple(fold(phrase).split()) for phrase in words.split(",")) - {()}


def _indexed(phrases: Iterable[Phrase]) -> Phrases:
    found: dict[str, list[Phrase]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        found.setdefault(phrase[0], []).append(phrase)
    return found


@cache
def _of(kind: str, name: str) -> frozenset[Phrase]:
    called = _folded(name.replace("_", " "))
    return _folded(LABELS.get(kind, "")) | called | _folded(CALLED.get(name, ""))


def phrases_of(kind: str) -> frozenset[Phrase]:
    """The phrases that announce fields of an answer type."""
    return _folded(LABELS.get(kind, ""))


@cache
def _labels(kind: str, name: str) -> Phrases:
    return _indexed(_of(kind, name))


def labels_of(field: Field, alone: bool) -> Phrases:
    """The phrases that announce this field. Its own name does so only among others: `why not` answers the question `why`."""
    return _labels(field.type, "" if alone else field.name)


def numbered(asked: Field | None = None) -> frozenset[str]:
    """NUMBERED, folded; of a name SAID."""
    return _single(SAID if asked and asked.type == "name" else NUMBERED)


@cache
def _single(words: str) -> frozenset[str]:
    return frozenset(word for (word,) in _folded(words))


def namelike() -> frozenset[str]:
    """NAMELIKE, folded."""
    return _single(NAMELIKE)


def surplus(fields: Iterable[Field]) -> Phrases:
    """SURPLUS, without what these fields ask for."""
    return _surplus(tuple((field.type, field.name) for field in fields))


@lru_cache(maxsize=256)
def _surplus(fields: tuple[tuple[str, str], ...]) -> Phrases:
    return _indexed(_folded(SURPLUS).difference(*(_of(kind, name) for kind, name in fields)))


@cache
def _courtesies() -> Phrases:
    return _indexed(_folded(COURTESIES))


def name_or_thanks(region: str) -> frozenset[str]:
    """NAME_OR_THANKS, folded."""
    return _single(NAME_OR_THANKS[region]) if region in NAME_OR_THANKS else frozenset()


def before_digits() -> frozenset[str]:
    """What announces a number without saying which, folded: `12 Ram no 98...`."""
    return _single("no, num, nr, nos, नं")


def ending() -> frozenset[str]:
    """What stands behind a name and is none, folded: `Ram Kumar yes`."""
    return before_digits() | _single("yes, haan, ndiyo, hapana, हाँ")


def courtesies(words: Sequence[str]) -> tuple[frozenset[int], frozenset[int]]:
    """The places of `words` (folded) that are courtesies (see COURTESIES and DOUBTFUL_COURTESIES), and of those that may as
    well be part of a name."""
    found: set[int] = set()
    either: set[int] = set()
    certain, doubtful = _courtesies(), _folded(DOUBTFUL_COURTESIES)
    for place in range(len(words)):
        found.update(range(place, place + phrase_at(words, place, certain)))
    greeted = False
    for place, word in enumerate(words):
        greeted = greeted or word in _single(GREETINGS)
        if place in found:
            continue
        if (word,) in doubtful:
            found.add(place)
            either.update({place} if word in _single(OR_NAME) or (not place and word in _single(OR_NAME_FIRST)) else ())
        elif place and word in _single(KEYWORDS):
            found.add(place)
        else:
            if greeted and near(word, dict.fromkeys(_single(KEYWORDS), True)):
                either.add(place)
            break
    for place in range(len(words) - 1, -1, -1):
        if place not in found and (words[place],) not in doubtful:
            break
        found.add(place)
        either.update({place} if words[place] in _single(OR_NAME) else ())
    return frozenset(found), frozenset(either)


def phrase_at(words: Sequence[str], place: int, phrases: Phrases) -> int:
    """How many of `words` from `place` on are the longest of these phrases; 0 if none is."""
    for phrase in phrases.get(words[place], ()) if place < len(words) else ():
        if tuple(words[place : place + len(phrase)]) == phrase:
            return len(phrase)
    return 0

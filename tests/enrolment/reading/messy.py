"""Registrations as cold fingers type them: a person made up, and her line spoilt in ways that people do spoil them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

import phonenumbers

COUNTRIES = {
    "IN": (["98765", "70123", "82345", "63001"], 10, ""), "KE": (["712", "722", "110"], 9, "0"),
    "NG": (["803", "706"], 10, "0"),
    "ZA": (["82", "71"], 9, "0"), "NP": (["984", "980"], 10, ""), "UG": (["772", "701"], 9, "0"),
    "TZ": (["754", "655"], 9, "0"),
    "GH": (["24", "20"], 9, "0"),
}  # fmt: skip
"""By country: how mobiles begin, how many digits they have, and what is dialled before them at home."""

NAMES = {
    "Latn": [
        "Ram Kumar", "sunita devi", "MOHD. ALI", "D'Souza", "M. K. Gandhi", "Mary-Jane Otieno", "Amina Wanjiru", "Bo", "Sita",
        "Chukwuemeka Obi", "Thabo Mbeki Nkosi", "Ng'ang'a Kamau", "Md Irfan", "R. Lakshmi", "Kwame Asante", "Anna de Souza",
        "N Rao", "A. P. J. Abdul Kalam", "Kazi Nazrul", "Mata Prasad", "Booth Singh", "Stop Singh", "Kura Singh", "B. R. Rao",
    ],
    "Deva": ["राम कुमार", "सुनीता देवी", "र्\u200dयाले शेर्पा", "श्री राम", "मो. अली", "प्रज्ञा"],
    "Beng": ["রাম কুমার", "সুমিত্রা সেন"], "Taml": ["கண்ணன்", "லட்சுமி தேவி"], "Arab": ["محمد علي", "فاطمة"],
}  # fmt: skip
DIGITS = ["०१२३४५६७८९", "০১২৩৪৫৬৭৮৯", "௦௧௨௩௪௫௬௭௮௯", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "０１２３４５６７８９"]
LABELS = {
    "mobile": ["mob", "MOB:", "mobile no", "ph", "Phone-", "मोबाइल", "simu", "mob no.", "cell"],
    "voter_id": ["EPIC", "voter id", "ID:", "id no", "वोटर आईडी", "kadi", "Voter"],
    "booth": ["booth", "BOOTH NO", "बूथ", "kituo", "booth no.", "Booth-", "बूथ नंबर"],
    "name": ["name", "NAME:", "naam", "नाम", "jina"],
}  # fmt: skip
KEYWORDS = [
    "REG",
    "reg",
    "Reg.",
    "REG:",
    "जोड़",
    "JOD",
    "sajili",
    "Reg,",
    "REG -",
    "*REG*",
    "RGE",
    "REGG",
    "RG",
    "REG\n",
    "सJ",
][:14]
SEPARATORS = [" ", ", ", ",", "; ", "\n", " - ", " / ", "  ", "*", " . ", " | ", "#", "-"]
COURTESIES = [
    " please",
    " thanks",
    " sir",
    " pls",
    " tks",
    " shukriya",
    " sir ji",
    " asante sana",
    " धन्यवाद",
    " \U0001f64f",
]


@dataclass(frozen=True)
class Case:
    """A text, the country of its drive, and what stands in it."""

    text: str
    region: str
    fields: dict[str, str]


def case(seed: int) -> Case:
    """One text; the same seed makes the same one."""
    chance = random.Random(seed)
    region = chance.choices(list(COUNTRIES), [6, 2, 1, 1, 1, 1, 1, 1])[0]
    national, number = _mobile(chance, region)
    letters = "".join(chance.choice("ABCDEFGHJKMNPRTUVWXYZ") for _ in range(3))
    digits = "".join(chance.choice("0123456789") for _ in range(7))
    booth = str(chance.randint(1, 1200)) + (chance.choice("ACDE") if chance.random() < 0.06 else "")
    name = chance.choice(NAMES[chance.choices(list(NAMES), [6, 3, 1, 1, 1])[0]])
    parts = {
        "mobile": _typed_mobile(chance, national, number),
        "voter_id": _typed_id(chance, letters, digits),
        "booth": _typed_booth(chance, booth),
        "name": name,
    }
    order = ["mobile", "voter_id", "booth", "name"]
    if chance.random() < 0.5:
        chance.shuffle(order)
    separator = chance.choices(SEPARATORS, [12, 4, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1])[0]
    labelled = chance.random() < 0.25
    pieces = [
        f"{chance.choice(LABELS[one])} {parts[one]}" if labelled and chance.random() < 0.8 else parts[one]
        for one in order
    ]
    if separator == "-" and any("-" in one for one in pieces):
        separator = " "
    text = f"{chance.choice(KEYWORDS)} {separator.join(pieces)}"
    for spoil in (_script, _glued, _invisible, _courteous):
        text = spoil(chance, text)
    said = {"mobile": number, "voter_id": letters + digits, "booth": booth, "name": name}
    return Case(text, region, said)


def _mobile(chance: random.Random, region: str) -> tuple[str, str]:
    starts, length, trunk = COUNTRIES[region]
    while True:
        start = chance.choice(starts)
        national = start + "".join(chance.choice("0123456789") for _ in range(length - len(start)))
        parsed = phonenumbers.parse(national, region)
        if phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE:
            return trunk + national, phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _typed_mobile(chance: random.Random, national: str, number: str) -> str:
    code = number[1 : len(number) - len(national.lstrip("0"))]
    bare = national.lstrip("0")
    styles: list[Callable[[], str]] = [
        lambda: national, lambda: national, lambda: national, lambda: f"{national[:5]} {national[5:]}", lambda: number,
        lambda: f"+{code} {bare[:5]} {bare[5:]}", lambda: f"00{code}{bare}", lambda: f"{code}{bare}",
        lambda: f"{national[:4]}-{national[4:]}", lambda: f"{national[:3]} {national[3:6]} {national[6:]}", lambda: f"0{bare}",
        lambda: f"(+{code}) {bare}", lambda: f"00{code} {bare}", lambda: f"{bare[:3]}.{bare[3:6]}.{bare[6:]}",
        lambda: f"+{code} {' '.join(bare[place : place + 2] for place in range(0, len(bare), 2))}",
    ]  # fmt: skip
    return chance.choice(styles)()


def _typed_id(chance: random.Random, letters: str, digits: str) -> str:
    styles = [letters + digits] * 4 + [
        f"{letters} {digits}",
        f"{letters}/{digits}",
        f"{letters}-{digits}",
        f"{letters} {digits[:3]} {digits[3:]}",
        f"{' '.join(letters)} {digits}",
    ]
    if "0" in digits[1:]:
        place = digits.index("0", 1)
        styles.append(letters + digits[:place] + "O" + digits[place + 1 :])
    if "1" in digits[1:]:
        place = digits.index("1", 1)
        styles.append(letters + digits[:place] + chance.choice("Il") + digits[place + 1 :])
    return chance.choice(styles)


def _typed_booth(chance: random.Random, booth: str) -> str:
    return chance.choice([booth, booth, booth, booth.lower(), f"0{booth}" if len(booth) < 4 else booth])


def _script(chance: random.Random, text: str) -> str:
    if chance.random() > 0.12:
        return text
    script = chance.choice(DIGITS)
    return "".join(script[int(sign)] if sign in "0123456789" else sign for sign in text)


def _glued(chance: random.Random, text: str) -> str:
    first, _, rest = text.partition(" ")
    return first + rest if chance.random() < 0.08 and rest[:1].isdigit() and first.isalpha() else text


def _invisible(chance: random.Random, text: str) -> str:
    if chance.random() > 0.08:
        return text
    place = chance.randrange(len(text))
    return text[:place] + chance.choice("\u200b\ufeff\u2060") + text[place:]


def _courteous(chance: random.Random, text: str) -> str:
    return text + chance.choice(COURTESIES) if chance.random() < 0.06 else text

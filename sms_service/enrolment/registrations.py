"""A registration: what an enroler entered about a person, from the line of text it came in to the row that waits for her."""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import phonenumbers
from sqlalchemy import Connection, Row, insert, select, update
from stdnum.exceptions import ValidationError
from stdnum.in_ import epic

from sms_service.engine.model import Field, Reading
from sms_service.privacy import Keys, PersonKey
from sms_service.store.tables import registration

NAME_MAX = 60
"""Characters of a name: what fits on a card in two lines."""

BOOTH_MAX = 9999
"""Polling booths are numbered within a constituency; India's largest have a few thousand."""

REF_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Signs of a short reference: no O, 0, I or 1, which feature phones and tired eyes confuse."""

REF_LENGTH = 5
"""Four signs and a check sign: a million references, and a mistyped one is noticed. Taken ones are drawn again."""

SEPARATORS = re.compile(r"[,;]")
"""What people put between the parts of a line besides spaces."""

VOTER_ID = re.compile(r"[A-Z]{3}[0-9]{7}\Z")
MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
INVISIBLE = {0x200B: None, 0x2060: None, 0xFEFF: None}
"""Dropped before reading. Not the joiners U+200C and U+200D: names in Indic scripts need them."""


# --- reading what was typed ---------------------------------------------------------------------------------------


def plain(text: str) -> str:
    """NFC, one space between words, no control or invisible characters; digits of every script become ASCII."""
    text = unicodedata.normalize("NFC", text.translate(INVISIBLE))
    text = "".join(
        str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() and unicodedata.category(c) == "Nd" else c
        for c in text
    )
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in text).split())


def read_mobile(text: str, regions: Sequence[str]) -> str | None:
    """A mobile number in any of its spellings, as E.164; without +code, one of the first of `regions` where it is one."""
    digits = re.sub(r"[^0-9+]", "", text)
    if len(digits) != len(re.sub(r"[\s().\-]", "", text)):
        return None
    for region in regions:
        try:
            number = phonenumbers.parse(re.sub(r"^00", "+", digits), region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.number_type(number) in MOBILE:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return None


def regions_for(phone: str, region: str) -> tuple[str, ...]:
    """Where a number without +code is from: the country of the enroler's own phone (E.164), then the drive's `region`."""
    own = phonenumbers.region_code_for_number(phonenumbers.parse(phone))
    return tuple(dict.fromkeys(code for code in (own, region) if code))


def read_voter_id(text: str, _regions: Sequence[str]) -> str | None:
    """An Indian voter ID (EPIC): three letters and seven digits. A failing check digit is let pass: such cards exist."""
    compact = re.sub(r"[\s/\-]", "", text).upper()
    return compact if VOTER_ID.match(compact) else None


def voter_id_is_odd(voter_id: str) -> bool:
    """Whether the check digit of a well-formed voter ID is wrong (python-stdnum's rule): for the office to look at."""
    try:
        epic.validate(voter_id)
    except ValidationError:
        return True
    return False


def read_booth(text: str, _regions: Sequence[str]) -> str | None:
    """The number of a polling booth, with or without a letter: 12, 12A."""
    found = re.fullmatch(r"0*([1-9][0-9]{0,3})\s?([A-Za-z]?)", text)
    return f"{found[1]}{found[2].upper()}" if found and int(found[1]) <= BOOTH_MAX else None


def read_name(text: str, _regions: Sequence[str]) -> str | None:
    """A person's name, in any script: letters and marks, apostrophes, dots, hyphens; up to 60 characters."""
    name = text.strip(" ,;.")
    good = all(c in " '’.-\u200c\u200d" or unicodedata.category(c)[0] in "LM" for c in name)
    return name if good and 1 < len(name) <= NAME_MAX and any(c.isalpha() for c in name) else None


Reader = Callable[[str, Sequence[str]], str | None]

TYPES: dict[str, tuple[Reader, int]] = {
    "mobile": (read_mobile, 5),
    "voter_id": (read_voter_id, 3),
    "booth": (read_booth, 1),
    "name": (read_name, 12),
}
"""The answer types: how each is read, and how many words of a line it may spread over. A booth takes one: the letter
after `12` is the initial of a name (`12 R Ramesh`) more often than part of the number."""


def read(text: str, fields: Sequence[Field], asked: str, regions: Sequence[str]) -> Reading:
    """What stands in `text` for `fields`: an answer to the field `asked`, or a line with all of them in their order."""
    words = SEPARATORS.sub(" ", plain(text)).split()
    whole = " ".join(words)
    for field in fields:
        if field.name == asked:
            value = TYPES[field.type][0](whole, regions)
            if value is not None:
                return Reading({asked: value})
    line = _read_line(words, fields, regions) if words else Reading()
    if asked and len(line.values) < 2:  # one field of a line by chance is no line: the answer was to the question
        return Reading(wrong=(asked,))
    return line


def _read_line(words: list[str], fields: Sequence[Field], regions: Sequence[str]) -> Reading:
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for field in fields:
        reader, most = TYPES[field.type]
        if not words:
            break
        for taken in range(min(most, len(words)), 0, -1):
            value = reader(" ".join(words[:taken]), regions)
            if value is not None:
                values[field.name], words = value, words[taken:]
                break
        else:
            wrong.append(field.name)
            if any(sign.isdigit() for sign in words[0]):  # else the field was left out, and the word is of a later one
                words = words[1:]
    if words:  # words nobody took: the line was not understood to its end, so its last field is asked again
        values.pop(fields[-1].name, None)
        wrong = [*dict.fromkeys([*wrong, fields[-1].name])]
    return Reading(values, tuple(wrong))


# --- the row ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Registration:
    """One registration. `fields` is what was entered (name, voter_id, booth ...)."""

    id: int
    ref: str
    person_id: int
    enroler_id: int
    area_id: int
    status: str
    fields: dict[str, Any]


def new_ref() -> str:
    """Four random signs and a check sign."""
    signs = "".join(secrets.choice(REF_ALPHABET) for _ in range(REF_LENGTH - 1))
    return signs + check_sign(signs)


def check_sign(signs: str) -> str:
    """The last sign of a reference: a weighted sum (odd weights), which notices any one wrong sign."""
    total = sum((2 * place + 1) * REF_ALPHABET.index(sign) for place, sign in enumerate(signs))
    return REF_ALPHABET[total % len(REF_ALPHABET)]


def save(
    conn: Connection, keys: Keys, key: PersonKey, *, person_id: int, enroler_id: int, area_id: int,
    fields: dict[str, Any], now: float,
) -> Registration:  # fmt: skip
    """Writes a registration that waits for its person. At most one waits for each: check `waiting_for` first."""
    ref = new_ref()
    while conn.execute(select(registration.c.id).where(registration.c.ref == ref)).first():
        ref = new_ref()
    voter_id = fields.get("voter_id")
    added = conn.execute(
        insert(registration).values(
            ref=ref,
            person_id=person_id,
            enroler_id=enroler_id,
            area_id=area_id,
            fields_sealed=key.encrypt("registration.fields", json.dumps(fields, ensure_ascii=False)),
            voter_id_index=keys.index("voter_id", voter_id) if voter_id else None,
            status="waiting",
            created_at=now,
        )
    )
    [new_id] = added.inserted_primary_key or (0,)
    return Registration(new_id, ref, person_id, enroler_id, area_id, "waiting", fields)


def waiting_for(conn: Connection, person_id: int) -> int | None:
    """The id of the registration that waits for this person's answer."""
    query = select(registration.c.id).where(registration.c.person_id == person_id, registration.c.status == "waiting")
    return conn.execute(query).scalar_one_or_none()


def by_id(conn: Connection, key: PersonKey, registration_id: int) -> Registration:
    """The registration, opened with its person's key."""
    row: Row[Any] = conn.execute(select(registration).where(registration.c.id == registration_id)).one()
    fields = json.loads(key.decrypt("registration.fields", row.fields_sealed))
    return Registration(row.id, row.ref, row.person_id, row.enroler_id, row.area_id, row.status, fields)


def decide(conn: Connection, registration_id: int, status: str, now: float) -> bool:
    """Moves a waiting registration to its end; False if it does not wait any more."""
    moved = conn.execute(
        update(registration)
        .where(registration.c.id == registration_id, registration.c.status == "waiting")
        .values(status=status, decided_at=now)
    )
    return moved.rowcount == 1

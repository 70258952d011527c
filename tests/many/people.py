"""The people who are entered, what each means to do, and the words they do it with."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.day.country import Country, Enroler
from tests.day.crowd import FIRST, WORDS, Crowd, Someone

MEANS: Mapping[str, int] = {
    "yes": 37, "yes by USSD": 4, "card": 4, "me": 3, "stop later": 2, "leave": 5, "forget": 3, "no": 8, "wrong": 4, "stop": 4,
    "yes and stop": 1, "unclear": 2, "unclear, then yes": 3, "a sentence, then yes": 2, "mends, then yes": 4,
    "given back": 3, "nothing": 5, "reminded": 3, "too late": 2, "no after yes": 1,
}  # fmt: skip
"""What people mean to do, and how many of a hundred."""

SHARED = ("yes", "yes", "yes", "no", "nothing", "stop")
"""What the people of a family phone mean to do; any of them may send STOP for all."""

FAMILY, MOST = 0.04, 3
"""How often a person comes with others on one phone, and how many they are at most."""

WAYS = ("line",) * 8 + ("draft", "USSD")
"""How they are entered: one line, a line that lacks something, screen by screen."""

SAID: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "sentence": {
        "hi": ("haan lekin pehle batao kitna paisa lagega",), "en": ("yes but who are you and what does it cost",),
        "sw": ("ndiyo lakini nani ninyi",),
    },
    "both": {"hi": ("haan lekin STOP",), "en": ("yes STOP",), "sw": ("ndiyo STOP",)},
    "card": {"hi": ("कार्ड", "CARD"), "en": ("CARD", "Card."), "sw": ("KADI",)},
    "me": {"hi": ("जानकारी", "ME"), "en": ("ME",), "sw": ("TAARIFA",)},
    "leave": {"hi": ("त्याग", "LEAVE"), "en": ("LEAVE", "leave"), "sw": ("TOKA",)},
    "forget": {"hi": ("मिटाओ", "FORGET"), "en": ("FORGET",), "sw": ("SAHAU",)},
    "sure": {"hi": ("1", "हां"), "en": ("1", "yes"), "sw": ("1", "ndiyo")},
}  # fmt: skip

ABROAD: Mapping[str, tuple[str, ...]] = {
    "yes": ("نعم", "موافق", "oui", "d'accord"), "no": ("لا", "لا اريد", "non", "je refuse"),
    "wrong": ("الرقم غلط", "faux numéro"), "stop": ("توقف", "arrêtez"),
}  # fmt: skip
"""The same in Arabic and French, which one in ten uses whatever her language is."""


@dataclass
class Person:
    """One who is entered, and what the book knows of her. `asked`: her question went out at least once."""

    who: Someone
    enroler: Enroler
    means: str
    way: str
    at: float
    by: str
    status: str = "planned"
    ref: str = ""
    number: str = ""
    left: bool = False
    forgotten: bool = False
    said: list[str] = field(default_factory=list)
    unclear: int = 0
    corrected: str = ""

    @property
    def phone(self) -> str:
        return self.who.mobile

    @property
    def is_member(self) -> bool:
        return self.status == "confirmed" and not self.left and not self.forgotten


def made(rng: random.Random, country: Country, crowd: Crowd, count: int, first: float, seconds: float) -> list[Person]:
    """So many people, each at one enroler's hands at some moment from `first` on; families come one after the other."""
    booths = [her for her in country.enrolers.values() if her.level == "booth"]
    people: list[Person] = []
    while len(people) < count:
        her = booths[len(people) % len(booths)]
        at, size = first + rng.uniform(0, seconds), 1
        if rng.random() < FAMILY:
            size = min(rng.randint(2, MOST), count - len(people))
        phone, by = crowd.phone(her.language), her.by
        for place in range(size):
            means = rng.choice(SHARED) if size > 1 else rng.choices(list(MEANS), list(MEANS.values()))[0]
            who = Someone(phone, crowd.voter_id(), _booth(rng, country, her), _name(rng, her, len(people)))
            people.append(Person(who, her, means, rng.choice(WAYS), at + 700.0 * place, by))
    return people


def said(rng: random.Random, meaning: str, language: str) -> str:
    """What somebody of this language sends who means this."""
    if meaning in ABROAD and rng.random() < 0.1:
        return rng.choice(ABROAD[meaning])
    return rng.choice((SAID if meaning in SAID else WORDS)[meaning][language])


FIRST_THEN = {
    "unclear, then yes": ("unclear", "unclear", "yes"), "a sentence, then yes": ("sentence", "sentence", "yes"),
    "mends, then yes": ("mistake", "name", "yes"), "given back": ("mistake", "cannot say", "yes"),
    "reminded": ("", "", "yes"),
}  # fmt: skip
"""Of those who answer one thing at first and another then: the first, what they have said when it is time, the other."""


def meant(person: Person, kind: str) -> str:
    """What she answers to a question of this kind; "" for nothing."""
    if kind in ("leave.ask", "forget.ask"):
        return "sure"
    if kind == "confirm.mistake":
        return "which" if person.means == "mends, then yes" else "cannot say"
    if kind == "confirm.name":
        return "name"
    if person.means in FIRST_THEN:
        first, said_by_then, then = FIRST_THEN[person.means]
        return then if said_by_then in person.said else first
    told = {"nothing": "", "too late": "", "yes and stop": "both"}
    plain = person.means if person.means in ("no", "wrong", "stop", "unclear") else "yes"
    return told.get(person.means, plain)


def _booth(rng: random.Random, country: Country, her: Enroler) -> str:
    block = country.block_of(her.area)
    return rng.choice([area.number for area in country.areas.values() if area.parent == block.code])


def _name(rng: random.Random, her: Enroler, place: int) -> str:
    """Nobody else has it: so that it can be looked for afterwards."""
    letters = "bdfgklmnprstvz"
    made, rest = "", place + 14**3
    while rest:
        made, rest = made + letters[rest % 14] + rng.choice("aeiou"), rest // 14
    return f"{rng.choice(FIRST[her.language])} {made.capitalize()}"

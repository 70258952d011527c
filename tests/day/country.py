"""The country of the day: a state of 3 districts, its blocks and booths with their targets, and 200 enrolers, as two CSVs."""

from __future__ import annotations

import random
from dataclasses import dataclass

DISTRICTS = (("RAN", "Ranchi", "hi", "+9198"), ("DHA", "Dhanbad", "en", "+9197"), ("KTU", "Kitui", "sw", "+2547"))
"""Code, name, language and how phones begin there."""

BLOCKS = {
    "RAN": ("Kanke", "Ormanjhi", "Namkum", "Bero"),
    "DHA": ("Jharia", "Topchanchi", "Nirsa", "Tundi"),
    "KTU": ("Mulango", "Mutomo", "Mwingi", "Kyuso"),
}
BOOTHS = 8
"""Booths of a block; each district counts on, so that every number is there in three districts."""

TARGET = 100
FULL_BOOTH = 2
"""The target of the last booth of each district: more are held."""

ENROLERS = 200
NAMES = {
    "hi": ("सुनीता देवी", "अनिल उरांव", "रेखा महतो", "Mohan Lal", "गीता कुमारी", "राजेश मुंडा", "Kamla Devi"),
    "en": ("Anil Oraon", "Rekha Mahto", "John Tirkey", "Sunita Das", "Peter Xaxa", "Meena Singh", "Arun Roy"),
    "sw": ("Mwende Musyoka", "Kilonzo Mutua", "Amina Juma", "Peter Kioko", "Faith Nduku", "Ali Said", "Grace Mueni"),
}


@dataclass
class Enroler:
    """One enroler: what the book knows of her."""

    phone: str
    name: str
    area: str
    level: str
    language: str
    by: str
    status: str = "activated"


@dataclass
class Area:
    """One area. `number`: of a booth."""

    code: str
    parent: str
    level: str
    name: str
    target: int
    number: str = ""


class Country:
    """All areas by code, and the enrolers by phone."""

    def __init__(self, rng: random.Random) -> None:
        self.areas: dict[str, Area] = {}
        self.enrolers: dict[str, Enroler] = {}
        self._place(Area("ST", "", "state", "Jharkhand", 100_000))
        for code, name, _, _ in DISTRICTS:
            self._place(Area(f"ST-{code}", "ST", "district", name, 30_000))
            for place, block in enumerate(BLOCKS[code]):
                above = f"ST-{code}-{block[:3].upper()}"
                self._place(Area(above, f"ST-{code}", "block", block, 7_000))
                for number in range(place * BOOTHS + 1, place * BOOTHS + BOOTHS + 1):
                    full = number == len(BLOCKS[code]) * BOOTHS
                    target = FULL_BOOTH if full else TARGET
                    self._place(Area(f"{above}-{number}", above, "booth", f"Booth {number}", target, str(number)))
        self._appoint_all(rng)

    def _place(self, area: Area) -> None:
        self.areas[area.code] = area

    def _appoint_all(self, rng: random.Random) -> None:
        above = [area for area in self.areas.values() if area.level != "booth"]
        booths = [area for area in self.areas.values() if area.level == "booth"]
        for place in range(ENROLERS):
            area = above[place] if place < len(above) else booths[(place - len(above)) % len(booths)]
            _, _, language, begins = next((d for d in DISTRICTS if f"-{d[0]}" in area.code), DISTRICTS[1])
            ends = 1_000_000 + 4_567 * place  # far apart: no numbers in a row
            phone = f"{begins}0{ends:07d}" if language != "sw" else f"{begins}{ends:08d}"
            by = "twilio" if place % 10 == 9 else "africastalking"
            name = rng.choice(NAMES[language])
            self.enrolers[phone] = Enroler(phone, name, area.code, area.level, language, by)

    def block_of(self, code: str) -> Area:
        """The block that a booth lies in, or the block itself."""
        area = self.areas[code]
        return self.areas[area.parent] if area.level == "booth" else area

    def booth(self, block: Area, number: str) -> Area | None:
        """The booth of this number in a block."""
        return next((a for a in self.areas.values() if a.parent == block.code and a.number == number), None)

    def in_charge(self, code: str) -> Enroler:
        """Who is in charge of an area above a booth."""
        return next(one for one in self.enrolers.values() if one.area == code and one.level != "booth")

    def areas_csv(self) -> str:
        """As `areas import` reads it, the booths first: a parent may stand anywhere."""
        lines = [f"{a.code},{a.parent},{a.level},{a.name},{a.target}" for a in reversed(self.areas.values())]
        return "\n".join(["code,parent,level,name,target", *lines, ""])

    def enrolers_csv(self) -> str:
        """As `enrolers import` reads it."""
        lines = [f"{e.phone},{e.name},{e.area},{e.level},{e.language}" for e in self.enrolers.values()]
        return "\n".join(["phone,name,area,level,language", *lines, ""])

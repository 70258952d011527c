"""The people at the doors, how an enroler types them, and how they reply."""

from __future__ import annotations

import random
import string
from collections.abc import Mapping
from dataclasses import dataclass

FIRST = {
    "hi": ("राम", "सीता", "मोहन", "गीता", "श्याम", "राधा", "सुरेश", "कमला", "Vijay", "Pooja", "दिनेश", "अनीता"),
    "en": ("Ram", "Sita", "Mohan", "Geeta", "Vijay", "Pooja", "Suresh", "Kamla", "David", "Rita", "Dinesh", "Anita"),
    "sw": ("Amina", "Wanjiru", "Kioko", "Mutua", "Faith", "Grace", "Juma", "Zainabu", "Peter", "Mwikali", "Kyalo"),
}
LAST = {
    "hi": ("कुमार", "देवी", "महतो", "उरांव", "सिंह", "मुंडा", "Kumari", "तिर्की"),
    "en": ("Kumar", "Devi", "Mahto", "Oraon", "Singh", "Munda", "D'Souza", "Tirkey"),
    "sw": ("Wambua", "Musyoka", "Nduku", "Mueni", "Kilonzo", "Ng'ang'a", "Mwende", "Hassan"),
}
KEYWORDS = {
    "hi": ("जोड़", "JOD", "REG", "jod"),
    "en": ("REG", "Reg", "reg.", "JOD"),
    "sw": ("SAJILI", "REG", "sajili"),
}
LABELS = {
    "hi": {"mobile": "मोबाइल", "voter_id": "ID", "booth": "बूथ", "name": "नाम"},
    "en": {"mobile": "MOB", "voter_id": "ID", "booth": "BOOTH", "name": "NAME"},
    "sw": {"mobile": "SIMU", "voter_id": "ID", "booth": "KITUO", "name": "JINA"},
}
FIELDS = ("mobile", "voter_id", "booth", "name")

WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "yes": {
        "hi": ("1", "हां", "haan ji", "जी", "१", "theek hai"), "en": ("1", "Yes", "yes.", "ok", "haan"),
        "sw": ("1", "Ndiyo", "ndio", "sawa", "nakubali"),
    },
    "no": {"hi": ("3", "नहीं", "nahi"), "en": ("3", "No", "no thanks"), "sw": ("3", "Hapana", "sitaki")},
    "wrong": {"hi": ("गलत नंबर", "galat number"), "en": ("Wrong number", "not me"), "sw": ("Si mimi", "namba si yangu")},
    "mistake": {"hi": ("2",), "en": ("2",), "sw": ("2",)},
    "stop": {"hi": ("STOP", "बंद करो"), "en": ("STOP", "Stop."), "sw": ("STOP", "acha kutuma")},
    "unclear": {"hi": ("पता नहीं", "kaun?"), "en": ("maybe", "and then?"), "sw": ("labda", "basi vipi?")},
}  # fmt: skip
"""What people send, by what they mean."""

MEANT = ("yes",) * 66 + ("no",) * 8 + ("wrong",) * 3 + ("mistake",) * 6 + ("stop",) * 3 + ("unclear",) * 3
MEANS = (*MEANT, *("nothing",) * (100 - len(MEANT)))


@dataclass(frozen=True)
class Someone:
    """A person as she should stand in the registration."""

    mobile: str
    voter_id: str
    booth: str
    name: str

    def but(self, **other: str) -> Someone:
        """The same with other values."""
        return Someone(**{**self.__dict__, **other})


class Crowd:
    """Makes people, and writes them as enrolers do."""

    def __init__(self, rng: random.Random) -> None:
        self._rng, self._made, self._ids = rng, 0, set[str]()

    def someone(self, language: str, booth: str, mobile: str = "") -> Someone:
        """A new person, on a phone of her own if none is given."""
        return Someone(mobile or self.phone(language), self.voter_id(), booth, self.name(language))

    def phone(self, language: str) -> str:
        """A phone that nobody has, far from all others."""
        self._made += 1
        ends = 11_000_000 + 1_009 * self._made
        return f"+2541{ends:08d}" if language == "sw" else f"+9181{ends:08d}"

    def voter_id(self) -> str:
        """An ID that nobody has."""
        while True:
            made = "".join(self._rng.choices(string.ascii_uppercase, k=3)) + f"{self._rng.randrange(10**7):07d}"
            if made not in self._ids:
                self._ids.add(made)
                return made

    def name(self, language: str) -> str:
        return f"{self._rng.choice(FIRST[language])} {self._rng.choice(LAST[language])}"

    def said(self, meaning: str, language: str) -> str:
        """What somebody sends who means this."""
        return self._rng.choice(WORDS[meaning][language])

    # --- as it is typed -------------------------------------------------------------------------------------------

    def line(self, language: str, who: Someone, only: tuple[str, ...] = FIELDS, keyword: str | None = None) -> str:
        """One text with these fields, in one of the ways that people type."""
        word = self._rng.choice(KEYWORDS[language]) if keyword is None else keyword
        style = self._rng.choice(("plain", "plain", "comma", "labels", "turned", "lines"))
        typed = {name: self._typed(name, str(getattr(who, name))) for name in only}
        if style == "labels":
            body = " ".join(f"{LABELS[language][name]} {typed[name]}" for name in self._turned(only))
        elif style == "turned":
            body = " ".join(typed[name] for name in self._turned(only))
        else:
            body = {"plain": " ", "comma": ", ", "lines": "\n"}[style].join(typed[name] for name in only)
        return f"{word} {body}".strip()

    def labelled(self, language: str, who: Someone, name: str) -> str:
        """One field with its label."""
        return f"{LABELS[language][name]} {self._typed(name, getattr(who, name))}"

    def _turned(self, names: tuple[str, ...]) -> list[str]:
        return self._rng.sample(names, len(names))

    def _typed(self, name: str, value: str) -> str:
        if name == "voter_id":
            return self._rng.choice((value, value, value.lower()))
        if name != "mobile":
            return value
        code, rest = (4, "0") if value.startswith("+254") else (3, "")
        local = rest + value[code:]
        return self._rng.choice((local, local, value, f"{local[:5]} {local[5:]}", f"{local[:4]}-{local[4:]}"))

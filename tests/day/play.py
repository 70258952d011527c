"""Plays the day: the clock, who does what when, each text posted as a gateway posts it, each message that left compared with
those that should have."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from tests.day.book import Book, Entry, Kinds, Verdict
from tests.day.country import Country, Enroler
from tests.day.crowd import MEANS, Crowd, Someone
from tests.day.wordings import REPEATED, Said, Wordings
from tests.town import Town

Scene = Generator[float]
"""What one person does, one thing after the other; it yields the seconds that pass in between."""

GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnop"
    "qrstuvwxyzäöñüà"
)
GSM_TWICE = set("^{}\\[~]|€\f")

DRAFT = "?"
"""The kind of an answer that asks for fields of an entry; `asks` says which."""


def segments(text: str) -> int:
    """SMS segments, counted as 3GPP TS 23.038 says."""
    if set(text) <= GSM | GSM_TWICE:
        units, whole, part = len(text) + sum(sign in GSM_TWICE for sign in text), 160, 153
    else:
        units, whole, part = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if units <= whole else -(-units // part)


@dataclass
class Exchange:
    """One text and what was answered, for reading."""

    language: str
    text: str
    answers: list[tuple[str, str]]


@dataclass
class Figures:
    """What the day came to."""

    texts: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    malformed: Counter[str] = field(default_factory=Counter)
    segments: Counter[tuple[str, int]] = field(default_factory=Counter)
    long: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    surplus: Counter[str] = field(default_factory=Counter)


class Day:
    """The day under way. `problems` are all places where the service did something else than the book says,
    `drafts` what is missing of entries that were begun, by enroler."""

    def __init__(self, town: Town, country: Country, wordings: Wordings, clock: Any, seed: int) -> None:
        self.town, self.country, self.wordings, self.clock = town, country, wordings, clock
        self.rng = random.Random(seed)
        self.book, self.crowd, self.figures = Book(country), Crowd(self.rng), Figures()
        self.problems: list[str] = []
        self.exchanges: list[Exchange] = []
        self.drafts: dict[str, set[str]] = {}
        self.inbound = 0
        self._seen = dict.fromkeys(("twilio", "africastalking"), 0)
        self._by: dict[str, str] = {}
        self._agenda: list[tuple[float, int, Scene]] = []
        self._count = 0
        self._sid = ""

    # --- time -----------------------------------------------------------------------------------------------------

    def begin(self, scene: Scene, at: float) -> None:
        """A scene begins at this moment."""
        self._count += 1
        heapq.heappush(self._agenda, (at, self._count, scene))

    def run(self, until: float) -> None:
        """Everything that happens until then."""
        while self._agenda and self._agenda[0][0] <= until:
            at, _, scene = heapq.heappop(self._agenda)
            self.clock.now = max(self.clock.now, at)
            if (pause := next(scene, None)) is not None:
                self.begin(scene, self.clock.now + pause)

    @property
    def now(self) -> float:
        return float(self.clock.now)

    # --- texts ----------------------------------------------------------------------------------------------------

    def text(
        self,
        phone: str,
        text: str,
        expected: Kinds,
        *,
        asks: set[str] | None = None,
        of: set[str] | None = None,
        sid: str | None = None,
    ) -> list[Said]:
        """Somebody sends an SMS; what came, in the order of `expected`. `asks`: fields that a DRAFT answer names at least,
        `of`: those that it may name."""
        self.inbound += sid is None
        sid, self._sid = sid or self._sid or None, ""
        self.figures.texts["SMS"] += 1
        getattr(self.town, self.by(phone)).text(self.town.url, phone, text, sid)
        self.town.work()
        return self._compared(phone, text, self._fresh(), expected, asks or set(), of or asks or set())

    def came(self, why: str, expected: Kinds) -> None:
        """These messages, and no others, left of themselves."""
        self._compared("", why, self._fresh(), expected, set(), set())

    def send_as(self, sid: str) -> None:
        """The next text has this id at its gateway."""
        self._sid = sid

    def by(self, phone: str) -> str:
        """The gateway that this phone writes by: that of the last message it got, of an enroler her own."""
        her = self.country.enrolers.get(phone)
        return her.by if her else self._by.get(phone, "africastalking")

    def _fresh(self) -> list[tuple[str, str]]:
        """What left since we last looked: phone and text."""
        found: list[tuple[str, str]] = []
        for name in self._seen:
            accepted = getattr(self.town, name).accepted
            for message in accepted[self._seen[name] :]:
                found.append((message.to, message.text))
                self._by[message.to] = name
            self._seen[name] = len(accepted)
        return found

    def _compared(
        self, phone: str, text: str, came: list[tuple[str, str]], expected: Kinds, asks: set[str], of: set[str]
    ) -> list[Said]:
        her = self.country.enrolers.get(phone)
        language = her.language if her else ("sw" if phone.startswith("+254") else "hi/en")
        self.exchanges.append(Exchange(language, text, [(to, one) for to, one in came]))
        self.figures.texts["of enrolers"] += her is not None
        left, found = list(came), list[Said]()
        for to, kind in expected:
            said = next((s for one in left if one[0] == to and (s := self._read(kind, one[1], asks, of))), None)
            if said is None:
                self.wrong(f"{phone} sent {text!r}: {to} should get {kind} {sorted(asks) or ''}")
                found.append(Said(kind, "", {}, ""))
                continue
            left.remove((to, said.text))
            found.append(said)
            self._note(to, said)
        for to, one in left:
            self.wrong(f"{phone} sent {text!r}: {to} got {one!r} ({self.wordings.told(one)}), which nobody expected")
        if not phone:
            return found
        self.figures.texts["answered" if expected and expected[0][0] == phone else "silence, as documented"] += 1
        return found

    def _read(self, kind: str, text: str, asks: set[str], of: set[str]) -> Said | None:
        if kind != DRAFT:
            return self.wordings.read(kind, text)
        fields = self.wordings.asked(text)
        return Said(kind, "", {}, text) if fields and asks <= fields <= of else None

    def _note(self, to: str, said: Said) -> None:
        her = self.country.enrolers.get(to)
        if her and said.language and said.language != her.language:
            self.wrong(f"{to} speaks {her.language} and got {said.text!r}")
        count = segments(said.text)
        self.figures.segments[(said.language or (her.language if her else ""), count)] += 1
        if count > 1:
            self.figures.long[(said.kind, said.language, count)] += 1

    def wrong(self, what: str) -> None:
        """Something else happened than should have."""
        self.problems.append(f"{self.now:.0f}: {what}")

    # --- entries --------------------------------------------------------------------------------------------------

    def enters(self, her: Enroler, who: Someone, text: str, *, sure: bool = False, meaning: str = "") -> Entry | None:
        """The text that makes an entry whole: answered and kept as the book says. None where it is not saved."""
        verdict = self.book.verdict(her, who, self.now, sure)
        if her.status == "activated":
            self.drafts.pop(her.phone, None)
        entry, sends = self._entered(her, who, verdict, "sms", meaning)
        [answer, *_] = self.text(her.phone, text, [(her.phone, verdict.kind), *sends])
        self._check_echo(answer, who)
        return self._kept(entry, answer)

    def screened(self, her: Enroler, who: Someone, shown: str) -> Entry | None:
        """The same by USSD: `shown` is the last screen."""
        verdict = self.book.verdict(her, who, self.now)
        self.drafts.pop(her.phone, None)
        entry, sends = self._entered(her, who, verdict, "ussd", "")
        answer = self.wordings.read(verdict.kind, shown)
        if answer is None:
            self.wrong(f"{her.phone} on USSD should see {verdict.kind}, not {shown!r}")
            answer = Said(verdict.kind, "", {}, "")
        self._check_echo(answer, who)
        self.town.work()
        self.came("USSD", sends)
        return self._kept(entry, answer)

    def _entered(
        self, her: Enroler, who: Someone, verdict: Verdict, way: str, meaning: str
    ) -> tuple[Entry | None, Kinds]:
        self.figures.outcomes[verdict.kind] += 1
        if not verdict.area:
            return None, []
        meaning = meaning or self.rng.choice(MEANS)
        entry = Entry("", her, who, verdict.area, way, self.now, her.language, meaning)
        self.book.entries.append(entry)
        if verdict.rules:
            entry.status = "held"
            entry.hold(*verdict.rules)
            return entry, []
        return entry, self.sent(self.book.ask(entry))

    def _check_echo(self, answer: Said, who: Someone) -> None:
        """What she reads back of an entry that is kept is what she typed, of numbers the last three signs."""
        typed = {**who.__dict__, "first_name": who.name.split()[0]}
        for name in REPEATED.get(answer.kind, {}).get(answer.language, ()):
            told, masked = answer.values.get(name, ""), name in ("mobile", "voter_id")
            if (told[-5:] != f"..{typed[name][-3:]}") if masked else (told != typed[name]):
                self.wrong(f"{answer.text!r} does not repeat the {name} of {who}")

    def _kept(self, entry: Entry | None, answer: Said) -> Entry | None:
        if entry:
            entry.ref = answer.values.get("ref", "")
        return entry

    # --- replies --------------------------------------------------------------------------------------------------

    def sent(self, kinds: Kinds) -> Kinds:
        """These messages leave: whoever is asked will reply."""
        for phone, kind in kinds:
            if kind == "confirm.ask":
                entry = self.book.asked_on(phone)
                assert entry
                self.begin(self._replies(entry, entry.asked), self.now + self._delay(entry))
        return kinds

    def _delay(self, entry: Entry) -> float:
        seconds = entry.meaning.partition(" in ")[2]
        return float(seconds) if seconds else self.rng.uniform(70, 4 * 3_600)

    def _replies(self, entry: Entry, asked: int) -> Scene:
        """A person answers, unless the question was withdrawn or asked again meanwhile."""
        phone, meaning = entry.who.mobile, entry.meaning.partition(" in ")[0]
        if meaning == "nothing" or (entry.status, entry.asked) != ("waiting", asked) or phone in self.book.stopped:
            return
        if meaning == "unclear":
            self._said(entry, "unclear")
            entry.meaning = "yes"
            yield 300.0
            if entry.status != "waiting" or entry.asked != asked:
                return
            meaning = "yes"
        word, _, literal = meaning.partition(":")
        before = entry.enroler.status
        self._said(entry, word, literal)
        if entry.enroler.status != before:
            self.figures.outcomes["enroler suspended"] += 1
        if word == "mistake":
            entry.meaning = "yes"
            yield 600.0
            self._mends(entry)

    def _said(self, entry: Entry, meaning: str, literal: str = "") -> None:
        text = literal or self.crowd.said(meaning, entry.language)
        self.figures.outcomes[f"person: {meaning}"] += 1
        if meaning == "mistake":  # asked which detail it is, she cannot say: then her enroler is told
            for typed in (text, "it is wrong", "ask him"):
                self.text(entry.who.mobile, typed, self.sent([(entry.who.mobile, "confirm.mistake")]))
            text = "he knows"
        self.text(entry.who.mobile, text, self.sent(self.book.reply(entry, meaning, text, self.now)))

    def _mends(self, entry: Entry) -> None:
        """Her enroler mends what the person found wrong, if she may."""
        her = entry.enroler
        if entry.status == "returned":
            name = entry.who.name
            while name == entry.who.name:
                name = self.crowd.name(her.language)
            self.fixes(her, entry, entry.who.but(name=name), "name")

    def fixes(self, her: Enroler, entry: Entry, who: Someone, field: str) -> None:
        """FIX of one field."""
        word = {"hi": "सुधार", "en": "FIX", "sw": "REKEBISHA"}[her.language]
        text = f"{word} {entry.ref} {self.crowd.labelled(her.language, who, field)}"
        if her.status != "activated":
            self.text(her.phone, text, [(her.phone, f"turned_away.{her.status}")])
            return
        booth = self.country.booth(self.country.block_of(her.area), who.booth)
        kind, sends = self.book.mend(entry, who, booth.code if booth else her.area, self.now)
        self.figures.outcomes[kind] += 1
        self.text(her.phone, text, [(her.phone, kind), *self.sent(sends)])

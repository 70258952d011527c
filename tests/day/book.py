"""The independent model: what each text should lead to, in plain Python, as docs/rules.md and the flows' texts promise it.

It never asks the service: what it knows, the script told it, and the texts that people got (the references).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from tests.day.country import Country, Enroler
from tests.day.crowd import Someone

HOUR, DAY = 3_600.0, 86_400.0
ENTRIES_HOUR, PHONE_SHARED, IN_A_ROW, NEAR, WRONG_NUMBERS = 20, 4, 3, 3, 5
IDENTICAL, IDENTICAL_SECONDS, QUICK, QUICK_REPLIES, QUICK_PERCENT = 3, 10.0, 60.0, 20, 90

OPEN = ("waiting", "held", "confirmed")

Kinds = list[tuple[str, str]]
"""Messages that should come: to which phone, of which kind (a state of a flow)."""


@dataclass
class Entry:
    """One registration as it should stand. `noted` are rules that spoke up without holding it, `asked`: how often its person
    was asked."""

    ref: str
    enroler: Enroler
    who: Someone
    area: str
    way: str
    at: float
    language: str
    meaning: str
    status: str = "waiting"
    rules: set[str] = field(default_factory=set)
    every_rule: set[str] = field(default_factory=set)
    asked: int = 0
    decided: float = 0.0

    def hold(self, *rules: str) -> None:
        self.rules.update(rules)
        self.every_rule.update(rules)


class Verdict(NamedTuple):
    """What an entry should lead to: the kind of the answer, and the rules that hold it."""

    kind: str
    rules: set[str]
    area: str


class Book:
    """All that was entered and said."""

    def __init__(self, country: Country) -> None:
        self.country, self.enrolers = country, country.enrolers
        self.entries: list[Entry] = []
        self.stopped: set[str] = set()
        self.shut: set[str] = set()
        self._said: dict[str, list[tuple[float, str, str]]] = {}

    def on_phone(self, phone: str) -> list[Entry]:
        """Who was entered with a phone and not refused, the first one first."""
        return [one for one in self.entries if one.who.mobile == phone and one.status in OPEN]

    def asked_on(self, phone: str) -> Entry | None:
        """Whom a phone is asked about now."""
        return next((one for one in self.entries if one.who.mobile == phone and one.status == "waiting"), None)

    def midnight(self, her: Enroler, now: float) -> float:
        """When today began where she lives."""
        ahead = 3.0 * HOUR if her.phone.startswith("+254") else 5.5 * HOUR
        return now - (now + ahead) % DAY

    # --- an entry -------------------------------------------------------------------------------------------------

    def verdict(self, her: Enroler, who: Someone, now: float, sure: bool = False) -> Verdict:
        """What should come of an entry."""
        if her.status != "activated":
            return Verdict(f"turned_away.{her.status}", set(), "")
        known = self.on_phone(who.mobile)
        same = {"confirmed": "member", "waiting": "waiting", "held": "waiting"}
        refused = (
            "own_phone" if who.mobile == her.phone
            else "enrolers_phone" if who.mobile in self.enrolers
            else "stopped" if who.mobile in self.stopped
            else next((same[one.status] for one in known if one.who.voter_id == who.voter_id), "")
        )  # fmt: skip
        if refused:
            return Verdict(f"register.{refused}", set(), "")
        block = self.country.block_of(her.area)
        booth = self.country.booth(block, who.booth)
        if booth is None and not sure:
            return Verdict("register.outside", set(), "")
        area = booth.code if booth else her.area
        rules = self._rules(her, who, now, known, area) | ({"outside"} if booth is None else set())
        one = {"same_phone": "queued", "closed": "closed"}
        kind = "saved" if not rules else one.get(next(iter(rules)), "held") if len(rules) == 1 else "held"
        return Verdict(f"register.{kind}", rules, area)

    def _rules(self, her: Enroler, who: Someone, now: float, known: list[Entry], area: str) -> set[str]:
        hers = [one for one in self.entries if one.enroler is her]
        lately = {one.who.mobile for one in hers if one.at > now - DAY}
        row = [phone for phone in lately if phone != who.mobile and abs(int(phone) - int(who.mobile)) <= NEAR]
        here = [one for one in self.entries if one.area == area and one.status in OPEN]
        place = self.country.areas[area]
        found = {
            "same_phone": any(one.status == "waiting" for one in known),
            "phone_full": len(known) >= PHONE_SHARED,
            "same_id": any(one.who.voter_id == who.voter_id and one.status in OPEN for one in self.entries),
            "closed": any(code in self.shut for code in self._above(area)),
            "too_many": sum(one.at > now - HOUR for one in hers) + 1 > ENTRIES_HOUR,
            "booth_full": place.level == "booth" and len(here) + 1 > place.target,
            "sequence": len(row) + 1 >= IN_A_ROW,
        }
        return {rule for rule, spoke in found.items() if spoke}

    def _above(self, area: str) -> list[str]:
        codes = []
        while area:
            codes.append(area)
            area = self.country.areas[area].parent
        return codes

    # --- what becomes of it ---------------------------------------------------------------------------------------

    def ask(self, entry: Entry) -> Kinds:
        """Its person is asked."""
        entry.status, entry.decided = "waiting", 0.0
        entry.asked += 1
        return [(entry.who.mobile, "confirm.ask")]

    def free(self, entry: Entry) -> tuple[str, Kinds]:
        """Somebody in charge frees it: the kind of the answer, and what else is sent."""
        entry.rules.clear()
        if self.asked_on(entry.who.mobile):
            entry.hold("same_phone")
            return "ok.queued", []
        return "ok.freed", self.ask(entry)

    def next_on(self, phone: str) -> Kinds:
        """Whose turn it is on a phone that is asked about nobody any more."""
        turn = next((one for one in self.on_phone(phone) if one.status == "held" and one.rules == {"same_phone"}), None)
        if turn is None:
            return []
        turn.rules.clear()
        return self.ask(turn)

    def reply(self, entry: Entry, meaning: str, text: str, now: float) -> Kinds:
        """The person answers the question: what should be sent, her own answer first."""
        phone, status = (
            entry.who.mobile,
            {"yes": "confirmed", "no": "refused", "wrong": "wrong_number", "mistake": "returned"},
        )
        if meaning == "unclear":
            return [(phone, "confirm.ask.unclear")]
        if meaning != "mistake":
            self._said.setdefault(entry.enroler.phone, []).append((now, phone, text.casefold()))
        if meaning == "stop":
            return self._stop(phone, now)
        entry.status, entry.decided = status[meaning], now
        if meaning in ("yes", "wrong"):
            self._odd(entry, text, now)
        match meaning:
            case "yes":
                return [(phone, "confirm.member"), (phone, "card.link"), *self.next_on(phone)]
            case "no":
                return [(phone, "confirm.refused"), *self.next_on(phone)]
            case "mistake":
                return [(phone, "confirm.returned"), (entry.enroler.phone, "returned.tell"), *self.next_on(phone)]
        for one in self.on_phone(phone):
            if one.status == "held":
                one.hold("wrong_number")
        return [(phone, "confirm.sorry")]

    def expire(self, entry: Entry, now: float) -> Kinds:
        """The person never answered."""
        entry.status, entry.decided = "expired", now
        return self.next_on(entry.who.mobile)

    def _stop(self, phone: str, now: float) -> Kinds:
        self.stopped.add(phone)
        for one in self.on_phone(phone):
            if one.status in ("waiting", "held"):
                one.status, one.decided = "refused", now
                one.rules.clear()
        return [(phone, "stop.stopped")]

    def _odd(self, entry: Entry, text: str, now: float) -> None:
        """Rules on replies."""
        her = entry.enroler
        same = {
            phone
            for at, phone, said in self._said[her.phone]
            if at >= now - IDENTICAL_SECONDS and said == text.casefold()
        }
        if len(same) >= IDENTICAL:
            entry.hold("identical_replies")
        hers = [one for one in self.entries if one.enroler is her]
        yes = [one for one in hers if one.status == "confirmed" and one.at > now - DAY]
        quick = [one for one in yes if one.decided - one.at < QUICK]
        if entry.status == "confirmed" and len(yes) >= QUICK_REPLIES and len(quick) * 100 >= QUICK_PERCENT * len(yes):
            entry.hold("same_minute")
        if entry.status == "wrong_number" and sum(one.status == "wrong_number" for one in hers) >= WRONG_NUMBERS:
            entry.hold("wrong_numbers")
            her.status = "held"

    def mend(self, entry: Entry, who: Someone, area: str, now: float) -> tuple[str, Kinds]:
        """FIX of a waiting, returned or held entry, which stays in its block: the kind of the answer, and what is sent. The
        rules look at it as at a new one, only that it is not one more of an hour."""
        if entry.status not in ("waiting", "returned", "held"):
            return "fix.closed", []
        before, held = entry.who.mobile, entry.status == "held"
        waited = entry.status == "waiting"
        entry.who, entry.area, entry.status = who, area, "deleted"
        entry.hold(*self._rules(entry.enroler, who, now, self.on_phone(who.mobile), area) - {"too_many"})
        if held or entry.rules:
            entry.status = "held"
            return ("fix.queued" if entry.rules == {"same_phone"} else "fix.held"), []
        sent = self.ask(entry)
        return "fix.fixed", sent + (self.next_on(before) if waited and before != who.mobile else [])

    def delete(self, entry: Entry) -> tuple[str, Kinds]:
        """DEL: the kind of the answer, and what else is sent."""
        if entry.status not in ("waiting", "returned", "held"):
            return "delete.closed", []
        waited = entry.status == "waiting"
        entry.status = "deleted"
        entry.rules.clear()
        return "delete.deleted", self.next_on(entry.who.mobile) if waited else []

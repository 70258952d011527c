"""What people do with what reaches their phones: by SMS or by USSD they say what they mean to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.many.book import ASKS, QUESTIONS, UNCLEAR, Phone
from tests.many.people import Person, meant, said
from tests.many.weather import Try

if TYPE_CHECKING:
    from tests.many.play import Run

HOUR = 3_600.0
TOO_LATE = 9 * 24 * HOUR
THINKS = (400.0, 6 * HOUR)
"""Seconds until a person answers: the sweeper has asked Twilio by then what became of an unclear send."""

FOLLOWS = {
    "card": "card", "me": "me", "leave": "leave", "forget": "forget", "stop later": "stop", "no after yes": "no",
}  # fmt: skip
"""What some text once they are members, by what they mean to do."""


class Answering:
    """All people of a run."""

    def __init__(self, run: Run) -> None:
        self.run = run

    def reads(self, phone: Phone, one: Try, values: dict[str, str]) -> None:
        """A text is on her phone: who is meant decides what comes of it, some time later."""
        if one.kind in (*QUESTIONS, UNCLEAR):
            person = phone.waiting if one.kind not in ("leave.ask", "forget.ask") else phone.people[0]
            if person:
                wait = self.run.rng.uniform(*THINKS) if one.kind in (*ASKS, UNCLEAR) else self.run.rng.uniform(400, 900)
                self.run.at(self.run.clock.now + wait, partial(self._answers, phone, person, one))
        elif one.kind == "confirm.member":
            number = values.get("member_number", "")
            told = next((p for p in phone.people if p.status == "confirmed" and p.number in ("", number)), None)
            if told:
                told.number = number
                if told.means in FOLLOWS:
                    wait = self.run.rng.uniform(1, 30) * HOUR
                    self.run.at(self.run.clock.now + wait, partial(self._follows, phone, told))

    def _follows(self, phone: Phone, person: Person) -> None:
        meaning = FOLLOWS[person.means]
        self._sends(phone, meaning, said(self.run.rng, meaning, person.enroler.language))

    def _answers(self, phone: Phone, person: Person, one: Try) -> None:
        if phone.newest is not one or (phone.waiting is not person and one.kind not in ("leave.ask", "forget.ask")):
            return  # another question has come since
        meaning = meant(person, one.kind)
        if person.means == "too late" and not person.said:
            self.run.at(self.run.clock.now + TOO_LATE, partial(self._sends, phone, "yes", "1"))
        person.said.append(meaning)
        if meaning == "yes" and person.means == "yes by USSD" and phone.by == "africastalking":
            self._answers_by_ussd(phone)
        elif meaning == "cannot say":
            self._sends(phone, meaning, self.run.rng.choice(("it is wrong", "ask him", "he knows")))
        elif meaning == "which":
            self._sends(phone, meaning, "1")
        elif meaning == "name":
            self._sends(phone, meaning, person.who.name.split()[1] + " " + person.who.name.split()[0])
        elif meaning:
            self._sends(phone, meaning, said(self.run.rng, meaning, person.enroler.language))

    def _sends(self, phone: Phone, meaning: str, text: str) -> None:
        self.run.texts(phone.number, phone.by, text, lambda sid, at: self.run.book.hears(phone, meaning, text, sid, at))

    def _answers_by_ussd(self, phone: Phone) -> None:
        self.run.figures["USSD sessions"] += 1
        dialled = self.run.gateways["africastalking"].dial(self.run.town.url, phone.number)
        shown = [dialled.screen]
        while "\n98 " in dialled.screen:
            shown.append(dialled.press("98"))
        dialled.press("1")
        self.run.book.hears(phone, "yes", "1", dialled.session, self.run.clock.now, "\n".join(shown))
        if self.run.rng.random() < 0.3:
            dialled.again()
        self.run.work()
        self.run.absorb()

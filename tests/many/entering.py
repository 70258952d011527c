"""What enrolers do: they type an entry in one of the ways there are, type it again where nothing comes back, mend it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tests.day.country import Enroler
from tests.many.people import Person
from tests.many.weather import Try

if TYPE_CHECKING:
    from tests.many.play import Run

RETYPES, TIMES = 1_800.0, 3
"""An enroler who hears nothing types the entry again after so many seconds, so often."""

TO_ENROLERS = ("register", "returned", "corrected", "fix", "sum", "turned_away", "help")
ENDS = ("register.saved", "register.queued", "register.waiting", "register.member", "register.stopped")
"""What an enroler reads who has no more to do for an entry."""


class Entering:
    """All enrolers of a run, each of whom enters one person after the other."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._busy: dict[str, Person] = {}
        self._drafted: dict[str, Person] = {}

    def types(self, person: Person, turn: int = 1) -> None:
        """An enroler enters somebody; one after the other."""
        her = person.enroler
        if turn == 1 and her.phone in self._busy:
            self.run.at(self.run.clock.now + 60, partial(self.types, person))
            return
        self._busy[her.phone] = person
        self.run.at(self.run.clock.now + RETYPES, partial(self._waited, person, turn))
        if person.way == "USSD" and her.by == "africastalking" and turn == 1:
            self._dials(person)
        elif person.way == "draft" and turn == 1:
            line = self.run.crowd.line(her.language, person.who, ("mobile", "voter_id", "name"))
            self._drafted[her.phone] = person
            self.run.texts(her.phone, her.by, line, lambda *_: None)
        else:
            self._drafted.pop(her.phone, None)
            line = self.run.crowd.line(her.language, person.who)
            self.run.texts(her.phone, her.by, line, lambda *_: self.run.book.entered(person))

    def _waited(self, person: Person, turn: int) -> None:
        if self._busy.get(person.enroler.phone) is not person:
            return
        if turn < TIMES:
            self.run.figures["entries typed again"] += 1
            self.types(person, turn + 1)
        else:
            del self._busy[person.enroler.phone]

    def _dials(self, person: Person) -> None:
        self.run.figures["USSD sessions"] += 1
        phone = self.run.gateways["africastalking"].dial(self.run.town.url, person.enroler.phone)
        asked = self._asked(phone.screen)
        if asked != "mobile":  # it goes on with an entry that a text began meanwhile: she leaves that
            phone.hang_up()
        while asked and not phone.ended:
            phone.press(getattr(person.who, asked))
            if self.run.rng.random() < 0.05:
                phone.again()
            asked = self._asked(phone.screen)
        self.run.work()
        kind, values = self.run.kind(phone.screen, TO_ENROLERS) if not asked else ("", {})
        if kind in ("register.saved", "register.queued"):
            self.run.book.entered(person)
            person.ref = values.get("ref", "")
            self._busy.pop(person.enroler.phone, None)
        self.run.absorb()

    def _asked(self, screen: str) -> str:
        """The field that a screen asks for; "" if for none."""
        return next(iter(self.run.wordings.asked(screen.partition("\n")[0]) or ()), "")

    def reads(self, her: Enroler, one: Try, values: dict[str, str]) -> None:
        """A text is on her phone."""
        person = self._busy.get(her.phone)
        if person and one.kind in ENDS:
            person.ref = values.get("ref", person.ref)
            del self._busy[her.phone]
        elif person and one.kind == "draft" and self._drafted.get(her.phone) is person and "booth" in values:
            del self._drafted[her.phone]
            self.run.texts(her.phone, her.by, person.who.booth, lambda *_: self.run.book.entered(person))
        elif one.kind == "returned.tell":
            self.run.at(self.run.clock.now + 900, partial(self._mends, her, values["ref"]))

    def _mends(self, her: Enroler, ref: str) -> None:
        mended = [one for one in self.run.book.people if one.enroler is her and one.status == "returned"]
        person = next((one for one in mended if one.ref in ("", ref)), None)
        if person is None or her.phone in self._busy:
            if person:
                self.run.at(self.run.clock.now + 300, partial(self._mends, her, ref))
            return
        word = {"hi": "सुधार", "en": "FIX", "sw": "REKEBISHA"}[her.language]
        who = person.who.but(name=f"{person.who.name} {self.run.crowd.name('en').split()[1].replace(chr(39), '')}")
        text = f"{word} {ref} {self.run.crowd.labelled(her.language, who, 'name')}"

        def done(*_: Any) -> None:
            person.who = who
            self.run.book.mended(person)

        self.run.texts(her.phone, her.by, text, done)

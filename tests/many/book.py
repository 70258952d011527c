"""The independent book: what each text must lead to, by what the gateways were told and what people sent; never by a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.many.people import Person
from tests.many.weather import Try

ASKS = ("confirm.ask", "confirm.again")
UNCLEAR = "confirm.ask.unclear"
QUESTIONS = (*ASKS, "confirm.mistake", "confirm.name", "leave.ask", "forget.ask")
"""What a person answers. Other messages are told, and ask nothing; UNCLEAR reminds of the question before it."""

AGAIN, WHICH_AGAIN = 1, 2
"""So often somebody unclear is asked once more: whether she joins, and what is wrong."""

OVER = ("refused", "wrong_number", "expired", "returned")
"""Who is entered once more as anybody else."""

SILENT = 7 * 86_400.0
"""Seconds after which a question that nobody answers is over."""


@dataclass
class Row:
    """One decision as it must stand in the ledger. `shown`: what she was asked with; of USSD the screens."""

    person: Person
    decision: str
    by: str
    text: str
    sid: str
    at: float
    shown: str = ""
    asked: Try | None = None
    status: str = ""
    language: str = ""


@dataclass
class Phone:
    """One phone and all on it. `by`: the gateway that it writes by, `question`: what an answer is to, `newest`: what she last
    got to answer, `again`: what will be tried again."""

    number: str
    by: str
    people: list[Person] = field(default_factory=list)
    tries: list[Try] = field(default_factory=list)
    question: Try | None = None
    newest: Try | None = None
    again: list[Try] = field(default_factory=list)
    stopped: bool = False
    since: float = 0.0

    @property
    def waiting(self) -> Person | None:
        return next((one for one in self.people if one.status == "waiting"), None)


class Book:
    """All phones, all people, and every row that the ledger must have."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.phones: dict[str, Phone] = {}
        self.people: list[Person] = []
        self.rows: list[Row] = []
        self.released: Counter[tuple[str, str]] = Counter()
        self.said: Counter[str] = Counter()

    def phone(self, number: str, by: str) -> Phone:
        return self.phones.setdefault(number, Phone(number, by))

    # --- the gateways -------------------------------------------------------------------------------------------------

    def tried(self, one: Try) -> None:
        """A text was handed to a gateway, or was not."""
        phone = self.phone(one.to, one.by)
        before = next((other for other in phone.again if other.text == one.text), None)
        phone.tries.append(one)
        one.since = before.since if before else one.at
        if before:
            phone.again.remove(before)
        if one.tried_again:
            phone.again.append(one)
        if one.kind in (*QUESTIONS, UNCLEAR):
            phone.newest = one
        if one.kind in QUESTIONS and (phone.question is before if before else self._is_asked_by(phone, one)):
            phone.question = one

    def _is_asked_by(self, phone: Phone, one: Try) -> bool:
        """Whether her answer is one to this new message. A reminder of a question that she has proves nothing more."""
        stands = phone.question
        return not (stands and stands.has_it and stands.kind == one.kind)

    def looked_up(self, lease: float) -> None:
        """The sweeper has asked Twilio what became of what it gave no clear answer about."""
        for phone in self.phones.values():
            for one in phone.tries:
                if one.by == "twilio" and one.message and not one.known and one.at + lease < self.now():
                    one.known = True

    def reported(self, one: Try, word: str) -> None:
        """A report came. Of Africa's Talking it brings only an id, and tells nothing of a send whose answer was lost."""
        if not one.known and one.by != "twilio":
            return
        one.known = True
        if one.reported not in ("delivered", "failed"):
            one.reported = word

    def release(self, one: Try) -> None:
        """The office has a held message sent again: she may get it twice."""
        self.released[one.to, one.text] += 1
        self.phones[one.to].again.append(one)
        one.word = ""

    # --- entries ------------------------------------------------------------------------------------------------------

    def entered(self, person: Person) -> None:
        """Her enroler's entry is whole. Typed again of somebody who is over with it, it is a new one."""
        if person.status in OVER:
            person = Person(person.who, person.enroler, person.means, person.way, person.at, person.by)
            self.people.append(person)
        if person.status != "planned":
            return
        phone = self.phone(person.phone, person.by)
        if phone.stopped:
            person.status = "not entered"
            return
        self._waits(phone, person)
        phone.people.append(person)

    def mended(self, person: Person) -> None:
        """FIX of one that was given back."""
        if person.status == "returned":
            self._waits(self.phones[person.phone], person)

    def _waits(self, phone: Phone, person: Person) -> None:
        person.status = "queued" if phone.waiting else "waiting"
        if person.status == "waiting":
            phone.since, phone.question = self.now(), None

    # --- answers ------------------------------------------------------------------------------------------------------

    def hears(self, phone: Phone, meaning: str, text: str, sid: str, at: float, screen: str = "") -> None:
        """A phone wrote. `screen`: what a USSD session showed, if it came by one. No yes, no or number counts whose
        question the gateway did not surely take before."""
        self.said[meaning] += 1
        question, person = phone.question, phone.waiting
        phone.since = at
        if meaning in ("stop", "both"):
            self._stops(phone, Row(person, "refused", phone.by, text, sid, at, "", question) if person else None)
        elif question is None or (phone.stopped and question.kind in ASKS):
            return
        elif question.kind == "confirm.name":  # a name is an answer to nothing else, a bare number may be
            if person and meaning == "name":
                person.corrected = text
        elif question.has_it or screen:
            self._answers(
                phone, question, meaning, Row(person or phone.people[0], "", phone.by, text, sid, at, screen, question)
            )

    def _stops(self, phone: Phone, row: Row | None) -> None:
        phone.stopped = True
        if row and row.asked and row.asked.kind in ASKS:
            row.status = _status(row.asked, "")
            self.rows.append(row)
        for one in phone.people:
            one.status = "refused" if one.status in ("waiting", "queued") else one.status

    def _answers(self, phone: Phone, question: Try, meaning: str, row: Row) -> None:
        person = phone.waiting
        if question.kind in ASKS and person:
            self._decides(phone, person, meaning, row)
        elif question.kind == "confirm.mistake" and person and meaning != "which":
            person.unclear += 1  # also a yes to an older text, which came once more
            if person.unclear > WHICH_AGAIN:
                person.status, person.unclear = "returned", 0
                self._next(phone)
        elif question.kind in ("leave.ask", "forget.ask") and meaning == "sure":
            self._ends(phone, question, row)
            phone.question = None

    def _decides(self, phone: Phone, person: Person, meaning: str, row: Row) -> None:
        # `which` is a 1 to the menu, which came once more after the question that it leads to: to that it is no answer.
        decided = {"yes": "given", "no": "refused", "wrong": "wrong_number"}
        if meaning in ("unclear", "sentence"):
            person.unclear += 1
            person.status = "held" if person.unclear > AGAIN else person.status
        elif meaning in decided:
            row.decision, row.status = decided[meaning], _status(row.asked, row.shown)
            self.rows.append(row)
            person.status = {"given": "confirmed"}.get(row.decision, row.decision)
        if person.status == "wrong_number":
            for one in phone.people:
                one.status = "held" if one.status == "queued" else one.status
        elif person.status != "waiting":
            person.unclear = 0
            self._next(phone)

    def _ends(self, phone: Phone, question: Try, row: Row) -> None:
        for one in phone.people:
            if one.is_member:
                self.rows.append(replace(row, person=one, decision="withdrawn", status=_status(question, "")))
                one.left = True
            if question.kind == "forget.ask":
                one.forgotten = phone.stopped = True

    def expire(self) -> None:
        """Time has passed, and the sweeper has been round."""
        for phone in self.phones.values():
            person = phone.waiting
            if person and phone.since and phone.since + SILENT <= self.now():
                person.status = "expired"
                self._next(phone)

    def _next(self, phone: Phone) -> None:
        then = next((one for one in phone.people if one.status == "queued"), None)
        if then:
            then.status, phone.question, phone.since = "waiting", None, self.now()


def _status(asked: Try | None, screen: str) -> str:
    """How far the question had come: `held` where nobody knows whether it was sent."""
    if screen:
        return "shown"
    return (asked.reported or "sent") if asked and asked.known else "held"

"""Everything that the database holds at the end, by SQL of our own, beside the book and beside what the gateways took."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from sqlalchemy import Row as Found
from sqlalchemy import text

from sms_service.store import people
from sms_service.store.people import Person as Known
from tests.many.book import Row
from tests.many.people import Person
from tests.many.play import Run

DECISIONS = "SELECT * FROM consent ORDER BY id"
MEMBERS = """
    SELECT member.number, member.status, member.person_id, registration.ref, registration.fields_sealed,
           consent.decision, consent.purpose, card.status AS card, card.serial, card.png_sealed, card.pdf_sealed
    FROM member JOIN registration ON registration.id = member.registration_id
    JOIN consent ON consent.id = member.consent_id LEFT JOIN card ON card.member_number = member.number
"""
ENTRIES = "SELECT id, person_id, status, fields_sealed FROM registration"
TAKEN_BACK = (
    "SELECT count(DISTINCT registration_id) FROM consent WHERE purpose = 'membership' AND decision = 'withdrawn'"
)
GIVEN = "SELECT count(DISTINCT registration_id) FROM consent WHERE purpose = 'membership' AND decision = 'given'"
CARDS = "SELECT count(*) FROM card JOIN member ON member.number = card.member_number WHERE card.status = 'ready'"

STANDS = {"queued": "held"}
"""What the book calls otherwise than the table."""


class Comparison:
    """One look at the database, beside the book of a run."""

    def __init__(self, run: Run) -> None:
        self.run, self.keys = run, run.town.service.keys
        with run.town.service.reads.begin() as conn:
            self.decisions = conn.execute(text(DECISIONS)).all()
            self.members = conn.execute(text(MEMBERS)).all()
            self.entries = conn.execute(text(ENTRIES)).all()
            self.given, self.taken_back, self.cards = (
                conn.execute(text(query)).scalar_one() for query in (GIVEN, TAKEN_BACK, CARDS)
            )
            numbers = {one.person_id for one in self.entries} | {one.person_id for one in self.decisions}
            self.known: dict[int, Known | None] = {
                number: people.by_id(conn, self.keys, number) for number in sorted(numbers)
            }
            self.enrolers = {
                phone: found.id
                for phone in run.country.enrolers
                if (found := people.by_phone(conn, self.keys, phone)) is not None
            }
            self.versions = {row.version: row.flow for row in conn.execute(text("SELECT * FROM flow_version"))}
            self.turns: dict[int, set[tuple[str, str, float]]] = {number: set() for number in numbers}
            for row in conn.execute(text("SELECT person_id, channel, inbound_id, at FROM turn")):
                self.turns.setdefault(row.person_id, set()).add((row.channel, row.inbound_id, row.at))
            self.chain = [
                tuple(row) for row in conn.execute(text("SELECT seq, consent_id FROM ledger_link ORDER BY seq"))
            ]

    def wrong(self, what: str) -> None:
        self.run.problems.append(what)

    # --- members = consents = cards -----------------------------------------------------------------------------------

    def members_are_consents_are_cards(self) -> dict[str, int]:
        """The three figures, by SQL and by the book, and each member one of the book's."""
        booked = [one for one in self.run.book.people if one.is_member]
        valid = [one for one in self.members if one.status == "valid"]
        figures = {
            "members": len(valid), "consents": self.given - self.taken_back, "cards": self.cards, "booked": len(booked),
        }  # fmt: skip
        if len(set(figures.values())) != 1:
            self.wrong(f"members, consents and cards are not the same: {figures}")
        wanted = Counter((one.phone, one.who.voter_id) for one in booked)
        for one in valid:
            known = self.known[one.person_id]
            fields = self._fields(one)
            if known is None or not wanted[known.phone, fields["voter_id"]]:
                self.wrong(f"member {one.number} is none in the book")
                continue
            wanted[known.phone, fields["voter_id"]] -= 1
            self._pictures(known, one)
        for (phone, _), count in wanted.items():
            if count:
                self.wrong(f"{phone} is a member in the book and not in the database")
        if len({one.ref for one in valid}) != len(valid):
            self.wrong("a registration has two members")
        return figures

    def _fields(self, row: Found[Any]) -> dict[str, str]:
        known = self.known[row.person_id]
        assert known
        return dict(json.loads(known.key.decrypt("registration.fields", row.fields_sealed)))

    def _pictures(self, known: Known, row: Found[Any]) -> None:
        begins = {"png": b"\x89PNG", "pdf": b"%PDF"}
        for kind, first in begins.items():
            sealed = getattr(row, f"{kind}_sealed")
            if sealed is None or not known.key.decrypt_bytes(f"card.{kind}", sealed).startswith(first):
                self.wrong(f"the card of member {row.number} has no {kind}")

    def everybody_stands_as_she_said(self) -> Counter[str]:
        """Each entry has the status of the book, and there are no others."""
        wanted: dict[tuple[str, str], list[Person]] = {}
        for one in self.run.book.people:
            if one.status not in ("planned", "not entered") and not one.forgotten:
                wanted.setdefault((one.phone, one.who.voter_id), []).append(one)
        found: Counter[str] = Counter()
        for row in self.entries:
            known = self.known[row.person_id]
            if known is None:
                found["forgotten"] += 1
                continue
            fields = self._fields(row)
            found[row.status] += 1
            persons = wanted.get((known.phone, fields["voter_id"]), [])
            person = next((one for one in persons if (_stands(one), _name(one)) == (row.status, fields["name"])), None)
            if person is None:
                self.wrong(
                    f"registration {row.id} stands as {row.status}, {fields}; should: {list(map(_told, persons))}"
                )
            else:
                persons.remove(person)
        for person in (one for persons in wanted.values() for one in persons):
            self.wrong(f"{_told(person)} is not in the database")
        forgotten = sum(one.forgotten for one in self.run.book.people)
        if found["forgotten"] != forgotten:
            self.wrong(f"{found['forgotten']} are forgotten, and should be {forgotten}")
        return found

    # --- the evidence -------------------------------------------------------------------------------------------------

    def each_decision_has_its_evidence(self) -> int:
        """Every row of the ledger is one that somebody made, with all that proves it; none is missing. How many."""
        wanted: dict[tuple[str, str], list[Row]] = {}
        for row in self.run.book.rows:
            wanted.setdefault((row.by, _hop(row.at) if row.shown else row.sid), []).append(row)
        for one in self.decisions:
            key = (one.channel, _hop(one.at) if one.prompt.startswith("hop:") else one.inbound_id)
            if key not in wanted:
                made = f"{one.decision}, {one.verdict} by {one.channel} {one.inbound_id}"
                self.wrong(f"decision {one.id} ({made}, {one.at - self.run.begins:.0f} s on) was made by nobody")
                continue
            row = wanted.pop(key)[0]
            for name, (is_, should) in self._evidence(one, row).items():
                if is_ != should:
                    self.wrong(f"decision {one.id} ({one.decision}): {name} is {is_!r} and should be {should!r}")
        for [row, *_] in wanted.values():
            self.wrong(f"{_told(row.person)}: {row.decision} ({row.text!r} at {row.at:.0f}) is not in the ledger")
        if [of for _, of in self.chain] != sorted(one.id for one in self.decisions):
            self.wrong("the chain does not hold every decision once")
        return len(self.decisions)

    def _evidence(self, one: Found[Any], row: Row) -> dict[str, tuple[Any, Any]]:
        person, asked, known = row.person, row.asked, self.known[one.person_id]
        assert asked
        by_screen = bool(row.shown)
        gateway = self.run.gateways[row.by]
        chain = json.loads(one.entered_by)
        sealed = {} if known is None else {
            "text shown": (known.key.decrypt("consent.wording", one.wording_sealed), row.shown or asked.text),
            "reply": (known.key.decrypt("consent.reply", one.reply_sealed).encode(), row.text.encode()),
            "number": (known.key.decrypt("consent.from", one.from_sealed), person.phone),
            "whose": (known.phone, person.phone),
        }  # fmt: skip
        message, held = asked.message, row.status == "held"
        return {
            **sealed,
            "forgotten": (known is None, person.forgotten),
            "decision": (one.decision, row.decision),
            "purpose": (one.purpose, "membership"),
            "verdict": (bool(one.verdict), True),
            "flow": (self.versions.get(one.version), one.flow),
            "flow of the question": (one.flow, asked.kind.split(".")[0]),
            "language": (one.language, person.enroler.language),
            "message id": (one.prompt_gateway_id, "" if by_screen or held or not message else message.id),
            "prompt": (one.prompt.startswith("hop:"), by_screen),
            "delivery report": (one.prompt_status, row.status),
            "when it was asked": (one.prompt_at is None if held else asked.at <= one.prompt_at <= row.at, True),
            "our number": (
                one.sent_to,
                gateway.service_code if by_screen else getattr(gateway, "sender", "") or gateway.number,
            ),
            "clock": (one.at, row.at),
            "gateway's clock": (bool(one.gateway_time), row.by == "africastalking" and not by_screen),
            "turn": ((one.channel, one.inbound_id, one.at) in self.turns[one.person_id], True),
            "report's word": (bool(one.report_word), row.status in ("delivered", "failed")),
            "notice": (len(one.notice), 64),
            "enroler": (chain["enroler"], self.enrolers[person.enroler.phone]),
            "chain above": (len(chain["areas"]) >= 4, True),
            "mac": (len(one.mac or b""), 32),
        }

    # --- what the gateways took ----------------------------------------------------------------------------------------

    def one_confirmation_each(self) -> Counter[str]:
        """Each member was told once that she is one; twice only where the office had it sent again, nobody knowing."""
        told: Counter[str] = Counter()
        for phone in self.run.book.phones.values():
            count = Counter(one.text for one in phone.tries if one.kind == "confirm.member" and one.message)
            tried = {one.text for one in phone.tries if one.kind == "confirm.member"}
            made = (
                sum(row.decision == "given" for row in self.run.book.rows if row.person.phone == phone.number)
                if tried
                else 0
            )
            if tried and len(tried) != made:
                self.wrong(f"{phone.number} was told of {len(tried)} memberships and has {made}")
            for words in tried:
                may = 1 + self.run.book.released[phone.number, words]
                told["told once" if count[words] == 1 else "told twice" if count[words] else "held"] += 1
                if count[words] > may or (count[words] > 1 and phone.by == "twilio"):
                    self.wrong(f"{phone.number} was told {count[words]} times: {words}")
        return told


def _hop(at: float) -> str:
    """A hop of USSD has no id of its gateway's: nobody else sent one in that moment."""
    return f"hop at {at}"


def _stands(person: Person) -> str:
    return STANDS.get(person.status, person.status)


def _name(person: Person) -> str:
    return person.corrected or person.who.name


def _told(person: Person) -> str:
    return f"{person.phone} {person.who.voter_id} ({person.means}, {person.status}, said {person.said})"

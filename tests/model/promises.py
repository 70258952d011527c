"""The promises, looked at in the database, in Redis and at the gateways after each step: AssertionError if one is broken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Row, select

from sms_service.engine import navigation
from sms_service.engine.model import Consent, Session, Sessions
from sms_service.privacy import Keys
from sms_service.store import people, tables
from sms_service.store.people import Person
from sms_service.store.sessions import COLUMN
from tests.model.known import ALSO_YES, QUESTION, Said, Somebody
from tests.model.world import Accepted, World

ASKED = ("clock", "service")
"""The channels of turns that no message caused."""

TO_STOPPED = ("stop", "start", "help", "leave", "still_stopped", "forget", "notice")
"""Flows whose answers reach those who want no messages: each has `answers_stopped`."""

FINAL = ("delivered", "failed", "dropped")


@dataclass
class Promises:
    """What was seen so far, and what must hold. `said` are all messages of people, `somebody` them, by phone."""

    world: World
    said: list[Said]
    somebody: dict[str, Somebody]
    hop: Said | None = None
    released: dict[str, int] = field(default_factory=dict)
    clock_set_back: int = 0
    yes: int = 0
    must: int = 0
    consents: list[Row[Any]] = field(default_factory=list)
    rows: dict[str, Row[Any]] = field(default_factory=dict)
    _turns: set[tuple[int, int]] = field(default_factory=set)
    _phones: dict[int, str] = field(default_factory=dict)
    _looked: int = 0
    _versions: dict[str, str] = field(default_factory=dict)
    _detoured: set[str] = field(default_factory=set)

    def look(self) -> None:
        """All of it."""
        with self.world.service.reads.begin() as conn:
            rows = {row.ref: row for row in conn.execute(select(tables.outbox).order_by(tables.outbox.c.id))}
            log = (tables.turn.c[name] for name in ("person_id", "turn_no", "channel", "inbound_id", "kind"))
            turns = conn.execute(select(*log).order_by(tables.turn.c.person_id, tables.turn.c.turn_no)).all()
            decisions = conn.execute(select(tables.consent).order_by(tables.consent.c.id)).all()
            hers = {
                row.id: people.by_id(conn, self.world.service.keys, row.id)
                for row in conn.execute(select(tables.person.c.id).where(tables.person.c.turn_no > 0))
            }
        self._phones |= {person.id: person.phone for person in hers.values() if person}
        self._outbox(rows)
        fresh = [self._taken(row) for row in turns if (row.person_id, row.turn_no) not in self._turns]
        self._turns |= {(row.person_id, row.turn_no) for row in turns}
        self._consents(decisions, [said for said in fresh if said])
        self._accepted(rows)
        self.rows = rows
        self._sessions([person for person in hers.values() if person])

    # --- what was taken -----------------------------------------------------------------------------------------------

    def _taken(self, row: Row[Any]) -> Said | None:
        """Which message this turn is; G1: each is one."""
        if row.channel in ASKED or row.person_id not in self._phones:
            return None
        place = (row.person_id, row.turn_no)
        if row.kind == "ussd":
            said = self.hop
            assert said is not None, f"turn {place} of a hop that nobody made"
        else:
            [said] = [one for one in self.said if (one.by, one.id) == (row.channel, row.inbound_id)]
        assert said.turn is None, f"G1: message {said.number} is turn {said.turn} and turn {place}"
        assert said.phone == self._phones[row.person_id], f"message {said.number} is taken for somebody else"
        said.turn = place
        return said

    def _consents(self, decisions: list[Row[Any]], fresh: list[Said]) -> None:
        """G8: no decision changes. A consent is a yes to what was handed over and shown, and whoever says so joins."""
        assert decisions[: len(self.consents)] == self.consents, "G8: a decision has changed"
        new, self.consents = decisions[len(self.consents) :], decisions
        given = [row for row in new if row.decision == "given" and row.purpose == "membership"]
        for row in given:
            self._is_a_yes(row)
        self.yes += len(given)
        for said in fresh:
            if self._must_join(said):
                self.must += 1
                assert [row for row in given if (row.person_id, row.turn_no) == said.turn], (
                    f"G3: the yes {said} to a question that she has is no consent"
                )
            at = self.world.handled.get((said.by, said.id)) or self.world.tick()  # it died, and nobody heard of it
            self.somebody[said.phone].said(said, at, self.world.now)

    def _must_join(self, said: Said) -> bool:
        her = self.somebody[said.phone]
        # By a clock that was set back an earlier message left later than the question: she is asked once more.
        if not her.questions or self.world.skew < 0 or self.clock_set_back > her.questions[0].at:
            return False
        rows = [self.rows.get(one.ref) for one in her.questions]  # as they were before the message
        # Of two that left one may have failed: it may be the one that her answer is held against.
        arrived = all(row is not None and row.status in ("sent", "delivered") for row in rows)
        return arrived and her.must_join_by(said, self.world.now)

    def _is_a_yes(self, row: Row[Any]) -> None:
        [said] = [one for one in self.said if one.turn == (row.person_id, row.turn_no)]
        what = f"consent {row.id} by message {said.number}"
        assert said.text.rpartition("*")[2] in ALSO_YES, f"{what}: {said.text!r} is no yes"
        if row.prompt.startswith("hop:"):
            seen = (row.person_id, int(row.prompt.removeprefix("hop:")))
            assert [one for one in self.said if one.turn == seen and one.shown], f"{what}: its screen was never shown"
            return
        accepted = [one for one in self.world.accepted if one.ref == row.prompt]
        assert accepted, f"{what}: its question was never handed over"
        # What was on disk meanwhile: by a clock that was set back since, and has come to that hour again, it came later.
        again = self.clock_set_back > min(said.arrivals) and self.world.now + self.world.skew >= said.came
        handed_over = min(one.at for one in accepted)
        assert again or handed_over < max(said.arrivals), f"{what}: its question was handed over after it"
        with self.world.service.reads.begin() as conn:
            her = people.by_id(conn, self.world.service.keys, row.person_id)
            joined = conn.execute(select(tables.member).where(tables.member.c.consent_id == row.id)).one_or_none()
        if her is None:
            return
        wording = her.key.decrypt("consent.wording", row.wording_sealed)
        assert wording == accepted[0].message.text, f"G8: {what} has another wording than the one handed over"
        assert QUESTION.search(wording), f"{what}: {wording!r} asks for none"
        assert joined is not None, f"G2: {what} made no member"

    # --- what leaves --------------------------------------------------------------------------------------------------

    def _outbox(self, rows: dict[str, Row[Any]]) -> None:
        """A row goes on, and back only where that is said: see store/outbox.py."""
        assert rows.keys() >= self.rows.keys(), "a message has gone from the outbox"
        for ref, before in self.rows.items():
            now = rows[ref]
            if before.status == now.status and before.repeats == now.repeats:
                continue
            self._detoured |= {ref} if before.status in ("held", "sent") or now.repeats > before.repeats else set()
            if before.status in FINAL:
                raise AssertionError(f"{ref} was {before.status}, now it is {now.status}")
            if now.status == "queued" and before.status in ("sent", "held"):
                failed = sum(one.failed for one in self.world.accepted if one.ref == ref)
                assert failed or self.released.get(ref), f"{ref} was {before.status}, and is queued again"
        self._detoured |= {ref for ref, row in rows.items() if row.status == "held"}

    def _accepted(self, rows: dict[str, Row[Any]]) -> None:
        """G3: nothing leaves twice. G6: nothing optional after STOP. A person's messages leave in their order."""
        new, self._looked = self.world.accepted[self._looked :], len(self.world.accepted)
        for one in new:
            assert one.ref in rows, f"a text that we do not know left for {one.by}"
            again = [other for other in self.world.accepted if other.ref == one.ref]
            allowed = 1 + sum(other.failed for other in again) + self.released.get(one.ref, 0)
            assert len(again) <= allowed, f"G3: {one.ref} left {len(again)} times"
            her = self.somebody.get(one.message.to)
            if her is None:
                continue
            stopped = her.stopped is not None and self.world.claimed.get(one.ref, 0) > her.stopped
            assert not stopped or rows[one.ref].flow in TO_STOPPED, f"G6: {rows[one.ref].flow} left after STOP"
            self._in_order(one, rows)
            her.got(one)

    def _in_order(self, one: Accepted, rows: dict[str, Row[Any]]) -> None:
        row = rows[one.ref]
        if row.status == "dropped":
            return  # while a worker had it in hand: whom it is about was forgotten, and nothing waits for it any more
        for other in self.world.accepted:
            passed = rows.get(other.ref)
            if other.at >= one.at or passed is None or (passed.person_id, one.ref in self._detoured) != (
                row.person_id, False
            ):  # fmt: skip
                continue
            spared = passed.answers and (not row.answers or passed.to_stopped)
            assert passed.id <= row.id or spared, f"{other.ref} left before {one.ref}, which was said before it"

    # --- where people are ---------------------------------------------------------------------------------------------

    def _sessions(self, hers: Iterable[Person]) -> None:
        """G7: a session stays on its version. What Redis has is what SQL has, or older. One live question a phone."""
        keys: Keys = self.world.service.keys
        turn = tables.turn.c
        with self.world.service.reads.begin() as conn:
            for person in hers:
                place = (turn.person_id == person.id) & (turn.turn_no == person.turn_no)
                sealed = conn.execute(select(turn.sessions_sealed).where(place)).scalar_one_or_none()
                if sealed is None:
                    continue  # the office has forgotten somebody, or a turn is counted that nobody spoke in
                ours = _opened(person, sealed)
                assert ours.turn_no == person.turn_no, f"the turn log of person {person.id} ends at another turn"
                self._pinned(ours.open)
                copy = self.world.redis.get(f"sms_service:live:{keys.index('phone', person.phone).hex()}")
                if isinstance(copy, bytes) and person.phone in self.somebody:
                    self._no_newer(person, ours, copy)

    def _no_newer(self, person: Person, ours: Sessions, copy: bytes) -> None:
        if any(phone == person.phone and number != person.id for number, phone in self._phones.items()):
            return  # of whom the phone was before: its key is no more
        theirs = _opened(person, copy)
        assert theirs.turn_no <= ours.turn_no, f"Redis is ahead of SQL for person {person.id}"
        assert theirs.turn_no < ours.turn_no or theirs == ours, f"Redis and SQL differ for person {person.id}"

    def _pinned(self, found: list[Session]) -> None:
        asks = 0
        for session in found:
            version = navigation.outermost(session).version
            assert self._versions.setdefault(session.id, version) == version, "G7: a session has changed its version"
            state = self.world.service.shelf.version(session.version).states[session.state]
            asks += isinstance(state, Consent) and state.purpose == "membership"
        assert asks <= 1, "more than one question whether she joins is open for one phone"


def _opened(person: Person, sealed: bytes) -> Sessions:
    return msgspec.json.decode(person.key.decrypt_bytes(COLUMN, sealed), type=Sessions)

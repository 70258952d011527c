"""Plays the enrolments: the clock, the sweeper and the office, gateways that lose, repeat and report."""

from __future__ import annotations

import heapq
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest.mock import patch

from sms_service.store import outbox, people, tables
from sms_service.store.database import SqlDown
from tests.day.country import Country
from tests.day.crowd import Crowd
from tests.day.wordings import Wordings
from tests.many.answering import Answering
from tests.many.book import Book
from tests.many.entering import TO_ENROLERS, Entering
from tests.many.people import made
from tests.many.weather import Try
from tests.town import Town

HOUR, DAY = 3_600.0, 86_400.0
SWEEPS = {2: 300.0, 14: HOUR, 1_000: 6 * HOUR}
"""Seconds between two rounds of the sweeper until which day: while many are about, while some still answer, and later."""

ENTERED_WITHIN = 1.4 * DAY
TO_PEOPLE = ("confirm", "card", "leave", "forget", "card_again", "me", "stop", "still_stopped", "help")

Then = Callable[[], object]


class Run:
    """All of it under way. `problems` is what should not have happened."""

    def __init__(
        self, town: Town, country: Country, wordings: Wordings, clock: Any, seed: int, count: int, *, loud: bool = False
    ) -> None:
        self.town, self.country, self.wordings, self.clock = town, country, wordings, clock
        self.rng, self.loud = random.Random(seed), loud
        self.gateways: dict[str, Any] = {"twilio": town.twilio, "africastalking": town.africastalking}
        self.book, self.crowd = Book(lambda: float(clock.now)), Crowd(self.rng)
        self.begins = float(clock.now)
        self.book.people = made(self.rng, country, self.crowd, count, self.begins, ENTERED_WITHIN)
        self.problems: list[str] = []
        self.figures: Counter[str] = Counter()
        self._agenda: list[tuple[float, int, Then]] = []
        self._place = 0
        self._seen = dict.fromkeys(self.gateways, 0)
        self._spooled: list[Then] = []
        self._looked_at: set[str] = set()
        self._entering, self._answering = Entering(self), Answering(self)
        self._started = time.monotonic()

    # --- time -----------------------------------------------------------------------------------------------------

    def at(self, when: float, then: Then) -> None:
        """Something is to happen."""
        self._place += 1
        heapq.heappush(self._agenda, (when, self._place, then))

    def run(self, until: float) -> None:
        """All that happens until then."""
        while self._agenda and self._agenda[0][0] <= until:
            when, _, then = heapq.heappop(self._agenda)
            self.clock.now = max(self.clock.now, when)
            if self.rng.random() < 0.01:
                self.town.service.redis.flushall()
                self.figures["Redis flushed"] += 1
            then()
        self.clock.now = until

    def play(self, days: float) -> None:
        """Everything, from the first entry on."""
        for person in self.book.people:
            self.at(person.at, partial(self._entering.types, person))
        self.at(self.begins, self._sweeps)
        self.at(self.begins + DAY / 2, self._office)
        self.run(self.begins + days * DAY)

    def _sweeps(self) -> None:
        self.town.sweep()
        self.work()
        while self._spooled:
            self._spooled.pop(0)()
        self.book.looked_up(self.town.config.outbox.lease)
        self.book.expire()
        self.absorb()
        self._tell()
        day = (self.clock.now - self.begins) / DAY
        self.at(self.clock.now + next(pause for until, pause in SWEEPS.items() if day < until), self._sweeps)

    def _office(self) -> None:
        """Twice a day it has half of what is newly held sent again, and leaves the rest."""
        with self.town.service.reads.begin() as conn:
            held = [one.ref for one in outbox.listed(conn, ["held"], 100_000) if one.ref not in self._looked_at]
        self._looked_at.update(held)
        for ref in held:
            if self.rng.random() < 0.5:
                self._releases(ref)
        self.work()
        self.absorb()
        self.at(self.clock.now + DAY / 2, self._office)

    def _releases(self, ref: str) -> None:
        """Only what nothing was said to that phone after: what is overtaken would be read as the newest."""
        with self.town.service.engine.begin() as conn:
            row = conn.execute(tables.outbox.select().where(tables.outbox.c.ref == ref)).one()
            text, number = self._opened(row)
            tries = self.book.phones[number].tries
            if tries[-1].text != text or not outbox.decide(
                conn, ref, "queued", "released by the office", self.clock.now
            ):
                return
        mine = [one for one in tries if one.text == text and one.at >= row.created_at]
        self.figures["released by the office"] += 1
        for one in [one for one in mine if one.unclear and one.word and not one.known][:1]:
            self.book.release(one)

    def _opened(self, row: Any) -> tuple[str, str]:
        """The text of a message, and the number that it is for."""
        with self.town.service.reads.begin() as conn:
            person = people.by_id(conn, self.town.service.keys, row.person_id)
        assert person
        return person.key.decrypt("outbox.text", row.text_sealed), person.phone

    def work(self) -> None:
        """What the workers do."""
        self.town.work()

    def _tell(self) -> None:
        if self.loud:
            done = sum(one.status not in ("planned", "waiting", "queued") for one in self.book.people)
            seconds = time.monotonic() - self._started
            day = (self.clock.now - self.begins) / DAY
            told = f"\r{done:6} of {len(self.book.people)} decided, day {day:4.1f}, {seconds:5.0f} s"
            print(told, end="", file=sys.stderr)

    # --- what leaves the service ------------------------------------------------------------------------------------

    def absorb(self) -> None:
        """What was handed to the gateways since the last look: noted, reported on, and it reaches phones."""
        for name, gateway in self.gateways.items():
            fresh, self._seen[name] = gateway.tries[self._seen[name] :], len(gateway.tries)
            for one in fresh:
                self._tried(one)

    def _tried(self, one: Try) -> None:
        enroler = self.country.enrolers.get(one.to)
        one.kind, values = self.kind(one.text, TO_ENROLERS if enroler else TO_PEOPLE)
        self.book.tried(one)
        self.figures["sends"] += 1
        self.figures[f"sends: {one.word}"] += 1
        if one.message is None:
            return
        lost = self.rng.random() < 0.02
        if one.word == "early-report":
            one.reported = "delivered"
        else:
            self._reports(one, lost)
        if lost:
            self.figures["lost by the carrier"] += 1
            return
        delay = self.rng.uniform(2, 40)
        if enroler:
            self.at(self.clock.now + delay, partial(self._entering.reads, enroler, one, values))
        else:
            self.at(self.clock.now + delay, partial(self._answering.reads, self.book.phones[one.to], one, values))

    def kind(self, text: str, flows: tuple[str, ...]) -> tuple[str, dict[str, str]]:
        """What a message says: the state of a flow that says so, and what stands in its gaps."""
        for flow in flows:
            if found := self.wordings.read(flow, text):
                return found.kind, found.values
        if asked := self.wordings.asked(text):
            return "draft", dict.fromkeys(asked, "")
        if "\n" in text:  # before it stands what became of an entry that was begun
            return self.kind(text.partition("\n")[2], flows)
        self.problems.append(f"a text of no known kind: {text!r}")
        return "", {}

    def _reports(self, one: Try, lost: bool) -> None:
        now, lot = self.clock.now, self.rng.random()
        soon, late = now + self.rng.uniform(5, 60), now + self.rng.uniform(2, 10) * HOUR
        if lost or (one.unclear and lot < 0.4):
            words = [("failed", soon)] if lost and lot < 0.5 else []
        elif lot < 0.75:
            words = [("delivered", soon)]
        elif lot < 0.81:
            words = [("delivered", soon), ("delivered", soon + 90)]
        elif lot < 0.87:
            words = [("delivered", late)]
        elif lot < 0.92:
            words = [("delivered", soon), ("sent", soon + 60)]
        else:
            words = []
        for word, when in words:
            self.at(when, partial(self._report, one, word))

    def _report(self, one: Try, word: str) -> None:
        theirs = {"delivered": "Success", "sent": "Buffered", "failed": "Failed"}
        named = {"failed": "undelivered"}
        assert one.message
        self.figures["reports"] += 1
        if one.by == "twilio":
            answer = self.gateways["twilio"].report(one.message, named.get(word, word))
        else:
            answer = self.gateways["africastalking"].report(one.message, theirs[word])
        if answer.status not in (200, 204):
            self.problems.append(f"a report was answered {answer.status}")
        self.book.reported(one, word)

    # --- what reaches the service -------------------------------------------------------------------------------------

    def texts(self, number: str, by: str, text: str, then: Callable[[str, float], None]) -> None:
        """An SMS, which the gateway may lose and post later, or post two or three times. `then` is called when it was taken,
        with its id and the time."""
        sid, lot = f"{self.rng.randrange(16**32):032x}", self.rng.random()
        if lot < 0.03:
            self.figures["webhooks lost and posted later"] += 1
            self.at(self.clock.now + self.rng.uniform(60, 1_800), lambda: self._posted(number, by, text, sid, 1, then))
        else:
            self._posted(number, by, text, sid, 1 if lot < 0.93 else 2 if lot < 0.97 else 3, then)

    def _posted(
        self, number: str, by: str, text: str, sid: str, times: int, then: Callable[[str, float], None]
    ) -> None:
        at, gateway = self.clock.now, self.gateways[by]
        self.figures["texts"] += 1
        self.figures["webhooks posted again"] += times - 1
        if self.rng.random() < 0.01:
            self.figures["SQL was down"] += 1
            with patch.object(self.town.service.turns, "handle", side_effect=SqlDown("a test")):
                status = gateway.text(self.town.url, number, text, sid).status
            self._spooled.append(lambda: then(sid, at))
        else:
            status = gateway.text(self.town.url, number, text, sid).status
            then(sid, at)
            for _ in range(times - 1):
                gateway.text(self.town.url, number, text, sid)
            if times == 3:
                self.at(at + 2 * HOUR, lambda: gateway.text(self.town.url, number, text, sid))
        if status != 200:
            self.problems.append(f"a webhook was answered {status}")
        self.work()
        self.absorb()

"""People who are enrolled while connections to PostgreSQL are cut exactly at COMMIT, and what must come of it."""

from __future__ import annotations

import itertools
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sms_service.store.tables import card, consent, member, outbox, registration
from tests.faults.installation import Installation
from tests.proxy import When
from tests.town import ENROLER

ASKED, WELCOME, LINK, FAREWELL, SAVED = (
    "XYZ: Anil entered you", "You are a member of XYZ", "XYZ card of", "XYZ: no more SMS", "Saved",
)  # fmt: skip

WRITES = "INSERT|UPDATE|DELETE"


@dataclass(frozen=True)
class Moment:
    """Whose COMMIT is cut: the process, and what the server did in that transaction."""

    process: str
    did: tuple[str, ...] = (WRITES,)


MOMENTS = {
    "entry": Moment("web"),
    "yes": Moment("web"),
    "stop": Moment("web"),
    "claim": Moment("deliver", ("UPDATE",)),
    "settle": Moment("deliver", ("INSERT", "UPDATE")),
    "card": Moment("cards"),
    "sweep": Moment("sweep", ("INSERT", "UPDATE")),
}
"""`sweep`: an entry whose COMMIT was cut and that lies on disk is cut once more when the sweeper takes it from there."""

STORIES: list[tuple[str, When]] = [(name, when) for when in ("before", "after") for name in MOMENTS]

SILENT: list[tuple[str, When]] = [(name, when) for when in ("silent before", "silent after") for name in MOMENTS]


@dataclass
class Commits:
    """What is played, and what it came to."""

    there: Installation
    cuts: Counter[str] = field(default_factory=Counter)
    entered: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    _numbers = itertools.count(1)

    def play(self, story: str, when: When, people: int) -> None:
        """So many people are enrolled (of `stop`: entered, and leave), each with one COMMIT of this story cut."""
        phones = self.new_phones(people)
        with_cut = self._cutting(story, when, people)
        if story in ("entry", "claim", "settle", "sweep"):
            with_cut()
        sids = self._say({phone: f"REG {phone} ABC1234567 12 Ram Kumar" for phone in phones}, ENROLER)
        if story == "entry":
            self._again(sids)
        self.there.until_heard(phones, ASKED)
        self.there.until_settled()  # else her yes would be one to a question of which nobody knows that it left
        if story in ("yes", "stop", "card"):
            with_cut()
        if story == "stop":
            self.left += phones
        self._again(self._say(dict.fromkeys(phones, "STOP" if story == "stop" else "1")))
        self.there.until_heard(phones, FAREWELL if story == "stop" else LINK)
        self.there.until_settled()
        self._count(story)

    def new_phones(self, count: int) -> list[str]:
        """Of people who are entered next."""
        phones = [f"+91987654{next(self._numbers):04d}" for _ in range(count)]
        self.entered += phones
        return phones

    def _cutting(self, story: str, when: When, times: int) -> Callable[[], None]:
        moment = MOMENTS[story]

        def arm() -> None:
            if story == "sweep":
                self.there.lines["web"].sql.cut_commits("before", times)
            self.there.lines[moment.process].sql.cut_commits(when, times, moment.did)

        return arm

    def _count(self, story: str) -> None:
        """A card that the sweeper drew, because the worker's ring had failed, was not cut."""
        for lines in self.there.lines.values():
            lines.sql.disarm()
        total = sum(lines.sql.cuts for lines in self.there.lines.values())
        self.cuts[story] += total - sum(self.cuts.values())

    def _say(self, texts: dict[str, str], from_: str = "") -> dict[str, tuple[str, str]]:
        """Each text is posted once; from whom and what, by its id."""
        said = {f"SM{uuid.uuid4().hex}": (from_ or phone, text) for phone, text in texts.items()}
        for sid, (phone, text) in said.items():
            assert self.there.texts(phone, text, sid) == 200
        return said

    def _again(self, said: dict[str, tuple[str, str]]) -> None:
        """Twilio has not read the answers, and posts all of it again."""
        for sid, (phone, text) in said.items():
            assert self.there.texts(phone, text, sid) == 200

    def broken(self) -> list[str]:
        """The promises that were broken."""
        there, joined = self.there, [phone for phone in self.entered if phone not in self.left]
        decisions = Counter(row.decision for row in there.rows(consent))
        expected = {ASKED: self.entered, WELCOME: joined, LINK: joined, FAREWELL: self.left}
        heard = {said: Counter({phone: there.heard(phone, said) for phone in self.entered}) for said in expected}
        refs = Counter(message.ref for message in there.twilio.accepted)
        statuses = Counter(row.status for row in there.rows(outbox))
        promises = {
            f"everybody is entered once: {len(self.entered)}": len(there.rows(registration)) == len(self.entered),
            f"a consent each, and no other: {decisions}": decisions
            == Counter({"given": len(joined), "refused": len(self.left)}) - Counter(),
            "a member each": len(there.rows(member)) == len(joined),
            "a card each": [row.status for row in there.rows(card)] == ["ready"] * len(joined),
            "one text of each kind": heard
            == {said: Counter({one: int(one in to) for one in self.entered}) for said, to in expected.items()},
            "one answer to each entry": there.heard(ENROLER, SAVED) == len(self.entered),
            f"no text twice: {refs.most_common(1)}": set(refs.values()) <= {1},
            f"every message settled, none held: {statuses}": set(statuses) <= {"sent", "delivered"},
            "nothing left on disk": there.service.spool.oldest() is None,
        }
        return [promise for promise, kept in promises.items() if not kept]

    def line(self) -> str:
        """What it came to."""
        cuts = ", ".join(f"{count} at {story}" for story, count in sorted(self.cuts.items()))
        twice = sum(times - 1 for times in Counter(one.ref for one in self.there.twilio.accepted).values())
        members = len(self.there.rows(member))
        return (
            f"{sum(self.cuts.values())} commits cut ({cuts}): {len(self.entered)} entered, {members} members of "
            f"{len(self.entered) - len(self.left)} who said yes, {len(self.left)} left, {twice} texts twice"
        )

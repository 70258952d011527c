"""People enrolled while a line of one process is bad: what is posted is answered in time, and all goes on by itself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Literal

from tests.crash.waiting import until
from tests.faults.at_commit import ASKED, LINK, Commits
from tests.faults.installation import BACK, Installation
from tests.proxy import Proxy, Word
from tests.town import ENROLER


@dataclass(frozen=True)
class Bad:
    """One line of one process, and how bad it is."""

    process: str
    line: Literal["sql", "live", "twilio"]
    word: Word
    pause: float = 0.0
    left: int = 0

    def __str__(self) -> str:
        return f"{self.process}-{self.line}-{self.word.replace(' ', '-')}"


WORDS: list[tuple[Word, float, int]] = [
    ("black hole", 0.0, 0), ("latency", 2.0, 0), ("reset", 0.0, 0), ("reset on connect", 0.0, 0), ("half", 0.0, 3),
    ("slow", 0.02, 0),
]  # fmt: skip

BAD = [
    *(Bad("web", "sql", *how) for how in WORDS),
    *(Bad("web", "live", *how) for how in WORDS),
    *(Bad("deliver", "sql", *how) for how in WORDS),
    *(Bad("deliver", "live", *how) for how in WORDS),
    *(Bad("deliver", "twilio", *how) for how in WORDS),
    *(Bad("cards", "sql", *how) for how in WORDS[:3]),
    *(Bad("sweep", "sql", *how) for how in WORDS[:3]),
    *(Bad("sweep", "live", *how) for how in WORDS[:3]),
]


def play(commits: Commits, bad: Bad) -> None:
    """Somebody is entered, says yes and has her card; meanwhile the line is bad until it has spoilt something."""
    there, line = commits.there, line_of(commits.there, bad)
    [phone] = commits.new_phones(1)
    if bad.process != "cards":
        line.behave(bad.word, pause=bad.pause, left=bad.left)
    says(there, ENROLER, f"REG {phone} ABC1234567 12 Ram Kumar")
    if bad.process != "cards":
        until(lambda: line.bites, f"{bad}: something spoilt", BACK)
        line.behave("ok")
    there.until_heard([phone], ASKED)
    there.until_settled()
    if bad.process == "cards":
        line.behave(bad.word, pause=bad.pause, left=bad.left)
    says(there, phone, "1")
    if bad.process == "cards":
        until(lambda: line.bites, f"{bad}: something spoilt", BACK)
        line.behave("ok")
    there.until_heard([phone], LINK)
    there.until_settled()


def says(there: Installation, phone: str, text: str) -> None:
    """Twilio posts it, and once more as if it had not read the answer; both are answered while it waits."""
    sid = f"SM{uuid.uuid4().hex}"
    for _ in range(2):
        assert there.texts(phone, text, sid) == 200


def line_of(there: Installation, bad: Bad) -> Proxy:
    """The proxy."""
    made = getattr(there.lines[bad.process], bad.line)
    assert isinstance(made, Proxy)
    return made

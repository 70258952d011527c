"""Enrolers and the people they enter, at a rate: each is entered, asked, says yes, and is told once that she is a member."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.gateways import Twilio
from tests.gateways.gateway import Message

ASKED, WELCOME, LINK = "XYZ: Anil entered you", "You are a member of XYZ", "XYZ card of R. Kumar"
ENROLERS = 40
AGAIN = 0.5
"""Seconds until the gateway delivers a message again that was not answered 2xx."""

IN_THE_AIR = 64
"""Messages that the gateway has on their way to us at a time."""


def demo(folder: Path, areas: Path) -> Path:
    """A folder for `demo_dir`: the areas of `areas`, and forty enrolers in one booth."""
    folder.mkdir()
    (folder / "areas.csv").write_text(areas.read_text())
    lines = ["phone,name,area,level,language"]
    lines += [f"{_enroler(number)},Anil Oraon,JH-N-RAN-KAN-11,booth,en" for number in range(ENROLERS)]
    (folder / "enrolers.csv").write_text("\n".join(lines) + "\n")
    return folder


def _enroler(number: int) -> str:
    return f"+9198000001{number:02d}"


@dataclass
class Person:
    """One phone. `yes` is how often she said it and was answered 2xx."""

    number: str
    entered_at: float
    entered: bool = False
    yes: int = 0
    heard: Counter[str] = field(default_factory=Counter)
    welcomed_at: float = 0.0


class Phones(Twilio):
    """Twilio, and all phones behind it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.people: dict[str, Person] = {}
        self.acknowledged = self.refused = 0
        self._posting = ThreadPoolExecutor(IN_THE_AIR)
        self._owed_posts = 0
        self._over = threading.Event()

    def load(self, rate: float, stop: threading.Event) -> None:
        """Enters people, so that `rate` messages a second come in (an entry and a yes each), until `stop`."""
        due = time.monotonic()
        while not stop.wait(max(due - time.monotonic(), 0)):
            self.enters()
            due += 2 / rate

    def enters(self, url: str = "") -> Person:
        """One entry, past the balancer if a machine's `url` is given; all that follows happens by itself."""
        number = len(self.people)
        person = Person(f"+919876{number:06d}", time.monotonic())
        self.people[person.number] = person
        self._post(person, _enroler(number % ENROLERS), f"REG {person.number} ABC1234567 12 Ram Kumar", url)
        return person

    @property
    def waiting(self) -> int:
        """Messages that were not answered 2xx yet."""
        return self._owed_posts

    def end(self) -> None:
        self._over.set()
        self._posting.shutdown(cancel_futures=True)

    def accept(self, messages: list[Message]) -> None:
        super().accept(messages)
        for message in messages:
            person = self.people.get(message.to)
            if person is None:
                continue
            for beginning in (ASKED, WELCOME, LINK):
                person.heard[beginning] += message.text.startswith(beginning)
            if message.text.startswith(WELCOME):
                person.welcomed_at = time.monotonic()
            if message.text.startswith(ASKED):
                self._post(person, person.number, "1")

    def _post(self, person: Person, phone: str, text: str, url: str = "") -> None:
        with self._changed:
            self._owed_posts += 1
        self._posting.submit(self._posted, person, phone, text, url, f"SM{uuid.uuid4().hex}")

    def _posted(self, person: Person, phone: str, text: str, url: str, sid: str) -> None:
        """As Twilio delivers it where it is told to: again and again, under the same id."""
        while not self._over.is_set():
            try:
                status = self.text(url or self.public_url, phone, text, sid).status
                if status == 200:
                    break
                with self._changed:
                    self.refused += status >= 500
            except requests.RequestException:
                pass
            self._over.wait(AGAIN)
        with self._changed:
            self._owed_posts -= 1
            self.acknowledged += 1
            if phone == person.number:
                person.yes += 1
            else:
                person.entered = True

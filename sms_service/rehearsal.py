"""Plays transcripts: each scene on a service of its own, with the demonstration drive in it, and a clock that can be moved on.

Nothing is sent and nothing waits: what the workers would do is done between two lines.
"""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from sms_service import launch
from sms_service.authoring.talk import Scene, Step, fits, read_talk
from sms_service.config import Config
from sms_service.engine.model import Inbound
from sms_service.enrolment.cards import Card, next_wanted
from sms_service.service import Service, open_service
from sms_service.store import outbox, sessions
from sms_service.store.tables import timer
from workers import cards

NOWHERE = "unix:///nonexistent/rehearsal.sock"
"""A Redis that is not there: the rehearsal goes by SQL alone."""

BATCH = 1000
"""People whose reminders are looked at when time passes."""


@dataclass(frozen=True)
class Failure:
    """Where a scene went another way than its transcript says."""

    file: str
    scene: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.scene}: {self.message}"


def play(config: Config, file: Path) -> list[Failure]:
    """Plays every scene of one transcript. Raises BrokenFlow if it cannot be read."""
    failures = []
    for scene in read_talk(file.read_text(encoding="utf-8"), str(file)):
        with _stage(config) as service:
            failure = _Rehearsal(service, scene).run()
        if failure:
            failures.append(Failure(str(file), scene.title, *failure))
    return failures


@contextmanager
def _stage(config: Config) -> Iterator[Service]:
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
        alone = config.model_copy(
            update={
                "data_dir": Path(folder),
                "database_url": "",
                "redis_url": NOWHERE,
                "public_url": "https://xyz.example",
            }
        )
        launch.prepare(alone, time.time())
        service = open_service(alone, time.time())
        try:
            yield service
        finally:
            service.close()


class _Rehearsal:
    """One scene under way: its clock, its screens, and what every phone got and no line has named yet."""

    def __init__(self, service: Service, scene: Scene) -> None:
        self.service, self.scene = service, scene
        self.now = time.time()
        self.waiting: dict[str, list[str]] = {number: [] for number in scene.phones.values()}
        self.screens: dict[str, str] = {}
        self.dialled: dict[str, tuple[str, str, str]] = {}

    def run(self) -> tuple[int, str] | None:
        """The line and message of the first failure, or None."""
        for step in self.scene.steps:
            if problem := self.take(step):
                return step.line, problem
        for name, number in self.scene.phones.items():
            if self.waiting[number]:
                last = self.scene.steps[-1].line
                return (
                    last,
                    f"{name} also got, and the transcript does not say so:\n  {name} < {self.waiting[number][0]}",
                )
        return None

    def take(self, step: Step) -> str:
        """Plays one line; the problem, or ""."""
        number = self.scene.phones.get(step.name, "")
        if step.kind == "after":
            self.pass_time(step.seconds)
        elif step.kind == "texts":
            self.send("sms", number, step.text)
        elif step.kind == "dials":
            self.dialled[number] = (uuid.uuid4().hex, step.text, "")
            self.hop(number)
        elif step.kind == "types":
            session, code, typed = self.dialled[number]
            self.dialled[number] = (session, code, f"{typed}*{step.text}" if typed else step.text)
            self.hop(number)
        elif step.kind == "sees":
            said = self.screens.get(number, "(nothing)")
            return "" if fits(step.text, said) else f"\n  - {step.spoken}\n  + {step.name} sees {said}"
        else:
            said = self.waiting[number].pop(0) if self.waiting[number] else "(nothing)"
            return "" if fits(step.text, said) else f"\n  - {step.spoken}\n  + {step.name} < {said}"
        self.work()
        return ""

    def hop(self, number: str) -> None:
        session, code, typed = self.dialled[number]
        self.screens[number] = self.send("ussd", number, typed, session=session, to=code)

    def send(self, kind: str, number: str, text: str, session: str = "", to: str = "") -> str:
        self.now += 1
        message_id = f"{session}:{text}" if session else uuid.uuid4().hex
        inbound = Inbound(
            channel="handset", id=message_id, kind="ussd" if kind == "ussd" else "sms", phone=number, to=to, text=text,
            received_at=self.now, session=session,
        )  # fmt: skip
        return self.service.turns.handle(inbound).text

    def pass_time(self, seconds: float) -> None:
        """Moves the clock on, stopping wherever a reminder or an expiry is due on the way."""
        end = self.now + seconds
        while True:
            with self.service.reads.begin() as conn:
                due = conn.execute(select(func.min(timer.c.due_at))).scalar_one()
            if due is None or due > end:
                break
            self.now = max(self.now, due)
            with self.service.reads.begin() as conn:
                people = sessions.due_people(conn, self.now, BATCH)
            for person_id in people:
                self.service.turns.tick(person_id, self.now)
            self.work()
        self.now = end

    def work(self) -> None:
        """What the workers do: draws cards, hands over every message."""
        self.now += 1
        while wanted := self.next_card():
            cards.draw(self.service, wanted, self.now)
        while True:
            with self.service.engine.begin() as conn:
                claimed = outbox.claim(conn, self.service.keys, self.now, lease=60)
                if claimed is None:
                    return
                outbox.settle(conn, claimed.id, status="sent", gateway_id=claimed.ref, sent_at=self.now, segments=0)
            self.waiting.setdefault(claimed.phone, []).append(claimed.text)

    def next_card(self) -> Card | None:
        with self.service.reads.begin() as conn:
            return next_wanted(conn, self.service.keys)

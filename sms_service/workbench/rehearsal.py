"""Plays transcripts: each scene on an empty stage, with a clock that can be moved on, and what happens held against the lines.

Nothing is sent and nothing waits: what the workers would do is done between two lines.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sms_service.authoring.differences import Piece, compare
from sms_service.authoring.source import BrokenFlow, Finding, read_source
from sms_service.authoring.talk import NOTHING, Scene, Step, fits, got, read_talk, seen
from sms_service.config import Config
from sms_service.service import Service
from sms_service.workbench.acting import Acting
from sms_service.workbench.stage import Stage, make_known

BEFORE = 4
"""Lines that went well and are shown above the one that did not: enough to see where in the dialogue it is."""


@dataclass(frozen=True)
class Failure:
    """Where a scene went another way than its transcript says.

    `message` is a sentence. `before` are the lines that went well, `expected` is the line as it stands in the transcript
    and `said` what it would have to be ("" where there is none).
    """

    file: str
    scene: str
    line: int
    message: str
    before: tuple[str, ...] = ()
    expected: str = ""
    said: str = ""

    @property
    def head(self) -> str:
        """The first line of what is shown, which editors jump by."""
        return f"{self.file}:{self.line}: {self.scene + ': ' if self.scene else ''}{self.message}"

    def difference(self) -> tuple[list[Piece], list[Piece]]:
        """The expected line and the other one, in pieces, those marked that differ."""
        if not self.expected or not self.said:
            return [Piece(self.expected, differs=False)], [Piece(self.said, differs=False)]
        return compare(self.expected, self.said)

    def __str__(self) -> str:
        lines = [self.head, *(f"    {line}" for line in self.before)]
        for sign, pieces, marks in zip("-+", self.difference(), ("[-{}-]", "{{+{}+}}"), strict=True):
            text = "".join(marks.format(piece.text) if piece.differs else piece.text for piece in pieces)
            lines += [f"  {sign} {text}"] if text else []
        return "\n".join(line.replace("\n", "\n    ") for line in lines)


class Missed(NamedTuple):
    """A Failure, as the scene knows it."""

    line: int
    message: str
    before: tuple[str, ...] = ()
    expected: str = ""
    said: str = ""


def play(config: Config, file: Path) -> list[Failure]:
    """Plays every scene of one transcript, with the flows of config.flows_dir. Raises BrokenFlow if it, or one of them,
    cannot be read."""
    scenes = read_file(file)
    with Stage(config) as stage:
        return play_scenes(stage, file, scenes)


def read_file(file: Path) -> list[Scene]:
    """The scenes of a transcript. Raises BrokenFlow with all that is wrong, also where the file cannot be read at all."""
    try:
        return read_talk(read_source(file), str(file))
    except OSError as error:
        raise BrokenFlow([Finding(str(file), 1, 1, f"cannot be read: {error.strerror}")]) from error


def play_scenes(
    stage: Stage, file: Path, scenes: Sequence[Scene], after_each: Callable[[Service], None] = lambda _service: None
) -> list[Failure]:
    """Plays the scenes of one transcript, also those behind one that fails. `after_each` may look at what each has left."""
    failures = []
    for scene in scenes:
        service = stage.scene()
        missed = Rehearsal(service, scene).run()
        if missed:
            failures.append(Failure(str(file), scene.title, *missed))
        after_each(service)
    return failures


class Rehearsal:
    """One scene held against its lines."""

    def __init__(self, service: Service, scene: Scene) -> None:
        self.scene = scene
        self.acting = Acting(service, time.time())
        self.done: list[Step] = []
        self.names = {number: name for name, number in scene.phones.items()}
        self.waiting: dict[str, list[tuple[Step, str]]] = {name: [] for name in scene.phones}

    def run(self) -> Missed | None:
        """The first line that went another way, or None."""
        for somebody in self.scene.newcomers:
            if problem := make_known(self.acting.service, somebody, self.acting.now):
                return Missed(somebody.line, problem)
        for step in self.scene.steps:
            missed = self.compare(step) if step.says_what_comes else self.act(step)
            if missed:
                return missed
            self.done.append(step)
        for name, messages in self.waiting.items():
            for cause, text in messages:
                return self.missed(cause, f"{name} also gets what no line says", said=got(name, text))
        return None

    def act(self, step: Step) -> Missed | None:
        problem = self.acting.act(self.scene, step)
        for number, text in self.acting.arrived:
            if number in self.names:
                self.waiting[self.names[number]].append((step, text))
        self.acting.arrived.clear()
        return self.missed(step, problem) if problem else None

    def compare(self, step: Step) -> Missed | None:
        """What a phone shows, or the next message that it got, with the line."""
        name = step.name
        if step.kind == "sees":
            screen = self.acting.screens.get(self.scene.phones[name])
            if screen is not None and fits(step.text, screen):
                return None
            problem = f"{name} sees {'no screen' if screen is None else 'something else'}"
            return self.missed(step, problem, seen(name, step.text), seen(name, screen) if screen else "")
        said = next((text for _, text in self.waiting[name]), None)
        if step.text == NOTHING:
            return None if said is None else self.missed(step, f"{name} gets something", said=got(name, said))
        if said is None:
            return self.missed(step, f"{name} gets nothing", got(name, step.text))
        if not fits(step.text, said):
            return self.missed(step, f"{name} gets something else", got(name, step.text), got(name, said))
        self.waiting[name].pop(0)
        return None

    def missed(self, step: Step, message: str, expected: str = "", said: str = "") -> Missed:
        done = [before for before in self.done if before.line <= step.line]
        return Missed(step.line, message, tuple(before.written for before in done[-BEFORE:]), expected, said)

"""A played dialogue becomes a transcript: lines are acted as they are typed, and written down with what the phones got.

What varies from run to run (references, links, dates) is found by playing the scene twice more, and written as `...`.
"""

from __future__ import annotations

import copy
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sms_service.authoring.differences import varying
from sms_service.authoring.source import read_source
from sms_service.authoring.talk import Reader, Scene, Step, got, read_talk, seen, title_of
from sms_service.workbench.acting import Acting
from sms_service.workbench.rehearsal import play_scenes, read_file
from sms_service.workbench.stage import Stage, make_known

LATER = 400 * 86_400.0 + 18_420.0
"""Seconds that the second playing is later: another day of another month and year, another weekday, another hour. What
is the same after that does not come from the clock."""


class NotRecorded(Exception):
    """A line cannot be played, or a scene not be written down. The message is a sentence; a scene goes on without the line."""


class TurnFailed(NotRecorded):
    """The flow, or the service, fails at a line. What was played before it can be written down."""


class Came(NamedTuple):
    """Something that a phone (E.164) got: an SMS, or a screen."""

    number: str
    text: str
    screen: bool = False

    def line(self, name: str) -> str:
        """As it stands in a transcript."""
        return seen(name, self.text) if self.screen else got(name, self.text)


@dataclass
class _Live:
    """The scene that is being typed: what was read of it, and the service as it stands."""

    reader: Reader
    acting: Acting
    took_part: set[str]


class Recorder:
    """Records scenes for one transcript. Raises BrokenFlow if the file is there and cannot be read."""

    def __init__(self, stage: Stage, file: Path) -> None:
        self._stage, self._file = stage, file
        self._live: _Live | None = None
        self._written: list[str] = []
        if file.exists() and file.stat().st_size:
            read_file(file)

    def take(self, line: str, number: int) -> list[str]:
        """Plays one line; the lines that say what came of it, for showing. Raises NotRecorded, TurnFailed.

        After either the scene goes on as if the line had not been typed.
        """
        line = line.strip()
        if line.startswith("=="):
            self._finish()
            reader = Reader()
            reader.begin(title_of(line), number)
            self._live = _Live(reader, Acting(self._stage.scene(), time.time()), set())
            return []
        if not line or line.startswith("#"):
            return []
        if self._live is None:
            raise NotRecorded("begin with a line `== what this scene shows`")
        live, before = self._live, copy.deepcopy(self._live.reader)
        try:
            came = self._play(live, line, number)
        except NotRecorded:
            live.reader = before
            if live.acting.failed:  # half of a line may have happened, such as the first of several reminders
                live.acting, _ = _played(self._stage, before.scene, time.time())
            raise
        return [self._shown(live.reader, one) for one in came]

    @staticmethod
    def _shown(reader: Reader, came: Came) -> str:
        name = next((name for name, phone in reader.scene.phones.items() if phone == came.number), None)
        if name is None:
            return f"({came.number} < {came.text})\n  `phone NAME {came.number}` takes it into the transcript"
        reader.name_last(name)
        return came.line(name)

    def _play(self, live: _Live, line: str, number: int) -> list[Came]:
        scene = live.reader.scene
        known, played = len(scene.newcomers), len(scene.steps)
        if problem := live.reader.take(line, number):
            raise NotRecorded(problem)
        for somebody in scene.newcomers[known:]:
            if somebody.number in live.took_part:
                raise NotRecorded(f"{somebody.number} has taken part already; this must be said before")
            if problem := make_known(live.acting.service, somebody, live.acting.now):
                raise NotRecorded(problem)
        came: list[Came] = []
        for step in scene.steps[played:]:
            if step.says_what_comes:
                raise NotRecorded("what a phone gets is written down by itself; type only what the phones do")
            came += _acted(live.acting, scene, step)
            live.took_part |= {scene.phones.get(step.name, ""), *(one.number for one in came)}
        return came

    def _finish(self) -> None:
        """Makes the text of the scene that was typed. Raises NotRecorded."""
        live, self._live = self._live, None
        if live and live.reader.scene.steps:
            self._written.append(written(self._stage, live.reader.scene, self._file))

    def write(self) -> int:
        """Appends all that was recorded to the file; how many scenes. Raises NotRecorded, and nothing is written then; called
        again, it writes the scenes but that one."""
        self._finish()
        if self._written:
            there = read_source(self._file) if self._file.exists() else ""
            gap = "" if not there else "\n" if there.endswith("\n") else "\n\n"
            with self._file.open("a", encoding="utf-8", newline="\n") as out:
                out.write(gap + "\n".join(self._written))
        return len(self._written)


def written(stage: Stage, scene: Scene, file: Path) -> str:
    """A scene that was typed, with what its phones got, as it stands in a transcript. Raises NotRecorded."""
    now = time.time()
    first, second = _heard(stage, scene, now), _heard(stage, scene, now + LATER)
    if _shape(first) != _shape(second):  # what was said depends on the day: then its dates cannot be told apart
        second = _heard(stage, scene, now)
    if _shape(first) != _shape(second):
        raise NotRecorded(
            f"== {scene.title}: this scene went another way when it was played again; it is not written down"
        )
    names = {phone: name for name, phone in scene.phones.items()}
    lines = [f"== {scene.title}", *scene.declared]
    for step, came, again in zip(scene.steps, first, second, strict=True):
        lines.append(f"{step.name} > {step.text}" if step.kind == "texts" else step.written)
        lines += [
            one._replace(text=varying(one.text, other.text)).line(names[one.number])
            for one, other in zip(came, again, strict=True)
        ]
    text = "\n".join(lines) + "\n"
    for failure in play_scenes(stage, file, read_talk(text, str(file))):
        raise NotRecorded(f"== {scene.title}: played again it went another way; it is not written down\n{failure}")
    return text


def _heard(stage: Stage, scene: Scene, now: float) -> list[list[Came]]:
    """What the phones of the scene get, step by step. Raises TurnFailed."""
    _, played = _played(stage, scene, now)
    return [[one for one in came if one.number in scene.phones.values()] for came in played]


def _played(stage: Stage, scene: Scene, now: float) -> tuple[Acting, list[list[Came]]]:
    """The scene played from its beginning, and what came of each step. Raises NotRecorded, TurnFailed."""
    acting = Acting(stage.scene(), now)
    for somebody in scene.newcomers:
        make_known(acting.service, somebody, now)
    return acting, [_acted(acting, scene, step) for step in scene.steps]


def _acted(acting: Acting, scene: Scene, step: Step) -> list[Came]:
    """Does what one line says, and what came of it. Raises NotRecorded, TurnFailed."""
    problem = acting.act(scene, step)
    came = [Came(*arrival) for arrival in acting.arrived]
    acting.arrived.clear()
    if acting.failed:
        raise TurnFailed(problem)
    if problem:
        raise NotRecorded(problem)
    number = scene.phones.get(step.name, "")
    screen = acting.screens.get(number, "") if step.kind in ("dials", "types") else ""
    return [Came(number, screen, screen=True), *came] if screen else came


def _shape(played: list[list[Came]]) -> list[list[tuple[str, bool]]]:
    return [[(one.number, one.screen) for one in came] for came in played]

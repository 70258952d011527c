"""Transcripts (.talk): a conversation as it should go, readable by anybody, and played as a test.

    == She says yes
    phone Anil +919800000002
    phone Ram +919876543210
    Anil > REG 9876543210 ABC1234567 12 Ram Kumar
    Anil < Saved ...
    Ram < XYZ: Anil entered you as Ram Kumar, ...
    Ram > 1
    after 25 hours
    Anil dials *384*96#
    Anil sees Mobile number of the new member?
    Anil types 9876543211

`...` stands for anything. A line that begins with two spaces goes on with the one above. Every message that a phone of
the scene gets must stand there. `==` begins a scene, each on an empty service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from sms_service.authoring.schema import UNITS
from sms_service.authoring.source import BrokenFlow, Finding

Kind = Literal["texts", "gets", "dials", "types", "sees", "after"]

SPEECH = re.compile(r"(?P<name>\S+) +(?P<verb>>|<|dials|types|sees)(?: +(?P<text>.*))?$", re.DOTALL)
PHONE = re.compile(r"phone +(?P<name>\S+) +(?P<number>\+\d{7,15})$")
AFTER = re.compile(r"after +(?P<count>\d{1,4}) +(?P<unit>minute|hour|day|week)s?$")
KINDS: dict[str, Kind] = {">": "texts", "<": "gets", "dials": "dials", "types": "types", "sees": "sees"}


@dataclass(frozen=True)
class Step:
    """One line: who does or gets what. `seconds` for `after`."""

    line: int
    kind: Kind
    name: str = ""
    text: str = ""
    seconds: float = 0.0

    @property
    def spoken(self) -> str:
        """The line as it is written."""
        sign = next(sign for sign, kind in KINDS.items() if kind == self.kind)
        return f"{self.name} {sign} {self.text}"


@dataclass
class Scene:
    """One conversation: its title, its phones (name to number), its steps."""

    title: str
    line: int
    phones: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)


def read_talk(text: str, file: str) -> list[Scene]:
    """The scenes of a transcript. Raises BrokenFlow with every line that cannot be read."""
    scenes: list[Scene] = []
    findings: list[Finding] = []
    for number, line in enumerate(_joined(text), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line.startswith("=="):
            scenes.append(Scene(line.strip("= "), number))
            continue
        if not scenes:
            scenes.append(Scene("", number))
        if problem := _take(scenes[-1], line.strip(), number):
            findings.append(Finding(file, number, 1, problem))
    if findings:
        raise BrokenFlow(findings)
    return scenes


def _take(scene: Scene, line: str, number: int) -> str:
    """Adds one line to the scene; the problem with it, or ""."""
    if found := PHONE.match(line):
        scene.phones[found["name"]] = found["number"]
        return ""
    if found := AFTER.match(line):
        scene.steps.append(Step(number, "after", seconds=int(found["count"]) * UNITS[found["unit"]]))
        return ""
    found = SPEECH.match(line)
    if not found:
        return "not a line of a transcript; they are: `phone A +...`, `A > text`, `A < text`, `A dials *384#`, `after 2 hours`"
    if found["name"] not in scene.phones:
        return f"who is {found['name']}? say first: phone {found['name']} +..."
    scene.steps.append(Step(number, KINDS[found["verb"]], found["name"], found["text"] or ""))
    return ""


def _joined(text: str) -> list[str]:
    """The lines, those that go on with the one above joined to it (and empty lines left in their place, for numbers)."""
    lines: list[str] = []
    last = 0
    for line in text.splitlines():
        if line.startswith("  ") and line.strip() and lines:
            lines[last] += "\n" + line.strip()
            lines.append("")
        else:
            lines.append(line.rstrip())
            last = len(lines) - 1
    return lines


def fits(expected: str, said: str) -> bool:
    """Whether a message is the one that stands in the transcript, where `...` stands for anything."""
    return re.fullmatch(".*".join(map(re.escape, expected.split("..."))), said, re.DOTALL) is not None

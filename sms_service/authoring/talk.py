"""Transcripts (.talk): a conversation as it should go, readable by anybody, and played as a test.

    == She says yes
    phone Anil +919800000002
    phone Ram +919876543210
    Anil > REG 9876543210 ABC1234567 12 Ram Kumar
    Anil < Saved ...
    Ram < XYZ: Anil entered you as Ram Kumar, ...
    > 1
    < You are a member of XYZ. ...
    after 25 hours
    Anil dials *384*96#
    Anil sees Mobile number of the new member?
    Anil types 9876543211
    Anil drops
    Ram < nothing
    Ram rings

`...` stands for anything. A line that begins with two spaces goes on with the one above. Every message that a phone of
the scene gets must stand there. `>` and `<` without a name belong to the phone named last. `==` begins a scene, each on an
empty service.

    phone Sita +919811111111 speaks hi
    enroler Hari +919811111112 in JH-N-RAN speaks hi
    person Ram +919876543210 entered by Anil: Ram Kumar, ABC1234567, booth 12

The last line is a phone, and Anil's entry of it: what he is answered is left out. `Ram cannot be reached` says that texts to
him failed, because of his number, on as many days as the service waits for. `Ram sends a picture: PHOTO` is an MMS, and
`Ram's picture is no good: dark` says that it cannot be used, and why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from sms_service.authoring.schema import UNITS
from sms_service.authoring.source import BrokenFlow, Finding

USSD_SECONDS = 180.0
"""How long a network keeps a USSD session open (Africa's Talking's help article, for all Kenyan networks)."""

ANYTHING = "..."
NOTHING = "nothing"
"""`A < nothing`: so far nothing came that no line has named."""

Kind = Literal[
    "texts", "gets", "dials", "types", "sees", "drops", "rings", "after", "enters", "unreachable", "pictures", "unusable"
]  # fmt: skip

NUMBER = r"(?P<number>\+\d{7,15})"
SPEAKS = r"(?: +speaks +(?P<language>[a-z]{2,3}))?$"
PHONE = re.compile(rf"phone +(?P<name>\S+) +{NUMBER}{SPEAKS}")
ENROLER = re.compile(rf"enroler +(?P<name>\S+) +{NUMBER}(?: +in +(?P<area>\S+))?{SPEAKS}")
PERSON = re.compile(rf"person(?: +(?P<name>[^\s+]\S*))? +{NUMBER} +entered +by +(?P<by>\S+?) *: *(?P<text>\S.*)$")
AFTER = re.compile(r"after +(?P<count>\d{1,4}) +(?P<unit>minute|hour|day|week)s?$")
ALONE = re.compile(r"(?P<name>\S+) +(?P<verb>drops|rings)$")
UNREACHABLE = re.compile(r"(?P<name>\S+) +cannot +be +reached$")
PICTURE = re.compile(r"(?P<name>\S+) +sends +a +picture(?: *: *(?P<text>\S.*))?$")
UNUSABLE = re.compile(r"(?P<name>\S+)'s +picture +is +no +good *: *(?P<text>\S.*)$")
HAPPENS: dict[Kind, re.Pattern[str]] = {"unreachable": UNREACHABLE, "pictures": PICTURE, "unusable": UNUSABLE}
"""What somebody does, or what happens to her, in a sentence."""
NAMELESS = re.compile(r"(?P<verb>[<>])(?: +(?P<text>.*))?$", re.DOTALL)
SPEECH = re.compile(r"(?P<name>\S+) +(?P<verb>>|<|dials|types|sees)(?: +(?P<text>.*))?$", re.DOTALL)
KINDS: dict[str, Kind] = {">": "texts", "<": "gets", "dials": "dials", "types": "types", "sees": "sees"}
DIAL = "*384*96#"

UNKNOWN_LINE = (
    "not a line of a transcript; they are: `phone A +...`, `A > text`, `A < text`, `A dials *384#`, `A types 1`, "
    "`A sees text`, `A drops`, `A rings`, `A cannot be reached`, `A sends a picture`, `after 2 hours`, "
    "`enroler A +... in AREA`, `person A +... entered by B: name, ...`"
)


@dataclass(frozen=True)
class Step:
    """One line: who does or gets what. `seconds` for `after`, `by` (the enroler's name) for `enters`."""

    line: int
    kind: Kind
    name: str = ""
    text: str = ""
    seconds: float = 0.0
    by: str = ""
    written: str = ""

    @property
    def says_what_comes(self) -> bool:
        """Whether the line says what a phone gets, rather than doing something."""
        return self.kind in ("gets", "sees")


@dataclass(frozen=True)
class Newcomer:
    """Somebody who is made known before the scene begins: an enroler (`area` may be ""), or a phone that reads `language`."""

    line: int
    name: str
    number: str
    enroler: bool
    area: str
    language: str


@dataclass
class Scene:
    """One conversation: its title, its phones (name to number), who is made known before it, its steps."""

    title: str
    line: int
    phones: dict[str, str] = field(default_factory=dict)
    newcomers: list[Newcomer] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)
    """The lines that made phones known, as they are written."""


def read_talk(text: str, file: str) -> list[Scene]:
    """The scenes of a transcript. Raises BrokenFlow with every line that cannot be read."""
    reader = Reader()
    scenes: list[Scene] = []
    findings: list[Finding] = []
    for number, line in enumerate(_joined(text.removeprefix("\ufeff")), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line.startswith("==") or not scenes:
            scenes.append(reader.begin(title_of(line) if line.startswith("==") else "", number))
        if not line.startswith("==") and (problem := reader.take(line.strip(), number)):
            findings.append(Finding(file, number, 1, problem))
    if not findings:
        findings = [
            Finding(file, scene.line, 1, "nothing happens in this scene") for scene in scenes if not scene.steps
        ]
    if not scenes:
        findings.append(
            Finding(file, 1, 1, "no scene stands here; write one, or `sms-service flow test --record` does")
        )
    if findings:
        raise BrokenFlow(findings)
    return scenes


def title_of(line: str) -> str:
    """The title in a line that begins a scene."""
    return line.strip("= ")


class Reader:
    """Reads one line after another into a scene, as each stands in a file or is typed by somebody who records."""

    def __init__(self) -> None:
        self.scene = Scene("", 1)

    def begin(self, title: str, line: int) -> Scene:
        """A new scene; the lines that follow go into it."""
        self.scene = Scene(title, line)
        self._last = ""
        self._screens: dict[str, str] = {}  # name -> "" while in a USSD session, else why it is over
        return self.scene

    def take(self, line: str, number: int) -> str:
        """Adds one line to the scene; the problem with it, or ""."""
        if found := PHONE.match(line) or ENROLER.match(line):
            return self._declare(found, number, line)
        if found := PERSON.match(line):
            return self._enter(found, number, line)
        if found := AFTER.match(line):
            seconds = int(found["count"]) * UNITS[found["unit"]]
            if seconds >= USSD_SECONDS:
                self._end_screens(f"networks end a session after {USSD_SECONDS / 60:.0f} minutes")
            return self._add(Step(number, "after", seconds=seconds, written=line))
        if found := ALONE.match(line):
            did = self._drop if found["verb"] == "drops" else self._ring
            return self._unknown(found["name"]) or did(found["name"], number, line)
        if (happened := self._happens(line, number)) is not None:
            return happened
        if found := NAMELESS.match(line):
            name = self._last
        elif found := SPEECH.match(line):
            name = found["name"]
        else:
            return UNKNOWN_LINE
        kind, text = KINDS[found["verb"]], found["text"] or ""
        if not text and kind not in ("texts", "types"):  # these two can be sent empty
            return f"nothing stands behind `{found['verb']}`; where nothing comes, write `{name or 'A'} < {NOTHING}`"
        return (
            self._unknown(name) or self._screen(kind, name) or self._add(Step(number, kind, name, text, written=line))
        )

    def _happens(self, line: str, number: int) -> str | None:
        """Adds a line of HAPPENS; the problem with it, or "". None: it is another line."""
        for kind, pattern in HAPPENS.items():
            if found := pattern.match(line):
                step = Step(number, kind, found["name"], found.groupdict().get("text") or "", written=line)
                return self._unknown(found["name"]) or self._add(step)
        return None

    def name_last(self, name: str) -> None:
        """A line that names this phone was shown: `>` without a name is hers from here on."""
        self._last = name

    def _add(self, step: Step) -> str:
        self._last = step.name or self._last
        self.scene.steps.append(step)
        return ""

    def _unknown(self, name: str) -> str:
        if name in self.scene.phones:
            return ""
        if not name:
            return "whose phone is it? say first: phone NAME +..."
        return f"who is {name}? say first: phone {name} +..."

    def _declare(self, found: re.Match[str], number: int, line: str) -> str:
        """A phone, and what is to be known of whose it is."""
        name, phone = found["name"] or found["number"], found["number"]
        if name in self.scene.phones:
            return f"{name} has a phone already in this scene; give this one another name"
        if phone in self.scene.phones.values():
            return f"{phone} is another phone of this scene already"
        parts = found.groupdict()
        self.scene.phones[name] = phone
        enroler, language = found.re is ENROLER, parts.get("language") or ""
        if enroler or language:
            known = Newcomer(number, name, phone, enroler, parts.get("area") or "", language)
            self.scene.newcomers.append(known)
        if found.re is not PERSON:
            self.scene.declared.append(line)
        self._last = name
        return ""

    def _enter(self, found: re.Match[str], number: int, line: str) -> str:
        name = found["name"] or found["number"]
        problem = self._unknown(found["by"]) or self._declare(found, number, line)
        return problem or self._add(Step(number, "enters", name, found["text"], by=found["by"], written=line))

    def _screen(self, kind: Kind, name: str) -> str:
        """Follows who is in a USSD session; what is wrong with this line then."""
        if kind == "dials":
            self._screens[name] = ""
        over = self._screens.get(name, "nothing was dialled") if kind == "types" else ""
        return f"{name} is in no USSD session ({over}): dial first, `{name} dials {DIAL}`" if over else ""

    def _drop(self, name: str, number: int, line: str) -> str:
        if self._screens.get(name, "none") != "":
            return f"{name} is in no USSD session that could drop: dial first, `{name} dials {DIAL}`"
        self._screens[name] = f"it dropped in line {number}"
        return self._add(Step(number, "drops", name, written=line))

    def _ring(self, name: str, number: int, line: str) -> str:
        return self._add(Step(number, "rings", name, written=line))

    def _end_screens(self, why: str) -> None:
        self._screens.update({name: why for name, over in self._screens.items() if not over})


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


def got(name: str, text: str) -> str:
    """The line that says what a phone got; a text of several lines goes on below."""
    return f"{name} < {_continued(text)}"


def seen(name: str, screen: str) -> str:
    """The line that says what a phone shows."""
    return f"{name} sees {_continued(screen)}"


def _continued(text: str) -> str:
    return "\n  ".join(_lines(text))


def fits(expected: str, said: str) -> bool:
    """Whether a message is the one that stands in the transcript, where `...` stands for anything.

    Empty lines and spaces at the ends of lines do not count: a transcript cannot show them.
    """
    pattern = ".*".join(map(re.escape, "\n".join(_lines(expected)).split(ANYTHING)))
    return re.fullmatch(pattern, "\n".join(_lines(said)), re.DOTALL) is not None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]

"""YAML as people write it, with the place of everything: plain data plus line and column of each key and value.

YAML 1.1 would read `no:` as false, `12:30` as 750 and the last of two equal keys silently; here a word stays a word,
and what could not be meant is a Finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any, Literal

import yaml

from sms_service.authoring.misread import slips

SOURCE_MAX = 1_000_000
"""Characters of one flow file. A flow of 400 states in five languages has a third of that."""

BYTES_MAX = 4 * SOURCE_MAX
"""The same in bytes of UTF-8; a longer file is not even opened."""

NODES_MAX = 50_000
"""Keys and values of one file: five times what 400 states in three languages have. Each takes some 500 bytes of memory."""

STATES_MAX, ENTRIES_MAX = 2_000, 100
"""Entries of the list of states, five times the largest, and of any other: a menu has 97 at most. Whatever is compared with
all its neighbours would otherwise take minutes."""

FINDINGS_MAX = 1_000
"""Findings told of one file; who has more has another kind of file in hand."""

DEPTH_MAX = 20
"""Levels of nesting; a flow needs seven. libyaml takes seconds for 100,000 open brackets, and its composer crashes."""

SHOWN = 40
"""Characters of a name that a finding quotes."""

Level = Literal["error", "warning"]
Path = tuple[str | int, ...]

WHOLE = re.compile(r"(0|-?[1-9][0-9]{0,17})\Z")
"""Numbers that are written back as they stand: no +5, no 007, and nothing longer than a phone number."""

LITERALS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
CONTROLS = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What YAML allows nowhere (YAML 1.1, section 5.1)."""


@dataclass(frozen=True, order=True)
class Finding:
    """Something wrong in a file: where (line and column count from 1), what it is, what to do. A warning may stay."""

    file: str
    line: int
    column: int
    message: str
    level: Level = "error"

    def __str__(self) -> str:
        sign = "warning: " if self.level == "warning" else ""
        return f"{self.file}:{self.line}:{self.column}: {sign}{self.message}"


class BrokenFlow(Exception):
    """A flow file that must not serve. `findings` holds all that is wrong, in the order of the file."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = sorted(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class Source:
    """One YAML document: `data`, and the place of each path in it. Raises BrokenFlow.

    `findings` is what could not be meant and still could be read; of what stands at or under a path in `broken` nothing
    more is to be said. It is read from libyaml's events: a tree of nodes would take 250 MB for a hostile megabyte.
    """

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.broken: set[Path] = set()
        self._keys: dict[Path, tuple[int, int]] = {}
        self._values: dict[Path, tuple[int, int, int, int]] = {}  # line, column; first and last character in the text
        self._meant: dict[Path, Path] = {}
        self._anchors: set[str] = set()
        self._told_of_anchors = False
        self._full: set[Path] = set()
        self._nodes = 0
        if len(text) > SOURCE_MAX:
            raise BrokenFlow(
                [Finding(file, 1, 1, f"the file has {len(text):,} characters; at most {SOURCE_MAX:,} are read")]
            )
        if text.startswith("\ufeff"):
            self.findings.append(
                Finding(file, 1, 1, "the file begins with an invisible byte order mark: save it as UTF-8 without BOM")
            )
            text = text.removeprefix("\ufeff")
        self._text = text
        if controls := list(self._controls()):
            raise BrokenFlow([*self.findings, *controls])
        self._events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
        try:
            self.data = self._document()
        except yaml.MarkedYAMLError as error:
            found = [Finding(file, *slip) for slip in slips(error, text)]
            raise BrokenFlow(_first_in_its_line([*self.findings, *found], found)) from error

    # -- where things stand --

    def has(self, path: Path) -> bool:
        """Whether something stands at `path`."""
        return path in self._keys

    def finding(
        self, path: Path, message: str, level: Level = "error", *, of_key: bool = False, word: str = ""
    ) -> Finding:
        """A Finding at the value of `path`, or at its key (`of_key`), or at `word` within the value; at the nearest thing
        around it where the file has no such path."""
        return Finding(self.file, *self._place(path, of_key, word), message, level)

    def meant(self, right: Path, written: Path) -> None:
        """What is looked for at `right` stands in the file at `written`: its key is misspelt there."""
        self._meant[right] = written

    def is_broken(self, path: Path) -> bool:
        """Whether a finding has been made already that makes `path` as good as unread."""
        return any(path[:length] in self.broken for length in range(len(path) + 1))

    def place(self, path: Path) -> tuple[int, int]:
        """Line and column of the key of `path`, or of the nearest thing around it."""
        path = self.written(path)
        while path and path not in self._keys:
            path = path[:-1]
        return self._keys.get(path, (1, 1))

    def written(self, path: Path) -> Path:
        """`path` as the file has it: under a misspelt key, if there is one."""
        for length in range(len(path), 0, -1) if self._meant else ():
            if path[:length] in self._meant:
                return (*self._meant[path[:length]], *path[length:])
        return path

    def is_bare(self, path: Path) -> bool:
        """Whether the value of `path` stands without quotes, so that ` #` ends it."""
        _, _, start, end = self._values.get(self.written(path), (0, 0, 0, 0))
        return start < end and self._text[start] not in "'\"|>"

    def behind(self, path: Path) -> str:
        """What stands behind the value of `path` in its line."""
        path = self.written(path)
        end = self._values[path][3] if path in self._values else len(self._text)
        return re.split(r"[\r\n]", self._text[end : end + SHOWN], maxsplit=1)[0]

    def _place(self, path: Path, of_key: bool, word: str) -> tuple[int, int]:
        path = self.written(path)
        if path[-1:] == (0,) and path not in self._keys:  # one value may stand for a list of one
            path = path[:-1]
        line, column, start, end = self._values.get(path, (0, 0, 0, 0))
        if of_key or start == end:
            return self.place(path)
        whole = rf"(?<![\w.]){re.escape(word)}(?!\w)" if word.isidentifier() else re.escape(word)
        found = re.search(whole, self._text[start:end]) if word else None
        if not found:
            return line, column
        before = self._text[start : start + found.start()]
        below = before.count("\n")
        return line + below, len(before) - before.rfind("\n") if below else column + len(before)

    # -- reading --

    def _controls(self) -> Iterator[Finding]:
        for found in CONTROLS.finditer(self._text):
            before = self._text[: found.start()]
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            sentence = f"an invisible control character (U+{ord(found[0]):04X}) stands here: delete it"
            yield Finding(self.file, line, column, sentence)
            return

    def _document(self) -> Any:
        """The one document of the file; nothing is {}."""
        next(self._events)  # the stream
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return {}
        data = self._node(next(self._events), ())
        next(self._events)  # the document's end
        if isinstance(second := next(self._events), yaml.DocumentStartEvent):
            self._note(second, "--- begins a second file: a flow file holds one flow, leave the line out")
        return {} if data is None else data

    def _note(self, event: Any, message: str, level: Level = "error") -> None:
        mark = event.start_mark
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(self.file, mark.line + 1, mark.column + 1, message, level))

    def _count(self, event: Any, depth: int) -> None:
        self._nodes += 1
        if depth > DEPTH_MAX:
            self._note(event, f"nested deeper than {DEPTH_MAX} levels: a flow needs seven")
            raise BrokenFlow(self.findings)
        if self._nodes > NODES_MAX:
            self._note(event, f"more than {NODES_MAX:,} keys and values: divide the flow, and `call` the parts")
            raise BrokenFlow(self.findings)

    def _node(self, event: Any, path: Path) -> Any:
        self._count(event, len(path))
        mark = event.start_mark
        self._keys.setdefault(path, (mark.line + 1, mark.column + 1))
        if self._foreign(event):
            self._skip(event)
            return self._stand_in(event, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, path)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
                if self._too_many(item, path, len(items)):
                    self._skip(item)
                else:
                    items.append(self._node(item, (*path, len(items))))
            return items
        return self._scalar(event, path)

    def _stand_in(self, event: Any, path: Path) -> str:
        """A text for what cannot be read, so that nothing is said to be missing there."""
        mark = event.start_mark
        self.broken.add(path)
        self._values[path] = (mark.line + 1, mark.column + 1, mark.index, mark.index + 1)
        return "-"

    def _foreign(self, event: Any) -> bool:
        """Whether this is a part of YAML that flow files have no use for; notes it."""
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in self._anchors:
                self._note_anchors(event)
            else:
                self._note(event, 'a text that begins with * must stand in quotes: "* ..."')
            return True
        if event.anchor:
            self._anchors.add(event.anchor)
            nothing = isinstance(event, yaml.ScalarEvent) and not event.value
            if nothing:
                self._note(event, 'a text that begins with & must stand in quotes: "& ..."')
            else:
                self._note_anchors(event)
            return nothing
        if event.tag:
            self._note(event, "tags (!, !!) are not read: leave it out, or put a text that begins with ! in quotes")
            return True
        return False

    def _note_anchors(self, event: Any) -> None:
        """Once: a few lines with an alias in each place would bury all else."""
        if not self._told_of_anchors:
            self._note(event, "anchors and aliases (&, *) are not read: write it out in each place")
        self._told_of_anchors = True

    def _skip(self, event: Any) -> None:
        """Reads on behind what is not understood."""
        inside = 0
        while True:
            inside += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if inside == 0:
                return
            if inside > DEPTH_MAX:
                self._count(event, inside)
            event = next(self._events)

    def _too_many(self, event: Any, path: Path, number: int) -> bool:
        """Whether this is one entry too many; notes it once."""
        most = STATES_MAX if len(path) == 1 else ENTRIES_MAX
        if number == most and path not in self._full:
            self._full.add(path)
            hint = "divide the flow, and `call` the parts" if len(path) == 1 else "the rest is not read"
            self._note(event, f"more than {most:,} entries: {hint}")
        return number >= most

    def _mapping(self, start: Any, path: Path) -> dict[str, Any] | str:
        data: dict[str, Any] = {}
        while not isinstance(key_event := next(self._events), yaml.MappingEndEvent):
            if self._too_many(key_event, path, len(data)):
                self._skip(key_event)
                self._skip(next(self._events))
                continue
            self._count(key_event, len(path))
            if not isinstance(key_event, yaml.ScalarEvent):
                self._skip(key_event)
                self._skip(next(self._events))
                if start.flow_style and isinstance(key_event, yaml.MappingStartEvent):
                    self._note(start, "a text with {{ }} must stand in quotes")
                    while not isinstance(event := next(self._events), yaml.MappingEndEvent):
                        self._skip(event)
                    return self._stand_in(start, path)
                self._note(key_event, "a key is one word, followed by a colon")
                self.broken.add(path)
                continue
            key = str(key_event.value)
            here = (*path, key)
            mark: Any = key_event.start_mark
            if key in data:
                self._note(key_event, f'"{shown(key)}" stands here a second time: keep one of them')
            value_event = next(self._events)
            if start.flow_style and ":" not in self._text[_end(key_event) : value_event.start_mark.index + 1]:
                hint = "write `key: value`, or put a text with a comma in quotes"
                joined = re.fullmatch(r"[\w-]+:\S+", key)
                self._note(
                    key_event,
                    "a space is missing after the colon" if joined else f'"{shown(key)}" has no colon: {hint}',
                )
                self.broken.add(path)
                self._skip(value_event)
                continue
            self._keys[here] = (mark.line + 1, mark.column + 1)
            data[key] = self._node(value_event, here)
        return data

    def _scalar(self, event: Any, path: Path) -> Any:
        text, start, end = str(event.value), event.start_mark, event.end_mark
        self._values[path] = (start.line + 1, start.column + 1, start.index, end.index)
        if event.style:  # quoted, or a block
            return text
        if text in LITERALS:
            return LITERALS[text]
        if text[0] in "“‘„" and text[-1] in "”’“":
            self._note(
                event, "the text stands in curly quotes, which would be sent along: write straight ones", "warning"
            )
        elif text[-1] == '"' and text.count('"') % 2:
            self._note(event, 'this text ends with a quote (") and does not begin with one', "warning")
        return int(text) if WHOLE.match(text) else text


def _first_in_its_line(findings: list[Finding], last: list[Finding]) -> list[Finding]:
    """Of what stands in the line where reading broke off only the first: the rest comes of it."""
    lines = {finding.line for finding in last}
    first = {line: min(finding for finding in findings if finding.line == line) for line in lines}
    return [finding for finding in findings if finding.line not in lines or finding == first[finding.line]]


def _end(event: Any) -> int:
    return int(event.end_mark.index)


def shown(name: object) -> str:
    """A name as a finding quotes it: the beginning of one that is too long."""
    text = str(name)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def read_source(file: File) -> str:
    """The text of a flow file. Raises BrokenFlow if it is not UTF-8, or far too long to be a flow."""
    size = file.stat().st_size
    if size > BYTES_MAX:
        raise BrokenFlow([Finding(str(file), 1, 1, f"the file has {size:,} bytes; at most {BYTES_MAX:,} are read")])
    content = file.read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
        raise BrokenFlow(
            [Finding(str(file), line, column, "this letter is not UTF-8: save the file as UTF-8")]
        ) from error

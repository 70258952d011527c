"""PO files as translators' tools (Poedit, Weblate, Crowdin) write them: read with the line of every entry, and written.

Written by Babel. Not read by Babel 2.18: it cuts the last letter off a string whose closing quote is missing, keeps one of
two entries for the same text without a word, drops the previous msgid, and stops at a date that it does not know.
"""

from __future__ import annotations

import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path as File

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po as babel_write_po

from sms_service.authoring.source import Finding

BYTES_MAX = 20_000_000
"""Bytes of a PO file that is opened. Forty flows of 400 texts with all their notes take half of that."""

NO_WRAP = 1_000_000
"""The width of a line. Babel breaks a previous msgid (`#|`) that is longer within its quotes, and no tool can read it then."""

STRING = re.compile(
    r'(?P<keyword>msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)?\s*"(?P<string>(?:[^"\\]|\\.)*)"\Z', re.DOTALL
)
PIECE = re.compile(r'"((?:[^"\\]|\\.)*)"')
PLACE = re.compile("\u2068[^\u2069]*\u2069\\S*|\\S+")
"""A file and line after `#:`; gettext sets a file name with spaces in it between two invisible marks."""
ESCAPE = re.compile(r"\\(.)")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
CHARSET = re.compile(rb'"Content-Type:[^"\n]*charset=([\w.:-]+)', re.IGNORECASE)
UNSET = "CHARSET"
"""What xgettext writes into a template for the translator to fill in."""


class BrokenPo(Exception):
    """A file that is no PO file. `findings` holds all that is wrong, in the order of the file."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("\n".join(map(str, findings)))


@dataclass
class Entry:
    """One text to translate. `context` names it; `id` is the text in the flow's own language, `text` its translation.

    `comments` are the translator's, `notes` ours; `places` say where the text stands (`flows/confirm.yaml:12`); `previous`
    is what the text was when it was translated, where it has changed since; `line` (from 1) is that of the msgstr.
    """

    context: str
    id: str
    text: str = ""
    line: int = 0
    comments: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    previous: str = ""
    obsolete: bool = False
    plural: bool = False

    @property
    def fuzzy(self) -> bool:
        """Whether somebody has to look at it before it counts."""
        return "fuzzy" in self.flags


@dataclass
class PoFile:
    """A PO file: its header (`Language` and the like), the comment at its top, and its entries."""

    headers: dict[str, str] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


# --- reading ------------------------------------------------------------------------------------------------------


def read_po(file: File) -> PoFile:
    """The file as it is. Raises BrokenPo, OSError."""
    size = file.stat().st_size
    if size > BYTES_MAX:
        raise BrokenPo([Finding(str(file), 1, 1, f"the file has {size:,} bytes; at most {BYTES_MAX:,} are read")])
    return parse_po(file.read_bytes(), str(file))


def parse_po(data: bytes, file: str) -> PoFile:
    """The same of bytes; `file` names them in findings. Raises BrokenPo."""
    reader = _Reader(file)
    for number, line in enumerate(_decoded(data, file).split("\n"), start=1):
        reader.line(line.strip(), number)
    reader.finish()
    reader.twice()
    if reader.findings:
        raise BrokenPo(reader.findings)
    return reader.po


def _decoded(data: bytes, file: str) -> str:
    declared = CHARSET.search(data)
    charset = declared[1].decode() if declared and declared[1].decode() != UNSET else "utf-8"
    if data.startswith(BOM_UTF8):
        charset = "utf-8-sig"
    elif data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        charset = "utf-16"
    try:
        text = data.decode(charset)
    except LookupError:
        what = f'there is no character set "{charset}": save the file as UTF-8, and say so in its header'
        raise BrokenPo([Finding(file, 1, 1, what)]) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"not {charset} (byte {error.start}): save the file as UTF-8, and say so in its header"
        raise BrokenPo([Finding(file, line, 1, what)]) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


class _Reader:
    """The state of the reading: the entry under way, and the strings of it so far."""

    def __init__(self, file: str) -> None:
        self.file, self.po, self.findings = file, PoFile(), list[Finding]()
        self._begin()

    def _begin(self) -> None:
        self.entry = Entry("", "")
        self.strings: dict[str, str] = {}
        self.keyword = ""

    def line(self, line: str, number: int) -> None:
        """Takes one line."""
        self.number = number
        if line.startswith("#~"):
            line = line[2:].lstrip()
            if line.startswith("|"):
                self.comment("#" + line)
            elif line:
                self.string(line, obsolete=True)
        elif line.startswith("#"):
            self.comment(line)
        elif line:
            self.string(line, obsolete=False)

    def comment(self, line: str) -> None:
        if self.strings:
            self.finish()
        sign, rest = line[:2], line[2:].strip()
        if sign == "#|":
            if rest.startswith(("msgid ", '"')):
                self.entry.previous += "".join(map(_unescaped, PIECE.findall(rest)))
        elif sign == "#,":
            self.entry.flags |= {flag.strip() for flag in rest.split(",")} - {""}
        elif sign == "#.":
            self.entry.notes.append(rest)
        elif sign == "#:":
            self.entry.places += (place.translate({0x2068: None, 0x2069: None}) for place in PLACE.findall(rest))
        else:
            self.entry.comments.append(line[1:].strip())

    def string(self, line: str, obsolete: bool) -> None:
        found = STRING.match(line)
        if not found:
            self.say("not a line of a PO file: expected msgctxt, msgid or msgstr and a text in quotes")
            if self.strings:  # else the entry would be told to lack it, too
                self.strings.setdefault(line.partition(" ")[0], "")
            return
        keyword = found["keyword"]
        if keyword in ("msgctxt", "msgid") and "msgstr" in self.strings:
            self.finish()
        if keyword is None and not self.keyword:
            self.say("a text in quotes without msgid or msgstr before it")
            return
        if keyword and keyword.startswith("msgstr["):
            self.entry.plural, keyword = True, "msgstr"
        if keyword:
            self.keyword = keyword
            if keyword == "msgstr":
                self.entry.line = self.entry.line or self.number
        self.entry.obsolete = self.entry.obsolete or obsolete
        self.strings[self.keyword] = self.strings.get(self.keyword, "") + _unescaped(found["string"])

    def finish(self) -> None:
        """The entry under way is whole."""
        entry, strings = self.entry, self.strings
        self._begin()
        if not strings:
            return
        missing = [keyword for keyword in ("msgid", "msgstr") if keyword not in strings]
        if missing:
            self.say(f"the entry that ends here has no {missing[0]}")
            return
        entry.context, entry.id, entry.text = strings.get("msgctxt", ""), strings["msgid"], strings["msgstr"]
        if entry.id or entry.context:
            self.po.entries.append(entry)
        else:
            headers = (line.partition(":") for line in entry.text.split("\n"))
            self.po.headers = {name.strip(): value.strip() for name, colon, value in headers if colon}
            self.po.comments = entry.comments

    def twice(self) -> None:
        """Two entries for one text: nobody can say which of them is meant."""
        first: dict[tuple[str, str, bool], Entry] = {}
        for entry in self.po.entries:
            before = first.setdefault((entry.context, entry.id, entry.obsolete), entry)
            if before.text != entry.text and not entry.obsolete:
                what = f"{entry.context or entry.id} is translated a second time (first in line {before.line})"
                self.findings.append(Finding(self.file, entry.line, 1, f"{what}: keep one of them"))

    def say(self, message: str) -> None:
        self.findings.append(Finding(self.file, self.number, 1, message))


def _unescaped(string: str) -> str:
    return ESCAPE.sub(lambda found: ESCAPES.get(found[1], found[1]), string)


# --- writing ------------------------------------------------------------------------------------------------------

ENCODING = {
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit\n",  # the header's last line must end like the others
}


class _Catalogue(Catalog):
    """A catalogue whose header is ours: Babel would drop the lines that Weblate and Crowdin find their projects by."""

    def __init__(self, po: PoFile) -> None:
        comment = "\n".join(f"# {line}".rstrip() for line in po.comments)
        super().__init__(header_comment=comment or "#", fuzzy=False)
        self._ours = [(name, value) for name, value in po.headers.items() if name not in ENCODING]
        self._ours += ENCODING.items()

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return self._ours


def po_text(po: PoFile) -> str:
    """The file's text: UTF-8, entries in their order, the obsolete ones last."""
    catalogue = _Catalogue(po)
    for entry in po.entries:
        message = catalogue.add(
            entry.id,
            entry.text,
            list(_located(entry.places)),
            auto_comments=entry.notes,
            user_comments=entry.comments,
            previous_id=entry.previous,
            context=entry.context or None,
        )
        message.flags = set(entry.flags)  # Babel takes `{% if` for Python's braces, and "100 % der" for its percents
        if entry.obsolete:
            catalogue.delete(entry.id, entry.context or None)
            catalogue.obsolete[entry.id, entry.context] = message
    out = io.BytesIO()
    babel_write_po(out, catalogue, width=NO_WRAP, include_previous=True)
    return out.getvalue().decode("utf-8")


def _located(places: list[str]) -> Iterator[tuple[str, int]]:
    for place in places:
        file, _, line = place.rpartition(":")
        if file and line.isdecimal():
            yield file, int(line)


def timestamp(now: datetime) -> str:
    """A date as PO headers have it: 2026-03-01 12:00+0000."""
    return now.strftime("%Y-%m-%d %H:%M%z")

"""Files of the office: a CSV file read line by line, so that a bad line is told by its number and loses no other.

Cells are separated by commas, and may stand in quotation marks (RFC 4180); but a cell ends with its line. A quotation mark
that somebody forgot would otherwise swallow the rest of the file.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from sqlalchemy import Table

Progress = Callable[[], None]
"""Called after each block of lines: to show how far it is, to commit what was written."""

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet computes a cell that begins so (OWASP, CSV injection)."""

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line of an import that was left out, and why. Nobody's name or number stands in `problem`."""

    line: int
    problem: str


class NotReadable(ValueError):
    """The file as a whole is no CSV file of ours. The message is a sentence: what it is, what to do."""


def nothing() -> None:
    """The progress of an import that nobody watches."""


def open_csv(path: Path) -> TextIO:
    """The file as text. Bytes that are not UTF-8 become signs that `rows` knows: only their lines are bad. Raises OSError,
    NotReadable for UTF-16."""
    raw = path.open("rb")
    if raw.peek(2)[:2] in UTF16:
        raw.close()
        raise NotReadable("the file is UTF-16 (Excel's `Unicode Text`); save it as `CSV UTF-8 (comma delimited)`")
    return io.TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogateescape")


def rows(file: TextIO, columns: Iterable[str], bad: list[BadLine]) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines of a CSV file with a header, trimmed, by line number. Surplus columns come along; empty lines are passed
    over; what cannot be read goes to `bad`. Raises NotReadable if the header is not ours."""
    header = _header(file, list(columns))
    for number, line in enumerate(file, 2):
        found = cells(line)
        if isinstance(found, str):
            bad.append(BadLine(number, found))
        elif not any(found):
            continue
        elif len(found) != len(header):
            bad.append(BadLine(number, f"this line does not have {len(header)} cells"))
        else:
            yield number, dict(zip(header, found, strict=True))


def cells(line: str) -> list[str] | str:
    """The cells of one line, trimmed; or why it cannot be read."""
    if not line.isascii() and any("\ud800" <= sign <= "\udfff" for sign in line):
        return "this line is not UTF-8; save the file as `CSV UTF-8`"
    if "\0" in line:
        return "this line holds a NUL character"
    line = line.rstrip("\r\n")
    if '"' not in line:
        return [cell.strip() for cell in line.split(",")]
    try:
        return [cell.strip() for cell in next(csv.reader((line,), strict=True))]
    except csv.Error:
        return "a quotation mark is not closed in this line, or stands within a cell; write it twice there"


def _header(file: TextIO, columns: list[str]) -> list[str]:
    found = cells(file.readline())
    if isinstance(found, str):
        raise NotReadable(f"the header line cannot be read: {found}")
    header = [name.removeprefix("\ufeff").strip() for name in found]
    should = ",".join(columns)
    for sign, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and sign in header[0]:
            raise NotReadable(
                f"the cells are separated by {name}, not by commas; save it as a CSV with commas: {should}"
            )
    missing = [name for name in columns if name not in header]
    if missing:
        raise NotReadable(f"the header line lacks {', '.join(missing)}; it should be {should}")
    twice = [name for name in columns if header.count(name) > 1]
    if twice:
        raise NotReadable(f"the header line has {', '.join(twice)} twice")
    return header


def too_long(row: Mapping[str, str], table: Table) -> str:
    """Which cell is longer than its column in `table`; "" if all fit."""
    for name, length in _lengths(table).items():
        if name in row and len(row[name]) > length:
            return f"{name} is longer than {length} characters"
    return ""


def _lengths(table: Table) -> dict[str, int]:
    known: dict[str, int] | None = table.info.get("lengths")
    if known is None:
        found = ((name, getattr(column.type, "length", None)) for name, column in table.c.items())
        known = table.info["lengths"] = {name: length for name, length in found if length is not None}
    return known


def safe(cell: str) -> str:
    """The cell as a spreadsheet shows it: a text, whatever it begins with."""
    return f"'{cell}" if cell.startswith(FORMULA_SIGNS) else cell

"""The office's files: `sms-service areas|enrolers|members import FILE.csv`, `members export`, and `areas open|close`."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TextIO

import typer

from sms_service.config import read_config

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from sms_service.enrolment.imports import BadLine

areas_app = typer.Typer(no_args_is_help=True, help="The tree of areas.")
enrolers_app = typer.Typer(no_args_is_help=True, help="The enrolers.")
members_app = typer.Typer(no_args_is_help=True, help="The members.")

TOLD_MAX = 20
"""Bad lines that are shown; whoever has more wants them in a file."""

STATEMENT_TIMEOUT_MS = 600_000
"""Milliseconds one statement of an import may take: nobody waits for its answer, and a million codes are read in one."""

PAPER_STEP = 20
"""Lines of a paper list between two looks at the progress; each is some milliseconds."""

Errors = Annotated[
    Path | None, typer.Option("--errors", help="A CSV file (line,problem) that all lines left out are written to.")
]


@areas_app.command("import")
def areas_import(file: Path, errors: Errors = None) -> None:
    """Read areas from a CSV file (code,parent,level,name,target). The same file again changes nothing."""
    from sms_service.enrolment.areas import import_areas

    with _database() as engine, _reading(file) as (lines, progress), engine.begin() as conn:
        count, bad = import_areas(conn, lines, progress)
    _tell(file, "areas", count, bad, errors)


@enrolers_app.command("import")
def enrolers_import(file: Path, errors: Errors = None) -> None:
    """Read enrolers from a CSV file (phone,name,area,level,language). The same file again changes nothing."""
    from sms_service.enrolment.enrolers import import_enrolers
    from sms_service.service import open_keys

    config = read_config()
    channel = config.channels.default or "handset"
    with _database() as engine:
        keys = open_keys(config, engine)
        with _reading(file) as (lines, progress), engine.connect() as conn:

            def block_is_whole() -> None:
                conn.commit()  # on SQLite nobody else writes in between
                progress()

            count, bad = import_enrolers(conn, keys, lines, config.region, channel, time.time(), block_is_whole)
            conn.commit()
    _tell(file, "enrolers", count, bad, errors)


@members_app.command("import")
def members_import(
    file: Path,
    enroler: Annotated[
        str, typer.Option(help="The phone of the enroler who answers for the list (else: a column `enroler`).")
    ] = "",
    errors: Errors = None,
) -> None:
    """Read a paper list (phone,name,area,book,receipt,amount and the fields of a registration); each person is asked by SMS.

    The same file again changes nothing.
    """
    from sms_service.enrolment import paper
    from sms_service.enrolment.imports import BadLine
    from sms_service.faults import Broken
    from sms_service.service import open_service
    from sms_service.store.database import SqlDown

    config = read_config()
    with _database():
        service = open_service(config, time.time())
    bad: list[BadLine] = []
    count = 0
    try:
        fields = paper.fields_of(service.shelf.ways.words.get("line"))
        with _reading(file) as (lines, progress):
            told = paper.ListSetting(
                service.keys, config.rules, config.fees, config.region, fields, enroler, time.time()
            )
            for number, row in paper.lines(lines, told, bad):
                try:
                    service.turns.start(lambda conn, row=row: paper.enter(conn, told, row), told.now)  # type: ignore[misc]
                    count += 1
                except paper.Refused as refused:
                    bad.append(BadLine(number, str(refused)))
                except Broken as broken:
                    bad.append(BadLine(number, f"flow {broken.flow} broke in state {broken.state}; nothing was saved"))
                except SqlDown:
                    _refuse(f"{file}, line {number}: the database cannot be used now; what stands above it is saved")
                if number % PAPER_STEP == 0:
                    progress()
    finally:
        service.close()
    _tell(file, "members", count, sorted(bad, key=lambda one: one.line), errors)


@members_app.command("export")
def members_export(
    out: Annotated[Path | None, typer.Option("--out", help="The file (default: standard output).")] = None,
) -> None:
    """Write all members as CSV: number, status, since, way (sms, ussd or paper), and what was entered, in clear."""
    from sms_service.enrolment import members, paper
    from sms_service.service import open_keys, open_shelf
    from sms_service.store import database

    config = read_config()
    with _database() as engine:
        keys, shelf = open_keys(config, engine), open_shelf(config, engine, time.time())
        names = [one.name for one in paper.fields_of(shelf.ways.words.get("line"))]
        with database.reading(engine).connect() as conn:
            lines = members.export(conn, keys, names)
            if out is None:
                csv.writer(sys.stdout, lineterminator="\n").writerows(lines)
                return
            with _private(out) as file:
                csv.writer(file, lineterminator="\n").writerows(lines)
    print(f"written to {out}", file=sys.stderr)


Code = Annotated[str, typer.Argument(help="The code of the area; what holds here holds in all that lies in it.")]


@areas_app.command("open")
def areas_open(
    code: Code,
    start: Annotated[str, typer.Option("--from", help="2026-03-01 or 2026-03-01T08:00 (default: now).")] = "",
    end: Annotated[str, typer.Option("--to", help="The last day, or the minute (default: until it is closed).")] = "",
) -> None:
    """Open the drive in an area. What is entered while it is closed is held, not lost."""
    opens = _moment(start) if start else time.time()
    closes = _moment(end, last_day=True) if end else None
    if closes is not None and closes <= opens:
        _refuse("it would close before it opens: look at --from and --to")
    _set_times(code, lambda _before: (opens, closes))


@areas_app.command("close")
def areas_close(code: Code) -> None:
    """Close the drive in an area from now on, and in all that lies in it and says nothing else."""
    now = time.time()
    _set_times(code, lambda before: (before if before is not None and before < now else None, now))


def _set_times(code: str, times: Callable[[float | None], tuple[float | None, float | None]]) -> None:
    from sms_service.enrolment import areas, tree

    with _database() as engine, engine.begin() as conn:
        area_id = areas.id_of(conn, code)
        if area_id is None:
            _refuse(f"there is no area {code}")
        before = tree.own_times(conn, area_id)
        opens, closes = times(before.opens_at)
        tree.set_times(conn, area_id, tree.Times(opens, closes))
        name = areas.described(conn, area_id)
    since = f" from {_shown(opens)}" if opens is not None else ""
    print(f"{name}: the drive is on{since} until {_shown(closes)}." if closes else f"{name}: the drive is on{since}.")


def _moment(typed: str, last_day: bool = False) -> float:
    """Seconds since 1970 of a day or a minute, in the time of this machine. `last_day`: a day means its end."""
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        _refuse(f"{typed} is neither a day (2026-03-01) nor a minute (2026-03-01T08:00)")
    whole_day = len(typed) <= len("2026-03-01")
    return (at + timedelta(days=1) if last_day and whole_day else at).timestamp()


def _shown(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))


def _refuse(problem: str) -> NoReturn:
    print(problem, file=sys.stderr)
    raise typer.Exit(1)


@contextmanager
def _database() -> Iterator[Engine]:
    """The database at its newest revision, with time for long statements."""
    from sms_service.store import database

    engine = database.open_database(read_config().sql_url, STATEMENT_TIMEOUT_MS)
    try:
        database.migrate(engine)
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _private(out: Path) -> Iterator[TextIO]:
    """A new file that only its owner can read: it has names and numbers."""
    out.touch(mode=0o600)
    with out.open("w", encoding="utf-8", newline="") as file:
        yield file


@contextmanager
def _reading(path: Path) -> Iterator[tuple[TextIO, Callable[[], None]]]:
    """The lines of the file, and what shows how far it is read: a bar, nothing where nobody looks on."""
    from sms_service.enrolment.imports import NotReadable, open_csv

    try:
        with open_csv(path) as lines, _bar(path, lines) as progress:
            yield lines, progress
    except (OSError, NotReadable) as error:
        _refuse(f"{path}: {error}")


@contextmanager
def _bar(path: Path, lines: TextIO) -> Iterator[Callable[[], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    if not sys.stderr.isatty():
        yield lambda: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(path.name, total=max(1, path.stat().st_size))
        yield lambda: bar.update(task, completed=lines.buffer.tell())


def _tell(file: Path, what: str, count: int, bad: Sequence[BadLine], errors: Path | None) -> None:
    """The summary, and the end of the command: exit code 1 if a line was left out."""
    from sms_service.enrolment.imports import safe
    from sms_service.launch import complain

    complain(list(bad[:TOLD_MAX]), file)
    if errors is not None:
        with _private(errors) as out:
            table = [("line", "problem"), *((str(one.line), safe(one.problem)) for one in bad)]
            csv.writer(out, lineterminator="\n").writerows(table)
        print(f"all {len(bad)} lines left out are told in {errors}", file=sys.stderr)
    elif len(bad) > TOLD_MAX:
        print(f"... and {len(bad) - TOLD_MAX} more; `--errors FILE.csv` writes all of them", file=sys.stderr)
    print(f"{count} {what} read, {len(bad)} lines left out.")
    raise typer.Exit(1 if bad else 0)

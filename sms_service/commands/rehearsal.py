"""`sms-service flow test`: plays transcripts, shows where one goes another way and what none visits, records new ones."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from sms_service.config import Config, read_config

if TYPE_CHECKING:
    from sms_service.authoring.source import Finding
    from sms_service.authoring.talk import Scene
    from sms_service.workbench.coverage import Coverage
    from sms_service.workbench.rehearsal import Failure

KINDS = {"state": "states", "way": "ways", "option": "options", "language": "languages"}
PROMPT, TITLE_PROMPT = "talk> ", "Title of the scene: "


def rehearse(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Transcripts or folders; all beside the flows without any.")
    ] = None,
    record: Annotated[
        Path | None, typer.Option(help="Instead: play what is typed, and append it to this file as a scene.")
    ] = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Also all that no transcript visits.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value instead of a text.")] = False,
) -> None:
    """Play transcripts (.talk), show where one goes another way, and what of the flows none of them visits."""
    config = read_config()
    if record:
        _record(_beside(config, record), record)
        return
    asked = files or [config.flows_dir]
    talks = _transcripts(asked)
    played = _play(config, talks, quiet=as_json)
    if not any(path.is_dir() for path in asked):
        played.only({talk.stem for talk in talks})
    if as_json:
        failures = [vars(failure) for failure in played.failures]
        told = {"failures": failures, "coverage": [one.as_json() for one in played.covered]}
        print(json.dumps(told if coverage else failures, ensure_ascii=False))
    else:
        _show(played, len(talks), coverage)
    raise typer.Exit(1 if played.failures else 0)


def _transcripts(given: Sequence[Path]) -> list[Path]:
    """The transcripts meant: themselves, or those in a folder. Ends with a sentence where there are none."""
    near = [_near(path) for path in given]
    found = [file for path in near for file in (sorted(path.glob("*.talk")) if path.is_dir() else [path])]
    missing = [str(file) for file in found if not file.is_file()]
    if missing or not found:
        _end(f"there is no file {missing[0]}" if missing else f"no transcripts (*.talk) in {near[0]}")
    return list(dict.fromkeys(found))


def _near(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _beside(config: Config, talk: Path) -> Config:
    """The settings with the flows that lie beside a transcript, where there are any."""
    folder = talk.parent if any(talk.parent.glob("*.yaml")) else _near(config.flows_dir)
    return config.model_copy(update={"flows_dir": folder})


def _end(problem: str) -> NoReturn:
    print(problem, file=sys.stderr)
    raise typer.Exit(1)


# --- playing ------------------------------------------------------------------------------------------------------


@dataclass
class Played:
    """What came of it: `missed` scenes went another way; `failures` are those, and files that cannot be read."""

    scenes: int = 0
    missed: int = 0
    failures: list[Failure] = field(default_factory=list)
    covered: list[Coverage] = field(default_factory=list)

    def only(self, names: set[str]) -> None:
        """Leaves, of the flows, those of these names; where there are none, those that were touched at all."""
        named = [one for one in self.covered if one.flow in names]
        self.covered = named or [one for one in self.covered if not one.untouched]


def _play(config: Config, talks: Sequence[Path], quiet: bool) -> Played:
    """Plays all of them, each with the flows beside it."""
    from sms_service.authoring.source import BrokenFlow
    from sms_service.workbench.rehearsal import read_file

    played = Played()
    read: dict[Path, list[tuple[Path, list[Scene]]]] = {}
    for talk in talks:
        try:
            read.setdefault(_beside(config, talk).flows_dir, []).append((talk, read_file(talk)))
        except BrokenFlow as broken:
            played.failures += map(_unread, broken.findings)
    played.scenes = sum(len(scenes) for group in read.values() for _, scenes in group)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed} of {task.total} scenes"))
    shown = Console(stderr=True)
    with Progress(*columns, console=shown, transient=True, disable=quiet or not shown.is_terminal) as progress:
        task = progress.add_task("", total=played.scenes)
        for folder, group in read.items():
            try:
                _play_group(config.model_copy(update={"flows_dir": folder}), group, played, progress, task)
            except BrokenFlow as broken:
                played.failures += map(_unread, broken.findings)
    return played


def _play_group(
    config: Config, group: Sequence[tuple[Path, list[Scene]]], played: Played, progress: Progress, task: TaskID
) -> None:
    from sms_service.service import Service
    from sms_service.workbench.coverage import Visits, covered
    from sms_service.workbench.rehearsal import play_scenes
    from sms_service.workbench.stage import Stage

    with Stage(config) as stage:
        visits = Visits(stage.flows)

        def after_each(service: Service) -> None:
            visits.add(service)
            progress.advance(task)

        for talk, scenes in group:
            progress.update(task, description=str(talk))
            failures = play_scenes(stage, talk, scenes, after_each)
            played.failures += failures
            played.missed += len(failures)
    played.covered += covered(visits, config.flows_dir)


def _unread(finding: Finding) -> Failure:
    from sms_service.workbench.rehearsal import Failure

    return Failure(finding.file, "", finding.line, finding.message)


# --- showing ------------------------------------------------------------------------------------------------------


def _show(played: Played, talks: int, coverage: bool) -> None:
    console = Console(soft_wrap=True, highlight=False, markup=False)
    for failure in played.failures:
        console.print(coloured(failure) if console.color_system and not console.no_color else Text(str(failure)))
        if failure.expected or failure.said or failure.before:
            console.print()
    if played.missed:
        goes = "goes another way than its transcript says" if played.missed == 1 else "go another way than they should"
        console.print(f"{played.missed} of {_count(played.scenes, 'scene')} {goes}.")
    elif not played.failures:
        console.print(f"{_count(talks, 'transcript')}, {_count(played.scenes, 'scene')}: all goes as it stands there.")
    if coverage and played.covered:
        _show_coverage(console, played.covered)
    elif not played.failures and played.covered:
        console.print(_summary(played.covered))


def coloured(failure: Failure) -> Text:
    """A failure for a terminal: what went well dim, the words that differ reversed."""
    shown = Text.assemble((failure.head, "bold"), "\n")
    for line in failure.before:
        shown.append(_indented(f"    {line}") + "\n", "dim")
    for sign, pieces, colour in zip("-+", failure.difference(), ("red", "green"), strict=True):
        if "".join(piece.text for piece in pieces):
            shown.append(f"  {sign} ", colour)
            for piece in pieces:
                shown.append(_indented(piece.text), f"{colour} reverse" if piece.differs else colour)
            shown.append("\n")
    shown.rstrip()
    return shown


def _indented(text: str) -> str:
    return text.replace("\n", "\n    ")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _summary(flows: Sequence[Coverage]) -> str:
    """Coverage in a line, and one more for flows that no transcript comes through."""
    counted = []
    for kind, name in KINDS.items():
        seen, all_ = (sum(one.counts[kind][n] for one in flows) for n in (0, 1))
        counted += [f"{seen} of {all_} {name}"] if all_ else []
    hint = "; `--coverage` names the rest" if any(one.missing for one in flows) else ""
    untouched = [one.flow for one in flows if one.untouched]
    lines = [f"They visit {', '.join(counted)} of {_count(len(flows), 'flow')}{hint}."]
    lines += [f"Without a transcript: {', '.join(untouched)}."] if untouched else []
    return "\n".join(lines)


def _show_coverage(console: Console, flows: Sequence[Coverage]) -> None:
    table = Table("flow", *KINDS.values())
    for one in flows:
        table.add_row(one.flow, *(f"{seen} of {all_}" if all_ else "" for seen, all_ in one.counts.values()))
    console.print(table, soft_wrap=False)
    for one in flows:
        if one.untouched:
            console.print(f"{one.file}:1: no transcript comes through this flow")
        else:
            for missing in one.missing:
                console.print(f"{one.file}:{missing.line}: {missing.message}")


# --- recording ----------------------------------------------------------------------------------------------------


def _record(config: Config, file: Path) -> None:
    """Plays what is typed until the end of input, then appends it to the file. A pipe is not asked, and stops at a mistake:
    what was played before that is written all the same."""
    from sms_service.workbench.recording import NotRecorded, Recorder
    from sms_service.workbench.stage import Stage

    asks = sys.stdin.isatty()
    if not file.parent.is_dir():
        _end(f"there is no folder {file.parent}")
    with Stage(config) as stage:
        recorder, failed = Recorder(stage, file), False
        try:
            for number, line in enumerate(_typed() if asks else sys.stdin, start=1):
                try:
                    for came in recorder.take(line, number):
                        print(came, flush=True)
                except NotRecorded as problem:
                    if not asks:
                        failed = True
                        print(f"line {number}: {problem}\nThis line and those after it were left out.", file=sys.stderr)
                        break
                    print(problem, file=sys.stderr)
            try:
                scenes = recorder.write()
            except NotRecorded as problem:  # the last scene; those before it are written
                print(problem, file=sys.stderr)
                failed, scenes = True, recorder.write()
        except KeyboardInterrupt:
            _end("\nNothing was written.")
    nothing = "Nothing was written." if failed else "Nothing was played, so nothing was written."
    print(f"{file}: {_count(scenes, 'scene')} added." if scenes else nothing)
    raise typer.Exit(1 if failed else 0)


def _typed() -> Iterator[str]:
    """What somebody types at a terminal, the title first."""
    import readline  # noqa: F401 imported for what it does: lines can be edited and called back

    print("Type what the phones do: `phone Ram +919876543210`, `Ram > HELP`, `Ram dials *384*96#`, `Ram types 1`,")
    print("`after 25 hours`. What they get is shown, and written down. Ctrl-D ends, Ctrl-C throws it away.")
    try:
        yield f"== {input(TITLE_PROMPT).strip(' =')}"
        while True:
            yield input(PROMPT)
    except EOFError:
        print()

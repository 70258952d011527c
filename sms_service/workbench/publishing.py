"""Publishing flows, and taking that back: what would change, for whom, whether the files are right; and the act itself."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from sms_service.authoring.changes import Changes, Fate, Written, compare, fate, unified, written
from sms_service.authoring.check import Checked, check
from sms_service.authoring.load import load_flow
from sms_service.authoring.source import BrokenFlow, read_source
from sms_service.authoring.suggest import did_you_mean
from sms_service.config import Config
from sms_service.engine.model import Call
from sms_service.store import database, flow_versions, sessions
from sms_service.store.flow_versions import How
from sms_service.vocabulary import vocabulary
from sms_service.workbench.rehearsal import Failure, play

SHORT = 12
"""Hexadecimal digits of a version that are shown: enough for a few million versions."""

COUNTING_MS = 60_000
"""Milliseconds that counting the open sessions may take; a few million of them take seconds."""

TAKEN_UP = "Running processes take it up within 5 s; dialogues under way stay on the version they began with."


class NotPublished(Exception):
    """What was asked for cannot be done, and nothing was written. The message is a sentence: what is wrong, what to do."""


@dataclass(frozen=True)
class Affected:
    """How many people stand in a state that changes or is gone."""

    state: str
    people: int
    fate: Fate


@dataclass(frozen=True)
class Move:
    """One flow that goes from one version to another.

    `old` is "" where it was never published (and `changes` None), `new` is "" for a file that is only looked at. `unknown`
    are open sessions of an earlier release: nobody knows where they stand until their next turn.
    """

    flow: str
    old: str
    new: str
    source: str
    changes: Changes | None
    affected: list[Affected]
    unknown: int

    def words(self) -> list[str]:
        """What changes, and for whom, line by line."""
        new = self.new[:SHORT] or "the file"
        if self.changes is None:
            states = written(self.source, self.flow).get("states") or ()
            count = "1 state" if len(states) == 1 else f"{len(states)} states"
            lines = [f"{self.flow}: {new}, never published before, {count}"]
        else:
            lines = [f"{self.flow}: {self.old[:SHORT]} -> {new}", *(f"  {line}" for line in self.changes.words())]
        lines += (f"  {_people(self.flow, one)}" for one in self.affected)
        if self.unknown:
            lines.append(
                f"  Of {self.unknown} sessions of an earlier release nobody knows where they stand, until they move."
            )
        return lines

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        data = asdict(self)
        del data["source"]
        return data


@dataclass(frozen=True)
class Plan:
    """What publishing would do. `serving` are the sources of all flows that would serve then; `transcripts` those to be
    played before, `drafts` the flows whose file differs too and that were not asked for."""

    moves: list[Move]
    serving: Mapping[str, str]
    transcripts: list[Path]
    drafts: list[str]


# --- before -------------------------------------------------------------------------------------------------------


def open_for_publishing(config: Config) -> Engine:
    """The database, for a command that may take its time."""
    return database.open_database(config.sql_url, statement_timeout_ms=COUNTING_MS)


def plan(config: Config, engine: Engine, names: Sequence[str] = ()) -> Plan:
    """What publishing these flows (all files without any) would do, each file checked as it would serve: beside the
    published versions of the flows that are not asked for. Raises NotPublished, BrokenFlow with all errors.
    """
    files = {file.stem: file for file in sorted(config.flows_dir.glob("*.yaml"))}
    for name in names:
        if name not in files:
            raise NotPublished(f"there is no file {name}.yaml in {config.flows_dir}{did_you_mean(name, list(files))}")
    with database.reading(engine).begin() as conn:
        current = flow_versions.current(conn)
        serving = {name: flow_versions.source_of(conn, version) or "" for name, version in current.items()}
        published = dict(serving)
        chosen = {name: read_source(file) for name, file in files.items() if not names or name in names}
        serving |= chosen
        checked = _checked(config, serving, chosen)
        versions = {name: checked.flows[name].version for name in chosen}
        moves = [
            _move(conn, name, current.get(name, ""), version, chosen[name])
            for name, version in versions.items()
            if version != current.get(name)
        ]
    drafts = [name for name, file in files.items() if name not in chosen and _differs(file, published.get(name))]
    talks = [file for file in sorted(config.flows_dir.glob("*.talk")) if file.stem not in drafts]
    return Plan(moves, serving, talks, drafts)


def rehearse(config: Config, what: Plan) -> Iterator[tuple[Path, list[Failure]]]:
    """Plays the transcripts with the flows as they would serve: each file, and where it goes another way."""
    with _staged(what.serving) as folder:
        alone = config.model_copy(update={"flows_dir": folder})
        for file in what.transcripts:
            yield file, play(alone, file)


def rollback(config: Config, engine: Engine, flow: str, prefix: str = "") -> Move | None:
    """What making an earlier version current again would do: the one whose hash begins with `prefix`, or the one that
    served before. None if it serves already. Raises NotPublished, BrokenFlow if this release cannot load it."""
    with database.reading(engine).begin() as conn:
        current = _current(conn, flow)
        version = _named(conn, flow, prefix) if prefix else _before(conn, flow)
        if version == current:
            return None
        source = _source(conn, version)
        load_flow(source, f"{flow}, version {version[:SHORT]}", vocabulary(config))
        return _move(conn, flow, current, version, source)


def difference(config: Config, engine: Engine, flow: str, old: str = "", new: str = "") -> tuple[Move, list[str]]:
    """What differs between two versions, by the beginnings of their hashes (without: from the published one to the file),
    and the lines that differ. Raises NotPublished, BrokenFlow where one is not even YAML."""
    file = config.flows_dir / f"{flow}.yaml"
    with database.reading(engine).begin() as conn:
        before = _named(conn, flow, old) if old else flow_versions.current(conn).get(flow, "")
        if new:
            after = _named(conn, flow, new)
            source, label = _source(conn, after), after[:SHORT]
        elif file.is_file():
            after, source, label = "", read_source(file), str(file)
        else:
            raise NotPublished(f"there is no file {file}; name two versions (`sms-service flow versions {flow}`)")
        move = _move(conn, flow, before, after, source)
        was = _source(conn, before) if before else ""
    return move, unified(was, source, before[:SHORT] or "nothing", label)


# --- the act ------------------------------------------------------------------------------------------------------


def publish(engine: Engine, moves: Sequence[Move], how: How, now: float) -> None:
    """Makes each move's new version current, all of them or none. Raises NotPublished if somebody else was quicker."""
    with engine.begin() as conn:
        flow_versions.one_at_a_time(conn)
        current = flow_versions.current(conn)
        for move in moves:
            if current.get(move.flow, "") != move.old:
                raise NotPublished(
                    f"somebody published {move.flow} meanwhile, nothing was written; "
                    f"look at `sms-service flow diff {move.flow}` and try again"
                )
            flow_versions.keep(conn, move.flow, move.new, move.source, now)
            flow_versions.publish(conn, move.flow, move.new, how, now)


# --- afterwards ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listed:
    """One line of `flow versions`: what was made current when and how, whether it still is, and how many open sessions
    stand in this version."""

    flow: str
    version: str
    at: float
    how: str
    current: bool
    sessions: int


def versions(engine: Engine, flow: str = "") -> list[Listed]:
    """The publications of one flow or of all, flow by flow, the newest first. Raises NotPublished."""
    with database.reading(engine).begin() as conn:
        found = flow_versions.publications(conn, flow)
        if flow and not found:
            raise NotPublished(_unknown(conn, flow))
        open_in: dict[str, int] = {}
        for place in sessions.standing(conn):
            open_in[place.version] = open_in.get(place.version, 0) + place.sessions
        current = flow_versions.current(conn)
    newest = {one.flow: one for one in reversed(found) if one.version == current.get(one.flow)}
    return [
        Listed(one.flow, one.version, one.at, one.how, one is newest.get(one.flow), open_in.get(one.version, 0))
        for one in found
    ]


# --- parts --------------------------------------------------------------------------------------------------------


def _people(flow: str, one: Affected) -> str:
    who = "1 person stands" if one.people == 1 else f"{one.people} people stand"
    return f"{who} in {flow}.{one.state}, which {one.fate}: they finish on the version they began with."


def _move(conn: Connection, flow: str, old: str, new: str, source: str) -> Move:
    target = written(source, f"{flow}.yaml")
    texts: dict[str, Written] = {}
    affected: dict[tuple[str, Fate], int] = {}
    unknown = 0
    for place in sessions.standing(conn, flow):
        if not place.flow:
            unknown += place.sessions
        elif place.version != new:
            if place.version not in texts:
                texts[place.version] = written(flow_versions.source_of(conn, place.version) or "", flow)
            becomes = fate(texts[place.version], target, place.state)
            affected[place.state, becomes] = affected.get((place.state, becomes), 0) + place.people
    changes = compare(written(_source(conn, old), flow), target) if old else None
    who = [Affected(state, people, becomes) for (state, becomes), people in sorted(affected.items()) if becomes]
    return Move(flow, old, new, source, changes, who, unknown)


def _checked(config: Config, serving: Mapping[str, str], chosen: Mapping[str, str]) -> Checked:
    """Checks the chosen flows, and those that call them, as they would serve together. Raises BrokenFlow."""
    with _staged(serving) as folder:
        checked = check([folder / f"{name}.yaml" for name in serving], vocabulary(config))
    callers = {
        name
        for name, flow in checked.flows.items()
        if any(isinstance(state, Call) and state.flow in chosen for state in flow.states.values())
    }
    errors = []
    for finding in checked.errors:
        name = Path(finding.file).stem
        if name in chosen:
            errors.append(replace(finding, file=str(config.flows_dir / f"{name}.yaml")))
        elif name in callers:
            errors.append(replace(finding, file=f"{name}.yaml as it is published"))
    if errors:
        raise BrokenFlow(errors)
    return checked


@contextmanager
def _staged(sources: Mapping[str, str]) -> Iterator[Path]:
    """A folder with these flows and no others."""
    with tempfile.TemporaryDirectory(prefix="flows-") as folder:
        for name, text in sources.items():
            (Path(folder) / f"{name}.yaml").write_text(text, encoding="utf-8", newline="")
        yield Path(folder)


def _differs(file: Path, published: str | None) -> bool:
    try:
        return read_source(file) != published
    except BrokenFlow:
        return True


def _current(conn: Connection, flow: str) -> str:
    current = flow_versions.current(conn).get(flow)
    if current is None:
        raise NotPublished(_unknown(conn, flow))
    return current


def _unknown(conn: Connection, flow: str) -> str:
    hint = did_you_mean(flow, list(flow_versions.current(conn)))
    return f"no version of a flow {flow} was ever published here{hint}"


def _before(conn: Connection, flow: str) -> str:
    """The version that served before the current one was published. What is current because it was rolled back to stands
    where it was first published, so that a second roll-back goes one further back, and not to where the first came from."""
    found = flow_versions.publications(conn, flow)
    current = found[0].version
    made = next((n for n, one in enumerate(found) if one.version == current and one.how != "rolled back"), len(found))
    for one in found[made:]:
        if one.version != current:
            return one.version
    raise NotPublished(f"{flow} has no version before {current[:SHORT]}; `sms-service flow versions {flow}` lists all")


def _named(conn: Connection, flow: str, prefix: str) -> str:
    found = flow_versions.beginning_with(conn, flow, prefix.lower())
    if len(found) == 1:
        return found[0]
    problem = f"{len(found)} versions of {flow} begin" if found else f"no version of {flow} begins"
    raise NotPublished(f"{problem} with {prefix}; `sms-service flow versions {flow}` lists them")


def _source(conn: Connection, version: str) -> str:
    source = flow_versions.source_of(conn, version)
    if source is None:
        raise NotPublished(f"the version {version[:SHORT]} is not stored here")
    return source

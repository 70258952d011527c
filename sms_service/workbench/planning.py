"""What publishing flows would do, and rolling back, and taking out of service: nothing is written here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, Engine

from sms_service.authoring.changes import calls, unified, written
from sms_service.authoring.check import Checked
from sms_service.authoring.load import load_flow
from sms_service.authoring.source import BrokenFlow, read_source
from sms_service.authoring.suggest import did_you_mean
from sms_service.authoring.together import Sources, check_together, in_files
from sms_service.config import Config
from sms_service.store import database, flow_versions, sessions
from sms_service.vocabulary import vocabulary
from sms_service.workbench.moves import SHORT, Move, Withdrawal, move, withdrawal


class NotPublished(Exception):
    """What was asked for cannot be done, and nothing was written. The message is a sentence: what is wrong, what to do."""


@dataclass(frozen=True)
class Plan:
    """What publishing would do. `newest` is the number of the publication that it was made after.

    `serving` are the sources of all flows that would serve then, `transcripts` those to be played before. `drafts`: flows
    whose file differs too and that were not asked for; `withdrawn`: flows out of service whose file is still there;
    `without_file`: flows that serve and have none.
    """

    newest: int
    moves: list[Move]
    serving: Mapping[str, str] = field(default_factory=dict)
    transcripts: list[Path] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    without_file: list[str] = field(default_factory=list)

    def notes(self) -> list[str]:
        """What is not done and may have been expected, in sentences."""
        notes = []
        if self.drafts:
            notes.append(f"Not published, though their files differ too: {', '.join(self.drafts)}.")
        notes += (
            f"{name} is out of service, though its file is there: `sms-service flow publish {name}` brings it back."
            for name in self.withdrawn
        )
        notes += (
            f"{name} serves, though its file is gone: `sms-service flow withdraw {name}` takes it out of service."
            for name in self.without_file
        )
        return notes


def publication(config: Config, engine: Engine, names: Sequence[str] = ()) -> Plan:
    """What publishing these flows (without any: all files but those of withdrawn flows) would do, each checked as it would
    serve: beside the published versions of the flows that are not asked for. Raises NotPublished, BrokenFlow with all
    errors.
    """
    files = {file.stem: file for file in sorted(config.flows_dir.glob("*.yaml"))}
    for name in names:
        if name not in files:
            raise NotPublished(f"there is no file {name}.yaml in {config.flows_dir}{did_you_mean(name, list(files))}")
    with database.reading(engine).begin() as conn:
        newest, current = flow_versions.newest(conn), flow_versions.current(conn)
        out = [name for name in flow_versions.withdrawn(conn) if name in files and name not in names]
        published = _sources(conn, current)
        chosen = {
            name: read_source(file) for name, file in files.items() if (name in names if names else name not in out)
        }
        serving = {**published, **chosen}
        checked = _checked(config, serving, chosen, published, {name: str(files[name]) for name in chosen})
        versions = {name: checked.flows[name].version for name in chosen}
        then, places = {**current, **versions}.values(), sessions.standing(conn)
        moves = [
            move(conn, name, current.get(name, ""), version, chosen[name], places, then)
            for name, version in versions.items()
            if version != current.get(name)
        ]
    drafts = [
        name for name, file in files.items() if name not in {*chosen, *out} and _differs(file, published.get(name))
    ]
    talks = [file for file in sorted(config.flows_dir.glob("*.talk")) if file.stem not in {*drafts, *out}]
    return Plan(newest, moves, serving, talks, drafts, out, [name for name in sorted(published) if name not in files])


def rollback(config: Config, engine: Engine, flow: str, prefix: str = "") -> Plan:
    """What making an earlier version current again would do: the one whose hash begins with `prefix`, or the one that
    served before; of a withdrawn flow the one that served until then. No moves if it serves already.

    It is checked as a publication is, beside all that serves now. Raises NotPublished, BrokenFlow with all errors.
    """
    with database.reading(engine).begin() as conn:
        newest, current = flow_versions.newest(conn), flow_versions.current(conn)
        out = flow_versions.withdrawn(conn).get(flow, "")
        if flow not in current and not out:
            raise unknown_flow(conn, flow)
        version = _named(conn, flow, prefix) if prefix else out or _before(conn, flow)
        if version == current.get(flow):
            return Plan(newest, [])
        source, label = _source(conn, version), f"{flow}, version {version[:SHORT]}"
        load_flow(source, label, vocabulary(config))
        published = _sources(conn, current)
        serving = {**published, flow: source}
        _checked(config, serving, [flow], published, {flow: label})
        then, places = {**current, flow: version}.values(), sessions.standing(conn)
        return Plan(newest, [move(conn, flow, current.get(flow, ""), version, source, places, then)], serving)


def withdraw(config: Config, engine: Engine, flow: str) -> tuple[int, Withdrawal | None]:
    """What taking a flow out of service would do, and the number of the publication that this was found after; None if it
    is out already. Raises NotPublished where another flow calls it, BrokenFlow if others could not do without it."""
    with database.reading(engine).begin() as conn:
        newest, current = flow_versions.newest(conn), flow_versions.current(conn)
        if flow not in current:
            if flow not in flow_versions.withdrawn(conn):
                raise unknown_flow(conn, flow)
            return newest, None
        published = _sources(conn, current)
        callers = [name for name, text in published.items() if name != flow and flow in calls(written(text, name))]
        if callers:
            call = "calls it" if len(callers) == 1 else "call it"
            raise NotPublished(
                f"{flow} goes on serving: {', '.join(callers)} {call}. Publish {'it' if len(callers) == 1 else 'them'} "
                "without the call first, or withdraw the caller first"
            )
        left = {name: text for name, text in published.items() if name != flow}
        _checked(config, left, [], published, {})
        versions = [version for name, version in current.items() if name != flow]
        return newest, withdrawal(conn, flow, current[flow], sessions.standing(conn), versions)


def difference(config: Config, engine: Engine, flow: str, old: str = "", new: str = "") -> tuple[Move, list[str]]:
    """What differs between two versions, by the beginnings of their hashes (without: from the published one to the file),
    and the lines that differ. Raises NotPublished, BrokenFlow where one is not even YAML."""
    file = config.flows_dir / f"{flow}.yaml"
    with database.reading(engine).begin() as conn:
        served = {**flow_versions.withdrawn(conn), **flow_versions.current(conn)}
        before = _named(conn, flow, old) if old else served.get(flow, "")
        if new:
            after = _named(conn, flow, new)
            source, label = _source(conn, after), after[:SHORT]
        elif file.is_file():
            after, source, label = "", read_source(file), str(file)
        else:
            raise NotPublished(f"there is no file {file}; name two versions (`sms-service flow versions {flow}`)")
        found = move(conn, flow, before, after, source, sessions.standing(conn, flow))
        was = _source(conn, before) if before else ""
    return found, unified(was, source, before[:SHORT] or "nothing", label)


def _checked(
    config: Config, serving: Sources, changed: Collection[str], published: Sources, files: Mapping[str, str]
) -> Checked:
    """Checks flows as they would serve together. Raises BrokenFlow; `files` says how its findings name the changed ones."""
    checked = check_together(serving, changed, published, vocabulary(config))
    if checked.errors:
        raise BrokenFlow(in_files(checked.errors, files))
    return checked


def _differs(file: Path, published: str | None) -> bool:
    try:
        return read_source(file) != published
    except BrokenFlow:
        return True


def unknown_flow(conn: Connection, flow: str) -> NotPublished:
    """What is said of a flow that was never published here."""
    hint = did_you_mean(flow, list(flow_versions.current(conn)))
    return NotPublished(f"no version of a flow {flow} was ever published here{hint}")


def _before(conn: Connection, flow: str) -> str:
    """The version that served before the current one was published. What is current because it was rolled back to stands
    where it was first published, so that a second roll-back goes one further back, and not to where the first came from."""
    found = flow_versions.publications(conn, flow)
    current = found[0].version
    again = ("rolled back", flow_versions.WITHDRAWN)
    made = next((n for n, one in enumerate(found) if one.version == current and one.how not in again), len(found))
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


def _sources(conn: Connection, current: Mapping[str, str]) -> dict[str, str]:
    return {name: _source(conn, version) for name, version in sorted(current.items())}


def _source(conn: Connection, version: str) -> str:
    source = flow_versions.source_of(conn, version)
    if source is None:
        raise NotPublished(f"the version {version[:SHORT]} is not stored here")
    return source

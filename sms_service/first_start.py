"""Flow files that nobody has published by hand: what `sms-service run` makes of them, and every other process."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

from sqlalchemy import Engine

from sms_service.authoring.changes import calls, written
from sms_service.authoring.shelf import read_flow
from sms_service.authoring.source import BrokenFlow
from sms_service.authoring.together import check_together, in_files
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.engine.model import Flow
from sms_service.store import database, flow_versions

GOES_ON = "%s.yaml is broken, version %s goes on serving:\n%s"
OUT_OF_SERVICE = (
    "%s.yaml is there, and the flow was taken out of service (`sms-service flow publish %s` brings it back)"
)
SERVED_BEFORE = (
    "%s.yaml is version %s, which served before; version %s goes on serving "
    "(`sms-service flow publish %s` changes that)"
)

log = logging.getLogger(__name__)


def publish_edited(engine: Engine, folder: Path, vocabulary: Vocabulary, now: float) -> None:
    """`sms-service run`: publishes each file whose content was never seen here, so that a start shows the edit.

    They are checked as by `flow check`, together with all that serves. Of what is wrong the findings are logged, and the
    published version goes on serving; where there is none, raises BrokenFlow, and nothing is published. A file that was
    seen changes nothing: what was rolled back or withdrawn stays so, and a machine with old files does not bring old flows
    back.
    """
    files, broken = _read(folder, vocabulary)
    with engine.begin() as conn:
        flow_versions.one_at_a_time(conn)
        current, withdrawn = flow_versions.current(conn), flow_versions.withdrawn(conn)
        _refuse({name: error for name, error in broken.items() if name not in {**current, **withdrawn}})
        for name in broken.keys() & current.keys():
            log.error(GOES_ON, name, current[name][:12], broken[name])
        edited = {}
        for text, flow in files:
            if flow.name in withdrawn:
                log.warning(OUT_OF_SERVICE, flow.name, flow.name)
            elif flow.name not in current or flow_versions.source_of(conn, flow.version) is None:
                edited[flow.name] = (text, flow)
            elif current[flow.name] != flow.version:
                log.warning(SERVED_BEFORE, flow.name, flow.version[:12], current[flow.name][:12], flow.name)
        serving = {name: flow_versions.source_of(conn, version) or "" for name, version in current.items()}
        fits = _that_fit({name: text for name, (text, _) in edited.items()}, serving, current, folder, vocabulary)
        for name in fits:
            text, flow = edited[name]
            flow_versions.keep(conn, name, flow.version, text, now)
            flow_versions.publish(conn, name, flow.version, "first start", now)


def _that_fit(
    edited: Mapping[str, str], serving: Mapping[str, str], current: Mapping[str, str], folder: Path,
    vocabulary: Vocabulary,
) -> list[str]:  # fmt: skip
    """Those of the edited flows that are right, beside one another and all that serves; the findings of the others are
    logged. Raises BrokenFlow where one is wrong that never served."""
    chosen, names = dict(edited), {name: str(folder / f"{name}.yaml") for name in edited}
    while chosen:
        checked = check_together({**serving, **chosen}, chosen, serving, vocabulary)
        errors = in_files(checked.errors, names)
        if not errors:
            for finding in in_files(checked.findings, names):
                log.warning("%s", finding)
            break
        wrong = {finding.file for finding in checked.errors}
        # A flow that serves and is wrong now became so by one that it calls, or else by any.
        guilty = wrong & chosen.keys() or _called(wrong, serving) & chosen.keys()
        kept = (guilty or chosen.keys()) & serving.keys()
        if not kept:
            raise BrokenFlow(errors)
        for name in sorted(kept):
            told = [
                one for one, plain in zip(errors, checked.errors, strict=True) if plain.file in (name, *wrong - kept)
            ]
            log.error(GOES_ON, name, current[name][:12], BrokenFlow(told))
            del chosen[name]
    return sorted(chosen)


def _called(names: Iterable[str], sources: Mapping[str, str]) -> set[str]:
    """The flows that these call, by others too."""
    found, open_ = set[str](), [name for name in names if name in sources]
    while open_:
        further = calls(written(sources[open_.pop()], "")) - found
        found |= further
        open_ += (name for name in further if name in sources)
    return found


def publish_where_nothing_is(engine: Engine, folder: Path, vocabulary: Vocabulary, now: float) -> None:
    """Every other process: publishes the files only where nothing ever was, which is a service begun without `run`.

    Otherwise a draft on the disk would go live, or keep a web process from starting, because the one before had died.
    A file has to be one that can be loaded, and no more. Raises BrokenFlow.
    """
    with database.reading(engine).begin() as conn:
        if flow_versions.newest(conn):
            return
    files, broken = _read(folder, vocabulary)
    _refuse(broken)
    with engine.begin() as conn:
        flow_versions.one_at_a_time(conn)
        if flow_versions.newest(conn):
            return  # another process was quicker
        for text, flow in files:
            flow_versions.keep(conn, flow.name, flow.version, text, now)
            flow_versions.publish(conn, flow.name, flow.version, "first start", now)


def _read(folder: Path, vocabulary: Vocabulary) -> tuple[list[tuple[str, Flow]], dict[str, BrokenFlow]]:
    files, broken = [], {}
    for file in sorted(folder.glob("*.yaml")):
        try:
            files.append(read_flow(file, vocabulary))
        except BrokenFlow as error:
            broken[file.stem] = error
    return files, broken


def _refuse(broken: dict[str, BrokenFlow]) -> None:
    if broken:
        raise BrokenFlow([finding for error in broken.values() for finding in error.findings])

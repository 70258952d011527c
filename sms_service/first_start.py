"""Flow files that nobody has published by hand: what `sms-service run` makes of them, and every other process."""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy import Engine

from sms_service.authoring.shelf import read_flow
from sms_service.authoring.source import BrokenFlow
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.engine.model import Flow
from sms_service.store import database, flow_versions

log = logging.getLogger(__name__)


def publish_edited(engine: Engine, folder: Path, vocabulary: Vocabulary, now: float) -> None:
    """`sms-service run`: publishes each file whose content was never seen here, so that a start shows the edit.

    A file that was seen changes nothing: what was rolled back stays so, and a machine with old files does not bring old
    flows back. Of a broken file the findings are logged, and the published version goes on serving; where there is none,
    raises BrokenFlow, and nothing is published.
    """
    files, broken = _read(folder, vocabulary)
    with engine.begin() as conn:
        flow_versions.one_at_a_time(conn)
        current = flow_versions.current(conn)
        _refuse({name: error for name, error in broken.items() if name not in current})
        for name, error in broken.items():
            log.error("%s.yaml is broken, version %s goes on serving:\n%s", name, current[name][:12], error)
        for text, flow in files:
            unseen = flow_versions.keep(conn, flow.name, flow.version, text, now)
            if unseen or flow.name not in current:
                flow_versions.publish(conn, flow.name, flow.version, "first start", now)
            elif current[flow.name] != flow.version:
                log.warning(
                    "%s.yaml is version %s, which served before; version %s goes on serving "
                    "(`sms-service flow publish %s` changes that)",
                    flow.name, flow.version[:12], current[flow.name][:12], flow.name,
                )  # fmt: skip


def publish_where_nothing_is(engine: Engine, folder: Path, vocabulary: Vocabulary, now: float) -> None:
    """Every other process: publishes the files only where nothing ever was, which is a service begun without `run`.

    Otherwise a draft on the disk would go live, or keep a web process from starting, because the one before had died.
    Raises BrokenFlow.
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

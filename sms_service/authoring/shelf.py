"""The flows that serve: the newest good version of each file, and every older version that somebody is still in."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from sms_service.authoring.load import Vocabulary, load_flow
from sms_service.authoring.source import BrokenFlow, Finding
from sms_service.engine.listen import Ways, ways_into
from sms_service.engine.model import Flow

log = logging.getLogger(__name__)


class UnknownVersion(Exception):
    """A session stands in a version of a flow that was never stored here: it cannot go on."""


class Shelf:
    """Reads the flow files of a folder once.

    `source_of` fetches the YAML of an older version by its hash, `latest_of` that of the last good version of a flow by
    its name; None if unknown. A broken file never replaces a good version: that one goes on serving and the findings
    are logged. Raises BrokenFlow where there is no good version to go on with.
    """

    def __init__(
        self,
        folder: Path,
        vocabulary: Vocabulary,
        source_of: Callable[[str], str | None],
        latest_of: Callable[[str], str | None],
    ) -> None:
        self._vocabulary, self._source_of = vocabulary, source_of
        self.sources: dict[str, str] = {}
        self._versions: dict[str, Flow] = {}
        findings: list[Finding] = []
        for file in sorted(folder.glob("*.yaml")):
            try:
                text, flow = read_flow(file, vocabulary)
            except BrokenFlow as error:
                good = latest_of(file.stem)
                if good is None:
                    findings += error.findings
                    continue
                log.error(
                    "%s is broken, its last good version goes on serving:\n%s",
                    file,
                    error,
                )
                text, flow = good, load_flow(good, str(file), vocabulary)
            self._versions[flow.version] = flow
            self.sources[flow.version] = text
        if findings:
            raise BrokenFlow(findings)
        self.current = {flow.name: flow for flow in self._versions.values()}
        self.ways: Ways = ways_into(self.current.values())

    def version(self, version: str) -> Flow:
        """The flow of a session begun with this version. Raises UnknownVersion."""
        known = self._versions.get(version)
        if known is None:
            source = self._source_of(version)
            if source is None:
                raise UnknownVersion(f"flow version {version[:12]} was never stored here")
            known = self._versions[version] = load_flow(source, f"version {version[:12]}", self._vocabulary)
        return known


def read_flow(file: Path, vocabulary: Vocabulary) -> tuple[str, Flow]:
    """The text of a flow file, and its flow. Raises BrokenFlow.

    A file is called as its flow is: no two files can claim one flow, and the last good version is found by either name.
    """
    text = read_source(file)
    flow = load_flow(text, str(file), vocabulary)
    if flow.name != file.stem:
        raise BrokenFlow([Finding(str(file), 1, 1, f"flow {flow.name} belongs in {flow.name}.yaml")])
    return text, flow


def read_source(file: Path) -> str:
    """The text of a flow file. Raises BrokenFlow if it is not UTF-8."""
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BrokenFlow([Finding(str(file), 1, 1, f"not UTF-8 (byte {error.start}); save it as UTF-8")]) from error

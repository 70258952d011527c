"""The flows that serve: the published version of each, and every older version that somebody is still in.

Which version serves is decided by the database, not by the files: see `store/flow_versions.py`. A draft on the disk goes live
by `sms-service flow publish`, or by `sms-service run`, and never because a process was started again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sms_service.authoring.load import load_flow
from sms_service.authoring.source import BrokenFlow, Finding, read_source
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.engine.listen import Ways, ways_into
from sms_service.engine.model import Flow, Session

REFRESH_SECONDS = 2.0
"""How long a process may not know of a publication. Five seconds are promised; a look is one query by primary key."""

log = logging.getLogger(__name__)


class UnknownVersion(Exception):
    """A session stands in a version of a flow that was never stored here: it cannot go on."""


class Published(Protocol):
    """What the database knows. Each may raise one of `errors` when it cannot be asked."""

    errors: tuple[type[Exception], ...]

    def newest(self) -> int:
        """The number of the newest publication; it grows with each."""

    def moments(self) -> Sequence[Mapping[str, str]]:
        """What was published at once, the oldest first: versions by flow, "" where one was taken out of service."""

    def source_of(self, version: str) -> str | None:
        """The YAML of a version, by its hash; None if it was never stored."""


@dataclass(frozen=True)
class Serving:
    """What serves at one moment: each flow by its name, and the ways into them. `newest` is the publication it is of.

    `beside`: for each version that served earlier, the versions (by flow) that served when it did last. `refused`: flows whose
    newest publication this release cannot load, and what is wrong with it.
    """

    newest: int
    current: Mapping[str, Flow]
    ways: Ways
    beside: Mapping[str, Mapping[str, str]]
    refused: Mapping[str, str]


class Shelf:
    """The flows of one process. Its methods may be called by several threads.

    `serving` is replaced as a whole and never changed: who takes it at the beginning of a transaction sees the same
    flows until its end. `clock` counts seconds, from anywhere.
    """

    def __init__(
        self, vocabulary: Vocabulary, published: Published, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._vocabulary, self._published, self._clock = vocabulary, published, clock
        self._versions: dict[str, Flow] = {}
        self._looking = threading.Lock()
        self._down = False
        self.serving = self._read(published.newest())
        self._look_at = clock() + REFRESH_SECONDS

    @property
    def current(self) -> Mapping[str, Flow]:
        """Each flow's version that serves now, by the flow's name."""
        return self.serving.current

    @property
    def ways(self) -> Ways:
        """The ways into the flows that serve now."""
        return self.serving.ways

    def refresh(self) -> None:
        """Takes up what was published since the last look, at most once every REFRESH_SECONDS; cheap otherwise.

        Never fails: while the database cannot be asked, what serves goes on serving. One thread looks, the others pass.
        """
        if self._clock() < self._look_at or not self._looking.acquire(blocking=False):
            return
        try:
            newest = self._published.newest()
            if newest != self.serving.newest:
                self.serving = self._read(newest)
            self._down = False
        except self._published.errors as error:
            if not self._down:
                log.warning("cannot see if flows were published (%s): those known go on serving", type(error).__name__)
            self._down = True
        finally:
            self._look_at = self._clock() + REFRESH_SECONDS
            self._looking.release()

    def version(self, version: str) -> Flow:
        """The flow of a session begun with this version. Raises UnknownVersion, BrokenFlow."""
        known = self._versions.get(version)
        if known is None:
            source = self._published.source_of(version)
            if source is None:
                raise UnknownVersion(f"flow version {version[:12]} was never stored here")
            known = self._versions[version] = load_flow(source, f"version {version[:12]}", self._vocabulary)
        return known

    def called(self, name: str, caller: Session, serving: Serving) -> Flow | None:
        """The flow `name` as a session calls it that began with `caller.version`; None if there is none.

        A version that serves calls what serves. One that was replaced calls what served beside it at last: that is known
        to fit it, and a newer one may end in a way that it knows nothing of. Raises what `published` raises.
        """
        found = self._fitting(name, caller, serving)
        # Another process may have begun this session with a version that this one has not yet heard of.
        return found or self._fitting(name, caller, self._read(self._published.newest())) or serving.current.get(name)

    def _fitting(self, name: str, caller: Session, serving: Serving) -> Flow | None:
        now = serving.current.get(caller.flow)
        if now is not None and now.version == caller.version:
            return serving.current.get(name)
        version = serving.beside.get(caller.version, {}).get(name)
        if version is None:
            return None
        try:
            return self.version(version)
        except (UnknownVersion, BrokenFlow) as error:
            log.error(
                "flow %s: version %s cannot be loaded any more, its callers get another:\n%s", name, version[:12], error
            )
            return serving.current.get(name)

    def _read(self, newest: int) -> Serving:
        # `newest` was asked for before: whatever is published from then on is seen at the next look.
        history, beside = _over_time(self._published.moments())
        # In the order of their names: where two flows claim one word, every process must give it to the same.
        refused: dict[str, str] = {}
        found = (self._loadable(flow, versions, refused) for flow, versions in sorted(history.items()))
        current = {flow.name: flow for flow in found if flow}
        return Serving(newest, current, ways_into(current.values()), beside, refused)

    def _loadable(self, name: str, versions: Sequence[str], all_refused: dict[str, str]) -> Flow | None:
        """The last published version that can be loaded: a release may have taken away what a newer one needs. What is wrong
        with newer ones is put into `all_refused`."""
        refused: list[str] = []
        for version in versions:
            try:
                flow = self.version(version)
            except (BrokenFlow, UnknownVersion) as error:
                refused.append(str(error))
                continue
            except Exception as error:  # a fault of the loader keeps no message from being answered
                log.exception("flow %s, version %s: the loader failed", name, version[:12])
                refused.append(type(error).__name__)
                continue
            if refused:
                all_refused[name] = refused[0].partition("\n")[0]
                log.error(
                    "flow %s: version %s goes on serving, what was published after it cannot be loaded:\n%s",
                    name, version[:12], "\n".join(refused),
                )  # fmt: skip
            return flow
        all_refused[name] = refused[0].partition("\n")[0]
        log.error("flow %s does not serve, no published version of it can be loaded:\n%s", name, "\n".join(refused))
        return None


def _over_time(moments: Sequence[Mapping[str, str]]) -> tuple[dict[str, list[str]], dict[str, Mapping[str, str]]]:
    """The versions that each flow that serves was published in, the newest first; and for each version that was replaced
    what served until then."""
    serving: dict[str, str] = {}
    history: dict[str, list[str]] = {}
    beside: dict[str, Mapping[str, str]] = {}
    for moment in moments:
        before = dict(serving)
        for flow, version in moment.items():
            if before.get(flow, version) != version:
                beside[before[flow]] = before
            if version:
                serving[flow] = version
                history[flow] = [version, *(one for one in history.get(flow, ()) if one != version)]
            else:
                serving.pop(flow, None)
    return {flow: history[flow] for flow in serving}, beside


def read_flow(file: Path, vocabulary: Vocabulary) -> tuple[str, Flow]:
    """The text of a flow file, and its flow. Raises BrokenFlow.

    A file is called as its flow is: no two files can claim one flow, and its published version is found by either name.
    """
    text = read_source(file)
    flow = load_flow(text, str(file), vocabulary)
    if flow.name != file.stem:
        raise BrokenFlow([Finding(str(file), 1, 1, f"flow {flow.name} belongs in {flow.name}.yaml")])
    return text, flow

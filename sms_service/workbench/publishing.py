"""The acts: flows are rehearsed, made to serve, taken out of service; and what was done so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, Engine, select

from sms_service.authoring.together import staged
from sms_service.config import Config
from sms_service.service import Service
from sms_service.store import database, flow_versions, sessions
from sms_service.store.flow_versions import WITHDRAWN, How
from sms_service.store.tables import turn
from sms_service.workbench.moves import Move, Withdrawal
from sms_service.workbench.planning import NotPublished, Plan, unknown_flow
from sms_service.workbench.rehearsal import Failure, play_scenes, read_file
from sms_service.workbench.stage import Stage

COUNTING_MS = 60_000
"""Milliseconds that counting the open sessions may take; a few million of them take seconds."""

TAKEN_UP = "Running processes take it up within 5 s; dialogues under way stay on the version they began with."


def open_for_publishing(config: Config) -> Engine:
    """The database, for a command that may take its time."""
    return database.open_database(config.sql_url, statement_timeout_ms=COUNTING_MS)


# --- before -------------------------------------------------------------------------------------------------------


class Rehearsed(NamedTuple):
    """A transcript that was played: where it went another way, and the flows that it came through."""

    file: Path
    failures: list[Failure]
    flows: frozenset[str]


def rehearse(config: Config, what: Plan) -> Iterator[Rehearsed]:
    """Plays the transcripts with the flows as they would serve. Raises BrokenFlow where one cannot be read."""
    flows: set[str] = set()
    with staged(what.serving) as folder, Stage(config.model_copy(update={"flows_dir": folder})) as stage:
        for file in what.transcripts:
            flows.clear()
            failures = play_scenes(stage, file, read_file(file), lambda service: flows.update(_visited(service)))
            yield Rehearsed(file, failures, frozenset(flows))


def _visited(service: Service) -> Iterator[str]:
    """The flows that the turn log speaks of: those that were begun, and (before a `/` of the path) those that were called."""
    with service.reads.begin() as conn:
        for row in conn.execute(select(turn.c.flow, turn.c.path).distinct()):
            yield row.flow
            yield from (token.partition("/")[0] for token in row.path.split() if "/" in token)


# --- the acts -----------------------------------------------------------------------------------------------------


def publish(engine: Engine, newest: int, moves: Sequence[Move], how: How, now: float) -> None:
    """Makes each move's new version current, all of them or none. `newest` is the number of the publication that they were
    checked after: raises NotPublished if anybody has published since."""
    with engine.begin() as conn:
        _only_us(conn, newest)
        for move in moves:
            flow_versions.keep(conn, move.flow, move.new, move.source, now)
            flow_versions.publish(conn, move.flow, move.new, how, now)


def withdraw(engine: Engine, newest: int, what: Withdrawal, now: float) -> None:
    """Takes a flow out of service. Raises NotPublished if anybody has published since `newest`."""
    with engine.begin() as conn:
        _only_us(conn, newest)
        flow_versions.publish(conn, what.flow, what.old, WITHDRAWN, now)


def _only_us(conn: Connection, newest: int) -> None:
    """Until this transaction ends nobody else publishes, and nobody has: what was checked together serves together."""
    flow_versions.one_at_a_time(conn)
    others = flow_versions.since(conn, newest)
    if others:
        raise NotPublished(
            f"somebody published {', '.join(others)} meanwhile, nothing was written; "
            "look at `sms-service flow versions` and try again"
        )


# --- afterwards ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listed:
    """One line of `flow versions`: what was made current (or withdrawn) when and how, whether it serves, and how many open
    sessions stand in this version."""

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
            raise unknown_flow(conn, flow)
        open_in: dict[str, int] = {}
        for place in sessions.standing(conn):
            open_in[place.version] = open_in.get(place.version, 0) + place.sessions
        current = flow_versions.current(conn)
    newest = {one.flow: one for one in reversed(found) if one.version == current.get(one.flow)}
    return [
        Listed(one.flow, one.version, one.at, one.how, one is newest.get(one.flow), open_in.get(one.version, 0))
        for one in found
    ]

"""Looking at a running installation: reads what `findings` tells of, from SQL, Redis, the disk and the flow files.

Cheap enough to be asked each second (steps in indexes, counts with an end), and it ends although SQL or Redis hang.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import time
from collections.abc import Collection, Mapping
from pathlib import Path

import redis
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from sms_service.authoring.load import load_flow
from sms_service.authoring.source import BrokenFlow, read_source
from sms_service.authoring.together import check_together
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.findings import HELD_SHOWN, SQL_AWAY, SQL_BEHIND, Finding, Queue, Seen, findings
from sms_service.service import Service
from sms_service.store import (
    alive,
    database,
    dlt_refusals,
    flow_versions,
    gateway_down,
    gateway_faults,
    installation,
    order,
    outbox,
    spool,
    standing,
    unanswered,
)
from sms_service.store.database import SqlDown
from sms_service.store.tables import outbox as messages

SECONDS = 2.0
"""After so many no other statement is begun: with the one under way an answer is there within five seconds."""


log = logging.getLogger(__name__)


class Files:
    """The flow files of this machine; they are read again only when one of them, or what is published, has changed."""

    def __init__(self, folder: Path, vocabulary: Vocabulary) -> None:
        self._folder, self._vocabulary = folder, vocabulary
        self._seen: object = None
        self._refused: dict[str, str] = {}

    def refused(self, reads: Engine) -> dict[str, str]:
        """Edited files that would not be published as they stand: what is wrong first, by the flow's name."""
        try:
            files = sorted(self._folder.glob("*.yaml"))
            stats = [(file.name, one.st_mtime_ns, one.st_size) for file in files for one in [file.stat()]]
            with reads.begin() as conn:
                seen = (stats, flow_versions.newest(conn))
            if seen != self._seen:
                self._refused = self._read(reads, files)
                self._seen = seen
        except FileNotFoundError:  # somebody is just saving one: the next look sees it
            log.debug("a flow file was replaced while it was looked at")
        return self._refused

    def _read(self, reads: Engine, files: Collection[Path]) -> dict[str, str]:
        refused, texts = dict[str, str](), dict[str, str]()
        for file in files:
            try:
                texts[file.stem] = read_source(file)
            except BrokenFlow as error:
                refused[file.stem] = str(error.findings[0])
        with reads.begin() as conn:
            sources = {
                name: flow_versions.source_of(conn, version) for name, version in flow_versions.current(conn).items()
            }
            new = [name for name, text in texts.items() if flow_versions.source_of(conn, _version(text)) is None]
        serving = {name: text or "" for name, text in sources.items()}
        edited = {}
        for name in new:
            try:
                load_flow(texts[name], f"{name}.yaml", self._vocabulary)
                edited[name] = texts[name]
            except BrokenFlow as error:
                refused[name] = str(error.findings[0])
        errors = check_together({**serving, **edited}, edited, serving, self._vocabulary).errors if edited else []
        for one in errors:
            refused.setdefault(one.file, f"{one.file}.yaml:{one.line}: {one.message}")
        return refused


def _version(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def of_service(service: Service, files: Files) -> list[Finding]:
    """All that is to be said of the service that this process is a part of."""
    service.shelf.refresh()  # where nobody texts, nobody else looks for what was published
    seen = look(
        service.engine, service.redis, service.config.data_dir, service.channels.keys(), service.keys.numbers, files,
        service.shelf.serving.refused,
    )  # fmt: skip
    return findings(seen)


def look(
    engine: Engine, client: redis.Redis, data_dir: Path, channels: Collection[str], keys: Collection[int], files: Files,
    unloadable: Mapping[str, str],
) -> Seen:  # fmt: skip
    """What is there now. `keys`: the numbers of our service keys; `unloadable`: flows that the release cannot load."""
    now = time.time()
    where = spool.folders(data_dir)[0]
    disk = shutil.disk_usage(data_dir)
    heard = _heard(client)
    sql, newer, queue, apart, missing, flows = _sql(engine, keys, files)
    return Seen(
        now=now, channels=channels, sql=sql, newer=newer, queue=queue, apart=apart, missing_keys=missing,
        flows={**unloadable, **flows}, heard=heard, spool=spool.counted(data_dir),
        unwritable=where.is_dir() and not _takes(where), free=disk.free, disk=disk.total,
    )  # fmt: skip


def _takes(folder: Path) -> bool:
    try:
        spool.probe(folder)
    except OSError:
        return False
    return True


def _heard(client: redis.Redis) -> dict[str, float] | None:
    try:
        return alive.heard(client)
    except redis.RedisError:
        return None


Sql = tuple[str, bool, Queue | None, float, Collection[int], Mapping[str, str]]


def _sql(engine: Engine, keys: Collection[int], files: Files) -> Sql:
    try:
        revision = standing.revision(engine, database.deadline(SECONDS))
        if revision == "behind":
            return SQL_BEHIND, False, None, 0.0, (), {}
        with database.reading(engine).begin() as conn:
            conn.execution_options(until=database.deadline(SECONDS))
            now = time.time()
            found = (queue(conn, now), standing.ahead(conn, time.time), installation.missing(conn, keys))
        return "", revision == "newer", *found, files.refused(database.reading(engine))
    except (SqlDown, SQLAlchemyError):
        return SQL_AWAY, False, None, 0.0, (), {}


def queue(conn: Connection, now: float) -> Queue:
    """What the database says of messages and gateways."""
    some = select(messages.c.id).where(messages.c.status == order.HELD).limit(HELD_SHOWN).subquery()
    return Queue(
        late=outbox.oldest_due(conn, now),
        held=conn.execute(select(func.count()).select_from(some)).scalar_one(),
        faults=gateway_faults.standing(conn, now),
        gateways=gateway_down.states(conn).values(),
        queued_for=order.queued_for(conn),
        refused=dlt_refusals.of_last_day(conn, now),
        silent=unanswered.of_last_day(conn, now),
    )

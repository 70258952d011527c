"""A stage: a service to rehearse on, with the demonstration drive in it; prepared once, and as new for every scene.

It has a database of its own in a temporary folder, no Redis, and no gateway. Migrating that database and loading the drive
takes longer than most scenes, so a scene gets a copy.
"""

from __future__ import annotations

import io
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Mapping
from csv import writer
from dataclasses import replace
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, event, select

from sms_service import launch
from sms_service.authoring.talk import Newcomer
from sms_service.config import Config
from sms_service.config_sending import Loops
from sms_service.conversation import Desk
from sms_service.engine.model import Flow
from sms_service.enrolment import enrolers
from sms_service.service import Service, open_service
from sms_service.store import people
from sms_service.store.bell import Bell
from sms_service.store.people import Person
from sms_service.store.sessions import LiveSessions
from sms_service.store.tables import area
from sms_service.turn import Turns

NOWHERE = "unix:///nonexistent/rehearsal.sock"
"""The settings want an address of Redis; nothing ever connects to it."""

ADDRESS = "https://xyz.example"
"""Under which our own pages stand in texts, whatever address the settings name."""


class NoLiveSessions(LiveSessions):
    """No copies in Redis: every turn reads SQL."""

    def __init__(self) -> None:
        """Needs no Redis."""

    def read(self, phone: str) -> bytes | None:  # noqa: ARG002 as the real one
        """None: there never is a copy."""
        return None

    def write(self, person: Person, sealed: bytes) -> None:
        """Keeps none."""


class NoBell(Bell):
    """No worker to wake: the rehearsal does their work itself."""

    def __init__(self) -> None:
        """Needs no Redis."""

    def ring(self, queue: str) -> None:
        """Wakes nobody."""


class Stage:
    """Use `with`. Raises BrokenFlow if a flow file is broken, ConfigError."""

    def __init__(self, config: Config) -> None:
        self._given = config

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="rehearsal-")
        try:
            self._open(Path(self._folder.name))
        except BaseException:
            self._folder.cleanup()
            raise
        return self

    def _open(self, folder: Path) -> None:
        changes = {"data_dir": folder, "database_url": "", "redis_url": NOWHERE, "public_url": ADDRESS}
        self.config = self._given.model_copy(update=changes)
        now = time.time()
        launch.prepare(self.config, now, checked=False)
        self._database = folder / "sms_service.sqlite3"
        self._prepared = folder / "prepared.sqlite3"
        shutil.copyfile(self._database, self._prepared)
        service = open_service(self.config, now)
        config = self.config
        desk = Desk(
            service.keys, service.shelf, config.region, forgives=False, rules=config.rules, fees=config.fees,
            loops=Loops(identical=0, ten_minutes=0, day=0),  # who tries a flow says the same over and over
        )  # fmt: skip
        turns = Turns(service.engine, desk, NoLiveSessions(), NoBell(), self.config.language)
        self._service = replace(service, bell=NoBell(), turns=turns)
        event.listen(service.engine, "connect", _in_haste)

    def __exit__(self, *_: object) -> None:
        self._service.close()
        self._folder.cleanup()

    @property
    def flows(self) -> Mapping[str, Flow]:
        """The flows that serve here, by name."""
        return self._service.shelf.current

    def scene(self) -> Service:
        """The service as it was when the stage was opened. What was open of the scene before is gone."""
        self._service.engine.dispose()
        for beside in ("-wal", "-shm"):
            self._database.with_name(self._database.name + beside).unlink(missing_ok=True)
        shutil.copyfile(self._prepared, self._database)
        return self._service


def _in_haste(connection: sqlite3.Connection, _record: object) -> None:
    """Nothing here has to survive a power cut."""
    connection.execute("PRAGMA synchronous=OFF")


# --- who is made known before a scene -----------------------------------------------------------------------------


def make_known(service: Service, somebody: Newcomer, now: float) -> str:
    """Makes an enroler, or a phone's language, known to the service; what is wrong with that, or ""."""
    with service.engine.begin() as conn:
        if not somebody.enroler:
            person = people.find_or_add(conn, service.keys, somebody.number, somebody.language, "handset", now)
            people.set_language(conn, person.id, somebody.language)
            return ""
        code = somebody.area or _deepest_area(conn)
        if not code:
            return f"{somebody.name} has no area to work in: write `in AREA`, with areas in demo_dir (config.yaml)"
        level = conn.execute(select(area.c.level).where(area.c.code == code)).scalar() or "booth"  # so in charge of it
        line = io.StringIO(newline="")
        language = somebody.language or service.config.language
        writer(line).writerows(
            [enrolers.COLUMNS, (somebody.number, somebody.name, code, level, language)]
        )  # an enroler is told as the office tells of her, and refused in the same words
        line.seek(0)
        _, bad = enrolers.import_enrolers(conn, service.keys, line, service.config.region, "handset", now)
        return bad[0].problem if bad else ""


def _deepest_area(conn: Connection) -> str | None:
    """The code of the area that was read last: in a file where parents stand above their children, one of the smallest."""
    return conn.execute(select(area.c.code).order_by(area.c.id.desc()).limit(1)).scalar_one_or_none()

"""From nothing to a running service: prepares data and database, starts every process, tells the addresses."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select

from sms_service import valkey
from sms_service.config import PREFIX, Config
from sms_service.config_gateways import GatewaySection
from sms_service.enrolment import notices
from sms_service.enrolment.areas import import_areas
from sms_service.enrolment.enrolers import import_enrolers
from sms_service.enrolment.imports import BadLine
from sms_service.first_start import publish_edited, publish_where_nothing_is
from sms_service.service import open_keys
from sms_service.store import database
from sms_service.store.tables import area
from sms_service.supervise import Supervisor, procfile
from sms_service.vocabulary import vocabulary

PROCFILE = Path(__file__).parent.parent / "Procfile"
PREPARING_MS = 60_000
"""How long a statement of the preparation may take, and how long it may think between two: thirty flows are read and
checked in the transaction that publishes them, and nobody is served before."""

READY_SECONDS = 60.0
"""How long the web processes may take to answer for the first time, on a slow machine that compiles at first import."""


class NotStarted(Exception):
    """The service did not come up. The message is a sentence: what is wrong, what to do."""


def prepare(config: Config, now: float, checked: bool = True) -> str:
    """Brings the database up to date and, where it is empty, loads the demonstration drive; tells if it did, else "".

    `checked`: edited flow files are checked and published; otherwise they serve as they are, where nothing does yet (a
    rehearsal plays what is not finished too). Raises NotStarted, ConfigError, BrokenFlow, SQLAlchemy's errors.
    """
    engine = database.open_database(config.sql_url, PREPARING_MS)
    try:
        database.migrate(engine)
        keys = open_keys(config, engine)
        publish = publish_edited if checked else publish_where_nothing_is
        publish(engine, config.flows_dir, vocabulary(config), now)  # here alone: other processes only read
        with engine.begin() as conn:
            empty = conn.execute(select(func.count()).select_from(area)).scalar_one() == 0
            demo = Path(config.demo_dir)
            if not (empty and config.demo_dir and demo.is_dir()):
                return ""
            with (demo / "areas.csv").open(encoding="utf-8-sig", newline="") as file:
                areas, bad = import_areas(conn, file)
            with (demo / "enrolers.csv").open(encoding="utf-8-sig", newline="") as file:
                enrolers, also_bad = import_enrolers(conn, keys, file, config.region, "handset", now)
            complain([*bad, *also_bad], demo)
        return f"demonstration drive loaded: {areas} areas, {enrolers} enrolers"
    finally:
        engine.dispose()


def complain(bad: list[BadLine], source: Path) -> None:
    """Tells the lines that an import left out."""
    for one in bad:
        print(f"{source}, line {one.line} left out: {one.problem}", file=sys.stderr)


def check_port(config: Config) -> None:
    """Raises NotStarted if something else listens where the web processes are to."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.web.host, config.web.port))
        except OSError as error:
            raise NotStarted(
                f"port {config.web.port} is taken ({error.strerror}); stop what uses it, or set {PREFIX}WEB__PORT"
            ) from error


@contextlib.contextmanager
def running(config: Config, environment: dict[str, str], now: float) -> Iterator[Supervisor]:
    """All processes, ready to take messages; stopped at the end of the block, whatever happens in it.

    Raises NotStarted, ConfigError, NoValkey.
    """
    check_port(config)
    config.data_dir.mkdir(parents=True, exist_ok=True)
    with only_one(config.data_dir):
        supervisor = Supervisor(environment, PROCFILE.parent)
        try:
            if not config.redis_url:
                supervisor.start(valkey.program(config))
                valkey.wait_until_ready(config.live_url)
            print(prepare(config, now) or "the data of the last run are there", flush=True)
            for program in procfile(PROCFILE):
                supervisor.start(program)
            wait_until_ready(config, supervisor)
            yield supervisor
        finally:
            supervisor.stop()


@contextlib.contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Holds data_dir for this run: two services on one SQLite and one Valkey would each start what the other has."""
    lock = os.open(data_dir / "run.lock", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise NotStarted(f"another `sms-service run` works in {data_dir}; stop it first") from error
    finally:
        os.close(lock)


def wait_until_ready(config: Config, supervisor: Supervisor) -> None:
    """Returns when the web processes answer. Raises NotStarted."""
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if "web" not in supervisor.pids():
            raise NotStarted("the web process ended while starting; what it said stands above")
        address = f"http://{local_host(config)}:{config.web.port}/healthz"
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise NotStarted(f"the web process does not answer within {READY_SECONDS:.0f} s; what it said stands above")


def local_host(config: Config) -> str:
    """Where this machine itself reaches the web processes."""
    return "127.0.0.1" if config.web.host in ("0.0.0.0", "::") else config.web.host  # noqa: S104 read, not bound


def tell_addresses(config: Config, problems: list[str]) -> None:
    """What somebody who just started it wants to know."""
    ways = "open" if config.local or config.channels.handset.secret else "closed (set channels.handset.secret)"
    print(f"\nsms_service for {config.organisation} is running.")
    print(f"  two phones to try it    {config.url}/phone/   {'' if ways == 'open' else ways}")
    print(f"  health                  {config.url}/readyz   {config.url}/metrics")
    print(f"  data                    {config.data_dir}")
    for problem in problems:
        print(f"  {problem}")
    print("Ctrl-C stops all of it; the next start goes on where it was.\n", flush=True)


def channels_off(config: Config) -> list[str]:
    """What there is to say of gateways that are off: of one that was begun what it lacks, of the others their names."""
    lines, untouched = [], []
    sections = [*config.channels, *((f"described.{name}", one) for name, one in config.channels.described.items())]
    for name, section in sections:
        missing = section.missing() if isinstance(section, GatewaySection) else []
        if missing and len(missing) < len(section.NEEDED):
            lines.append(f"{name:<24}off: channels.{name} lacks {', '.join(missing)}")
        elif missing:
            untouched.append(name)
    return lines + ([f"{'gateways':<24}off, no credentials: {', '.join(untouched)}"] if untouched else [])


def notice_lacks(config: Config) -> list[str]:
    """A line where the law's notice does not say yet whom people can turn to."""
    missing = " and ".join(notices.lacks(config))
    return [f"{'notice':<24}does not say whom people turn to: set {missing}"] if missing else []


def child_environment(**settings: str) -> dict[str, str]:
    """The environment of the processes: ours, and these settings."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", **{f"{PREFIX}{name}": value for name, value in settings.items()}}

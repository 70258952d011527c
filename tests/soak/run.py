"""One soak: the processes of the Procfile, an even load for some minutes, and what they hold before and after."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from sms_service import launch
from sms_service.config import read_config
from sms_service.demo import free_port
from sms_service.store import database, spool
from sms_service.store.tables import outbox
from tests.conftest import KEY
from tests.crash.waiting import until
from tests.gateways import AfricasTalking
from tests.soak import measure
from tests.soak.measure import Sample
from tests.soak.people import People
from tests.town import RULES_OFF

EVERY = 5.0
"""Seconds between two looks at the processes."""

WARM = 300.0
"""Seconds until caches, pools and threads are there; a third of a run that is shorter than three times that."""

COMPARED = 60.0
"""Seconds of looks that are compared, after the warm-up and at the end; a tenth of a short run."""

DRAINS = 90.0
"""Seconds in which all is settled after the last turn (G4)."""


@dataclass
class Soaked:
    """What came of it. `growth` by program; `grown`: programs that hold more files or threads than they did."""

    minutes: float
    turns: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    p99: float = 0.0
    growth: dict[str, float] = field(default_factory=dict)
    grown: dict[str, str] = field(default_factory=dict)
    for_ever: Counter[str] = field(default_factory=Counter)
    left: dict[str, int] = field(default_factory=dict)

    def broken(self, compared: bool = True) -> list[str]:
        """The promises that do not hold. `compared`: it was long enough to speak of memory."""
        told = [f"{count} times {what}" for what, count in self.errors.items()]
        told += [f"{count} {what} in Redis for ever" for what, count in self.for_ever.items()]
        told += [f"{count} {what} left" for what, count in self.left.items() if count]
        if compared:
            told += [f"memory of {name} {share:+.1%}" for name, share in self.growth.items() if share > measure.FLAT]
            told += [f"{name}: {what}" for name, what in self.grown.items()]
        return told

    def line(self) -> str:
        memory = ", ".join(f"{name} {share:+.1%}" for name, share in self.growth.items())
        return (
            f"soak: {self.minutes:g} minutes, {self.turns:,} turns ({self.turns / self.minutes / 60:.1f} a second), "
            f"{self.errors.total()} errors, USSD p99 {self.p99:.2f} s, memory {memory}, "
            f"{len(self.grown)} with more files or threads, {self.for_ever.total()} keys for ever, "
            f"{sum(self.left.values())} left over"
        )


def soak(folder: Path, gateway: AfricasTalking, minutes: float, rate: float, **settings: str) -> Soaked:
    """`settings`: database and Redis; without, SQLite and the embedded Valkey. Raises TimeoutError if it is not drained."""
    temporary = folder / "tmp"
    temporary.mkdir(parents=True)
    port = str(free_port())
    url = gateway.web_url = f"http://127.0.0.1:{port}"
    own = {
        "DATA_DIR": str(folder / "data"), "WEB__PORT": port, "PRIVACY__KEY": KEY, "PUBLIC_URL": url,
        "CHANNELS__AFRICASTALKING__USERNAME": gateway.username, "CHANNELS__AFRICASTALKING__API_KEY": gateway.api_key,
        "CHANNELS__AFRICASTALKING__FROM": gateway.sender, "CHANNELS__AFRICASTALKING__SECRET": gateway.secret,
        "CHANNELS__AFRICASTALKING__API_URL": gateway.url, **RULES_OFF, "LOOPS__IDENTICAL": "0", "LOOPS__DAY": "0", **settings,
    }  # fmt: skip
    environment = {**launch.child_environment(**own), "TMPDIR": str(temporary)}
    config = read_config(environment)
    done = Soaked(minutes)
    with launch.running(config, environment, time.time()) as supervisor:
        people = People(gateway, url, rate)
        over, looks = threading.Event(), list[dict[str, Sample]]()
        end = time.monotonic() + minutes * 60
        load = threading.Thread(target=people.run, args=(end, over), daemon=True)
        load.start()
        try:
            while not over.wait(min(EVERY, max(0.0, end - time.monotonic()))) and time.monotonic() < end:
                looks.append(measure.sampled(supervisor.pids()))
        finally:
            over.set() if time.monotonic() < end else None
            load.join()
        engine = database.open_database(config.sql_url)
        until(lambda: not _open(engine), "every message settled", DRAINS)
        engine.dispose()
        _compare(done, looks, minutes * 60)
        with contextlib.suppress(TimeoutError):  # a ring that is being worked off has no end until it is
            until(lambda: not measure.kept_for_ever(config.live_url), "keys that end", DRAINS)
        done.for_ever = measure.kept_for_ever(config.live_url)
    done.turns, done.errors = people.turns, people.errors
    done.p99 = sorted(people.seconds)[int(len(people.seconds) * 0.99)] if people.seconds else 0.0
    kept = spool.counted(config.data_dir)
    done.left = {"messages in the spool": sum(kept), "temporary files": measure.files_in(temporary)}
    return done


def _compare(done: Soaked, looks: list[dict[str, Sample]], seconds: float) -> None:
    warm, compared = min(WARM, seconds / 3), min(COMPARED, seconds / 10)
    first, count = int(warm / EVERY), max(1, int(compared / EVERY))
    for name in looks[0] if looks else ():
        samples = [look[name] for look in looks if name in look]
        before, after = samples[first : first + count], samples[-count:]
        if not before:
            continue
        done.growth[name] = measure.growth(before, after)
        half = samples[first : first + max(count, (len(samples) - first) // 2)]
        (files, threads), (files_after, threads_after) = measure.most(half), measure.most(after)
        if files_after > files or threads_after > threads:
            done.grown[name] = f"{files} files and {threads} threads became {files_after} and {threads_after}"


def _open(engine: database.Engine) -> int:
    with database.reading(engine).begin() as conn:
        waiting = select(func.count()).select_from(outbox).where(outbox.c.status.in_(("queued", "sending")))
        return int(conn.execute(waiting).scalar_one())

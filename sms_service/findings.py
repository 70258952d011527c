"""What is wrong with a running installation, in sentences, from what was read of it. No input, no output, no clock.

Behind both `/readyz` and `sms-service doctor` (looking.py reads). The names and the beginnings of the sentences stand in a
table of docs/deploy.md, What to watch.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from sms_service.channels import advice
from sms_service.engine import dlt
from sms_service.store import alive, unanswered
from sms_service.store.gateway_down import State
from sms_service.store.gateway_faults import Fault
from sms_service.store.outbox import CLOCKS_APART
from sms_service.store.spool import Counts
from sms_service.store.unanswered import Unanswered

LATE_MAX = 300.0
"""Seconds that a due message may wait. The sweeper does a dead worker's work after twenty; five minutes are a fault."""

HELD_SHOWN = 1_000
"""Held messages that are counted: whoever has as many does not need to know how many more."""

FAULT_STANDS = 3_600.0
"""Seconds for which what only an operator can put right at a gateway is a problem: what waits for it is tried four times in
an hour at least (BACKOFF_MAX), so what is not put right has come anew. Until the end of the day it is a note."""

FREE_SHARE, FREE_BYTES = 10, 500_000_000
"""A disk is nearly full with less than a tenth of it free and less than so many bytes: weeks of SMS that wait for SQL,
and hours of a log that somebody forgot."""


NOTHING_KEPT = Counts(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know: its name, and a sentence that says what to do. `red`: something does not work as it should; else it
    is worth a look by day."""

    name: str
    told: str
    red: bool = True


@dataclass(frozen=True, slots=True)
class Queue:
    """What the database says of messages, gateways and flows at one moment."""

    late: float = 0.0
    held: int = 0
    faults: Collection[Fault] = ()
    gateways: Collection[State] = ()
    queued_for: Collection[str] = ()
    refused: Mapping[int, int] = field(default_factory=dict)
    silent: Collection[Unanswered] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read. `sql`: "" where it works, else why it does not (SQL_AWAY, SQL_BEHIND); `queue` is None then. `apart`:
    seconds that our clock is ahead of the database's. `missing_keys`: numbers of service keys. `flows`: what is wrong, by the
    flow's name. `heard`: alive.heard, None while Redis is away. `free`, `disk`: bytes. `unwritable`: the spool's folder cannot
    be written."""

    now: float
    channels: Collection[str]
    sql: str = ""
    newer: bool = False
    queue: Queue | None = None
    apart: float = 0.0
    missing_keys: Collection[int] = ()
    flows: Mapping[str, str] = field(default_factory=dict)
    heard: Mapping[str, float] | None = None
    spool: Counts = NOTHING_KEPT
    unwritable: bool = False
    free: int = FREE_BYTES
    disk: int = FREE_BYTES


SQL_AWAY = "the database cannot be reached: SMS are kept on disk, USSD answers `busy`; start the database"
SQL_BEHIND = "the database is not at this release's revision: run `sms-service db upgrade`"
REDIS_AWAY = "Redis cannot be reached: everything works, slower; start Redis"
UNWRITABLE = (
    "the spool's folder cannot be written: while SQL is away no SMS would be taken; make room on its disk, or give the "
    "service the right to write there"
)
NEWER = "the database is of a newer release: end the upgrade by starting this process with that one"
KEY_MISSING = (
    "service key {} is in use and this process was started without it: what lies under it cannot be read; "
    "set privacy.key with all keys on every machine and start its processes anew"
)
AHEAD = "our clock is {:.0f} s ahead of the database's: set both by NTP; a yes may be asked for once more until then"
BEHIND = "our clock is {:.0f} s behind the database's: set both by NTP; a yes may be asked for once more until then"
KIND_AHEAD = (
    "the clock of the machine that runs `{}` is {:.0f} s ahead of ours: set both by NTP; a yes may be asked for once more "
    "until then"
)
LATE = (
    "the oldest message that is due waits since {:.0f} minutes: see that `deliver` and `sweep` run; where a gateway's rate "
    "keeps it (channels.NAME.rate), there is more than that brings"
)
SPOOLED = "{} on disk for the sweeper to take them; see that `sweep` runs on this machine"
FAILING = "a fault of ours kept {} from being taken; the log names it, the sweeper tries again"
ASIDE = (
    "{} failed at every try, kept in spool_set_aside; after an update that mends it, start the sweeper anew: it tries once "
    "more"
)
HELD = "{} held, nobody knows whether they left: see `sms-service outbox list`, then `outbox release` or `outbox drop` each"
OFF = (
    "queued messages are for channel {}, which is off: they go by the next channel of their route, without one they wait; "
    "put its settings back, or drop them"
)
FLOW = "flow {} is refused, what was published before serves on: mend it (`sms-service flow check`): {}"
SILENT = "no process `{}` was heard of for {:.0f} s: start it; until then {}"
MISSED = {
    "deliver": "the sweeper sends, slower",
    "cards": "the sweeper draws cards, slower",
    "sweep": "nobody is reminded, and nothing is taken from the spool",
}
DISK = "the disk of data_dir has {:,.0f} MB left: make room; once it is full no SMS can be kept while SQL is away"


def findings(seen: Seen) -> list[Finding]:
    """All that is to be said, what is red first."""
    found = [*_sql(seen), *_redis(seen), *_disk(seen), *_spool(seen)]
    if seen.queue is not None:
        found += [*_queue(seen, seen.queue), *_gateways(seen, seen.queue), *_notes(seen.queue)]
    found += [Finding("flow", FLOW.format(name, why)) for name, why in sorted(seen.flows.items())]
    return sorted(found, key=lambda one: not one.red)


def many(count: int, what: str = "message") -> str:
    """`1 message`, `2 messages`."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def _sql(seen: Seen) -> Iterator[Finding]:
    if seen.sql:
        yield Finding("migration" if seen.sql == SQL_BEHIND else "sql", seen.sql)
    if seen.newer:
        yield Finding("migration", NEWER, red=False)
    for number in sorted(seen.missing_keys):
        yield Finding("key", KEY_MISSING.format(number))
    if abs(seen.apart) > CLOCKS_APART:
        yield Finding("clock", (AHEAD if seen.apart > 0 else BEHIND).format(abs(seen.apart)))


def _redis(seen: Seen) -> Iterator[Finding]:
    if seen.heard is None:
        yield Finding("redis", REDIS_AWAY)
        return
    for kind, at in seen.heard.items():
        if seen.now - at > alive.SILENT:
            yield Finding("process", SILENT.format(kind, seen.now - at, MISSED[kind]))
        elif at - seen.now > CLOCKS_APART:
            yield Finding("clock", KIND_AHEAD.format(kind, at - seen.now))


def _disk(seen: Seen) -> Iterator[Finding]:
    if seen.free < min(seen.disk / FREE_SHARE, FREE_BYTES):
        yield Finding("disk", DISK.format(seen.free / 1e6))
    if seen.unwritable:
        yield Finding("spool", UNWRITABLE)


def _spool(seen: Seen) -> Iterator[Finding]:
    if waiting := seen.spool.waiting:
        yield Finding("spool", SPOOLED.format(f"{many(waiting)} {'waits' if waiting == 1 else 'wait'}"))
    if failing := seen.spool.failing:
        yield Finding("spool", FAILING.format(many(failing)))
    if aside := seen.spool.aside:
        yield Finding("spool", ASIDE.format(many(aside)))


def _queue(seen: Seen, queue: Queue) -> Iterator[Finding]:
    if queue.late > LATE_MAX:
        yield Finding("queued", LATE.format(queue.late // 60))
    if queue.held:
        more = " or more" if queue.held >= HELD_SHOWN else ""
        are = "is" if queue.held == 1 else "are"
        yield Finding("held", HELD.format(f"{many(queue.held)}{more} {are}"))
    for name in sorted(set(queue.queued_for) - set(seen.channels)):
        yield Finding("gateway", OFF.format(name))


def _gateways(seen: Seen, queue: Queue) -> Iterator[Finding]:
    for one in queue.gateways:
        if one.opened_at is not None and one.channel in seen.channels:
            yield Finding("gateway", advice.told_down(one.channel, one.opened_at, one.reason))
    for fault in queue.faults:
        told = advice.told(fault.channel, fault.code, fault.times, locked_out=bool(fault.locked_out))
        yield Finding("gateway", told, red=fault.last_at > seen.now - FAULT_STANDS)


def _notes(queue: Queue) -> Iterator[Finding]:
    for code, times in queue.refused.items():
        yield Finding("registry", dlt.told(code, times), red=False)
    for one in queue.silent:
        if one.texts >= unanswered.MANY:
            yield Finding("unanswered", one.told, red=False)

"""What goes wrong for long, one thing at a time, under the same load: each returns what was not as promised meanwhile."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.chaos.installation import Installation
from tests.chaos.people import WELCOME, People
from tests.crash.waiting import until

MINUTE = float(os.environ.get("CHAOS_MINUTE", "60"))
"""Seconds that an outage lasts."""

BACK = 90.0
"""Seconds within which somebody who is entered is a member and was told so, whatever is gone."""

SQL_KILLS, SPOOLED = 10, 60.0
"""How often PostgreSQL is killed; and seconds until what was kept on the disk is taken, once it is back."""

SETTLED = 15.0
"""Seconds after SIGTERM until no message is in a worker's hand."""

FLOOD, FLOOD_NUMBERS, AT_ONCE = 500, 500, 32
"""Messages of one number, numbers with a message each, and how many of them are on their way at a time."""

ANSWERED = 60
"""Of one number's messages in ten minutes so many are answered (loops.ten_minutes)."""

MEMORY = 300
"""Megabytes that a web process may have."""


def sql_killed(town: Installation, people: People) -> list[str]:
    """kill -9 of PostgreSQL ten times in a minute."""
    pauses = random.Random(people.seed)
    for _ in range(SQL_KILLS):
        with contextlib.suppress(ProcessLookupError):
            os.kill(until(town.sql.postmaster, "PostgreSQL started again"), signal.SIGKILL)
        people.posting.rests(pauses.uniform(0.5, 1.5) * MINUTE / SQL_KILLS)
    until(lambda: town.sql.answers, "PostgreSQL back")
    until(lambda: not town.spooled(), "what was kept on the disk taken", SPOOLED)
    return []


def valkey_silent(town: Installation, people: People) -> list[str]:
    """Valkey takes connections and answers nothing for a minute."""
    pid = town.pids()["valkey"]
    os.kill(pid, signal.SIGSTOP)
    try:
        return _without_valkey(people)
    finally:
        os.kill(pid, signal.SIGCONT)


def valkey_full(town: Installation, people: People) -> list[str]:
    """Valkey is at its maxmemory for a minute: it refuses each write."""
    with redis.Redis.from_url(town.config.live_url) as client:
        client.config_set("maxmemory", 1)
        try:
            return _without_valkey(people)
        finally:
            client.config_set("maxmemory", 0)


def _without_valkey(people: People) -> list[str]:
    """Every SMS is accepted, every hop answered, and the sweeper delivers: somebody entered in it is told that she is a
    member."""
    with _told_meanwhile(people), _nothing_refused(people) as refused:
        people.posting.rests(MINUTE)
    return refused


def stopped(town: Installation, people: People) -> list[str]:
    """SIGTERM of all of it under load; it is started again."""
    begun = time.monotonic()
    with _nothing_refused(people, unheard=True) as refused:
        town.stop()
        left = begun + SETTLED - time.monotonic()
        until(lambda: not town.sql.count("SELECT count(*) FROM outbox WHERE status = 'sending'"), "sends ended", left)
    town.start()
    with _told_meanwhile(people):
        pass
    return refused


def flood(town: Installation, people: People) -> list[str]:
    """One number sends five hundred texts, then five hundred numbers one each, as fast as they are taken."""
    wrong: list[str] = []
    number = "+919811000000"
    with _told_meanwhile(people):
        people.flood([(number, f"hello {one}") for one in range(FLOOD)], AT_ONCE)
    with _told_meanwhile(people):
        people.flood([(f"+91982200{one:04d}", "hello") for one in range(FLOOD_NUMBERS)], AT_ONCE)
    answered = sum(message.to == number for message in people.twilio.accepted)
    if not 0 < answered <= ANSWERED:
        wrong.append(f"{answered} texts of one number were answered")
    most = max(map(_megabytes, town.web_workers()))
    if most > MEMORY:
        wrong.append(f"a web process has {most} MB")
    return wrong


@contextmanager
def _told_meanwhile(people: People) -> Iterator[None]:
    """Afterwards, somebody who was entered after the beginning has been told that she is a member."""
    known = set(people.people)
    yield
    until(
        lambda: any(
            one.count(WELCOME) for number, one in list(people.people.items()) if number not in known
        ),
        "somebody entered, asked and told",
        BACK,
    )  # fmt: skip


@contextmanager
def _nothing_refused(people: People, unheard: bool = False) -> Iterator[list[str]]:
    """What was answered otherwise than 2xx meanwhile, or not at all (but if `unheard`: who is stopped answers nobody)."""
    posting, found = people.posting, list[str]()
    before, before_unheard, before_busy = posting.refused.total(), posting.unheard, people.busy
    yield found
    if posting.refused.total() != before:
        found.append(f"answered with {dict(posting.refused)}")
    if not unheard and posting.unheard != before_unheard:
        found.append(f"{posting.unheard - before_unheard} not answered")
    if not unheard and people.busy != before_busy:
        found.append(f"{people.busy - before_busy} screens said busy")


def _megabytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024

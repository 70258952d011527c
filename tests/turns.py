"""Which tests are left for another time: the heavy files take turns in CI, and so do the domain's tests on PostgreSQL.

`make test` runs all of them. CI has fifteen minutes on two cores, and sets HEAVY_EVERY and POSTGRES_EVERY: it then runs
every so-manieth, others with each commit (CRASH_OFFSET), so that all have run after so many commits.
"""

from __future__ import annotations

import os
from pathlib import Path
from zlib import crc32

import pytest

TESTS = Path(__file__).parent

HEAVY = (
    "chaos/test_ten_seconds.py",
    "crash/test_kill_processes.py",
    "crash/test_redis_lost.py",
    "crash/test_repeated.py",
    "crash/test_sql_down.py",
    "crash/test_stopped.py",
    "crash/test_the_tests.py",
    "crash/test_unknown_sends.py",
    "faults/test_full_disk.py",
    "faults/test_lines_and_commits.py",
    "faults/test_refused_by_sql.py",
    "machines/test_loopback.py",
    "model/test_model.py",
    "model/test_the_model_sees.py",
    "operation/test_conditions.py",
    "operation/test_ending.py",
    "operation/test_restore.py",
    "operation/test_starting.py",
    "operation/test_upgrade.py",
    "soak/test_ten_seconds.py",
    "store/test_killed_migrations.py",
    "test_day_of_enrolers.py",
    "test_end_to_end.py",
    "test_many_enrolments.py",
    "web/test_every_hook.py",
)
"""Files that start real processes or play whole days: twenty seconds of a core each, and more."""

DOMAIN = frozenset({"enrolment", "workbench"})
"""Folders whose tests go through both databases for what SQL says, which the store's tests look at on both each time."""

HEAVY_EVERY = int(os.environ.get("HEAVY_EVERY", "1"))
"""CI sets 5. No even number: several of these files choose by CRASH_OFFSET too, and each would see its even shares only."""

POSTGRES_EVERY = int(os.environ.get("POSTGRES_EVERY", "1"))
OFFSET = int(os.environ.get("CRASH_OFFSET", "0"))


def another_time(item: pytest.Item) -> bool:
    """Whether this test is left for another commit."""
    file = item.path.relative_to(TESTS)
    if file.as_posix() in HEAVY:
        return (HEAVY.index(file.as_posix()) + OFFSET) % HEAVY_EVERY != 0
    on_postgres = "postgres" in item.name.partition("[")[2]
    return bool(DOMAIN & set(file.parts)) and on_postgres and (crc32(file.name.encode()) + OFFSET) % POSTGRES_EVERY != 0

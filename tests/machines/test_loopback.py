"""A share of `make machines` without networks of its own: PostgreSQL, Valkey or a machine is killed under load, or a machine
is started anew as at an upgrade, by turns."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.crash.share import EVERY, OFFSET
from tests.machines.drill import Drill
from tests.machines.figures import drain, figures
from tests.machines.machine import Loopback

RATE = 4.0
"""Messages a second: the tests' machine is busy with other things."""

FIRST, SECOND = ("sql_killed", "valkey_killed"), ("web_killed", "worker_killed", "web_rolled", "worker_rolled")


def share() -> list[tuple[str, ...]]:
    """All of them in one town, or two of them, others with the next build."""
    if EVERY == 1:
        return [(*FIRST, *SECOND)]
    return [(FIRST[OFFSET % 2], SECOND[OFFSET // 2 % 4])]


@pytest.mark.parametrize("blows", share(), ids="-".join)
def test_killed_under_load_nothing_is_lost_and_nothing_twice(blows: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory(prefix="machines-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL is another user
        with Drill(folder, RATE, Loopback()) as drill:
            for blow in blows:
                getattr(drill, blow)()
            line, broken = figures(drill, RATE, drain(drill))
    print(line)
    assert not broken, line

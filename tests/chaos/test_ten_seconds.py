"""A share of `make chaos`: ten seconds of it, by another seed with each build."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.chaos.installation import SHORT
from tests.chaos.run import chaos
from tests.crash.share import OFFSET

RATE, SECONDS = 10.0, 10.0
"""Messages a second: the tests' machine is busy with other things."""


def test_whatever_is_killed_under_load_nothing_is_lost_and_nothing_twice() -> None:
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        line, broken = chaos(Path(folder), OFFSET, RATE, SECONDS, **SHORT)
    print(line)
    assert not broken, line

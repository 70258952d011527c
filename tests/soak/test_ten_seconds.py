"""A share of `make soak`: long enough to see errors, keys for ever and files left behind, too short to speak of memory."""

from __future__ import annotations

from pathlib import Path

from tests.gateways import AfricasTalking
from tests.soak.measure import GRAIN, Sample, growth
from tests.soak.run import soak


def test_an_even_load_leaves_nothing_behind(tmp_path: Path, africastalking: AfricasTalking) -> None:
    made = soak(tmp_path, africastalking, minutes=1 / 6, rate=10)
    assert made.broken(compared=False) == []
    assert made.turns > 0


def test_memory_that_grows_is_seen() -> None:
    before, after = Sample(100_000, 10, 4), Sample(107_000, 10, 4)
    assert growth([before] * 3, [after] * 3) == 0.07
    assert growth([before] * 3, [Sample(100_000 + GRAIN, 10, 4)] * 3) == 0.0

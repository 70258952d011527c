"""People, gateways, crashes, lost Redises, other flows and wrong clocks in any order: every promise holds after each step.

Thirty examples of thirty steps here; `make model` plays 2,000 of fifty. `CRASH_OFFSET` makes others; the same number makes the
same ones, so that what failed fails again. `MODEL_DATABASE=postgres` plays them on PostgreSQL.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from tests.model.machine import Machine
from tests.model.playing import line, play
from tests.model.world import Parts


def test_every_promise_holds_after_each_step(parts: Parts) -> None:
    figures = play(Machine, parts)

    if kept := os.environ.get("MODEL_FIGURES"):
        Path(kept).write_text(json.dumps(figures))
    print(f"\nmodel: {line(figures)}, every promise kept")
    assert figures["consents"] > 0
    assert figures["deaths"] > 0

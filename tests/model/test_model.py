"""People, gateways, crashes, lost Redises, other flows and wrong clocks in any order: every promise holds after each step.

Thirty examples of thirty steps here; `make model` plays 2,000 of fifty. `CRASH_OFFSET` makes others; the same number makes the
same ones, so that what failed fails again. `MODEL_DATABASE=postgres` plays them on PostgreSQL.
"""

from __future__ import annotations

from tests.model.machine import Machine
from tests.model.playing import play
from tests.model.world import Parts


def test_every_promise_holds_after_each_step(parts: Parts) -> None:
    figures = play(Machine, parts)

    print(
        f"\nmodel: {figures['examples']:,} examples, {figures['messages']:,} messages posted {figures['posts']:,} times, "
        f"{figures['deaths']:,} deaths, {figures['texts']:,} texts sent, {figures['consents']:,} consents "
        f"({figures['surely asked']:,} had to be), every promise kept"
    )
    assert figures["consents"] > 0
    assert figures["deaths"] > 0

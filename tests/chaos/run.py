"""One run: load and what befalls the service at the same time, then everything settles, then it is looked at."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.chaos.installation import Installation
from tests.chaos.killer import Killer
from tests.chaos.people import People
from tests.chaos.verdict import drain, verdict
from tests.conftest import ROOT
from tests.crash.waiting import until
from tests.town import RULES_OFF, gateway_settings

UNDER_WAY = 2.0
"""Seconds of load before anything befalls it."""

Befalls = Callable[[Installation, People], list[str]]
"""What happens under load, from its beginning to its end; what was not as promised meanwhile."""


def run(folder: Path, seed: int, rate: float, befalls: Befalls, **settings: str) -> tuple[str, list[str]]:
    """The figures, and the promises that were broken. Raises TimeoutError where something does not come, or settle."""
    folder.chmod(0o755)  # PostgreSQL is another user
    with People(folder, seed) as people:
        own = {"DEMO_DIR": str(People.demo(folder / "demo", ROOT / "demo" / "areas.csv"))}
        gateways = gateway_settings(people.twilio, people.africastalking)
        with Installation(folder, {**gateways, **RULES_OFF, **own, **settings}) as town:
            for gateway in people.gateways.values():
                gateway.web_url = town.url
            people.twilio.public_url = town.url
            over = threading.Event()
            load = threading.Thread(target=people.load, args=(rate, over), daemon=True)
            load.start()
            try:
                until(lambda: people.posting.acknowledged >= rate * UNDER_WAY, "the load under way")
                wrong = befalls(town, people)
            finally:
                over.set()
                load.join()
            begun = time.monotonic()
            drain(town, people)
            drained = time.monotonic() - begun
            line, broken = verdict(town, people)
    return f"{line}, drained in {drained:.0f} s", [*wrong, *broken]


def chaos(folder: Path, seed: int, rate: float, seconds: float, **settings: str) -> tuple[str, list[str]]:
    """Blows at random for so many seconds: the closing line, and the promises that were broken."""
    blows = 0

    def killed(town: Installation, people: People) -> list[str]:
        nonlocal blows
        killer, over = Killer(town, seed), threading.Event()
        ends = threading.Timer(seconds, over.set)
        ends.start()
        killer.run(over)
        blows = killer.kills
        return []

    line, broken = run(folder, seed, rate, killed, **settings)
    return f"seed {seed}, {blows} blows, {line}", broken

"""`make chaos`: two minutes at twenty messages a second while everything is killed, then each outage; a line of figures each.

`CHAOS="random flood"` are those that are to be. `SEED=7` strikes where seed 7 did.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.chaos import outages
from tests.chaos.run import chaos, run

RATE, SECONDS = float(os.environ.get("CHAOS_RATE", "20")), float(os.environ.get("CHAOS_SECONDS", "120"))

FLOODED = 4.0
"""Messages a second of the others while somebody floods us."""

Made = Callable[[Path, int], tuple[str, list[str]]]
RUNS: dict[str, Made] = {
    "random": lambda folder, seed: chaos(folder, seed, RATE, SECONDS),
    **{
        one.__name__: partial(lambda one, folder, seed: run(folder, seed, RATE, one), one)
        for one in (outages.sql_killed, outages.valkey_silent, outages.valkey_full, outages.stopped)
    },
    "flood": lambda folder, seed: run(folder, seed, FLOODED, outages.flood, LOOPS__TEN_MINUTES=str(outages.ANSWERED)),
}


def main() -> int:
    """Exit code 0 if every promise was kept."""
    seed = int(os.environ.get("SEED") or random.randrange(10_000))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that whatever was started is ended
    said = os.fdopen(os.dup(1), "w")
    print(f"SEED={seed}", file=said, flush=True)
    kept = True
    for name in os.environ.get("CHAOS", " ".join(RUNS)).split():
        with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
            line, broken = _logged(
                Path(os.environ.get("CHAOS_LOG", folder)) / f"{name}.log", RUNS[name], Path(folder), seed
            )
        print(f"chaos, {name}: {line}", file=said, flush=True)
        for promise in broken:
            print(f"  broken: {promise}", file=said, flush=True)
        kept &= not broken
    return 0 if kept else 1


def _logged(log: Path, made: Made, folder: Path, seed: int) -> tuple[str, list[str]]:
    """What all of them say goes to a file of its own."""
    with log.open("wb", buffering=0) as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        try:
            return made(folder, seed)
        except (TimeoutError, AssertionError) as error:
            traceback.print_exc()
            return "not ended", [str(error)]


if __name__ == "__main__":
    sys.exit(main())

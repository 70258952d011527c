"""`make model`: many examples, as many at once as there are processors, and one line of figures.

They are played in slices of MODEL_SLICE examples, each a process of its own with a seed of its own, so that what fails is
played again by itself, in a minute. MODEL_FIRST begins with another slice than the first, MODEL_MINUTES begins none after so
many minutes: what it closes with says where to go on.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.crash.share import OFFSET
from tests.crash.waiting import until
from tests.model.playing import again, line

EXAMPLES, STEPS = int(os.environ.get("MODEL_EXAMPLES", "2000")), int(os.environ.get("MODEL_STEPS", "50"))
SLICE = min(EXAMPLES, int(os.environ.get("MODEL_SLICE", "20")))
FIRST = int(os.environ.get("MODEL_FIRST", "0"))
MINUTES = float(os.environ.get("MODEL_MINUTES", "inf"))
PROCESSES = int(os.environ.get("MODEL_PROCESSES", str(os.cpu_count() or 1)))

SEEDS = 1000
"""Seeds that each CRASH_OFFSET has for its slices: another offset makes none of the same examples."""

SLICE_SECONDS = 1200.0
"""After so long a slice hangs: it takes a minute or two, ten on a busy machine."""


@dataclass
class Slice:
    """One that is being played."""

    number: int
    process: subprocess.Popen[bytes]
    begun: float
    folder: Path

    @property
    def is_over(self) -> bool:
        return self.process.poll() is not None

    def figures(self) -> Counter[str] | None:
        """None if a promise was broken."""
        kept = self.folder / "figures.json"
        return Counter(json.loads(kept.read_text())) if self.process.returncode == 0 and kept.exists() else None


def main() -> int:
    """Exit code 0 if every promise was kept."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that whatever was started is ended
    number, last = FIRST, -(-EXAMPLES // SLICE)
    begun, playing = time.monotonic(), list[Slice]()
    figures, broken = Counter[str](), list[Slice]()
    with tempfile.TemporaryDirectory(prefix="model-") as folder:
        try:
            while playing or (number < last and _time_is_left(begun)):
                while len(playing) < PROCESSES and number < last and _time_is_left(begun):
                    playing.append(_begun(number, Path(folder)))
                    number += 1
                for over in until(lambda: [one for one in playing if one.is_over], "the end of a slice", SLICE_SECONDS):
                    playing.remove(over)
                    figures += _told(over, broken)
        finally:
            for one in playing:
                one.process.terminate()
            for one in playing:
                one.process.wait()
    rest = f"; go on with MODEL_FIRST={number}" if number < last else ""
    kept = f"{len(broken)} slices broke a promise" if broken else "every promise kept"
    print(f"model: {line(figures)}, {kept}{rest}")
    return 1 if broken else 0


def _time_is_left(begun: float) -> bool:
    return time.monotonic() - begun < MINUTES * 60


def _begun(number: int, folder: Path) -> Slice:
    own = folder / str(number)
    own.mkdir()
    surroundings = {
        "CRASH_OFFSET": str(_seed(number)), "MODEL_EXAMPLES": str(SLICE), "MODEL_STEPS": str(STEPS),
        "MODEL_FIGURES": str(own / "figures.json"),
    }  # fmt: skip
    with (own / "said").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/model/test_model.py"],
            env={**os.environ, **surroundings}, stdout=said, stderr=subprocess.STDOUT,
        )  # fmt: skip
    return Slice(number, process, time.monotonic(), own)


def _seed(number: int) -> int:
    return OFFSET * SEEDS + number


def _told(one: Slice, broken: list[Slice]) -> Counter[str]:
    """Says how it ended; its figures."""
    figures = one.figures()
    if figures is not None:
        print(f"slice {one.number}: {line(figures)}, {time.monotonic() - one.begun:.0f} s", flush=True)
        return figures
    broken.append(one)
    print((one.folder / "said").read_text(errors="replace"))
    print(f"slice {one.number} broke a promise. Again: {again(_seed(one.number), SLICE, STEPS)}", flush=True)
    return Counter()


if __name__ == "__main__":
    sys.exit(main())

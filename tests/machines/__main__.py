"""`make machines`: the town of machines, every blow, and one line of figures. Needs root, for networks of its own."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import traceback
from pathlib import Path

from tests.machines.drill import Drill
from tests.machines.figures import drain, figures
from tests.machines.network import Network, enter

RATE = float(os.environ.get("MACHINES_RATE", "8"))
"""Messages a second, half entries and half answers: as many as two busy cores carry for all eleven machines. At 20 the texts
wait in line there behind one another, and the 90 seconds measure the line."""


def main() -> int:
    """Exit code 0 if every promise was kept."""
    if os.geteuid() != 0:
        print("make machines needs root, to make networks of its own; tests/machines/test_loopback.py needs none")
        return 2
    enter()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that whatever was started is ended
    said = os.fdopen(os.dup(1), "w")
    with tempfile.TemporaryDirectory(prefix="machines-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL is another user
        kept = Path(os.environ.get("MACHINES_LOG", name)) / "machines.log"
        with kept.open("wb", buffering=0) as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
            try:
                with Drill(folder, RATE, Network()) as drill:
                    drill.all_of_it()
                    line, broken = figures(drill, RATE, drain(drill))
            except (TimeoutError, AssertionError) as error:
                traceback.print_exc()
                line, broken = f"machines: not ended; {error}", [str(error)]
    print(line, file=said, flush=True)
    for promise in broken:
        print(f"  broken: {promise}", file=said, flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

"""`make soak`: SOAK_MINUTES (30) at SOAK_RATE (20) turns a second, on PostgreSQL and a Valkey of its own; one line."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.crash.conftest import OwnPostgres, OwnValkey
from tests.gateways import AfricasTalking
from tests.soak.run import soak


def main() -> int:
    minutes, rate = float(os.environ.get("SOAK_MINUTES", "30")), float(os.environ.get("SOAK_RATE", "20"))
    with tempfile.TemporaryDirectory(prefix="soak-") as folder, AfricasTalking(auto_reports=True) as gateway:
        (Path(folder) / "pg").mkdir()
        postgres, valkey = OwnPostgres(Path(folder) / "pg"), OwnValkey(Path(folder) / "live")
        try:
            (Path(folder) / "live").mkdir()
            valkey.start()
            made = soak(
                Path(folder) / "service", gateway, minutes, rate, DATABASE_URL=postgres.url, REDIS_URL=valkey.url
            )
        finally:
            valkey.stop()
            postgres.end()
    for broken in made.broken():
        print(f"broken: {broken}", file=sys.stderr)
    print(made.line())
    return 1 if made.broken() else 0


if __name__ == "__main__":
    sys.exit(main())

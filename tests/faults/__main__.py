"""`make faults`: 200 connections cut exactly at COMMIT, from entry to card, and every line bad in every way. Prints one line
at its end."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.at_commit import SILENT, STORIES, Commits
from tests.faults.bad_lines import BAD, play
from tests.faults.installation import Installation
from tests.faults.parts import own_postgres, own_valkey
from tests.gateways import Twilio

COUNT = int(os.environ.get("FAULTS_COUNT", "200"))
"""Commits that are cut, at least."""

PARTS = sys.argv[1:] or ["lines", "commits"]


def main() -> int:
    """Plays all stories; 1 if a promise was broken."""
    with (
        tempfile.TemporaryDirectory(prefix="faults-") as name,
        own_postgres(Path(name) / "sql") as sql_url,
        own_valkey(Path(name) / "valkey") as live_url,
        Twilio() as twilio,
        Installation(Path(name) / "data", sql_url, live_url, twilio) as there,
    ):
        commits, begun = Commits(there), time.monotonic()
        for bad in BAD if "lines" in PARTS else []:
            print(bad, flush=True)
            play(commits, bad)
        for story, when in SILENT if "lines" in PARTS else []:
            print(f"{story}, {when} the server has it", flush=True)
            commits.play(story, when, 1)
        while "commits" in PARTS and (left := COUNT - sum(commits.cuts.values())) > 0:
            for story, when in STORIES:
                print(f"{story}, {when} the server has it", flush=True)
                commits.play(story, when, -(-left // len(STORIES)))
        broken, line = commits.broken(), commits.line()
    for promise in broken:
        print(f"BROKEN: {promise}")
    bad_lines = len(BAD) if "lines" in PARTS else 0
    print(f"faults: {bad_lines} bad lines, {line}; {time.monotonic() - begun:.0f} s")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

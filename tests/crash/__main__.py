"""`make crash`: kill -9 before every line that tells, in every story, on all cores; ends with one line of figures.

CRASH_EVERY, CRASH_OFFSET: a share of the deaths (share.py). CRASH_STORIES: only these ("Yes,Stop"). CRASH_LINES=executed:
before each executed line, however often the same one is executed. CRASH_SECONDS: no death begins later than that.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from multiprocessing.queues import SimpleQueue
from pathlib import Path

from tests.crash import deaths
from tests.crash.conftest import OwnValkey
from tests.crash.deaths import STORIES, Outcome, Which
from tests.crash.share import OFFSET
from tests.crash.stories import Story

EVERY = int(os.environ.get("CRASH_EVERY", "1"))

SHARDS = 4
"""Parts of one story, so that at the end no core has all that is left."""

Task = tuple[str, Which, int]
Told = tuple[Task, Outcome | None, int]
"""What came of one death of a task; None: it is through, or (1) was cut off."""


def tasks() -> list[Task]:
    """Lines of ours first, in the order of the stories; then those in libraries."""
    wanted = set(filter(None, os.environ.get("CRASH_STORIES", "").split(",")))
    names = [name for story in STORIES if (name := type(story).__name__) in (wanted or {name})]
    ours = deaths.executed if os.environ.get("CRASH_LINES") == "executed" else deaths.that_tell
    return [(name, which, part) for which in (ours, deaths.in_libraries) for name in names for part in range(SHARDS)]


def story_of(name: str) -> Story:
    """The story of this name."""
    return next(story for story in STORIES if type(story).__name__ == name)


def work(own: Sequence[Task], until: float, told: SimpleQueue[Told]) -> None:
    """One process: does `own`, with a Valkey of its own."""
    signal.signal(signal.SIGTERM, _ends)
    with tempfile.TemporaryDirectory(prefix="valkey-") as folder:
        valkey = OwnValkey(Path(folder))
        valkey.start()
        try:
            for task in own:
                name, which, part = task
                story = story_of(name)
                if time.monotonic() > until:
                    told.put((task, None, 1))
                    continue
                with deaths.staged(story, valkey.url) as site:
                    share = which(site, story)[OFFSET % EVERY :: EVERY][part::SHARDS]
                    cut_off = 0
                    for outcome in deaths.outcomes(site, story, share):
                        told.put((task, outcome, 0))
                        if cut_off := int(time.monotonic() > until):
                            break
                    told.put((task, None, cut_off))
        finally:
            valkey.stop()


def _ends(*_: object) -> None:
    """Whoever is asked to stop first stops what it started."""
    sys.exit(143)


def main() -> int:
    """0 if no promise was broken."""
    signal.signal(signal.SIGTERM, _ends)
    began, seconds = time.monotonic(), float(os.environ.get("CRASH_SECONDS", "inf"))
    todo, cores = tasks(), os.cpu_count() or 1
    start = multiprocessing.get_context("fork")
    told: SimpleQueue[Told] = start.SimpleQueue()
    processes = [
        start.Process(target=work, args=(todo[one::cores], began + seconds, told))
        for one in range(min(cores, len(todo)))
    ]
    for process in processes:
        process.start()
    try:
        found, left = listen(told, len(todo), processes)
    finally:
        for process in processes:
            process.terminate()
            process.join()
    rest = f", {left} of {len(todo)} parts not all played" if left else ""
    points = sum(chain(found.values()))
    print(
        f"crash: {points} points, {found['Clean']} clean, {found['Lost']} lost, {found['Doubled']} doubled, "
        f"{found['Half']} half, {found['Unsettled']} unsettled, {found['Failed']} failed{rest}, "
        f"{len(todo) // SHARDS} stories and kinds of lines, {time.monotonic() - began:.0f} s"
    )
    return 0 if points and points == found["Clean"] else 1


def listen(
    told: SimpleQueue[Told], tasks_left: int, processes: Sequence[multiprocessing.process.BaseProcess]
) -> tuple[Counter[str], int]:
    """How many deaths came to what, and how many tasks were cut off; says at once what was wrong, and what is through."""
    found: Counter[str] = Counter()
    by_task: Counter[str] = Counter()
    left = 0
    while tasks_left:
        if told.empty():
            time.sleep(0.05)
            if not any(process.is_alive() for process in processes) and told.empty():
                found["Failed"] += tasks_left
                break
            continue
        (name, which, part), outcome, not_done = told.get()
        title = f"{name}, {which.__name__.replace('_', ' ')}"
        if outcome is None:
            tasks_left, left = tasks_left - 1, left + not_done
            print(f"{title}, part {part + 1} of {SHARDS}: {by_task[f'{title}{part}']} deaths", flush=True)
            continue
        by_task[f"{title}{part}"] += 1
        found[outcome[0]] += 1
        if outcome != deaths.CLEAN:
            print(f"{outcome[0].upper()}: {outcome[1]}", flush=True)
    return found, left


if __name__ == "__main__":
    sys.exit(main())

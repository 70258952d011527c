"""What the service's processes hold: memory, open files, threads; what lies in Redis for ever, on the disk, and half done."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import redis

FLAT = 0.05
"""The share by which memory may grow after the warm-up."""

GRAIN = 2_000
"""kB that count as nothing: what the allocator gives back or not."""

OWN_ANONYMOUS = re.compile(r"^RssAnon:\s+(\d+) kB$", re.MULTILINE)
"""Memory that a process made itself; of files that are mapped the kernel decides how much is there."""

FOR_EVER = re.compile(
    rb"rq:(queues?|workers?|suspended|wip|finished|failed|deferred|scheduled|canceled).*|rq:clean_registries.*"
)
"""Keys of RQ: one a queue and one a worker, whatever was ever sent."""


@dataclass(frozen=True)
class Sample:
    """Of one kind of process: kB of memory, open files and threads of all of them together."""

    memory: int
    files: int
    threads: int


def sampled(pids: Mapping[str, int]) -> dict[str, Sample]:
    """One look at each program, its children included."""
    return {name: _sum([pid, *descendants(pid)]) for name, pid in pids.items()}


def descendants(pid: int) -> list[int]:
    try:
        children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []
    return [*children, *(further for child in children for further in descendants(child))]


def _sum(pids: Sequence[int]) -> Sample:
    memory, files, threads = 0, 0, 0
    for pid in pids:
        folder = Path(f"/proc/{pid}")
        found = OWN_ANONYMOUS.search((folder / "status").read_text())
        memory += int(found[1]) if found else 0
        files += sum(1 for _ in (folder / "fd").iterdir())
        threads += sum(1 for _ in (folder / "task").iterdir())
    return Sample(memory, files, threads)


def growth(before: Sequence[Sample], after: Sequence[Sample]) -> float:
    """By which share the median memory grew; 0 below GRAIN."""
    first, last = (median(one.memory for one in samples) for samples in (before, after))
    return (last - first) / first if abs(last - first) > GRAIN else 0.0


def most(samples: Sequence[Sample]) -> tuple[int, int]:
    """The most files and threads at a time."""
    return max(one.files for one in samples), max(one.threads for one in samples)


def kept_for_ever(url: str) -> Counter[str]:
    """Keys of Redis that never end, by their name up to its last colon; RQ's own left out."""
    client = redis.Redis.from_url(url)
    names: Counter[str] = Counter()
    for key in client.scan_iter(count=1000):
        if client.ttl(key) == -1 and not FOR_EVER.fullmatch(key):
            names[key.decode().rpartition(":")[0]] += 1
    client.close()
    return names


def files_in(folder: Path) -> int:
    """How many files lie there, folders within it included."""
    return sum(1 for one in folder.rglob("*") if one.is_file())

"""Checks files, each in a process of its own, and tells what that took: one line of JSON a file.

python -m tests.authoring.measured FILE...
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

from sms_service.authoring.check import check
from tests.authoring.checking import VOCABULARY


def measured(file: Path) -> dict[str, object]:
    """The findings of a file, and the megabytes that they took above what the process had."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = check([file], VOCABULARY)
    taken = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    longest = max((len(finding.message) for finding in found.findings), default=0)
    first = found.errors[0].message if found.errors else ""
    return {
        "file": file.stem, "megabytes": taken / 1024, "errors": len(found.errors), "longest": longest,
        "first": first, "last": found.errors[-1].message if found.errors else "",
    }  # fmt: skip


if __name__ == "__main__":
    for name in sys.argv[1:]:
        process = os.fork()
        if process == 0:
            print(json.dumps(measured(Path(name))), flush=True)
            os._exit(0)
        _, status = os.waitpid(process, 0)
        if status:
            print(json.dumps({"file": Path(name).stem, "died": status}), flush=True)

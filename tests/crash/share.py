"""Which share of the deaths is died now: all of them take hours.

`CRASH_EVERY=1` is all. Else every CRASH_EVERY-th, beginning with CRASH_OFFSET: a build that sets CRASH_OFFSET to its own
number has died all of them after CRASH_EVERY builds.
"""

from __future__ import annotations

import os

EVERY = int(os.environ.get("CRASH_EVERY", "211"))
"""So chosen that the default takes about one minute for the lines, and one for the processes."""

OFFSET = int(os.environ.get("CRASH_OFFSET", "0"))

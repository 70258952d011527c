"""A line that is bad in every way: what is posted is answered while its gateway waits, and all goes on by itself."""

from __future__ import annotations

from pathlib import Path

from tests.crash.share import EVERY, OFFSET
from tests.faults.at_commit import SILENT, STORIES, Commits
from tests.faults.bad_lines import BAD, Bad, play
from tests.faults.installation import Installation
from tests.gateways import Twilio
from tests.proxy import When


def bad_lines() -> list[Bad]:
    """One of them, another with the next build; or all."""
    return BAD if EVERY == 1 else [BAD[OFFSET * 7 % len(BAD)]]


def stories() -> list[tuple[str, When]]:
    """The same of the moments at which a COMMIT is cut."""
    every = [*STORIES, *SILENT]
    return every if EVERY == 1 else [every[OFFSET * 5 % len(every)]]


def test_on_bad_lines_and_cut_at_the_commit_everything_happens_once(
    tmp_path: Path, fresh_postgres: str, valkey_url: str, live: object, twilio: Twilio
) -> None:
    """Cut before the server has the COMMIT, and after: nobody here can know which."""
    with Installation(tmp_path, fresh_postgres, valkey_url, twilio) as there:
        commits = Commits(there)
        for bad in bad_lines():
            play(commits, bad)
        for story, when in stories():
            commits.play(story, when, 1)
        assert sum(commits.cuts.values()) > 0
        assert commits.broken() == [], commits.line()

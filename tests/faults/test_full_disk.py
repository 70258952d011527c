"""A disk that is full, under the real web process: 503 and a red /readyz, no 2xx for what is not kept, and on with room again.

No root and no small file system is needed: a running process may be forbidden to write to files at all (RLIMIT_FSIZE, which
says EFBIG where a full disk says ENOSPC). /dev/full is a full disk for what is only written to, such as a log.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sms_service.enrolment import ledger_heads
from sms_service.store.tables import outbox, registration, turn
from tests.conftest import ROOT
from tests.crash.drive import web_workers
from tests.crash.waiting import until
from tests.faults.installation import Installation
from tests.gateways import Twilio
from tests.town import ENROLER, ENTRY, MEMBER, Town

NONE = (0, resource.RLIM_INFINITY)
ANY = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@contextmanager
def full_disk(pids: list[int]) -> Iterator[None]:
    """These processes can write to no file meanwhile; sockets and pipes are none."""
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, NONE)
    try:
        yield
    finally:
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, ANY)


@pytest.fixture
def there(tmp_path: Path, fresh_postgres: str, valkey_url: str, live: object, twilio: Twilio) -> Iterator[Installation]:
    with Installation(tmp_path, fresh_postgres, valkey_url, twilio) as made:
        yield made


def test_sql_is_away_and_the_spools_disk_is_full(there: Installation) -> None:
    master = there.processes["web"].pids()["web"]
    sid = "SM" + "1" * 32
    with full_disk([master, *web_workers(master)]):
        assert there.texts(ENROLER, "HELP") == 200, "PostgreSQL has a disk of its own"
        status, problems = there.ready()
        assert (status, [told for told in problems if "spool's folder cannot be written" in told]) == (503, problems)
        there.lines["web"].sql.behave("reset on connect")
        for _ in range(3):
            assert there.texts(ENROLER, ENTRY, sid) == 503
        status, problems = there.ready()
        assert status == 503
        assert any("the database cannot be reached" in told for told in problems), problems
    assert there.texts(ENROLER, ENTRY, sid) == 200, "there is room again: it is kept"
    there.lines["web"].sql.behave("ok")
    there.until_heard([MEMBER], "XYZ: Anil entered you")

    there.until_settled()
    assert len(there.rows(registration)) == 1
    assert there.heard(ENROLER, "Saved") == 1


def test_sqlites_own_disk_is_full_and_so_is_the_spools(tmp_path: Path, valkey_url: str, live: object) -> None:
    """Everything that the installation writes lies on one disk, as it does where SQLite is used."""
    with Twilio() as twilio, Installation(tmp_path, "", valkey_url, twilio) as there:
        pids = [pid for one in there.processes.values() for pid in one.pids().values()]
        with full_disk([*pids, *web_workers(there.processes["web"].pids()["web"])]):
            assert [there.texts(ENROLER, ENTRY, f"SM{number:032d}") for number in (1, 1, 2)] == [503] * 3
        assert [row for row in there.rows(turn) if row.channel == "twilio"] == []
        assert there.texts(ENROLER, ENTRY, f"SM{1:032d}") == 200
        there.until_heard([MEMBER], "XYZ: Anil entered you")
        there.until_settled()

        assert len(there.rows(registration)) == 1
        assert {row.status for row in there.rows(outbox)} == {"sent"}


def test_a_log_on_a_full_disk_keeps_nobody_from_working(town: Town) -> None:
    """The worker sends what there is, though not a line of what it says can be written."""
    town.phone(ENROLER, "twilio").sends(ENTRY)
    town.twilio.behave("500", times=1, accept=False)  # so that there is something to say
    environment = {**town.environment, "SMS_SERVICE_CONFIG": str(ROOT / "config.yaml"), "PATH": "/usr/bin:/bin"}
    with Path("/dev/full").open("w") as full:
        process = subprocess.Popen(
            [sys.executable, "-m", "workers.deliver"], env=environment, cwd=ROOT, stdout=full, stderr=full
        )
        try:
            until(lambda: len(town.twilio.accepted) == 1, "the other message sent", 60)
            until(lambda: [row.status for row in town.rows(outbox)].count("sent") == 1, "and settled", 60)
            assert process.poll() is None
        finally:
            process.kill()
            process.wait()


def test_a_head_of_the_ledger_is_left_whole_or_not_at_all(tmp_path: Path) -> None:
    """Half a file would stand there for ever, and `ledger verify` would take it for a forgery."""
    half = (
        "import resource, sys, pathlib; from sms_service.enrolment import ledger_heads; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20, 20)); "
        "ledger_heads.leave(pathlib.Path(sys.argv[1]), '2026-11-21', 'x' * 300)"
    )
    ran = subprocess.run([sys.executable, "-c", half, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert "File too large" in ran.stderr
    assert list(tmp_path.iterdir()) == []

    ledger_heads.leave(tmp_path, "2026-11-21", "x" * 300)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("2026-11-21.json", "x" * 300)]

"""The tests are tested: each defence is taken out, one at a time, and the test that is named for it fails."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.crash.breaks import BREAKS

NAMED = {
    "the_unique_key": (
        "tests/store/test_inbox.py::test_the_log_takes_no_turn_twice[sqlite-2-the first]",
        "DID NOT RAISE",
    ),
    "the_compare_and_set": (
        "tests/store/test_people.py::test_a_turn_counts_only_from_where_it_began[sqlite]",
        "assert not",
    ),
    "the_lease": ("tests/store/test_outbox.py::test_a_lease_that_ended_is_taken_over_once[sqlite]", "assert"),
    "the_lease_that_ended": (
        "tests/workers/test_deliver.py::test_a_worker_slower_than_its_lease_puts_nothing_back_that_another_has_in_hand",
        "assert",
    ),
    "the_look_for_stop_at_the_claim": (
        "tests/store/test_outbox.py::test_stop_is_looked_at_when_a_message_is_claimed[sqlite]",
        "assert",
    ),
    "the_signature": (
        "tests/channels/test_twilio.py::TestTwilio::test_a_request_without_proof_is_forged",
        "DID NOT RAISE",
    ),
}
"""What is taken out; the test that notices, and a word of what it says."""


def test_every_defence_has_its_test() -> None:
    assert NAMED.keys() == BREAKS.keys()


@pytest.mark.parametrize("taken_out", NAMED)
def test_its_test_fails_without(taken_out: str) -> None:
    named, says = NAMED[taken_out]

    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.crash.breaks", "-p", "no:cacheprovider", named],
        env={**os.environ, "BREAK": taken_out}, cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip

    assert "1 failed" in ran.stdout, f"{ran.stdout}{ran.stderr}"
    found = [line for line in ran.stdout.splitlines() if line.startswith("E ")]
    assert any(says in line for line in found), ran.stdout


def test_and_passes_with_all_of_them() -> None:
    """So that each fails for want of what was taken out."""
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(named for named, _ in NAMED.values())],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip

    assert f"{len(NAMED)} passed" in ran.stdout, f"{ran.stdout}{ran.stderr}"

"""The path of a turn as the log keeps it: one session or several, there and back, and cut between two words."""

from __future__ import annotations

import pytest

from sms_service.store.paths import PATH_MAX, Way, kept, ways


@pytest.mark.parametrize(
    ("several", "path"),
    [
        ([], ""),
        ([Way("join", ["ask", "yes", "thanks"])], "ask yes thanks"),
        ([Way("join", ["ask", "remind"]), Way("tea", ["tea2", "expired"])], "ask remind tea/: tea2 expired"),
        ([Way("join", ["area/ask", "remind"]), Way("join", ["ask", "expired"])], "area/ask remind join/: ask expired"),
        ([Way("join", []), Way("tea", []), Way("chai", ["a"])], "tea/: chai/: a"),
    ],
)
def test_there_and_back(several: list[Way], path: str) -> None:
    assert kept(several) == path
    assert list(ways("join", path)) == (several or [Way("join", [])])


def test_a_path_that_is_too_long_is_cut_between_two_words() -> None:
    path = kept([Way("join", ["state"] * 100), Way("tea", ["other"] * 100)])
    assert len(path) <= PATH_MAX
    assert set(path.split()) == {"state", "tea/:", "other"}

"""The heavy tests take turns in CI, and none is left out for good."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import turns


def item(file: str, name: str = "test_it") -> pytest.Item:
    return SimpleNamespace(path=turns.TESTS / file, name=name)  # type: ignore[return-value]


def test_every_heavy_file_is_there() -> None:
    assert [file for file in turns.HEAVY if not (Path(turns.TESTS) / file).is_file()] == []


@pytest.mark.parametrize("file", turns.HEAVY)
def test_each_has_its_turn_once_in_so_many_commits(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "HEAVY_EVERY", 5)
    runs = []
    for offset in range(5):
        monkeypatch.setattr(turns, "OFFSET", offset)
        runs.append(not turns.another_time(item(file)))
    assert sum(runs) == 1


def test_the_domain_on_postgres_takes_turns_too_and_on_sqlite_it_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "POSTGRES_EVERY", 3)
    runs = []
    for offset in range(3):
        monkeypatch.setattr(turns, "OFFSET", offset)
        runs.append(not turns.another_time(item("enrolment/test_holds.py", "test_it[postgres]")))
        assert not turns.another_time(item("enrolment/test_holds.py", "test_it[sqlite]"))
        assert not turns.another_time(item("store/test_claims.py", "test_it[postgres]"))
    assert sum(runs) == 1

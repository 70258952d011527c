"""docs/reliability.md names a test for each of the forty-four that we are held to, and every test that it names is there."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT

DOCS = (ROOT / "docs" / "reliability.md").read_text()
SECTION = DOCS.partition("\n## Which test looks at what\n")[2].partition("\n## ")[0]
ROWS = [[cell.strip() for cell in row.strip("|").split("|")] for row in SECTION.splitlines() if re.match(r"\| \d", row)]
TESTS = 44


def test_each_of_them_has_a_row() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, TESTS + 1))


def test_every_row_names_a_test() -> None:
    assert [row[0] for row in ROWS if "`tests/" not in row[3]] == []


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`(tests/[^`]+)`", DOCS))))
def test_what_is_named_is_there(named: str) -> None:
    file, _, name = named.partition("::")
    path = ROOT / file
    assert path.exists(), named
    if name:
        assert f"def {name}(" in path.read_text(), named


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`make (\w+)", DOCS))))
def test_every_command_is_a_target(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)

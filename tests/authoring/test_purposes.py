"""Consents that the service knows, and effects that need one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.authoring.checking import VOCABULARY, findings, findings_of

ADMITS = """\
flow: x
about: Makes a member.
starts: {on: registration.saved}
languages: [en]
states:
STATES
  join: {do: admit_member, outcomes: {admitted: bye, not_waiting: bye}}
  bye: {end: true}
"""
ASK = '  ask: {say: "Join? 1 yes, 2 no", consent: {purpose: membership, yes: {key: 1, next: join}, no: {key: 2, next: bye}}}'
MENU = '  menu: {say: "1 join, 2 at once", choose: {1: ask, 2: join}}\n'
CALLS = "  go: {call: other, outcomes: {done: join}}"
OTHER = "flow: other\nabout: Another flow.\nlanguages: [en]\nstates:\n"


def test_what_an_effect_needs_is_among_the_purposes() -> None:
    assert VOCABULARY.effects["admit_member"].purpose == VOCABULARY.purposes[0] == "membership"


@pytest.mark.parametrize(
    ("states", "way"),
    [
        (ASK, None),
        (ASK.replace("{key: 2, next: bye}", "{key: 2, next: join}"), 'from "ask" by no'),
        (MENU + ASK, 'from "menu" by 2'),
        (CALLS, None),  # who knows what an unknown flow asks
    ],
)
def test_a_member_is_made_by_her_own_yes(states: str, way: str | None, tmp_path: Path) -> None:
    found = [one for one in findings_of(tmp_path, ADMITS.replace("STATES", states)) if "needs a yes" in one]
    assert [one.partition("on the way ")[2].partition(":")[0] for one in found] == ([way] if way else [])


@pytest.mark.parametrize(
    ("says", "count"),
    [("  bye: {say: Hello, end: true}\n", 1), (ASK.replace("join", "bye") + "\n  bye: {end: true}\n", 0)],
)
def test_a_called_flow_may_have_asked(says: str, count: int, tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(OTHER + says)
    (tmp_path / "x.yaml").write_text(ADMITS.replace("STATES", CALLS))
    assert len(findings(tmp_path / "x.yaml")) == count


def test_of_a_flow_that_is_called_nothing_is_said(tmp_path: Path) -> None:
    called = ADMITS.replace("STATES\n", "").replace("starts: {on: registration.saved}\n", "")
    assert ["nothing begins this flow" in found for found in findings_of(tmp_path, called)] == [True]

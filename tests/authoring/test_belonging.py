"""Effects in flows that have nothing for them to be done to."""

from __future__ import annotations

from pathlib import Path

import pytest

from sms_service.authoring.check import check
from sms_service.config import Config
from sms_service.vocabulary import vocabulary
from tests.authoring.checking import findings_of

ADMITS = """\
flow: admits
about: Makes a member.
languages: [en]
states:
  join: {do: admit_member, outcomes: {admitted: bye, not_waiting: bye}}
  bye: {end: true}
"""
CALLS = """\
flow: calls
about: Calls it.
starts: {STARTS}
languages: [en]
states:
  go: {call: admits, end: true}
"""
ABOUT = "this is about a registration: only a flow that starts on registration.saved has one"


def findings(folder: Path, **flows: str) -> list[str]:
    for name, text in flows.items():
        (folder / f"{name}.yaml").write_text(text)
    return [f.message for f in check([folder / "admits.yaml"], vocabulary(Config())).findings]


@pytest.mark.parametrize(
    ("starts", "found"),
    [
        ("on: registration.saved", []),
        ("on: registration.returned", [ABOUT]),  # it is the enroler's phone then
        ("on: card.ready", [ABOUT]),
        ("keywords: [JOIN]", [ABOUT]),
        ('ussd: "*1#"', [ABOUT]),
        ("words: help", [ABOUT]),
        ("on: registration.saved, keywords: [JOIN]", [ABOUT]),
    ],
)
def test_an_effect_about_a_registration_needs_one(tmp_path: Path, starts: str, found: list[str]) -> None:
    begun = ADMITS.replace("languages:", f"starts: {{{starts}}}\nanswers_stopped: true\nlanguages:")
    assert [message for message in findings(tmp_path, admits=begun) if "registration.saved" in message] == found


def test_a_called_flow_is_judged_by_who_calls_it(tmp_path: Path) -> None:
    [alone] = findings(tmp_path, admits=ADMITS)
    assert "nothing begins this flow" in alone, "of the effect nobody can say: nobody at hand calls it"
    assert findings(tmp_path, admits=ADMITS, calls=CALLS.replace("STARTS", "on: registration.saved")) == []
    by_keyword = CALLS.replace("STARTS", "keywords: [JOIN]")
    assert findings(tmp_path, admits=ADMITS, calls=by_keyword) == [f"{ABOUT} (flow calls calls this one)"]


# --- a flow that nothing begins -----------------------------------------------------------------------------------

ALONE = "flow: x\nabout: A.\nlanguages: [en]\nstates:\n  bye: {say: Bye, end: true}\n"
CALLER = "flow: y\nabout: A.\nstarts: {{keywords: [TELL]}}\nlanguages: [en]\nstates:\n  a: {{call: {}, end: true}}\n"


def test_a_flow_that_nothing_begins_is_told(tmp_path: Path) -> None:
    warning = "1:7: warning: nothing begins this flow: give it `starts`, or let another flow call it"
    assert findings_of(tmp_path, ALONE) == [warning]
    (tmp_path / "y.yaml").write_text(CALLER.format("z"))
    assert findings_of(tmp_path, ALONE) == [warning]


@pytest.mark.parametrize("beside", [CALLER.format("x"), "a: [", "flow: y\n"])
def test_a_flow_that_is_called_or_may_be_is_right(beside: str, tmp_path: Path) -> None:
    """Also by a flow that cannot be read: nobody knows what it calls."""
    (tmp_path / "y.yaml").write_text(beside)
    assert findings_of(tmp_path, ALONE) == []


def test_of_starts_that_are_misspelt_that_alone_is_told(tmp_path: Path) -> None:
    [found] = findings_of(tmp_path, ALONE.replace("languages", "strats: {keywords: [TELL]}\nlanguages"))
    assert "strats" in found

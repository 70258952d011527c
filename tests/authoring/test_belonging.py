"""Effects in flows that have nothing for them to be done to."""

from __future__ import annotations

from pathlib import Path

import pytest

from sms_service.authoring.check import check
from sms_service.config import Config
from sms_service.vocabulary import vocabulary

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
    assert findings(tmp_path, admits=ADMITS) == [], "nobody at hand calls it: nobody can say"
    assert findings(tmp_path, admits=ADMITS, calls=CALLS.replace("STARTS", "on: registration.saved")) == []
    by_keyword = CALLS.replace("STARTS", "keywords: [JOIN]")
    assert findings(tmp_path, admits=ADMITS, calls=by_keyword) == [f"{ABOUT} (flow calls calls this one)"]

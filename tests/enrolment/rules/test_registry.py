"""Every rule has its line in docs/rules.md, its settings and tests that trip it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sms_service.config import Rules
from sms_service.enrolment.rules import RULES

HERE = Path(__file__).parent
PAGE = (HERE.parent.parent.parent / "docs" / "rules.md").read_text()
LINES = {row[1]: row[0] for row in re.finditer(r"^\| `(\w+)` \|.*$", PAGE, re.MULTILINE)}
TESTS = "\n".join(file.read_text() for file in HERE.glob("test_*.py"))


def test_the_page_names_every_rule_and_no_other() -> None:
    assert set(LINES) == set(RULES)


@pytest.mark.parametrize("name", RULES)
def test_every_rule_names_its_settings_and_their_defaults(name: str) -> None:
    for setting in RULES[name].settings:
        default = getattr(Rules(), setting)
        shown = f"`{setting}`" if isinstance(default, bool) else f"`{setting}` {default:g}"
        assert shown in LINES[name]


@pytest.mark.parametrize("name", RULES)
def test_every_rule_says_what_it_looks_at_and_is_tested_on_both_sides(name: str) -> None:
    assert RULES[name].check.__doc__
    assert len(re.findall(rf"def test_{name}_", TESTS)) >= 2


def test_every_setting_belongs_to_a_rule() -> None:
    used = {setting for rule in RULES.values() for setting in rule.settings}
    assert set(Rules.model_fields) - used == {"told_hours"}, "which turn_away goes by"

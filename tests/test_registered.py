"""Whatever is registered has its test and its line in the documentation. What is missing is named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from sms_service.authoring.build import KINDS
from sms_service.channels.base import Channel
from sms_service.config_gateways import Channels
from sms_service.engine.model import AnyState
from sms_service.enrolment.answer_types import TYPES
from sms_service.enrolment.effect_shapes import HAPPENINGS, SHAPES
from tests.channels.test_every_channel import channel_modules
from tests.test_cli import commands
from tests.test_config import ALL

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests"
FLOWS = (ROOT / "docs" / "flows.md").read_text()
DOCS = "\n".join(file.read_text() for file in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))])

STATE_KINDS = [one.__struct_config__.tag for one in get_args(AnyState)]
COMMANDS = [" ".join(path) for path in commands() if path and not any(longer[:-1] == path for longer in commands())]
CHANNELS: list[tuple[str, type[Channel]]] = channel_modules()
SHARES = {"whatsapp": "twilio"}
"""Channels of a gateway that another channel reaches too: they share its settings and its stand-in."""


def names_of_tests(file: str) -> list[str]:
    """The names of the tests in a file, without `test_`."""
    return re.findall(r"def test_(\w+)", (TESTS / file).read_text())


def in_backticks(text: str) -> set[str]:
    """Whatever the documentation sets as code, word by word."""
    return {word for code in re.findall(r"`([^`\n]+)`", text) for word in re.findall(r"[\w]+", code)}


# --- state kinds, effects, answer types ---------------------------------------------------------------------------


def test_every_kind_of_state_is_known_to_the_loader() -> None:
    assert set(STATE_KINDS) == {*KINDS, "say", "end"}


@pytest.mark.parametrize("kind", STATE_KINDS)
def test_every_kind_of_state_has_its_test_and_its_line(kind: str) -> None:
    tested = {word for name in names_of_tests("engine/test_step.py") for word in name.split("_")}
    assert kind in tested, f"tests/engine/test_step.py has no test named for the state kind {kind}"
    assert kind in in_backticks(FLOWS), f"docs/flows.md says nothing of the state kind `{kind}`"


@pytest.mark.parametrize("effect", SHAPES)
def test_every_effect_has_its_tests_and_its_line(effect: str) -> None:
    files = sorted((TESTS / "enrolment").glob("test_effects*.py"))
    source = "".join(file.read_text() for file in files)
    names = [name for file in files for name in names_of_tests(f"enrolment/{file.name}")]
    outcomes = SHAPES[effect].outcomes
    if len(outcomes) == 1:
        named = f'"{effect}"' in source or any(name.startswith(effect) for name in names)
        assert named, f"tests/enrolment/test_effects*.py has no test of the effect {effect}"
    else:
        missing = [o for o in outcomes if not any(name.startswith(f"{effect}_{o}") for name in names)]
        assert not missing, f"tests/enrolment/test_effects*.py lacks test_{effect}_{'..., '.join(missing)}..."
    assert effect in in_backticks(FLOWS), f"docs/flows.md says nothing of the effect `{effect}`"
    unsaid = [outcome for outcome in outcomes if outcome not in in_backticks(FLOWS)]
    assert not unsaid, f"docs/flows.md says nothing of the outcomes {unsaid} of `{effect}`"


@pytest.mark.parametrize("answer_type", TYPES)
def test_every_answer_type_has_its_test_and_its_line(answer_type: str) -> None:
    files = (TESTS / "enrolment" / "answer_types").glob("test_*.py")
    tested = any(f'read("{answer_type}"' in file.read_text() for file in files)
    assert tested, f"no test in tests/enrolment/answer_types reads a {answer_type}"
    assert answer_type in in_backticks(FLOWS), f"docs/flows.md says nothing of the answer type `{answer_type}`"


@pytest.mark.parametrize("happening", HAPPENINGS)
def test_whatever_begins_a_flow_has_its_line(happening: str) -> None:
    assert f"`{happening}`" in FLOWS, f"docs/flows.md says nothing of `{happening}`"


# --- commands and settings ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_test_and_its_line(command: str) -> None:
    typed = ", ".join(f'"{word}"' for word in command.split())
    tested = any(typed in file.read_text() for file in TESTS.rglob("test_*.py") if file != Path(__file__))
    assert tested, f"no test runs `sms-service {command}`"
    assert f"sms-service {command}" in DOCS, f"neither README.md nor docs/ names `sms-service {command}`"


@pytest.mark.parametrize("setting", [name for name, _, _ in ALL])
def test_every_setting_has_its_line(setting: str) -> None:
    key = setting.rpartition(".")[2]
    lines = (ROOT / "config.yaml").read_text().splitlines()
    assert any(line.strip().startswith(f"{key}:") for line in lines), f"config.yaml has no line for {setting}"


# --- channels -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "channel"), CHANNELS, ids=lambda value: str(value))
def test_every_channel_has_its_tests_its_stand_in_its_settings_and_its_lines(name: str, channel: type[Channel]) -> None:
    assert (TESTS / "channels" / f"test_{name}.py").exists(), f"tests/channels/test_{name}.py is missing"
    gateway = SHARES.get(name, name)
    assert gateway in Channels.model_fields, f"config.py has no section channels.{gateway}"
    assert name in DOCS, f"neither README.md nor docs/ names the channel {name}"
    if channel.routes:
        assert (TESTS / "gateways" / f"{gateway}.py").exists(), f"tests/gateways/{gateway}.py, the stand-in, is missing"
        assert f"/hooks/{channel.name}/" in DOCS, f"neither README.md nor docs/ tells the addresses of {name}"
    missing = [route for route in channel.routes if not re.search(rf"[/`]{re.escape(route)}`", DOCS)]
    assert not missing, f"neither README.md nor docs/ tells the addresses {missing} of {name}"

"""The shipped flows: every transcript goes as it says, and every flow has one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sms_service.authoring.talk import read_talk
from sms_service.config import read_config
from sms_service.rehearsal import play
from tests.conftest import ROOT

FLOWS = ROOT / "flows"


@pytest.mark.parametrize("file", sorted(FLOWS.glob("*.talk")), ids=lambda file: file.name)
def test_the_transcript_goes_as_it_says(file: Path) -> None:
    assert play(read_config(file=ROOT / "config.yaml"), file) == []


def test_a_transcript_that_says_something_else_is_shown_with_both_lines(tmp_path: Path) -> None:
    file = tmp_path / "wrong.talk"
    file.write_text("== Help\nphone Ram +919876543210\nRam > help\nRam < We cannot help.\n")

    [failure] = play(read_config(file=ROOT / "config.yaml"), file)

    assert (failure.line, failure.scene) == (4, "Help")
    assert "- Ram < We cannot help." in failure.message
    assert "+ Ram < XYZ: people are entered by our enrolers" in failure.message


def test_a_message_that_no_line_names_is_a_failure(tmp_path: Path) -> None:
    file = tmp_path / "silent.talk"
    file.write_text("phone Ram +919876543210\nRam > help\n")

    [failure] = play(read_config(file=ROOT / "config.yaml"), file)

    assert "Ram also got, and the transcript does not say so" in failure.message


def test_the_first_flow_of_the_guide_works_as_it_stands_there(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "flows.md").read_text()
    flow, talk = re.findall(r"```(?:yaml)?\n(.*?)```", guide, re.DOTALL)[:2]
    for file in FLOWS.glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "feedback.yaml").write_text(flow)
    (tmp_path / "feedback.talk").write_text(talk)
    config = read_config(file=ROOT / "config.yaml").model_copy(update={"flows_dir": tmp_path})

    assert play(config, tmp_path / "feedback.talk") == []


def test_every_flow_is_spoken_in_some_transcript() -> None:
    scenes = [scene for file in FLOWS.glob("*.talk") for scene in read_talk(file.read_text(), file.name)]
    assert len(scenes) >= 20
    said = {step.text for scene in scenes for step in scene.steps}
    assert {"HELP", "START", "Stop."} <= said

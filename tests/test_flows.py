"""The shipped flows: every transcript goes as it says, and every flow has one."""

from __future__ import annotations

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


def test_every_flow_is_spoken_in_some_transcript() -> None:
    scenes = [scene for file in FLOWS.glob("*.talk") for scene in read_talk(file.read_text(), file.name)]
    assert len(scenes) >= 20
    said = {step.text for scene in scenes for step in scene.steps}
    assert {"HELP", "START", "Stop."} <= said

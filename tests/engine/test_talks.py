"""Back, restart and optional fields, as phones see them: the transcript of a flow that calls another one."""

from __future__ import annotations

from pathlib import Path

from sms_service.config import read_config
from sms_service.workbench.rehearsal import play
from tests.conftest import ROOT

TALKS = Path(__file__).parent / "talks"


def test_the_transcript_goes_as_it_says() -> None:
    config = read_config(environ={}, file=ROOT / "config.yaml").model_copy(update={"flows_dir": TALKS})
    failures = play(config, TALKS / "visit.talk")
    assert not failures, "\n".join(map(str, failures))

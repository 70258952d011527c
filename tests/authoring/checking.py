"""What the tests of the checker share: the words of this service, and the findings as the command prints them."""

from __future__ import annotations

from pathlib import Path

from sms_service.authoring.check import check
from sms_service.config import read_config
from sms_service.vocabulary import vocabulary
from tests.conftest import ROOT

BROKEN = ROOT / "tests" / "broken_flows"
GOOD = ROOT / "tests" / "authoring" / "good_flows"
VOCABULARY = vocabulary(read_config(file=ROOT / "config.yaml"))


def findings(*files: Path) -> list[str]:
    """What `sms-service flow check` prints of these files of one folder, when it is run in that folder."""
    return [str(found).removeprefix(f"{files[0].parent}/") for found in check(files, VOCABULARY).findings]


def findings_of(folder: Path, flow: str, name: str = "x") -> list[str]:
    """The same of one flow, given as text, without the name of the file."""
    (folder / f"{name}.yaml").write_text(flow)
    return [found.removeprefix(f"{name}.yaml:") for found in findings(folder / f"{name}.yaml")]

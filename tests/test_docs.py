"""What docs/flows.md shows works: every flow in it is right, every state of it can be written so, every finding is given."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from sms_service.authoring.check import check
from sms_service.config import Config, IdFormat
from sms_service.vocabulary import vocabulary

DOCS = Path(__file__).parent.parent / "docs" / "flows.md"
BLOCKS = re.findall(r"```yaml\n(.*?)```", DOCS.read_text(), re.DOTALL)
WHOLE = [block for block in BLOCKS if re.search(r"^states:", block, re.MULTILINE)]
STATES = [block for block in BLOCKS if block.startswith("  ") and re.match(r"  \w+:", block)]

UNION_CARD = IdFormat(pattern="[A-Z]{2}[0-9]{6}", example="AB123456")

HEAD = """\
flow: shown
about: The states that docs/flows.md shows.
languages: [{languages}]
takes: {{name: name, age: number}}
states:
"""


def findings(folder: Path, *flows: str) -> list[str]:
    """What the checker says of these flows, each written where it belongs."""
    files = []
    for flow in flows:
        files.append(folder / f"{re.findall(r'^flow: (.+)', flow, re.MULTILINE)[0]}.yaml")
        files[-1].write_text(flow)
    found = check(files, vocabulary(Config(id_formats={"union_card": UNION_CARD}))).findings
    return [str(finding).removeprefix(f"{folder}/") for finding in found]


@pytest.mark.parametrize("flow", WHOLE, ids=lambda flow: re.findall(r"^flow: (.+)", flow, re.MULTILINE)[0])
def test_every_flow_that_is_shown_is_right(flow: str, tmp_path: Path) -> None:
    assert findings(tmp_path, flow) == []


def test_the_mistake_that_is_shown_is_found_as_it_is_shown(tmp_path: Path) -> None:
    [shown] = re.findall(r"write `next: thnaks`\.\n\n((?:    .+\n)+)", DOCS.read_text())
    broken = WHOLE[0].replace("next: thanks", "next: thnaks")
    assert findings(tmp_path, broken) == textwrap.dedent(shown).replace("flows/", "").splitlines()


@pytest.mark.parametrize("states", STATES, ids=lambda states: states.split(":")[0].strip())
def test_every_state_that_is_shown_can_be_written_so(states: str, tmp_path: Path) -> None:
    """Of states taken out of their flow the checker says only that they lead, or are led to, by states not shown."""
    languages = "en, hi" if "hi:" in states else "en"
    found = findings(tmp_path, HEAD.format(languages=languages) + states, *WHOLE)
    expected = (
        "there is no state",
        "nothing leads to",
        "no end can be reached",
        "there is no variable",
        "has no texts in",
    )
    assert [finding for finding in found if not any(words in finding for words in expected)] == []

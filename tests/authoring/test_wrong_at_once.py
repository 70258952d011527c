"""The answer to a text in which every field is wrong, at its longest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.authoring.checking import findings_of

FLOW = """\
flow: x
about: Two fields.
starts: {keywords: [ENTER]}
languages: [en]
limits: {segments: 1}
states:
  details:
    collect:
      name: {type: name, ask: "Name?", wrong: "NAME"}
      booth: {type: booth, ask: "Booth?", wrong: "BOOTH"}
    next: bye
  bye: {end: true}
"""


@pytest.mark.parametrize(("letters", "count"), [(79, 0), (80, 1)])
def test_all_that_is_wrong_is_counted_together(letters: int, count: int, tmp_path: Path) -> None:
    text = FLOW.replace("NAME", "n" * 80).replace("BOOTH", "b" * letters)  # and a line end between: 160 with 79
    found = findings_of(tmp_path, text)
    assert len(found) == count
    assert all("takes 2 segments in en, limits.segments is 1" in one for one in found)


def test_the_service_has_words_too_and_so_has_the_question(tmp_path: Path) -> None:
    own = FLOW.replace(', wrong: "BOOTH"', "").replace("NAME", "n" * 130)
    assert len(findings_of(tmp_path, own)) == 1
    unclear = FLOW.replace(', wrong: "BOOTH"', "").replace(', wrong: "NAME"', "")
    unclear = unclear.replace("    next: bye\n", f'    next: bye\n    unclear: {{say: "{"u" * 90}"}}\n')
    assert len(findings_of(tmp_path, unclear)) == 1

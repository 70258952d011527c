"""Whether flows may serve beside one another: checked as they would serve, all at once."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sms_service.authoring.check import Checked, check
from sms_service.authoring.source import Finding
from sms_service.authoring.vocabulary import Vocabulary

Sources = Mapping[str, str]
"""The texts of flow files, by the flow's name."""


def check_together(after: Sources, changed: Collection[str], before: Sources, vocabulary: Vocabulary) -> Checked:
    """What is wrong if the flows `after` serve, of which those in `changed` are new or other than those that serve now
    (`before`). The file of each finding is the name of its flow alone.

    Of the changed flows all is told. Of the others the errors that they did not have until now: a caller that a result
    has no way on in, say. What was wrong with them before is nobody's fault today, and must not keep others from being
    mended.
    """
    order = [name for name in {**after, **before} if name not in changed] + sorted(changed)
    checked = _check(after, order, vocabulary)
    others = [one for one in checked.errors if one.file not in changed]
    known = _check(before, order, vocabulary).errors if others else []
    checked.findings = [one for one in checked.findings if one.file in changed]
    checked.findings += (one for one in others if one not in known)
    return checked


def _check(sources: Sources, order: Collection[str], vocabulary: Vocabulary) -> Checked:
    with staged(sources) as folder:
        checked = check([folder / f"{name}.yaml" for name in order if name in sources], vocabulary)
    checked.findings = [replace(one, file=Path(one.file).stem) for one in checked.findings]
    return checked


@contextmanager
def staged(sources: Sources) -> Iterator[Path]:
    """A folder with these flows and no others."""
    with tempfile.TemporaryDirectory(prefix="flows-") as folder:
        for name, text in sources.items():
            (Path(folder) / f"{name}.yaml").write_text(text, encoding="utf-8", newline="")
        yield Path(folder)


def in_files(findings: Collection[Finding], files: Mapping[str, str]) -> list[Finding]:
    """The findings with the files that a reader knows: those of `files` (by flow), or what is published of the others."""
    return [replace(one, file=files.get(one.file, f"{one.file}.yaml as it is published")) for one in findings]

"""`flow check`: everything that is wrong with flow files, or dear, or misleading; all of it at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path as File
from typing import NamedTuple

from sms_service.authoring.claims import claimed_twice
from sms_service.authoring.lengths import Lengths, length_findings
from sms_service.authoring.lint import Lint, Together
from sms_service.authoring.load import Draft, read_draft
from sms_service.authoring.registered import registered_findings
from sms_service.authoring.source import FINDINGS_MAX, BrokenFlow, Finding, read_source
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.authoring.wrong_at_once import wrong_at_once
from sms_service.engine.model import Flow


@dataclass
class Checked:
    """What was found in the files asked for, and the flows of those that could be read (also of their neighbours).
    `lengths` and `by_ussd` (which of them are walked by USSD) are about the files asked for."""

    findings: list[Finding] = field(default_factory=list)
    flows: dict[str, Flow] = field(default_factory=dict)
    lengths: dict[str, Lengths] = field(default_factory=dict)
    by_ussd: set[str] = field(default_factory=set)

    @property
    def errors(self) -> list[Finding]:
        """Without the warnings."""
        return [finding for finding in self.findings if finding.level == "error"]


def check(files: Sequence[File], vocabulary: Vocabulary, texts: Mapping[File, str] | None = None) -> Checked:
    """Checks flow files. Flows that lie beside them are read too, for calls and for what they begin with, and not judged.

    `texts`: what some of the files are to hold, which is checked instead of what they hold.
    """
    texts = texts or {}
    checked, drafts, unread = Checked(), dict[File, Draft](), 0
    neighbours = {file for asked in files for file in asked.parent.glob("*.yaml") if file.is_file()}
    for file in sorted({*files, *neighbours}):
        try:
            drafts[file] = read_draft(texts[file] if file in texts else read_source(file), str(file), vocabulary)
        except BrokenFlow as broken:
            unread += 1
            if file in files:
                checked.findings += broken.findings
    by_name: dict[str, Draft] = {}
    for file, draft in drafts.items():  # of two files that claim one flow, the one that is called like it
        if draft.flow and (draft.flow.name not in by_name or draft.flow.name == file.stem):
            by_name[draft.flow.name] = draft
    checked.flows = {name: draft.flow for name, draft in by_name.items() if draft.flow}
    asked = {file: draft for file, draft in drafts.items() if file in files}
    judged = {name: draft for name, draft in by_name.items() if any(draft is one for one in asked.values())}
    every = Together(
        checked.flows,
        {name: draft.unread for name, draft in by_name.items()},
        vocabulary,
        judged,
        whole=not unread and all(draft.flow for draft in drafts.values()),
    )
    for file, draft in asked.items():
        checked.findings += draft.findings
        if draft.flow is None:
            continue
        if draft.flow.name != file.stem:
            message = f"flow {draft.flow.name} belongs in {draft.flow.name}.yaml: rename the file, or the flow"
            checked.findings.append(draft.source.finding(("flow",), message))
        together = every if by_name[draft.flow.name] is draft else every.with_flow(draft.flow, draft.unread)
        examined = _examined(draft, draft.flow, together)
        checked.findings += examined.findings
        checked.lengths[draft.flow.name] = examined.lengths
        checked.by_ussd |= {draft.flow.name} if examined.by_ussd else set()
    others = {file: draft for file, draft in drafts.items() if file not in files}
    checked.findings += claimed_twice(
        [drafts[file] for file in files if file in drafts], others, lambda draft: _is_right(draft, every)
    )
    checked.findings = _in_order(checked.findings)
    return checked


class _Examined(NamedTuple):
    """What is to be said of one flow, and what the command shows of it."""

    findings: list[Finding]
    lengths: Lengths
    by_ussd: bool


def _examined(draft: Draft, flow: Flow, together: Together) -> _Examined:
    """All that is to be said of a flow besides what kept its file from being read."""
    lint = Lint(draft, flow, together)
    findings = list(lint.findings())
    lengths, by_ussd = Lengths(flow, together.analysis, together.vocabulary, lint.rendered), lint.by_ussd()
    findings += length_findings(lengths, draft.source, draft.places, by_ussd=by_ussd)
    findings += wrong_at_once(flow, lengths, draft.source, together.vocabulary)
    flows, rules = list({**together.flows, flow.name: flow}.values()), together.vocabulary.dlt
    findings += registered_findings(draft, flow, flows, together.forms, rules)
    return _Examined(findings, lengths, by_ussd)


def _is_right(draft: Draft, together: Together) -> bool:
    """Whether nothing at all is to be said of a draft, for itself."""
    return not draft.findings and draft.flow is not None and not _examined(draft, draft.flow, together).findings


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Each once, in the order of the files; of a file with too many the first."""
    told: list[Finding] = []
    for file, of_file in groupby(sorted(set(findings)), key=lambda finding: finding.file):
        first = list(of_file)
        told += first[:FINDINGS_MAX]
        more = len(first) - FINDINGS_MAX
        told += [Finding(file, first[-1].line, 1, f"and {more:,} more: mend these first")] if more > 0 else []
    return told

"""Ways in that two flows want (keyword, USSD code, what happens): only one of them would ever begin."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path as File

from sms_service.authoring.load import Draft
from sms_service.authoring.source import Finding, Path
from sms_service.engine.answers import fold
from sms_service.engine.model import Flow


def claimed_twice(
    asked: Sequence[Draft], beside: Mapping[File, Draft], is_right: Callable[[Draft], bool]
) -> Iterator[Finding]:
    """Of the drafts asked for, those that want what an earlier one of them has, or one that lies beside them.

    Those beside count only where nothing is wrong with them, which is looked at only then: a draft or a copy that somebody
    left in the folder takes nothing away from anybody.
    """
    there: dict[tuple[str, str], list[Draft]] = {}
    for file, draft in beside.items():
        for kind, name, _ in _wanted(draft.flow) if draft.flow and draft.flow.name == file.stem else ():
            there.setdefault((kind, name), []).append(draft)
    right: dict[int, bool] = {}
    owners: dict[tuple[str, str], str] = {}
    for draft in asked:
        for kind, name, path in _wanted(draft.flow):
            assert draft.flow
            owner = owners.setdefault((kind, name), draft.flow.name)
            for other in there.get((kind, name), ()) if owner == draft.flow.name else ():
                if other.flow and other.flow.name != owner and right.setdefault(id(other), is_right(other)):
                    owner = other.flow.name
                    break
            if owner != draft.flow.name:
                written = draft.flow.starts.keywords[int(path[1])] if kind == "the keyword" else name
                message = f'{kind} "{written}" begins flow {owner} already: only one flow can have it'
                yield draft.source.finding(("starts", *path), message)


def _wanted(flow: Flow | None) -> Iterator[tuple[str, str, Path]]:
    """What begins a flow, as it is compared, and where under `starts` it stands."""
    if flow is None:
        return
    starts = flow.starts
    if starts.on:
        yield "what happens", starts.on, ("on",)
    if starts.words:
        yield "words", starts.words, ("words",)
    for number, keyword in enumerate(starts.keywords):
        yield "the keyword", fold(keyword), ("keywords", number)
    for number, code in enumerate(starts.ussd):
        yield "the code", code, ("ussd", number)

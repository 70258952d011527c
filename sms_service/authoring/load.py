"""A flow file becomes a Flow, or a list of findings with line, column and what to do; never something in between."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import PurePath
from typing import Any

from sms_service.authoring import ways
from sms_service.authoring.build import Builder
from sms_service.authoring.mending import language_code
from sms_service.authoring.parts import as_name, read_part
from sms_service.authoring.schema import EVERY_LANGUAGE, LANGUAGE, NAME, HeadPart, StatePart
from sms_service.authoring.shape_words import PATTERNS, STATE_KEYS
from sms_service.authoring.source import BrokenFlow, Finding, Path, Source
from sms_service.authoring.suggest import nearest
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.engine.model import Flow

__all__ = ["Draft", "Vocabulary", "load_flow", "read_draft"]


@dataclass
class Draft:
    """A flow file as far as it could be read: all findings so far, and the flow where there is one to look at.

    `unread` are states that are not well formed: nobody can say where they lead. `places` tells where each template
    stands, `sources` what it says. `head` and `parts` (by state) are the file as it is written.
    """

    source: Source
    findings: list[Finding]
    flow: Flow | None = None
    unread: frozenset[str] = frozenset()
    places: Mapping[str, Path] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    head: HeadPart | None = None
    parts: Mapping[str, StatePart] = field(default_factory=dict)


def load_flow(text: str, file: str, vocabulary: Vocabulary) -> Flow:
    """The flow that `text` (a whole file) describes; `file` names it in findings. Raises BrokenFlow with all of them.

    It refuses only what could not run, or not as it was meant: versions that served once are loaded for years, and whatever
    else there is to say about a flow file is for the check (check.py).
    """
    draft = read_draft(text, file, vocabulary)
    errors = [finding for finding in draft.findings if finding.level == "error"]
    if errors or draft.flow is None:
        raise BrokenFlow(errors)
    return draft.flow


def read_draft(text: str, file: str, vocabulary: Vocabulary) -> Draft:
    """Reads as much of a flow file as can be read. Raises BrokenFlow where it is no YAML at all."""
    source = Source(text, file)
    findings = list(source.findings)
    if not isinstance(source.data, dict) or not source.data:
        what = "expected lines of `key: value`" if source.data else "this file is empty"
        where = source.finding((), f"{what}: a flow begins with `flow: name`", of_key=True)
        return Draft(source, findings if source.is_broken(()) else [*findings, where])
    data = dict(source.data)
    states = _states(data, source, findings)
    guessed = {"flow": PurePath(file).stem, "languages": _languages(data.get("languages"), states)}
    head = read_part(HeadPart, data, (), source, findings, guessed).part
    if head is None or not states:
        return Draft(source, findings)
    names = list(states)
    read = {name: read_part(StatePart, state, ("states", name), source, findings) for name, state in states.items()}
    for name in names:
        if not re.match(NAME, name):
            hint = f': write "{as_name(name)}"' if as_name(name) else ""
            findings.append(source.finding(("states", name), f"{PATTERNS[NAME]}{hint}", of_key=True))
    unread = frozenset(name for name, part in read.items() if not part.sure)
    parts = {name: part.part for name, part in read.items() if part.part is not None}
    builder = Builder(head, parts, names, source, vocabulary, unread)
    flow = builder.build(hashlib.sha256(text.encode()).hexdigest())
    told = {(finding.line, finding.column) for finding in findings}  # of one place the first thing said is the cause
    findings += (finding for finding in builder.findings if (finding.line, finding.column) not in told)
    findings += _without_a_question(flow, source, builder.guessed)
    return Draft(source, findings, flow, unread, builder.places, builder.sources, head, parts)


def _states(data: dict[str, Any], source: Source, findings: list[Finding]) -> dict[str, Any]:
    """The states, taken out of `data`; {} where there are none, and then a finding says so."""
    key = "states" if "states" in data else nearest("states", [key for key in data if key not in HeadPart.model_fields])
    if key not in ("states", ""):
        findings.append(source.finding((key,), f'unknown key "{key}", did you mean "states"?', of_key=True))
        source.meant(("states",), (key,))
    states = data.pop(key, None) if key else None
    within = states if isinstance(states, dict) else {}
    if key and (within or states is None) and (outside := _outside(data, within)):
        for name in outside:
            hint = f'"{name}" is a state and stands beside "states": indent it under that'
            findings.append(source.finding((name,), hint, of_key=True))
            source.meant(("states", name), (name,))
        return {**within, **{name: data.pop(name) for name in outside}}
    if isinstance(states, dict) and states:
        return states
    if isinstance(states, list):
        what = 'states are no list: leave out the "- " before each name'
    elif key:
        what = "there are no states under this: `name:` and under it what the state does"
    else:
        what = "there are no states: add `states:`, under it `name:`, and under that what the state does"
    if not source.is_broken(("states",)):
        findings.append(source.finding(("states",), what, of_key=True))
    return {}


def _outside(data: Mapping[str, Any], within: Mapping[str, Any]) -> list[str]:
    """The states that stand at the beginning of their lines, as the keys of the head do, and not `within` the states."""
    others = {key: value for key, value in data.items() if not (key in HeadPart.model_fields or key in STATE_KEYS)}
    return [
        key
        for key, value in others.items()
        if isinstance(value, dict) and value and key not in within and value.keys() <= STATE_KEYS
    ]


def _languages(written: Any, states: Mapping[str, Any]) -> list[str]:
    """The languages that were meant, where the flow does not say them well: those of the first texts, if not at all."""
    names = (
        re.findall(r"[^,\s]+", written) if isinstance(written, str) else written if isinstance(written, list) else []
    )
    for state in states.values() if not names else ():
        said = state.get("say") if isinstance(state, dict) else None
        names = list(said) if isinstance(said, dict) else names
    codes = [name if len(name) == 3 else language_code(name) for name in map(str, names or ())]
    return list(dict.fromkeys(code for code in codes if re.match(LANGUAGE, code))) or [EVERY_LANGUAGE]


def _without_a_question(flow: Flow, source: Source, guessed: Collection[tuple[str, str]]) -> Iterator[Finding]:
    """Circles in which nobody is asked anything; those that only a misspelt state closes are none."""
    for circle in ways.circles(flow):
        if not any(step in guessed for step in pairwise([*circle, circle[0]])):
            sentence = "goes" if len(circle) == 1 else "go"
            yield source.finding(
                ("states", circle[0]),
                f"{_joined(circle)} {sentence} round without asking anything: this would never end, let a question stand "
                "between",
                of_key=True,
            )


def _joined(names: Sequence[str]) -> str:
    names = [*names[:3], f"{len(names) - 3} more"] if len(names) > 4 else names
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

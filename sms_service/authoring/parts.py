"""Parts of a flow file, read into the shapes of schema.py, and what is said of those that have another shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from sms_service.authoring.mending import TWO_LETTERS, Patient, holds, language_code
from sms_service.authoring.schema import LANGUAGE, NAME, Part
from sms_service.authoring.shape_words import (
    ALIASES,
    belongs_under,
    expected_under,
    known_keys,
    of_a_state,
    other_name,
    sentence,
)
from sms_service.authoring.source import Finding, Path, Source, shown
from sms_service.authoring.suggest import did_you_mean

PROBLEMS_MAX = 200
"""Mistakes of shape told of one part; whoever has more has another kind of file in hand."""

ROUNDS = 4
"""How often a part is mended: a key that was misspelt may hide another one, and a value left out may have been needed."""

SomePart = TypeVar("SomePart", bound=Part)


class Read(NamedTuple):
    """A part, or None where nothing could be made of it. `sure`: where it leads and what it sets is as the file says."""

    part: Any
    sure: bool


def read_part(
    kind: type[SomePart], data: Any, path: Path, source: Source, findings: list[Finding],
    filled: Mapping[str, Any] | None = None,
) -> Read:  # fmt: skip
    """One part of the file, which stands at `path`. `filled` stands in for what is missing at its top."""
    sure, told, patient = True, set[Path](), Patient(data, path, source, filled or {})
    for steps in list(_nothing(data, ()))[:PROBLEMS_MAX]:
        findings.append(_nothing_stands(source, (*path, *steps)))
        told.add((*path, *steps))
        sure &= patient.mended(steps, {"type": "string_type", "loc": steps})
    for steps in _too_deep(data) if "say" in kind.model_fields else ():
        hint = f'indent "{steps[-1]}" less, as far as "say": it is no language of this text'
        findings.append(source.finding((*path, *steps), hint, of_key=True))
        told.add((*path, *steps))
        patient.lifted(steps)
    for _ in range(ROUNDS):
        try:
            return Read(kind.model_validate(patient.data), sure)
        except ValidationError as error:
            problems = list(_told_once(_named(error.errors(include_url=False))))[:PROBLEMS_MAX]
        for problem in sorted(problems, key=lambda one: one["type"] != "extra_forbidden"):
            steps = _steps(problem, (), patient.data)
            here = source.written((*path, *steps))
            if problem["type"] == "missing" and patient.has(steps):
                continue  # it was there under a misspelt name
            if not any(here[: len(one)] == one or one[: len(here)] == here for one in told):
                if not source.is_broken(here):
                    findings.append(_finding(source, (*path, *steps), problem))
                told.add(here)
            sure &= patient.mended(steps, problem)
        told -= patient.renamed
    return Read(None, sure=False)


def _nothing(data: Any, steps: Path) -> Iterator[Path]:
    """Every key without a value: pydantic would take it for one that was left out."""
    for step, inner in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        if inner is None:
            yield (*steps, step)
        yield from _nothing(inner, (*steps, step))


def _too_deep(data: Any) -> Iterator[Path]:
    """The keys of a state that stand below its text, among the languages."""
    said = data.get("say") if isinstance(data, dict) else None
    for key, value in said.items() if isinstance(said, dict) else ():
        if of_a_state(key, value) and key not in data:
            yield ("say", key)


def _nothing_stands(source: Source, path: Path) -> Finding:
    if source.behind(path).lstrip().startswith("#"):
        return source.finding(path, "what follows # is a comment: put a text that begins with # in quotes")
    return source.finding(path, f"nothing stands here: expected {expected_under(path) or 'a value'}")


def _named(problems: Sequence[Any]) -> list[Any]:
    """With "str" for the branch of a text, which pydantic calls after the function that makes texts of numbers."""
    return [
        {**problem, "loc": tuple("str" if str(step).startswith("function-") else step for step in problem["loc"])}
        for problem in problems
    ]


def _told_once(problems: Sequence[Any]) -> Iterator[Any]:
    """Without what pydantic says a second time: of a text that is wrong as a string it also says how it is wrong ByKind."""
    as_kinds = {loc[: loc.index("ByKind")] for loc in (problem["loc"] for problem in problems) if "ByKind" in loc[:-1]}
    for problem in problems:
        loc = problem["loc"]
        if loc[-1:] != ("ByKind",) and (loc[-1:] != ("str",) or loc[:-1] not in as_kinds):
            yield problem


def _steps(problem: Mapping[str, Any], path: Path, data: Any) -> Path:
    """Where in `data` the problem is: pydantic's place without the branches of unions ("str", "ByKind")."""
    for step in problem["loc"]:
        there = isinstance(data, dict | list) and holds(data, step)
        if there or (step not in ("str", "ByKind", "[key]", "") and step == problem["loc"][-1]):
            path = (*path, step)
            data = data[step] if there else None
    return path


def _finding(source: Source, path: Path, problem: Mapping[str, Any]) -> Finding:
    key = str(path[-1]) if path else ""
    if problem["type"] == "extra_forbidden":
        known = known_keys(path)
        if (other := other_name(key, known)) and not did_you_mean(key, [other]):
            return source.finding(path, f'unknown key "{shown(key)}": write "{other}"', of_key=True)
        hint = "" if TWO_LETTERS.match(key) else did_you_mean(key, known)
        if not hint and (other := next(iter(ALIASES.get(key.lower(), ())), "")) and belongs_under(other):
            hint = f': write "{other}"{belongs_under(other)}'
        hint = hint or belongs_under(key)
        return source.finding(path, f'unknown key "{shown(key)}"{hint}', of_key=True)
    if problem["type"] == "missing":
        return source.finding(path[:-1], f'"{key}" is missing here', of_key=True)
    if "[key]" in problem["loc"]:
        return source.finding(path, sentence(problem) + _instead(problem, key), of_key=True)
    if len(path) == 2 and path[0] == "states":
        what = "this state is empty" if problem["input"] is None else "a state is more than a word"
        return source.finding(path, f"{what}: write under it what it does, such as `say: ...` and `end: true`")
    return source.finding(path, sentence(problem) + _instead(problem, str(problem["input"])))


def _instead(problem: Mapping[str, Any], written: str) -> str:
    """What to write for a name or a language that cannot be one."""
    pattern = problem.get("ctx", {}).get("pattern", "")
    meant = {LANGUAGE: language_code(written), NAME: as_name(written)}
    return f': write "{meant[pattern]}"' if meant.get(pattern) and re.match(pattern, meant[pattern]) else ""


def as_name(written: str) -> str:
    """Say Bye as say_bye; "" where no name comes of it."""
    name = re.sub(r"[^a-z0-9]+", "_", written.lower()[:50]).strip("_")
    return name if re.match(NAME, name) else ""

"""Parts of a flow file, read into the shapes of schema.py. A part with mistakes is mended so far that all else is judged too.

Without that, a misspelt key in the head would hide a missing translation in the last state, and an operator would mend
one thing at a time.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from sms_service.authoring.build import did_you_mean, nearest
from sms_service.authoring.schema import LANGUAGE, NAME, Part, belongs_under, known_keys, sentence
from sms_service.authoring.source import Finding, Path, Source, shown

PROBLEMS_MAX = 200
"""Mistakes of shape told of one part; whoever has more has another kind of file in hand."""

ROUNDS = 4
"""How often a part is mended: a key that was misspelt may hide another one, and a value left out may have been needed."""

FILLED: Mapping[str, Any] = {
    "flow": "unnamed", "about": "-", "type": "", "after": "1 day", "purpose": "unknown", "ask": "-", "label": "-",
    "sms": "-", "ussd": "-",
}  # fmt: skip
"""What stands in for something that is missing and says nothing about where the dialogue goes or what it knows."""

STAND_INS: Mapping[str, Any] = {
    "options": {"any": {"label": "-"}}, "choose": {"1": {"next": ""}}, "decide": [{"next": ""}],
    "collect": {"any": {"type": "", "ask": "-"}},
}  # fmt: skip
"""What stands in for something that is empty."""

SomePart = TypeVar("SomePart", bound=Part)


class Read(NamedTuple):
    """A part, or None where nothing could be made of it. `sure`: where it leads and what it sets is as the file says."""

    part: Any
    sure: bool


def read_part(
    kind: type[SomePart], data: Any, path: Path, source: Source, findings: list[Finding],
    filled: Mapping[str, Any] | None = None,
) -> Read:  # fmt: skip
    """One part of the file, which stands at `path`. `filled` stands in for what is missing, besides FILLED."""
    sure, told = True, set[Path]()
    for _ in range(ROUNDS):
        try:
            return Read(kind.model_validate(data), sure)
        except ValidationError as error:
            problems = list(_told_once(_named(error.errors(include_url=False))))[:PROBLEMS_MAX]
        if not told:
            data = copy.deepcopy(data)
        for problem in sorted(problems, key=lambda one: one["type"] != "extra_forbidden"):
            steps = _steps(problem, (), data)
            here = (*path, *steps)
            if problem["type"] == "missing" and _at(data, steps[:-1], steps[-1]):
                continue  # it was there under a misspelt name
            if not any(here[: len(one)] == one for one in told):
                if not source.is_broken(here):
                    findings.append(_finding(source, here, problem))
                told.add(here)
            sure &= _mended(data, steps, problem, {**FILLED, **(filled or {})}, path, source, told)
    return Read(None, sure=False)


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
        there = isinstance(data, dict | list) and _holds(data, step)
        if there or (step not in ("str", "ByKind", "[key]", "") and step == problem["loc"][-1]):
            path = (*path, step)
            data = data[step] if there else None
    return path


def _finding(source: Source, path: Path, problem: Mapping[str, Any]) -> Finding:
    key = str(path[-1]) if path else ""
    if problem["type"] == "extra_forbidden":
        hint = did_you_mean(key, known_keys(path)) or belongs_under(key)
        return source.finding(path, f'unknown key "{shown(key)}"{hint}', of_key=True)
    if problem["type"] == "missing":
        return source.finding(path[:-1], f'"{key}" is missing here', of_key=True)
    if "[key]" in problem["loc"]:
        return source.finding(path, sentence(problem) + _instead(problem, key), of_key=True)
    if len(path) == 2 and path[0] == "states":
        what = "this state is empty" if problem["input"] is None else "a state is more than a word"
        return source.finding(path, f"{what}: write under it what it does, such as `say: ...` and `end: true`")
    if problem["input"] is None and source.behind(path).lstrip().startswith("#"):
        return source.finding(path, "what follows # is a comment: put a text that begins with # in quotes")
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


def language_code(name: str) -> str:
    """English, EN and en-IN are en, if all goes well."""
    return name[:2].lower()


def _at(data: Any, steps: Path, key: str | int) -> bool:
    for step in steps:
        data = data[step] if _holds(data, step) else None
    return _holds(data, key)


def _mended(
    data: Any, steps: Path, problem: Mapping[str, Any], filled: Mapping[str, Any], path: Path, source: Source,
    told: set[Path],
) -> bool:  # fmt: skip
    """Mends one problem in place; False where nobody can say any more where the part leads, or what it sets."""
    around: Any = data
    step: Any
    for step in steps[:-1]:
        around = around[step] if isinstance(around, dict | list) and _holds(around, step) else None
    if not steps or not isinstance(around, dict | list):
        return False
    holder: Any = around
    key: Any = steps[-1]
    if problem["type"] == "missing" and isinstance(around, dict):
        holder[str(key)] = filled.get(str(key), "")
        return key in filled
    if not _holds(around, key):
        return False
    if problem["type"] == "extra_forbidden" or "[key]" in problem["loc"]:
        value = holder.pop(key)
        foreign = problem["type"] == "extra_forbidden"
        meant = nearest(str(key), known_keys((*path, *steps))) if foreign else language_code(str(key))
        if meant and meant not in holder:
            holder[meant] = value
            source.meant((*path, *steps[:-1], meant), (*path, *steps))
            told.discard((*path, *steps))
        return True
    if problem["type"] == "too_short" and key in STAND_INS:
        holder[key] = copy.deepcopy(STAND_INS[key])
        return bool(key == "options")
    if problem["type"] in ("string_type", "dict_type") and _is_text(steps):
        holder[key] = "-"
        return True
    del holder[key]
    return key in ("times", "back", "min", "max", "format", "level", "segments", "screens", "ussd_unicode", "about")


def _holds(around: Any, key: str | int) -> bool:
    if isinstance(around, dict):
        return key in around
    return isinstance(around, list) and isinstance(key, int) and key < len(around)


def _is_text(steps: Path) -> bool:
    last = [step for step in steps if not re.fullmatch(r"[a-z]{2,3}|sms|ussd", str(step)) or step in ("say", "ask")]
    return bool(last) and last[-1] in ("say", "ask", "label", "wrong")

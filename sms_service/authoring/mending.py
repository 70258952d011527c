"""A part of a flow file that has mistakes in it, mended so far that all else in it can be judged too.

Without that, a misspelt key in the head would hide a missing translation in the last state, and an operator would mend
one thing at a time.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from sms_service.authoring.shape_words import known_keys, other_name
from sms_service.authoring.source import Path, Source
from sms_service.authoring.suggest import nearest

NO_PURPOSE = "unknown"
"""The purpose of a consent whose author names none."""

FILLED: Mapping[str, Any] = {
    "flow": "unnamed", "about": "-", "type": "", "after": "1 day", "purpose": NO_PURPOSE, "ask": "-", "label": "-",
    "sms": "-", "ussd": "-",
}  # fmt: skip
"""What stands in for something that is missing and says nothing about where the dialogue goes or what it knows."""

NOWHERE: Mapping[str, Any] = {
    "next": "", "then": "", "into": "unnamed", "key": "z", "yes": {"key": "y", "next": ""}, "no": {"key": "n", "next": ""},
}  # fmt: skip
"""What stands in for something that is missing, so that nobody can say where it leads or what it sets."""

STAND_INS: Mapping[str, Any] = {
    "options": {"any": {"label": "-"}}, "choose": {"1": {"next": ""}}, "decide": [{"next": ""}],
    "collect": {"any": {"type": "", "ask": "-"}},
}  # fmt: skip
"""What stands in for something that is empty."""

HARMLESS = frozenset(
    {
        "about", "after", "answers_stopped", "back", "expires", "format", "keywords", "label", "level", "limits", "max", "min",
        "on", "remind", "screens", "segments", "starts", "takes", "times", "ussd", "ussd_unicode", "who", "words", "wrong",
    }
)  # fmt: skip
"""Keys without which a part still leads where it says, and sets what it says."""

TWO_LETTERS = re.compile(r"[a-z]{2}\Z")
"""An unknown key of two letters is a language in the wrong place, and not a misspelt key."""


class Patient:
    """One part under treatment: `data` is what stands at `path`, a copy that is mended. `filled` stands in for what is
    missing, besides FILLED. `renamed` are the misspelt keys, as written, whose values can be read now."""

    def __init__(self, data: Any, path: Path, source: Source, filled: Mapping[str, Any]) -> None:
        self.data, self._original = data, data
        self.renamed: set[Path] = set()
        self._path, self._source, self._filled = path, source, {**FILLED, **filled}

    def has(self, steps: Path) -> bool:
        """Whether something stands there."""
        return bool(steps) and holds(self._at(steps[:-1]), steps[-1])

    def mended(self, steps: Path, problem: Mapping[str, Any]) -> bool:
        """Mends one of pydantic's problems. False where nobody can say any more where the part leads, or what it sets."""
        if self.data is self._original:
            self.data = copy.deepcopy(self._original)
        while len(steps) > 1 and not isinstance(self._at(steps[:-1]), dict | list):
            steps = steps[:-1]  # one value, which stands for a list of one
        holder: Any = self._at(steps[:-1])
        if not steps or not isinstance(holder, dict | list):
            return False
        key: Any = steps[-1]
        if problem["type"] == "missing" and isinstance(holder, dict):
            holder[key] = copy.deepcopy(self._filled.get(key, NOWHERE.get(key, "")))
            return key in self._filled
        if not holds(holder, key):
            return False
        if problem["type"] == "extra_forbidden" or "[key]" in problem["loc"]:
            self._renamed(holder, key, steps, foreign=problem["type"] == "extra_forbidden")
            return True
        stand_in = _stand_in(steps, problem)
        if stand_in is None:
            del holder[key]
            return key in HARMLESS
        holder[key] = stand_in
        return key not in ("choose", "decide", "collect")

    def lifted(self, steps: Path) -> None:
        """Takes what stands too deep up to the top of this part."""
        if self.data is self._original:
            self.data = copy.deepcopy(self._original)
        self.data[steps[-1]] = self._at(steps[:-1]).pop(steps[-1])
        self._source.meant((*self._path, steps[-1]), self._source.written((*self._path, *steps)))

    def _at(self, steps: Path) -> Any:
        data: Any = self.data
        step: Any
        for step in steps:
            data = data[step] if holds(data, step) else None
        return data

    def _renamed(self, holder: Any, key: str, steps: Path, *, foreign: bool) -> None:
        """A key under the name that was meant, or gone."""
        value = holder.pop(key)
        if foreign:
            known = known_keys((*self._path, *steps))
            meant = other_name(key, known) or ("" if TWO_LETTERS.match(key) else nearest(key, known))
        else:
            meant = language_code(key)
        if meant and meant not in holder:
            holder[meant] = value
            written = self._source.written((*self._path, *steps))
            self._source.meant((*self._path, *steps[:-1], meant), written)
            self.renamed.add(written)


def _stand_in(steps: Path, problem: Mapping[str, Any]) -> Any:
    """What stands in for a value of the wrong kind or size; None if it is best left out."""
    if problem["type"] == "too_short":
        return copy.deepcopy(STAND_INS.get(str(steps[-1])))
    if problem["type"] in ("less_than_equal", "greater_than_equal"):
        return next(iter(problem["ctx"].values()))
    return "-" if problem["type"] in ("string_type", "dict_type") and _is_text(steps) else None


def _is_text(steps: Path) -> bool:
    named = [step for step in steps if not re.fullmatch(r"[a-z]{2,3}|sms|ussd", str(step)) or step in ("say", "ask")]
    return bool(named) and named[-1] in ("say", "ask", "label", "wrong")


def holds(around: Any, key: str | int) -> bool:
    """Whether a list or a mapping has something there."""
    if isinstance(around, dict):
        return key in around
    return isinstance(around, list) and isinstance(key, int) and key < len(around)


def language_code(name: str) -> str:
    """English, EN and en-IN are en, if all goes well."""
    return name[:2].lower()

"""Values to try a text with: the longest that its variables can have, and those that its conditions tell apart.

`{% if age < 18 %}` is never true of the longest age; what stands behind it would be neither measured nor checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice, product
from typing import Any

from sms_service.authoring.proofread import literals
from sms_service.authoring.variables import Names, longest, nested
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.engine.model import Field

TRIED_MAX = 64
"""Sets of values that one text is tried with: six variables that are yes or no. Who writes more `if`s writes two states."""

_CONDITION = re.compile(r"\{%-?\s*(?:el)?if\b(.*?)%\}|\{\{[^{}]*?\bif\b([^{}]*)\}\}", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")
_NUMBER = re.compile(r"(?<![\w.])-?[0-9]{1,9}(?![\w.])")

Values = dict[str, Any]


def tried(source: str, used: set[str], known: Names, language: str, vocabulary: Vocabulary) -> Iterator[Values]:
    """Sets of values for the variables of a text, the longest first; more than one only for a text with conditions.

    `used` are the names in the text, `known` the variables there are where it stands.
    """
    wanted = concerned(known, used)
    fields = {name: known.all_fields(name) for name in wanted}
    most = {name: max((longest(one, language, vocabulary) for one in fields[name]), key=_length) for name in wanted}
    told_apart: list[str] = []
    conditions = ""
    if "if" in source and "{% for" not in source:  # a loop takes its time, and is over letters
        conditions = " ".join(part for found in _CONDITION.finditer(source) for part in found.groups() if part)
        told_apart = [name for name in dict.fromkeys(_NAME.findall(conditions)) if name in fields]
    choices = [list(dict.fromkeys(_values(fields[name], most[name], name, conditions))) for name in told_apart]
    for values in islice(product(*choices), TRIED_MAX):
        yield nested({**most, **dict(zip(told_apart, values, strict=True))}, vocabulary)


def never(source: str, known: Names) -> Iterator[tuple[str, str, str]]:
    """Comparisons that are never true, as (variable, value, what it can be): the options of a choice have no such value."""
    for name, value in literals(source):
        fields = known.all_fields(name) if name in known else []
        options = [option.value for asked in fields for option in asked.options]
        if value not in options and all(asked.options for asked in fields) and options:
            yield name, value, ", ".join(dict.fromkeys(options))


def concerned(known: Names, used: Iterable[str]) -> list[str]:
    """The known variables that a text with these names is about: the same, the groups they are in, and what is in them."""
    used = set(used)
    groups = {group for name in used for group in _groups(name)}
    return [name for name in known.sharing(used) if name in groups or not used.isdisjoint(_groups(name))]


def _groups(name: str) -> Iterator[str]:
    """`a.b.c` is in `a.b.c`, `a.b` and `a`."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def _length(value: Any) -> int:
    return len(str(value))


def _values(fields: list[Field], most: Any, name: str, conditions: str) -> Iterator[Any]:
    """What one variable can be, as far as a condition can tell: the longest value first."""
    yield most
    compared = [value for other, value in literals(conditions) if other == name]
    for asked in fields:
        if asked.options:
            yield from (option.value for option in asked.options)
        elif isinstance(most, bool):
            yield not most
        elif isinstance(most, int):
            least, last = asked.parameters.get("min", 0), asked.parameters.get("max", most)
            around = {int(number) + step for number in _NUMBER.findall(conditions) for step in (-1, 0, 1)}
            yield from sorted(value for value in {least, *around} if least <= value <= last)
        else:
            yield from compared

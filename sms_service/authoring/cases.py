"""Conditions that nothing can turn: always or never true of the numbers and options that a variable can be, or decided
already by an earlier case. Only conditions that are one comparison with a fixed value are looked at."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import floor
from typing import NamedTuple

from sms_service.authoring.conditions import Comparison, bare_variable, single
from sms_service.authoring.proofread import codes
from sms_service.authoring.variables import FIELDS_MAX, Known
from sms_service.engine.model import Decide, Field

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


class Said(NamedTuple):
    """What is to be told of a condition, and the word in it that it is about. `harmless`: nobody goes a wrong way."""

    sentence: str
    word: str
    harmless: bool = False


def unturned(source: str, here: Known) -> Iterator[Said]:
    """Of the conditions in a text, or of a condition as a text has it, those that the bounds of a number, or a choice that
    always has a value, decide once and for all."""
    for said, code in codes(source):
        variable = bare_variable(code)
        fields = _fields(variable, here) if not said and variable in here.sure else []
        if fields and all(field.options for field in fields):
            option = fields[0].options[0].value
            yield Said(
                f"\"{variable}\" always has a value here, so this is always true: compare it, like `{variable} == '{option}'`",
                variable,
            )
    for one in single(source):
        least, most = _bounds(_fields(one.name, here))
        numbers = _numbers((one,), least, most)
        if one.literal.kind != "number" or (least is None and most is None):
            continue
        holds = {_COMPARE[one.sign](number, one.literal.value) for number in numbers}
        if len(holds) == 1:
            asked = " and ".join(
                f"{key} {bound}" for key, bound in (("min", least), ("max", most)) if bound is not None
            )
            always = "always" if holds.pop() else "never"
            sentence = (
                f'"{one.name}" is asked for with {asked}: this is {always} true; change the condition, or leave it out'
            )
            yield Said(sentence, one.name, always == "always")


def shadowed(state: Decide, here: Known) -> Iterator[tuple[int, Said]]:
    """Cases of a `decide`, by their number from 0, that are never reached: an earlier one holds of all that they hold of."""
    earlier: list[Comparison] = []
    for number, (condition, _) in enumerate(state.cases):
        source = f"{{% if {condition} %}}{{% endif %}}"
        for one in single(source):
            fields = _fields(one.name, here)
            before = next((other for other in earlier if fields and _covers(other, one, fields)), None)
            earlier.append(one)
            if before:
                written = f"{before.name} {before.sign} {before.literal.written}"
                sentence = f"this is never reached: `{written}` stands before it and holds as well; put this one first"
                same = (before.sign, before.literal.value) == (one.sign, one.literal.value)
                yield (
                    number,
                    Said(
                        f"this is never reached: `{written}` stands before it; leave one out" if same else sentence,
                        one.name,
                    ),
                )


def _covers(before: Comparison, one: Comparison, fields: Sequence[Field]) -> bool:
    """Whether the first holds wherever the second does (and the second does anywhere: else that is what is to be told)."""
    kinds = {before.literal.kind, one.literal.kind}
    if before.name != one.name or len(kinds) > 1:
        return False
    if kinds == {"number"}:
        if any(field.type != "number" for field in fields):
            return False
        values = [
            number
            for number in _numbers((before, one), *_bounds(fields))
            if _COMPARE[one.sign](number, one.literal.value)
        ]
        return bool(values) and all(_COMPARE[before.sign](number, before.literal.value) for number in values)
    return (before.sign, before.literal.value) == (one.sign, one.literal.value)


def _numbers(compared: Iterable[Comparison], least: int | None, most: int | None) -> list[int]:
    """Whole numbers within the bounds of which each stands for all that these comparisons do not tell apart from it."""
    near = {bound for bound in (least, most) if bound is not None}
    for one in compared:
        if one.literal.kind == "number":
            near |= {floor(one.literal.value) + step for step in (-1, 0, 1, 2)}
    return [number for number in near if (least is None or number >= least) and (most is None or number <= most)]


def _bounds(fields: Sequence[Field]) -> tuple[int | None, int | None]:
    """The least and the greatest that any of these fields allows; None where it may be anything."""
    if not fields or any(field.type != "number" for field in fields):
        return None, None
    least = [field.parameters.get("min") for field in fields]
    most = [field.parameters.get("max") for field in fields]
    low = min(number for number in least if number is not None) if None not in least else None
    high = max(number for number in most if number is not None) if None not in most else None
    return (low, high) if low is None or high is None or low <= high else (None, None)


def _fields(name: str, here: Known) -> list[Field]:
    """Every field that sets a variable; none where something else may set it."""
    if name not in here.maybe or (here.wild and name not in here.sure):
        return []
    fields = here.maybe.all_fields(name)
    return fields if len(fields) < FIELDS_MAX else []  # no more are kept, so there may be others

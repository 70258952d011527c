"""One line of SMS becomes the fields of a registration, in whatever order they stand.

Each field looks for the stretches of the line that have its shape; then the line is divided among the fields so that as
little as possible is left over. Where two divisions are equally good, the fields they differ in are asked for: a value is
never chosen by chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sms_service.engine.model import Field
from sms_service.enrolment.answer_types import TYPES, Noted, Setting, Wrong
from sms_service.enrolment.answer_types.identity import IDS
from sms_service.enrolment.reading.labels import namelike, phrase_at
from sms_service.enrolment.reading.pieces import HARD
from sms_service.enrolment.reading.takes import MISSING, STRAY_WORD, Spread, Take
from sms_service.enrolment.reading.wording import LABEL_ALONE, RESEMBLES

EQUAL = 0.02
"""Divisions that differ by less are equally good."""

KEPT = 6
"""Divisions remembered for each stretch and set of fields: enough to see that there are two, and in which fields."""

WAYS = 64
"""Sets of fields remembered at each place of the line: all there are with six fields."""

COUNTED = frozenset({"booth", "number"})
"""Answer types that are a few digits."""

BY_ADDRESS = frozenset({"photo", "link"})
"""Answer types that are addresses: found before the line is cut into pieces."""

ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)

NO_NAME = "not_a_name"

TWO = "two_values"
"""The problem of a field of which a line has two."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a line holds, by field. `wrong`: the problem of a value that was not understood, or of which there are two.
    `repaired`: what was typed, where a sign was read as another. `flagged`: what the office should look at, and why.
    `labelled`: the fields that the sender named."""

    values: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    repaired: dict[str, str] = field(default_factory=dict)
    flagged: dict[str, str] = field(default_factory=dict)
    labelled: frozenset[str] = frozenset()


Division = tuple[float, tuple[Take, ...]]


def read_line(text: str, fields: Sequence[Field], setting: Setting) -> Line:
    """Reads one line. Order, separators, labels and scripts are the sender's."""
    linked: dict[str, Any] = {}
    for asked in fields:
        if asked.type in BY_ADDRESS and (found := ADDRESS.search(text)):
            value = TYPES[asked.type].read(found[0], asked, replace(setting, media=()))
            if not isinstance(value, Wrong):
                linked[asked.name], text = value, ADDRESS.sub(" ", text, count=1)
    spread = Spread(text, [asked for asked in fields if asked.type not in BY_ADDRESS], setting)
    best = divisions(spread)
    line = _outcome(spread, best) if best else Line()
    return replace(line, values={**line.values, **linked})


def divisions(spread: Spread) -> list[Division]:
    """The best divisions of the whole line, those that are equally good."""
    takes_at = [
        [take for number in range(len(spread.fields)) for take in spread.taken_by(number, start)]
        for start in range(len(spread.pieces))
    ]
    takes_at = _whole_numbers(spread, takes_at)
    reached: list[dict[int, list[Division]]] = [{} for _ in range(len(spread.pieces) + 1)]
    reached[0][0] = [(MISSING * len(spread.fields), ())]
    for place in range(len(spread.pieces)):
        strays = list(spread.strays(place, takes_at[place]))
        for taken, ways in _best(reached[place]):
            found = _equal(ways)
            for take in (*takes_at[place], *strays):
                bit = 0 if take.number < 0 else 1 << take.number
                if taken & bit:
                    continue
                gain = take.cost - (MISSING if bit else 0.0)
                into = reached[take.end].setdefault(taken | bit, [])
                into.extend((cost + gain, (*takes, take)) for cost, takes in found)
                if len(into) > KEPT:
                    into.sort(key=lambda division: division[0])
                    del into[KEPT:]
    return _equal([one for found in reached[-1].values() for one in found])


def _equal(divisions: list[Division]) -> list[Division]:
    """Those that are as good as the best, the best first. What follows costs all that fill the same fields the same, so that
    the others need not be followed further."""
    if len(divisions) > 1:
        divisions = sorted(divisions, key=lambda division: division[0])
    return [one for one in divisions if one[0] - divisions[0][0] < EQUAL]


def _whole_numbers(spread: Spread, takes_at: list[list[Take]]) -> list[list[Take]]:
    """Without the mobile numbers that lack their +91 or 0091, which would be taken for a booth; where the country code has
    neither (91 9876543210), booth 91 is as likely as no booth."""
    numbers = [take for takes in takes_at for take in takes if spread.is_mobile(take)]
    kept: list[list[Take]] = []
    for takes in takes_at:
        kept.append([])
        for take in takes:
            longer = [
                one for one in numbers if one.end == take.end and one.body < take.body and one.value == take.value
            ]
            if not spread.is_mobile(take) or not longer:
                kept[-1].append(take)
            elif not any(spread.text_of(one).startswith(("+", "00")) for one in longer):
                kept[-1].append(replace(take, cost=take.cost + MISSING))
    return kept


def _outcome(spread: Spread, divisions: list[Division]) -> Line:
    """The line as the best division reads it; where several are equally good, without what they differ in."""
    if len(divisions) > 1 and not any(take.number < 0 for _, takes in divisions for take in takes):
        divisions = _in_order(spread, divisions)
    takes = divisions[0][1]
    line = Line(labelled=frozenset(spread.fields[take.number].name for take in takes if take.labelled))
    line.wrong.update(_unread(spread, divisions))
    line.wrong.update(_in_names(spread, takes))
    for take in takes:
        if take.number < 0:
            _blame(spread, take, line, takes)
        elif spread.fields[take.number].name not in line.wrong and not _is_label(spread, take, line):
            _note(spread, take, line)
    for number, asked in enumerate(spread.fields):
        if _disputed(spread, number, divisions):
            line.values.pop(asked.name, None)
    for name in line.wrong:
        for found in (line.values, line.repaired, line.flagged):
            found.pop(name, None)
    return line


def _unread(spread: Spread, divisions: list[Division]) -> Iterator[tuple[str, str]]:
    """The fields whose value is not beyond doubt, and what is wrong with it."""
    takes = divisions[0][1]
    readings = [{take.number: _plain(take.value) for take in each} for _, each in divisions]
    borrowing = {take.number for take in takes if spread.tells(take) and _borrows(spread, take, takes)}
    for number, asked in enumerate(spread.fields):
        values = [reading.get(number) for reading in readings]
        if any(value != values[0] for value in values):
            if not _disputed(spread, number, divisions):
                yield asked.name, _two(asked)
        elif isinstance(values[0], Wrong):
            yield asked.name, values[0].problem
        elif number in borrowing:
            yield asked.name, next(iter(TYPES[asked.type].shape.problems))


def _disputed(spread: Spread, number: int, divisions: list[Division]) -> bool:
    """Whether this field and others of a few digits compete for one number: all are asked for, none has two."""
    if spread.fields[number].type not in COUNTED or len(divisions) == 1:
        return False
    found = [next((take for take in takes if take.number == number), None) for _, takes in divisions]
    bodies = {(take.body, take.end) for take in found if take}
    return (
        len(bodies) == 1
        and None in found
        and all(
            take or any((one.body, one.end) in bodies and one.number >= 0 for one in takes)
            for take, (_, takes) in zip(found, divisions, strict=True)
        )
    )


def _in_names(spread: Spread, takes: Sequence[Take]) -> Iterator[tuple[str, str]]:
    """The fields without a value whose label stands in what would be a name: `booth twelve`. Not short labels (मो. अली), nor
    those of IDs, which have digits (Kura Singh)."""
    filled = {take.number for take in takes}
    for take in takes:
        if take.number < 0 or spread.fields[take.number].type != "name" or take.labelled:
            continue
        for number, asked in enumerate(spread.fields):
            if number in filled or asked.type not in RESEMBLES or asked.type in IDS:
                continue
            for place in range(take.start, take.end):
                count = phrase_at(spread.words, place, spread.labels[number])
                if count and len(spread.words[place]) >= LABEL_ALONE and spread.words[place] not in namelike():
                    value = _read(spread, min(place + count, take.end - 1), take.end, asked)
                    problem = (
                        value.problem if isinstance(value, Wrong) else next(iter(TYPES[asked.type].shape.problems))
                    )
                    yield asked.name, problem
                    if place > take.start:
                        yield spread.fields[take.number].name, _two(spread.fields[take.number])


def _is_label(spread: Spread, take: Take, line: Line) -> bool:
    """Whether a name is no name but a label of a field that is asked for already, and what was meant as its value."""
    if spread.fields[take.number].type != "name" or take.labelled:
        return False
    known = (spread.labels[number] for number, one in enumerate(spread.fields) if one.name in line.wrong)
    return any(
        phrase_at(spread.words, take.start, one) and len(spread.words[take.start]) >= LABEL_ALONE for one in known
    )


def _borrows(spread: Spread, take: Take, takes: Sequence[Take]) -> bool:
    """Whether a phone or an ID may have its end from a field that seems to be missing: in `ABC12345 12` the last two digits
    are as likely the booth. Who groups her digits makes the groups alike."""
    filled = {one.number for one in takes}
    if all(one.type not in COUNTED or number in filled for number, one in enumerate(spread.fields)):
        return False
    groups = [piece for piece in spread.pieces[take.body : take.end] if piece.digits]
    return len(groups) > 1 and groups[-1].gap == HARD and len(groups[-2].word) > len(groups[-1].word) + 2


def _note(spread: Spread, take: Take, line: Line) -> None:
    """A value, and what has to be said about it."""
    name = spread.fields[take.number].name
    line.values[name] = _plain(take.value)
    if isinstance(take.value, Noted):
        if take.value.signs:
            line.repaired[name] = spread.text[spread.pieces[take.body].start : spread.pieces[take.end - 1].end]
        if take.value.flag:
            line.flagged[name] = take.value.flag


def _in_order(spread: Spread, divisions: list[Division]) -> list[Division]:
    """Of divisions that use the whole line, those whose fields stand as the flow asks for them: 12 34 is booth and
    age where the flow asks for the booth first. A phone or an ID that could be two different ones is none of these,
    nor is a field that one of them leaves empty."""
    if len({frozenset(take.number for take in takes) for _, takes in divisions}) > 1:
        return divisions
    if len({tuple(take.value for take in takes if spread.tells(take)) for _, takes in divisions}) > 1:
        return divisions

    def turned(division: Division) -> int:
        order = [take.number for take in division[1]]
        return sum(one > other for place, one in enumerate(order) for other in order[place + 1 :])

    fewest = min(map(turned, divisions))
    return [division for division in divisions if turned(division) == fewest]


def _blame(spread: Spread, stray: Take, line: Line, takes: Sequence[Take]) -> None:
    """A number that no field takes is probably one of theirs, mistyped: which is asked for again?"""
    if stray.cost < STRAY_WORD:
        return
    filled = {spread.fields[take.number].name for take in takes if take.number >= 0}
    start, named = spread.named(stray)
    stretch = spread.pieces[start : stray.end]
    compact = "".join(piece.word for piece in stretch)
    alike = [one for one in spread.fields if (shape := RESEMBLES.get(one.type)) and shape.fullmatch(compact)]
    alike = [one for one in alike if one in named] or alike
    if any(one.name in line.wrong for one in alike):
        return  # it is asked for already
    if any(one.name in line.values or one.name in filled for one in alike) and _said_twice(spread, start, stray, takes):
        return
    missing = [one for one in alike if one.name not in filled]
    if not alike and not any(piece.digits for piece in stretch):
        missing = [one for one in spread.fields if one.type == "name" and one.name not in filled]
    alike.sort(key=lambda one: isinstance(_read(spread, start, stray.end, one), Wrong))
    for asked in (missing or alike or [one for one in spread.fields if one.name not in filled])[:1]:
        value = _read(spread, start, stray.end, asked)
        if asked.name in filled:
            line.wrong[asked.name] = _two(asked)
        else:
            line.wrong[asked.name] = value.problem if isinstance(value, Wrong) else _refused(asked)
    if alike and any(piece.digits for piece in stretch):
        return
    for take in takes:  # a name beside something that was not understood may be cut short, or hold its label
        if take.number >= 0 and spread.fields[take.number].type == "name" and stray.start in (take.end, take.start - 1):
            line.wrong[spread.fields[take.number].name] = _two(spread.fields[take.number])


def _said_twice(spread: Spread, start: int, stray: Take, takes: Sequence[Take]) -> bool:
    """Whether a number that no field takes is the one that a field has."""
    return any(
        take.number >= 0
        and spread.fields[take.number].type in RESEMBLES
        and _plain(_read(spread, start, stray.end, spread.fields[take.number])) == _plain(take.value)
        for take in takes
    )


def _refused(asked: Field) -> str:
    """The problem of words that could be read as a value, and yet are none."""
    return NO_NAME if asked.type == "name" else _two(asked)


def _read(spread: Spread, start: int, end: int, asked: Field) -> Any:
    return TYPES[asked.type].read(spread.slice(start, end, asked), asked, spread.setting)


def _best(reached: dict[int, list[Division]]) -> Iterable[tuple[int, list[Division]]]:
    """The cheapest WAYS ways up to one place, so that a long text in a flow of many fields takes no longer than others."""
    if len(reached) <= WAYS:
        return reached.items()
    return sorted(reached.items(), key=lambda way: min(cost for cost, _ in way[1]))[:WAYS]


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Noted) else value


def _two(asked: Field) -> str:
    """The problem of a field that has two values in one line, and is asked for again."""
    problems = TYPES[asked.type].shape.problems
    return TWO if TWO in problems else next(iter(problems))

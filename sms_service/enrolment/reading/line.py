"""One line of SMS becomes the fields of a registration, in whatever order they stand.

Each field looks for the stretches of the line that have its shape; then the line is divided among the fields so that as
little as possible is left over. Where two divisions are equally good, the fields they differ in are asked for: a value is
never chosen by chance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sms_service.engine.answers import fold, read_answer
from sms_service.engine.model import Field
from sms_service.enrolment.answer_types import TYPES, Noted, Setting, Wrong
from sms_service.enrolment.reading import labels
from sms_service.enrolment.reading.pieces import GLUED, HARD, SOFT, clean, pieces

MISSING, REFUSED, STRAY_DIGITS, STRAY_WORD, COURTESY = 20.0, 15.0, 100.0, 8.0, 0.5
"""What a division costs: a field without a value, or with a labelled one that cannot be read; digits or a word that no
field takes. Digits weigh most: they are somebody's number, and a line that drops one silently has been misread."""

CUT_GLUED, CUT_SOFT, REPAIR, LABELLED, WITHIN_NAME = 1.0, 0.05, 3.0, -5.0, 30.0
"""The same for a cut within a word, at a hyphen or slash; for a sign read as another (O for 0); for a label that fits; and
for a label that would be part of a name."""

EQUAL = 0.02
"""Divisions that differ by less are equally good."""

KEPT = 6
"""Divisions remembered for each stretch and set of fields: enough to see that there are two, and in which fields."""

WAYS = 64
"""Sets of fields remembered at each place of the line: all there are with six fields."""

SHAPES: Mapping[str, re.Pattern[str]] = {
    "mobile": re.compile(r"(?=(?:.*?\d){6})[0-9OILSB]{7,17}"),
    "voter_id": re.compile(r"(?=(?:.*?\d){4})(?=.*[A-Z])[A-Z0-9]{10,16}"),
    "booth": re.compile(r"(?=.*\d)[0-9OIL]{1,6}[A-Z]?"),
    "name": re.compile(r"\D+"),
    "yes_no": re.compile(r"\D+|[12]"),
}
"""By answer type: what a stretch must look like, in capitals and without separators, before it is read. Saves time, and
keeps `no` from being looked for in names; a type that is not here reads every stretch."""

LINKS = frozenset({"photo", "link"})
"""Answer types that are addresses: found before the line is cut into pieces."""

ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)

RESEMBLES: Mapping[str, re.Pattern[str]] = {
    "mobile": re.compile(r"[0-9OILSB]{6,16}"),
    "voter_id": re.compile(r"(?=.*[A-Z])[A-Z0-9]{6,20}|\d{6,8}"),
    "national_id": re.compile(r"(?=.*\d)[A-Z0-9]{6,20}"),
    "booth": re.compile(r"\d{1,6}[A-Z]?"),
    "number": re.compile(r"\d{1,9}"),
}
"""By answer type: what was probably meant as one, though it cannot be read."""

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


@dataclass(frozen=True, slots=True)
class Take:
    """A stretch of pieces that one field takes (`number` -1: that nobody takes)."""

    number: int
    start: int
    end: int
    cost: float
    value: Any = None
    labelled: bool = False
    body: int = 0


Division = tuple[float, tuple[Take, ...]]


def read_line(text: str, fields: Sequence[Field], setting: Setting) -> Line:
    """Reads one line. Order, separators, labels and scripts are the sender's."""
    linked: dict[str, Any] = {}
    for asked in fields:
        if asked.type in LINKS and (found := ADDRESS.search(text)):
            value = TYPES[asked.type].read(found[0], asked, replace(setting, media=()))
            if not isinstance(value, Wrong):
                linked[asked.name], text = value, ADDRESS.sub(" ", text, count=1)
    line = _Reading(text, [asked for asked in fields if asked.type not in LINKS], setting).line()
    return replace(line, values={**line.values, **linked})


class _Reading:
    """One line at work."""

    def __init__(self, text: str, fields: Sequence[Field], setting: Setting) -> None:
        self.text, self.fields, self.setting = clean(text), fields, setting
        self.pieces = pieces(self.text)
        self.words = [piece.word if piece.digits else fold(piece.word) for piece in self.pieces]
        self.labels = [labels.labels_of(one, alone=len(fields) == 1) for one in fields]
        self.surplus = labels.surplus(fields)
        self.takes: list[list[Take]] = [[] for _ in self.pieces]

    def line(self) -> Line:
        for number in range(len(self.fields)):
            for start in range(len(self.pieces)):
                self.takes[start].extend(self.taken_by(number, start))
        divisions = self.divisions()
        return self.outcome(divisions) if divisions else Line()

    # -- what each field could take --

    def taken_by(self, number: int, start: int) -> Iterator[Take]:
        """The stretches from `start` on that this field could take, with or without a label before them."""
        yield from self.values_at(number, start, start, 0.0)
        for body in self.after_label(number, start):
            found = [replace(one, labelled=True) for one in self.values_at(number, start, body, LABELLED)]
            yield from found
            if not found and body < len(self.pieces):
                yield self.refused(number, start, body)

    def after_label(self, number: int, start: int) -> Iterator[int]:
        """Where the value behind a label of this field begins."""
        count = labels.phrase_at(self.words, start, self.labels[number])
        if not count:
            single = labels.LETTERS.get(self.fields[number].type, "").split(", ")
            if self.words[start] in single and self.touches(start):
                yield start + 1
            return
        body = start + count
        while body < len(self.pieces) and self.words[body] in labels.numbered():
            body += 1
        yield body

    def touches(self, start: int) -> bool:
        """Whether a single letter announces what follows: `b12`, `N: Ram`."""
        if start + 1 >= len(self.pieces):
            return False
        here, after = self.pieces[start], self.pieces[start + 1]
        between = self.text[here.end : after.start].strip()
        return (after.gap == GLUED and after.digits) or between in (":", "=", ":-")

    def values_at(self, number: int, start: int, body: int, cost: float) -> Iterator[Take]:
        asked = self.fields[number]
        known, shape = TYPES[asked.type], SHAPES.get(asked.type)
        words, compact = 1, ""
        for end in range(body + 1, len(self.pieces) + 1):
            piece = self.pieces[end - 1]
            if end - 1 > body and piece.gap == HARD:
                words += 1
            if words > known.words:
                return
            compact += piece.word
            if shape is not None and not shape.fullmatch(compact):
                if asked.type == "name":
                    return
                continue
            value = known.read(self.slice(body, end, asked), asked, self.setting)
            if isinstance(value, Wrong):
                continue
            extra = REPAIR * value.signs if isinstance(value, Noted) else 0.0
            if asked.type == "name":
                extra += self.foreign(body, end)
            yield Take(number, start, end, cost + self.cut(start) + extra, value, body=body)

    def slice(self, start: int, end: int, asked: Field) -> str:
        """The text of a stretch; a + before a number belongs to it."""
        first = self.pieces[start].start
        if self.pieces[start].digits and self.text[:first].endswith("+"):
            first -= 1
        last = self.pieces[end - 1].end
        if asked.type != "name":
            return self.text[first:last]
        return self.name_of(start, end)

    def name_of(self, start: int, end: int) -> str:
        """The words of a name, without the separators that stood between them; dots and hyphens of the name stay."""
        parts = [self.text[self.pieces[start].start : self.pieces[start].end]]
        for before, piece in zip(self.pieces[start:end], self.pieces[start + 1 : end], strict=False):
            between = self.text[before.end : piece.start]
            if self.dotted and "." in between:
                parts.append(" " if len(between) == 1 else between)
            elif between.strip() in (".", "-") and len(between) <= 2:
                parts.append(between)
            else:
                parts.append(" ")
            parts.append(self.text[piece.start : piece.end])
        return "".join(parts)

    @property
    def dotted(self) -> bool:
        """Whether dots (or hyphens) separate the fields of this line: then they are not part of its name."""
        return re.search(r"\d[.\-]\D|[^\d\s.][.\-]\d{2}", self.text) is not None

    def foreign(self, start: int, end: int) -> float:
        """What it costs that a name holds words which are rather something else."""
        cost = 0.0
        for place in range(start, end):
            known = [*self.labels, self.surplus]
            if any(labels.phrase_at(self.words[:end], place, one) for one in known):
                cost += WITHIN_NAME
            elif self.words[place] in labels.courtesies():
                cost += 2 * COURTESY
        said = read_answer(self.text[self.pieces[start].start : self.pieces[end - 1].end], "", "yes_no")
        return cost if said == "unclear" else cost + WITHIN_NAME

    def cut(self, start: int) -> float:
        gap = self.pieces[start].gap
        return CUT_GLUED if gap == GLUED else CUT_SOFT if gap == SOFT else 0.0

    def refused(self, number: int, start: int, body: int) -> Take:
        """A labelled value that cannot be read: the word behind the label, with what is wrong with it."""
        end = self.word_end(body)
        asked = self.fields[number]
        value = TYPES[asked.type].read(self.slice(body, end, asked), asked, self.setting)
        problem = value if isinstance(value, Wrong) else Wrong(next(iter(TYPES[asked.type].shape.problems)))
        return Take(number, start, end, REFUSED + self.cut(start), problem, labelled=True, body=body)

    def word_end(self, start: int) -> int:
        """Behind the last piece of the word that `start` is in."""
        end = start + 1
        while end < len(self.pieces) and self.pieces[end].gap != HARD:
            end += 1
        return end

    # -- what nobody takes --

    def strays(self, start: int) -> Iterator[Take]:
        """The stretches from `start` on that no field takes."""
        if count := labels.phrase_at(self.words, start, self.surplus):
            yield Take(-1, start, self.surplus_end(start + count), 1.0)
        piece = self.pieces[start]
        ends = {self.word_end(start)}
        soft = start + 1
        while soft < len(self.pieces) and self.pieces[soft].gap == GLUED:
            soft += 1
        ends.add(soft)
        if not piece.digits:
            word = self.words[start]
            light = word in labels.courtesies() or any(labels.phrase_at(self.words, start, one) for one in self.labels)
            yield Take(-1, start, start + 1, (COURTESY if light else STRAY_WORD) + self.cut(start))
        for end in ends:
            if any(one.digits for one in self.pieces[start:end]):
                yield Take(-1, start, end, STRAY_DIGITS + self.cut(start))

    def surplus_end(self, start: int) -> int:
        """Behind the value of something nobody asked for: one number, or words up to a number or a label."""
        while start < len(self.pieces) and self.words[start] in labels.numbered():
            start += 1
        if start < len(self.pieces) and self.pieces[start].digits:
            return self.word_end(start)
        while start < len(self.pieces) and not self.pieces[start].digits:
            if any(labels.phrase_at(self.words, start, one) for one in self.labels):
                break
            if "," in self.text[self.pieces[start - 1].end : self.pieces[start].start]:
                break
            start += 1
        return start

    # -- dividing the line --

    def divisions(self) -> list[Division]:
        """The best divisions of the whole line, those that are equally good."""
        reached: list[dict[int, list[Division]]] = [{} for _ in range(len(self.pieces) + 1)]
        reached[0][0] = [(MISSING * len(self.fields), ())]
        for place in range(len(self.pieces)):
            strays = list(self.strays(place))
            for taken, found in _best(reached[place]):
                for take in (*self.takes[place], *strays):
                    bit = 0 if take.number < 0 else 1 << take.number
                    if taken & bit:
                        continue
                    gain = take.cost - (MISSING if bit else 0.0)
                    into = reached[take.end].setdefault(taken | bit, [])
                    into.extend((cost + gain, (*takes, take)) for cost, takes in found)
                    if len(into) > KEPT:
                        into.sort(key=lambda division: division[0])
                        del into[KEPT:]
        last = sorted((one for found in reached[-1].values() for one in found), key=lambda division: division[0])
        return [one for one in last if one[0] - last[0][0] < EQUAL]

    def outcome(self, divisions: list[Division]) -> Line:
        """The line as the best division reads it; where several are equally good, without what they differ in."""
        if len(divisions) > 1 and not any(take.number < 0 for _, takes in divisions for take in takes):
            divisions = self.in_order(divisions)
        takes = divisions[0][1]
        readings = [{take.number: _plain(take.value) for take in each} for _, each in divisions]
        line = Line(labelled=frozenset(self.fields[take.number].name for take in takes if take.labelled))
        for number, asked in enumerate(self.fields):
            values = [reading.get(number) for reading in readings]
            if any(value != values[0] for value in values):
                line.wrong[asked.name] = _two(asked)
            elif isinstance(values[0], Wrong):
                line.wrong[asked.name] = values[0].problem
        for take in takes:
            if take.number < 0:
                self.blame(take, line, takes)
            elif self.fields[take.number].name not in line.wrong:
                self.note(take, line)
        for name in line.wrong:
            for found in (line.values, line.repaired, line.flagged):
                found.pop(name, None)
        return line

    def note(self, take: Take, line: Line) -> None:
        """A value, and what has to be said about it."""
        name = self.fields[take.number].name
        line.values[name] = _plain(take.value)
        if isinstance(take.value, Noted):
            if take.value.signs:
                line.repaired[name] = self.text[self.pieces[take.body].start : self.pieces[take.end - 1].end]
            if take.value.flag:
                line.flagged[name] = take.value.flag

    def in_order(self, divisions: list[Division]) -> list[Division]:
        """Of divisions that use the whole line, those whose fields stand as the flow asks for them: 12 34 is booth and
        age where the flow asks for the booth first."""

        def turned(division: Division) -> int:
            order = [take.number for take in division[1]]
            return sum(one > other for place, one in enumerate(order) for other in order[place + 1 :])

        fewest = min(map(turned, divisions))
        return [division for division in divisions if turned(division) == fewest]

    def blame(self, stray: Take, line: Line, takes: Sequence[Take]) -> None:
        """A number that no field takes is probably one of theirs, mistyped: which is asked for again?"""
        if stray.cost < STRAY_WORD:
            return
        filled = {self.fields[take.number].name for take in takes if take.number >= 0}
        stretch = self.pieces[stray.start : stray.end]
        compact = "".join(piece.word for piece in stretch)
        alike = [one for one in self.fields if (shape := RESEMBLES.get(one.type)) and shape.fullmatch(compact)]
        if any(one.name in line.wrong for one in alike):
            return  # it is asked for already
        missing = [one for one in alike if one.name not in filled]
        for asked in (missing or alike or [one for one in self.fields if one.name not in filled])[:1]:
            value = TYPES[asked.type].read(self.slice(stray.start, stray.end, asked), asked, self.setting)
            line.wrong[asked.name] = value.problem if isinstance(value, Wrong) and asked in missing else _two(asked)
        if alike and any(piece.digits for piece in stretch):
            return
        for take in takes:  # a name beside something that was not understood may be cut short, or hold its label
            if (
                take.number >= 0
                and self.fields[take.number].type == "name"
                and stray.start in (take.end, take.start - 1)
            ):
                line.wrong[self.fields[take.number].name] = _two(self.fields[take.number])


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

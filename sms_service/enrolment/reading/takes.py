"""What each field could take of a line: the stretches that have its shape, and what it costs to take them so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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

IDS = frozenset({"voter_id", "national_id"})
"""Answer types that begin with letters and go on with digits."""

LABEL_ALONE, ID_LETTERS = 3, 4
"""Letters of a label that is one even at the end of the line; letters that an ID begins with, at most."""

SHAPES: Mapping[str, re.Pattern[str]] = {
    "mobile": re.compile(r"(?=(?:.*?\d){6})[0-9OILSB]{7,17}"),
    "voter_id": re.compile(r"(?=(?:.*?\d){4})(?=.*[A-Z])[A-Z0-9]{10,16}"),
    "booth": re.compile(r"(?=.*\d)[0-9OIL]{1,6}[A-Z]?"),
    "name": re.compile(r"\D+"),
    "yes_no": re.compile(r"\D+|[12]"),
}
"""By answer type: what a stretch must look like, in capitals and without separators, before it is read. Saves time, and
keeps `no` from being looked for in names; a type that is not here reads every stretch."""

WHOLE = frozenset({"ref", "receipt", "amount"})
"""Answer types whose values are never part of a word: R4K7P alone is a reference, not receipt R4 and amount 7."""

RESEMBLES: Mapping[str, re.Pattern[str]] = {
    "mobile": re.compile(r"[0-9OILSB]{6,16}"),
    "voter_id": re.compile(r"(?=.*[A-Z])[A-Z0-9]{6,20}|\d{6,8}"),
    "national_id": re.compile(r"(?=.*\d)[A-Z0-9]{6,20}"),
    "booth": re.compile(r"\d{1,6}[A-Z]?"),
    "number": re.compile(r"\d{1,9}"),
}
"""By answer type: what was probably meant as one, though it cannot be read."""


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


class Spread:
    """One line spread out: its pieces, and what each field could take of them."""

    def __init__(self, text: str, fields: Sequence[Field], setting: Setting) -> None:
        self.text, self.fields, self.setting = clean(text), fields, setting
        self.pieces = pieces(self.text)
        self.words = [piece.word if piece.digits else fold(piece.word) for piece in self.pieces]
        self.labels = [labels.labels_of(one, alone=len(fields) == 1) for one in fields]
        self.surplus = labels.surplus(fields)

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
            if asked.type == "booth" and not piece.digits and self.text[piece.end : piece.end + 1] == ".":
                return  # 835-R. Lakshmi: an initial
            if shape is not None and not shape.fullmatch(compact):
                if asked.type == "name":
                    return
                continue
            if asked.type in WHOLE and self.torn(start, end):
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
            if self.announces(place):
                cost += WITHIN_NAME
            elif self.words[place] in labels.courtesies():
                cost += 2 * COURTESY
        said = read_answer(self.text[self.pieces[start].start : self.pieces[end - 1].end], "", "yes_no")
        return cost if said == "unclear" else cost + WITHIN_NAME

    def announces(self, place: int) -> bool:
        """Whether the word at `place` is a label rather than part of a name: a name follows the
        label of a name, a number that of a number; मो. is a label before digits, and short for Mohammad before a name."""
        for asked, known in (*zip(self.fields, self.labels, strict=True), (None, self.surplus)):
            count = labels.phrase_at(self.words, place, known)
            if not count:
                continue
            after = place + count
            while after < len(self.words) and self.words[after] in labels.numbered():
                after += 1
            alone = after == len(self.pieces) and len(self.words[place]) >= LABEL_ALONE
            if asked is None or asked.type not in RESEMBLES or alone:
                return True
            if after < len(self.pieces) and (
                self.pieces[after].digits or (asked.type in IDS and self.begins_id(after))
            ):
                return True
        return False

    def begins_id(self, place: int) -> bool:
        """Whether letters stand at `place` that digits follow in the same word: ABC1234567."""
        return place + 1 < len(self.pieces) and self.pieces[place + 1].digits and len(self.words[place]) <= ID_LETTERS

    def torn(self, start: int, end: int) -> bool:
        """Whether a stretch begins or ends within a word."""
        return any(0 < place < len(self.pieces) and self.pieces[place].gap == GLUED for place in (start, end))

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

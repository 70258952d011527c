"""What each field could take of a line: the stretches that have its shape, and what it costs to take them so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sms_service.engine.answers import read_answer
from sms_service.engine.model import Field
from sms_service.enrolment.answer_types import TYPES, Noted, Setting, Wrong
from sms_service.enrolment.reading import labels
from sms_service.enrolment.reading.pieces import GLUED, HARD, SOFT
from sms_service.enrolment.reading.stretches import Stretches

MISSING, REFUSED, STRAY_DIGITS, STRAY_WORD, COURTESY = 20.0, 15.0, 100.0, 8.0, 0.5
"""What a division costs: a field without a value, or with a labelled one that cannot be read; digits or a word that no
field takes. Digits weigh most: they are somebody's number, and a line that drops one silently has been misread."""

CUT_GLUED, CUT_SOFT, REPAIR, LABELLED, WITHIN_NAME = 1.0, 0.05, 3.0, -5.0, 30.0
"""The same for a cut within a word, at a hyphen or slash; for a sign read as another (O for 0); for a label that fits; and
for a label that would be part of a name."""

LETTER_TORN, NAMED_ALIKE = 25.0, 0.9
"""The same for a name that a single letter of another word would begin or end (the A of 5A): more than a missing name costs;
and for one that begins with a word of NAMELIKE: less than to drop it as the label of something else."""

IDS = frozenset({"voter_id", "national_id"})
"""Answer types that begin with letters and go on with digits."""

TELLING = IDS | {"mobile"}
"""Answer types whose values are known by their shape alone, whatever was asked."""

LABEL_ALONE, ID_LETTERS, NAME_MIN = 3, 4, 2
"""Letters of a label that is one even at the end of the line; letters that an ID begins with, at most; and of a name, at
least."""

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
    "voter_id": re.compile(r"(?=.*[A-Z])(?=.*\d)[A-Z0-9]{6,20}|\d{6,8}"),
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


class Spread(Stretches):
    """One line spread out: its pieces, and what each field could take of them."""

    def __init__(self, text: str, fields: Sequence[Field], setting: Setting) -> None:
        super().__init__(text)
        self.fields, self.setting = fields, setting
        self.labels = [labels.labels_of(one, alone=len(fields) == 1) for one in fields]
        self.surplus = labels.surplus(fields)
        self.unsure = self.name_or_thanks()
        self.courtesies = labels.courtesies(self.words)
        if self.unsure and self.small_at_end():
            self.courtesies |= self.unsure

    def name_or_thanks(self) -> frozenset[int]:
        """The place of a last word that may be part of a name or a courtesy."""
        either = labels.name_or_thanks(self.setting.regions[0] if self.setting.regions else "")
        return frozenset({len(self.words) - 1} if self.words and self.words[-1] in either else ())

    # -- what each field could take --

    def taken_by(self, number: int, start: int) -> Iterator[Take]:
        """The stretches from `start` on that this field could take, with or without a label before them."""
        yield from self.values_at(number, start, start, 0.0)
        for body in () if self.pieces[start].digits else self.after_label(number, start):
            found = [replace(one, labelled=True) for one in self.values_at(number, start, body, LABELLED)]
            yield from found
            if not found and body < len(self.pieces) and self.refusable(number, body):
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
        asked = self.fields[number]
        colon = asked.type == "name" and self.text[self.pieces[body - 1].end :].lstrip()[:1] in (":", "=")
        yield body if colon else self.after_number(body, asked)

    def touches(self, start: int) -> bool:
        """Whether a single letter announces what follows: `b12`, `N: Ram`."""
        if start + 1 >= len(self.pieces):
            return False
        here, after = self.pieces[start], self.pieces[start + 1]
        between = self.text[here.end : after.start]
        digits = after.digits or self.confused(start + 1)
        return (digits and between in ("", "-", ".")) or between.strip(" +(") in (":", "=", ":-")

    def after_number(self, place: int, asked: Field | None = None) -> int:
        """Behind the words at `place` that may follow a label: `mob no`."""
        while place < len(self.pieces) and self.words[place] in labels.numbered(asked):
            place += 1
        return place

    def values_at(self, number: int, start: int, body: int, cost: float) -> Iterator[Take]:
        """The stretches from `body` on that this field can read, of as many words as it may have."""
        asked = self.fields[number]
        shape, words, compact = SHAPES.get(asked.type), 1, ""
        if asked.type in IDS and self.only_label(number, body):
            return  # voter id no. 12345678 has no letters
        for end in range(body + 1, len(self.pieces) + 1):
            piece = self.pieces[end - 1]
            if end - 1 > body:
                words += piece.gap == HARD
                if asked.type == "booth" and piece.gap == SOFT and self.begins_name(end - 1):
                    return  # 835-R. Lakshmi: an initial
            if words > TYPES[asked.type].words:
                return
            compact += piece.word
            if shape is None or shape.fullmatch(compact):
                yield from self.value_of(number, start, body, end, cost)
            elif asked.type == "name":
                return

    def value_of(self, number: int, start: int, body: int, end: int, cost: float) -> Iterator[Take]:
        """The one stretch, if this field can read it and it is not rather something else."""
        asked = self.fields[number]
        if asked.type in WHOLE and self.torn(start, end):
            return
        if asked.type in TELLING and (self.joins_another(body, end) or self.surname(body, end)):
            return
        value = TYPES[asked.type].read(self.slice(body, end, asked), asked, self.setting)
        if isinstance(value, Wrong):
            return
        extra = REPAIR * value.signs if isinstance(value, Noted) else 0.0
        if extra and self.ragged(body, end, of_id=asked.type in IDS):
            return
        if asked.type == "name":
            extra += self.foreign(body, end, labelled=body > start)
        yield Take(number, start, end, cost + self.cut(start) + extra, value, body=body)

    def tells(self, take: Take) -> bool:
        """Whether this is a phone or an ID, which nobody may guess."""
        return self.fields[take.number].type in TELLING

    def is_mobile(self, take: Take) -> bool:
        return self.fields[take.number].type == "mobile" and isinstance(take.value, str)

    def text_of(self, take: Take) -> str:
        """The text of a value, without its label."""
        return self.slice(take.body, take.end, self.fields[take.number])

    def slice(self, start: int, end: int, asked: Field) -> str:
        """The text of a stretch; a + before a number belongs to it."""
        first = self.pieces[start].start
        if asked.type == "mobile" and self.text[:first].endswith("+") and not self.text[: first - 1][-1:].isalnum():
            first -= 1  # in 12+9876543210 it separates
        last = self.pieces[end - 1].end
        if asked.type != "name":
            return self.text[first:last]
        return self.name_of(start, end)

    def foreign(self, start: int, end: int, labelled: bool) -> float:
        """What it costs that a name holds words which are rather something else."""
        cost = LETTER_TORN * (self.letter_of_number(start, start - 1) + self.letter_of_number(end - 1, end))
        for place in range(start, end):
            if place == start and (labelled or self.words[place] in labels.namelike()):
                cost += 0.0 if labelled else NAMED_ALIKE * (place in self.announced)
            elif place in self.announced:
                cost += WITHIN_NAME
            elif place in self.courtesies:
                cost += 2 * COURTESY
            elif place in self.unsure:
                cost += COURTESY  # as much as to leave it out: asked
        own = (
            word
            for place, word in enumerate(self.words[start:end], start)
            if place not in self.courtesies | self.unsure
        )
        if sum(map(len, own)) < NAME_MIN:
            return cost + WITHIN_NAME  # `thanks` is nobody, nor is `B please`
        said = all(read_answer(word, "", "yes_no") != "unclear" for word in self.words[start:end])
        return cost + WITHIN_NAME if said and not labelled else cost  # `no` is nobody, `N Rao` is

    @cached_property
    def announced(self) -> frozenset[int]:
        """The places of labels, and of what may follow them, that are not part of a name."""
        found: set[int] = set()
        for place in range(len(self.pieces)):
            found.update(range(place, self.announces(place)))
        return frozenset(found)

    def announces(self, place: int) -> int:
        """Behind the label at `place`, or `place` if what stands there is rather part of a name: a name follows the
        label of a name, a number that of a number; मो. is a label before digits, and short for Mohammad before a name."""
        for number, known in enumerate((*self.labels, self.surplus)):
            asked = self.fields[number] if number < len(self.fields) else None
            count = labels.phrase_at(self.words, place, known)
            if not count:
                continue
            after = self.after_number(place + count, asked)
            alone = after == len(self.pieces) and len(self.words[place]) >= LABEL_ALONE
            if asked is None or asked.type not in RESEMBLES or alone:
                return after
            if after < len(self.pieces) and (
                self.pieces[after].digits
                or (asked.type in IDS and self.begins_id(number, after))
                or self.confused(after)
            ):
                return after
        return place

    def begins_id(self, number: int, place: int) -> bool:
        """Whether an ID begins at `place`, or letters that digits follow in the same word: AB123456."""
        if any(self.values_at(number, place, place, 0.0)):
            return True
        return not self.loose(place) and len(self.words[place]) <= ID_LETTERS

    def only_label(self, number: int, place: int) -> bool:
        """Whether the letters at `place` are a label, or what follows one, and not the beginning of an ID."""
        if place == len(self.pieces) or self.pieces[place].digits or not self.loose(place):
            return False
        return self.words[place] in labels.numbered() or labels.phrase_at(self.words, place, self.labels[number]) > 0

    def surname(self, place: int, end: int) -> bool:
        """Whether the letters at `place` are the end of a name rather than the beginning of an ID: Amit Rao 1234567."""
        if (
            place in (0, end - 1)
            or self.pieces[place].digits
            or not self.pieces[place + 1].digits
            or self.pieces[place + 1].gap != HARD
        ):
            return False
        before, here = self.pieces[place - 1], self.pieces[place]
        if before.digits or self.text[before.end : here.start].strip() or self.words[place - 1] in labels.numbered():
            return False
        named = any(labels.phrase_at(self.words, place - 1, known) for known in self.labels)
        return not named and self.text[here.start : here.end].istitle() and here.end - here.start > 1

    def cut(self, start: int) -> float:
        gap = self.pieces[start].gap
        return CUT_GLUED if gap == GLUED else CUT_SOFT if gap == SOFT else 0.0

    def refusable(self, number: int, body: int) -> bool:
        """Whether the word behind a label was meant as its value: an ID has digits, `Kura Singh` is a name."""
        if self.fields[number].type not in IDS:
            return True
        return any(piece.digits for piece in self.pieces[body : self.word_end(body)])

    def refused(self, number: int, start: int, body: int) -> Take:
        """A labelled value that cannot be read: the word behind the label, with what is wrong with it."""
        end = self.word_end(body)
        asked = self.fields[number]
        value = TYPES[asked.type].read(self.slice(body, end, asked), asked, self.setting)
        problem = value if isinstance(value, Wrong) else Wrong(next(iter(TYPES[asked.type].shape.problems)))
        return Take(number, start, end, REFUSED + self.cut(start), problem, labelled=True, body=body)

    # -- what nobody takes --

    def strays(self, start: int, takes: Iterable[Take]) -> Iterator[Take]:
        """The stretches from `start` on that no field takes; of the `takes` from there, phones and IDs are one stretch."""
        if count := labels.phrase_at(self.words, start, self.surplus):
            yield Take(-1, start, self.surplus_end(start + count), 1.0)
        piece = self.pieces[start]
        ends = {self.word_end(start)}
        ends.update(take.end for take in takes if take.body == start and self.tells(take))
        soft = start + 1
        while soft < len(self.pieces) and self.pieces[soft].gap == GLUED:
            soft += 1
        ends.add(soft)
        if not piece.digits:
            light = (
                start in self.courtesies
                or start in self.unsure
                or any(labels.phrase_at(self.words, start, one) for one in self.labels)
            )
            yield Take(-1, start, start + 1, (COURTESY if light else STRAY_WORD) + self.cut(start))
        for end in ends:
            if any(one.digits for one in self.pieces[start:end]):
                yield Take(-1, start, end, STRAY_DIGITS + self.cut(start))

    def named(self, stray: Take) -> tuple[int, list[Field]]:
        """Where the value of a stray stretch begins that a label begins, and the fields it may announce."""
        bodies = {
            number: body
            for number in range(len(self.fields))
            for body in self.after_label(number, stray.start)
            if body < stray.end
        }
        return min(bodies.values(), default=stray.start), [self.fields[number] for number in bodies]

    def surplus_end(self, start: int) -> int:
        """Behind the value of something nobody asked for: one number, or words up to a number or a label."""
        start = self.after_number(start)
        if start < len(self.pieces) and self.pieces[start].digits:
            return self.word_end(start)
        while start < len(self.pieces) and not self.pieces[start].digits:
            if any(labels.phrase_at(self.words, start, one) for one in self.labels):
                break
            if "," in self.text[self.pieces[start - 1].end : self.pieces[start].start]:
                break
            start += 1
        return start

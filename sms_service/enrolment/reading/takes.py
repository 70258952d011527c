"""What each field could take of a line: the stretches that have its shape, and what it costs to take them so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sms_service.engine.model import Field
from sms_service.enrolment.answer_types import TYPES, Noted, Wrong
from sms_service.enrolment.answer_types.identity import IDS
from sms_service.enrolment.reading import labels
from sms_service.enrolment.reading.pieces import GLUED, HARD, SOFT
from sms_service.enrolment.reading.wording import COURTESY, Wording

MISSING, REFUSED, STRAY_DIGITS, STRAY_WORD = 20.0, 15.0, 100.0, 8.0
"""What a division costs: a field without a value, or with a labelled one that cannot be read; digits or a word that no
field takes. Digits weigh most: they are somebody's number, and a line that drops one silently has been misread."""

CUT_GLUED, CUT_SOFT, REPAIR, LABELLED = 1.0, 0.05, 3.0, -5.0
"""The same for a cut within a word, at a hyphen or slash; for a sign read as another (O for 0); and for a label that fits."""

KNOWN_BY_SHAPE = IDS | {"mobile"}
"""Answer types whose values are known for what they are, whatever was asked."""

SHAPES: Mapping[str, re.Pattern[str]] = {
    "mobile": re.compile(r"(?=(?:.*?\d){6})[0-9OILSB]{7,17}"),
    "voter_id": re.compile(r"(?=(?:.*?\d){4})(?=.*[A-Z])[A-Z0-9]{10,16}"),
    "booth": re.compile(r"(?=.*\d)[0-9OIL]{1,6}[A-Z]?"),
    "name": re.compile(r"\D+"),
    "yes_no": re.compile(r"\D+|[12]"),
}
"""By answer type: what a stretch must look like, in capitals and without separators, before it is read. Saves time, and
keeps `no` from being looked for in names; a type that is not here reads every stretch."""

BOOTH_LETTERS = frozenset("ABCDE")
"""Letters that a booth was divided by: 12A, 12B. Others behind a number begin a name."""

WHOLE = frozenset({"ref", "receipt", "amount"})
"""Answer types whose values are never part of a word: R4K7P alone is a reference, not receipt R4 and amount 7."""


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


class Spread(Wording):
    """One line spread out: its pieces, and what each field could take of them."""

    def has_value(self, number: int, place: int) -> bool:
        return any(self.values_at(number, place, place, 0.0))

    # -- what each field could take --

    def taken_by(self, number: int, start: int) -> Iterator[Take]:
        """The stretches from `start` on that this field could take, with or without a label before them."""
        yield from self.values_at(number, start, start, 0.0)
        for body in () if self.pieces[start].digits else self.after_label(number, start):
            cost = 0.0 if self.initial(start) else LABELLED  # as much as to read it otherwise: asked
            found = [replace(one, labelled=True) for one in self.values_at(number, start, body, cost)]
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
        return (
            (digits and between in ("", "-", "."))
            or between.strip(" +(") in (":", "=", ":-")
            or (digits and between.strip() in ("-+", ".", "-(+"))
        )

    def initial(self, start: int) -> bool:
        """Whether a letter that announces a number may as well end a name: `Nii-Lante B. 969`."""
        if len(self.words[start]) > 1 or start == 0 or self.pieces[start - 1].digits:
            return False
        between = self.text[self.pieces[start - 1].end : self.pieces[start].start]
        return not between.strip() and self.text[self.pieces[start].end : self.pieces[start + 1].start] == ". "

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
                initial = piece.gap == SOFT or (piece.gap == GLUED and piece.word in "OIL")
                if asked.type == "booth" and initial and self.begins_name(end - 1):
                    return  # 835-R. Lakshmi: an initial, as in 12O. P. Nayyar
            if words > TYPES[asked.type].words and not (asked.type == "booth" and self.booth_letter(body, end)):
                return
            compact += piece.word
            if shape is None or shape.fullmatch(compact):
                yield from self.value_of(number, start, body, end, cost)
            elif asked.type == "name":
                return

    def booth_letter(self, body: int, end: int) -> bool:
        """Whether a letter behind a number may be the booth's, and may as well begin a name: 12 A Ram, but 12 A. Ram."""
        last = self.pieces[end - 1]
        if end - body != 2 or not self.pieces[body].digits or last.word not in BOOTH_LETTERS:
            return False
        following = self.pieces[end] if end < len(self.pieces) else None
        gap = self.text[self.pieces[body].end : last.start] + self.text[last.end :][:1]
        return not gap.strip() and (following is None or following.digits or len(following.word) > 1)

    def value_of(self, number: int, start: int, body: int, end: int, cost: float) -> Iterator[Take]:
        """The one stretch, if this field can read it and it is not rather something else."""
        asked = self.fields[number]
        if asked.type in WHOLE and self.torn(start, end):
            return
        if asked.type in KNOWN_BY_SHAPE and (self.joins_another(body, end) or self.surname(body, end)):
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
        return self.fields[take.number].type in KNOWN_BY_SHAPE

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
                or self.before_digits(start)
                or any(labels.phrase_at(self.words, start, one) for one in self.labels)
            )
            cost = STRAY_DIGITS if self.misnamed(start) else COURTESY if light else STRAY_WORD
            yield Take(-1, start, start + 1, cost + self.cut(start))
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

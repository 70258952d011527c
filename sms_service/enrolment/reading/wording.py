"""What the words of a line are: labels, courtesies, words that no name has; and what it costs that a name holds them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property

from sms_service.engine.answers import read_answer
from sms_service.engine.model import Field
from sms_service.enrolment.answer_types import TYPES, Noted, Setting, Wrong
from sms_service.enrolment.answer_types.identity import IDS
from sms_service.enrolment.reading import labels, no_names
from sms_service.enrolment.reading.pieces import HARD, clean
from sms_service.enrolment.reading.stretches import Stretches
from sms_service.enrolment.reading.untangled import untangled

STRANGE = 100.0
"""What it costs that a name holds a word that no name has, or a sign within one (R@m): more than to leave out all the words
of a long name."""

WITHIN_NAME = 30.0
"""The same for a label."""

COURTESY = 0.5
"""What it costs to leave out a label or a courtesy; a name that holds one costs twice as much."""

LETTER_TORN, NAMED_ALIKE = 25.0, 0.9
"""The same for a name that a single letter of another word would begin or end (the A of 5A): more than a missing name costs;
and for one that begins with a word of NAMELIKE: less than to drop it as the label of something else."""

WITHIN = frozenset("@&$%^=!?\\€£")
"""Signs that no name has."""

LABEL_ALONE, ID_LETTERS, NAME_MIN, SHORT_NUMBER = 3, 4, 2, 4
"""Letters of a label that is one even at the end of the line; letters that an ID begins with, at most; and of a name, at
least. Digits of a number that is none of a phone."""

RESEMBLES: Mapping[str, re.Pattern[str]] = {
    "mobile": re.compile(r"[0-9OILSB]{6,16}"),
    "voter_id": re.compile(r"(?=.*[A-Z])(?=.*\d)[A-Z0-9]{6,20}|\d{6,8}"),
    "national_id": re.compile(r"(?=.*\d)[A-Z0-9]{6,20}"),
    "booth": re.compile(r"\d{1,6}[A-Z]?"),
    "number": re.compile(r"\d{1,9}"),
}
"""By answer type: what was probably meant as one, though it cannot be read."""


class Wording(Stretches, ABC):
    """A line, and what its words mean for these fields."""

    def __init__(self, text: str, fields: Sequence[Field], setting: Setting) -> None:
        self.fields, self.setting = fields, setting
        self._answers: dict[int, bool] = {}
        self.ids = [one for one in fields if one.type in IDS]
        super().__init__(untangled(clean(text), {one.type for one in fields}, self.is_id))
        self.labels = [labels.labels_of(one, alone=len(fields) == 1) for one in fields]
        named = [one.type for one in fields] == ["name"]  # it was asked for alone: nobody answers with her village
        self.surplus: labels.Phrases = {} if named else labels.surplus(fields)
        self.unsure = self.name_or_thanks()
        self.courtesies, either = labels.courtesies(self.words)
        if self.unsure and self.small_at_end():
            self.courtesies |= self.unsure
        either = frozenset(place for place in either if place not in self.courtesies or not self.set_off(place))
        if named and len(either) < len(self.words):
            self.courtesies -= either  # Naya Kumari answers the question
        else:
            self.unsure |= either
            self.courtesies -= either
        self.courtesies |= self.introducing()
        two = {place for place in no_names.joining(self.words) if self.between(place)}
        self.strange = (no_names.strange(self.words) | two) - self.courtesies

    def is_id(self, text: str) -> bool:
        """Whether this is an ID that one of the fields takes, with all its signs as they should be."""
        read = (TYPES[one.type].read(text, one, self.setting) for one in self.ids)
        return any(not isinstance(value, Wrong) and not (isinstance(value, Noted) and value.signs) for value in read)

    def introducing(self) -> frozenset[int]:
        """The places of what is said before a label (`mera naam`), and of `and` that stands between no two names."""
        found: set[int] = set()
        for place in range(len(self.words) - 1, -1, -1):
            if not no_names.introduces(self.words[place]):
                continue
            after = place + 1
            if after < len(self.words) and (
                after in found or any(labels.phrase_at(self.words, after, one) for one in (*self.labels, self.surplus))
            ):
                found.add(place)
        return frozenset(found | {place for place in no_names.in_passing(self.words) if not self.between(place)})

    def between(self, place: int) -> bool:
        """Whether the word at `place` stands between two others."""
        return all(0 <= one < len(self.words) and not self.pieces[one].digits for one in (place - 1, place + 1))

    def name_or_thanks(self) -> frozenset[int]:
        """The place of a last word that may be part of a name or a courtesy."""
        either = labels.name_or_thanks(self.setting.regions[0] if self.setting.regions else "")
        return frozenset({len(self.words) - 1} if self.words and self.words[-1] in either else ())

    def foreign(self, start: int, end: int, labelled: bool) -> float:
        """What it costs that a name holds words which are rather something else."""
        cost = LETTER_TORN * (self.letter_of_number(start, start - 1) + self.letter_of_number(end - 1, end))
        if self.sign_within(start, end) or self.ended(start, end):
            cost += STRANGE
        own, said = 0, True
        whole = labelled and end == len(self.pieces)
        for place in range(start, end):
            if place == start and (labelled or self.begins_alike(place)):
                cost += 0.0 if labelled else NAMED_ALIKE * (place in self.announced)
            elif place in self.announced:
                cost += STRANGE if self.misnamed(place) else WITHIN_NAME
            elif place in self.courtesies:
                cost += 2 * COURTESY
            elif place in self.strange:
                cost += STRANGE  # even behind a label, but for its first word: NAME Ten Singh
            elif place in self.unsure and not (whole and self.told_whole):
                cost += COURTESY  # as much as to leave it out: asked
            if place not in self.no_part and (place not in self.unsure or whole):
                own += len(self.words[place])
            said = said and self.answers(place)
        if own < NAME_MIN:
            return cost + STRANGE  # `thanks` is nobody, nor is `B please`
        return cost + STRANGE if said and not labelled else cost  # `no` is nobody, `N Rao` is

    def begins_alike(self, place: int) -> bool:
        """Whether a label of something else at `place` may begin a name: Umar Khan, not umar 25."""
        value = self.after_number(place + 1)
        digits = value < len(self.pieces) and self.pieces[value].digits
        return not digits and self.words[place] in labels.namelike()

    @cached_property
    def no_part(self) -> frozenset[int]:
        """The places of words that make no name by themselves: courtesies, labels, words of sentences."""
        labelled = {
            place
            for place in range(len(self.words))
            if len(self.words[place]) >= LABEL_ALONE
            and any(labels.phrase_at(self.words, place, one) for one in self.labels)
        }
        return self.courtesies | self.strange | labelled

    @cached_property
    def told_whole(self) -> bool:
        """Whether the text is a name with its label and nothing else: then all of it is the name."""
        return any(labels.phrase_at(self.words, 0, one) for one in self.labels) and not any(
            piece.digits for piece in self.pieces
        )

    def answers(self, place: int) -> bool:
        """Whether the word alone would be an answer: yes, no, stop."""
        if place not in self._answers:
            self._answers[place] = read_answer(self.words[place], "", "consent") != "unclear"
        return self._answers[place]

    def ended(self, start: int, end: int) -> bool:
        """Whether the last word of two or more ends the text rather than the name: Ram Kumar STOP, Ram Kumar no."""
        last = self.words[end - 1]
        if end - start < 2 or not self.answers(end - 1):
            return False
        return last in labels.ending() or read_answer(last, "", "none") in ("stop", "help", "start")

    def sign_within(self, start: int, end: int) -> bool:
        """Whether a sign stands in a name that no name has, and no separator is: R@m, Ram & Sita."""
        between = self.text[self.pieces[start].start : self.pieces[end - 1].end]
        return not WITHIN.isdisjoint(between)

    @cached_property
    def announced(self) -> frozenset[int]:
        """The places of labels, and of what may follow them, that are not part of a name."""
        found: set[int] = set()
        for place in range(len(self.pieces)):
            found.update(range(place, self.announces(place)))
            if self.before_digits(place):
                found.add(place)
        return frozenset(found)

    def before_digits(self, place: int) -> bool:
        """Whether a word stands at `place` that announces some number, and one follows: `Ram no 98...`."""
        digits = place + 1 < len(self.pieces) and self.pieces[place + 1].digits
        return digits and self.words[place] in labels.before_digits()

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
        if self.has_value(number, place):
            return True
        return not self.loose(place) and len(self.words[place]) <= ID_LETTERS

    def after_number(self, place: int, asked: Field | None = None) -> int:
        """Behind the words at `place` that may follow a label: `mob no`."""
        while place < len(self.pieces) and self.words[place] in labels.numbered(asked):
            place += 1
        return place

    def misnamed(self, start: int) -> bool:
        """Whether a label stands before what is not its value, nor another's: `name 12` and `age 12` say nothing of a
        booth, and the 12 of `id ABC12` is none."""
        after = start + 1
        count = labels.phrase_at(self.words, start, self.surplus)
        if count and self.words[start] not in labels.namelike():  # Ali Umar 12
            value = self.after_number(start + count)
            return value < len(self.pieces) and self.pieces[value].digits
        if after < len(self.pieces) and not self.pieces[after].digits:
            known = (one for one, asked in zip(self.labels, self.fields, strict=True) if asked.type in IDS)
            short = (
                1 < len(self.words[after]) <= ID_LETTERS and not self.loose(after) and self.pieces[after].gap == HARD
            )
            return (
                short and after not in self.no_part and any(labels.phrase_at(self.words, start, one) for one in known)
            )
        if after >= len(self.pieces) or not self.pieces[after].digits or len(self.pieces[after].word) > SHORT_NUMBER:
            return False
        if self.text[self.pieces[start].end : self.pieces[after].start].strip(" :=-.") or not (
            start == 0 or self.pieces[start - 1].digits
        ):
            return False
        known = (one for one, asked in zip(self.labels, self.fields, strict=True) if asked.type == "name")
        return any(labels.phrase_at(self.words, start, one) == 1 for one in known)

    @abstractmethod
    def has_value(self, number: int, place: int) -> bool:
        """Whether a value of this field begins at `place`."""

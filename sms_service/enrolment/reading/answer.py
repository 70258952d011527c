"""What stands in a text for the fields of a question: the answer to the one that was asked, or a line with several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import phonenumbers

from sms_service.engine.model import Field, Reading, Variables
from sms_service.enrolment.answer_types import TYPES, Noted, Setting, Wrong
from sms_service.enrolment.answer_types.identity import mobile_number
from sms_service.enrolment.reading.line import COUNTED, NO_NAME, Line, read_line
from sms_service.enrolment.reading.takes import KNOWN_BY_SHAPE

LIST_SIGNS = re.compile(r"[,;]")
"""What people put between words besides spaces."""


def read_mobile(text: str, regions: Sequence[str]) -> str | None:
    """A mobile number in any of its spellings, as E.164; without +code, one of the first of `regions` where it is one."""
    found = mobile_number(text, regions)
    return None if isinstance(found, Wrong) else found


def regions_for(phone: str, region: str) -> tuple[str, ...]:
    """Where a number without +code is from: the country of the enroler's own phone (E.164), then the drive's `region`."""
    own = phonenumbers.region_code_for_number(phonenumbers.parse(phone))
    return tuple(dict.fromkeys(code for code in (own, region) if code))


def read(text: str, fields: Sequence[Field], asked: str, setting: Setting) -> Reading:
    """What stands in `text` for `fields`: an answer to the field `asked` ("": to none yet), or any of them in any order.

    A label says more than the question: `BOOTH 14` corrects the booth while the name is asked for.
    """
    attached = _attached(fields, asked, setting)
    question = next((field for field in fields if field.name == asked), None)
    line = read_line(text, fields, setting)
    if question and not (line.labelled - {asked} if question.type == "text" else line.labelled):
        value = _read(text, question, setting)
        if not isinstance(value, Wrong):
            if (
                question.type == "name"
            ):  # by the same rules as in a line: thanks are dropped, `yes` and sentences are none
                alone = read_line(text, (question,), setting)
                return _reading(alone if alone.values or alone.wrong else Line(wrong={asked: NO_NAME}), attached)
            return _reading(_alone(question.name, value, text), attached)
        known = {field.name for field in fields if field.type in KNOWN_BY_SHAPE}
        if (len(line.values) < 2 or len(text.split()) < 2) and not known.intersection(line.values):
            # one field of a line by chance is no line, nor is one word (Ram2): the answer was to the question
            return _reading(Line(wrong={asked: value.problem}), attached)
    return _reading(line, attached)


def read_change(text: str, fields: Sequence[Field], setting: Setting) -> Reading:
    """What a line says is to be mended. Where it names nothing but the name (`NAME Ram <1x2>`), all of it is about the name,
    whatever ID or booth some of it looks like."""
    line = read_line(text, fields, setting)
    named = [field for field in fields if field.type == "name" and line.labelled == {field.name}]
    others = [field for field in fields if field not in named]
    if named and any(
        field.name in line.wrong or (field.type in COUNTED and field.name in line.values) for field in others
    ):
        alone = read_line(text, named, setting)
        if alone.wrong:
            return _reading(alone, {})
    return _reading(line, {})


def _read(text: str, field: Field, setting: Setting) -> Any:
    """As it is: commas belong to 1,200 and to sentences; then as words."""
    value = TYPES[field.type].read(text, field, setting)
    if isinstance(value, Wrong) and LIST_SIGNS.search(text):
        again = TYPES[field.type].read(" ".join(LIST_SIGNS.sub(" ", text).split()), field, setting)
        return value if isinstance(again, Wrong) else again
    return value


def _alone(name: str, value: Any, text: str) -> Line:
    if not isinstance(value, Noted):
        return Line({name: value})
    return Line(
        {name: value.value},
        repaired={name: text.strip()} if value.signs else {},
        flagged={name: value.flag} if value.flag else {},
    )


def _attached(fields: Sequence[Field], asked: str, setting: Setting) -> Variables:
    """A photo that came along takes no word."""
    if not setting.media:
        return {}
    found = {field.name: TYPES[field.type].read("", field, setting) for field in fields if asked in ("", field.name)}
    return {name: value for name, value in found.items() if not isinstance(value, Wrong)}


def _reading(line: Line, attached: Variables) -> Reading:
    wrong = {name: problem for name, problem in line.wrong.items() if name not in attached}
    return Reading({**line.values, **attached}, wrong, line.repaired, line.flagged)

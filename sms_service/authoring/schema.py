"""The shape of a flow file: which keys stand where. What the keys mean together is checked in load.py."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

LENGTH = r"^(\d{1,4}) (minute|hour|day|week)s?$"
UNITS = {"minute": 60.0, "hour": 3_600.0, "day": 86_400.0, "week": 604_800.0}

NAME, LANGUAGE, KEY = r"^[a-z][a-z0-9_]{0,49}$", r"^[a-z]{2,3}$", r"^[0-9a-z]{1,3}$"
Name = Annotated[str, Field(pattern=NAME)]
Language = Annotated[str, Field(pattern=LANGUAGE)]


def _seconds(value: Any) -> Any:
    found = re.match(LENGTH, value) if isinstance(value, str) else None
    if not found:
        raise ValueError("expected a length of time such as `24 hours` or `7 days`")
    return int(found[1]) * UNITS[found[2]]


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Seconds = Annotated[
    float,
    BeforeValidator(_seconds),
    WithJsonSchema({"type": "string", "pattern": LENGTH, "examples": ["24 hours", "7 days"]}),
]
Words = Annotated[
    list[Annotated[str, BeforeValidator(_text)]],
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": ["string", "integer"]}}]}),
]
Key = Annotated[
    str,
    BeforeValidator(_text),
    Field(pattern=r"^[0-9a-z]{1,3}$"),
    WithJsonSchema({"type": ["string", "integer"]}),
]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ByKind(Part):
    """One text that must differ between SMS and USSD."""

    sms: str
    ussd: str


Texts = dict[Language, str | ByKind]
"""One text in every language of the flow."""


class StartsPart(Part):
    on: str = ""
    words: Literal["", "stop", "start", "help", "stopped"] = ""
    keywords: Words = []
    ussd: Words = []
    who: Literal["anyone", "enroler"] = "anyone"
    otherwise: str = ""


class ExpiresPart(Part):
    after: Seconds
    then: str = ""


class UnclearPart(Part):
    say: Texts | None = None
    times: int = Field(2, ge=1, le=10)
    then: str | None = None


class RemindPart(Part):
    after: Seconds
    times: int = Field(1, ge=1, le=5)


class WayPart(Part):
    key: Key
    next: str


class ConsentPart(Part):
    purpose: Name
    yes: WayPart
    no: WayPart
    other: dict[Key, str] = {}
    wrong_number: str = ""


class AskPart(Part):
    into: Name
    type: str


class FieldPart(Part):
    type: str
    ask: Texts
    wrong: Texts
    optional: bool = False


class CasePart(Part):
    when: str = ""
    next: str


class StatePart(Part):
    """One state: it may say something, and besides that does one thing (or nothing: then it says and goes on)."""

    say: Texts | None = None
    ask: AskPart | None = None
    choose: dict[Key, str] | None = Field(None, min_length=1)
    collect: dict[Name, FieldPart] | None = Field(None, min_length=1)
    consent: ConsentPart | None = None
    do: str | None = None
    outcomes: dict[str, str] = {}
    decide: list[CasePart] | None = Field(None, min_length=1)
    next: str | None = None
    end: bool = False
    unclear: UnclearPart | None = None
    remind: RemindPart | None = None


class FlowPart(Part):
    flow: Name
    about: str = Field(min_length=1)
    starts: StartsPart
    languages: list[Language] = Field(min_length=1)
    expires: ExpiresPart | None = None
    answers_stopped: bool = False
    states: dict[Name, StatePart] = Field(min_length=1)


# --- what is said of a file that has another shape ----------------------------------------------------------------

PATTERNS = {
    NAME: "a name has small letters, digits and _, begins with a letter, and has at most 50 signs",
    LANGUAGE: "a language is its code of two or three small letters, like en, hi or sw",
    KEY: "a key is one to three digits or small letters",
}

SENTENCES = {
    "string_type": "expected a text; if it looks like a number, true or null, put it in quotes",
    "dict_type": "expected lines of `key: value` under this",
    "model_type": "expected lines of `key: value` under this",
    "list_type": "expected a list: [one, two]",
    "too_short": "this is empty; give at least one",
    "string_too_short": "this is empty",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "greater_than_equal": "expected at least {ge}",
    "less_than_equal": "expected at most {le}",
    "literal_error": "expected {expected}",
}
"""What pydantic found, by its type of error, in the words of somebody who writes flows."""


def sentence(problem: Mapping[str, Any]) -> str:
    """What is wrong, and what to write instead. `problem` is one of pydantic's errors()."""
    values: Mapping[str, Any] = problem.get("ctx", {})
    if problem["type"] == "string_pattern_mismatch":
        return PATTERNS[values["pattern"]]
    known = SENTENCES.get(problem["type"])
    return known.format(**values) if known else str(problem["msg"]).removeprefix("Value error, ")


def known_keys(path: Sequence[str | int]) -> list[str]:
    """The keys that may stand where the last step of `path` stands."""
    kind: Any = FlowPart
    for step in path[:-1]:
        kind = _under(kind, step)
    while get_args(kind):
        kind = next((inner for inner in get_args(kind) if _is_part(inner)), None)
    return list(kind.model_fields) if _is_part(kind) else []


def _under(kind: Any, step: str | int) -> Any:
    if _is_part(kind):
        return kind.model_fields[step].annotation if step in kind.model_fields else None
    if get_origin(kind) in (dict, list):
        return get_args(kind)[-1]
    found = (_under(inner, step) for inner in get_args(kind))
    return next((inside for inside in found if inside is not None), None)


def _is_part(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Part)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a flow file, by which editors complete and underline (flows/flow.schema.json)."""
    return FlowPart.model_json_schema(by_alias=True)

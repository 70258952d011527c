"""The shape of a flow file: which keys stand where. What the keys mean together is checked in load.py."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from sms_service.engine.dlt import Category

LENGTH = r"^(\d{1,4}) (minute|hour|day|week)s?$"
UNITS = {"minute": 60.0, "hour": 3_600.0, "day": 86_400.0, "week": 604_800.0}

NAME, LANGUAGE, KEY = r"^[a-z][a-z0-9_]{0,49}$", r"^[a-z]{2,3}$", r"^[0-9a-z]{1,3}$"
CODE = r"^\*[0-9][0-9*]*#$"
RESULT = r"^([a-z][a-z0-9_]{0,49})?$"
Name = Annotated[str, Field(pattern=NAME)]
Language = Annotated[str, Field(pattern=LANGUAGE)]

EVERY_LANGUAGE = "und"
"""The language of a text that stands without one, in a flow of one language (ISO 639-2: undetermined)."""

TEMPLATES_MAX = 100
"""Registered texts of one flow: thirty texts in three languages."""

OPTIONS_MAX, FIELDS_MAX, LANGUAGES_MAX = 97, 30, 20
"""What a menu, a `collect` and a flow can hold; the keys of a menu from 98 on are the service's own."""

DONE = "done"
"""The result of a flow that ends with `end: true`, and the outcome of an effect that has only one."""


def _seconds(value: Any) -> Any:
    found = re.match(LENGTH, value) if isinstance(value, str) else None
    if not found or int(found[1]) == 0:
        raise ValueError("expected a length of time such as `24 hours` or `7 days`")
    return int(found[1]) * UNITS[found[2]]


def _listed(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _languages(value: Any) -> Any:
    several = re.findall(r"[^,\s]+", value) if isinstance(value, str) else []
    if len(several) > 1:
        codes = (name[:2].lower() if len(name) > 3 else name for name in several[:LANGUAGES_MAX])
        raise ValueError(f"a list stands in brackets: [{', '.join(codes)}]")
    return several or value


def _by_language(value: Any) -> Any:
    return {EVERY_LANGUAGE: value} if isinstance(_text(value), str) else value


def _result(value: Any) -> Any:
    if isinstance(value, str) and value.lower() in ("true", "false"):  # as spreadsheets write them
        value = value.lower() == "true"
    return {True: DONE, False: ""}[value] if isinstance(value, bool) else value


def _to_state(value: Any) -> Any:
    return {"next": value} if isinstance(value, str) else value


def _bound(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("expected a number, or a date such as 2010-12-31 or today")  # noqa: TRY004 (pydantic's way)
    return value


def _given(value: Any) -> Any:
    if not isinstance(value, str | int):
        raise ValueError('expected a value such as `news`, or a variable in quotes such as `"{{ mobile }}"`')  # noqa: TRY004
    return value


def _by_problem(value: Any) -> Any:
    texts = isinstance(value, str) or (
        isinstance(value, dict) and any(re.match(LANGUAGE, str(language)) for language in value)
    )
    return {"": value} if texts else value


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
Codes = Annotated[
    list[Annotated[str, BeforeValidator(_text), Field(pattern=CODE)]],
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Key = Annotated[
    str,
    BeforeValidator(_text),
    Field(pattern=KEY),
    WithJsonSchema({"type": ["string", "integer"]}),
]
Result = Annotated[
    str,
    BeforeValidator(_result),
    Field(pattern=RESULT),
    WithJsonSchema({"type": ["boolean", "string"], "pattern": RESULT}),
]
Bound = Annotated[Any, BeforeValidator(_bound), WithJsonSchema({"type": ["integer", "string"]})]
Given = Annotated[Any, BeforeValidator(_given), WithJsonSchema({"type": ["integer", "string", "boolean"]})]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


Said = Annotated[str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "integer"]})]
"""A text; one that is a number needs no quotes."""


class ByKind(Part):
    """One text that must differ between SMS and USSD."""

    sms: Said
    ussd: Said


def _texts_schema(text: dict[str, Any]) -> WithJsonSchema:
    by_language = {"type": "object", "propertyNames": {"pattern": LANGUAGE}, "additionalProperties": text}
    return WithJsonSchema({"anyOf": [_SAID, by_language]})


_SAID: dict[str, Any] = {"type": ["string", "integer"]}
_KINDS = {"type": "object", "properties": {"sms": _SAID, "ussd": _SAID}}

Texts = Annotated[
    dict[Language, Said | ByKind],
    BeforeValidator(_by_language),
    _texts_schema({"anyOf": [_SAID, _KINDS | {"required": ["sms", "ussd"], "additionalProperties": False}]}),
]
"""One text in every language of the flow; in a flow of one language the text alone will do."""

Labels = Annotated[dict[Language, Said], BeforeValidator(_by_language), _texts_schema(_SAID)]
"""The same for the line of a menu, which is alike on SMS and USSD and holds no variables."""


Wrong = Annotated[dict[str, Texts], BeforeValidator(_by_problem), WithJsonSchema({"type": ["string", "object"]})]
"""What is said of a wrong answer: one text for all problems (key ""), or one for each, by its name."""


class StartsPart(Part):
    """The ways into the flow; without any, other flows call it."""

    on: str = ""
    words: Literal["", "stop", "start", "help", "stopped", "line", "call"] = ""
    keywords: Words = []
    ussd: Codes = []
    who: Literal["anyone", "enroler"] = "anyone"
    otherwise: str = ""


class LimitsPart(Part):
    segments: int = Field(3, ge=1, le=10)
    screens: int = Field(3, ge=1, le=10)
    ussd_unicode: bool = False


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
    say: Texts | None = None


class TimeoutPart(Part):
    after: Seconds
    then: str


class WayPart(Part):
    key: Key
    next: str


class OtherPart(Part):
    """A further key of a consent: where it leads, and words that mean it too. `2: some_state` alone will do."""

    next: str
    words: dict[Language, Words] = {}


class ConsentPart(Part):
    purpose: Name
    yes: WayPart
    no: WayPart
    other: dict[Key, Annotated[OtherPart, BeforeValidator(_to_state)]] = {}
    wrong_number: str = ""


class ChoicePart(Part):
    """One line of a menu: its label in each language, and words that mean it too."""

    label: Labels
    words: dict[Language, Words] = {}


class OptionPart(Part):
    """The same, and where it leads. `1: some_state` alone will do where the key stands in the state's own text."""

    next: str
    label: Labels = {}
    words: dict[Language, Words] = {}


class TypedPart(Part):
    """What is asked for, and what the type needs to know."""

    type: str
    min: Bound | None = None
    max: Bound | None = None
    options: dict[Name, ChoicePart] | None = Field(None, min_length=1, max_length=OPTIONS_MAX)
    format: str | None = None
    level: str | None = None
    wrong: Wrong = {}


class AskPart(TypedPart):
    into: Name


class FieldPart(TypedPart):
    ask: Texts
    optional: bool = False


class CasePart(Part):
    when: str = ""
    next: str


class StatePart(Part):
    """One state: it may say something, and besides that does one thing (or nothing: then it says and goes on)."""

    say: Texts | None = None
    ask: AskPart | None = None
    choose: dict[Key, Annotated[OptionPart, BeforeValidator(_to_state)]] | None = Field(
        None, min_length=1, max_length=OPTIONS_MAX
    )
    collect: dict[Name, FieldPart] | None = Field(None, min_length=1, max_length=FIELDS_MAX)
    consent: ConsentPart | None = None
    do: str | None = None
    call: Name | None = None
    inputs: dict[Name, Given] = Field({}, alias="with")
    into: Name | None = None
    outcomes: dict[str, str] = {}
    decide: list[CasePart] | None = Field(None, min_length=1, max_length=OPTIONS_MAX)
    next: str | None = None
    end: Result = ""
    unclear: UnclearPart | None = None
    remind: RemindPart | None = None
    timeout: TimeoutPart | None = None
    back: bool = True


class DltPart(Part):
    """India's registry: the texts of this flow as they are registered, by template id."""

    entity: Said = ""
    header: Said = ""
    category: Category = "service_implicit"
    templates: dict[Said, Said] = Field({}, max_length=TEMPLATES_MAX)


class HeadPart(Part):
    """A flow file but for its states."""

    flow: Name
    about: str = Field(min_length=1)
    starts: StartsPart = StartsPart()
    languages: Annotated[list[Language], BeforeValidator(_languages)] = Field(min_length=1, max_length=LANGUAGES_MAX)
    limits: LimitsPart = Field(default_factory=lambda: LimitsPart.model_validate({}))
    expires: ExpiresPart | None = None
    answers_stopped: bool = False
    takes: dict[Name, str] = {}
    gives: list[Name] = []
    dlt: DltPart | None = None


class FlowPart(HeadPart):
    states: dict[Name, StatePart] = Field(min_length=1)

"""The shape of a flow file: which keys stand where. What the keys mean together is checked in load.py."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

LENGTH = r"^(\d{1,4}) (minute|hour|day|week)s?$"
UNITS = {"minute": 60.0, "hour": 3_600.0, "day": 86_400.0, "week": 604_800.0}

NAME, LANGUAGE, KEY = r"^[a-z][a-z0-9_]{0,49}$", r"^[a-z]{2,3}$", r"^[0-9a-z]{1,3}$"
CODE = r"^\*[0-9][0-9*]*#$"
RESULT = r"^([a-z][a-z0-9_]{0,49})?$"
Name = Annotated[str, Field(pattern=NAME)]
Language = Annotated[str, Field(pattern=LANGUAGE)]

EVERY_LANGUAGE = "und"
"""The language of a text that stands without one, in a flow of one language (ISO 639-2: undetermined)."""

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
    str, BeforeValidator(_result), Field(pattern=RESULT), WithJsonSchema({"type": ["boolean", "string"]})
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
    _texts_schema(
        {"anyOf": [_SAID, _KINDS | {"required": ["sms", "ussd"], "additionalProperties": False}]}
    ),
]
"""One text in every language of the flow; in a flow of one language the text alone will do."""

Labels = Annotated[dict[Language, Said], BeforeValidator(_by_language), _texts_schema(_SAID)]
"""The same for the line of a menu, which is alike on SMS and USSD and holds no variables."""


Wrong = Annotated[dict[str, Texts], BeforeValidator(_by_problem), WithJsonSchema({"type": ["string", "object"]})]
"""What is said of a wrong answer: one text for all problems (key ""), or one for each, by its name."""


class StartsPart(Part):
    """The ways into the flow; without any, other flows call it."""

    on: str = ""
    words: Literal["", "stop", "start", "help", "stopped"] = ""
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


class ConsentPart(Part):
    purpose: Name
    yes: WayPart
    no: WayPart
    other: dict[Key, str] = {}
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


class FlowPart(HeadPart):
    states: dict[Name, StatePart] = Field(min_length=1)


# --- what is said of a file that has another shape ----------------------------------------------------------------

PATTERNS = {
    NAME: "a name has only small letters, digits and _, begins with a letter, and has at most 50 signs",
    LANGUAGE: "a language is its code of two or three small letters, like en, hi or sw",
    KEY: "a key is one to three digits or small letters",
    CODE: 'a USSD code is written as it is dialled, in quotes: "*384*96#"',
    RESULT: "expected true, or the name of a result such as given_up",
}

LINES = "expected lines of `key: value` under this"
SENTENCES = {
    "string_type": "expected one text",
    "dict_type": LINES,
    "model_type": LINES,
    "list_type": "expected a list: [one, two]",
    "too_short": "this is empty: give at least one",
    "too_long": "too many: at most {max_length} are read",
    "string_too_short": "this is empty",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "int_parsing_size": "expected a whole number",
    "greater_than_equal": "expected at least {ge}",
    "less_than_equal": "expected at most {le}",
    "literal_error": "expected {expected}",
}
"""What pydantic found, by its type of error, in the words of somebody who writes flows."""

A_STATE = "the name of a state"
EXPECTED: Mapping[tuple[str, ...], str] = {
    ("next", "then", "otherwise", "wrong_number"): A_STATE,
    ("say", "label", "wrong"): "a text, or one in each language: `en: ...` and below it `hi: ...`",
    ("choose",): f"`1: {A_STATE}` for each option",
    ("unclear",): "`times: 2`, and `then:` with the state to go on to",
    ("remind",): "`{after: 24 hours}`",
    ("timeout",): f"`{{after: 2 days, then: {A_STATE}}}`",
    ("expires",): "`{after: 7 days}`",
    ("starts",): "the ways in, such as `{keywords: [JOIN]}`",
    ("words",): "the words of each language: `{en: [one, two]}`",
    ("decide",): "a list: `- {when: ..., next: ...}` for each case",
    ("yes", "no"): f"`{{key: 1, next: {A_STATE}}}`",
    ("outcomes",): f"`outcome: {A_STATE}` for each outcome",
    ("other",): f"`3: {A_STATE}` for each further key",
    ("with", "takes"): "`name: value` for each",
    ("consent",): "`purpose:`, `yes:` and `no:`",
    ("limits",): "`{segments: 2}`",
    ("collect", "options"): "`name:` for each, and under it what it is",
    ("about",): "what the flow is for, in a line",
    ("end",): "`true`",
    ("ask",): "what is asked for: a text in a `collect`, else `{into: name_of_it, type: name}`",
}
"""What stands under a key, where something of another kind was found."""

SHAPES = frozenset({"string_type", "dict_type", "model_type", "model_attributes_type", "list_type"})


def expected_under(path: Sequence[str | int]) -> str:
    """What stands under the last key of `path`, or "" where that goes without saying."""
    within = {
        "choose": A_STATE, "collect": "`{type: ..., ask: ...}`", "decide": "`{when: ..., next: ...}`",
        "options": "`{label: ...}`",
    }  # fmt: skip
    if len(path) > 1 and path[-2] in within:
        return within[str(path[-2])]
    found = next((what for names, what in EXPECTED.items() if path and path[-1] in names), "")
    language = path and re.match(LANGUAGE, str(path[-1])) and path[-1] not in ("sms", *StatePart.model_fields)
    return "the text in this language" if language and not found else found


def sentence(problem: Mapping[str, Any]) -> str:
    """What is wrong, and what to write instead. `problem` is one of pydantic's errors()."""
    values: Mapping[str, Any] = problem.get("ctx", {})
    expected = expected_under([step for step in problem["loc"] if step not in ("str", "ByKind", "[key]")])
    if problem["type"] == "string_pattern_mismatch":
        return PATTERNS[values["pattern"]]
    if problem["type"] == "literal_error":
        return f"expected {re.sub(chr(39), '', str(values['expected'])).removeprefix(', ')}"
    if problem["type"] == "string_type" and isinstance(problem["input"], bool):
        return f"expected {expected or 'a text'}: put true and false in quotes"
    if problem["type"] in SHAPES and expected:
        return f"expected {expected}"
    known = SENTENCES.get(problem["type"])
    return known.format(**values) if known else str(problem["msg"]).removeprefix("Value error, ")


def belongs_under(key: str) -> str:
    """`; it belongs under "ask"` for a key that is known elsewhere in a flow file, else nothing."""
    places = {
        name: kind.model_fields.keys()
        for kind, name in (
            (StartsPart, "starts"), (AskPart, "ask"), (UnclearPart, "unclear"), (RemindPart, "remind"),
            (ConsentPart, "consent"), (LimitsPart, "limits"), (StatePart, "a state"), (HeadPart, ""),
        )
    }  # fmt: skip
    if re.match(LANGUAGE, key) and key not in places["a state"]:
        return '; if it is a language, indent it more than the "say" or the like that it belongs to'
    under = [f'under "{name}"' if " " not in name else f"in {name}" for name, keys in places.items() if key in keys and name]
    if under:
        return f"; it belongs {' or '.join(under[:2])}"
    return "; it belongs at the top of the file" if key in places[""] else ""


def known_keys(path: Sequence[str | int]) -> list[str]:
    """The keys that may stand where the last step of `path` stands."""
    kind: Any = FlowPart
    for step in path[:-1]:
        kind = _under(kind, step)
    part = _part_in(kind)
    return [described.alias or name for name, described in part.model_fields.items()] if part else []


def _part_in(kind: Any) -> type[Part] | None:
    if _is_part(kind):
        return kind  # type: ignore[no-any-return]
    return next((part for inner in get_args(kind) if (part := _part_in(inner))), None)


def _under(kind: Any, step: str | int) -> Any:
    if _is_part(kind):
        found = (field for name, field in kind.model_fields.items() if step in (name, field.alias))
        return next((field.annotation for field in found), None)
    if get_origin(kind) in (dict, list):
        return get_args(kind)[-1]
    found = (_under(inner, step) for inner in get_args(kind))
    return next((inside for inside in found if inside is not None), None)


def _is_part(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Part)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a flow file, by which editors complete and underline (flows/flow.schema.json)."""
    schema: dict[str, Any] = _plain(FlowPart.model_json_schema(by_alias=True))
    state, consent = schema["$defs"]["StatePart"]["properties"], schema["$defs"]["ConsentPart"]["properties"]
    by_key = {"propertyNames": {"pattern": KEY}}
    a_state: dict[str, Any] = {"type": "string"}  # `1: some_state` stands for `1: {next: some_state}`
    state["choose"] |= {**by_key, "additionalProperties": {"anyOf": [a_state, state["choose"]["additionalProperties"]]}}
    consent["other"] |= by_key
    schema["properties"]["languages"] = {"anyOf": [{"type": "string", "pattern": LANGUAGE}, schema["properties"]["languages"]]}
    return schema


def _plain(schema: Any) -> Any:
    """Without what pydantic adds for its own sake: titles, defaults, and null where a key may be left out. Where names
    have a pattern, no others are let in."""
    if isinstance(schema, list):
        return [_plain(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    branches = [branch for branch in schema.get("anyOf", []) if branch != {"type": "null"}]
    if len(branches) == 1:
        return _plain({**{key: value for key, value in schema.items() if key != "anyOf"}, **branches[0]})
    plain: dict[str, Any] = {}
    for key, value in schema.items():
        if key in ("properties", "$defs", "patternProperties"):
            plain[key] = {name: _plain(inner) for name, inner in value.items()}
        elif key not in ("title", "default"):
            plain[key] = _plain(branches if key == "anyOf" else value)
    return {**plain, "additionalProperties": False} if "patternProperties" in plain else plain

"""What is said of a flow file that has another shape than schema.py, in the words of somebody who writes flows."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, get_args, get_origin

from sms_service.authoring.schema import (
    CODE,
    KEY,
    LANGUAGE,
    NAME,
    RESULT,
    AskPart,
    ConsentPart,
    FlowPart,
    HeadPart,
    LimitsPart,
    Part,
    RemindPart,
    StartsPart,
    StatePart,
    UnclearPart,
)

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
    ("dlt",): '`templates:`, and under it `"template id": "the registered text"` for each',
    ("templates",): '`"template id": "the registered text"` for each',
    ("end",): "`true`",
    ("ask",): "what is asked for: a text in a `collect`, else `{into: name_of_it, type: name}`",
}
"""What stands under a key, where something of another kind was found."""

ALIASES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("goto", "go_to", "then", "jump", "leads_to"), ("next",)),
    **dict.fromkeys(("message", "text", "msg", "prompt", "question"), ("say", "ask")),
    "keyword": ("keywords",), "language": ("languages",), "lang": ("languages",),
}  # fmt: skip
"""What keys are called elsewhere, and what they are called here: the first that may stand there."""

STATE_KEYS = frozenset(described.alias or name for name, described in StatePart.model_fields.items())
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
    if problem["loc"][-1:] == ("unclear",) and isinstance(problem["input"], str):
        return "a text stands under `say` here: write `unclear: {say: ...}`"
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
    under = [
        f'under "{name}"' if " " not in name else f"in {name}" for name, keys in places.items() if key in keys and name
    ]
    if under:
        return f"; it belongs {' or '.join(under[:2])}"
    if key in places[""]:
        return "; it belongs at the top of the file"
    a_language = '; if it is a language, indent it more than the "say" or the like that it belongs to'
    return a_language if re.match(LANGUAGE, key) else ""


def other_name(key: str, known: Collection[str]) -> str:
    """The known key that is called so elsewhere, or ""."""
    return next((name for name in ALIASES.get(key.lower(), ()) if name in known), "")


def of_a_state(key: str, value: Any) -> bool:
    """Whether this is a key of a state, and no language: `next` is one, and so is `end` where no text stands behind it."""
    is_text = isinstance(value, str) or (isinstance(value, dict) and not {"sms", "ussd"}.isdisjoint(value))
    return key in STATE_KEYS and (not re.match(LANGUAGE, key) or not is_text)


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

"""JSON Schema, as far as the schema of flow files uses it: a keyword that is not known here is a mistake of the test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda data: isinstance(data, dict),
    "array": lambda data: isinstance(data, list),
    "string": lambda data: isinstance(data, str),
    "integer": lambda data: type(data) is int,
    "boolean": lambda data: isinstance(data, bool),
}
SIZES: dict[type, tuple[str, str]] = {
    str: ("minLength", "maxLength"), list: ("minItems", "maxItems"), dict: ("minProperties", "maxProperties"),
}  # fmt: skip
KNOWN = {
    "$defs", "$ref", "additionalProperties", "anyOf", "description", "enum", "examples", "items", "maximum", "minimum",
    "pattern", "patternProperties", "properties", "propertyNames", "required", "type",
    *(word for words in SIZES.values() for word in words),
}  # fmt: skip

Schema = dict[str, Any]


class Validator:
    """Validates data by one schema. Compared with the `jsonschema` package on every file under tests/."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def wrong(self, data: Any) -> list[str]:
        """What is wrong with `data`, as `/path/to/it: keyword`."""
        return list(self._in(data, self._schema, ""))

    def _in(self, data: Any, schema: Schema, path: str) -> Iterator[str]:
        assert schema.keys() <= KNOWN, f"unknown keywords {schema.keys() - KNOWN}"
        if "$ref" in schema:
            yield from self._in(data, self._schema["$defs"][schema["$ref"].rpartition("/")[2]], path)
        if "anyOf" in schema and all(any(self._in(data, branch, path)) for branch in schema["anyOf"]):
            yield f"{path}: anyOf"
        yield from (f"{path}: {keyword}" for keyword in self._broken(data, schema))
        if isinstance(data, list):
            for number, item in enumerate(data):
                yield from self._in(item, schema.get("items", {}), f"{path}/{number}")
        if isinstance(data, dict):
            yield from (f"{path}/{key}: required" for key in schema.get("required", []) if key not in data)
            for key, value in data.items():
                yield from self._in_key(key, value, schema, f"{path}/{key}")

    def _broken(self, data: Any, schema: Schema) -> Iterator[str]:
        if "enum" in schema and (type(data), data) not in [(type(one), one) for one in schema["enum"]]:
            yield "enum"
        kinds = schema.get("type", [])
        if kinds and not any(TYPES[kind](data) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
            yield "type"
        if isinstance(data, str) and not re.search(schema.get("pattern", ""), data):
            yield "pattern"
        if type(data) in SIZES:
            low, high = SIZES[type(data)]
            yield from [low] if len(data) < schema.get(low, 0) else []
            yield from [high] if len(data) > schema.get(high, len(data)) else []
        if TYPES["integer"](data):
            yield from ["minimum"] if data < schema.get("minimum", data) else []
            yield from ["maximum"] if data > schema.get("maximum", data) else []

    def _in_key(self, key: str, value: Any, schema: Schema, path: str) -> Iterator[str]:
        yield from self._in(key, schema.get("propertyNames", {}), path)
        under = [inner for pattern, inner in schema.get("patternProperties", {}).items() if re.search(pattern, key)]
        under += [schema["properties"][key]] if key in schema.get("properties", {}) else []
        others = schema.get("additionalProperties", {})
        if not under and others is False:
            yield f"{path}: additionalProperties"
        for inner in under or ([others] if others else []):
            yield from self._in(value, inner, path)

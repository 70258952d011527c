"""The JSON Schema of a flow file, by which editors complete and underline (flows/flow.schema.json)."""

from __future__ import annotations

from typing import Any

from sms_service.authoring.schema import KEY, LANGUAGE, FlowPart


def json_schema() -> dict[str, Any]:
    """Written from the model, so that the two cannot differ."""
    schema: dict[str, Any] = _plain(FlowPart.model_json_schema(by_alias=True))
    state, consent = schema["$defs"]["StatePart"]["properties"], schema["$defs"]["ConsentPart"]["properties"]
    by_key = {"propertyNames": {"pattern": KEY}}
    a_state: dict[str, Any] = {"type": "string"}  # `1: some_state` stands for `1: {next: some_state}`
    state["choose"] |= {**by_key, "additionalProperties": {"anyOf": [a_state, state["choose"]["additionalProperties"]]}}
    consent["other"] |= {
        **by_key,
        "additionalProperties": {"anyOf": [a_state, consent["other"]["additionalProperties"]]},
    }
    schema["properties"]["languages"] = {
        "anyOf": [{"type": "string", "pattern": LANGUAGE}, schema["properties"]["languages"]]
    }
    return schema


def _plain(schema: Any) -> Any:
    """Without what pydantic adds for its own sake: titles, defaults, and null where a key may be left out. Where names
    have a pattern, no others are let in."""
    if isinstance(schema, list):
        return [_plain(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "boolean":
        return {"enum": [True, False, "yes", "no", "on", "off"]}  # editors read YAML 1.2, where these are words
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

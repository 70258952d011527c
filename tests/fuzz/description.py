"""An OpenAPI description of every address, made from the channels, their conformance suites and the application's routes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from flask import Flask

from sms_service.channels.base import Channel, Listener
from tests.channels.conformance import PHONE, SECRETS
from tests.channels.test_conformance import suites
from tests.web.every_channel import CALL, USSD

FORM = "application/x-www-form-urlencoded"
ID, TEXT = "id-1", "1"
"""In samples: any id, any text."""

TYPED = {"id": ID, "phone": PHONE, "text": TEXT, "session": ID, "code": "*384*96#"}
BODIES = {
    "/phone/": {"application/json": TYPED},
    "/card/": {FORM: {"signs": TEXT}},
    "/card/photo": {"multipart/form-data": {"photo": TEXT, "signs": TEXT}},
}
"""What our own pages send, by how their addresses begin; of two that fit, the longer one holds."""


def openapi(app: Flask, channels: Mapping[str, Channel], calls: Listener, secrets: Mapping[str, str]) -> dict[str, Any]:
    """The description. The addresses of a channel in `secrets` hold its secret; those of the others any text instead of it."""
    paths: dict[str, Any] = {}
    for name, channel in channels.items():
        for route in channel.routes:
            bodies = bodies_of(name)
            secret = f"/{secrets.get(name, '{secret}')}" if channel.secret_in_path else ""
            paths[f"/hooks/{name}{secret}/{route}"] = operations(channel.methods, bodies)
    called = operations(calls.methods, {FORM: like(CALL), "application/json": like(CALL)})
    paths[f"/hooks/{calls.name}/{secrets.get(calls.name, '{secret}')}"] = called
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(f"/hooks/{calls.name}/"):
            continue
        path = re.sub(r"<(?:.*:)?(\w+)>", r"{\1}", rule.rule)
        begins = max((one for one in BODIES if path.startswith(one)), key=len, default="")
        bodies = {kind: like(fields) for kind, fields in BODIES.get(begins, {FORM: {}}).items()}
        methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        paths.setdefault(path, {}).update(operations(methods, bodies))
    for path, methods in paths.items():
        for one in methods.values():
            one["parameters"] += [in_path(name) for name in re.findall(r"\{(\w+)\}", path)]
            if path.startswith("/phone/"):
                one["parameters"].append(
                    {"name": "X-Handset", "in": "header", "required": True, "schema": {"enum": ["1"]}}
                )
    return {"openapi": "3.1.0", "info": {"title": "sms_service", "version": "1"}, "paths": paths}


def bodies_of(name: str) -> dict[str, Any]:
    """The bodies that the gateway `name` sends, by content type: as the samples of its conformance suite are."""
    suite = next(one for one in (made() for made in suites()) if one.channel(secrets=SECRETS).name == name)
    route, report = suite.report(ID, next(iter(suite.final_words)))
    samples = [suite.genuine("sms", suite.sms(PHONE, TEXT, ID), SECRETS[0]), suite.genuine(route, report, SECRETS[0])]
    fields = dict.fromkeys(suite.field_names, TEXT) | (USSD if "ussd" in suite.channel_class.routes else {})
    for sample in samples:
        fields |= dict(sample.form)
    if not any(sample.body for sample in samples):
        return {FORM: like(fields)}
    return {"application/json": {"anyOf": [like(json.loads(sample.body)) for sample in samples]}, FORM: like(fields)}


def like(sample: Any) -> dict[str, Any]:
    """The schema of whatever is built as `sample` is: TEXT is any text there, ID any short one, and the rest as it stands. (A
    choice between a value and any text would be any text to Schemathesis, and no request ever good enough to be taken.)"""
    if isinstance(sample, dict):
        properties = {name: like(one) for name, one in sample.items()}
        return {"type": "object", "properties": properties, "required": list(sample)}
    if isinstance(sample, list):
        return {"type": "array", "items": like(sample[0]), "minItems": 1, "maxItems": 4}
    if sample == TEXT:
        return {"type": "string"}
    return {"type": "string", "minLength": 1, "maxLength": 70} if sample == ID else {"enum": [sample]}


def operations(methods: Any, bodies: dict[str, Any]) -> dict[str, Any]:
    """One operation a method: a GET has the fields of the form in its query, the others a body."""
    made: dict[str, Any] = {}
    for method in methods:
        one: dict[str, Any] = {"parameters": [], "responses": {"default": {"description": "any"}}}
        if method == "GET":
            query = {"ref": {}, "key": {}, "lang": {}, **bodies.get(FORM, {}).get("properties", {})}
            one["parameters"] = [
                {"name": name, "in": "query", "required": bool(schema), "schema": schema or {"type": "string"}}
                for name, schema in query.items()
            ]
        else:
            one["requestBody"] = {"content": {kind: {"schema": schema} for kind, schema in bodies.items()}}
        made[method.lower()] = one
    return made


def in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}

"""`sms-service read`: what the service makes of an enroler's text, with the flow files as they lie there."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sms_service.authoring.load import load_flow
from sms_service.config import Config
from sms_service.engine.answers import read_answer
from sms_service.engine.listen import Target, Ways, Writer, is_line, listen, ways_into
from sms_service.engine.model import Field, Flow, Reading, Sessions
from sms_service.engine.walk import fields_of
from sms_service.enrolment.answer_types import Setting
from sms_service.enrolment.reading.answer import read
from sms_service.vocabulary import vocabulary

MISSING = "missing"
"""The problem of a field that the text does not have, and that must be there."""


def reader(config: Config) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """{"text", "region"} -> {"command", "fields", "repaired", "flagged", "problems"}. Raises BrokenFlow;
    what it returns, a KeyError or a TypeError where there is no text.

    `command` is the flow that the text begins, as from an activated enroler with nothing open; stop, start or help; "" where
    nothing is understood. `problems` are a list of {"field", "problem"}: what the next text would be asked for.
    """
    words = vocabulary(config)
    files = sorted(config.flows_dir.glob("*.yaml"))
    ways = ways_into(load_flow(file.read_text(encoding="utf-8"), str(file), words) for file in files)

    def show(asked: dict[str, Any]) -> dict[str, Any]:
        region = str(asked.get("region") or config.region).strip().upper()
        if not isinstance(asked["text"], str):
            raise TypeError("a text is a string")
        return shown_read(asked["text"], region, ways)

    return show


def shown_read(text: str, region: str, ways: Ways) -> dict[str, Any]:
    """The same, once the flows are there."""
    setting = Setting((region,), "", time.time())
    target = listen(text, Writer("", enroler=True, stopped=False, sessions=Sessions()), ways)
    flow, found = _begun(target, text, setting)
    fields = fields_of(flow.states[flow.first]) if flow else ()
    word = read_answer(text, "", "none")
    missing = [one for one in fields if not one.optional and one.name not in {**found.values, **found.wrong}]
    problems = [*found.wrong.items(), *((one.name, MISSING) for one in missing)]
    return {
        "command": flow.name if flow else word if word in ("stop", "start", "help") else "",
        "fields": found.values,
        "repaired": found.repaired,
        "flagged": found.flagged,
        "problems": [{"field": name, "problem": problem} for name, problem in problems],
    }


def _begun(target: Target, text: str, setting: Setting) -> tuple[Flow | None, Reading]:
    """The flow that the text begins, and what it brings."""
    if target.line:
        line = read(text, _first_fields(target.line), "", setting)
        if is_line(line, target):
            return target.line, line
    if target.flow is None or target.flow.starts.words in ("stop", "start", "help", "stopped"):
        return None, Reading()
    return target.flow, read(target.rest, _first_fields(target.flow), "", setting) if target.rest else Reading()


def _first_fields(flow: Flow) -> tuple[Field, ...]:
    return fields_of(flow.states[flow.first])

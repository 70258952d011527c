"""Flows for the tests of the checker's parts, read with the words of this service."""

from __future__ import annotations

from sms_service.authoring.load import read_draft
from sms_service.authoring.variables import Analysis, Known
from sms_service.engine.model import Flow
from tests.authoring.checking import VOCABULARY

HEAD = "flow: x\nabout: A flow of the tests.\nlanguages: [en]\nstates:\n"


def flow_of(states: str, head: str = HEAD) -> Flow:
    """The flow with these states, whatever else may be wrong with it."""
    flow = read_draft(head + states, "x.yaml", VOCABULARY).flow
    assert flow
    return flow


def known_in(*flows: Flow) -> dict[str, Known]:
    """What is known on arrival in each state of the first of these flows."""
    return Analysis({flow.name: flow for flow in flows}, {}, VOCABULARY).of(flows[0].name)

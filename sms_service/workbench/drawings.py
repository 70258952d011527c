"""A flow drawn for whoever wants to look at it: in every format, and with what the turn log counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from sqlalchemy import Engine

from sms_service.authoring.dot import dot
from sms_service.authoring.drawing import Counts, Graph, Taken
from sms_service.authoring.mermaid import mermaid
from sms_service.authoring.picture import png, svg
from sms_service.store.funnel import funnel

Format = Literal["svg", "png", "mermaid", "dot"]

SUFFIXES: dict[str, Format] = {
    ".svg": "svg", ".png": "png", ".mermaid": "mermaid", ".mmd": "mermaid", ".dot": "dot", ".gv": "dot",
}  # fmt: skip


def counts(engine: Engine, flow: str, progress: Callable[[int, int], None] = lambda _done, _of: None) -> Counts:
    """How many people took each way of a flow, in all its versions (see store/funnel.py). A million turns take a second."""
    counted = funnel(engine, flow, progress)
    ways = {step: Taken(counted.people[step], times) for step, times in counted.times.items()}
    return Counts(ways, counted.standing, counted.since)


def written(graph: Graph, how: Format) -> bytes:
    """The drawing in one format. Raises picture.NotDrawn where Graphviz finds no places for it."""
    match how:
        case "svg":
            return svg(graph).encode()
        case "png":
            return png(graph)
        case "mermaid":
            return mermaid(graph).encode()
        case "dot":
            return dot(graph).encode()

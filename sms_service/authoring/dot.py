"""The drawing of a flow as DOT, for whoever wants to lay it out with a Graphviz of her own."""

from __future__ import annotations

import textwrap
from html import escape

from sms_service.authoring.drawing import Box, Graph, Kind, Label, number, shortened

SHOWN, LINE = 150, 38
"""Characters of a text that are shown, and of one line of it."""

LOOKS: dict[Kind, str] = {
    "start": 'shape=box, style="rounded,filled", fillcolor="#123f46", fontcolor=white',
    "clock": 'shape=box, style="rounded,dashed"',
    "say": 'shape=box, style="rounded,filled", fillcolor=white, color="#a9b3b5"',
    "question": 'shape=box, style="rounded,filled", fillcolor="#e0eeee", color="#3d8287"',
    "consent": 'shape=box, style="rounded,filled", peripheries=2, fillcolor="#f7e6c6", color="#c58a2b"',
    "effect": 'shape=box, style=filled, fillcolor="#eef1f6", color="#7385a3"',
    "decide": 'shape=hexagon, style=filled, fillcolor="#f4eff5", color="#8d74a0"',
    "call": 'shape=box, style="filled,diagonals", fillcolor="#eaf2ea", color="#6a9271"',
    "end": 'shape=box, style="rounded,filled,bold", fillcolor=white',
    "stop": 'shape=box, style="rounded,filled", fillcolor="#17262b", fontcolor=white, fontsize=9, height=0.2',
}
STROKES = {"way": 'color="#4c5f66"', "astray": 'color="#8d8579"', "time": 'color="#8d8579", style=dashed'}

THICK = 6.0
"""What the width of the way that is taken most has more than one that nobody takes."""


def dot(graph: Graph) -> str:
    """DOT, with labels in Graphviz's markup. Ids are our own; what stands in the file is text in a label and no more."""
    most = max((arrow.times for arrow in graph.arrows), default=0)
    name = '<FONT POINT-SIZE="18"><B>' + _safe(graph.flow) + '</B></FONT><BR ALIGN="LEFT"/>'
    about = _lines(graph.about, 80) + _lines(graph.numbers, 80)
    lines = [
        "digraph flow {",
        "  graph [rankdir=TB, ordering=out, nodesep=0.3, ranksep=0.4]",
        f'  graph [label=<{name}{about}>, labelloc=t, labeljust=l, fontname="Noto Sans"]',
        '  node [fontname="Noto Sans", fontsize=10, margin="0.12,0.06"]',
        '  edge [fontname="Noto Sans", fontsize=9, arrowsize=0.7]',
        *(f"  {box.id} [{LOOKS[box.kind]}, label=<{_label(box)}>]" for box in graph.boxes),
    ]
    for arrow in graph.arrows:
        told = "<BR/>".join(filter(None, map(_told, arrow.labels)))
        width = 1 + THICK * arrow.times / most if most else 1
        label = f", label=<{told}>" if told else ""
        lines.append(f"  {arrow.tail} -> {arrow.head} [{STROKES[arrow.style]}, penwidth={width:.1f}{label}]")
    return "\n".join([*lines, "}", ""])


def _label(box: Box) -> str:
    waiting = "" if box.standing is None else f"  ({box.standing:,} wait)"
    parts = [f"<B>{_safe(box.name)}</B>{waiting}"]
    does = f"result {box.does}" if box.kind == "end" and box.does else box.does
    if does:
        parts.append(f'<BR/><FONT POINT-SIZE="8">{_safe(does)}</FONT>')
    if box.rows or box.notes:
        parts.append("<BR/>")
    parts += (_lines(f"{lead}: {text}" if lead else text, LINE) for lead, text in box.rows)
    parts += (f'<FONT POINT-SIZE="8">{_safe(note)}</FONT><BR ALIGN="LEFT"/>' for note in box.notes)
    return "".join(parts)


def _lines(text: str, width: int) -> str:
    return "".join(f'{_safe(line)}<BR ALIGN="LEFT"/>' for line in textwrap.wrap(shortened(text, SHOWN), width))


def _told(label: Label) -> str:
    parts = [_safe(label.words), f"<B>{number(label.taken)}</B>" if label.taken else ""]
    return " ".join(filter(None, parts))


def _safe(text: str) -> str:
    """`text` inside Graphviz's markup, where a backslash is an escape all the same: `\\N` would become the id of the box."""
    return escape(text).replace("\\", "\\\\")

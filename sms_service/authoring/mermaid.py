"""The drawing of a flow as a Mermaid flowchart, for wikis and READMEs that draw it themselves."""

from __future__ import annotations

from sms_service.authoring.drawing import Box, Graph, Kind, Label, number, shortened

SHOWN = 100
"""Characters of a text that are shown. Mermaid refuses a chart of more than 50,000, so a large flow shows fewer."""

CHART_MAX = 48_000
"""Characters of the whole chart (Mermaid's maxTextSize is 50,000)."""

SHAPES: dict[Kind, tuple[str, str]] = {
    "start": ("([", "])"),
    "clock": ("([", "])"),
    "say": ("(", ")"),
    "question": ("(", ")"),
    "consent": ("(", ")"),
    "effect": ("[", "]"),
    "decide": ("{", "}"),
    "call": ("[[", "]]"),
    "end": ("([", "])"),
    "stop": ("((", "))"),
}
COLOURS: dict[Kind, str] = {
    "start": "fill:#123f46,stroke:#123f46,color:#ffffff",
    "clock": "fill:#fcfbf8,stroke:#5f6e73,stroke-dasharray:4",
    "say": "fill:#ffffff,stroke:#a9b3b5",
    "question": "fill:#e0eeee,stroke:#3d8287",
    "consent": "fill:#f7e6c6,stroke:#c58a2b,stroke-width:3px",
    "effect": "fill:#eef1f6,stroke:#7385a3",
    "decide": "fill:#f4eff5,stroke:#8d74a0",
    "call": "fill:#eaf2ea,stroke:#6a9271",
    "end": "fill:#ffffff,stroke:#17262b,stroke-width:2px",
    "stop": "fill:#17262b,stroke:#17262b,color:#ffffff",
}
HARMLESS = " .,_-()/?!+"
LINES = {"way": "-->", "astray": "-->", "time": "-.->"}

THICK = 7
"""Pixels: the width of the way that is taken most."""


def mermaid(graph: Graph) -> str:
    """A flowchart in Mermaid's syntax. Ids are our own; every sign of a text that could mean something is a number."""
    for shown in (SHOWN, SHOWN // 3, 0):
        chart = _chart(graph, shown)
        if len(chart) <= CHART_MAX:
            break
    return chart


def _chart(graph: Graph, shown: int) -> str:
    kinds = dict.fromkeys(box.kind for box in graph.boxes)
    most = max((arrow.times for arrow in graph.arrows), default=0)
    lines = ["flowchart TB"]
    lines += (
        f"  {box.id}{_shaped(box, shown, graph.numbers if box.kind == 'start' else '')}:::box_{box.kind}"
        for box in graph.boxes
    )
    for arrow in graph.arrows:
        told = "<br/>".join(filter(None, map(_told, arrow.labels)))
        label = f'|"{told}"|' if told else ""
        lines.append(f"  {arrow.tail} {LINES[arrow.style]}{label} {arrow.head}")
    lines += (f"  classDef box_{kind} {COLOURS[kind]}" for kind in kinds)
    if most:
        lines += (
            f"  linkStyle {place} stroke-width:{1 + round(THICK * arrow.times / most)}px"
            for place, arrow in enumerate(graph.arrows)
        )
    return "\n".join([*lines, ""])


def _shaped(box: Box, shown: int, more: str) -> str:
    before, after = SHAPES[box.kind]
    name = f"<b>{_safe(box.name)}</b>"
    if box.standing is not None:
        name += f" {_safe(f'({box.standing:,} wait)')}"
    does = f"result {box.does}" if box.kind == "end" and box.does else box.does
    rows = [shortened(f"{lead}: {text}" if lead else text, shown) for lead, text in box.rows] if shown else []
    return (
        f'{before}"{"<br/>".join([name, *(_safe(line) for line in (does, *rows, *box.notes, more) if line)])}"{after}'
    )


def _told(label: Label) -> str:
    parts = [_safe(label.words), f"<b>{_safe(number(label.taken))}</b>" if label.taken else ""]
    return " ".join(filter(None, parts))


def _safe(text: str) -> str:
    """`text` inside a quoted label: letters, digits and harmless signs as they are, others as Mermaid writes them, `#34;`.

    Not the quote only: Mermaid looks for `style ...:` and `%%` with regular expressions before it reads a chart, takes a
    label in backticks for Markdown, and what is left after its own reading for HTML.
    """
    return "".join(c if not c.isascii() or c.isalnum() or c in HARMLESS else f"#{ord(c)};" for c in text)

"""The picture of a flow, as SVG and PNG: Graphviz finds the places, typst measures and draws, with the fonts of this package.

The letters of both are outlines. So Devanagari, Tamil or Arabic look the same on a machine that has no font for them, and
no text of a flow stands in the drawing itself; for search and for the pointer an invisible layer of text lies over the SVG.
"""

from __future__ import annotations

import json
import re
import subprocess
import sysconfig
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple
from xml.sax.saxutils import escape, quoteattr

import typst

from sms_service.authoring.drawing import Arrow, Box, Graph, Label, shortened
from sms_service.engine.clusters import clusters

TEXT_SHOWN = 150
"""Characters of a text that are drawn, about five lines: enough to know it again."""

CONDITION_SHOWN = 80
"""Characters of what stands at an arrow."""

WORD_MAX = 24
"""Characters of a word that surely fits on a line; a longer one may be broken anywhere."""

MARGIN = 26.0
TITLE_LEAST = 460.0
"""Points: the room round the drawing, and the least width of its title."""

THIN, THICK = 1.1, 7.0
"""Points: an arrow that nobody takes, and the one that is taken most."""

DOUBLE = 6.0
"""Points that the second line round a consent adds to its box."""

PIXELS_PER_INCH = 144.0
PIXELS_MAX = 40_000_000
"""A PNG of more pixels is drawn coarser: 40 million take 160 MB of memory, and are a wall of 2 by 1.5 metres at 80 dpi."""

LAYOUT_SECONDS = 120
"""What Graphviz may take. 400 states take a few seconds."""

NO_LINES = 'BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0"'

VARIABLE = re.compile(r"\{[^}]*\}")

_TEMPLATE = Path(__file__).with_name("picture.typ")
_FONTS = Path(__file__).parent.parent / "fonts"


class NotDrawn(Exception):
    """Graphviz found no places for this flow; the message says why."""


def svg(graph: Graph) -> str:
    """The drawing as SVG, complete: no fonts, scripts or files are needed to show it."""
    page = _laid_out(graph)
    drawn = _drawn(page, "svg").decode()
    assert drawn.rstrip().endswith("</svg>")
    return drawn.rstrip().removesuffix("</svg>") + _text_layer(graph, page) + "</svg>\n"


def png(graph: Graph) -> bytes:
    """The same as a picture of points, 144 to the inch or as fine as PIXELS_MAX allows."""
    page = _laid_out(graph)
    finest = (PIXELS_MAX / (page["width"] * page["height"])) ** 0.5 * 72
    return _drawn(page, "png", min(PIXELS_PER_INCH, finest))


# --- what is drawn ------------------------------------------------------------------------------------------------


def _contents(graph: Graph) -> dict[str, Any]:
    """All that stands in the picture, for picture.typ, without places."""
    asides = [arrow for arrow in graph.arrows if arrow.aside]
    drawn = [arrow for arrow in graph.arrows if not arrow.aside]
    most = max((arrow.times for arrow in graph.arrows), default=0)
    return {
        "measure": True,
        "boxes": [_box(box, [arrow for arrow in asides if arrow.tail == box.id], graph) for box in graph.boxes],
        "arrows": [_arrow(arrow, f"a{place}", most) for place, arrow in enumerate(drawn)],
        "title": _title(graph),
    }


def _box(box: Box, asides: list[Arrow], graph: Graph) -> dict[str, Any]:
    footers = [{"words": note, "to": "", **_number(None)} for note in box.notes]
    footers += (
        {"words": label.words, "to": graph.box(arrow.head).name, **_number(label)}
        for arrow in asides
        for label in arrow.labels
    )
    ends = box.kind == "end"
    return {
        "id": box.id, "kind": box.kind, "name": _words(box.name), "does": _words("" if ends else box.does),
        "result": _words(box.does if ends else ""), "footers": footers,
        "rows": [{"lead": _words(lead), "words": _words(text, TEXT_SHOWN)} for lead, text in box.rows],
        "standing": None if box.standing is None else f"{box.standing:,}",
        "large": bool(box.rows) or box.kind in ("question", "consent", "end"),
    }  # fmt: skip


def _arrow(arrow: Arrow, place: str, most: int) -> dict[str, Any]:
    labels = [{"words": _words(label.words, CONDITION_SHOWN), **_number(label)} for label in arrow.labels]
    return {
        "id": place, "tail": arrow.tail, "head": arrow.head, "style": arrow.style, "labels": labels,
        "labelled": any(label["words"] or label["number"] for label in labels),
        "thickness": THIN + (THICK - THIN) * arrow.times / most if most else THIN,
    }  # fmt: skip


def _number(label: Label | None) -> dict[str, str]:
    taken = label.taken if label else None
    often = taken is not None and taken.times != taken.people
    return {
        "number": f"{taken.people:,}" if taken else "",
        "times": f"{taken.times:,} times" if taken and often else "",
    }


def _title(graph: Graph) -> dict[str, Any]:
    expires = f"Expires after {graph.expires} without an answer. " if graph.expires else ""
    about = f"{expires}Texts: {graph.language}. Version: {graph.version[:12]}."
    kinds = dict.fromkeys("end" if box.kind == "stop" else box.kind for box in graph.boxes)
    styles = {arrow.style for arrow in graph.arrows if not arrow.aside}
    strokes = [
        (words, style) for style, words in (("astray", "not understood"), ("time", "time passes")) if style in styles
    ]
    return {
        "flow": _words(graph.flow), "about": _words(graph.about), "width": TITLE_LEAST,
        "lines": list(filter(None, [about, graph.numbers])),
        "kinds": [kind for kind in kinds if kind != "clock"], "strokes": strokes,
    }  # fmt: skip


def _words(text: str, longest: int = 1_000) -> dict[str, Any] | None:
    """One text for picture.typ: cut between two words, breakable where a word is too long, and which way it runs."""
    if not text:
        return None
    text = shortened(text, longest)
    shown = " ".join(word if len(word) <= WORD_MAX else "\u200b".join(clusters(word)) for word in text.split(" "))
    strong = (unicodedata.bidirectional(c) for c in VARIABLE.sub("", text))  # UAX #9, P2; a variable's name is no text
    return {"text": shown, "rtl": next((kind for kind in strong if kind in ("L", "R", "AL")), "L") != "L"}


# --- where it stands ----------------------------------------------------------------------------------------------


class Size(NamedTuple):
    """Points."""

    width: float
    height: float


def _laid_out(graph: Graph) -> dict[str, Any]:
    """The contents with the place of everything, in points from the upper left corner."""
    page = _contents(graph)
    sizes = _measured(page)
    found = json.loads(_graphviz(_layout(page, sizes)))
    _, _, wide, high = map(float, found["bb"].split(","))
    title = sizes["title"]
    top = MARGIN + title.height + MARGIN
    width = max(wide, TITLE_LEAST)
    left = MARGIN + (width - wide) / 2

    def place(point: str) -> tuple[float, float]:
        x, y = map(float, point.split(","))
        return left + x, top + high - y

    nodes = {node["name"]: node for node in found.get("objects", ())}
    for box in page["boxes"]:
        size, (x, y) = sizes[box["id"]], place(nodes[box["id"]]["pos"])
        box.update(width=size.width, height=size.height, x=x - size.width / 2, y=y - size.height / 2)
    edges = {edge["id"]: edge for edge in found.get("edges", ())}
    for arrow in page["arrows"]:
        edge = edges[arrow["id"]]
        tip, *points = edge["pos"].removeprefix("e,").split(" ")
        arrow.update(tip=place(tip), points=[place(point) for point in points])
        if arrow["labelled"]:
            size, (x, y) = sizes[arrow["id"]], place(edge["lp"])
            arrow.update(x=x - size.width / 2, y=y - size.height / 2)
    page["title"]["width"] = width
    return page | {"measure": False, "margin": MARGIN, "width": width + 2 * MARGIN, "height": top + high + MARGIN}


def _layout(page: Mapping[str, Any], sizes: Mapping[str, Size]) -> str:
    """DOT for Graphviz: ids and sizes only, none of the texts."""
    lines = [
        "digraph {",
        '  graph [rankdir=TB, nodesep=0.32, ranksep="0.42", ordering=out]',
        '  node [shape=box, fixedsize=true, label=""]',
        "  edge [arrowhead=normal]",
    ]
    for box in page["boxes"]:
        size, round_it = sizes[box["id"]], DOUBLE if box["kind"] == "consent" else 0
        wide, high = (size.width + round_it) / 72, (size.height + round_it) / 72
        lines.append(f"  {box['id']} [width={wide:.4f}, height={high:.4f}]")
    for arrow in page["arrows"]:
        size, label = sizes[arrow["id"]], ""
        if arrow["labelled"]:
            room = f'FIXEDSIZE="TRUE" WIDTH="{size.width + 6:.0f}" HEIGHT="{size.height + 2:.0f}"'
            label = f", label=<<TABLE {NO_LINES}><TR><TD {room}></TD></TR></TABLE>>"
        weight = 4 if arrow["style"] == "way" else 1
        head = 0.55 + arrow["thickness"] * 0.14
        lines.append(
            f"  {arrow['tail']} -> {arrow['head']} [id={arrow['id']}, weight={weight}, arrowsize={head:.2f}{label}]"
        )
    return "\n".join([*lines, "}"])


def _graphviz(dot: str) -> bytes:
    program = Path(sysconfig.get_path("scripts")) / "graphviz-pure"
    try:
        done = subprocess.run(
            [program, "-Tjson"], input=dot.encode(), capture_output=True, timeout=LAYOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise NotDrawn(f"the flow is too large to be drawn: no layout within {LAYOUT_SECONDS} s") from None
    if done.returncode != 0:
        raise NotDrawn(f"Graphviz found no layout: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


# --- typst --------------------------------------------------------------------------------------------------------


def _measured(page: Mapping[str, Any]) -> dict[str, Size]:
    found = json.loads(_compiler(page).query("<size>", field="value"))
    return {name: Size(width, height) for name, width, height in found}


def _drawn(page: Mapping[str, Any], kind: Literal["svg", "png"], ppi: float = PIXELS_PER_INCH) -> bytes:
    drawn = _compiler(page).compile(format=kind, ppi=ppi)
    assert isinstance(drawn, bytes)
    return drawn


def _compiler(page: Mapping[str, Any]) -> typst.Compiler:
    # One for each picture: it keeps its input, and two threads cannot use one. The fonts, which take long, are kept.
    return typst.Compiler(_TEMPLATE, font_paths=_fonts(), sys_inputs={"drawing": json.dumps(page)})


@cache
def _fonts() -> typst.Fonts:
    # The machine's fonts come after ours, for scripts that ours lack: Telugu is drawn where there is a font for it.
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False, font_paths=[_FONTS])


# --- the text over it ---------------------------------------------------------------------------------------------


def _text_layer(graph: Graph, page: Mapping[str, Any]) -> str:
    """Invisible text over the outlines: each state's name to be found by searching, its whole text to be shown where the
    pointer rests. `data-state` is for whoever puts the picture into a page."""
    parts = ['<g class="states" fill="transparent" font-family="sans-serif" font-size="10">']
    for box, placed in zip(graph.boxes, page["boxes"], strict=True):
        x, y, width, height = (f"{placed[key]:.1f}" for key in ("x", "y", "width", "height"))
        told = "\n".join([box.name, *filter(None, [box.does]), *(f"{lead} {text}".strip() for lead, text in box.rows)])
        parts.append(
            f"<g data-state={quoteattr(box.name)}><title>{escape(told)}</title>"
            f'<rect x="{x}" y="{y}" width="{width}" height="{height}"/>'
            f'<text x="{placed["x"] + 8:.1f}" y="{placed["y"] + 13:.1f}">{escape(box.name)}</text></g>'
        )
    return "\n".join([*parts, "</g>"])

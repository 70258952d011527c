"""DOT: Graphviz reads it, and finds exactly the boxes and arrows of the drawing."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from sms_service.authoring.dot import dot
from sms_service.authoring.drawing import Counts, Graph, Taken
from sms_service.authoring.graph import draw
from tests.authoring.drawn import every_kind, nasty


def graphviz(text: str, kind: str) -> bytes:
    program = Path(sysconfig.get_path("scripts")) / "graphviz-pure"
    return subprocess.run([program, f"-T{kind}"], input=text.encode(), capture_output=True, check=True).stdout


@pytest.mark.parametrize(
    "graph", [draw(every_kind()), draw(every_kind(), "hi"), draw(nasty())], ids=["en", "hi", "nasty"]
)
def test_graphviz_finds_what_was_drawn(graph: Graph) -> None:
    read: dict[str, Any] = json.loads(graphviz(dot(graph), "json"))

    nodes = [node["name"] for node in read["objects"]]
    assert nodes == [box.id for box in graph.boxes]
    assert [(nodes[edge["tail"]], nodes[edge["head"]]) for edge in read["edges"]] == [
        (arrow.tail, arrow.head) for arrow in graph.arrows
    ]


def test_its_picture_shows_the_texts_and_nothing_else() -> None:
    graph = draw(nasty())

    drawn = graphviz(dot(graph), "svg").decode()
    texts = " ".join(text.text or "" for text in ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text"))

    assert "<script" not in drawn
    assert "</text></svg><script>alert(1)</script>" in texts
    assert "\\N\\G\\l\\" in texts


def test_time_is_dashed_and_numbers_make_arrows_wide() -> None:
    ways = {("which", "1", "person"): Taken(50, 60), ("agree", "yes", "save"): Taken(30, 30)}
    lines = dot(draw(every_kind(), "", Counts(ways, {"which": 7}, 1_700_000_000.0))).splitlines()

    [timeout] = [line for line in lines if "after 2 days" in line]
    [most] = [line for line in lines if "1 Hindi" in line]
    [half] = [line for line in lines if "1 yes" in line]
    assert "style=dashed" in timeout
    assert "<B>50 people, 60 times</B>" in most
    assert "penwidth=7.0" in most
    assert "penwidth=4.0" in half
    assert any("<B>which</B>  (7 wait)" in line for line in lines)
    assert any("since 14 November 2023" in unescape(line) for line in lines)

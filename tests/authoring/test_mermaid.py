"""Mermaid: every line is of the flowchart grammar, whatever the texts hold."""

from __future__ import annotations

import re

import pytest

from sms_service.authoring.drawing import Counts, Graph, Taken
from sms_service.authoring.graph import draw
from sms_service.authoring.load import load_flow
from sms_service.authoring.mermaid import CHART_MAX, HARMLESS, mermaid
from tests.authoring.drawn import VOCABULARY, every_kind, nasty

TEXT = rf"(?:[^\x00-\x7f]|[A-Za-z0-9{re.escape(HARMLESS)}]|#\d+;|<b>|</b>|<br/>)*"
ID = r"(?:start|clock|s\d+(?:e\d+)?)"
SHAPE = rf'(?:\("{TEXT}"\)|\(\["{TEXT}"\]\)|\["{TEXT}"\]|\[\["{TEXT}"\]\]|\{{"{TEXT}"\}}|\(\("{TEXT}"\)\))'
NODE = re.compile(rf"  {ID}{SHAPE}:::box_[a-z]+")
LINK = re.compile(rf'  ({ID}) (?:-->|-\.->)(?:\|"{TEXT}"\|)? ({ID})')
STYLE = re.compile(r"  classDef box_[a-z]+ [a-z0-9:#,-]+|  linkStyle \d+ stroke-width:\d+px")


@pytest.mark.parametrize(
    "graph", [draw(every_kind()), draw(every_kind(), "hi"), draw(nasty())], ids=["en", "hi", "nasty"]
)
def test_every_line_is_of_the_grammar(graph: Graph) -> None:
    first, *lines = mermaid(graph).splitlines()

    assert first == "flowchart TB"
    links = [found.groups() for line in lines if (found := LINK.fullmatch(line))]
    assert links == [(arrow.tail, arrow.head) for arrow in graph.arrows]
    assert sum(bool(NODE.fullmatch(line)) for line in lines) == len(graph.boxes)
    assert [line for line in lines if not any(kind.fullmatch(line) for kind in (NODE, LINK, STYLE))] == []


def test_words_stand_as_they_are_and_signs_as_numbers() -> None:
    chart = mermaid(draw(every_kind(), "hi"))

    assert '|"1 हिन्दी<br/>2 अंग्रेज़ी"|' in chart
    assert "age #62;#61; 18 and name !#61; #39;#60;b#62;#39;" in chart
    assert '-.->|"after 2 days"|' in chart


def test_numbers_make_links_wide() -> None:
    ways = {("which", "1", "person"): Taken(50, 60), ("agree", "yes", "save"): Taken(30, 30)}
    graph = draw(every_kind(), "", Counts(ways, {"which": 7}, 1_700_000_000.0))

    chart = mermaid(graph)

    widest = next(place for place, arrow in enumerate(graph.arrows) if arrow.times == 60)
    assert f"  linkStyle {widest} stroke-width:8px" in chart.splitlines()
    assert "1 Hindi <b>50 people, 60 times</b>" in chart
    assert "<b>which</b> (7 wait)" in chart
    assert "since 14 November 2023" in chart


def test_a_large_flow_shows_less_text_rather_than_being_refused() -> None:
    says = "".join(f"  state_{n}: {{say: '{'many words ' * 12}', next: state_{n + 1}}}\n" for n in range(400))
    text = f"flow: large\nabout: long\nlanguages: [en]\nstates:\n{says}  state_400: {{say: Bye., end: true}}\n"

    chart = mermaid(draw(load_flow(text, "large.yaml", VOCABULARY)))

    assert len(chart) <= CHART_MAX
    assert "many words " * 4 not in chart
    assert "<b>state_399</b>" in chart

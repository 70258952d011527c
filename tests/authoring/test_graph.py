"""From a flow to its drawing: every state and every way is there, with the words of the person who goes it."""

from __future__ import annotations

import pytest

from sms_service.authoring.drawing import Arrow, Counts, Graph, Label, Taken
from sms_service.authoring.graph import draw, length_of_time, readable
from sms_service.authoring.load import load_flow
from sms_service.authoring.ways import ways_out
from tests.authoring.drawn import VOCABULARY, every_kind

SINCE = 1_700_000_000.0


def arrows(graph: Graph) -> dict[tuple[str, str], list[Arrow]]:
    """The arrows by the names of the two boxes."""
    found: dict[tuple[str, str], list[Arrow]] = {}
    for arrow in graph.arrows:
        found.setdefault((graph.box(arrow.tail).name, graph.box(arrow.head).name), []).append(arrow)
    return found


def words(graph: Graph, tail: str, head: str) -> list[str]:
    return [label.words for arrow in arrows(graph)[tail, head] for label in arrow.labels]


def test_every_state_is_a_box_of_its_kind() -> None:
    kinds = {box.name: box.kind for box in draw(every_kind()).boxes}

    assert kinds == {
        "LESSON, पाठ, *384*9#": "start", "which": "question", "person": "question", "old_enough": "decide",
        "agree": "consent", "save": "effect", "address": "call", "bye": "say", "note": "effect", "stranger": "end",
        "expired": "end", "end": "stop", "no answer for 7 days, anywhere": "clock",
    }  # fmt: skip


def test_every_way_out_of_every_state_is_there() -> None:
    flow = every_kind()
    drawn = arrows(draw(flow))

    for name, state in flow.states.items():
        for way in ways_out(state):
            assert (name, way.to.replace("(done)", "end")) in drawn, f"{name} leads by {way.label} to {way.to}"


def test_what_the_person_does_stands_at_the_arrow() -> None:
    graph = draw(every_kind())

    assert words(graph, "LESSON, पाठ, *384*9#", "which") == ["an enroler"]
    assert words(graph, "LESSON, पाठ, *384*9#", "stranger") == ["anybody else"]
    assert words(graph, "which", "person") == ["1 Hindi", "2 English", "after 2 days"]
    assert words(graph, "which", "stranger") == ["3 Neither", "unclear 3 ×"]
    assert words(graph, "person", "old_enough") == [""]
    assert words(graph, "old_enough", "agree") == ["age >= 18 and name != '<b>'"]
    assert words(graph, "old_enough", "stranger") == ["otherwise"]
    assert words(graph, "agree", "save") == ["1 yes"]
    assert words(graph, "agree", "bye") == ["2 no", "wrong number"]
    assert words(graph, "agree", "which") == ["3"]
    assert words(graph, "save", "address") == ["saved"]
    assert words(graph, "address", "bye") == ["done"]
    assert words(graph, "note", "end") == [""]


def test_ways_of_one_kind_to_one_state_share_an_arrow() -> None:
    both, timeout = arrows(draw(every_kind()))["which", "person"]

    assert [label.words for label in both.labels] == ["1 Hindi", "2 English"]
    assert (both.style, timeout.style) == ("way", "time")


def test_what_a_state_asks_and_does() -> None:
    graph = draw(every_kind())
    boxes = {box.name: box for box in graph.boxes}

    assert boxes["person"].rows == (("", "Two things, {org}."), ("name", "Name?"), ("age", "Age?"))
    assert boxes["save"].does == "save (area: {name})"
    assert boxes["address"].does == "flow address"
    assert boxes["agree"].does == "consent to news"
    assert boxes["agree"].notes == ("reminds after 24 hours, once",)
    assert boxes["stranger"].does == "refused"


def test_the_texts_are_in_the_language_asked_for_or_else_in_the_first() -> None:
    hindi, other = draw(every_kind(), "hi"), draw(every_kind(), "ta")

    assert words(hindi, "which", "person")[:2] == ["1 हिन्दी", "2 अंग्रेज़ी"]
    assert next(box for box in hindi.boxes if box.name == "which").rows == (("", "भाषा?"),)
    assert next(box for box in other.boxes if box.name == "which").rows == (("", "Language?"),)


def test_with_one_question_the_expiry_leaves_from_it() -> None:
    text = """
flow: short
about: one question
starts: {on: registration.saved}
languages: [en]
expires: {after: 36 hours, then: over}
states:
  ask: {say: Name?, ask: {into: name, type: name}, next: over}
  over: {say: Done., end: true}
"""
    graph = draw(load_flow(text, "short.yaml", VOCABULARY))

    assert words(graph, "ask", "over") == ["", "expires after 36 hours"]
    assert [arrow.style for arrow in arrows(graph)["ask", "over"]] == ["way", "time"]
    assert graph.boxes[0].name == "on registration.saved"


def test_what_nobody_hopes_for_is_named_aside_where_there_is_much_of_it() -> None:
    questions = "".join(
        f"""
  q{n}:
    say: Name?
    ask: {{into: name, type: name}}
    unclear: {{times: 2, then: given_up}}
    next: q{n + 1}"""
        for n in range(5)
    )
    text = f"flow: long\nabout: five questions\nlanguages: [en]\nstates:{questions}\n"
    text += "  q5: {say: Again?, choose: {1: q0, 2: given_up}}\n  given_up: {say: Bye., end: true}\n"
    graph = draw(load_flow(text, "long.yaml", VOCABULARY))

    into = {arrow.tail: arrow for arrow in graph.arrows if graph.box(arrow.head).name == "given_up"}
    assert [arrow.aside for arrow in into.values()] == [True] * 5 + [False], "a state is never without an arrow"
    assert not any(arrow.aside for arrow in graph.arrows if arrow not in into.values())


def test_a_state_nothing_leads_to_says_so() -> None:
    text = "flow: f\nabout: a\nlanguages: [en]\nstates:\n  a: {say: A, end: true}\n  b: {say: B, end: true}\n"
    graph = draw(load_flow(text, "f.yaml", VOCABULARY))

    assert [box.notes for box in graph.boxes[1:]] == [(), ("nothing leads here",)]


# --- counts -------------------------------------------------------------------------------------------------------


@pytest.fixture
def counted() -> Graph:
    ways = {
        ("", "", "which"): Taken(90, 120),
        ("which", "1", "person"): Taken(50, 60),
        ("which", "2", "person"): Taken(7, 7),
        ("which", "unclear", ""): Taken(4, 9),
        ("which", "unclear", "stranger"): Taken(1, 1),
        ("agree", "remind", ""): Taken(3, 3),
        ("", "expired", "expired"): Taken(2, 2),
        ("address", "given_up", "stranger"): Taken(5, 5),
        ("gone", "1", "away"): Taken(9, 9),
    }
    return draw(every_kind(), "", Counts(ways, {"which": 1204}, SINCE))


def test_each_way_has_its_number(counted: Graph) -> None:
    both, timeout = arrows(counted)["which", "person"]

    assert both.labels == (Label("1 Hindi", Taken(50, 60)), Label("2 English", Taken(7, 7)))
    assert both.times == 67
    assert timeout.labels == (Label("after 2 days", Taken(0, 0)),)
    assert arrows(counted)["LESSON, पाठ, *384*9#", "which"][0].labels[0].taken == (90, 120)
    assert arrows(counted)["no answer for 7 days, anywhere", "expired"][0].times == 2
    assert arrows(counted)["address", "stranger"][0].times == 5


def test_a_question_says_how_many_wait_and_how_many_were_asked_again(counted: Graph) -> None:
    boxes = {box.name: box for box in counted.boxes}

    assert boxes["which"].standing == 1204
    assert boxes["which"].notes == ("not understood, asked again: 4 people, 9 times",)
    assert boxes["agree"].notes == ("reminds after 24 hours, once: 3",)
    assert boxes["agree"].standing == 0
    assert boxes["bye"].standing is None, "nobody can wait where nothing is asked"


def test_the_drawing_says_since_when_it_counts(counted: Graph) -> None:
    assert "since 14 November 2023, 22:13 UTC" in counted.numbers
    assert draw(every_kind()).numbers == ""
    assert draw(every_kind(), "", Counts()).numbers == "Nobody went any way yet since ways are counted."


# --- words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(60, "1 minute"), (5400, "90 minutes"), (3600, "1 hour"), (86_400, "24 hours"), (172_800, "2 days"), (604_800, "7 days")],
)  # fmt: skip
def test_lengths_of_time(seconds: float, said: str) -> None:
    assert length_of_time(seconds) == said


@pytest.mark.parametrize(
    ("template", "read"),
    [
        ("{{ org }}: {{ enroler.first_name|upper }}", "{org}: {enroler.first_name}"),
        ("{% if paid %}Thanks.{% endif %} {# later #}Bye.", "[Thanks.] Bye."),
        ("two\nlines\tand  spaces", "two lines and spaces"),
        ("a\u202eb\u0007c\u200dd", "abc\u200dd"),
    ],
)
def test_templates_as_people_read_them(template: str, read: str) -> None:
    assert readable(template) == read

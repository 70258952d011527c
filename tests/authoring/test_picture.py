"""The picture: complete in itself, right in every script, and nothing in a text can get out of it."""

from __future__ import annotations

import re
import struct
from xml.etree import ElementTree as ET

import pytest

from sms_service.authoring import picture
from sms_service.authoring.drawing import Counts, Graph, Taken
from sms_service.authoring.graph import draw
from sms_service.authoring.load import load_flow
from tests.authoring.drawn import VOCABULARY, every_kind, nasty

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"


def says(text: str) -> Graph:
    return draw(
        load_flow(f"flow: f\nabout: a\nlanguages: [en]\nstates:\n  a: {{say: '{text}', end: true}}\n", "f", VOCABULARY)
    )


def glyphs(drawn: str) -> set[str]:
    """The outlines that are used."""
    return {use.get(LINK, "") for use in ET.fromstring(drawn).iter(f"{SVG}use")}


def widths(drawn: str) -> list[float]:
    """Of all lines, in points."""
    return [float(width) for width in re.findall(r'stroke-width="([0-9.]+)"', drawn)]


def test_it_is_one_file_that_needs_nothing_else() -> None:
    drawn = picture.svg(draw(every_kind()))

    root = ET.fromstring(drawn)
    assert root.tag == f"{SVG}svg"
    assert {element.get(LINK, "#")[0] for element in root.iter()} == {"#"}, "only to its own parts"
    assert not {element.tag for element in root.iter()} & {
        f"{SVG}image",
        f"{SVG}script",
        f"{SVG}style",
        f"{SVG}foreignObject",
    }


def test_every_state_can_be_searched_and_shows_its_whole_text_under_the_pointer() -> None:
    graph = draw(every_kind(), "hi")
    root = ET.fromstring(picture.svg(graph))

    states = {group.get("data-state"): group for group in root.iter(f"{SVG}g") if group.get("data-state")}
    assert list(states) == [box.name for box in graph.boxes]
    assert states["person"].findtext(f"{SVG}title") == "person\nin one text, or one by one\nदो बातें।\nname नाम?\nage आयु?"
    assert states["person"].findtext(f"{SVG}text") == "person"


def test_nothing_in_a_text_gets_out_of_it() -> None:
    graph = draw(nasty())
    drawn = picture.svg(graph)

    root = ET.fromstring(drawn)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "g", "path", "use", "defs", "symbol", "clipPath", "rect", "text", "title",
    }  # fmt: skip
    assert not [name for element in root.iter() for name in element.keys() if name.startswith("on")]  # noqa: SIM118
    titles = {title.text for title in root.iter(f"{SVG}title")}
    assert "s1\nmenu\n</text></svg><script>alert(1)</script>" in titles
    assert picture.png(graph).startswith(b"\x89PNG")


@pytest.mark.parametrize("letters", ["कखगघचछ", "অআকখগঘ", "அஆகஙசஞ", "ابتثجح", "абвгде"])
def test_every_script_is_drawn_with_letters_of_its_own(letters: str) -> None:
    plain, written = glyphs(picture.svg(says("x"))), glyphs(picture.svg(says("x " + " ".join(letters))))

    assert len(written - plain) >= len(letters), "a letter without a font is an empty box, the same for all"


def test_a_hindi_syllable_is_one_shape_and_not_its_letters() -> None:
    syllable, letters = glyphs(picture.svg(says("क्ष"))), glyphs(picture.svg(says("क ् ष")))

    assert syllable != letters


def test_the_png_is_the_same_picture_twice_as_fine() -> None:
    graph = draw(every_kind())

    root = ET.fromstring(picture.svg(graph))
    wide, high = struct.unpack(">II", picture.png(graph)[16:24])

    assert (wide, high) == pytest.approx(
        [2 * float(root.attrib[side].removesuffix("pt")) for side in ("width", "height")], abs=2
    )


def test_the_same_flow_gives_the_same_picture() -> None:
    assert picture.svg(draw(every_kind())) == picture.svg(draw(every_kind()))
    assert picture.png(draw(every_kind())) == picture.png(draw(every_kind()))


def test_the_way_that_most_people_take_is_the_widest() -> None:
    ways = {("which", "1", "person"): Taken(50, 60), ("agree", "yes", "save"): Taken(30, 30)}

    counted = picture.svg(draw(every_kind(), "", Counts(ways, {"which": 7}, 1_700_000_000.0)))

    assert max(widths(counted)) == picture.THICK
    assert max(widths(picture.svg(draw(every_kind())))) < 2, "without counts no way is wider than another"


def test_a_very_large_flow_is_drawn_coarser_and_not_in_a_gigabyte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "PIXELS_MAX", 100_000)

    wide, high = struct.unpack(">II", picture.png(draw(every_kind()))[16:24])

    assert 90_000 < wide * high < 110_000


def test_a_flow_that_takes_for_ever_to_lay_out_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "LAYOUT_SECONDS", 0.0001)

    with pytest.raises(picture.NotDrawn, match="too large to be drawn"):
        picture.svg(draw(every_kind()))

"""The template that operators edit: a right one serves at once, a broken one is told with its line and changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from sms_service.enrolment import cardface
from sms_service.enrolment.card_template import KEPT, Templates
from sms_service.enrolment.cardface import SAMPLE, SHIPPED, BrokenTemplate, Template

RIGHT = "#set page(width: 60mm, height: 30mm)\n#sys.inputs.name #sys.inputs.number\n"
BROKEN = "#set page(width: 60mm)\n\n#sys.inputs.nmae\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "cards" / "card.typ"
    file.parent.mkdir()
    file.write_text(RIGHT)
    return file


def test_without_a_file_the_one_shipped_serves(tmp_path: Path) -> None:
    assert Templates("", tmp_path).current() is SHIPPED


def test_an_edit_serves_without_a_restart(file: Path, tmp_path: Path) -> None:
    templates = Templates(str(file), tmp_path / "data")
    assert templates.current().source.decode() == RIGHT
    file.write_text(RIGHT + "#sys.inputs.area")
    assert templates.current().source.decode() == RIGHT + "#sys.inputs.area"


def test_a_broken_edit_is_told_once_with_its_line_and_the_old_one_keeps_serving(
    file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    templates = Templates(str(file), tmp_path / "data")
    before = templates.current()
    file.write_text(BROKEN)
    assert [templates.current() for _ in range(3)] == [before] * 3
    assert caplog.text.count('card.typ:3: dictionary does not contain key "nmae"') == 1
    file.unlink()
    assert [templates.current() for _ in range(3)] == [before] * 3
    assert caplog.text.count("card.template cannot be read") == 1


def test_a_start_beside_a_broken_one_goes_on_with_the_last_right_one(file: Path, tmp_path: Path) -> None:
    Templates(str(file), tmp_path / "data").current()
    file.write_text(BROKEN)
    assert Templates(str(file), tmp_path / "data").current().source.decode() == RIGHT
    (tmp_path / "data" / KEPT).unlink()
    assert Templates(str(file), tmp_path / "data").current() is SHIPPED


def test_a_template_of_ones_own_is_drawn_with_the_pictures_beside_it(file: Path) -> None:
    (file.parent / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    file.write_text(RIGHT + '#image("logo.svg", width: 5mm)')
    template = cardface.read_template(file)
    cardface.check_template(template)
    assert cardface.png(SAMPLE, template) != cardface.png(SAMPLE)
    assert cardface.pdf(SAMPLE, template).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("#let x =\n", "card.typ:1: expected expression"),
        ('\n\n#image("no.png")', "card.typ:3: file not found"),
        ("one #pagebreak() two", "it draws 2 pages; a card is one"),
        ('\n#import "@preview/some:1.0.0": x', "card.typ:2: packages are not loaded"),
        ('#read("../secret.txt")', "card.typ:1: path"),
        ("#while true {}", "card.typ:1: condition is always true"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_its_line(source: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BrokenTemplate, match=said.replace(".", r"\.")):
        cardface.check_template(Template(source.encode(), "card.typ", tmp_path))


def test_what_is_broken_only_on_a_card_with_a_photo_is_found_at_once() -> None:
    source = b'#if sys.inputs.photo_svg != "" { sys.inputs.nmae }\nx'
    with pytest.raises(BrokenTemplate, match=r"mine\.typ:1: "):
        cardface.check_template(Template(source, "mine.typ", Path()))

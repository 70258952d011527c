"""`sms-service flow graph`: pictures of the shipped flows, and of what people did in them."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner, Result

from sms_service.authoring.drawing import Taken
from sms_service.authoring.graph import draw
from sms_service.cli import app
from sms_service.config import PREFIX
from sms_service.workbench import drawings
from tests.conftest import ROOT
from tests.town import ENTRY, Town

FLOWS = sorted((ROOT / "flows").glob("*.yaml"))


def graph(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["flow", "graph", *map(str, arguments)])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder; the settings and the flows are the shipped ones."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"{PREFIX}FLOWS_DIR", str(ROOT / "flows"))
    monkeypatch.setenv(f"{PREFIX}DATA_DIR", str(tmp_path / "data"))
    return tmp_path


def test_without_more_it_is_an_svg_here_and_it_says_where(here: Path) -> None:
    done = graph("confirm")

    assert (done.exit_code, done.stdout) == (0, "The flow confirm is drawn in confirm.svg.\n")
    assert ET.parse(here / "confirm.svg").getroot().tag.endswith("svg")
    assert list(here.iterdir()) == [here / "confirm.svg"], "no database is opened for it"


@pytest.mark.parametrize("file", FLOWS, ids=lambda file: file.stem)
def test_every_shipped_flow_is_drawn_in_every_format_and_language(here: Path, file: Path) -> None:
    for how in ("svg", "png", "mermaid", "dot"):
        for language in ("en", "hi", "sw"):
            out = here / f"{language}.{how}"
            done = graph(file, "--format", how, "--language", language, "--out", out)
            assert done.exit_code == 0, done.output
            assert out.stat().st_size > 100


@pytest.mark.parametrize(("how", "begins"), [("mermaid", "flowchart TB\n"), ("dot", "digraph flow {\n")])
def test_texts_for_other_programs_are_printed(here: Path, how: str, begins: str) -> None:
    done = graph("register", "--format", how, "--language", "hi")

    assert done.stdout.startswith(begins)
    assert "नए सदस्य का नाम?" in done.stdout
    assert not list(here.iterdir())


@pytest.mark.parametrize(
    ("name", "begins"), [("a.png", b"\x89PNG"), ("a.mmd", b"flowchart"), ("a.gv", b"digraph"), ("a", b"<svg")]
)
def test_the_name_of_the_file_tells_the_format(here: Path, name: str, begins: bytes) -> None:
    graph("confirm", "--out", name)

    assert (here / name).read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["confrim"], 'there is no flow confrim, did you mean "confirm"?'),
        (["nowhere/confirm.yaml"], "there is no file nowhere/confirm.yaml"),
        (["confirm", "--language", "ta"], "confirm has no texts in ta; it has en, hi, sw"),
        (["confirm", "--format", "gif"], "there is no format gif; there are svg, png, mermaid, dot"),
        (["confirm", "--out", "nowhere/a.svg"], "nowhere/a.svg cannot be written: No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(here: Path, arguments: list[str], said: str) -> None:
    done = graph(*arguments)

    assert (done.exit_code, done.stderr.strip()) == (1, said)


def test_a_broken_flow_is_not_drawn(here: Path) -> None:
    (here / "f.yaml").write_text("flow: f\nabout: a\nlanguages: [en]\nstates:\n  a: {say: A, next: b}\n")

    done = graph("f.yaml")

    assert done.exit_code == 1
    assert 'there is no state "b"' in str(done.exception)


# --- counts -------------------------------------------------------------------------------------------------------


def test_what_people_did_is_what_is_counted(any_town: Town) -> None:
    town = any_town
    town.enroler.texts(ENTRY)
    town.member.texts("perhaps")
    town.member.texts("1")
    town.enroler.texts(ENTRY)
    town.enroler.texts("REG 9876543211 ABC1234568 12 Sita Devi")
    town.phone("+919876543222").texts("REG 9876543212 ABC1234569 12 Gita Devi")

    confirm = drawings.counts(town.service.engine, "confirm")
    register = drawings.counts(town.service.engine, "register")

    assert confirm.ways["", "", "ask"] == (2, 2)
    assert confirm.ways["ask", "unclear", ""] == (1, 1)
    assert confirm.ways["ask", "yes", "join"] == confirm.ways["join", "admitted", "member"] == (1, 1)
    assert confirm.standing == {"ask": 1}
    assert register.ways["details", "next", "save"] == Taken(people=1, times=3)
    assert register.ways["save", "saved", "saved"] == Taken(people=1, times=2)
    assert register.ways["save", "member", "member"] == Taken(people=1, times=1)
    assert register.ways["", "", "stranger"] == Taken(people=1, times=1)
    drawn = draw(town.service.shelf.current["register"], "", register)
    counted = {(arrow.tail, label.words): label.taken for arrow in drawn.arrows for label in arrow.labels}
    assert counted["start", "an enroler"] == (1, 3)
    assert counted["start", "anybody else"] == (1, 1)


def test_the_command_counts_too(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    town.enrols()
    for name, value in town.environment.items():
        monkeypatch.setenv(name, value)

    done = graph("confirm", "--counts", "--format", "mermaid")
    picture = graph("confirm", "--counts", "--out", tmp_path / "counted.svg")

    assert "1 yes <b>1</b>" in done.stdout
    assert "<b>ask</b> (0 wait)" in done.stdout
    assert "People who went each way since" in done.stdout
    assert picture.exit_code == 0

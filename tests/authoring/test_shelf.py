"""The flows that serve: a broken file never replaces a good version, and an old version stays while somebody is in it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from sms_service.authoring.load import Vocabulary
from sms_service.authoring.shelf import Shelf, UnknownVersion
from sms_service.authoring.source import BrokenFlow

GOOD = """\
flow: lesson
about: a flow of the tests
starts: {keywords: [LESSON]}
languages: [en]
states:
  hello: {say: {en: "Hello."}, end: true}
"""
NEWER = GOOD.replace("Hello.", "Good day.")
BROKEN = GOOD.replace("end: true", "nxet: hello")


class Stored:
    """What the database keeps: every version that ever served, the last one of each flow last."""

    def __init__(self) -> None:
        self.by_version: dict[str, str] = {}
        self.by_flow: dict[str, str] = {}

    def keep(self, shelf: Shelf) -> None:
        for flow in shelf.current.values():
            self.by_version[flow.version] = self.by_flow[flow.name] = shelf.sources[flow.version]


def open_shelf(folder: Path, stored: Stored) -> Shelf:
    shelf = Shelf(folder, Vocabulary(), stored.by_version.get, stored.by_flow.get)
    stored.keep(shelf)
    return shelf


def hello(shelf: Shelf, version: str) -> str:
    return shelf.version(version).templates.render("hello.say@en", {})


@pytest.fixture
def stored() -> Stored:
    return Stored()


def test_a_good_file_serves(tmp_path: Path, stored: Stored) -> None:
    (tmp_path / "lesson.yaml").write_text(GOOD)

    shelf = open_shelf(tmp_path, stored)

    [flow] = shelf.current.values()
    assert shelf.ways.keywords["lesson"] is flow
    assert shelf.sources == {flow.version: GOOD}


def test_an_old_version_stays_loadable_after_a_new_one_serves(tmp_path: Path, stored: Stored) -> None:
    (tmp_path / "lesson.yaml").write_text(GOOD)
    old = open_shelf(tmp_path, stored).current["lesson"].version
    (tmp_path / "lesson.yaml").write_text(NEWER)

    shelf = open_shelf(tmp_path, stored)

    assert hello(shelf, old) == "Hello."
    assert hello(shelf, shelf.current["lesson"].version) == "Good day."
    assert shelf.current["lesson"].version != old, "loading an old version does not make it serve again"


def test_an_old_version_stays_loadable_after_its_file_is_gone(tmp_path: Path, stored: Stored) -> None:
    (tmp_path / "lesson.yaml").write_text(GOOD)
    old = open_shelf(tmp_path, stored).current["lesson"].version
    (tmp_path / "lesson.yaml").unlink()

    shelf = open_shelf(tmp_path, stored)

    assert shelf.current == {}
    assert hello(shelf, old) == "Hello."


def test_a_broken_file_never_replaces_a_good_version(
    tmp_path: Path, stored: Stored, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "lesson.yaml").write_text(GOOD)
    good = open_shelf(tmp_path, stored).current["lesson"].version
    (tmp_path / "lesson.yaml").write_text(BROKEN)

    with caplog.at_level(logging.ERROR):
        shelf = open_shelf(tmp_path, stored)

    assert shelf.current["lesson"].version == good
    assert shelf.sources[good] == GOOD
    assert 'lesson.yaml:6:32: unknown key "nxet", did you mean "next"?' in caplog.text


@pytest.mark.parametrize("content", [b"\xff\xfe", b"states: [\n", b""])
def test_neither_does_one_that_is_no_flow_at_all(tmp_path: Path, stored: Stored, content: bytes) -> None:
    (tmp_path / "lesson.yaml").write_text(GOOD)
    good = open_shelf(tmp_path, stored).current["lesson"].version
    (tmp_path / "lesson.yaml").write_bytes(content)

    assert open_shelf(tmp_path, stored).current["lesson"].version == good


def test_without_a_good_version_the_findings_of_all_files_are_told(tmp_path: Path, stored: Stored) -> None:
    (tmp_path / "a.yaml").write_text(BROKEN)
    (tmp_path / "b.yaml").write_bytes(b"about: \xff")

    with pytest.raises(BrokenFlow) as caught:
        open_shelf(tmp_path, stored)

    broken, no_text = caught.value.findings
    assert str(broken) == f'{tmp_path}/a.yaml:6:32: unknown key "nxet", did you mean "next"?'
    assert str(no_text) == f"{tmp_path}/b.yaml:1:1: not UTF-8 (byte 7); save it as UTF-8"


def test_a_flow_stands_in_the_file_of_its_name_so_that_no_two_files_can_claim_it(
    tmp_path: Path, stored: Stored
) -> None:
    (tmp_path / "lesson.yaml").write_text(GOOD)
    (tmp_path / "copy.yaml").write_text(NEWER)
    with pytest.raises(BrokenFlow, match=r"copy.yaml:1:1: flow lesson belongs in lesson.yaml"):
        open_shelf(tmp_path, stored)


def test_a_version_that_never_served_here_is_unknown(tmp_path: Path, stored: Stored) -> None:
    shelf = open_shelf(tmp_path, stored)
    with pytest.raises(UnknownVersion, match="flow version abcdefabcdef was never stored here"):
        shelf.version("abcdef" * 10)

"""`sms-service read`: what is made of an enroler's text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sms_service.authoring.load import load_flow
from sms_service.commands.reading import reader, shown_read
from sms_service.config import Config
from sms_service.engine.listen import ways_into
from sms_service.vocabulary import vocabulary
from tests.conftest import ROOT
from tests.enrolment.reading.messy import case

MESSY = 1500
"""Made-up lines: some seconds of them."""

RAM = {"mobile": "+919876543210", "voter_id": "ABC1234567", "booth": "12", "name": "Ram Kumar"}
REGISTER = ROOT / "flows" / "register.yaml"
WAYS = ways_into([load_flow(REGISTER.read_text(), REGISTER.name, vocabulary(Config()))])


def shown(text: str, region: str = "IN") -> dict[str, Any]:
    return shown_read(text, region, WAYS)


def test_what_a_registration_holds() -> None:
    assert shown("REG 98765 43210 WKH1186253 12 Ram Kumar") == {
        "command": "register",
        "fields": {**RAM, "voter_id": "WKH1186253"},
        "repaired": {},
        "flagged": {},
        "problems": [],
    }


def test_what_is_missing_or_wrong_is_told_and_what_was_repaired() -> None:
    found = shown("reg 987654321 ABC12345S7 Ram")
    assert found["problems"] == [
        {"field": "mobile", "problem": "too_short"},
        {"field": "booth", "problem": "missing"},
    ]
    assert found["repaired"] == {"voter_id": "ABC12345S7"}


@pytest.mark.parametrize(
    "keyword",
    [
        "REG ",
        "reg.",
        "Reg:",
        "REG",
        "\u2060जोड़ ",
        "jod,",
        "SAJILI ",
        "sajli ",
        "RGE ",
        "REGG ",
        "RG ",
        "*REG* ",
        "\U0001f64f REG ",
        "SA\u200eJILI ",
        "",
    ],
)
def test_a_keyword_however_it_is_typed_and_without_one(keyword: str) -> None:
    found = shown(f"{keyword}9876543210 ABC1234567 12 Ram Kumar")
    assert (found["command"], found["fields"]) == ("register", RAM)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("hello", ""),
        ("", ""),
        ("stop", "stop"),
        ("HELP", "help"),
        ("start", "start"),
        ("9876543210", ""),
        ("RAM KUMAR", ""),
    ],
)
def test_what_is_no_registration(text: str, command: str) -> None:
    assert (shown(text)["command"], shown(text)["fields"]) == (command, {})


def test_messy_lines_are_read_right_or_asked_about_and_none_is_read_wrong() -> None:
    right = 0
    for made in map(case, range(MESSY)):
        found = shown(made.text, made.region)
        misread = {name: value for name, value in found["fields"].items() if value != made.fields[name]}
        assert not misread, f"{made.text!r} was read as {misread}"
        right += found["command"] == "register" and found["fields"] == made.fields and not found["problems"]
    assert right >= 0.97 * MESSY


def test_the_flows_are_those_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "entry.yaml").write_text(
        "flow: entry\nabout: A.\nstarts: {keywords: [ENTER], who: enroler, otherwise: no}\nlanguages: [en]\n"
        "states:\n  who: {say: Who?, ask: {into: name, type: name}, next: bye}\n  bye: {end: true}\n  no: {end: true}\n"
    )
    show = reader(Config(flows_dir=tmp_path))
    assert show({"text": "enter Ram", "region": ""})["command"] == "entry"


def test_a_region_is_a_country_code_in_any_case_and_a_text_a_string() -> None:
    show = reader(Config())
    assert show({"text": "REG 0712345678 ABC1234567 12 Amina", "region": " ke "})["fields"]["mobile"] == "+254712345678"
    for asked in ({"text": None}, {"region": "IN"}, {}):
        with pytest.raises((KeyError, TypeError)):
            show(asked)

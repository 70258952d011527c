"""`sms-service flow check`, and what every command about flows says of files that it cannot use."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sms_service.authoring.suggest import SHOWN
from sms_service.cli import app
from sms_service.config import PREFIX
from tests.conftest import ROOT


def types(folder: Path, *arguments: str) -> Result:
    """Somebody types a command in a folder with the flows of the service, and a few things that are none."""
    flows = folder / "flows"
    if not flows.exists():
        shutil.copytree(ROOT / "flows", flows)
        (folder / "empty").mkdir()
        (folder / "notes.po").write_text("hello\n")
    settings = {f"{PREFIX}FLOWS_DIR": str(flows), f"{PREFIX}DATA_DIR": str(folder / "data"), "COLUMNS": "40"}
    return CliRunner().invoke(app, ["flow", *arguments], env=settings)


_NAMES = sorted(file.stem for file in (ROOT / "flows").glob("*.yaml"))
FLOWS = f"{', '.join(_NAMES[:SHOWN])} and {len(_NAMES) - SHOWN} more"
NOT_THERE = "is not there, or its folder is not: look at the name, or make the folder first"
NO_PO = "F/notes.po:1:1: not a line of a PO file: expected msgctxt, msgid or msgstr and a text in quotes"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("check F/none.yaml", "there is no file F/none.yaml"),
        ("check F/empty", "no flow files (*.yaml) in F/empty"),
        ("check F/flows/start.talk", "F/flows/start.talk is no flow file: they are called *.yaml"),
        ("graph F/empty", "F/empty is a folder: name one flow, or one flow file"),
        ("graph zzz", f"there is no flow zzz; there are {FLOWS}"),
        ("graph start --out F/x.gif", "F/x.gif: there is no format gif; there are svg, png, mermaid, dot"),
        ("texts status zzz", f'there is no flow or file "zzz"; there are {FLOWS}'),
        ("texts export hi --out F/empty", "F/empty is a folder: name a file"),
        ("texts export hi --out F/none/hi.po", f"F/none/hi.po {NOT_THERE}"),
        ("texts export hi --out F/notes.po", NO_PO),
        ("texts import F/empty", "F/empty is a folder: name a PO file"),
    ],
)
def test_what_cannot_be_used_is_told_in_a_sentence(arguments: str, told: str, tmp_path: Path) -> None:
    shown = types(tmp_path, *arguments.replace("F/", f"{tmp_path}/").split())
    assert (shown.exit_code, shown.stderr) == (1, told.replace("F/", f"{tmp_path}/") + "\n")


@pytest.mark.parametrize("arguments", ["check --nope", "graph", "texts export", "texts import", "texts nope", "nope"])
def test_a_command_that_is_typed_wrong_has_exit_code_2(arguments: str, tmp_path: Path) -> None:
    assert types(tmp_path, *arguments.split()).exit_code == 2


def test_lengths_are_not_cut_where_there_is_no_terminal(tmp_path: Path) -> None:
    shown = types(tmp_path, "check", "--lengths")
    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    assert all(len(line) == len(lines[0]) for line in lines)
    cells = {cell.strip() for line in lines for cell in line.replace("│", "┃").split("┃")}
    assert {"details.voter_id.ask", "own_phone.say", "USSD screens"} <= cells


def test_lengths_as_json_hold_every_text_with_its_screens(tmp_path: Path) -> None:
    rows = json.loads(types(tmp_path, "check", "--lengths", "--json").stdout)
    found = {(row["flow"], row["text"], row["language"]): row for row in rows}
    outcomes = {text for flow, text, _ in found if flow == "register"}
    assert {"saved.say", "waiting.say", "member.say", "own_phone.say", "stopped.say"} <= outcomes
    saved = found["register", "saved.say", "hi"]
    assert (saved["segments"], saved["screens"]) == (3, 3)
    assert "दर्ज: " in saved["message"]
    assert found["confirm", "ask.say", "en"]["screens"] is None
    menu = found["language", "ask.say", "en"]["message"]
    assert "\n1. " in menu
    assert "\n2. " in menu

"""`sms-service dlt export`, and what `flow check` and `outbox list` say of India's registry."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sms_service.cli import app
from sms_service.commands.dlt import COLUMNS
from sms_service.config import PREFIX
from sms_service.store import dlt_refusals
from tests.town import Town
from tests.typed import sms_service

ENTITY, HEADER = "1701158012345678901", "XYZORG"
BYE = "1107161234567890124"
FLOW = f"""flow: note
about: Takes a note.
starts: {{keywords: [NOTE]}}
languages: [en, hi]
dlt:
  category: service_explicit
  templates:
    "{BYE}": "Noted: {{#var#}}. Bye."
states:
  note:
    say: {{en: "=What is the note?", hi: "नोट?"}}
    ask: {{into: note, type: text, max: 20}}
    unclear: {{say: {{en: "A few words, please.", hi: "कुछ शब्द।"}}}}
    next: bye
  bye:
    say:
      en: "Noted: {{{{ note }}}}. Bye."
      hi: "{{% if note == 'x' %}}खाली{{% else %}}{{{{ note }}}}, {{{{ service_number }}}}{{% endif %}}"
    end: true
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "note.yaml").write_text(FLOW)
    return tmp_path


def types(folder: Path, *arguments: str, **settings: str) -> Result:
    given = {"FLOWS_DIR": str(folder / "flows"), "DATA_DIR": str(folder), "DLT__ENTITY": ENTITY, "DLT__HEADER": HEADER}
    environment = {f"{PREFIX}{name}": value for name, value in {**given, **settings}.items()}
    return CliRunner().invoke(app, [*arguments], env=environment)


def test_everything_that_must_be_registered_is_written(folder: Path) -> None:
    shown = types(folder, "dlt", "export", "--json")
    assert shown.exit_code == 0
    listed = json.loads(shown.stdout)
    assert all(tuple(row) == COLUMNS for row in listed)
    ours = [row for row in listed if row["flow"] == "note"]
    assert [(row["state"], row["language"], row["form"], row["text"], row["longest"]) for row in ours] == [
        ("note", "en", 1, "=What is the note?", []),
        ("note", "en", 2, "A few words, please.", []),
        ("bye", "en", 1, "Noted: {#var#}. Bye.", [20]),
        ("note", "hi", 1, "नोट?", []),
        ("note", "hi", 2, "कुछ शब्द।", []),
        ("bye", "hi", 1, "{#var#}, 51969", [20]),
        ("bye", "hi", 2, "खाली", []),
    ]
    assert {(row["entity"], row["header"], row["category"]) for row in ours} == {(ENTITY, HEADER, "service_explicit")}
    assert [row["template_id"] for row in ours] == ["", "", BYE, "", "", "", ""]
    assert [row["variables"] for row in ours] == [0, 0, 1, 0, 0, 1, 0]
    service = [row for row in listed if row["flow"] == "(service)"]
    assert any(row["text"].startswith("Sorry, something is wrong on our side.") for row in service)
    assert shown.stderr == f"{len(listed)} texts, {len(listed) - 1} of them not registered yet.\n"


def test_a_spreadsheet_shows_the_texts_and_computes_nothing(folder: Path) -> None:
    file = folder / "texts.csv"
    assert types(folder, "dlt", "export", str(file)).exit_code == 0
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    assert rows[0]["text"] == "'=What is the note?"
    assert rows[2]["template_id"] == BYE
    assert rows[2]["longest"] == "20"
    assert types(folder, "dlt", "export").stdout == file.read_text(encoding="utf-8-sig")


def test_a_file_that_cannot_be_written_and_a_flow_that_cannot_be_read_are_told(folder: Path) -> None:
    there = types(folder, "dlt", "export", str(folder))
    assert (there.exit_code, there.stderr) == (1, f"{folder} is a folder: name a file\n")
    (folder / "flows" / "broken.yaml").write_text("flow: broken\n")
    assert types(folder, "dlt", "export").exit_code == 1


def test_what_is_exported_and_registered_so_passes_the_check(folder: Path) -> None:
    """Whoever registers the export as it is, is done."""
    rows = json.loads(types(folder, "dlt", "export", "--json").stdout)
    mine = [row for row in rows if row["flow"] == "note" and not row["template_id"]]
    lines = "".join(f'    "{1107161234567890200 + n}": "{row["text"]}"\n' for n, row in enumerate(mine))
    file = folder / "flows" / "note.yaml"
    file.write_text(FLOW.replace("  templates:\n", f"  templates:\n{lines}"))
    checked = types(folder, "flow", "check", DLT__REQUIRED="true")
    assert (checked.exit_code, checked.stdout) == (0, "1 flow files are right.\n")


def test_where_all_must_be_registered_a_flow_without_a_section_is_told(folder: Path) -> None:
    file = folder / "flows" / "note.yaml"
    file.write_text(FLOW[: FLOW.index("dlt:")] + FLOW[FLOW.index("states:") :])
    assert types(folder, "flow", "check").exit_code == 0
    checked = types(folder, "flow", "check", "--json", DLT__REQUIRED="true")
    assert checked.exit_code == 1
    assert len(json.loads(checked.stdout)) == 7


def test_a_whitelisted_host_may_stand_in_a_link(folder: Path) -> None:
    text = FLOW.replace("A few words, please.", "See https://xyz.example.org/help")
    text = text.replace(
        "  templates:\n", '  templates:\n    "1107161234567890200": "See https://xyz.example.org/help"\n'
    )
    (folder / "flows" / "note.yaml").write_text(text)
    refused = "a link to xyz.example.org is refused in India"
    assert refused in types(folder, "flow", "check").stdout
    assert refused not in types(folder, "flow", "check", DLT__HOSTS="a.example.org, xyz.example.org").stdout


def test_the_outbox_names_what_the_registry_refused(any_town: Town) -> None:
    with any_town.service.engine.begin() as conn:
        dlt_refusals.count(conn, 633, time.time())
        dlt_refusals.count(conn, 0, time.time())
    shown = sms_service(any_town.environment, "outbox", "list").stdout
    assert (
        "1 message to India in 24 hours refused by the registry with code 633: the text is not the registered one"
        in shown
    )
    assert "1 message to India in 24 hours not sent, no registered template" in shown

"""`sms-service flow texts ...`: the way of a translation from the flow files to the translators and back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sms_service.authoring.pofile import parse_po, po_text
from sms_service.cli import app
from sms_service.config import PREFIX

FLOWS = Path(__file__).parents[2] / "flows"


class Office:
    """Somebody at the command line, with flow files of her own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.flows = folder, folder / "flows"
        shutil.copytree(FLOWS, self.flows)

    def types(self, *arguments: str) -> Result:
        settings = {
            f"{PREFIX}FLOWS_DIR": str(self.flows),
            f"{PREFIX}DATA_DIR": str(self.folder / "data"),
            "COLUMNS": "200",
        }
        return CliRunner().invoke(app, arguments, env=settings)

    def exports(self, language: str, *flows: str) -> Path:
        """The PO file of these flows."""
        out = self.folder / f"{language}.po"
        assert self.types("flow", "texts", "export", language, *flows, "--out", str(out)).exit_code == 0
        return out

    def bytes(self) -> dict[str, bytes]:
        """All flow files."""
        return {file.name: file.read_bytes() for file in self.flows.iterdir()}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def translated(file: Path, name: str, text: str) -> None:
    """A translator changes one entry."""
    po = parse_po(file.read_bytes(), file.name)
    [entry] = [one for one in po.entries if one.context == name]
    entry.text = text
    file.write_text(po_text(po))


# --- export -------------------------------------------------------------------------------------------------------


def test_export_writes_the_texts_on_standard_output(office: Office) -> None:
    shown = office.types("flow", "texts", "export", "hi", "confirm")
    po = parse_po(shown.stdout.encode(), "hi.po")
    assert po.entries[0].context == "confirm.ask.say.sms"
    assert {entry.context.partition(".")[0] for entry in po.entries} == {"confirm"}


def test_export_tells_how_much_is_translated(office: Office) -> None:
    shown = office.types("flow", "texts", "export", "sw", "confirm", "--out", str(office.folder / "sw.po"))
    assert shown.stdout == f"sw: 16 of 16 texts translated.\nWritten to {office.folder}/sw.po: 22 texts.\n"
    missing = office.types("flow", "texts", "export", "ta", "confirm", "stop", "--out", str(office.folder / "ta.po"))
    left_out = "confirm.ask.say.sms, confirm.ask.say.ussd, confirm.ask.unclear, "
    assert f"ta: 0 of 27 texts translated; 27 missing: {left_out}" in missing.stdout
    assert " and 19 more." in missing.stdout


def test_export_over_a_file_keeps_what_is_in_it(office: Office) -> None:
    out = office.exports("ta")
    translated(out, "stop.stopped.say", "{{ org }}: சரி")
    office.exports("ta")
    assert "{{ org }}: சரி" in out.read_text()


def test_export_of_one_flow_over_a_file_of_all_keeps_the_others(office: Office) -> None:
    before = office.exports("hi").read_text()
    after = office.exports("hi", "stop").read_text()
    assert sorted(line for line in before.splitlines() if line.startswith("msg")) == sorted(
        line for line in after.splitlines() if line.startswith("msg")
    )
    assert "#~" not in after


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("flow", "texts", "export", "en"), "these flows are written in en: name the language to translate into"),
        (
            ("flow", "texts", "export", "Hindi"),
            '"Hindi": a language is its code of two or three small letters, like en, hi or sw',
        ),
        (("flow", "texts", "export", "hi", "confrim"), 'there is no flow or file "confrim", did you mean "confirm"?'),
        (("flow", "texts", "import", "none.po"), "there is no file none.po"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(office: Office, arguments: tuple[str, ...], told: str) -> None:
    shown = office.types(*arguments)
    assert (shown.exit_code, shown.stderr) == (1, f"{told}\n")


def test_export_does_not_write_over_a_file_of_another_language(office: Office) -> None:
    office.exports("hi").rename(office.folder / "sw.po")
    shown = office.types("flow", "texts", "export", "sw", "--out", str(office.folder / "sw.po"))
    assert shown.stderr == f"{office.folder}/sw.po is a file of hi, not of sw: give --out another name\n"


# --- import -------------------------------------------------------------------------------------------------------


def test_import_of_what_was_exported_changes_nothing(office: Office) -> None:
    before = office.bytes()
    shown = office.types("flow", "texts", "import", str(office.exports("hi")))
    assert (shown.exit_code, shown.stdout.splitlines()[0]) == (0, "Nothing changes.")
    assert office.bytes() == before


def test_import_tells_what_it_changed(office: Office) -> None:
    before, out = office.bytes(), office.exports("hi", "stop")
    translated(out, "stop.stopped.say", "{{ org }}: अब SMS नहीं।")
    shown = office.types("flow", "texts", "import", str(out), "stop")
    assert shown.stdout == (
        f"{office.flows}/stop.yaml: stop.stopped.say\n1 text changed.\nhi: 1 of 1 texts translated.\n"
    )
    assert [name for name, data in office.bytes().items() if data != before[name]] == ["stop.yaml"]


def test_import_with_dry_run_shows_the_lines_and_writes_nothing(office: Office) -> None:
    before, out = office.bytes(), office.exports("hi")
    translated(out, "stop.stopped.say", "{{ org }}: अब SMS नहीं।")
    shown = office.types("flow", "texts", "import", str(out), "--dry-run")
    assert '+      hi: "{{ org }}: अब SMS नहीं।"' in shown.stdout.splitlines()
    assert "1 text to change." in shown.stdout
    assert office.bytes() == before


def test_import_with_a_wrong_translation_writes_nothing_and_tells_its_line(office: Office) -> None:
    before, out = office.bytes(), office.exports("hi")
    translated(out, "stop.stopped.say", "अब SMS नहीं।")
    translated(out, "start.started.say", "{{ org }}: ठीक।")
    line = out.read_text().splitlines().index('msgstr "अब SMS नहीं।"') + 1
    shown = office.types("flow", "texts", "import", str(out))
    assert shown.exit_code == 1
    assert shown.stderr == (
        f"{out}:{line}:1: stop.stopped.say: {{{{ org }}}} is missing: what stands in braces must stand in the translation "
        "too\nNothing was written: 1 translation must be changed first.\n"
    )
    assert office.bytes() == before


def test_import_as_json(office: Office) -> None:
    out = office.exports("hi")
    translated(out, "stop.stopped.say", "{{ org }}: अब SMS नहीं।")
    found = json.loads(office.types("flow", "texts", "import", str(out), "--json").stdout)
    assert (found["language"], found["written"], found["problems"]) == ("hi", True, [])
    [change] = found["changes"]
    assert (change["name"], change["new"]) == ("stop.stopped.say", "{{ org }}: अब SMS नहीं।")


def test_import_of_a_new_language_takes_the_flows_that_are_whole(office: Office) -> None:
    out = office.exports("fr")
    translated(out, "stop.stopped.say", "{{ org }}: plus de SMS.")
    translated(out, "confirm.held.say", "{{ org }}: nous vous contacterons.")
    shown = office.types("flow", "texts", "import", str(out))
    assert shown.exit_code == 0, shown.stderr
    assert "languages: [en, hi, sw, fr]\n" in (office.flows / "stop.yaml").read_text()
    assert "languages: [en, hi, sw]\n" in (office.flows / "confirm.yaml").read_text()
    assert "fr is new to flow confirm, and 25 of its texts are not translated yet" in shown.stderr


def test_import_asks_which_language_where_header_and_name_differ(office: Office) -> None:
    out = office.exports("hi").rename(office.folder / "sw.po")
    shown = office.types("flow", "texts", "import", str(out))
    assert shown.stderr == f"{out} says of itself that it is hi: add --language sw, or --language hi\n"
    assert office.types("flow", "texts", "import", str(out), "--language", "hi").exit_code == 0
    nameless = office.folder / "texts.po"
    nameless.write_text('msgctxt "stop.stopped.say"\nmsgid "a"\nmsgstr "b"\n')
    shown = office.types("flow", "texts", "import", str(nameless))
    assert shown.stderr == f"{nameless} does not say which language it is: add --language\n"


# --- status -------------------------------------------------------------------------------------------------------


def test_status_lists_every_flow_and_language(office: Office) -> None:
    stop = office.flows / "stop.yaml"
    stop.write_text("".join(line for line in stop.read_text().splitlines(True) if not line.startswith("      sw:")))
    shares = json.loads(office.types("flow", "texts", "status", "stop", "start", "--json").stdout)
    assert [(one["flow"], one["language"], one["translated"], one["missing"]) for one in shares] == [
        ("stop", "hi", 1, []), ("stop", "sw", 0, ["stop.stopped.say"]), ("start", "hi", 1, []), ("start", "sw", 1, []),
    ]  # fmt: skip
    assert "0 of 1" in office.types("flow", "texts", "status", "stop").stdout

"""The command line: every command explains itself, a problem is one sentence, and what lists things speaks JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from sqlalchemy import update
from typer.testing import CliRunner

from sms_service import __version__
from sms_service.cli import app
from sms_service.config import PREFIX
from sms_service.enrolment import tree
from sms_service.store.tables import area, enroler, outbox
from tests.town import Town
from tests.typed import sms_service


def commands(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and group of commands, as it is typed."""
    command = command or typer.main.get_command(app)
    yield path
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


def in_a_process(settings: dict[str, str], *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Runs a command as people do: what a process of its own shows, or where nothing else would be one."""
    return subprocess.run(
        [sys.executable, "-m", "sms_service", *arguments],
        env={**os.environ, **settings}, input=stdin, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture
def empty(tmp_path: Path) -> dict[str, str]:
    """The settings of an installation that was never started."""
    return {f"{PREFIX}DATA_DIR": str(tmp_path / "data")}


@pytest.fixture
def held(any_town: Town) -> str:
    """The reference of a message that is held."""
    any_town.phone("+254711000111", by="africastalking").sends("hello")
    any_town.africastalking.behave("500", times=1)
    any_town.work()
    [row] = any_town.rows(outbox)
    assert row.status == "held"
    return str(row.ref)


# --- all of them --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", list(commands()), ids=lambda path: " ".join(path) or "sms-service")
def test_every_command_says_in_a_sentence_what_it_does(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*path, "--help"])
    command = typer.main.get_command(app)
    for name in path:
        command = command.commands[name]  # type: ignore[attr-defined]

    assert shown.exit_code == 0
    assert command.help
    first = command.help.strip().split("\n")[0]
    assert first[0].isupper()
    assert first.rstrip().endswith(".")
    assert " ".join(first.split()[:3]) in shown.output


def test_the_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).output == f"{__version__}\n"


def test_a_command_that_is_none_is_refused(empty: dict[str, str]) -> None:
    assert in_a_process(empty, "outbox", "burn").returncode == 2


@pytest.mark.parametrize("arguments", [("db", "upgrade"), ("outbox", "list"), ("areas", "import", "x.csv")])
def test_a_wrong_setting_is_one_sentence(empty: dict[str, str], arguments: tuple[str, ...]) -> None:
    ended = in_a_process({**empty, f"{PREFIX}WEB__PROT": "1"}, *arguments)
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "setting web.prot: is not a setting\n")


def test_a_database_that_is_not_there_yet_is_one_sentence(empty: dict[str, str]) -> None:
    ended = in_a_process(empty, "outbox", "list")
    assert ended.returncode == 1
    assert ended.stderr == (
        "the database cannot be used: no such table: outbox "
        "(can it be reached? new or older: `sms-service db upgrade`)\n"
    )


# --- the database and the imports ---------------------------------------------------------------------------------


def test_the_database_is_upgraded_and_again(empty: dict[str, str]) -> None:
    for _ in range(2):
        ended = in_a_process(empty, "db", "upgrade")
        assert (ended.returncode, ended.stdout) == (0, "the database is at the newest revision.\n")


AREAS = (
    "code,parent,level,name,target\nGA,,state,Goa,500\nGA-X,XX,district,Nowhere,1\nGA-N,GA,district,North Goa,many\n"
)


def test_areas_with_bad_lines_the_good_ones_are_kept(any_town: Town, tmp_path: Path) -> None:
    file = tmp_path / "areas.csv"
    file.write_text(AREAS)

    for _ in range(2):  # again is harmless
        ended = sms_service(any_town.environment, "areas", "import", str(file))
        assert (ended.returncode, ended.stdout) == (1, "1 areas read, 2 lines left out.\n")
        assert ended.stderr.splitlines() == [
            f"{file}, line 3 left out: parent XX is in no line and not known",
            f"{file}, line 4 left out: target many is not a whole number up to 2000000000",
        ]
        assert [row.name for row in any_town.rows(area) if row.code.startswith("GA")] == ["Goa"]


def test_enrolers_with_bad_lines_the_good_ones_are_kept(any_town: Town, tmp_path: Path) -> None:
    file = tmp_path / "enrolers.csv"
    file.write_text("\ufeffphone,name,area,level,language\n9811111111,मीना,JH,state,hi\n123,Asha,JH,state,hi\n")
    before = len(any_town.rows(enroler))

    for _ in range(2):
        ended = sms_service(any_town.environment, "enrolers", "import", str(file))
        assert (ended.returncode, ended.stdout) == (1, "1 enrolers read, 1 lines left out.\n")
        assert ended.stderr == (
            f"{file}, line 3 left out: the phone is not a mobile number (write it with +code of its country)\n"
        )
        assert len(any_town.rows(enroler)) == before + 1


def test_the_demonstration_drive_can_be_imported_again(any_town: Town) -> None:
    folder = Path(__file__).parent.parent / "demo"
    before = any_town.rows(area), any_town.rows(enroler)

    for what, told in (
        ("areas", "15 areas read, 0 lines left out.\n"),
        ("enrolers", "4 enrolers read, 0 lines left out.\n"),
    ):
        ended = sms_service(any_town.environment, what, "import", str(folder / f"{what}.csv"))
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, told, "")

    assert any_town.rows(area) == before[0]
    assert [(row.person_id, row.status) for row in any_town.rows(enroler)] == [
        (row.person_id, row.status) for row in before[1]
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "No such file or directory"),
        (
            b"code,name\nGA,Goa\n",
            "the header line lacks parent, level, target; it should be code,parent,level,name,target",
        ),
        ("code,parent,level,name,target\n".encode("utf-16"), "the file is UTF-16"),
        (b"code;parent;level;name;target\n", "the cells are separated by semicolons, not by commas"),
        (b"", "the header line lacks code"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(
    empty: dict[str, str], tmp_path: Path, content: bytes | None, problem: str
) -> None:
    file = tmp_path / "areas.csv"
    if content is not None:
        file.write_bytes(content)
    ended = sms_service(empty, "areas", "import", str(file))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert problem in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_many_bad_lines_are_told_in_a_file(any_town: Town, tmp_path: Path) -> None:
    file, errors = tmp_path / "areas.csv", tmp_path / "errors.csv"
    file.write_text("code,parent,level,name,target\n" + "".join(f"G{n},=XX,state,Goa,1\n" for n in range(25)))

    shown = sms_service(any_town.environment, "areas", "import", str(file)).stderr.splitlines()
    assert (len(shown), shown[-1]) == (21, "... and 5 more; `--errors FILE.csv` writes all of them")

    ended = sms_service(any_town.environment, "areas", "import", str(file), "--errors", str(errors))
    assert ended.stderr.splitlines()[-1] == f"all 25 lines left out are told in {errors}"
    written = errors.read_text().splitlines()
    assert (len(written), written[:2]) == (26, ["line,problem", "2,parent =XX is in no line and not known"])


def test_the_drive_opens_and_closes_by_area(any_town: Town) -> None:
    def says(*arguments: str) -> str:
        ended = sms_service({**any_town.environment, "TZ": "UTC"}, *arguments)
        return ended.stdout + ended.stderr

    def is_open(now: float) -> bool:
        with any_town.service.reads.begin() as conn:
            booth = next(row.id for row in any_town.rows(area) if row.code == "JH-N-RAN-KAN-12")
            return tree.is_open(conn, booth, now)

    days = says("areas", "open", "JH-N-RAN", "--from", "2026-03-01", "--to", "2026-03-31")
    assert days == "Ranchi, North Chotanagpur: the drive is on from 2026-03-01 00:00 until 2026-04-01 00:00.\n"
    assert [is_open(at) for at in (1772323199, 1772323200, 1775001599, 1775001600)] == [False, True, True, False]
    assert "from 2026-03-01 08:30." in says("areas", "open", "JH-N-RAN", "--from", "2026-03-01T08:30")
    assert "until" in says("areas", "close", "JH-N-RAN")
    assert not is_open(4e9)
    assert "the drive is on from" in says("areas", "open", "JH-N-RAN-KAN")
    assert is_open(4e9)

    assert says("areas", "open", "XX") == says("areas", "close", "XX") == "there is no area XX\n"
    assert says("areas", "open", "JH", "--from", "May") == (
        "May is neither a day (2026-03-01) nor a minute (2026-03-01T08:00)\n"
    )
    assert "it would close before it opens" in says("areas", "open", "JH", "--from", "2026-03-02", "--to", "2026-03-01")


# --- the outbox ---------------------------------------------------------------------------------------------------


def test_held_messages_are_listed_for_people_and_for_programs(any_town: Town, held: str) -> None:
    listed = sms_service(any_town.environment, "outbox", "list", "--json")
    [row] = json.loads(listed.stdout)
    assert (row["ref"], row["status"], row["channel"], row["flow"]) == (held, "held", "africastalking", "help")
    assert (row["reason"], row["attempts"]) == ("HTTP 500", 1)
    assert row["created_at"] > 0
    assert "711000111" not in listed.stdout

    table = sms_service({**any_town.environment, "COLUMNS": "200"}, "outbox", "list").stdout
    assert held in table
    assert "711000111" not in table


def test_the_list_is_of_the_statuses_that_were_asked_for(any_town: Town, held: str) -> None:
    assert (
        json.loads(sms_service(any_town.environment, "outbox", "list", "--status", "sent,failed", "--json").stdout)
        == []
    )
    told = sms_service(any_town.environment, "outbox", "list", "--status", "sent").stdout
    assert told == "nothing is waiting, held, or kept from numbers that cannot be reached.\n"


def test_a_held_message_is_released_and_sent(any_town: Town, held: str) -> None:
    ended = sms_service(any_town.environment, "outbox", "release", held)
    assert (ended.returncode, ended.stdout) == (0, f"{held} is queued.\n")

    any_town.work()
    assert [row.status for row in any_town.rows(outbox)] == ["sent"]
    assert sms_service(any_town.environment, "outbox", "release", held).returncode == 1


def test_a_held_message_is_dropped_and_never_sent(any_town: Town, held: str) -> None:
    ended = sms_service(any_town.environment, "outbox", "drop", held)
    assert (ended.returncode, ended.stdout) == (0, f"{held} is dropped.\n")

    any_town.work()
    assert [row.status for row in any_town.rows(outbox)] == ["dropped"]
    assert any_town.africastalking.accepted == []


@pytest.mark.parametrize("command", ["release", "drop"])
def test_only_a_held_message_can_be_decided(any_town: Town, held: str, command: str) -> None:
    with any_town.service.engine.begin() as conn:
        conn.execute(update(outbox).values(status="sent"))
    for ref in (held, "nonsense"):
        ended = sms_service(any_town.environment, "outbox", command, ref)
        assert (ended.returncode, ended.stdout) == (1, "")
        said = f"no message that is held or unreachable has the reference {ref}; `sms-service outbox list` shows them"
        assert ended.stderr == f"{said}\n"


# --- flows --------------------------------------------------------------------------------------------------------


def test_the_flows_are_checked(empty: dict[str, str], tmp_path: Path) -> None:
    ended = sms_service(empty, "flow", "check")
    assert ended.returncode == 0
    assert ended.stdout.endswith(" flow files are right.\n")

    (tmp_path / "flows").mkdir()
    file = tmp_path / "flows" / "hello.yaml"
    head = "flow: hello\nabout: a\nstarts: {}\nlanguages: [en]\n"
    file.write_text(f"{head}states:\n  a: {{say: A, nxet: b}}\n  b: {{say: B, end: true}}\n")
    broken = {**empty, f"{PREFIX}FLOWS_DIR": str(tmp_path / "flows")}
    message = 'unknown key "nxet", did you mean "next"?'

    ended = sms_service(broken, "flow", "check")
    assert (ended.returncode, ended.stdout) == (1, f"{file}:6:15: {message}\n")
    ended = sms_service(broken, "flow", "check", "--json")
    assert ended.returncode == 1
    assert json.loads(ended.stdout) == [
        {"file": str(file), "line": 6, "column": 15, "message": message, "level": "error"}
    ]


def test_a_transcript_that_goes_another_way_is_shown(empty: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    flow, talk = tmp_path / "flows" / "feedback.yaml", tmp_path / "flows" / "feedback.talk"
    flow.write_text(
        "flow: feedback\nabout: a\nstarts: {keywords: TELL}\nlanguages: [en]\n"
        "states:\n  thanks: {say: {en: Thank you.}, end: true}\n"
    )
    talk.write_text("== Thanks\nphone Ram +919876543210\nRam > TELL\nRam < Thank you.\n")
    settings = {**empty, f"{PREFIX}FLOWS_DIR": str(tmp_path / "flows")}

    ended = sms_service(settings, "flow", "test")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("1 transcript, 1 scene: all goes as it stands there.\n")

    talk.write_text(talk.read_text().replace("Thank you", "Thanks a lot"))
    ended = sms_service(settings, "flow", "test")
    assert ended.returncode == 1
    assert ended.stdout.startswith(f"{talk}:4:")
    [failure] = json.loads(sms_service(settings, "flow", "test", "--json").stdout)
    assert failure["line"] == 4


# --- a phone in the terminal, and what the service makes of a text ------------------------------------------------


def test_a_phone_in_the_terminal_texts_and_dials(town: Town) -> None:
    typed = "*384*96#\n0712345678\nhello\n"
    ended = sms_service(town.environment, "talk", "+254700000001", "--url", town.url, stdin=typed)
    assert ended.returncode == 0
    assert ended.stdout.splitlines() == [
        "This is the phone +254700000001. Type a text and Enter; *384*96# dials; Ctrl-D ends.",
        "[Namba ya simu ya mwanachama mpya?]",
        "[Kitambulisho cha mpiga kura? Herufi 3 na tarakimu 7: ABC1234567",
        "0 rudi]",
        "[Kitambulisho: tuma herufi 3 na tarakimu 7, kama ABC1234567.",
        "0 rudi]",
    ]


def test_a_phone_without_a_service_says_so(empty: dict[str, str]) -> None:
    ended = sms_service(empty, "talk", "+254700000001", "--url", "http://127.0.0.1:1", stdin="hello\n")
    assert ended.stdout.endswith("! the service at http://127.0.0.1:1 does not answer; start it with `make run`\n")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_what_a_text_is_read_as(empty: dict[str, str]) -> None:
    assert in_a_process(empty, "answer", "haan ji", "--language", "hi").stdout.strip() == '{"answer": "yes"}'
    lines = '{"text": "नहीं"}\n{"text": "stop"}\n'
    assert in_a_process(empty, "answer", "--jsonl", stdin=lines).stdout == '{"answer": "no"}\n{"answer": "stop"}\n'


def test_what_a_text_costs(empty: dict[str, str]) -> None:
    counted = json.loads(sms_service(empty, "count", "नमस्ते").stdout)
    assert (counted["encoding"], counted["segments"]) == ("UCS-2", 1)
    assert json.loads(sms_service(empty, "count", "--jsonl", stdin='{"text": "a"}\n').stdout)["characters"] == 1

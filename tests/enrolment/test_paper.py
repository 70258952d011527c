"""A district's paper list: each line is a registration of way `paper`, and its person is asked like any other."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from sms_service.cli import app
from sms_service.enrolment import entries
from sms_service.store.tables import enroler, fee_receipt, hold, member, outbox, person, registration
from tests.town import ENROLER, ENTRY, Town
from tests.typed import sms_service

HEADER = "phone,name,area,book,receipt,amount,voter_id\n"
RAM = "9876543210,Ram Kumar,JH-N-RAN-KAN-12,B,0007,5.00,ABC1234567\n"
SITA = "9876543299,Sita Devi,JH-N-RAN-KAN-12,B,8,5,ABC1234568\n"


def imports(town: Town, folder: Path, lines: str, *more: str, header: str = HEADER) -> tuple[str, list[str]]:
    """What the command says: the summary, and why lines were left out."""
    file = folder / "list.csv"
    file.write_text(header + lines, encoding="utf-8")
    ended = sms_service(town.environment, "members", "import", str(file), *(more or ("--enroler", ENROLER)))
    town.work()
    return ended.stdout.strip(), [line.partition(" left out: ")[2] or line for line in ended.stderr.splitlines()]


def test_a_line_is_registered_with_its_receipt_and_the_person_is_asked(any_town: Town, tmp_path: Path) -> None:
    assert imports(any_town, tmp_path, RAM) == ("1 members read, 0 lines left out.", [])

    [entered], [paid] = any_town.rows(registration), any_town.rows(fee_receipt)
    assert (entered.way, entered.status, paid.registration_id) == ("paper", "waiting", entered.id)
    assert (paid.book, paid.number, paid.amount, paid.currency) == ("B", "7", 500, "INR")
    assert "Ram Kumar" in any_town.member.last
    assert "booth 12" in any_town.member.last or "बूथ 12" in any_town.member.last, "the booth follows from the area"
    any_town.member.texts("1")
    assert len(any_town.rows(member)) == 1


def test_the_same_list_again_asks_nobody_again_whatever_became_of_it(any_town: Town, tmp_path: Path) -> None:
    without_fee = "9876543298,Mohan Lal,JH-N-RAN-KAN-12,,,,ABC1234569\n"
    imports(any_town, tmp_path, RAM + SITA + without_fee)
    any_town.member.texts("1")
    any_town.phone("+919876543299").texts("3")
    before = any_town.rows(registration), any_town.rows(fee_receipt), any_town.rows(outbox)

    assert imports(any_town, tmp_path, RAM + SITA + without_fee) == ("3 members read, 0 lines left out.", [])
    assert (any_town.rows(registration), any_town.rows(fee_receipt), any_town.rows(outbox)) == before


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("12,Ram,JH-N-RAN-KAN-12,B,9,5,ABC1234567", "the phone is not a mobile number (write it with +code of its country)"),
        (f"{ENROLER},Ram,JH-N-RAN-KAN-12,B,9,5,ABC1234567", "this is the enroler's own phone"),
        ("+919800000001,Ram,JH-N-RAN-KAN-12,B,9,5,ABC1234567", "this is the phone of an enroler"),
        ("9876543211,Ram,XX,B,9,5,ABC1234567", "there is no area XX"),
        ("9876543211,Ram,,B,9,5,ABC1234567", "the area is empty"),
        ("9876543211,,JH-N-RAN-KAN-12,B,9,5,ABC1234567", "name: empty"),
        ("9876543211,Ram,JH-N-RAN-KAN,B,9,5,ABC1234567", "booth: empty"),
        (
            "9876543211,Ram,JH-N-RAN-KAN-12,B,9,,ABC1234567",
            "book, receipt and amount do not tell a fee; fill in all three, or none",
        ),
        ("9876543211,Ram,JH-N-RAN-KAN-12,B,9,7,ABC1234567", "the amount is not the fee, INR 5.00"),
        ("9876543211,Ram,JH-N-RAN-KAN-12,b,8,5,ABC1234567", "receipt 8 of book B is used for another registration"),
    ],
)  # fmt: skip
def test_a_bad_line_writes_nothing_and_loses_no_other(town: Town, tmp_path: Path, line: str, problem: str) -> None:
    assert imports(town, tmp_path, f"{SITA}{line}\n{RAM}") == ("2 members read, 1 lines left out.", [problem])
    assert len(town.rows(registration)) == len(town.rows(fee_receipt)) == 2
    assert len(town.rows(person)) == len(town.rows(enroler)) + 2, "no person is left behind by a line left out"


@pytest.mark.parametrize("stack", ["postgres"], indirect=True)
def test_a_receipt_that_another_ties_in_the_same_instant_leaves_the_whole_line_out(
    any_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    any_town.enroler.texts("REG 9876543211 ABC1234575 12 Mohan Lal")
    [first] = any_town.rows(registration)

    def keeps(*arguments: Any, **more: Any) -> Any:
        any_town.enroler.texts(f"FEE {first.ref} B7 5")
        return entries.keep(*arguments, **more)

    monkeypatch.setattr("sms_service.enrolment.paper.keep", keeps)
    (tmp_path / "list.csv").write_text(HEADER + RAM, encoding="utf-8")
    typed = ["members", "import", str(tmp_path / "list.csv"), "--enroler", ENROLER]
    told = CliRunner().invoke(app, typed, env=any_town.environment)

    assert "receipt 7 of book B is used for another registration" in told.stderr
    assert [row.id for row in any_town.rows(registration)] == [first.id]
    assert [row.registration_id for row in any_town.rows(fee_receipt)] == [first.id]


def test_one_who_was_entered_by_sms_is_a_duplicate(town: Town, tmp_path: Path) -> None:
    town.enroler.texts(ENTRY)
    [entered] = town.rows(registration)
    told = f"a duplicate: this person is entered already and waits ({entered.ref})"
    assert imports(town, tmp_path, RAM) == ("0 members read, 1 lines left out.", [told])
    town.member.texts("1")
    told = f"a duplicate: this person is a member already ({entered.ref})"
    assert imports(town, tmp_path, RAM) == ("0 members read, 1 lines left out.", [told])
    assert [row.way for row in town.rows(registration)] == ["sms"]


def test_one_who_wants_no_messages_is_left_out(town: Town, tmp_path: Path) -> None:
    town.member.texts("STOP")
    told = "this phone wants no messages from us; only its owner can change it (START)"
    assert imports(town, tmp_path, RAM) == ("0 members read, 1 lines left out.", [told])


def test_what_a_rule_speaks_up_about_is_held_and_keeps_its_receipt(town: Town, tmp_path: Path) -> None:
    elsewhere = SITA.replace("JH-N-RAN-KAN-12", "JH").replace("voter_id", "").strip() + ",12\n"
    header = HEADER.strip() + ",booth\n"
    assert imports(town, tmp_path, elsewhere, header=header)[0] == "1 members read, 0 lines left out."
    assert [row.status for row in town.rows(registration)] == ["held"]
    assert "outside" in {row.rule for row in town.rows(hold)}
    assert len(town.rows(fee_receipt)) == 1
    assert town.phone("+919876543299").heard == []


def test_a_long_list_is_not_held_for_being_long(town: Town, tmp_path: Path) -> None:
    lines = "".join(
        f"98{n * 7919 % 10**8:08d},Ram {'abcdefghijklmnopqrstuvwxyz'[n]},JH-N-RAN-KAN-12,,,,ABC12345{n:02d}\n"
        for n in range(24)
    )
    assert imports(town, tmp_path, lines)[0] == "24 members read, 0 lines left out."
    assert {row.status for row in town.rows(registration)} == {"waiting"}


def test_the_enroler_may_stand_in_a_column_and_must_be_activated(town: Town, tmp_path: Path) -> None:
    header = HEADER.strip() + ",enroler\n"
    lines = f"{RAM.strip()},{ENROLER}\n{SITA.strip()},+919812312312\n"
    told = ["the enroler's phone is not that of an activated enroler"]
    assert imports(town, tmp_path, lines, "--errors", str(tmp_path / "e.csv"), header=header)[0] == (
        "1 members read, 1 lines left out."
    )
    assert (tmp_path / "e.csv").read_text() == f"line,problem\n3,{told[0]}\n"
    said = imports(town, tmp_path, RAM, "--errors", str(tmp_path / "e.csv"))
    assert said[0] == ""
    assert "the header line lacks enroler" in said[1][0]


def test_members_are_exported_with_their_way_and_no_formula(any_town: Town, tmp_path: Path) -> None:
    imports(any_town, tmp_path, SITA)
    any_town.phone("+919876543299").texts("1")
    any_town.enrols()
    with any_town.service.engine.begin() as conn:
        conn.execute(update(member).where(member.c.number == 2).values(status="withdrawn"))

    found = list(csv.DictReader(io.StringIO(sms_service(any_town.environment, "members", "export").stdout)))

    assert [(one["number"], one["way"], one["status"], one["name"]) for one in found] == [
        ("0000013", "paper", "valid", "Sita Devi"), ("0000021", "sms", "withdrawn", "Ram Kumar"),
    ]  # fmt: skip
    assert (found[0]["phone"], found[0]["voter_id"], found[0]["booth"]) == ("'+919876543299", "ABC1234568", "12")
    assert found[0]["area"] == "JH-N-RAN-KAN-12"

    out = tmp_path / "members.csv"
    ended = sms_service(any_town.environment, "members", "export", "--out", str(out))
    assert (ended.returncode, ended.stdout) == (0, "")
    assert len(out.read_text().splitlines()) == 3
    assert out.stat().st_mode & 0o077 == 0


def test_one_who_was_forgotten_is_exported_without_her_data(town: Town) -> None:
    town.enrols()
    with town.service.engine.begin() as conn:
        conn.execute(update(person).values(wrapped_key=None))
    [found] = csv.DictReader(io.StringIO(sms_service(town.environment, "members", "export").stdout))
    assert (found["number"], found["phone"], found["name"], found["voter_id"]) == ("0000013", "", "", "")

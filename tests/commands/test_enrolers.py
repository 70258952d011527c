"""`sms-service enrolers hold|move` and `sms-service holds`: what the office decides."""

from __future__ import annotations

import json
import re

from typer.testing import CliRunner, Result

from sms_service.cli import app
from sms_service.enrolment import held as queue
from sms_service.enrolment import holds
from sms_service.store.tables import hold, registration
from tests.enrolment.test_effects_charge import held, status_of
from tests.town import ENROLER, ENTRY, MEMBER, Town


def types(town: Town, *arguments: str) -> Result:
    """Somebody of the office types a command."""
    return CliRunner().invoke(app, list(arguments), env=town.environment)


def test_hold_and_free_an_enroler(any_town: Town) -> None:
    assert types(any_town, "enrolers", "hold", ENROLER).stdout == "the enroler is held. `--free` lets her go on.\n"
    assert status_of(any_town, ENROLER) == "held"
    any_town.phone("+919800000003").texts(f"FREE {ENROLER}")
    assert status_of(any_town, ENROLER) == "held", "whom the office holds, only the office frees"

    assert types(any_town, "enrolers", "hold", "98000 00002", "--free").exit_code == 0
    assert status_of(any_town, ENROLER) == "activated"
    assert types(any_town, "enrolers", "hold", ENROLER, "--free").stderr == "this enroler is not held\n"


def test_who_is_no_enroler_cannot_be_held(town: Town) -> None:
    for number in (MEMBER, "+919811111111"):
        told = types(town, "enrolers", "hold", number)
        assert (told.exit_code, told.stderr) == (1, "no enroler has this number\n")
    assert "write it with its country code" in types(town, "enrolers", "hold", "12").stderr


def test_move_makes_a_code_for_the_new_phone(town: Town) -> None:
    said = types(town, "enrolers", "move", ENROLER, "+919811111113").stdout
    code = re.search(r"ACT \d{5}", said)
    assert code
    town.phone("+919811111113").texts(code[0])
    assert town.phone("+919811111113").last.startswith("XYZ: welcome, Anil.")
    assert status_of(town, ENROLER) == "retired"
    taken = types(town, "enrolers", "move", "+919800000003", "+919811111113")
    assert taken.stderr == "the new number is an enroler's already\n"


def test_who_has_moved_already_does_not_move_once_more(any_town: Town) -> None:
    new, newer = "+919811111113", "+919811111114"
    code = re.search(r"ACT \d{5}", types(any_town, "enrolers", "move", ENROLER, new).stdout)
    assert code
    any_town.phone(new).texts(code[0])
    told = types(any_town, "enrolers", "move", ENROLER, newer)
    assert (told.exit_code, told.stderr) == (1, "this enroler has left, or moved already\n")
    assert types(any_town, "enrolers", "move", new, newer).exit_code == 0


def test_holds_list_free_and_refuse(any_town: Town) -> None:
    assert types(any_town, "holds", "list").stdout == "nothing is held, nothing is to be looked at.\n"
    first, second = held(any_town), held(any_town, "REG 9876543211 ABC1234575 12 Sita Devi")
    shown = json.loads(types(any_town, "holds", "list", "--json").stdout)
    assert [(row["ref"], row["area"], row["rule"]) for row in shown] == [
        (first, "JH-N-RAN-KAN-12", "id_shared"),
        (second, "JH-N-RAN-KAN-12", "id_shared"),
    ]
    assert first in types(any_town, "holds", "list").stdout

    any_town.member.news  # noqa: B018
    assert types(any_town, "holds", "free", first.lower()).stdout == f"{first} is freed.\n"
    any_town.work()
    assert [text[:22] for text in any_town.member.news] == ["XYZ: Anil entered you "]
    told = types(any_town, "holds", "refuse", second, "R4K7P")
    assert (told.exit_code, told.stdout) == (1, f"{second} is refused.\n")
    assert "not held: R4K7P" in told.stderr

    assert [row.status for row in any_town.rows(registration)] == ["waiting", "refused"]
    assert [(row.decision, row.decided_by) for row in any_town.rows(hold)] == [("freed", None), ("refused", None)]
    with any_town.service.reads.begin() as conn:
        assert queue.listed(conn, any_town.service.keys) == []


def test_holds_list_shows_what_rules_noted_until_the_office_has_seen_it(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.member.texts("1")
    [entered] = any_town.rows(registration)
    with any_town.service.engine.begin() as conn:
        holds.put(conn, entered.id, "same_minute", "20 of 20 replied within a minute", 1.0)
    waiting = held(any_town, "REG 9876543211 ABC1234575 12 Sita Devi")

    shown = json.loads(types(any_town, "holds", "list", "--json").stdout)
    assert [(row["ref"], row["status"], row["rule"]) for row in shown] == [
        (entered.ref, "confirmed", "same_minute"),
        (waiting, "held", "id_shared"),
    ]

    told = types(any_town, "holds", "seen", entered.ref.lower(), waiting)
    assert (told.exit_code, told.stdout) == (1, f"{entered.ref} is seen.\n")
    assert f"nothing is to be looked at (what is held is freed or refused): {waiting}" in told.stderr
    with any_town.service.reads.begin() as conn:
        assert [one.ref for one in queue.listed(conn, any_town.service.keys)] == [waiting]
    assert [(row.rule, row.decision) for row in any_town.rows(hold)] == [("same_minute", "seen"), ("id_shared", "")]
    assert types(any_town, "holds", "seen", entered.ref).exit_code == 1, "it was seen before"


def test_holds_show_has_the_unread_texts_in_full_and_the_list_has_them_shortened(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    texts = ("yes but who are you people and why", "I have to ask my husband first")
    for text in texts:
        any_town.member.texts(text)
    [entered] = any_town.rows(registration)
    [row] = json.loads(types(any_town, "holds", "list", "--json").stdout)
    assert (row["rule"], row["said"]) == ("unclear", list(texts))
    assert (
        "her answers could not be read: yes but who are you people and why; I ha"
        in types(any_town, "holds", "list").stdout
    )
    told = types(any_town, "holds", "show", entered.ref.lower()).stdout.splitlines()
    assert told[0] == f"{entered.ref}, JH-N-RAN-KAN-12, held"
    assert told[1].endswith("unclear: her answers could not be read")
    assert told[2:] == [f"  she texted: {text}" for text in texts]
    missing = types(any_town, "holds", "show", "R4K7P")
    assert (missing.exit_code, missing.stdout) == (1, "")

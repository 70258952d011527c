"""`sms-service card ...`: what the office, a scanner and whoever designs the card type."""

from __future__ import annotations

import json
import re
import time
from datetime import date
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import update
from typer.testing import CliRunner, Result

from sms_service.cli import app
from sms_service.commands import cards as commands
from sms_service.enrolment import card_changes, card_code, cards
from sms_service.enrolment.card_code import CardCode
from sms_service.store.tables import card, card_change, member
from tests.town import Town
from workers import cards as worker
from workers import deliver


@pytest.fixture
def office(town: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """One member with a card, and the settings of the service in the environment."""
    for name, value in town.environment.items():
        monkeypatch.setenv(name, value)
    town.enrols()
    return town


def typed(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def code(town: Town, until: date | None = None) -> str:
    told = CardCode(1, 1, date(2026, 3, 14), until)
    return f"https://xyz.example/verify/0000013?{card_code.digits(town.service.keys, told)}"


def token(town: Town) -> str:
    return str(re.findall(r"/card/\?(\S+)", town.member.last)[-1])


def standing(town: Town, of: str) -> str:
    with town.service.reads.begin() as conn:
        return cards.behind(conn, town.service.keys, of, time.time())[1]


def work(town: Town) -> None:
    while worker.draw_wanted(town.service, 10) + deliver.send_due(town.service, 100):
        pass


# --- card verify, card key ----------------------------------------------------------------------------------------


def test_a_scanner_checks_a_card_with_the_public_key_alone(office: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    key = typed("card", "key").stdout.strip()
    assert key == office.service.keys.public_key("card").hex()
    genuine = code(office)
    for name in office.environment:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SMS_SERVICE__DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")

    done = typed("card", "verify", genuine, "--public-key", key)
    assert (done.exit_code, done.stdout.partition(". ")[0]) == (
        0,
        "valid signature: card 1 of member 0000013, issued 2026-03-14",
    )
    told = json.loads(typed("card", "verify", genuine, "--public-key", key, "--json").stdout)
    assert told == {
        "verdict": "valid signature", "number": "0000013", "serial": 1, "issued": "2026-03-14", "until": None,
    }  # fmt: skip
    forged = typed("card", "verify", genuine.replace("0000013", "0000021"), "--public-key", key)
    assert (forged.exit_code, forged.stdout) == (
        1,
        "FORGED: the code for 0000021 was not signed with this key.\n",
    )


@pytest.mark.parametrize("key", ["", "00", "zz" * 32, "0" * 63])
def test_a_key_that_is_none_is_refused(office: Town, key: str) -> None:
    done = typed("card", "verify", code(office), "--public-key", key or "x")
    assert (done.exit_code, "64 hex digits" in done.stderr) == (1, True)


def test_verify_takes_our_own_key_where_none_is_given_and_says_what_is_no_code(office: Town) -> None:
    assert typed("card", "verify", code(office)).exit_code == 0
    assert typed("card", "verify", code(office, date(2026, 3, 20))).stdout.startswith("EXPIRED: valid signature")
    for text in ("https://xyz.example/verify/0000013", code(office)[:-30], "hello"):
        done = typed("card", "verify", text)
        assert (done.exit_code, done.stdout.endswith("Scan it again.\n")) == (1, True)


# --- card reissue, card revoke, card show -------------------------------------------------------------------------


def test_a_reissued_card_has_a_new_link_and_serial_and_the_old_ones_are_replaced(office: Town) -> None:
    old = token(office)
    done = typed("card", "reissue", "0000013", "--reason", "lost her phone")
    assert (done.exit_code, done.stdout) == (0, "card 2 of member 0000013 will be drawn, and its link texted.\n")
    assert standing(office, old) == "replaced"
    assert typed("card", "reissue", "0000013").exit_code == 1, "it is about to be drawn"

    work(office)
    assert token(office) != old
    assert (standing(office, token(office)), standing(office, old)) == ("valid", "replaced")
    [row] = office.rows(card)
    assert (row.status, row.serial) == ("ready", 2)
    [change] = office.rows(card_change)
    assert (change.change, change.serial) == ("reissued", 1)
    assert b"phone" not in change.reason_sealed
    shown = typed("card", "show", "0000013").stdout
    assert "card 2 of member 0000013: valid" in shown
    assert "card 1 reissued: lost her phone" in shown


def test_a_link_that_is_sent_again_leaves_the_printed_card_good(office: Town) -> None:
    old = token(office)
    with office.service.engine.begin() as conn:
        found = cards.by_member(conn, office.service.keys, 1)
        assert found
        assert card_changes.send_again(conn, found, "she asked", time.time())
        assert not card_changes.send_again(conn, found, "she asked", time.time())
    work(office)
    assert (standing(office, token(office)), standing(office, old)) == ("valid", "replaced")
    [row] = office.rows(card)
    assert (row.status, row.serial) == ("ready", 1)


def test_cards_of_before_the_check_digit_are_reissued_all_at_once(
    office: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "REISSUED_AT_ONCE", 1)
    office.enroler.texts("REG 9876543211 ABC1234568 13 Sita Devi")
    office.phone("+919876543211").texts("1")
    assert typed("card", "reissue", "--drawn-before-0005").stdout.startswith("0 cards")
    with office.service.engine.begin() as conn:
        conn.execute(update(card).values(screen_sealed=None))
    done = typed("card", "reissue", "--drawn-before-0005")
    assert (done.exit_code, done.stdout) == (0, "2 cards will be drawn anew, and their links texted.\n")
    work(office)
    assert [(row.status, row.serial) for row in office.rows(card)] == [("ready", 2), ("ready", 2)]
    assert typed("card", "reissue", "--drawn-before-0005").stdout.startswith("0 cards")


@pytest.mark.parametrize("words", [[], ["0000013", "--drawn-before-0005"]])
def test_reissue_is_for_one_or_for_the_old_ones(office: Town, words: list[str]) -> None:
    done = typed("card", "reissue", *words)
    assert (done.exit_code, "name one member's number, or" in done.stderr) == (1, True)
    assert office.rows(card_change) == []


def test_the_last_serial_is_told(office: Town) -> None:
    with office.service.engine.begin() as conn:
        conn.execute(update(card).values(serial=card_code.SERIAL_MAX))
    assert "has had 65,535 cards" in typed("card", "reissue", "13").stderr


def test_a_revoked_card_is_worth_nothing_until_it_is_reissued(office: Town) -> None:
    old = token(office)
    assert typed("card", "revoke", "0000013", "--reason", "photo of another").exit_code == 0
    assert standing(office, old) == "revoked"
    assert typed("card", "revoke", "0000013", "--reason", "again").exit_code == 1
    told = json.loads(typed("card", "show", "0000013", "--json").stdout)
    assert (told["standing"], [one["reason"] for one in told["changes"]]) == ("revoked", ["photo of another"])

    assert typed("card", "reissue", "13").exit_code == 0
    work(office)
    assert (standing(office, token(office)), standing(office, old)) == ("valid", "replaced")


def test_there_is_nothing_to_reissue_for_who_left_or_was_never_there(office: Town) -> None:
    assert "mistyped" in typed("card", "reissue", "0000014").stderr
    assert "no member has the number 0000021" in typed("card", "revoke", "0000021", "--reason", "x").stderr
    with office.service.engine.begin() as conn:
        conn.execute(update(member).values(status="withdrawn"))
    assert "has ended" in typed("card", "reissue", "0000013").stderr
    assert office.rows(card_change) == []


# --- card preview -------------------------------------------------------------------------------------------------


def test_a_preview_is_drawn_by_the_template_that_is_shipped_or_ones_own(office: Town, tmp_path: Path) -> None:
    out = tmp_path / "card.png"
    done = typed("card", "preview", "--out", str(out), "--language", "hi", "--name", "राम कुमार")
    assert (done.exit_code, done.stdout.endswith("by card.typ\n")) == (0, True)
    assert out.read_bytes().startswith(b"\x89PNG")
    assert typed("card", "preview", "--out", str(tmp_path / "card.pdf")).exit_code == 0
    assert (tmp_path / "card.pdf").read_bytes().startswith(b"%PDF")

    Image.new("RGB", (300, 400), "red").save(tmp_path / "her.jpg")
    plain = out.read_bytes()
    assert typed("card", "preview", "--out", str(out), "--photo", str(tmp_path / "her.jpg")).exit_code == 0
    assert out.read_bytes() != plain
    assert "no.jpg cannot be read" in typed("card", "preview", "--out", str(out), "--photo", "no.jpg").stderr

    done = typed("card", "preview", "--out", str(out), "--name", "Ram 陈小")
    assert (done.exit_code, done.stderr) == (0, "left out, since no font has them: 陈 小\n")

    (tmp_path / "mine.typ").write_text("\n#sys.inputs.nmae")
    done = typed("card", "preview", "--out", str(out), "--template", str(tmp_path / "mine.typ"))
    assert (done.exit_code, done.stderr) == (1, 'mine.typ:2: dictionary does not contain key "nmae"\n')
    assert (
        "cannot be read" in typed("card", "preview", "--out", str(out), "--template", str(tmp_path / "no.typ")).stderr
    )

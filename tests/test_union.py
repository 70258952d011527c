"""A union that enters mobile, union card and name: no booth, no voter ID. Settings and two flow files, no programmer."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from sms_service.authoring.check import check
from sms_service.config import PREFIX, read_config
from sms_service.store.tables import hold, member, registration
from sms_service.vocabulary import vocabulary
from tests.conftest import KEY, ROOT
from tests.gateways import AfricasTalking, Twilio
from tests.town import Town

FORMAT = {"ID_FORMATS__UNION_CARD__PATTERN": "[A-Z]{2}[0-9]{6}", "ID_FORMATS__UNION_CARD__EXAMPLE": "AB123456"}

REGISTER = """\
flow: register
about: An enroler enters a member of the union.
starts: {keywords: [REG], words: line, who: enroler, otherwise: stranger}
languages: [en]
states:
  details:
    collect:
      mobile: {type: mobile, ask: "Mobile number?"}
      union_card: {type: national_id, format: union_card, ask: "Union card? Like AB123456", wrong: "Card: like AB123456."}
      name: {type: name, ask: "Name?"}
    next: save
  save:
    do: save_registration
    outcomes: {saved: saved, held: held, outside: not_saved, refused: not_saved}
  saved:
    say: >-
      Saved {{ ref }}: {{ name }}, mobile {{ mobile|masked }}, card {{ union_card|masked }}.{% if repaired %}
      You sent {{ repaired }}.{% endif %}
    end: true
  held: {say: "Saved {{ ref }}. The office looks at it first.", end: true}
  not_saved: {say: "NOT saved: {{ mobile|masked }}.", end: true}
  stranger: {call: turned_away, end: true}
"""

CONFIRM = """\
flow: confirm
about: Whoever was entered decides.
starts: {on: registration.saved}
languages: [en]
states:
  ask:
    say: >-
      {{ org }}: {{ enroler.first_name }} entered you as {{ name }}, card {{ union_card|masked }}. Right and I join: 1.
      A mistake: 2. No: 3
    consent:
      purpose: membership
      yes: {key: 1, next: join}
      other: {2: mistake}
      no: {key: 3, next: refuse}
  join:
    do: admit_member
    outcomes: {admitted: member, not_waiting: over}
  member: {say: "You are a member of {{ org }}. No {{ member.number }}.", end: true}
  over: {say: "This registration is closed.", end: true}
  mistake: {do: return_registration, next: over}
  refuse: {do: refuse_registration, next: over}
"""


JOIN = """\
flow: join
about: Somebody of the union enters herself.
starts: {keywords: [JOIN]}
languages: [en]
limits: {ussd_unicode: true}
states:
  details:
    collect:
      name: {type: name, ask: "Name?"}
      union_card: {type: national_id, format: union_card, ask: "Union card? Like AB123456", wrong: "Card: like AB123456."}
    next: save
  save:
    do: save_own_registration
    outcomes: {saved: thanks, held: thanks, refused: refused}
  thanks: {say: "Thank you.", end: true}
  refused: {say: "NOT saved.", end: true}
"""


def flows(folder: Path) -> None:
    """The shipped flows, of which three are the union's own."""
    shutil.copytree(ROOT / "flows", folder)
    (folder / "register.yaml").write_text(REGISTER)
    (folder / "confirm.yaml").write_text(CONFIRM)
    (folder / "join.yaml").write_text(JOIN)


@pytest.fixture
def union(
    tmp_path: Path, valkey_url: str, live: redis.Redis, twilio: Twilio, africastalking: AfricasTalking
) -> Iterator[Town]:
    flows(tmp_path / "flows")
    settings = {"DATA_DIR": str(tmp_path), "REDIS_URL": valkey_url, "PRIVACY__KEY": KEY}
    with Town({**settings, "FLOWS_DIR": str(tmp_path / "flows"), **FORMAT}, twilio, africastalking) as town:
        yield town


@pytest.mark.parametrize(
    "text",
    [
        "REG 9876543210 AB123456 Ram Kumar", "reg ram kumar, ab 12-34-56, 98765 43210", "REG9876543210AB123456 Ram Kumar",
        "Ram Kumar AB123456 9876543210", "REG union card: AB123456 name: Ram Kumar mob: 9876543210",
        "REG ९८७६५४३२१० AB १२३४५६ Ram Kumar",
    ],
)  # fmt: skip
def test_saved_echoed_with_the_card_masked_and_the_person_is_asked(union: Town, text: str) -> None:
    union.enroler.texts(text)

    assert re.match(r"Saved \w{5}: ram kumar, mobile \.\.210, card AB\.\.456\.$", union.enroler.last, re.I)
    [asked] = union.member.heard
    assert asked.lower().startswith("xyz: anil entered you as ram kumar, card ab..456. right and i join: 1.")
    assert "123456" not in asked + union.enroler.last
    assert [row.status for row in union.rows(registration)] == ["waiting"]

    union.member.texts("1")
    assert len(union.rows(member)) == 1


def test_a_sign_that_can_only_be_a_digit_is_repaired_and_said(union: Town) -> None:
    union.enroler.texts("REG 9876543210 ABl23456 Ram Kumar")
    assert "card AB..456. You sent ABl23456." in union.enroler.last


def test_what_is_missing_or_no_card_is_asked_for(union: Town) -> None:
    union.enroler.texts("REG 9876543210 AB12345 Ram Kumar")
    assert union.enroler.last == "Card: like AB123456."
    union.enroler.texts("AB123456")
    assert union.enroler.last.startswith("Saved")


def test_of_two_cards_none_is_chosen(union: Town) -> None:
    union.enroler.texts("REG 9876543210 AB123456 CD123456 Ram Kumar")
    assert union.rows(registration) == []
    union.enroler.texts("CD123456")
    assert "card CD..456" in union.enroler.last


def test_the_card_of_somebody_else_is_held_for_the_office(union: Town) -> None:
    union.enroler.texts("REG 9876543210 AB123456 Ram Kumar")
    union.enroler.texts("REG 9812345678 AB123456 Sita Devi")
    assert "The office looks at it first." in union.enroler.last
    [reason] = union.rows(hold)
    assert reason.rule == "same_id"


def test_a_card_is_mended_by_its_reference(union: Town) -> None:
    union.enroler.texts("REG 9876543210 AB123456 Ram Kumar")
    [saved] = union.rows(registration)
    union.enroler.texts(f"FIX {saved.ref} union card AB654321")
    assert "AB..321" in union.enroler.last
    assert "card AB..321" in union.member.last


def test_the_checker_knows_the_format_and_counts_with_its_longest_number(tmp_path: Path) -> None:
    flows(tmp_path / "flows")
    config = read_config({f"{PREFIX}{name}": value for name, value in FORMAT.items()}, tmp_path / "config.yaml")
    files = [tmp_path / "flows" / f"{name}.yaml" for name in ("register", "confirm")]

    assert [str(one) for one in check(files, vocabulary(config)).errors] == []

    unknown = check(files, vocabulary(read_config({}, tmp_path / "config.yaml"))).errors
    assert "and id_formats in config.yaml has none of that name" in str(unknown[0])

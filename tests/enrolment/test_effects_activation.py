"""How enrolers come to be: appointed by one in charge, activated from their own phone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from sms_service.enrolment import activation, enrolers
from sms_service.store import people
from sms_service.store.tables import area, enroler, fee_receipt, person, photo, registration
from tests.enrolment.test_effects_photos import pictured
from tests.town import ENROLER, ENTRY, Town

REKHA, HARI, NEW = "+919800000003", "+919811111112", "+919811111113"
ADD = "ADD 98111 11112 Hari Prasad Booth 12"


def code_in(text: str) -> str:
    """The code in a text to a new enroler."""
    found = re.search(r"ACT (\d{5})", text)
    assert found, text
    return found[1]


def appointed(town: Town) -> str:
    """Rekha appoints Hari; his code."""
    town.phone(REKHA).texts(ADD)
    return code_in(town.phone(HARI).last)


def wrong_one(code: str) -> str:
    return str(10_000 + (int(code) + 1) % 90_000)


# --- ADD ----------------------------------------------------------------------------------------------------------


def test_appoint_enroler_appointed_for_an_area_below_with_a_code_that_is_not_stored(any_town: Town) -> None:
    code = appointed(any_town)

    assert any_town.phone(REKHA).last.startswith("Hari, mobile ..112, is appointed for Booth 12")
    assert any_town.phone(HARI).last.startswith("XYZ: Rekha asks you to enter members in Booth 12.")
    [row] = [row for row in any_town.rows(enroler) if row.status == "appointed"]
    with any_town.service.reads.begin() as conn:
        rekha = people.by_phone(conn, any_town.service.keys, REKHA)
        booth = conn.execute(select(area).where(area.c.id == row.area_id)).one()
    assert rekha
    assert (row.appointed_by, booth.code, row.level) == (rekha.id, "JH-N-RAN-KAN-12", "booth")
    assert len(row.code_index) == 32
    assert code.encode() not in row.code_index


def test_hold_enroler_called_back_an_appointment_by_mistake_before_it_is_used(any_town: Town) -> None:
    code = appointed(any_town)
    any_town.phone(REKHA).texts("HOLD 9811111112")
    assert any_town.phone(REKHA).last == "Hari, mobile ..112: the appointment is taken back, the code is void."
    any_town.phone(HARI).texts(f"ACT {code}")
    assert "does not fit this phone" in any_town.phone(HARI).last
    assert [row.status for row in any_town.rows(enroler) if row.code_index] == []


def test_appoint_enroler_appointed_once_more_gets_a_new_code_and_the_old_one_is_void(town: Town) -> None:
    first = appointed(town)
    second = appointed(town)
    assert len([text for text in town.phone(HARI).heard if "ACT" in text]) == 2
    if first != second:
        town.phone(HARI).texts(f"ACT {first}")
        assert "does not fit this phone" in town.phone(HARI).last
    town.phone(HARI).texts(f"ACT {second}")
    assert town.phone(HARI).last.startswith("XYZ: welcome, Hari.")


@pytest.mark.parametrize("phone", [ENROLER, REKHA, "+254700000001"])
def test_appoint_enroler_taken_by_an_enroler_wherever_she_is(town: Town, phone: str) -> None:
    before = town.rows(enroler)
    town.phone(REKHA).texts(f"ADD {phone} Hari Prasad Booth 12")
    assert "cannot be added by you" in town.phone(REKHA).last
    assert town.rows(enroler) == before


def test_appoint_enroler_stopped_phones_get_no_code(town: Town) -> None:
    town.phone(HARI).texts("STOP")
    town.phone(REKHA).texts(ADD)
    assert "wants no messages from us" in town.phone(REKHA).last
    assert "appointed" not in [row.status for row in town.rows(enroler)]


def test_appoint_enroler_unknown_is_her_own_area_and_those_of_others_are_not_even_read(town: Town) -> None:
    town.phone(REKHA).texts("ADD 9811111112 Hari Prasad Kanke")
    assert "that is no area below yours" in town.phone(REKHA).last
    town.phone(REKHA).texts("ADD 9811111112 Hari Prasad JH-N-RAN-ORM-4")
    assert "appointed" not in [row.status for row in town.rows(enroler)]


def test_appoint_enroler_not_in_charge(town: Town) -> None:
    town.enroler.texts("ADD 9811111112 Hari Prasad JH-N-RAN-KAN-11")
    assert "ADD is for those in charge" in town.enroler.last


# --- ACT ----------------------------------------------------------------------------------------------------------


def test_activate_phone_activated_may_enter_members(any_town: Town) -> None:
    code = appointed(any_town)
    any_town.phone(HARI).texts(ENTRY)
    assert "your phone is not activated yet" in any_town.phone(HARI).last

    any_town.phone(HARI).texts(f"act {code}")
    assert any_town.phone(HARI).last.startswith("XYZ: welcome, Hari.")
    any_town.phone(HARI).texts(ENTRY)
    assert any_town.phone(HARI).last.startswith("Saved")

    any_town.phone(HARI).texts(f"ACT {code}")
    assert "does not fit this phone" in any_town.phone(HARI).last, "a code is used once"


def test_activate_phone_wrong_from_another_phone_and_after_seven_days(town: Town) -> None:
    code = appointed(town)
    town.phone(NEW).texts(f"ACT {code}")
    assert "does not fit this phone" in town.phone(NEW).last

    with town.service.engine.begin() as conn:
        conn.execute(update(enroler).values(code_until=1.0))
    town.phone(HARI).texts(f"ACT {code}")
    assert "does not fit this phone" in town.phone(HARI).last


def test_activate_phone_silent_after_five_wrong_codes_even_for_the_right_one(any_town: Town) -> None:
    code = appointed(any_town)
    hari = any_town.phone(HARI)
    for _ in range(activation.WRONG_CODES):
        hari.texts(f"ACT {wrong_one(code)}")
        assert "does not fit this phone" in hari.last
    heard = len(hari.heard)
    hari.texts(f"ACT {code}")
    assert len(hari.heard) == heard

    with any_town.service.engine.begin() as conn:
        tomorrow = person.c.wrong_codes_since - activation.WRONG_SECONDS
        conn.execute(update(person).where(person.c.wrong_codes.is_not(None)).values(wrong_codes_since=tomorrow))
    hari.texts(f"ACT {code}")
    assert hari.last.startswith("XYZ: welcome, Hari.")


def moving(town: Town, old: str, new: str) -> str:
    """The code that the office makes for an enroler's new phone."""
    with town.service.engine.begin() as conn:
        somebody = people.by_phone(conn, town.service.keys, old)
        assert somebody
        return activation.give_code(conn, town.service.keys, somebody.id, new, 4e9)


def test_activate_phone_activated_an_enroler_goes_on_from_her_new_phone(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    [entered] = any_town.rows(registration)
    any_town.enroler.texts(f"FEE {entered.ref} B1207 5")
    code = moving(any_town, ENROLER, NEW)

    any_town.phone(NEW).texts(f"ACT {code}")

    assert any_town.phone(NEW).last.startswith("XYZ: welcome, Anil.")
    with any_town.service.reads.begin() as conn:
        new = people.by_phone(conn, any_town.service.keys, NEW)
        old = people.by_phone(conn, any_town.service.keys, ENROLER)
        assert new
        assert old
        moved, left = enrolers.by_person(conn, new), enrolers.by_person(conn, old)
    assert moved
    assert left
    assert (moved.name, moved.status, moved.area_id, left.status) == (
        "Anil Oraon",
        "activated",
        left.area_id,
        "retired",
    )
    assert [row.enroler_id for row in (*any_town.rows(registration), *any_town.rows(fee_receipt))] == [new.id, new.id]
    any_town.enroler.texts(ENTRY)
    assert "this phone may not enter members" in any_town.enroler.last


def test_activate_phone_activated_her_photos_go_with_what_she_entered(any_town: Town) -> None:
    pictured(any_town, ENTRY)
    pictured(any_town, "REG 9876511111 ABC7654321 Sita Devi")
    code = moving(any_town, ENROLER, NEW)
    any_town.phone(NEW).texts(f"ACT {code}")
    [entered] = any_town.rows(registration)
    [of_ram, of_a_draft] = any_town.rows(photo)
    assert of_ram.enroler_id == entered.enroler_id
    assert of_a_draft.enroler_id != entered.enroler_id


def test_activate_phone_held_a_new_phone_frees_nobody(town: Town) -> None:
    code = moving(town, ENROLER, NEW)
    town.phone(REKHA).texts(f"HOLD {ENROLER}")
    town.phone(NEW).texts(f"ACT {code}")
    assert "but it is on hold" in town.phone(NEW).last
    town.phone(NEW).texts(ENTRY)
    assert town.rows(registration) == []


@pytest.mark.parametrize("stack", ["postgres"], indirect=True)
def test_activate_phone_activated_nobody_holds_her_while_her_row_is_copied(
    any_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, move = moving(any_town, ENROLER, NEW), activation._move

    def moves(conn: Any, keys: Any, old: Any, to: Any) -> None:
        at_once = select(enroler.c.status).where(enroler.c.person_id == old.person_id).with_for_update(nowait=True)
        with pytest.raises(OperationalError), any_town.service.engine.begin() as other:
            other.execute(at_once)
        move(conn, keys, old, to)

    monkeypatch.setattr(activation, "_move", moves)
    any_town.phone(NEW).texts(f"ACT {code}")
    assert any_town.phone(NEW).last.startswith("XYZ: welcome, Anil.")

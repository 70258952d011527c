"""Members: one number each, on the strength of one consent."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from sms_service.enrolment import members, numbers
from sms_service.store.tables import consent, member, registration
from tests.town import Town

SITA = "REG 9876543211 ABC1234568 13 Sita Devi"


def test_numbers_run_on_and_are_written_with_six_digits(any_town: Town) -> None:
    any_town.enrols()
    any_town.enroler.texts(SITA)
    any_town.phone("+919876543211").texts("YES")

    assert [row.number for row in any_town.rows(member)] == [1, 2]
    assert numbers.written(2) == "0000021"
    assert numbers.written(12_345_678) == "123456786"


def test_a_member_is_found_by_her_number(any_town: Town) -> None:
    any_town.enrols()
    [row] = any_town.rows(member)
    with any_town.service.reads.begin() as conn:
        found = members.by_number(conn, row.number)
        assert found
        assert (found.person_id, found.status, found.number_text) == (row.person_id, "valid", "0000013")
        assert members.by_number(conn, 99) is None


def test_one_who_withdrew_is_no_member_but_keeps_her_number(any_town: Town) -> None:
    any_town.enrols()
    [row] = any_town.rows(member)
    with any_town.service.engine.begin() as conn:
        conn.execute(update(member).values(status="withdrawn"))
        found = members.by_number(conn, row.number)
    assert found
    assert found.status == "withdrawn"


def test_one_consent_and_one_registration_make_one_member(any_town: Town) -> None:
    any_town.enrols()
    [proof], [entered] = any_town.rows(consent), any_town.rows(registration)
    with pytest.raises(IntegrityError), any_town.service.engine.begin() as conn:
        members.admit(
            conn, person_id=proof.person_id, registration_id=entered.id, consent_id=proof.id,
            area_id=entered.area_id, now=1.0,
        )  # fmt: skip
    assert len(any_town.rows(member)) == 1


def test_saying_yes_again_makes_no_second_member(any_town: Town) -> None:
    any_town.enrols()
    any_town.member.texts("1")
    any_town.member.texts("YES")
    assert len(any_town.rows(member)) == len(any_town.rows(consent)) == 1

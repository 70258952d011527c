"""Enrolers: read from a CSV file, each with a phone, an area and a level; a held one stays held."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import update

from sms_service.enrolment import enrolers, erasure
from sms_service.enrolment.enrolers import FORGOTTEN, Enroler, import_enrolers
from sms_service.enrolment.imports import BadLine
from sms_service.store import people
from sms_service.store.blocks import BLOCK
from sms_service.store.tables import enroler, person, registration
from tests.town import ENROLER, ENTRY, Town

HEADER = "phone,name,area,level,language\n"
MEENA = "+919811111111,Meena Kumari,JH-N-RAN-KAN-12,booth,hi\n"


def read(town: Town, lines: str, header: str = HEADER) -> tuple[int, list[BadLine]]:
    with town.service.engine.begin() as conn:
        return import_enrolers(conn, town.service.keys, io.StringIO(header + lines), "IN", "twilio", 5.0)


def known(town: Town, phone: str) -> Enroler | None:
    with town.service.reads.begin() as conn:
        somebody = people.by_phone(conn, town.service.keys, phone)
        return enrolers.by_person(conn, somebody) if somebody else None


def test_an_enroler_is_activated_and_may_enter_people(any_town: Town) -> None:
    assert read(any_town, MEENA) == (1, [])

    any_town.phone("+919811111111").texts(ENTRY)

    assert len(any_town.rows(registration)) == 1
    found = known(any_town, "+919811111111")
    assert found
    assert (found.name, found.status, found.person.language) == ("Meena Kumari", "activated", "hi")


def test_the_same_file_again_changes_nothing(any_town: Town) -> None:
    read(any_town, MEENA)
    before = any_town.rows(enroler), any_town.rows(person)
    assert read(any_town, MEENA) == (1, [])
    assert (any_town.rows(enroler), any_town.rows(person)) == before, "not even encrypted anew"


def test_a_changed_line_changes_her(any_town: Town) -> None:
    read(any_town, MEENA)
    read(any_town, MEENA.replace("Meena Kumari", "Meena Devi").replace(",hi", ",en"))
    found = known(any_town, "+919811111111")
    assert found
    assert (found.name, found.person.language) == ("Meena Devi", "en")


def test_whom_somebody_in_charge_appointed_is_activated_and_needs_no_code(any_town: Town) -> None:
    any_town.phone("+919800000003").texts("ADD 98111 11111 Meena Kumari Booth 12")
    found = known(any_town, "+919811111111")
    assert found
    assert found.status == "appointed"

    assert read(any_town, MEENA) == (1, [])

    [row] = [row for row in any_town.rows(enroler) if row.person_id == found.person.id]
    assert (row.status, row.code_index, row.code_until) == ("activated", None, None)


def test_a_held_enroler_stays_held(any_town: Town) -> None:
    read(any_town, MEENA)
    found = known(any_town, "+919811111111")
    assert found
    with any_town.service.engine.begin() as conn:
        conn.execute(update(enroler).where(enroler.c.person_id == found.person.id).values(status="held"))

    read(any_town, MEENA)

    any_town.phone("+919811111111").texts(ENTRY)
    assert any_town.rows(registration) == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("12345,Meena,JH,state,hi", "the phone is not a mobile number (write it with +code of its country)"),
        ("+919811111111,Meena,XX,state,hi", "there is no area XX; import the areas first"),
        ("+919811111111,,JH,state,hi", "the name is empty"),
        ("+919811111111,Meena,JH,state,Hindi", "the language Hindi is not a code such as hi, en or sw"),
        ("+919811111111,Meena,JH,state,", "the language  is not a code such as hi, en or sw"),
        (f"+919811111111,Meena,JH,{'s' * 33},hi", "level is longer than 32 characters"),
        ("+919811111111,Meena,JH", "this line does not have 5 cells"),
    ],
)
def test_a_bad_line_is_left_out_and_the_others_are_read(any_town: Town, line: str, problem: str) -> None:
    count, bad = read(any_town, f"{line}\n+919822222222,Asha,JH,state,hi\n")

    assert (count, bad) == (1, [BadLine(2, problem)])
    assert known(any_town, "+919822222222")
    assert known(any_town, "+919811111111") is None


def test_a_phone_counts_where_it_stands_first(any_town: Town) -> None:
    count, bad = read(any_town, MEENA + "98111 11111,Asha,JH,state,hi\n")
    assert (count, bad) == (1, [BadLine(3, "this phone stands in line 2 already")])
    found = known(any_town, "+919811111111")
    assert found
    assert found.name == "Meena Kumari"


def test_one_who_was_forgotten_is_left_out(any_town: Town) -> None:
    any_town.phone("+919811111111").texts("hello")
    with any_town.service.engine.begin() as conn:
        somebody = people.by_phone(conn, any_town.service.keys, "+919811111111")
        assert somebody
        erasure.forget(conn, any_town.service.keys, somebody, 1.0)
    assert read(any_town, MEENA) == (0, [BadLine(2, FORGOTTEN)])


def test_more_lines_than_one_block_are_read_and_each_block_is_told(any_town: Town) -> None:
    count, told = BLOCK + 3, []
    lines = HEADER + "".join(f"+9190{n:08d},Meena {n},JH,state,hi\n" for n in range(count))
    with any_town.service.engine.begin() as conn:
        keys = any_town.service.keys
        read_ = import_enrolers(conn, keys, io.StringIO(lines), "IN", "twilio", 5.0, lambda: told.append(1))
    assert read_ == (count, [])
    assert len(told) == 2
    found = known(any_town, f"+9190{count - 1:08d}")
    assert found
    assert found.name == f"Meena {count - 1}"


def test_numbers_are_read_in_the_spellings_of_a_spreadsheet(town: Town) -> None:
    assert read(town, "98111 11111,Meena,JH,state,hi\n") == (1, [])
    assert known(town, "+919811111111")


def test_surplus_columns_are_kept_and_names_are_encrypted(town: Town) -> None:
    read(town, "+919811111111,Meena Kumari,JH,state,hi,M-77\n", HEADER.replace("\n", ",office_id\n"))
    found = known(town, "+919811111111")
    assert found
    [row] = [row for row in town.rows(enroler) if row.person_id == found.person.id]
    assert found.person.key.decrypt("enroler.surplus", row.surplus_sealed) == '{"office_id": "M-77"}'
    assert b"Meena" not in row.name_sealed


def test_somebody_who_wrote_before_becomes_an_enroler_and_stays_the_same_person(town: Town) -> None:
    phone = town.phone("+919811111111")
    phone.texts("hello")
    read(town, MEENA)
    phone.texts(ENTRY)
    assert len(town.rows(registration)) == 1


def test_everybody_is_listed_for_the_handset(town: Town) -> None:
    with town.service.reads.begin() as conn:
        listed = enrolers.everybody(conn, town.service.keys, limit=50)
        few = enrolers.everybody(conn, town.service.keys, limit=3)
    assert [one.person.id for one in few] == [one.person.id for one in listed[:3]]
    assert ENROLER in {one.person.phone for one in listed}

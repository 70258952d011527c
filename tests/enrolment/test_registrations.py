"""Reading what an enroler typed, and the registration that waits for its person."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from sms_service.engine.model import Field
from sms_service.enrolment import registrations
from sms_service.enrolment.answer_types import TYPES, Setting
from sms_service.enrolment.numbers import REF_ALPHABET, check_sign, new_ref
from sms_service.enrolment.reading.answer import read, regions_for
from sms_service.store import people
from sms_service.store.tables import registration
from tests.town import ENROLER, ENTRY, MEMBER, Town

FIELDS = tuple(Field(name, name) for name in ("mobile", "voter_id", "booth", "name"))
RAM = {"mobile": "+919876543210", "voter_id": "ABC1234567", "booth": "12", "name": "Ram Kumar"}
IN = Setting(("IN",), "en", now=1_772_366_400.0)
PHOTO = "https://media.example/1.jpg"


# --- around the reading -------------------------------------------------------------------------------------------


def test_the_enrolers_own_country_comes_first() -> None:
    assert regions_for("+254700000001", "IN") == ("KE", "IN")
    assert regions_for("+919800000001", "IN") == ("IN",)


def test_a_voter_id_with_a_wrong_check_digit_is_read_and_found_odd() -> None:
    assert read("ABC1234567", FIELDS, "voter_id", IN).values == {"voter_id": "ABC1234567"}
    assert read("ABC1234567", FIELDS, "voter_id", IN).flagged == {"voter_id": "check_digit"}
    assert read("WKH1186253", FIELDS, "voter_id", IN).flagged == {}


# --- a whole line -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "9876543210 ABC1234567 12 Ram Kumar",
        "98765 43210, abc 1234567, 012, Ram Kumar",
        "+91-98765-43210 ABC/1234567 12 Ram Kumar",
        "9876543210,ABC1234567,12,Ram Kumar",
        "9876543210\nABC1234567\n12\nRam Kumar",
        "९८७६५४३२१० ABC1234567 १२ Ram Kumar",
        "  9876543210   ABC1234567  12  Ram  Kumar. ",
    ],
)
def test_one_line_holds_everything(line: str) -> None:
    found = read(line, FIELDS, "", IN)
    assert (found.values, found.wrong) == (RAM, {})


@pytest.mark.parametrize(
    ("line", "right", "wrong"),
    [
        ("9876543210 ABC1234567", {"mobile", "voter_id"}, {}),
        ("9876543210 ABC123456 12 Ram Kumar", {"mobile", "booth", "name"}, {"voter_id": "wrong_shape"}),
        ("987654 ABC1234567 12 Ram Kumar", {"voter_id", "booth", "name"}, {"mobile": "too_short"}),
        ("123 ABC1234567 12 Ram Kumar", {"voter_id", "name"}, {"booth": "two_values"}),
        ("9876543210 ABC1234567 12 Ram Kumar 007", {"mobile", "voter_id", "name"}, {"booth": "two_values"}),
        ("", set(), {}),
        ("9876543210 Ram Kumar", {"mobile", "name"}, {}),
        (f"9876543210 ABC1234567 12 {'Ram ' * 13}", {"mobile", "voter_id", "booth"}, {"name": "two_values"}),
    ],
)
def test_what_is_wrong_in_a_line_is_told_and_the_rest_is_kept(
    line: str, right: set[str], wrong: dict[str, str]
) -> None:
    found = read(line, FIELDS, "", IN)
    assert found.values == {name: RAM[name] for name in RAM if name in right}
    assert found.wrong == wrong


def test_an_answer_is_read_as_the_field_that_was_asked() -> None:
    assert read("98765 43210", FIELDS, "mobile", IN).values == {"mobile": "+919876543210"}
    assert read("012", FIELDS, "booth", IN).values == {"booth": "12"}
    assert read("Ram Kumar", FIELDS, "name", IN).values == {"name": "Ram Kumar"}


@pytest.mark.parametrize(
    ("typed", "asked", "problem"),
    [
        ("hello", "mobile", "not_a_number"),
        ("12", "mobile", "too_short"),
        ("", "name", "too_short"),
        ("Ram2", "name", "has_digits"),
    ],
)
def test_an_answer_that_is_none_is_wrong_for_what_was_asked_and_fills_nothing_else(
    typed: str, asked: str, problem: str
) -> None:
    found = read(typed, FIELDS, asked, IN)
    assert (found.values, found.wrong) == ({}, {asked: problem})


def test_an_answer_may_bring_more_than_was_asked_or_correct_something_else() -> None:
    assert read("yes 9876543210", FIELDS, "mobile", IN).values == {"mobile": "+919876543210"}
    assert read("ABC1234567 12", FIELDS, "voter_id", IN).values == {"voter_id": "ABC1234567", "booth": "12"}
    assert read("ABC1234567", FIELDS, "name", IN).values == {"voter_id": "ABC1234567"}
    assert read("BOOTH 14", FIELDS, "name", IN).values == {"booth": "14"}
    assert read("NAME Ram Kumar", FIELDS, "name", IN).values == {"name": "Ram Kumar"}


def test_a_whole_line_is_taken_also_as_the_answer_to_one_question() -> None:
    assert read("9876543210 ABC1234567 12 Ram Kumar", FIELDS, "booth", IN).values == RAM


def test_commas_belong_to_an_answer_but_part_a_line() -> None:
    crowd = (Field("people", "number"), Field("why", "text"))
    assert read("1,200", crowd, "people", IN).values == {"people": 1200}
    assert read("Dry, for weeks", crowd, "why", IN).values == {"why": "Dry, for weeks"}
    assert read("Ram, Kumar", FIELDS, "name", IN).values == {"name": "Ram Kumar"}
    assert read("12,dry for weeks", crowd, "", IN).values == {"people": 12, "why": "dry for weeks"}


def test_a_photo_that_comes_along_takes_no_word_of_the_line() -> None:
    fields = (Field("photo", "photo"), Field("name", "name"))
    along = replace(IN, media=(PHOTO,))
    assert read("Ram Kumar", fields, "", along).values == {"photo": PHOTO, "name": "Ram Kumar"}
    assert read("", fields, "photo", along).values == {"photo": PHOTO}
    assert read("", fields, "", along).values == {"photo": PHOTO}
    assert read(f"{PHOTO} Ram Kumar", fields, "", IN).values == {"photo": PHOTO, "name": "Ram Kumar"}


@settings(deadline=None)  # a busy machine is no fault of the text
@given(st.text(max_size=200))
def test_no_text_upsets_the_reading(text: str) -> None:
    fields = tuple(Field(name, name, parameters={"format": "in.pan"}) for name in TYPES)
    for asked in ("", *TYPES):
        found = read(text, fields, asked, IN)
        assert set(found.values) <= set(TYPES)
        assert not set(found.values) & set(found.wrong)
        assert all(problem in TYPES[name].shape.problems for name, problem in found.wrong.items())


# --- references ---------------------------------------------------------------------------------------------------


def test_a_reference_is_short_and_has_no_signs_that_are_confused() -> None:
    for _ in range(200):
        assert re.fullmatch(f"[{REF_ALPHABET}]{{5}}", new_ref())
    assert not set("O0I1") & set(REF_ALPHABET)


@given(st.text(REF_ALPHABET, min_size=4, max_size=4), st.integers(0, 4), st.sampled_from(REF_ALPHABET))
def test_one_wrong_sign_is_noticed(signs: str, place: int, sign: str) -> None:
    ref = signs + check_sign(signs)
    mistyped = ref[:place] + sign + ref[place + 1 :]
    assert (check_sign(mistyped[:4]) == mistyped[4]) is (mistyped == ref)


# --- the row ------------------------------------------------------------------------------------------------------


def test_what_was_entered_is_kept_encrypted_and_read_again(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)

    [row] = any_town.rows(registration)
    service = any_town.service
    with service.reads.begin() as conn:
        her = people.by_phone(conn, service.keys, MEMBER)
        assert her
        entered = registrations.by_id(conn, her.key, row.id)
        assert registrations.waiting_for(conn, her.id) == entered.id
    assert entered.fields == {"voter_id": "ABC1234567", "booth": "12", "name": "Ram Kumar"}
    assert (entered.status, len(entered.ref)) == ("waiting", 5)
    assert b"Ram" not in row.fields_sealed
    assert row.voter_id_index == service.keys.index("voter_id", "ABC1234567")


def test_the_database_itself_lets_only_one_registration_wait_for_a_person(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    service = any_town.service
    with pytest.raises(IntegrityError), service.engine.begin() as conn:  # noqa: PT012
        her = people.by_phone(conn, service.keys, MEMBER)
        enroler = people.by_phone(conn, service.keys, ENROLER)
        assert her
        assert enroler
        area_id = conn.execute(select(registration.c.area_id)).scalar_one()
        registrations.save(conn, her.key, person_id=her.id, enroler_id=enroler.id, area_id=area_id, fields={}, now=1.0)


def test_a_registration_is_decided_once(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    [row] = any_town.rows(registration)
    with any_town.service.engine.begin() as conn:
        assert registrations.decide(conn, row.id, "held", 5.0)
        assert not registrations.decide(conn, row.id, "confirmed", 6.0)
        assert registrations.waiting_for(conn, row.person_id) is None
    [after] = any_town.rows(registration)
    assert (after.status, after.decided_at) == ("held", 5.0)


@pytest.mark.parametrize("name", ["Dev Kumar", "Tel. Ram Kumar", "Thabo Rao"])
def test_a_whole_entry_that_begins_nearly_like_a_command_is_one(town: Town, name: str) -> None:
    town.enroler.texts(f"{name} 9876543210 ABC1234567 12")
    assert town.enroler.last.startswith("Saved "), "not DEL, nor HOLD"
    [saved] = town.rows(registration)
    assert saved.status == "waiting"


def test_another_entry_does_not_drop_one_that_is_incomplete_in_silence(town: Town) -> None:
    town.enroler.texts("REG 9876543211")
    town.enroler.texts(ENTRY)
    dropped, saved = town.enroler.last.splitlines()
    assert dropped == "NOT saved, it was incomplete: ..211."
    assert saved.startswith("Saved ")


def test_a_text_about_somebody_else_does_not_mix_two_people(town: Town) -> None:
    town.enroler.texts("REG 9123456706 DEF1234566 Sita Devi")
    town.enroler.texts("Ram Kumar 9876543210")
    assert town.enroler.last.splitlines()[0] == "NOT saved, it was incomplete: Sita ..706."
    town.enroler.texts("ABC1234567 12")
    [saved] = town.rows(registration)
    with town.service.reads.begin() as conn:
        her = people.by_id(conn, town.service.keys, saved.person_id)
        assert her
        fields = registrations.by_id(conn, her.key, saved.id).fields
    assert {"mobile": her.phone, **fields} == RAM


def test_talk_is_no_entry(town: Town) -> None:
    for text in ("see you at 5", "Kanke 12", "Ram 12"):
        town.enroler.texts(text)
        assert town.enroler.last.startswith("REG mobile voter-ID booth name."), "HELP"


def test_a_mistyped_command_in_the_middle_of_an_entry_is_one_with_a_reference(town: Town) -> None:
    town.enroler.texts("REG 9876543210 ABC1234567 Ram Kumar")
    town.enroler.texts("DELL R4K7P")
    assert town.enroler.last.startswith("You have no registration R4K7P.")
    town.enroler.texts("12")
    assert town.enroler.last.startswith("Saved ")

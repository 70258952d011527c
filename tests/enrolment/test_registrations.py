"""Reading what an enroler typed, and the registration that waits for its person."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from sms_service.engine.model import Field
from sms_service.enrolment import registrations
from sms_service.enrolment.registrations import (
    REF_ALPHABET,
    TYPES,
    check_sign,
    new_ref,
    plain,
    read,
    read_booth,
    read_mobile,
    read_name,
    read_voter_id,
    regions_for,
    voter_id_is_odd,
)
from sms_service.store import people
from sms_service.store.tables import registration
from tests.town import ENROLER, ENTRY, MEMBER, Town

FIELDS = tuple(Field(name, name) for name in ("mobile", "voter_id", "booth", "name"))
RAM = {"mobile": "+919876543210", "voter_id": "ABC1234567", "booth": "12", "name": "Ram Kumar"}
IN = ("IN",)


# --- one field ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "9876543210", "09876543210", "+919876543210", "919876543210", "00919876543210", "98765 43210", "98765-43210",
        "(98765)43210", "+91 98765.43210",
    ],
)  # fmt: skip
def test_a_mobile_number_in_any_of_its_spellings(typed: str) -> None:
    assert read_mobile(typed, IN) == "+919876543210"


@pytest.mark.parametrize(
    "typed",
    ["", "+", "12345", "98765432101", "1234567890", "98765x43210", "9876543210 ext 5", "022 22222222", "9876543210?"],
)
def test_what_is_no_mobile_number(typed: str) -> None:
    assert read_mobile(typed, IN) is None


def test_a_number_without_its_country_is_of_the_first_that_has_such_mobiles() -> None:
    assert read_mobile("0712345678", ("KE", "IN")) == "+254712345678"
    assert read_mobile("9876543210", ("KE", "IN")) == "+919876543210"
    assert read_mobile("+254712345678", IN) == "+254712345678"


def test_the_enrolers_own_country_comes_first() -> None:
    assert regions_for("+254700000001", "IN") == ("KE", "IN")
    assert regions_for("+919800000001", "IN") == ("IN",)


@pytest.mark.parametrize("typed", ["ABC1234567", "abc 123 4567", "ABC/1234567", "abc-1234567"])
def test_a_voter_id_in_any_of_its_spellings(typed: str) -> None:
    assert read_voter_id(typed, IN) == "ABC1234567"


@pytest.mark.parametrize("typed", ["AB1234567", "ABC12345678", "ABCD123456", "ABC123456O", "1234567ABC", ""])
def test_what_is_no_voter_id(typed: str) -> None:
    assert read_voter_id(typed, IN) is None


def test_a_voter_id_with_a_wrong_check_digit_is_read_and_found_odd() -> None:
    assert read_voter_id("ABC1234567", IN) == "ABC1234567"
    assert voter_id_is_odd("ABC1234567")
    assert not voter_id_is_odd("WKH1186253")


@pytest.mark.parametrize(
    ("typed", "booth"),
    [("12", "12"), ("012", "12"), ("12a", "12A"), ("12 A", "12A"), ("9999", "9999")]
    + [(wrong, None) for wrong in ("0", "10000", "twelve", "12AB", "A12", "-1", "1.5", "")],
)  # fmt: skip
def test_the_number_of_a_booth(typed: str, booth: str | None) -> None:
    assert read_booth(typed, IN) == booth


@pytest.mark.parametrize(
    "name",
    [
        "Ram Kumar",
        "राम कुमार",
        "க. ராமன்",
        "محمد علي",
        "O'Brien",
        "D’Souza",
        "Mary-Jane",
        "Ngũgĩ wa Thiong'o",
        "क्\u200dष राम",
    ],
)
def test_names_of_every_script(name: str) -> None:
    assert read_name(plain(name), IN) == name


@pytest.mark.parametrize("typed", ["A", "Ram2", "..", "-", "' '", "😀 Ram", "{{ x }}", "=cmd()", "<b>", "x" * 61, ""])
def test_what_is_no_name(typed: str) -> None:
    assert read_name(typed, IN) is None


def test_text_is_made_plain_before_it_is_read() -> None:
    assert plain("  a\u200b b\t\nc\x00 १२ ٣ ") == "a b c 12 3"


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
    assert (found.values, found.wrong) == (RAM, ())


@pytest.mark.parametrize(
    ("line", "right", "wrong"),
    [
        ("9876543210 ABC1234567", {"mobile", "voter_id"}, ()),
        ("9876543210 ABC123456 12 Ram Kumar", {"mobile", "booth", "name"}, ("voter_id",)),
        ("9876543210 ABC12345O7 12 Ram Kumar", {"mobile", "booth", "name"}, ("voter_id",)),
        ("123 ABC1234567 12 Ram Kumar", {"voter_id", "booth", "name"}, ("mobile",)),
        ("9876543210 ABC1234567 12 Ram 007", {"mobile", "voter_id", "booth"}, ("name",)),
        ("", set(), ()),
    ],
)
def test_what_is_wrong_in_a_line_is_told_and_the_rest_is_kept(
    line: str, right: set[str], wrong: tuple[str, ...]
) -> None:
    found = read(line, FIELDS, "", IN)
    assert found.values == {name: RAM[name] for name in RAM if name in right}
    assert found.wrong == wrong


def test_an_answer_is_read_as_the_field_that_was_asked() -> None:
    assert read("98765 43210", FIELDS, "mobile", IN).values == {"mobile": "+919876543210"}
    assert read("012", FIELDS, "booth", IN).values == {"booth": "12"}
    assert read("Ram Kumar", FIELDS, "name", IN).values == {"name": "Ram Kumar"}


@pytest.mark.parametrize(
    ("typed", "asked"),
    [("hello", "mobile"), ("12", "mobile"), ("yes 9876543210", "mobile"), ("ABC1234567 12", "voter_id")],
)
def test_an_answer_that_is_none_is_wrong_for_what_was_asked_and_fills_nothing_else(typed: str, asked: str) -> None:
    found = read(typed, FIELDS, asked, IN)
    assert (found.values, found.wrong) == ({}, (asked,))


def test_a_whole_line_is_taken_also_as_the_answer_to_one_question() -> None:
    assert read("9876543210 ABC1234567 12 Ram Kumar", FIELDS, "booth", IN).values == RAM


@given(st.text(max_size=200))
def test_no_text_upsets_the_reading(text: str) -> None:
    for asked in ("", *TYPES):
        found = read(text, FIELDS, asked, IN)
        assert set(found.values) <= set(TYPES)
        assert not set(found.values) & set(found.wrong)


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
        registrations.save(
            conn, service.keys, her.key, person_id=her.id, enroler_id=enroler.id, area_id=area_id, fields={}, now=1.0
        )


def test_a_registration_is_decided_once(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    [row] = any_town.rows(registration)
    with any_town.service.engine.begin() as conn:
        assert registrations.decide(conn, row.id, "held", 5.0)
        assert not registrations.decide(conn, row.id, "confirmed", 6.0)
        assert registrations.waiting_for(conn, row.person_id) is None
    [after] = any_town.rows(registration)
    assert (after.status, after.decided_at) == ("held", 5.0)

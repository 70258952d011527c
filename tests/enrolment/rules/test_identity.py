"""Rules on who is entered: each trips, and just does not."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import update

from sms_service.config import Rules
from sms_service.engine.model import Field
from sms_service.enrolment import came_to_nothing, refusals
from sms_service.enrolment.effects import Act
from sms_service.enrolment.effects.entering import freed
from sms_service.store import people
from sms_service.store.tables import area, enroler, hold, person, refusal, registration
from tests.enrolment.rules.conftest import NOON, Desk
from tests.town import ENROLER, ENTRY, MEMBER, Town

NAMES = ("Ram Kumar", "Sita Kumari", "Mohan Kumar", "Gita Kumari", "Hari Kumar")
DAY = 86_400.0


def entry(n: int) -> str:
    return f"REG 9876543210 ABC100000{n} 12 {NAMES[n]}"


# --- one phone ----------------------------------------------------------------------------------------------------


def test_same_phone_a_family_of_four_is_asked_one_after_the_other(any_town: Town) -> None:
    for n in range(4):
        any_town.enroler.texts(entry(n))
    assert [row.status for row in any_town.rows(registration)] == ["waiting", "held", "held", "held"]
    assert "Phone ..210 is asked about somebody else now" in any_town.enroler.last
    assert len(any_town.member.heard) == 1, "one question at a time"

    any_town.member.texts("1")
    assert [text[:30] for text in any_town.member.heard[1:3]] == [
        "You are a member of XYZ. No 00", "XYZ: Anil entered you as Sita "
    ]  # fmt: skip
    any_town.member.texts("3")
    assert "entered you as Mohan Kumar" in any_town.member.last
    for text in ("2", "who", "is", "he"):
        any_town.member.texts(text)
    assert "entered you as Gita Kumari" in any_town.member.last
    any_town.member.texts("1")

    assert [row.status for row in any_town.rows(registration)] == ["confirmed", "refused", "returned", "confirmed"]
    assert {(row.rule, row.decision) for row in any_town.rows(hold)} == {("same_phone", "freed")}


def test_phone_full_the_fifth_on_one_phone_is_held_for_the_office(any_town: Town) -> None:
    for n in range(5):
        any_town.enroler.texts(entry(n))
    assert "The office looks at it first" in any_town.enroler.last
    held = [(row.registration_id, row.rule) for row in any_town.rows(hold)]
    assert held[-2:] == [(5, "phone_full"), (5, "same_phone")]

    for _ in range(4):
        any_town.member.texts("1")
    assert [row.status for row in any_town.rows(registration)] == ["confirmed"] * 4 + ["held"]
    assert "Hari" not in " ".join(any_town.member.heard), "nobody asks before the office did"


def test_phone_full_four_where_one_was_refused_leave_room(desk: Desk) -> None:
    for n in range(4):
        desk.enters(name=NAMES[n], voter_id=f"ABC100000{n}")
    with desk.town.service.engine.begin() as conn:
        conn.execute(update(registration).where(registration.c.id == 4).values(status="refused"))
    assert desk.enters(name=NAMES[4], voter_id="ABC1000004").outcome == "queued"


def test_same_phone_stop_refuses_everybody_who_waits_on_it(any_town: Town) -> None:
    any_town.enroler.texts(entry(0))
    any_town.enroler.texts(entry(1))
    any_town.member.texts("STOP")
    assert [row.status for row in any_town.rows(registration)] == ["refused", "refused"]
    assert [row.decision for row in any_town.rows(hold)] == ["refused"]


def test_same_phone_after_a_wrong_number_nobody_else_is_asked_by_itself(any_town: Town) -> None:
    any_town.enroler.texts(entry(0))
    any_town.enroler.texts(entry(1))
    any_town.member.texts("wrong number")
    assert [row.status for row in any_town.rows(registration)] == ["wrong_number", "held"]
    assert [row.rule for row in any_town.rows(hold)] == ["same_phone", "wrong_number"]
    assert "Sita" not in " ".join(any_town.member.heard)


def test_the_same_person_again_is_not_saved_even_with_her_name_misspelt(desk: Desk) -> None:
    assert desk.enters(voter_id="ABC1000001").outcome == "saved"
    assert desk.enters(voter_id="ABC1000001", name="Ram Kumaar").outcome == "waiting"
    assert desk.enters(name="ram kumar").outcome == "waiting", "without an ID it is the name that counts"
    assert desk.statuses() == ["waiting"]


# --- one ID -------------------------------------------------------------------------------------------------------


def test_same_id_the_second_is_held_not_refused(desk: Desk) -> None:
    assert desk.enters(voter_id="ABC1000001").outcome == "saved"
    assert desk.enters("+919811111111", voter_id="ABC1000001", by="+919800000003").outcome == "held"
    ref = desk.town.rows(registration)[0].ref
    assert desk.held() == [("same_id", f"the ID of {ref}")]


def test_same_id_of_somebody_who_refused_or_another_id_is_nobodys(desk: Desk) -> None:
    desk.enters(voter_id="ABC1000001")
    with desk.town.service.engine.begin() as conn:
        conn.execute(update(registration).values(status="refused"))
    assert desk.enters("+919811111111", voter_id="ABC1000001").outcome == "saved"
    assert desk.enters("+919822222222", voter_id="ABC1000002").outcome == "saved"


# --- who, how old, where ------------------------------------------------------------------------------------------


def test_enrolers_phone_is_refused_whoever_enters_it(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY.replace("9876543210", "9800000001"))
    assert any_town.enroler.last.startswith("NOT saved: ..001 is an enroler's phone.")
    assert any_town.rows(registration) == []


def test_enrolers_phone_of_one_who_retired_is_a_phone_like_others(desk: Desk) -> None:
    with desk.town.service.engine.begin() as conn:
        somebody = people.by_phone(conn, desk.town.service.keys, "+919800000001")
        assert somebody
        conn.execute(update(enroler).where(enroler.c.person_id == somebody.id).values(status="retired"))
    assert desk.enters("+919800000001").outcome == "saved"


@pytest.mark.parametrize(
    "fields", [{"age": 17}, {"date_of_birth": "2008-03-02"}, {"born": "2020-01-01"}, {"dob": "2008-03-02", "age": 40}]
)
def test_under_age_is_refused_and_nothing_is_stored(desk: Desk, fields: dict[str, Any]) -> None:
    before = len(desk.town.rows(person))
    assert desk.enters(**fields).outcome == "under_age"
    assert (desk.statuses(), len(desk.town.rows(person))) == ([], before)


@pytest.mark.parametrize("fields", [{"age": 18}, {"date_of_birth": "2008-03-01"}, {"born": "1990"}, {}])
def test_under_age_is_nobody_of_18_today(desk: Desk, fields: dict[str, Any]) -> None:
    assert desk.enters(**fields).outcome == "saved"


def test_outside_she_is_asked_and_if_she_is_sure_it_is_held(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY.replace(" 12 ", " 77 "))
    assert any_town.enroler.last == "Not saved yet: booth 77 is not in Kanke. 1 it is right, 2 another booth"
    assert any_town.rows(registration) == []

    any_town.enroler.texts("1")

    assert "The office looks at it first" in any_town.enroler.last
    assert [row.rule for row in any_town.rows(hold)] == ["outside"]
    assert any_town.member.heard == []


def test_outside_the_booth_is_mended(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY.replace(" 12 ", " 77 "))
    any_town.enroler.texts("2")
    any_town.enroler.texts("13")
    assert any_town.enroler.last.startswith("Saved ")
    [saved] = any_town.rows(registration)
    assert next(row.code for row in any_town.rows(area) if row.id == saved.area_id) == "JH-N-RAN-KAN-13"


def test_outside_by_the_code_of_an_area(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Act, "asked", (Field("area", "area"),))  # of a register.yaml that asks for one
    assert desk.enters(area="JH-N-RAN-ORM-4").outcome == "outside"
    assert desk.enters(area="JH-N-RAN-KAN-13").outcome == "saved"


def test_outside_is_nothing_where_no_booth_was_imported_or_the_rule_is_off(any_town: Town) -> None:
    assert Desk(any_town, Rules(outside=False)).enters(booth="77").outcome == "saved"
    with any_town.service.engine.begin() as conn:
        conn.execute(update(enroler).values(area_id=1))
    assert Desk(any_town).enters("+919811111111", booth="77").outcome == "saved"


def test_closed_it_is_kept_and_the_person_is_not_asked(any_town: Town) -> None:
    with any_town.service.engine.begin() as conn:
        conn.execute(update(area).where(area.c.code == "JH").values(closes_at=NOON))
    any_town.enroler.texts(ENTRY)
    assert "The drive is not on there now: the office keeps it" in any_town.enroler.last
    assert [row.rule for row in any_town.rows(hold)] == ["closed"]
    assert any_town.member.heard == []


def test_closed_it_is_open_until_the_last_second(any_town: Town) -> None:
    with any_town.service.engine.begin() as conn:
        conn.execute(update(area).where(area.c.code == "JH").values(opens_at=NOON - DAY, closes_at=NOON))
    desk = Desk(any_town)
    assert desk.enters(now=NOON - 1).outcome == "saved"
    assert desk.enters("+919811111111", now=NOON).outcome == "closed"


def test_an_enroler_who_was_held_meanwhile_saves_nothing(any_town: Town) -> None:
    any_town.enroler.texts("REG 9876543210 ABC1234567 Ram Kumar")
    with any_town.service.engine.begin() as conn:
        conn.execute(update(enroler).values(status="held"))
    any_town.enroler.texts("12")
    assert "your phone is on hold" in any_town.enroler.last
    assert any_town.rows(registration) == []
    assert ENROLER != MEMBER


@pytest.mark.parametrize("told", ["age 16", "Age: 16", "umar 16", "उम्र १६", "miaka 16"])
def test_an_age_that_nobody_asked_for_counts_all_the_same(town: Town, told: str) -> None:
    town.enroler.texts(f"{ENTRY} {told}")
    assert "members must be 18" in town.enroler.last
    assert town.rows(registration) == []
    town.enroler.texts(f"{ENTRY} {told.replace('16', '61').replace('१६', '६१')}")
    assert town.enroler.last.startswith("Saved ")


# --- who said no, and phones of somebody else ---------------------------------------------------------------------


def says(town: Town, *texts: str) -> None:
    for text in texts:
        town.member.texts(text)


@pytest.mark.parametrize("again", [ENTRY, ENTRY.replace("ABC1234567", "ABC1234599"), ENTRY.replace("Ram", "Raam")])
def test_refused_before_no_enroler_has_her_asked_until_she_says_yes(any_town: Town, again: str) -> None:
    any_town.enroler.texts(ENTRY)
    says(any_town, "no")
    heard = len(any_town.member.heard)
    for by in (ENROLER, "+919800000001"):
        any_town.phone(by).texts(again)
    assert "The office looks at it first" in any_town.enroler.last
    assert len(any_town.member.heard) == heard, "nothing is asked"
    says(any_town, "haan")
    assert [row.status for row in any_town.rows(registration)] == ["refused", "held"]
    assert [(row.rule, row.detail) for row in any_town.rows(hold)] == [
        ("refused_before", "said no 0 days ago; before 90 have passed only the office has her asked again")
    ]


def test_refused_before_another_of_the_family_is_asked(any_town: Town) -> None:
    any_town.enroler.texts(entry(0))
    says(any_town, "no")
    any_town.enroler.texts(entry(1))
    assert "entered you as Sita Kumari" in any_town.member.last


def test_refused_before_she_who_waits_under_another_id_is_not_asked_next(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    any_town.enroler.texts(ENTRY.replace("ABC1234567", "ABC1234599"))
    any_town.enroler.texts(entry(1))
    says(any_town, "no")
    assert "entered you as Sita Kumari" in any_town.member.last
    assert [row.status for row in any_town.rows(registration)] == ["refused", "held", "waiting"]


def test_refused_before_ends_with_the_pause_or_is_off(desk: Desk) -> None:
    desk.enters()
    with desk.town.service.engine.begin() as conn:
        somebody = people.by_phone(conn, desk.town.service.keys, MEMBER)
        assert somebody
        refusals.note(conn, desk.town.service.keys, somebody, "Ram Kumar", None, NOON)
        conn.execute(update(registration).values(status="refused"))
    assert desk.enters(now=NOON + 90 * DAY - 1).outcome == "held"
    with desk.town.service.engine.begin() as conn:
        conn.execute(update(registration).values(status="refused"))
    assert Desk(desk.town, Rules(refused_days=0)).enters(now=NOON + 1).outcome == "saved"
    with desk.town.service.engine.begin() as conn:
        conn.execute(update(registration).values(status="refused"))
    assert desk.enters(now=NOON + 90 * DAY).outcome == "saved"


def test_refused_before_she_may_be_entered_after_her_own_start(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    says(any_town, "no", "START")
    any_town.enroler.texts(ENTRY)
    assert "entered you as Ram Kumar" in any_town.member.last


def test_refused_before_she_joins_herself_though_she_is_held(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    says(any_town, "no")
    any_town.enroler.texts(ENTRY)
    says(any_town, "JOIN Ram Kumar ABC1234567 Kanke booth 12")
    assert "entered you as Ram Kumar" in any_town.member.last
    says(any_town, "yes")
    assert [row.status for row in any_town.rows(registration)] == ["refused", "confirmed"]
    assert any_town.rows(refusal) == []


def test_refused_before_what_the_office_frees_is_not_held_again_when_she_mends_it(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    says(any_town, "no")
    any_town.enroler.texts(ENTRY)
    with any_town.service.engine.begin() as conn:
        freed(conn, any_town.service.keys, 2, NOON)
    any_town.enroler.texts(f"FIX {any_town.rows(registration)[1].ref} booth 13")
    assert any_town.rows(registration)[1].status == "waiting"


def test_refused_before_outlasts_the_erasure_of_what_was_entered(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    says(any_town, "no")
    later = time.time() + 30 * DAY
    with any_town.service.engine.begin() as conn:
        [hers] = [row.person_id for row in any_town.rows(registration)]
        assert came_to_nothing.erase(conn, any_town.service.keys, hers, later, later)
    any_town.enroler.texts(ENTRY)
    assert [row.status for row in any_town.rows(registration)] == ["refused", "held"]
    with any_town.service.engine.begin() as conn:
        assert refusals.drop_old(conn, time.time() + 91 * DAY, 90) == 2


def test_wrong_number_nobody_is_asked_on_that_phone_again(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    says(any_town, "wrong number")
    heard = len(any_town.member.heard)
    for text in (ENTRY, entry(1)):
        any_town.enroler.texts(text)
        assert "The office looks at it first" in any_town.enroler.last
    assert len(any_town.member.heard) == heard
    assert [row.status for row in any_town.rows(registration)] == ["wrong_number", "held", "held"]


def test_wrong_number_outlasts_the_erasure_and_ends_with_her_own_join(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    says(any_town, "wrong number")
    later = time.time() + 30 * DAY
    with any_town.service.engine.begin() as conn:
        [hers] = [row.person_id for row in any_town.rows(registration)]
        assert came_to_nothing.erase(conn, any_town.service.keys, hers, later, later)
        refusals.drop_old(conn, later + 1000 * DAY, 90)
    any_town.enroler.texts(entry(1))
    assert any_town.rows(registration)[-1].status == "held"
    says(any_town, "JOIN Mohan Kumar ABC1000002 Kanke booth 12", "yes")
    any_town.enroler.texts(entry(3))
    assert "entered you as Gita Kumari" in any_town.member.last


def test_wrong_number_by_fix_onto_such_a_phone_is_held(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    says(any_town, "wrong number")
    any_town.enroler.texts("REG 9876500000 ABC1000001 12 Sita Kumari")
    any_town.enroler.texts(f"FIX {any_town.rows(registration)[1].ref} mobile 9876543210")
    assert any_town.rows(registration)[1].status == "held"


def test_forget_leaves_no_refusal(any_town: Town) -> None:
    any_town.enroler.texts(ENTRY)
    says(any_town, "no", "FORGET", "1")
    assert any_town.rows(refusal) == []

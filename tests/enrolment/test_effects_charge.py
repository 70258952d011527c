"""What those in charge have done: figures, holding and freeing an enroler, freeing a registration."""

from __future__ import annotations

import io
import random
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from sms_service.engine import texts
from sms_service.enrolment import charge, figures, holds
from sms_service.enrolment.effects.charge import _fitting
from sms_service.enrolment.enrolers import import_enrolers
from sms_service.enrolment.figures import Figures
from sms_service.store import people
from sms_service.store.tables import area, consent, enroler, hold, member, registration
from tests.town import ENROLER, ENTRY, Town

REKHA, SUNITA, MWENDE = "+919800000003", "+919800000001", "+254700000001"
TYPO = "+919800000012"
KANKE, RANCHI = "JH-N-RAN-KAN", "JH-N-RAN"


def held(town: Town, entry: str = ENTRY, by: str = ENROLER, reason: str = "id_shared") -> str:
    """An entry that a rule holds; its reference."""
    town.phone(by).texts(entry)
    with town.service.engine.begin() as conn:
        newest = conn.execute(select(registration.c.id).order_by(registration.c.id.desc()).limit(1)).scalar_one()
        conn.execute(update(registration).where(registration.c.id == newest).values(status="held"))
        holds.put(conn, newest, reason, "", 1.0)
        return str(conn.execute(select(registration.c.ref).where(registration.c.id == newest)).scalar_one())


def put_above(town: Town, phone: str, code: str) -> None:
    """Gives an enroler another area, of whose level she is."""
    with town.service.engine.begin() as conn:
        place = conn.execute(select(area).where(area.c.code == code)).one()
        somebody = people.by_phone(conn, town.service.keys, phone)
        assert somebody
        where = enroler.c.person_id == somebody.id
        conn.execute(update(enroler).where(where).values(area_id=place.id, level=place.level))


def status_of(town: Town, phone: str) -> str:
    with town.service.reads.begin() as conn:
        somebody = people.by_phone(conn, town.service.keys, phone)
        assert somebody
        return str(conn.execute(select(enroler.c.status).where(enroler.c.person_id == somebody.id)).scalar_one())


# --- SUM ----------------------------------------------------------------------------------------------------------


def test_sum_area_summed_equals_the_rows_counted_one_by_one(any_town: Town) -> None:
    scatter(any_town)
    rows = {row.id: row for row in any_town.rows(area)}

    def lies_in(inner: int | None, outer: int) -> bool:
        while inner is not None and inner != outer:
            inner = rows[inner].parent_id
        return inner == outer

    for outer in rows.values():
        counted = Counter(row.status for row in any_town.rows(registration) if lies_in(row.area_id, outer.id))
        counted["confirmed"] = sum(
            row.status == "valid" and lies_in(row.area_id, outer.id) for row in any_town.rows(member)
        )
        with any_town.service.reads.begin() as conn:
            here, *below = figures.of(conn, outer.id)
        for status in ("confirmed", "waiting", "held", "refused"):
            assert getattr(here, status) == counted[status], (outer.code, status)
        assert [one.area_id for one in below] == [row.id for row in rows.values() if row.parent_id == outer.id]
        for one in below:
            with any_town.service.reads.begin() as conn:
                assert one == figures.of(conn, one.area_id)[0]


def scatter(town: Town) -> None:
    """Registrations of every status in every area; of the confirmed ones one has left since."""
    chance = random.Random(4)
    town.enrols()
    [proof], [admitted] = town.rows(consent), town.rows(member)
    with town.service.engine.begin() as conn:
        entered = conn.execute(select(registration)).one()
        values = {name: getattr(entered, name) for name in ("person_id", "enroler_id", "fields_sealed", "created_at")}
        number = 0
        for place in conn.execute(select(area.c.id)).scalars().all():
            for status in ("confirmed", "refused", "returned", "wrong_number", "held", "expired"):
                for _ in range(chance.randrange(3)):
                    number += 1
                    row = {**values, "ref": f"X{number}", "area_id": place, "status": status}
                    conn.execute(insert(registration).values(row))
        assert proof.id
        conn.execute(update(registration).where(registration.c.ref == "X1").values(status="waiting"))
        conn.execute(update(member).where(member.c.number == admitted.number).values(status="withdrawn"))


def test_sum_area_summed_in_one_sms_with_as_many_areas_below_as_fit(town: Town) -> None:
    with town.service.engine.begin() as conn:
        kanke = conn.execute(select(area).where(area.c.code == KANKE)).one()
        for number in range(20, 60):
            values = {"code": f"K{number}", "name": f"Booth {number}", "first": kanke.last, "last": kanke.last}
            conn.execute(insert(area).values(parent_id=kanke.id, level="booth", target=100, **values))

    town.phone(REKHA).texts("SUM")

    said = town.phone(REKHA).last
    assert said.startswith("Kanke 0/20000 yes. Booth 11: 0/100. Booth 12: 0/100. ")
    assert said.endswith(" +36")
    assert texts.count(said).segments == 1


def test_of_a_thousand_areas_below_only_those_are_measured_that_one_sms_can_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    below = [Figures(number, f"Booth {number}", 100, 0, 0, 0, 0) for number in range(1_000)]
    measured: list[str] = []
    count = texts.count

    def counts(text: str) -> texts.Count:
        measured.append(text)
        return count(text)

    monkeypatch.setattr(texts, "count", counts)
    assert _fitting("Kanke 0/20000 yes.", below).startswith("Booth 0: 0/100. Booth 1: 0/100. ")
    assert len(measured) < 15


def test_sum_area_several_and_unknown_areas(town: Town) -> None:
    put_above(town, REKHA, "JH")
    with town.service.engine.begin() as conn:
        conn.execute(
            update(area).where(area.c.code == "JH-N-RAN-ORM-4").values(name="Booth 12", name_folded="booth 12")
        )
    town.phone(REKHA).texts("SUM booth 12")
    assert town.phone(REKHA).last.startswith("Several of your areas are called so.")
    town.phone(REKHA).texts("SUM JH-N-RAN-ORM-4")
    assert town.phone(REKHA).last == "Booth 12 0/100 yes."
    for other in ("Kitui", "KE-KTU", "nowhere"):
        town.phone(REKHA).texts(f"SUM {other}")
        assert town.phone(REKHA).last.startswith("You have no such area."), other


def test_sum_area_unknown_is_what_lies_above_her(town: Town) -> None:
    town.phone(REKHA).texts("SUM Ranchi")
    assert town.phone(REKHA).last.startswith("You have no such area.")


def refused(town: Town, text: str, by: str = ENROLER) -> bool:
    """Whether somebody who is not in charge is told that this is not for her, and nothing was done."""
    town.phone(by).texts(text)
    return "for those in charge of several booths" in town.phone(by).last and status_of(town, SUNITA) == "activated"


def test_sum_area_not_in_charge_is_told_of_count(town: Town) -> None:
    assert refused(town, "SUM")


# --- HOLD and FREE ------------------------------------------------------------------------------------------------


def test_hold_enroler_held_saves_nothing_more_and_loses_nothing(any_town: Town) -> None:
    any_town.enroler.texts("REG 9876543210 ABC1234567 12")
    any_town.phone(REKHA).texts("HOLD 98000-00002")
    assert any_town.phone(REKHA).last.startswith("Anil, mobile ..002, is on hold")

    any_town.enroler.texts("Ram Kumar")
    assert "your phone is on hold" in any_town.enroler.last
    any_town.enroler.texts(ENTRY)
    assert "your phone is on hold" in any_town.enroler.last
    assert any_town.rows(registration) == []

    any_town.phone(REKHA).texts(f"FREE {ENROLER}")
    any_town.enroler.texts("Ram Kumar")
    assert any_town.enroler.last.startswith("Saved"), "the draft waited"


def test_hold_enroler_several_of_one_name(town: Town) -> None:
    with town.service.engine.begin() as conn:
        for phone in (ENROLER, SUNITA):
            somebody = people.by_phone(conn, town.service.keys, phone)
            assert somebody
            sealed = somebody.key.encrypt("enroler.name", "Asha Devi")
            conn.execute(update(enroler).where(enroler.c.person_id == somebody.id).values(name_sealed=sealed))
    town.phone(REKHA).texts("HOLD asha")
    assert town.phone(REKHA).last.startswith("Several enrolers are called so.")
    assert (status_of(town, ENROLER), status_of(town, SUNITA)) == ("activated", "activated")


@pytest.mark.parametrize("level", ["Booth Worker", "king", "state"])
def test_a_slip_in_the_level_of_a_list_puts_nobody_in_charge(town: Town, level: str) -> None:
    with town.service.engine.begin() as conn:
        file = io.StringIO(f"phone,name,area,level,language\n{TYPO},Typo Lal,JH-N-RAN-KAN,{level},en\n")
        assert import_enrolers(conn, town.service.keys, file, "IN", "handset", 1.0) == (1, [])
    assert refused(town, "SUM", by=TYPO)


def test_hold_enroler_several_where_more_are_below_than_names_are_searched(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_above(town, REKHA, "JH")
    monkeypatch.setattr(charge, "NAMES_SEARCHED", 1)
    town.phone(REKHA).texts("HOLD anil")
    assert town.phone(REKHA).last == "Several enrolers are called so. Send HOLD and the mobile number."
    assert status_of(town, ENROLER) == "activated"

    town.phone(REKHA).texts(f"HOLD {ENROLER}")
    town.phone(REKHA).texts("FREE anil")
    assert status_of(town, ENROLER) == "activated", "only those who are held are searched"


def test_hold_enroler_unknown_is_herself_one_above_one_beside_and_nobody(town: Town) -> None:
    put_above(town, SUNITA, RANCHI)
    told = set()
    for whom in (REKHA, SUNITA, MWENDE, "+919811111111", "Mwende", "Rekha", "Sunita"):
        town.phone(REKHA).texts(f"HOLD {whom}")
        told.add(town.phone(REKHA).last)
    assert len(told) == 1, "one answer for all: nobody learns who is an enroler elsewhere"
    assert {status_of(town, phone) for phone in (REKHA, SUNITA, MWENDE)} == {"activated"}


@pytest.mark.parametrize("stack", ["postgres"], indirect=True)
def test_hold_enroler_unknown_is_one_who_leaves_in_the_same_instant(
    any_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = charge.called

    def reads(*arguments: Any) -> Any:
        found = called(*arguments)
        with any_town.service.engine.begin() as other:
            her = enroler.c.person_id == found[0].person.id
            other.execute(update(enroler).where(her).values(status="retired"))
        return found

    monkeypatch.setattr(charge, "called", reads)
    any_town.phone(REKHA).texts(f"HOLD {ENROLER}")
    assert "Nobody was held" in any_town.phone(REKHA).last


def test_hold_enroler_unknown_is_a_colleague_in_charge_of_the_same_area(town: Town) -> None:
    put_above(town, ENROLER, KANKE)
    town.phone(REKHA).texts(f"HOLD {ENROLER}")
    assert "Nobody was held" in town.phone(REKHA).last


def test_who_works_in_a_whole_block_without_being_in_charge_is_below(town: Town) -> None:
    put_above(town, ENROLER, KANKE)
    with town.service.engine.begin() as conn:
        somebody = people.by_phone(conn, town.service.keys, ENROLER)
        assert somebody
        conn.execute(update(enroler).where(enroler.c.person_id == somebody.id).values(level="booth"))
    assert refused(town, "SUM")
    town.phone(REKHA).texts(f"HOLD {ENROLER}")
    assert status_of(town, ENROLER) == "held"


def test_hold_enroler_not_in_charge_holds_nobody(town: Town) -> None:
    assert refused(town, f"HOLD {SUNITA}")


def test_free_enroler_freed_by_name(town: Town) -> None:
    town.phone(REKHA).texts(f"HOLD {ENROLER}")
    town.phone(REKHA).texts("FREE anil oraon")
    assert status_of(town, ENROLER) == "activated"


def test_free_enroler_several_of_one_name(town: Town) -> None:
    test_hold_enroler_several_of_one_name(town)
    for phone in (ENROLER, SUNITA):
        town.phone(REKHA).texts(f"HOLD {phone}")
    town.phone(REKHA).texts("FREE Asha")
    assert town.phone(REKHA).last.startswith("Several held enrolers are called so.")


def test_free_enroler_office_whom_the_office_holds_only_the_office_frees(town: Town) -> None:
    with town.service.engine.begin() as conn:
        somebody = people.by_phone(conn, town.service.keys, ENROLER)
        assert somebody
        assert charge.hold_for_office(conn, somebody.id)
        assert not charge.release(conn, somebody.id, unless=charge.OFFICE)
    town.phone(REKHA).texts(f"FREE {ENROLER}")
    assert "only the office can free it" in town.phone(REKHA).last
    assert status_of(town, ENROLER) == "held"


def test_free_enroler_unknown_is_one_who_is_not_held_or_not_below(town: Town) -> None:
    for whom in (ENROLER, MWENDE, REKHA):
        town.phone(REKHA).texts(f"FREE {whom}")
        assert town.phone(REKHA).last.startswith("Nobody was freed")


def test_free_enroler_not_in_charge_frees_nobody(town: Town) -> None:
    assert refused(town, f"FREE {SUNITA}")


# --- OK -----------------------------------------------------------------------------------------------------------


def test_free_registration_freed_the_person_is_asked_and_the_rule_decided(any_town: Town) -> None:
    ref = held(any_town)
    any_town.member.news  # noqa: B018
    any_town.phone(REKHA).texts(f"OK {ref.lower()}")

    assert any_town.phone(REKHA).last == f"{ref} is freed. We now text the person and ask."
    assert [text[:30] for text in any_town.member.news] == ["XYZ: Anil entered you as Ram K"]
    [one] = any_town.rows(hold)
    with any_town.service.reads.begin() as conn:
        rekha = people.by_phone(conn, any_town.service.keys, REKHA)
    assert rekha
    assert (one.decision, one.decided_by) == ("freed", rekha.id)
    any_town.member.texts("1")
    assert [row.status for row in any_town.rows(registration)] == ["confirmed"]


def test_free_registration_queued_behind_somebody_else_on_that_phone(town: Town) -> None:
    ref = held(town)
    town.enroler.texts("REG 9876543210 ABC1234575 12 Sita Devi")
    town.phone(REKHA).texts(f"OK {ref}")
    assert "That phone is asked about somebody else now" in town.phone(REKHA).last
    assert sorted(row.status for row in town.rows(registration)) == ["held", "waiting"]


def test_free_registration_stopped_a_phone_that_wants_no_messages_is_not_asked(town: Town) -> None:
    ref = held(town)
    with town.service.engine.begin() as conn:
        somebody = people.by_phone(conn, town.service.keys, town.member.number)
        assert somebody
        people.set_stopped(conn, somebody.id, 1.0)
    town.phone(REKHA).texts(f"OK {ref}")
    assert "wants no messages from us" in town.phone(REKHA).last
    assert [row.status for row in town.rows(registration)] == ["held"]


def test_free_registration_own_somebody_else_has_to_look(town: Town) -> None:
    ref = held(town, by=REKHA)
    town.phone(REKHA).texts(f"OK {ref}")
    assert "is your own entry" in town.phone(REKHA).last
    assert [row.status for row in town.rows(registration)] == ["held"]


def test_free_registration_unknown_is_one_of_other_areas_or_not_held(town: Town) -> None:
    ref = held(town)
    put_above(town, SUNITA, "JH-N-RAN-ORM")
    town.phone(SUNITA).texts(f"OK {ref}")
    assert [row.status for row in town.rows(registration)] == ["held"]
    elsewhere = town.phone(SUNITA).last
    town.phone(SUNITA).texts("OK R4K7P")
    assert town.phone(SUNITA).last == elsewhere, "one answer: nobody learns which references there are"


def test_free_registration_not_in_charge_frees_nothing(town: Town) -> None:
    ref = held(town)
    assert refused(town, f"OK {ref}")
    assert [row.status for row in town.rows(registration)] == ["held"]

"""The tallies of the areas: at every moment what is settled, with what is not yet, is what the rows say."""

from __future__ import annotations

import io
import random
from collections import Counter

import pytest
from sqlalchemy import delete, insert, select, update

from sms_service.enrolment import figures, tallies
from sms_service.enrolment.areas import import_areas
from sms_service.store.tables import area, member, registration, tally, tally_change
from tests.town import ENTRY, Town
from workers import sweep

STATUSES = ("waiting", "confirmed", "refused", "held", "deleted")
OTHER = "REG 9876543211 ABC1234575 12 Sita Devi"
KANKE, BOOTH, ORMANJHI = "JH-N-RAN-KAN", "JH-N-RAN-KAN-12", "JH-N-RAN-ORM"


def check(town: Town) -> None:
    """Compares the figures of every area with the rows, counted one by one."""
    rows = {row.id: row for row in town.rows(area)}
    counted: dict[int, Counter[str]] = {one: Counter() for one in rows}
    entered = [(row.area_id, row.status) for row in town.rows(registration)]
    entered += [(row.area_id, "member") for row in town.rows(member) if row.status == "valid"]
    for area_id, status in entered:
        one: int | None = area_id
        while one is not None:
            counted[one][status] += 1
            one = rows[one].parent_id
    for outer in rows.values():
        with town.service.reads.begin() as conn:
            shown = figures.of(conn, outer.id)
        assert {one.area_id for one in shown[1:]} == {row.id for row in rows.values() if row.parent_id == outer.id}
        for here in shown:
            real = counted[here.area_id]
            told = (here.confirmed, here.waiting, here.held, here.refused)
            assert told == (real["member"], real["waiting"], real["held"], real["refused"]), (outer.code, here.name)


def settle(town: Town) -> None:
    """Settles all that is open, as the sweeper does."""
    town.sweep()
    assert town.rows(tally_change) == []


def scatter(town: Town, count: int, seed: int = 1) -> None:
    """Registrations of every status in every area."""
    town.enrols()
    chance = random.Random(seed)
    with town.service.engine.begin() as conn:
        entered = conn.execute(select(registration).limit(1)).one()
        same = {name: getattr(entered, name) for name in ("person_id", "enroler_id", "fields_sealed", "created_at")}
        places = conn.execute(select(area.c.id)).scalars().all()
        rows = [
            {**same, "ref": f"X{n}", "area_id": chance.choice(places), "status": chance.choice(STATUSES[1:])}
            for n in range(count)
        ]
        conn.execute(insert(registration), rows)


def test_every_step_of_a_registration_is_counted_before_and_after_it_is_settled(any_town: Town) -> None:
    ref = ""
    for step in (ENTRY, "FIX {ref} BOOTH 11", "DEL {ref}", ENTRY, "yes", OTHER, "no", "LEAVE"):
        by = {"yes": "1", "no": "2", "LEAVE": "LEAVE"}.get(step)
        phone = any_town.phone(OTHER.split()[1].join(("+91", "")) if step == "no" else any_town.member.number)
        if by:
            phone.texts(by)
        else:
            any_town.enroler.texts(step.format(ref=ref))
        ref = any_town.rows(registration)[-1].ref
        check(any_town)
        if step in ("FIX {ref} BOOTH 11", "yes"):
            settle(any_town)
            check(any_town)
    assert {row.status for row in any_town.rows(registration)} >= {"deleted", "confirmed"}
    settle(any_town)
    check(any_town)


def test_rows_that_are_written_changed_moved_and_deleted_by_the_thousand_are_counted(any_town: Town) -> None:
    scatter(any_town, 1000)
    check(any_town)
    with any_town.service.engine.begin() as conn:
        assert tallies.settle(conn, most=300) == 300
    check(any_town)
    settle(any_town)
    check(any_town)
    with any_town.service.engine.begin() as conn:
        booth = conn.execute(select(area.c.id).where(area.c.code == BOOTH)).scalar_one()
        held = registration.c.status == "held"
        conn.execute(update(registration).where(held, registration.c.id % 2 == 0).values(area_id=booth))
        conn.execute(update(registration).where(held, registration.c.id % 3 == 0).values(status="refused"))
        conn.execute(delete(registration).where(registration.c.status == "refused", registration.c.id % 5 == 0))
        conn.execute(update(member).values(status="withdrawn"))
    check(any_town)
    settle(any_town)
    check(any_town)


def test_what_is_written_and_taken_back_leaves_nothing(any_town: Town) -> None:
    scatter(any_town, 20)
    settle(any_town)
    before = any_town.rows(tally)
    with any_town.service.engine.connect() as conn:
        conn.execute(update(registration).values(status="expired"))
        conn.rollback()
    with any_town.service.engine.begin() as conn:
        conn.execute(update(registration).values(flags="voter_id:legacy", status=registration.c.status))
    assert (any_town.rows(tally_change), any_town.rows(tally)) == ([], before)


def line(town: Town, code: str, **new: str) -> str:
    """The line of an area that is there, with something else in it."""
    [row] = [row for row in town.rows(area) if row.code == code]
    parents = {one.id: one.code for one in town.rows(area)}
    values = {"code": code, "parent": parents.get(row.parent_id, ""), "level": row.level, "name": row.name, **new}
    return "code,parent,level,name,target\n" + ",".join(values.values()) + f",{row.target}\n"


@pytest.mark.parametrize("settled", [True, False], ids=["settled", "not settled"])
def test_an_area_that_moves_takes_its_figures_with_it(any_town: Town, settled: bool) -> None:
    scatter(any_town, 300)
    if settled:
        settle(any_town)
    for code, parent in ((BOOTH, ORMANJHI), (KANKE, ""), (ORMANJHI, BOOTH), (KANKE, ORMANJHI), (KANKE, "JH-N-RAN")):
        text = line(any_town, code, parent=parent)
        with any_town.service.engine.begin() as conn:
            import_areas(conn, io.StringIO(text))
        check(any_town)
    settle(any_town)
    check(any_town)


def test_new_areas_are_numbered_anew_and_the_figures_stay(any_town: Town) -> None:
    scatter(any_town, 100)
    lines = "A0,,state,First,0\nA1,A0,block,Block,0\nA2,JH-N-RAN-KAN,booth,Booth 99,0\n"
    with any_town.service.engine.begin() as conn:
        import_areas(conn, io.StringIO("code,parent,level,name,target\n" + lines))
    check(any_town)
    settle(any_town)
    check(any_town)


def test_while_somebody_settles_or_imports_a_second_sweeper_leaves_it_to_her(any_town: Town) -> None:
    scatter(any_town, 10)
    engine = any_town.service.engine
    if engine.dialect.name == "sqlite":
        settle(any_town)  # it has one writer: nobody else could begin
    else:
        with engine.begin() as first, engine.begin() as second:
            assert tallies.settle(first, most=3) == 3
            assert tallies.settle(second) == 0
        settle(any_town)
    check(any_town)


def test_a_round_of_the_sweeper_ends_and_the_next_goes_on(any_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "BATCH", 2)
    monkeypatch.setattr(sweep, "SETTLINGS", 3)
    scatter(any_town, 30)
    before = len(any_town.rows(tally_change))
    any_town.sweep()
    assert len(any_town.rows(tally_change)) == before - 6
    check(any_town)


def test_all_tallies_are_read_a_page_at_a_time(any_town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    scatter(any_town, 200)
    settle(any_town)
    monkeypatch.setattr(tallies, "PAGE", 3)
    with any_town.service.engine.begin() as conn:
        conn.execute(update(tally).values(within=0))
        tallies.roll_up(conn, {row.id: row.parent_id for row in conn.execute(select(area.c.id, area.c.parent_id))})
    check(any_town)

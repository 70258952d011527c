"""Every table is decided upon: whoever adds one says what becomes of it when a person is forgotten, or these fail."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Table, select

from sms_service.enrolment.remains import ERASED, KEPT, NOBODYS
from sms_service.store import tables
from sms_service.store.people import Person
from sms_service.store.tables import APPEND_ONLY, metadata
from tests.enrolment.test_erasure import ENTERED, ZEBULON, forget, her, sweep
from tests.town import Town
from tests.workers.conftest import Clock, clock

__all__ = ["clock"]

ABOUT_PEOPLE = {"person", "enroler", "registration", "member"}
"""What points at these is about somebody."""


def points_at_people(table: Table) -> bool:
    """By a foreign key, or a column named for one: `person_id`, `member_number`, `enroler_id`."""
    names = {f"{one}_{key}" for one in ABOUT_PEOPLE for key in ("id", "number")}
    keys = {key.column.table.name for key in table.foreign_keys}
    return bool(keys & ABOUT_PEOPLE) or bool(names & {column.name for column in table.columns})


def sealed(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.name.endswith("_sealed")]


@pytest.mark.parametrize("name", list(metadata.tables))
def test_every_table_is_decided_upon_once(name: str) -> None:
    decided = [where for where in (ERASED, KEPT, NOBODYS) if name in where]
    assert len(decided) == 1, f"say in enrolment/remains.py what becomes of {name} when a person is forgotten"


def test_nothing_is_decided_that_is_not_there() -> None:
    assert {*ERASED, *KEPT, *NOBODYS} == set(metadata.tables)


@pytest.mark.parametrize("name", sorted(NOBODYS))
def test_a_table_that_is_nobodys_names_nobody_and_hides_nothing(name: str) -> None:
    table = metadata.tables[name]
    assert not points_at_people(table)
    assert not sealed(table)


@pytest.mark.parametrize("name", sorted(KEPT))
def test_what_is_kept_is_evidence_or_has_nothing_sealed(name: str) -> None:
    assert name in APPEND_ONLY or not sealed(metadata.tables[name])


# --- and it is done -----------------------------------------------------------------------------------------------


def rows_of(town: Town, whom: Person, table: Table) -> list[Any]:
    """Her rows of a table, found as a reader of the database would."""
    with town.service.reads.begin() as conn:
        registrations = select(tables.registration.c.id).where(tables.registration.c.person_id == whom.id)
        members = select(tables.member.c.number).where(tables.member.c.person_id == whom.id)
        by = {
            "person_id": [whom.id], "registration_id": conn.execute(registrations).scalars().all(),
            "member_number": conn.execute(members).scalars().all(),
        }  # fmt: skip
        if table.name == "person":
            return list(conn.execute(select(table).where(table.c.id == whom.id)))
        hers = [table.c[name].in_(ids) for name, ids in by.items() if name in table.c]
        return [row for one in hers for row in conn.execute(select(table).where(one))]


def test_of_what_is_erased_no_sealed_column_has_anything(town: Town, clock: Clock) -> None:
    town.enroler.texts(ENTERED)
    for text in ("hello", "1", "CARD", "HELP"):
        town.phone(ZEBULON).texts(text)
    whom = her(town, ZEBULON)
    erased = [metadata.tables[name] for name in ERASED]
    filled = {table.name for table in erased for row in rows_of(town, whom, table) if filled_columns(table, row)}
    assert {"person", "registration", "card", "turn", "outbox"} <= filled, "she has left something there"

    forget(town, clock, ZEBULON)
    sweep(town, clock)

    assert [table.name for table in erased for row in rows_of(town, whom, table) if filled_columns(table, row)] == []
    assert [row.wrapped_key for row in rows_of(town, whom, tables.person)] == [None]


def filled_columns(table: Table, row: Any) -> list[str]:
    return [name for name in sealed(table) if getattr(row, name)]

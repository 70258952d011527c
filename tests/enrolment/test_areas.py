"""The tree of areas: read from a CSV file, line by line, and asked for an enroler's booth."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from sms_service.enrolment import areas
from sms_service.enrolment.areas import BadLine, import_areas
from sms_service.store.tables import area
from tests.town import Town

HEADER = "code,parent,level,name,target\n"


def read(town: Town, lines: str, header: str = HEADER) -> tuple[int, list[BadLine]]:
    with town.service.engine.begin() as conn:
        return import_areas(conn, io.StringIO(header + lines))


def stored(town: Town) -> dict[str, tuple[str, int]]:
    return {row.code: (row.name, row.target) for row in town.rows(area)}


def test_a_tree_is_read_and_read_again_without_change(any_town: Town) -> None:
    lines = "BR,,state,Bihar,900\nBR-P,BR,district,Patna,100\n"

    assert read(any_town, lines) == (2, [])
    once = any_town.rows(area)
    assert read(any_town, lines) == (2, [])
    assert any_town.rows(area) == once
    assert stored(any_town)["BR-P"] == ("Patna", 100)


def test_a_changed_line_changes_its_area(any_town: Town) -> None:
    read(any_town, "BR,,state,Bihar,900\n")
    read(any_town, "BR,,state,Bihar,1000\n")
    assert stored(any_town)["BR"] == ("Bihar", 1000)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("BR-P,XX,district,Patna,1", "parent XX does not stand above this line"),
        (",,state,Bihar,1", "code or name is empty"),
        ("BR,,state,,1", "code or name is empty"),
        ("BR,,state,Bihar,many", "target many is not a whole number up to 2000000000"),
        ("BR,,state,Bihar,-1", "target -1 is not a whole number up to 2000000000"),
        ("BR,,state,Bihar,3000000000", "target 3000000000 is not a whole number up to 2000000000"),
        ("BR,,state", "this line does not have 5 cells"),
        ("BR,,state,Bihar,1,2,3", "this line does not have 5 cells"),
        (f"{'B' * 65},,state,Bihar,1", "code is longer than 64 characters"),
        (f"BR,,{'s' * 33},Bihar,1", "level is longer than 32 characters"),
        (f"BR,,state,{'B' * 201},1", "name is longer than 200 characters"),
        ("JH,JH-N-RAN,state,Jharkhand,1", "parent JH-N-RAN lies in this area itself"),
        ("JH,JH,state,Jharkhand,1", "parent JH lies in this area itself"),
    ],
)
def test_a_bad_line_is_left_out_and_the_others_are_read(any_town: Town, line: str, problem: str) -> None:
    count, bad = read(any_town, f"GA,,state,Goa,5\n{line}\nKL,,state,Kerala,6\n")

    assert count == 2
    assert bad == [BadLine(3, problem)]
    assert {"GA", "KL"} <= set(stored(any_town))


def test_spaces_a_byte_order_mark_surplus_columns_and_an_empty_target_do_no_harm(town: Town) -> None:
    header = "\ufeffcode , parent,level,name,target,remark\n"
    assert read(town, " GA ,, state, Goa ,,by the sea\n", header) == (1, [])
    assert stored(town)["GA"] == ("Goa", 0)


def test_a_file_without_its_header_is_refused_whole(town: Town) -> None:
    with pytest.raises(
        ValueError, match="the header line lacks parent, target; it should be code,parent,level,name,target"
    ):
        read(town, "GA,state,Goa\n", "code,level,name\n")
    with pytest.raises(ValueError, match="the header line lacks code"):
        read(town, "", "")


def test_the_booth_of_a_number_is_looked_for_near_the_enroler(town: Town) -> None:
    with town.service.reads.begin() as conn:
        ids = {row.code: row.id for row in conn.execute(select(area.c.code, area.c.id))}
        kanke, booth_11, booth_12 = (ids[f"JH-N-RAN-KAN{end}"] for end in ("", "-11", "-12"))

        assert areas.booth_near(conn, booth_11, "12") == booth_12, "a sibling of her own booth"
        assert areas.booth_near(conn, kanke, "12") == booth_12, "a booth of her block"
        assert areas.booth_near(conn, kanke, "4") is None, "that one is another block's"
        assert areas.booth_near(conn, kanke, "") is None


def test_an_area_is_described_with_the_one_above(town: Town) -> None:
    with town.service.reads.begin() as conn:
        ids = {row.code: row.id for row in conn.execute(select(area.c.code, area.c.id))}
        assert areas.id_of(conn, "JH") == ids["JH"]
        assert areas.id_of(conn, "XX") is None
        assert areas.described(conn, ids["JH-N-RAN-KAN-12"]) == "Booth 12, Kanke"
        assert areas.described(conn, ids["JH"]) == "Jharkhand"

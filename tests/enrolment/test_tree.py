"""The areas as a tree: what lies in what, by numbers and while they are missing, and where the drive is on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, select, update

from sms_service.enrolment import tree
from sms_service.enrolment.tree import Times
from sms_service.store.tables import area
from tests.town import Town

DISTRICT, BLOCK, BOOTH = "JH-N-RAN", "JH-N-RAN-KAN", "JH-N-RAN-KAN-12"


@pytest.fixture
def conn(any_town: Town) -> Iterator[Connection]:
    """A transaction in a town with the demonstration's areas, which are numbered."""
    with any_town.service.engine.begin() as conn:
        yield conn


def ids(conn: Connection) -> dict[str, int]:
    return {row.code: row.id for row in conn.execute(select(area.c.code, area.c.id))}


def held(conn: Connection) -> set[tuple[str, str]]:
    """Which area holds which, as `holds` says."""
    known = ids(conn)
    return {(outer, inner) for outer in known for inner in known if tree.holds(conn, known[outer], known[inner])}


def test_an_area_holds_itself_and_all_below_it_and_nothing_else(conn: Connection) -> None:
    parents = {row.id: row.parent_id for row in conn.execute(select(area.c.id, area.c.parent_id))}
    expected = set()
    for code, inner in ids(conn).items():
        outer: int | None = inner
        while outer is not None:
            expected.add((next(name for name, one in ids(conn).items() if one == outer), code))
            outer = parents[outer]
    assert (DISTRICT, BOOTH) in expected
    assert held(conn) == expected


def test_while_the_numbers_are_missing_the_answer_is_the_same(conn: Connection) -> None:
    numbered = held(conn)
    conn.execute(update(area).where(area.c.code == BLOCK).values(first=None, last=None))
    assert held(conn) == numbered
    conn.execute(update(area).values(first=None, last=None))
    assert held(conn) == numbered
    assert tree.range_of(conn, ids(conn)[BLOCK]) is None


def test_a_subtree_is_one_range_of_numbers(conn: Connection) -> None:
    found = tree.range_of(conn, ids(conn)[BLOCK])
    assert found
    inside = conn.execute(select(area.c.code).where(area.c.first.between(*found))).scalars()
    assert set(inside) == {inner for outer, inner in held(conn) if outer == BLOCK}


def test_numbering_again_changes_nothing(conn: Connection) -> None:
    assert tree.is_numbered(conn)
    assert tree.number(conn) == 0
    conn.execute(update(area).where(area.c.code == BOOTH).values(first=None))
    assert not tree.is_numbered(conn)
    assert tree.number(conn) == 1
    assert tree.is_numbered(conn)


def test_a_tree_of_any_depth_is_numbered() -> None:
    deep: dict[int | None, list[int]] = {None: [1], **{number: [number + 1] for number in range(1, 5000)}}
    assert next(tree.nested(deep)) == (5000, 5000, 5000)
    assert list(tree.nested({None: [1, 4], 1: [2, 3]})) == [(2, 2, 2), (3, 3, 3), (1, 1, 3), (4, 4, 4)]


def test_those_above_come_the_nearest_first(conn: Connection) -> None:
    known = ids(conn)
    assert tree.above(conn, known[BOOTH])[:2] == [known[BLOCK], known[DISTRICT]]
    assert tree.above(conn, known[BOOTH])[-1] == known["JH"]
    assert tree.above(conn, known["JH"]) == []


@pytest.mark.parametrize(
    ("district", "block", "open_at"),
    [
        (None, None, [1, 50, 99]),
        (Times(10, 60), None, [50]),
        (Times(None, 60), None, [1, 50]),
        (Times(10, None), None, [50, 99]),
        (Times(10, 60), Times(90, None), [99]),
        (Times(90, None), Times(None, 60), [1, 50]),
    ],
)
def test_the_nearest_area_that_says_when_decides(
    conn: Connection, district: Times | None, block: Times | None, open_at: list[float]
) -> None:
    known = ids(conn)
    for code, times in ((DISTRICT, district), (BLOCK, block)):
        if times:
            tree.set_times(conn, known[code], times)
    assert [now for now in (1, 50, 99) if tree.is_open(conn, known[BOOTH], now)] == open_at
    assert tree.is_open(conn, known["JH"], 99), "what lies below says nothing about it"


def test_it_opens_at_its_first_second_and_is_closed_from_its_last(conn: Connection) -> None:
    booth = ids(conn)[BOOTH]
    tree.set_times(conn, booth, Times(10, 60))
    assert [tree.is_open(conn, booth, now) for now in (9.9, 10, 59.9, 60)] == [False, True, True, False]
    assert tree.own_times(conn, booth) == tree.times_of(conn, booth) == Times(10, 60)

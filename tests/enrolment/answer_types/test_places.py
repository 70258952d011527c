"""Areas, by code and by name."""

from __future__ import annotations

from sqlalchemy import create_engine, insert

from sms_service.enrolment import areas
from sms_service.enrolment.answer_types import Setting
from sms_service.store import tables
from tests.enrolment.answer_types.reading import NOON, read


def test_an_area_is_named_by_its_code_or_its_name() -> None:
    assert read("area", " Ranchi. ") == read("area", "jh-n-ran") == "JH-N-RAN"
    assert read("area", "Ranchi", level="block") == "?no_such_area"
    assert read("area", "Delhi") == "?no_such_area"
    assert read("area", "Ranchi", Setting(("IN",), "en", NOON)) == "?no_such_area"


def test_areas_are_found_by_code_and_by_name_where_there_is_but_one() -> None:
    engine = create_engine("sqlite://")
    tables.metadata.create_all(engine, [tables.area])
    rows = [
        ("JH-N-RAN", "district", "Ranchi"), ("JH-RANB", "block", "राँची"), ("A-12", "booth", "Booth 12"),
        ("B-12", "booth", "Booth 12"), ("KAN", "block", "Kānke"),
    ]  # fmt: skip
    with engine.begin() as conn:
        conn.execute(insert(tables.area), [{"code": c, "level": level, "name": name} for c, level, name in rows])
        for typed, level, code in [
            ("Ranchi", "", "JH-N-RAN"), ("RANCHI", "district", "JH-N-RAN"), ("Ranchi", "block", None),
            ("jh n ran", "", "JH-N-RAN"),
            ("रांची", "", "JH-RANB"), ("kanke", "", "KAN"), ("Booth 12", "", None), ("A-12", "", "A-12"),
            ("a 12", "booth", "A-12"),
            ("", "", None), ("%", "", None), ("Delhi", "", None),
        ]:  # fmt: skip
            assert areas.called(conn, typed, level) == code
    engine.dispose()

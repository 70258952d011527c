"""Where an entry counts: near its enroler, by the number of a booth or the code of an area."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from sms_service.engine.model import Field
from sms_service.enrolment import enrolers
from sms_service.enrolment.places import Place, name_of, place_of, reach
from sms_service.store import people
from sms_service.store.tables import area
from tests.town import ENROLER, Town


def ids(conn: Connection) -> dict[str, int]:
    return {row.code.removeprefix("JH-N-RAN-"): row.id for row in conn.execute(select(area.c.code, area.c.id))}


ASKED = (Field("booth", "booth"), Field("area", "area"))


def place(town: Town, **fields: str) -> Place:
    """Where an entry of the enroler of booth 11 counts."""
    with town.service.reads.begin() as conn:
        somebody = people.by_phone(conn, town.service.keys, ENROLER)
        assert somebody
        enroler = enrolers.by_person(conn, somebody)
        assert enroler
        return place_of(conn, enroler, fields, ASKED)


def test_the_enroler_of_a_booth_enters_people_in_its_block(town: Town) -> None:
    with town.service.reads.begin() as conn:
        known = ids(conn)
        assert reach(conn, known["KAN-12"]) == known["KAN"]
        assert reach(conn, known["KAN"]) == known["KAN"]
        assert name_of(conn, known["KAN"]) == "Kanke"
    assert place(town, booth="11") == Place(known["KAN-11"], False, known["KAN"]), "her own"
    assert place(town, booth="12") == Place(known["KAN-12"], False, known["KAN"]), "the next one to it"


def test_a_booth_of_another_block_is_outside_and_counts_for_her_own(town: Town) -> None:
    assert place(town, booth="4").outside
    assert place(town, booth="4").area_id == place(town).area_id


def test_without_a_booth_it_counts_for_her_own(town: Town) -> None:
    with town.service.reads.begin() as conn:
        known = ids(conn)
    assert place(town) == Place(known["KAN-11"], False, known["KAN"])


def test_the_code_of_an_area_goes_before_the_number_of_a_booth(town: Town) -> None:
    with town.service.reads.begin() as conn:
        known = ids(conn)
    assert place(town, area="JH-N-RAN-KAN-11", booth="12") == Place(known["KAN-11"], False, known["KAN"])
    assert place(town, area="JH", booth="12").outside, "a state is more than her block"


def test_the_number_of_a_booth_is_not_the_code_of_an_area(town: Town) -> None:
    with town.service.engine.begin() as conn:
        conn.execute(insert(area).values(code="12", level="district", name="Twelve", target=0))
        known = ids(conn)
    assert place(town, booth="12") == Place(known["KAN-12"], False, known["KAN"])

"""What the text of a person is read with: the country of her numbers, her language, and how she names areas."""

from __future__ import annotations

from functools import partial

from sqlalchemy import Connection

from sms_service.enrolment import areas, charge
from sms_service.enrolment.answer_types import Setting
from sms_service.enrolment.answer_types.registry import AreaCalled
from sms_service.enrolment.reading.answer import regions_for
from sms_service.store.people import Person


def setting_of(conn: Connection, person: Person, region: str, now: float, media: tuple[str, ...] = ()) -> Setting:
    """`region` is the drive's country; `media` are the addresses of pictures that came along."""
    return Setting(
        regions=regions_for(person.phone, region), language=person.language, now=now, media=media,
        area_called=_areas(conn, person),
    )  # fmt: skip


def _areas(conn: Connection, person: Person) -> AreaCalled:
    """Whoever is in charge means an area of hers: there is a Booth 12 in every block."""
    found: list[AreaCalled] = []

    def called(text: str, level: str = "", /) -> str | None:
        if not found:  # most texts ask for no area
            own = charge.of(conn, person.id) if person.enroler else None
            found.append(charge.Places(conn, own) if own else partial(areas.called, conn))
        return found[0](text, level)

    return called

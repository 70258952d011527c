"""Who is in charge of what: the enrolers above a booth, those below them, and the areas that they may name."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, select, update

from sms_service.engine.answers import fold
from sms_service.enrolment import enrolers, tree
from sms_service.enrolment.enrolers import Enroler
from sms_service.privacy import Keys
from sms_service.store import people
from sms_service.store.folded import folded
from sms_service.store.tables import area, enroler, person

LOWEST = "booth"
"""The level of those who are in charge of nobody, also where they work in a whole block."""

NAMES_SEARCHED = 5_000
"""Names of enrolers that are opened to find one by her name: 0.2 s, since each is encrypted. A district has some thousand;
whoever has more below her names the phone."""

NAMED_MAX = 1_000
"""Areas of one name that are looked through for the one right below: more than any block has."""

OFFICE, IN_CHARGE = "office", "in charge"
"""Reasons of a hold: what the office held, only the office frees."""


class TooMany(Exception):
    """More enrolers are below than can be searched for a name. To find one among the first of them would not do: another
    may be called so."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What somebody is in charge of: her area, and all below it. `range`: their numbers, see tree.range_of."""

    person_id: int
    area_id: int
    range: tuple[int, int]


def of(conn: Connection, person_id: int) -> Charge | None:
    """What this person is in charge of; None unless she is an activated enroler of the level of her area, above a booth, with
    areas below hers: a slip in a list (`Booth Worker` in a block) makes nobody the one in charge.

    None too while an import has not numbered the areas: nothing is decided by half a tree.
    """
    own = (enroler.c.person_id == person_id) & (enroler.c.status == "activated") & (enroler.c.level != LOWEST)
    hers = (area.c.id == enroler.c.area_id) & (area.c.level == enroler.c.level)
    area_id = conn.execute(select(enroler.c.area_id).join(area, hers).where(own)).scalar_one_or_none()
    if area_id is None:
        return None
    numbers = tree.range_of(conn, area_id)
    return Charge(person_id, area_id, numbers) if numbers and numbers[0] < numbers[1] else None


# --- enrolers below -----------------------------------------------------------------------------------------------


def is_below(conn: Connection, charge: Charge, person_id: int) -> bool:
    """Whether this enroler is below: in an area below, or in the same one and in charge of nobody. Nobody is below herself."""
    row = conn.execute(
        select(enroler.c.area_id, enroler.c.level).where(
            enroler.c.person_id == person_id, enroler.c.status != "retired"
        )
    ).one_or_none()
    if row is None or person_id == charge.person_id:
        return False
    if row.area_id == charge.area_id:
        return str(row.level) == LOWEST
    return tree.holds(conn, charge.area_id, row.area_id)


def called(conn: Connection, keys: Keys, charge: Charge, whom: str, statuses: Collection[str]) -> list[Enroler]:
    """The enrolers below of these statuses whom `whom` names: by phone (E.164) the one; by name two at most whose name has
    these words, since nobody is chosen among several. Raises TooMany."""
    if whom.startswith("+"):
        somebody = people.by_phone(conn, keys, whom)
        found = enrolers.by_person(conn, somebody) if somebody else None
        return [found] if found and found.status in statuses and is_below(conn, charge, found.person.id) else []
    typed = set(fold(whom).split())
    named = (one for one, name in _names(conn, keys, charge, statuses) if typed and typed <= set(fold(name).split()))
    known = (people.by_id(conn, keys, person_id) for person_id in islice(named, 2))
    return [found for somebody in known if somebody and (found := enrolers.by_person(conn, somebody))]


def _names(conn: Connection, keys: Keys, charge: Charge, statuses: Collection[str]) -> Iterator[tuple[int, str]]:
    """The names of those below (see is_below), each with its person. Raises TooMany."""
    own = charge.area_id
    rows = conn.execute(
        select(enroler.c.person_id, enroler.c.name_sealed, person.c.wrapped_key)
        .join(area, area.c.id == enroler.c.area_id)
        .join(person, person.c.id == enroler.c.person_id)
        .where(area.c.first.between(*charge.range), (enroler.c.area_id != own) | (enroler.c.level == LOWEST))
        .where(enroler.c.status.in_(statuses), enroler.c.person_id != charge.person_id)
        .where(person.c.wrapped_key.is_not(None))
        .limit(NAMES_SEARCHED + 1)
    ).all()
    if len(rows) > NAMES_SEARCHED:
        raise TooMany
    for row in rows:
        yield row.person_id, keys.person_key(row.wrapped_key).decrypt("enroler.name", row.name_sealed)


def is_elsewhere(conn: Connection, charge: Charge, person_id: int) -> bool:
    """Whether somebody is, or was, an enroler, but none below: herself, one above, one of other areas, a retired one."""
    known = conn.execute(select(enroler.c.status).where(enroler.c.person_id == person_id)).first()
    return known is not None and not is_below(conn, charge, person_id)


def hold(conn: Connection, person_id: int, reason: str) -> bool:
    """Holds an activated enroler; False if she is not one. What she entered, and her drafts, stay."""
    query = update(enroler).where(enroler.c.person_id == person_id, enroler.c.status == "activated")
    return conn.execute(query.values(status="held", hold_reason=reason)).rowcount == 1


def call_back(conn: Connection, person_id: int) -> bool:
    """Takes an appointment back before it is used: the code is void. False if she is not appointed, or has used it."""
    query = update(enroler).where(enroler.c.person_id == person_id, enroler.c.status == "appointed")
    return conn.execute(query.values(status="retired", code_index=None, code_until=None)).rowcount == 1


def hold_for_office(conn: Connection, person_id: int) -> bool:
    """The office holds an active enroler, or one whom somebody else holds: from now on only the office frees her."""
    query = update(enroler).where(enroler.c.person_id == person_id, enroler.c.status.in_(("activated", "held")))
    return conn.execute(query.values(status="held", hold_reason=OFFICE)).rowcount == 1


def release(conn: Connection, person_id: int, unless: str = "") -> bool:
    """Activates a held enroler again; False if she is not held, or for the reason `unless`."""
    query = update(enroler).where(enroler.c.person_id == person_id, enroler.c.status == "held")
    if unless:
        query = query.where(enroler.c.hold_reason != unless)
    return conn.execute(query.values(status="activated", hold_reason="")).rowcount == 1


# --- areas below --------------------------------------------------------------------------------------------------


class Places:
    """The areas that somebody in charge may name: her own, and those below."""

    def __init__(self, conn: Connection, charge: Charge) -> None:
        self._conn, self._charge = conn, charge

    def __call__(self, text: str, level: str = "", /) -> str | None:
        """The code of the one area that `text` names, as `answer_types.registry.AreaCalled` wants it."""
        found = self.named(text, level)
        return found[0][1] if len(found) == 1 else None

    def named(self, text: str, level: str = "") -> list[tuple[int, str]]:
        """Id and code of the areas with this code or name, however it is spelt. Of several, the one right below hers, if
        there is one: there is a Booth 12 in every block."""
        typed = folded(text)
        if not typed:
            return []
        within = select(area.c.id, area.c.code, area.c.parent_id).where(area.c.first.between(*self._charge.range))
        if level:
            within = within.where(area.c.level == level)
        for same in (area.c.code == text.strip(), area.c.code_folded == typed, area.c.name_folded == typed):
            found = self._conn.execute(within.where(same).limit(NAMED_MAX)).all()
            near = [row for row in found if row.parent_id == self._charge.area_id]
            if found:
                return [(row.id, row.code) for row in (near if len(near) == 1 else found)]
        return []

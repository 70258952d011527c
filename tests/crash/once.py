"""What must be there once in the end, held against what is: lost, doubled, half or unsettled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

from sqlalchemy import Table

from sms_service.store.tables import card, consent, member, outbox, registration
from tests.crash.lines import Site


class Broken(AssertionError):
    """A promise is broken; the name of the class says which way."""


class Lost(Broken):
    """Something is missing."""


class Doubled(Broken):
    """Something is there twice."""


class Half(Broken):
    """One part of a turn is there, and another is not."""


class Unsettled(Broken):
    """A message stays under way for ever."""


def same(found: Sequence[Hashable], expected: Sequence[Hashable], what: str) -> None:
    """Raises Broken unless these are the same, in the same order."""
    surplus, missing = Counter(found) - Counter(expected), Counter(expected) - Counter(found)
    told = f"{what}: {list(found)}, and not {list(expected)}"
    if surplus and missing:
        raise Half(told)
    if missing:
        raise Lost(told)
    if surplus:
        raise Doubled(told)
    if list(found) != list(expected):
        raise Half(told)


def says(heard: Sequence[str], *beginnings: str) -> None:
    """These messages were accepted, each once, in this order."""
    known = sorted(set(beginnings), key=len, reverse=True)
    same([next((b for b in known if text.startswith(b)), text) for text in heard], beginnings, "heard")


def has(site: Site, table: Table, column: str, *values: Hashable) -> None:
    """The rows of `table` have these values, in the order of their key."""
    same([getattr(row, column) for row in site.rows(table)], values, f"{table.name}.{column}")


def counts(site: Site, **tables: int) -> None:
    """So many rows are in each of these tables: member, card, consent, registration."""
    for one in (member, card, consent, registration):
        if one.name in tables:
            same(["row"] * len(site.rows(one)), ["row"] * tables[one.name], one.name)


def enrolled_once(site: Site) -> None:
    """One consent, one member, one card, nothing on the disk, and all that was said is sent."""
    has(site, consent, "decision", "given")
    has(site, registration, "status", "confirmed")
    counts(site, member=1)
    has(site, card, "status", "ready")
    all_sent(site)


def all_sent(site: Site) -> None:
    """Every message is sent, and the disk keeps nothing."""
    statuses = {row.status for row in site.rows(outbox)}
    if statuses != {"sent"}:
        raise Lost(f"outbox: {statuses}")
    if len(site.service.spool):
        raise Lost("a message still lies on the disk")


def settled(site: Site) -> None:
    """No message is under way any more."""
    under_way = [row.status for row in site.rows(outbox) if row.status in ("queued", "sending")]
    if under_way:
        raise Unsettled(f"after all rounds of the sweeper: {under_way}")


def once_or_held(site: Site, expected: dict[str, str]) -> None:
    """Each phone heard its text at most once; who did not, has it held and listed."""
    held = [row for row in site.rows(outbox) if row.status == "held"]
    missing = 0
    for phone, beginning in expected.items():
        heard = site.heard(phone)
        if heard:
            says(heard, beginning)
        else:
            missing += 1
    if missing > len(held):
        raise Lost(f"{missing} heard nothing, and {len(held)} are held")
    same(sorted(row.ref for row in held), sorted(site.listed()), "held, and listed")

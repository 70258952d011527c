"""What becomes of a flow, and for whom: it goes from one version to another, or out of service. In words and for programs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Connection

from sms_service.authoring.changes import Changes, Fate, Written, calls, compare, fate, ways_in, written
from sms_service.store import flow_versions
from sms_service.store.sessions import Standing

SHORT = 12
"""Hexadecimal digits of a version that are shown: enough for a few million versions."""


@dataclass(frozen=True)
class Affected:
    """How many people stand in a state that changes or is gone."""

    state: str
    people: int
    fate: Fate


@dataclass(frozen=True)
class Move:
    """One flow that goes from one version to another.

    `old` is "" where it does not serve (and `changes` None): it never did, or it is `withdrawn`. `new` is "" for a file
    that is only looked at. `unknown` are open sessions of an earlier release: nobody knows where they stand until their
    next turn. `behind` people stand in versions of other flows that call this one and will not serve then.
    """

    flow: str
    old: str
    new: str
    source: str
    changes: Changes | None
    affected: list[Affected]
    unknown: int
    withdrawn: bool = False
    behind: int = 0

    def words(self) -> list[str]:
        """What changes, and for whom, line by line."""
        new = self.new[:SHORT] or "the file"
        if self.changes is None:
            states = written(self.source, self.flow).get("states") or ()
            count = "1 state" if len(states) == 1 else f"{len(states)} states"
            was = "out of service until now" if self.withdrawn else "never published before"
            lines = [f"{self.flow}: {new}, {was}, {count}"]
        else:
            lines = [f"{self.flow}: {self.old[:SHORT]} -> {new}", *(f"  {line}" for line in self.changes.words())]
        lines += (
            f"  {_people(one.people)} in {self.flow}.{one.state}, which {one.fate}: they finish on the version they "
            "began with."
            for one in self.affected
        )
        if self.behind:
            lines.append(
                f"  {_people(self.behind)} in older versions of flows that call {self.flow}: they get the version of it "
                "that served beside theirs."
            )
        if self.unknown:
            lines.append(
                f"  Of {self.unknown} sessions of an earlier release nobody knows where they stand, until they move."
            )
        return lines

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        data = asdict(self)
        del data["source"]
        return data


@dataclass(frozen=True)
class Withdrawal:
    """A flow that goes out of service: the version that served, what began it, how many people stand in any version of it,
    and in older versions of flows that call it."""

    flow: str
    old: str
    ways: list[str] = field(default_factory=list)
    people: int = 0
    behind: int = 0

    def words(self) -> list[str]:
        """What ends, and for whom, line by line."""
        lines = [f"{self.flow}: {self.old[:SHORT]} goes out of service"]
        lines += [f"  Nothing begins by {', '.join(self.ways)} any more."] if self.ways else []
        lines += [f"  {_people(self.people)} in it: they finish on the version they began with."] if self.people else []
        if self.behind:
            lines.append(f"  {_people(self.behind)} in older versions of flows that call it: they still get it.")
        return lines

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return asdict(self)


def move(
    conn: Connection, flow: str, old: str, new: str, source: str, places: Sequence[Standing],
    serving: Collection[str] = (),
) -> Move:  # fmt: skip
    """What becomes of a flow and for whom, where it goes from one version to another. `places`: where people stand.
    `serving` are all versions that serve then; without any, nobody is counted who stands in flows that call it."""
    target = written(source, f"{flow}.yaml")
    texts: dict[str, Written] = {}
    affected: dict[tuple[str, Fate], int] = {}
    unknown = 0
    for place in places:
        if not place.flow:
            unknown += place.sessions
        elif place.flow == flow and place.version != new:
            if place.version not in texts:
                texts[place.version] = written(flow_versions.source_of(conn, place.version) or "", flow)
            becomes = fate(texts[place.version], target, place.state)
            affected[place.state, becomes] = affected.get((place.state, becomes), 0) + place.people
    changes = compare(written(flow_versions.source_of(conn, old) or "", flow), target) if old else None
    who = [Affected(state, people, becomes) for (state, becomes), people in sorted(affected.items()) if becomes]
    out = not old and flow in flow_versions.withdrawn(conn)
    return Move(flow, old, new, source, changes, who, unknown, out, _behind(conn, flow, places, serving))


def withdrawal(
    conn: Connection, flow: str, old: str, places: Sequence[Standing], serving: Collection[str]
) -> Withdrawal:
    """What the end of a flow's service means, and for whom (see `move`)."""
    people = sum(place.people for place in places if place.flow == flow)
    ways = ways_in(written(flow_versions.source_of(conn, old) or "", flow))
    return Withdrawal(flow, old, ways, people, _behind(conn, flow, places, serving))


def _behind(conn: Connection, flow: str, places: Sequence[Standing], serving: Collection[str]) -> int:
    """People who stand in versions that will not serve and call this flow."""
    if not serving:
        return 0
    callers = {
        version
        for version in {place.version for place in places if place.flow not in ("", flow)} - set(serving)
        if flow in calls(written(flow_versions.source_of(conn, version) or "", ""))
    }
    return sum(place.people for place in places if place.version in callers)


def _people(count: int) -> str:
    return "1 person stands" if count == 1 else f"{count} people stand"

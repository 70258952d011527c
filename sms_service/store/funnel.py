"""How many people took each way of a flow, by the turn log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, case, func, or_, select

from sms_service.store import database, sessions
from sms_service.store.paths import ways
from sms_service.store.tables import person, turn

CHUNK = 10_000
"""People whose turns are counted by one statement: some 30,000 turns, well under a second. Those of one person are never
parted, so that she is counted once however often she came by."""

BEGUN, WENT_ON = ">", "-"

Step = tuple[str, str, str]
"""State, way, state after. The last is "" where the dialogue stayed, or ended. ("", "", state) is a beginning there, ("",
"expired", state) what came of a session that nobody answered, wherever it stood."""


@dataclass
class Funnel:
    """How many `people` took each way of a flow, how many `times` it was taken, and how many open sessions are `standing` in
    each of its states; all versions together. `since`: when the first turn was that is counted (seconds since 1970)."""

    people: Counter[Step] = field(default_factory=Counter)
    times: Counter[Step] = field(default_factory=Counter)
    standing: Counter[str] = field(default_factory=Counter)
    since: float | None = None


def funnel(engine: Engine, flow: str, progress: Callable[[int, int], None]) -> Funnel:
    """Reads the whole turn log, in steps of CHUNK people; `progress` is told after each how many of how many are done.

    A flow that others call is counted wherever it was gone through.
    """
    counted, log = Funnel(), _Log(flow)
    reads = database.reading(engine)
    with reads.begin() as conn:
        last = conn.scalar(select(func.max(person.c.id))) or 0
        for place in sessions.standing(conn, flow):
            if place.flow == flow:
                counted.standing[place.state] += place.sessions
    for begin in range(0, last, CHUNK):
        with reads.begin() as conn:
            log.count(conn, begin + 1, begin + CHUNK, counted)
        progress(min(begin + CHUNK, last), last)
    return counted


class _Log:
    """The turn log as one flow sees it. A line of it: the flow of the turn, whether it began there, the path."""

    def __init__(self, flow: str) -> None:
        self.flow = flow
        self.read: dict[str, Counter[Step]] = {}
        begun = case((turn.c.state_before == "", f" {BEGUN} "), else_=f" {WENT_ON} ")
        self.line = turn.c.flow + begun + turn.c.path
        # Turns of before revision 0002 have no path. Of a flow that another one called, the path names it.
        self.ours = (turn.c.path != "") & or_(turn.c.flow == flow, turn.c.path.contains(f"{flow}/", autoescape=True))

    def count(self, conn: Connection, first: int, last: int, counted: Funnel) -> None:
        """Adds what the people with these ids did. The database groups: equal paths first, then people of equal paths."""
        asked = self.ours & turn.c.person_id.between(first, last)
        by_line = select(self.line, func.count(), func.min(turn.c.at)).where(asked).group_by(self.line)
        for line, times, since in conn.execute(by_line):
            counted.since = since if counted.since is None else min(since, counted.since)
            for step, each in self.steps(line).items():
                counted.times[step] += each * times
        # SQLite joins distinct values by a comma only; no name and no way has one.
        lines = (
            func.string_agg(self.line.distinct(), ",")
            if conn.dialect.name == "postgresql"
            else func.group_concat(self.line.distinct())
        )
        by_person = select(lines.label("lines")).where(asked).group_by(turn.c.person_id).subquery()
        for joined, people in conn.execute(select(by_person.c.lines, func.count()).group_by(by_person.c.lines)):
            for step in {step for line in joined.split(",") for step in self.steps(line)}:
                counted.people[step] += people

    def steps(self, line: str) -> Counter[Step]:
        """The steps of one line, and how often each comes in it."""
        if line not in self.read:
            of, begun, path = line.split(" ", 2)
            found: Counter[Step] = Counter()
            for number, way in enumerate(ways(of, path)):
                here = begun == BEGUN and number == 0  # the others were there, and a clock has moved them
                found.update(steps([*way.path], self.flow, way.flow == self.flow, here))
            self.read[line] = found
        return self.read[line]


def steps(path: list[str], flow: str, outermost: bool, begun: bool) -> list[Step]:
    """The steps that a path took inside `flow`. Outermost, its states stand there as they are and those of flows it called as
    `area/ask`; else its own are marked so. `begun`: the session began with this path."""

    def here(state: str) -> str:
        called, _, name = state.rpartition("/")
        return name if called == ("" if outermost else flow) else ""

    found: list[Step] = [("", "", here(path[0]))] if begun and path and here(path[0]) else []
    place = 0
    while place + 1 < len(path):
        state, way = path[place : place + 2]
        if "/" in way:  # a called flow begins: no way stands between its first state and the one that calls
            if here(way):
                found.append(("", "", here(way)))
            place += 1
            continue
        to = path[place + 2] if place + 2 < len(path) else ""
        if way != "return" and here(state) and (here(to) or not to):
            found.append((here(state), way, here(to)))
            if way == "expired" and to:
                found.append(("", way, here(to)))
        place += 2
    return found

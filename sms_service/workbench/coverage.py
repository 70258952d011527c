"""What no transcript visits: states, ways out of them, options, languages. Read from the turn log that played scenes leave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select

from sms_service.authoring.source import Source, read_source
from sms_service.authoring.ways import ways_out
from sms_service.engine.answers import chosen
from sms_service.engine.model import AnyState, Ask, Call, Collect, End, Flow, Question, Session, Sessions
from sms_service.engine.model import Field as Asked
from sms_service.privacy import Keys
from sms_service.service import Service
from sms_service.store.paths import ways
from sms_service.store.tables import person, turn

COLUMNS = (turn.c.person_id, turn.c.flow, turn.c.path, turn.c.language, turn.c.text_sealed, turn.c.sessions_sealed)


class Thing(NamedTuple):
    """Something of a flow that can be visited: of what kind, in which state, and what it is called there."""

    kind: str
    state: str
    name: str = ""


@dataclass
class Visits:
    """What has been visited so far, by flow."""

    flows: Mapping[str, Flow]
    seen: dict[str, set[Thing]] = field(default_factory=dict)

    def add(self, service: Service) -> None:
        """Adds what the scene that was just played has left in the turn log."""
        with service.reads.begin() as conn:
            rows = conn.execute(
                select(*COLUMNS, person.c.wrapped_key)
                .join(person, person.c.id == turn.c.person_id)
                .order_by(turn.c.person_id, turn.c.turn_no)
            ).all()
        calls: dict[tuple[int, str], Passed] = {}
        for row in rows:
            if row.flow not in self.flows:
                continue
            passed = [
                one
                for way in ways(row.flow, row.path)
                for one in read_path(" ".join(way.path), way.flow, self.flows, calls, row.person_id)
            ]
            for one in passed:
                self._visit(one, row.language)
            if row.wrapped_key is not None:  # what a forgotten person chose nobody can read
                self._options(service.keys, row, passed)

    def _visit(self, passed: Passed, language: str) -> None:
        flow = self.flows[passed.flow]
        spoken = language if language in flow.languages else flow.languages[0]
        seen = self.seen.setdefault(flow.name, set())
        seen |= {Thing("language", "", spoken), Thing("state", passed.state)}
        if passed.way:
            seen.add(Thing("way", passed.state, passed.way))

    def _options(self, keys: Keys, row: Any, passed: list[Passed]) -> None:
        """Options of a choice: all lead to the same state, so the path does not tell them. The answer does, and what is
        kept in the open sessions."""
        key = keys.person_key(row.wrapped_key)
        if passed and passed[0].way:
            text = key.decrypt("turn.text", row.text_sealed)
            here = passed[0]
            for asked in fields_of(self.flows[here.flow].states[here.state]):
                option = chosen(text, asked.options, row.language)
                if option:
                    self._chose(here.flow, here.state, asked, option.value)
        kept = msgspec.json.decode(key.decrypt_bytes("turn.sessions", row.sessions_sealed), type=Sessions)
        for flow, variables in _variables(kept.open):
            for name, state in self.flows[flow].states.items() if flow in self.flows else ():
                for asked in fields_of(state):
                    if Thing("state", name) in self.seen.get(flow, ()):
                        self._chose(flow, name, asked, variables.get(asked.name))

    def _chose(self, flow: str, state: str, asked: Asked, value: object) -> None:
        if value in [option.value for option in asked.options]:
            self.seen.setdefault(flow, set()).add(Thing("option", state, f"{asked.name}: {value}"))


class Passed(NamedTuple):
    """A state that a dialogue passed, and the way that it left by ("" where it still stands there)."""

    flow: str
    state: str
    way: str


def read_path(
    path: str, outermost: str, flows: Mapping[str, Flow], calls: dict[tuple[int, str], Passed], who: int = 0
) -> Iterator[Passed]:
    """The states and ways of one path of the turn log (see engine.model.Turn). `calls` remembers which state called a flow,
    by person and flow: the path of a later turn begins within the called flow.

    A called flow's states have its name before them, and no way leads into it or out of it: behind its end stands the
    result, which is the way out of the state that called.
    """
    rest = path.split()
    while rest:
        flow, _, state = rest.pop(0).rpartition("/")
        flow = flow or outermost
        known = flows[flow].states.get(state) if flow in flows else None
        if known is None:
            return  # cut off at its end, or of another version of the flow
        if isinstance(known, Call) and rest and rest[0].startswith(f"{known.flow}/"):
            calls[who, known.flow] = Passed(flow, state, "")
            yield Passed(flow, state, "")
        elif isinstance(known, End):
            yield Passed(flow, state, "")
            caller = calls.get((who, flow))
            if rest and caller:
                yield caller._replace(way=rest.pop(0))
        else:
            way = rest.pop(0) if rest else ""
            moved_on = bool(rest)  # `unclear` and `remind` stay where they are, and are no way then
            yield Passed(flow, state, way if moved_on else "")


def fields_of(state: AnyState) -> Iterable[Asked]:
    """The fields of a question that have options."""
    match state:
        case Ask():
            fields: tuple[Asked, ...] = (state.field,)
        case Collect():
            fields = state.fields
        case _:
            fields = ()
    return [one for one in fields if one.options]


def _variables(open_: Iterable[Session]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for session in open_:
        yield session.flow, session.variables
        yield from ((caller.flow, caller.variables) for caller in session.callers)


# --- what is left -------------------------------------------------------------------------------------------------


def things(flow: Flow) -> list[Thing]:
    """All that can be visited in a flow, in the order of the file."""
    found = []
    for name, state in flow.states.items():
        if name.startswith("("):
            continue  # the end that `end: true` beside a question or an effect leads to
        found.append(Thing("state", name))
        found += (Thing("way", name, way.label) for way in ways_out(state))
        found += (
            Thing("option", name, f"{asked.name}: {option.value}")
            for asked in fields_of(state)
            for option in asked.options
        )
    return [*found, *(Thing("language", "", language) for language in flow.languages)]


class Missing(NamedTuple):
    """Something that no transcript visits, and the line of the flow file where it stands."""

    kind: str
    state: str
    name: str
    line: int
    message: str


@dataclass(frozen=True)
class Coverage:
    """How much of one flow was visited. `counts`: by kind (state, way, option, language), visited and all there are."""

    flow: str
    file: str
    counts: dict[str, tuple[int, int]]
    missing: list[Missing]

    @property
    def untouched(self) -> bool:
        """Whether no transcript comes through this flow at all."""
        return self.counts["state"][0] == 0

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        counts = {kind: {"visited": seen, "of": all_} for kind, (seen, all_) in self.counts.items()}
        missing = [one._asdict() for one in self.missing]
        return {"flow": self.flow, "file": self.file, **counts, "missing": missing}


def covered(visits: Visits, folder: Path) -> list[Coverage]:
    """What was visited of each flow, and what was not; `folder` holds the flow files."""
    return [
        _covered(flow, visits.seen.get(name, set()), folder / f"{name}.yaml") for name, flow in visits.flows.items()
    ]


def _covered(flow: Flow, seen: set[Thing], file: Path) -> Coverage:
    source = Source(read_source(file), str(file))
    all_ = things(flow)
    left = [thing for thing in all_ if thing not in seen]
    never = {thing.state for thing in left if thing.kind == "state"}
    missing = [
        Missing(*thing, source.place(_place(thing))[0], _sentence(thing, flow))
        for thing in left
        if thing.kind == "state" or thing.state not in never  # of a state that nobody sees, the ways go without saying
    ]
    counts = {
        kind: (sum(t.kind == kind for t in all_) - sum(t.kind == kind for t in left), sum(t.kind == kind for t in all_))
        for kind in ("state", "way", "option", "language")
    }
    return Coverage(flow.name, str(file), counts, missing)


def _place(thing: Thing) -> tuple[str, ...]:
    return ("languages",) if thing.kind == "language" else ("states", thing.state)


def _sentence(thing: Thing, flow: Flow) -> str:
    match thing.kind:
        case "state":
            return f"no transcript comes to {thing.state}"
        case "way":
            to = next(way.to for way in ways_out(flow.states[thing.state]) if way.label == thing.name)
            key = "by" if isinstance(flow.states[thing.state], Question) else "on"
            return f"no transcript leaves {thing.state} {key} {thing.name}" + (f", to {to}" if to[:1] != "(" else "")
        case "option":
            return f"no transcript chooses {thing.name} in {thing.state}"
    return f"no transcript speaks {thing.name}"

"""Which variables have a value where: on every way to a state, or only on some. Pure; the checker and the lengths use it.

A set of variables is an int, a bit for each: 400 states know up to 200 variables each, and a crafted file has thousands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any

from sms_service.authoring.vocabulary import Vocabulary
from sms_service.authoring.ways import Way, ways_out
from sms_service.engine.model import AnyState, Ask, Call, Collect, Decide, Do, End, Field, Flow, Question

FIELDS_MAX = 8
"""Places where one variable is asked for, each in its own way, that are looked at; a flow has two or three."""

_DEFINED = re.compile(r"([a-z][a-z0-9_.]*) is (not )?defined")

Fields = Mapping[str, Field]


class Table:
    """The variables of one flow, each with a bit of its own, and every field that sets it. `loose` are those of a group that
    may be missing where others of the group are there."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.fields: list[list[Field]] = []
        self._number: dict[str, int] = {}
        self._under: dict[str, list[str]] = {}
        self.loose: set[str] = set()

    def bits(self, fields: Fields) -> int:
        """The bits of these variables, which are entered where they are new."""
        bits = 0
        for name, asked in fields.items():
            number = self._number.setdefault(name, len(self.names))
            if number == len(self.names):
                self.names.append(name)
                self.fields.append([])
                self._under.setdefault(name.partition(".")[0], []).append(name)
            if len(self.fields[number]) < FIELDS_MAX and asked not in self.fields[number]:
                self.fields[number].append(asked)
            bits |= 1 << number
        return bits

    def under(self, root: str) -> list[str]:
        """The variables whose names begin with this word."""
        return self._under.get(root, [])

    def number(self, name: object) -> int:
        """The number of a variable's bit, or -1."""
        return self._number.get(name, -1) if isinstance(name, str) else -1


@dataclass(frozen=True, slots=True)
class Names(Mapping[str, Field]):
    """Some variables of a table, by dotted name."""

    table: Table
    bits: int

    def __getitem__(self, name: str) -> Field:
        if name not in self:
            raise KeyError(name)
        return self.table.fields[self.table.number(name)][0]

    def __contains__(self, name: object) -> bool:
        number = self.table.number(name)
        return number >= 0 and bool(self.bits >> number & 1)

    def __iter__(self) -> Iterator[str]:
        bits = self.bits
        while bits:
            lowest = bits & -bits
            yield self.table.names[lowest.bit_length() - 1]
            bits ^= lowest

    def __len__(self) -> int:
        return self.bits.bit_count()

    def without(self, names: Iterable[str]) -> Names:
        """All but these."""
        bits = self.bits
        for name in names:
            bits &= ~(1 << self.table.number(name))
        return Names(self.table, bits)

    def sharing(self, used: Iterable[str]) -> list[str]:
        """Those that begin with the same word as one of `used`: `member.number` for `member.card`."""
        roots = {name.partition(".")[0] for name in used}
        return [name for root in sorted(roots) for name in self.table.under(root) if name in self]

    def all_fields(self, name: str) -> list[Field]:
        """Every field of the flow that sets this variable: it may be asked for in two places, in two ways."""
        return self.table.fields[self.table.number(name)]


@dataclass(frozen=True, slots=True)
class Known:
    """The variables at one place: `sure` have a value on every way there, `maybe` on some (the sure ones among them).
    `wild`: something that could not be read may have set any others."""

    table: Table
    sure_bits: int = 0
    maybe_bits: int = 0
    wild: bool = False

    @property
    def sure(self) -> Names:
        """Those that have a value on every way."""
        return Names(self.table, self.sure_bits)

    @property
    def maybe(self) -> Names:
        """Those that have a value on some way."""
        return Names(self.table, self.maybe_bits)

    def and_(self, more: Fields) -> Known:
        """With these known too."""
        bits = self.table.bits(more)
        return Known(self.table, self.sure_bits | bits, self.maybe_bits | bits, self.wild)

    def perhaps(self, more: Fields) -> Known:
        """With these known on some ways."""
        return Known(self.table, self.sure_bits, self.maybe_bits | self.table.bits(more), self.wild)

    def or_wild(self) -> Known:
        """With any others, perhaps."""
        return Known(self.table, self.sure_bits, self.maybe_bits, wild=True)


def meet(one: Known | None, other: Known) -> Known:
    """What is known where two ways come together. Both are of one table."""
    if one is None:
        return other
    return Known(
        other.table, one.sure_bits & other.sure_bits, one.maybe_bits | other.maybe_bits, one.wild or other.wild
    )


def fields_of(types: Mapping[str, str]) -> Fields:
    """Variables of the types that an effect, a happening or `takes` announces."""
    return {name: Field(name, kind) for name, kind in types.items()}


class Analysis:
    """The variables of all flows that are checked together. `unread` names the states, by flow, that nobody could read."""

    def __init__(self, flows: Mapping[str, Flow], unread: Mapping[str, frozenset[str]], vocabulary: Vocabulary) -> None:
        self._flows, self._unread, self._vocabulary = flows, unread, vocabulary
        self._found: dict[str, dict[str, Known]] = {}
        self._under_way: set[str] = set()

    def of(self, name: str) -> dict[str, Known]:
        """What is known on arrival in each state of a flow; states that nothing leads to are left out."""
        if name not in self._found:
            self._under_way.add(name)
            self._found[name] = self._arrivals(self._flows[name])
            self._under_way.discard(name)
        return self._found[name]

    def begins_with(self, flow: Flow) -> Known:
        """What a session of this flow has from the start."""
        start = Known(Table()).and_(fields_of(flow.takes))
        happening = self._vocabulary.happenings.get(flow.starts.on)
        if happening is None:
            return start
        start = start.and_(fields_of(happening.variables))
        return self._collected_before(flow.starts.on, start) if happening.fields else start

    def _collected_before(self, happening: str, start: Known) -> Known:
        """With whatever every flow has collected where it makes this happen; anything, where no flow at hand does."""
        before: list[Known] = []
        for flow in self._flows.values():
            for name, state in flow.states.items():
                shape = self._vocabulary.effects.get(state.effect) if isinstance(state, Do) else None
                if shape is None or happening not in shape.begins:
                    continue
                if flow.name in self._under_way:
                    return start.or_wild()
                here = self.of(flow.name).get(name)
                before += [here] if here is not None else []
        if not before:
            return start.or_wild()
        sure = {name: asked for name, asked in before[0].sure.items() if all(name in one.sure for one in before)}
        for one in before:
            start = start.perhaps(dict(one.maybe))
            start = start.or_wild() if one.wild else start
        return start.and_(sure)

    def _arrivals(self, flow: Flow) -> dict[str, Known]:
        start = self.begins_with(flow)
        if self._unread.get(flow.name):
            start = start.or_wild()
        known = {name: start for name in (flow.first, flow.starts.otherwise) if name in flow.states}
        place = {name: number for number, name in enumerate(flow.states)}
        names = list(flow.states)
        open_ = sorted(place[name] for name in known)  # in the order of the file, which is mostly that of the ways
        waiting = set(open_)
        while open_:
            number = heappop(open_)
            waiting.discard(number)
            name = names[number]
            state, here = flow.states[name], known[name]
            arrivals = [(way.to, self.after(state, way, here)) for way in ways_out(state)]
            if isinstance(state, Question) and flow.expired:
                arrivals.append((flow.expired, here))
            for to, arriving in arrivals:
                if to not in flow.states:
                    continue
                met = meet(known.get(to), arriving)
                if met != known.get(to):
                    known[to] = met
                    if place[to] not in waiting:
                        waiting.add(place[to])
                        heappush(open_, place[to])
        return known

    def after(self, state: AnyState, way: Way, here: Known) -> Known:
        """What is known once a state is left by this way."""
        match state:
            case Ask() if way.label == "next":
                return here.and_({state.field.name: state.field})
            case Collect():
                given = {one.name: one for one in state.fields if way.label == "next" and not one.optional}
                return here.and_(given).perhaps({one.name: one for one in state.fields})
            case Do():
                shape = self._vocabulary.effects.get(state.effect)
                return here.and_(fields_of(shape.outcomes.get(way.label, {}))) if shape else here.or_wild()
            case Call():
                return self._after_call(state, way.label, here)
            case Decide():
                return here.and_(
                    {name: here.maybe[name] for name in _looked_at(state, way.label) if name in here.maybe}
                )
        return here

    def within(self, state: AnyState, here: Known) -> Known:
        """What the texts of a state can use: a `do` speaks after its effect, a `collect` when some fields are there."""
        if isinstance(state, Do):
            found = None
            for way in ways_out(state):
                found = meet(found, self.after(state, way, here))
            return found or here
        if isinstance(state, Collect):
            return here.perhaps({one.name: one for one in state.fields})
        return here

    def _after_call(self, state: Call, result: str, here: Known) -> Known:
        flow = self._flows.get(state.flow)
        if flow is None or flow.name in self._under_way:
            return here.or_wild()
        inside, gives = self.of(flow.name), None
        for name, end in flow.states.items():
            if isinstance(end, End) and end.result == result and name in inside:
                gives = meet(gives, inside[name])
        if gives is None:  # the checker says that this flow never ends so
            return here.and_({f"{state.into}.{name}": Field(name, "") for name in flow.gives}).or_wild()
        sure = {f"{state.into}.{name}": gives.sure[name] for name in flow.gives if name in gives.sure}
        maybe = {f"{state.into}.{name}": gives.maybe[name] for name in flow.gives if name in gives.maybe}
        here.table.loose.update(maybe.keys() - sure.keys())
        return here.and_(sure).perhaps(maybe)


def _looked_at(state: Decide, label: str) -> list[str]:
    """The variables that must have a value where this way of a `decide` is taken, because its conditions looked."""
    number = int(label) if label.isdigit() else len(state.cases) + 1
    found = []
    if number <= len(state.cases) and " or " not in state.cases[number - 1][0]:
        parts = state.cases[number - 1][0].split(" and ")
        found += [defined[1] for part in parts if (defined := _DEFINED.fullmatch(part.strip())) and not defined[2]]
    for condition, _ in state.cases[: number - 1]:
        missing = _DEFINED.fullmatch(condition.strip())
        found += [missing[1]] if missing and missing[2] else []
    return found


def longest(asked: Field, language: str, vocabulary: Vocabulary) -> Any:
    """The longest value that a variable can have, in the letters of this language."""
    if asked.options:
        return max((option.value for option in asked.options), key=len)
    if asked.type in vocabulary.types:
        return vocabulary.types[asked.type].longest(asked.parameters, language)
    if asked.type in vocabulary.given:
        return vocabulary.given[asked.type](language)
    return ""


def sample(known: Fields, language: str, vocabulary: Vocabulary) -> dict[str, Any]:
    """The longest values of all these variables, as texts get them."""
    return nested({name: longest(asked, language, vocabulary) for name, asked in known.items()}, vocabulary)


def nested(values: Mapping[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
    """Values by dotted name as texts get them: `member.number` is `number` of `member`."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        *groups, last = name.split(".")
        place = found
        for group in groups:
            inner = place.setdefault(group, {})
            if not isinstance(inner, dict):
                break
            place = inner
        else:
            place[last] = value
    return {**vocabulary.constants, **found}

"""The ways of a flow: where each state leads, by what, and what the shape of the whole says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from sms_service.engine.model import (
    AnyState,
    Ask,
    Call,
    Choose,
    Collect,
    Consent,
    Decide,
    Do,
    End,
    Flow,
    Question,
    Say,
)


class Way(NamedTuple):
    """One way out of a state: `label` as the turn log writes it (`next`, `1`, `yes`, `saved`, `unclear` ...), and where to."""

    label: str
    to: str


def ways_out(state: AnyState) -> list[Way]:
    """Every way out of a state, in the order of the file; none for an end."""
    ways: list[Way] = []
    match state:
        case Say() | Ask() | Collect():
            ways.append(Way("next", state.next))
        case Choose():
            ways += (Way(option.key, option.next) for option in state.options)
        case Consent():
            ways.append(Way("yes", state.yes.next))
            ways += (Way(option.key, option.next) for option in state.others)
            ways += (Way("no", state.no.next), Way("wrong_number", state.wrong_number))
        case Do() | Call():
            ways += (Way(outcome, to) for outcome, to in state.outcomes.items())
        case Decide():
            ways += (Way(str(number), to) for number, (_, to) in enumerate(state.cases, start=1))
            ways.append(Way("else", state.otherwise))
        case End():
            pass
    if isinstance(state, Question):
        if state.unclear.then:
            ways.append(Way("unclear", state.unclear.then))
        if state.timeout:
            ways.append(Way("timeout", state.timeout.then))
    return ways


def entries(flow: Flow) -> list[str]:
    """The states that a session may begin in, or come to without an answer: the first, `otherwise`, `expires.then`."""
    return [name for name in (flow.first, flow.starts.otherwise, flow.expired) if name in flow.states]


def reached(begin: Iterable[str], flow: Flow) -> set[str]:
    """Every state that can be reached from `begin`, those themselves among them."""
    found, open_ = set(begin), list(begin)
    while open_:
        for way in ways_out(flow.states[open_.pop()]):
            if way.to in flow.states and way.to not in found:
                found.add(way.to)
                open_.append(way.to)
    return found


def ending(flow: Flow, unread: Collection[str] = ()) -> set[str]:
    """Every state from which an end can be reached. Where a way leads to a state that does not exist, or is `unread`,
    nobody can say."""
    before: dict[str, list[str]] = {name: [] for name in flow.states}
    for name, state in flow.states.items():
        for way in ways_out(state):
            before.get(way.to, []).append(name)
    found = {
        name
        for name, state in flow.states.items()
        if isinstance(state, End) or name in unread or any(way.to not in flow.states for way in ways_out(state))
    }
    open_ = list(found)
    while open_:
        for name in before[open_.pop()]:
            if name not in found:
                found.add(name)
                open_.append(name)
    return found


def longest_run(flow: Flow) -> tuple[str, int]:
    """The most states that one turn may have to pass up to the next question or end, and the first of them.

    A circle counts once round: it is refused anyway.
    """
    lengths: dict[str, int] = {}
    for start in flow.states:
        open_ = [start]
        while open_:
            name = open_[-1]
            further = [way.to for way in ways_out(flow.states[name]) if way.to in flow.states]
            if isinstance(flow.states[name], Question | Call):
                further = []
            if name not in lengths:
                lengths[name] = 0  # under way: who comes back here has gone round
                open_ += [to for to in further if to not in lengths]
            else:
                lengths[name] = max(lengths[name], 1 + max((lengths[to] for to in further), default=0))
                open_.pop()
    first = max(lengths, key=lambda name: lengths[name])
    return first, lengths[first]


def circles(flow: Flow) -> Iterator[list[str]]:
    """Circles of states in which nobody is asked anything: each once, by the state of it that stands first in the file.

    A call counts as a question: nothing but its flow can tell.
    """
    seen: set[str] = set()
    for start in flow.states:
        if start in seen:
            continue
        way_here: list[str] = []
        open_ = [(start, 0)]
        while open_:  # depth first; way_here is the way from `start`, and a step back onto it closes a circle
            name, depth = open_.pop()
            del way_here[depth:]
            if name in way_here:
                circle = way_here[way_here.index(name) :]
                yield circle
                continue
            state = flow.states.get(name)
            if name in seen or state is None or isinstance(state, Question | Call | End):
                continue
            seen.add(name)
            way_here.append(name)
            open_ += [(way.to, depth + 1) for way in reversed(ways_out(state))]

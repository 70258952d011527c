"""From a flow to its drawing: which boxes and arrows there are, and what stands in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace

from sms_service.authoring.drawing import Arrow, Box, Counts, Graph, Kind, Label, Style, Taken, number
from sms_service.authoring.schema import DONE
from sms_service.authoring.ways import Way, entries, reached, ways_out
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
    Field,
    Flow,
    Input,
    Question,
)

HUB = 4
"""Arrows into one state that are drawn. Of more, those that nobody hopes for (unclear, time-outs, ways back) are named in the
box they leave: forty lines to one `given_up` hide the flow."""

START, CLOCK = "start", "clock"
STAYED = {"unclear": "not understood, asked again", "expired": "expired without an answer"}
"""Ways that lead nowhere else, as the turn log writes them."""

UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))

PRINTED = re.compile(r"\{\{-?\s*([\w.]+)[^}]*\}\}")
TAG = re.compile(r"\{%-?\s*(.*?)\s*-?%\}")
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def draw(flow: Flow, language: str = "", counts: Counts | None = None) -> Graph:
    """The drawing of a flow, its texts in one of its languages (the first, if it has no such one)."""
    return _Drawing(flow, language if language in flow.languages else flow.languages[0], counts).graph()


def length_of_time(seconds: float) -> str:
    """`7 days`, `24 hours`, `90 minutes`: the largest unit that it is a whole number of; one day is 24 hours."""
    name, unit = next((name, unit) for name, unit in UNITS if seconds % unit == 0 and seconds > (name == "day") * unit)
    count = round(seconds / unit)
    return f"{count} {name}{'' if count == 1 else 's'}"


def readable(source: str) -> str:
    """A template as people read it: `{{ enroler.first_name|upper }}` becomes `{enroler.first_name}`; one line, nothing that
    is not drawn or that turns the reading order round. What an `if` says stands in brackets: `[old | young]`."""
    plain = TAG.sub(_reading, PRINTED.sub(r"{\1}", COMMENT.sub("", source)))
    line = " ".join(plain.split())
    return "".join(
        c for c in line if c in "\u200c\u200d" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Cn", "Co")
    )


def _reading(tag: re.Match[str]) -> str:
    return {"if": "[", "elif": " | ", "else": " | ", "endif": "]"}.get(tag[1].partition(" ")[0], "")


class _Drawing:
    """One flow on its way to a Graph."""

    def __init__(self, flow: Flow, language: str, counts: Counts | None) -> None:
        self.flow, self.language, self.counts = flow, language, counts
        # `end: true` beside an effect or a question: one state for all of them in the flow, one box for each in a drawing.
        self.closed = [name for name in flow.states if name.startswith("(")]
        self.ids = {name: f"s{n}" for n, name in enumerate(name for name in flow.states if name not in self.closed)}
        self.boxes: dict[str, Box] = {}
        self.arrows: dict[tuple[str, str, Style], Arrow] = {}
        self.begun = reached(entries(flow), flow)
        self.waiting = [
            name for name in self.ids if name in self.begun and isinstance(flow.states[name], Question | Call)
        ]

    def graph(self) -> Graph:
        flow, counts = self.flow, self.counts
        self.start()
        states = {name: state for name, state in flow.states.items() if name not in self.closed}
        for name, state in states.items():
            self.state(name, state)
        for name, state in states.items():
            for way in ways_out(state):
                self.way(name, state, way)
        self.expiry()
        return Graph(
            flow.name, readable(flow.about), flow.version, self.language, tuple(self.boxes.values()),
            tuple(_with_asides(list(self.arrows.values()))), length_of_time(flow.expires_after) if self.waiting else "",
            counted=counts is not None, since=counts.since if counts else None,
        )  # fmt: skip

    # -- boxes --

    def start(self) -> None:
        starts = self.flow.starts
        marks = [*starts.keywords, *starts.ussd]
        if starts.on:
            marks.append(f"on {starts.on}")
        if starts.words == "stopped":
            marks.append("anything from somebody who sent STOP")
        elif starts.words == "call":
            marks.append("a missed call")
        elif starts.words:
            marks.append(f"{starts.words.upper()} in any language")
        self.boxes[START] = Box(START, "start", ", ".join(map(readable, marks)) or "called by other flows")
        who = "an enroler" if starts.who == "enroler" else ""
        self.arrow(START, self.flow.first, "way", Label(who, self.taken("", "", self.flow.first)))
        if starts.otherwise:
            self.arrow(START, starts.otherwise, "way", Label("anybody else", self.taken("", "", starts.otherwise)))

    def state(self, name: str, state: AnyState) -> None:
        kinds: Mapping[type, Kind] = {Consent: "consent", Do: "effect", Decide: "decide", Call: "call", End: "end"}
        kind = kinds.get(type(state), "question" if isinstance(state, Question) else "say")
        rows = [("", self.text(f"{name}.say"))] if state.says else []
        if isinstance(state, Collect):
            rows += ((one.name, self.text(f"{name}.{one.name}.ask")) for one in state.fields)
        waits = self.counts is not None and isinstance(state, Question)
        standing = self.counts.standing.get(name, 0) if self.counts and waits else None
        self.boxes[self.ids[name]] = Box(
            self.ids[name], kind, name, _does(state), tuple(rows), tuple(self.notes(name, state)), standing
        )

    def notes(self, name: str, state: AnyState) -> Iterator[str]:
        if name not in self.begun:
            yield "nothing leads here"
        if isinstance(state, Question) and state.remind:
            times = "once" if state.remind.times == 1 else f"{state.remind.times} times"
            reminded = self.taken(name, "remind", "")
            yield f"reminds after {length_of_time(state.remind.after)}, {times}{_counted(reminded)}"
        for way, words in STAYED.items():
            stayed = self.taken(name, way, "")
            if isinstance(state, Question | Call) and stayed and stayed.times:
                yield words + _counted(stayed)

    def text(self, slot: str) -> str:
        templates = self.flow.templates
        keys = (f"{slot}@{self.language}", f"{slot}@{self.flow.languages[0]}")
        return next((readable(templates.source(key)) for key in keys if key in templates), "")

    # -- arrows --

    def expiry(self) -> None:
        """A session that nobody answers goes on in `expires.then`: from its only question, or from whichever it stands in."""
        if not self.flow.expired:
            return
        words = f"expires after {length_of_time(self.flow.expires_after)}"
        taken = self.taken("", "expired", self.flow.expired)
        if len(self.waiting) == 1:
            self.arrow(self.ids[self.waiting[0]], self.flow.expired, "time", Label(words, taken))
        else:
            self.boxes[CLOCK] = Box(
                CLOCK, "clock", f"no answer for {length_of_time(self.flow.expires_after)}, anywhere"
            )
            self.arrow(CLOCK, self.flow.expired, "time", Label("", taken))

    def way(self, name: str, state: AnyState, way: Way) -> None:
        style: Style = "way"
        if isinstance(state, Question):
            style = "astray" if way.label == "unclear" else "time" if way.label == "timeout" else "way"
        words, taken = _words(state, way, (self.language, self.flow.languages[0])), self.taken(name, *way)
        self.arrow(self.ids[name], way.to, style, Label(words, taken))

    def arrow(self, tail: str, to: str, style: Style, label: Label) -> None:
        """Adds an arrow, or its label to the one that leads there already."""
        head = self.ids.get(to, "")
        if not head:
            head, result = f"{tail}e{self.closed.index(to)}", to.strip("()")
            self.boxes[head] = Box(head, "stop", "end" if result == DONE else f"end: {result}")
        known = self.arrows.get((tail, head, style), Arrow(tail, head, style, ()))
        self.arrows[tail, head, style] = replace(known, labels=(*known.labels, label))

    def taken(self, state: str, way: str, to: str) -> Taken | None:
        return self.counts.ways.get((state, way, to), Taken(0, 0)) if self.counts else None


def _counted(taken: Taken | None) -> str:
    return f": {number(taken)}" if taken else ""


def _words(state: AnyState, way: Way, languages: tuple[str, str]) -> str:
    """What stands at a way; the label of an option in the first of these languages that it has."""
    match state:
        case Question() if way.label == "unclear":
            return f"unclear {state.unclear.times + 1} ×"
        case Question() if way.label == "timeout" and state.timeout:
            return f"after {length_of_time(state.timeout.after)}"
        case Choose():
            labels = next(one.labels for one in state.options if one.key == way.label)
            label = next((labels[language] for language in languages if language in labels), "")
            return readable(f"{way.label} {label}")
        case Consent() if way.label in ("yes", "no"):
            return f"{(state.yes if way.label == 'yes' else state.no).key} {way.label}"
        case Decide():
            return "otherwise" if way.label == "else" else readable(state.cases[int(way.label) - 1][0])
        case Do() | Call() if way.label == DONE and len(state.outcomes) == 1:
            return ""
    return {"next": "", "wrong_number": "wrong number"}.get(way.label, way.label)


def _does(state: AnyState) -> str:
    """What a state does, in a few words."""
    match state:
        case Ask():
            return _asked(state.field)
        case Collect():
            return "in one text, or one by one"
        case Choose():
            return "menu"
        case Consent():
            return f"consent to {state.purpose}"
        case Do():
            return state.effect + _given(state.inputs)
        case Call():
            return f"flow {state.flow}" + _given(state.inputs)
        case End():
            return "" if state.result == DONE else state.result
    return ""


def _asked(field_of: Field) -> str:
    """`age: number, min 18, max 120`."""
    parameters = [f"{name} {value}" for name, value in field_of.parameters.items()]
    options = [f"{option.key} {option.value}" for option in field_of.options]
    told = ", ".join([field_of.type, *parameters, *options])
    return readable(told if field_of.name == field_of.type else f"{field_of.name}: {told}")


def _given(inputs: Mapping[str, Input]) -> str:
    """` (area: {home})`: what is said under `with`. What has its own name anyway says nothing."""
    told = [
        f"{parameter}: {'{' + one.variable + '}' if one.variable else one.value}"
        for parameter, one in inputs.items()
        if one.variable != parameter
    ]
    return f" ({readable(', '.join(told))})" if told else ""


def _with_asides(arrows: list[Arrow]) -> Iterator[Arrow]:
    """Marks those that are better named than drawn: the first into each state is always drawn."""
    order = {arrow.tail: place for place, arrow in enumerate(arrows)}
    minor: dict[str, list[Arrow]] = {}
    for arrow in arrows:
        goes_back = order.get(arrow.head, len(arrows)) <= order[arrow.tail]
        if arrow.style != "way" or goes_back:
            minor.setdefault(arrow.head, []).append(arrow)
    drawn = {arrow.head for arrow in arrows if arrow not in minor.get(arrow.head, ())}
    for arrow in arrows:
        others = minor.get(arrow.head, [])
        first = bool(others) and others[0] is arrow and arrow.head not in drawn
        yield replace(arrow, aside=len(others) >= HUB and arrow in others and not first)

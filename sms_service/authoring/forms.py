"""Every form that the SMS of flows can have: which texts leave together as one message, and where in it values stand.

India's registry wants each of them registered (engine/dlt.py). Beyond FORMS_MAX of one flow nothing is told. What a `collect`
says of several fields at once, from one line, is not among them: there are as many as ways to be incomplete.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product

from sms_service.authoring.values import concerned, tried
from sms_service.authoring.variables import Analysis
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.authoring.ways import entries, ways_out
from sms_service.engine.dlt import VARIABLE
from sms_service.engine.model import MAX_CALLS, MAX_STEPS, AnyState, Call, Choose, Collect, End, Flow, Option, Question
from sms_service.engine.templates import TemplateFailed, Templates
from sms_service.engine.texts import sendable, septets
from sms_service.engine.walk import fields_of, menu, options_of
from sms_service.privacy import FILTERS

FORMS_MAX = 500
"""Forms of one flow. Whoever registers texts has a few dozen; a flow with more has an `if` too many in each."""

RUNS_MAX, PLACES_MAX = 2_000, 20_000
"""Messages from one state on that are followed, and states (each once for all ways of being called) of all flows together:
a crafted file has billions."""

OPEN, CLOSE = "\ue000", "\ue001"
"""Stand around each value while a text is measured; nobody's text has them (Unicode's private use area)."""

NOT_GSM = "\u0905"
"""Keeps `sendable` from treating a part of a text as GSM-7 whose whole is not."""

IN_EVERY_DIALOGUE = frozenset({"repaired"})
"""Variables that every text may use, as the constants of the settings, but with a value of the dialogue."""

_PRINTED = re.compile(r"""\{\{(-?)((?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^'"{}])*?)(-?)\}\}""")
_VALUE = re.compile(f"{OPEN}[^{CLOSE}]*{CLOSE}")
_FIRST_NAME = re.compile(r"\s*([a-z_][a-z0-9_.]*)\s*(?:\||\Z)")


Callers = tuple[tuple[Flow, Call], ...]


@dataclass(frozen=True)
class Said:
    """One text of a message: of which flow, in which state, and the slots of which the first that there is in a language is
    said; or the line of a menu with the key `line`. `field` is the one that it is about, if it is about one."""

    flow: str
    state: str
    slots: tuple[str, ...] = ()
    line: str = ""
    field: str = ""


@dataclass(frozen=True)
class Piece:
    """A part of a message: fixed, or a value."""

    text: str
    value: bool


@dataclass(frozen=True)
class Form:
    """One form of one message, with the longest values. `state` and `key` (among the flow's templates) are of its first
    text that is of the flow."""

    flow: str
    state: str
    key: str
    language: str
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """As it leaves, with the longest values."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def registered(self) -> str:
        """As it is to be registered."""
        return "".join("{#var#}" if piece.value else piece.text for piece in self.pieces)

    @property
    def fixed(self) -> tuple[str, ...]:
        """What stands before, between and behind the values."""
        return tuple(VARIABLE.split(self.registered)[::2])

    @property
    def longest(self) -> list[int]:
        """Characters of each value at its longest."""
        return [len(piece.text) for piece in self.pieces if piece.value]


class Forms:
    """The messages of flows that are looked at together."""

    def __init__(self, flows: Mapping[str, Flow], analysis: Analysis, vocabulary: Vocabulary) -> None:
        self._flows, self._analysis, self._vocabulary = flows, analysis, vocabulary
        self._marked: dict[str, Templates] = {}
        self._rendered: dict[tuple[Said, str], list[str]] = {}
        self._of: dict[str, list[Form]] = {}
        self._followed: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[tuple[Said, ...]]] = {}
        self._depth = 0  # states passed; no turn passes more than MAX_STEPS
        self._callers: dict[str, list[tuple[Flow, Call]]] = {}
        for flow in flows.values():
            for state in flow.states.values():
                if isinstance(state, Call):
                    self._callers.setdefault(state.flow, []).append((flow, state))

    def of(self, flow: Flow) -> list[Form]:
        """Those of one flow, each once, in the order of the file; with what it calls, and what goes on behind it."""
        if flow.name not in self._of:
            self._of[flow.name] = list(islice(self._made(flow), FORMS_MAX))
        return self._of[flow.name]

    def _made(self, flow: Flow) -> Iterator[Form]:
        runs = list(dict.fromkeys(islice(self._runs_of(flow), RUNS_MAX)))
        found: dict[tuple[str, str], Form] = {}
        for language in flow.languages:
            for run in runs:
                for form in self._forms(flow, run, language):
                    known = found.get((language, form.registered))
                    if known is None:
                        found[language, form.registered] = form
                    elif len(form.text) > len(known.text):
                        found[language, form.registered] = _longer(known, form)
        yield from found.values()

    # -- which texts leave together --

    def _runs_of(self, flow: Flow) -> Iterator[tuple[Said, ...]]:
        known = self._analysis.of(flow.name)
        alone = _is_begun(flow) or not self._callers.get(flow.name)
        begins = [name for name in entries(flow) if alone or name != flow.first]
        begins += [
            way.to for state in flow.states.values() if isinstance(state, Question | Call) for way in ways_out(state)
        ]
        for name, state in flow.states.items():
            if name not in known:
                continue
            if name in begins:
                yield from self._through(flow, name, ())
            if isinstance(state, Question):  # asked again, alone
                yield from self._asked(flow, state)
                yield from self._besides(flow, state)

    def _through(self, flow: Flow, name: str, callers: Callers) -> list[tuple[Said, ...]]:
        """What is said from this state on until somebody is asked or it ends. `callers` wait, the innermost last."""
        place = (flow.name, name, tuple((caller.name, state.name) for caller, state in callers))
        if place not in self._followed:
            self._followed[place] = []  # a circle says nothing more
            known = name in flow.states and name in self._analysis.of(flow.name)
            if known and len(callers) <= MAX_CALLS and len(self._followed) <= PLACES_MAX and self._depth < MAX_STEPS:
                self._depth += 1
                runs = self._from_here(flow, flow.states[name], callers)
                self._followed[place] = list(dict.fromkeys(islice(runs, RUNS_MAX)))
                self._depth -= 1
        return self._followed[place]

    def _from_here(self, flow: Flow, state: AnyState, callers: Callers) -> Iterator[tuple[Said, ...]]:
        own = (Said(flow.name, state.name, (f"{state.name}.say",)),) if state.says else ()
        match state:
            case Question():
                says = own if isinstance(state, Collect) else ()
                yield from ((*says, *run) for run in self._asked(flow, state))
            case End():
                yield from ((*own, *run) for run in self._after(flow, state.result, callers))
            case Call() if state.flow in self._flows:
                called = self._flows[state.flow]
                yield from ((*own, *run) for run in self._through(called, called.first, (*callers, (flow, state))))
            case _:
                for to in dict.fromkeys(way.to for way in ways_out(state)):
                    yield from ((*own, *run) for run in self._through(flow, to, callers))

    def _after(self, flow: Flow, result: str, callers: Callers) -> Iterator[tuple[Said, ...]]:
        """What is said behind the end of a flow: by whoever called it, or nothing."""
        waiting = [callers[-1]] if callers else self._callers.get(flow.name, [])
        if not waiting or (not callers and _is_begun(flow)):
            yield ()
        for caller, state in waiting:
            if result in state.outcomes:
                yield from self._through(caller, state.outcomes[result], callers[:-1])

    def _asked(self, flow: Flow, state: Question) -> Iterator[tuple[Said, ...]]:
        """The question itself, with its menu; each field of a `collect` has its own."""
        if isinstance(state, Collect):
            for field in state.fields:
                own = Said(flow.name, state.name, (f"{state.name}.{field.name}.ask",))
                yield (own, *_menu(flow, state.name, field.options, field.name))
        else:
            yield (Said(flow.name, state.name, (f"{state.name}.say",)), *_menu(flow, state.name, options_of(state)))

    def _besides(self, flow: Flow, state: AnyState) -> Iterator[tuple[Said, ...]]:
        """What a question says besides: of an unclear answer, of a wrong one, as a reminder."""
        name, unclear = state.name, f"{state.name}.unclear"
        slots = {key.partition("@")[0] for key in flow.templates.keys}
        if unclear in slots:
            options = state.options if isinstance(state, Choose) else ()
            yield (Said(flow.name, name, (unclear,)), *_menu(flow, state.name, options))
        if f"{name}.remind" in slots:
            yield (Said(flow.name, name, (f"{name}.remind",)),)
        for field in fields_of(state):
            own, of_type = f"{name}.{field.name}.wrong", f"type:{field.type}"
            named = (slot.removeprefix(f"{before}.") for before in (own, of_type) for slot in slots if before in slot)
            for problem in sorted({"", *(one for one in named if "." not in one and ":" not in one)}):
                wrong = (f"{own}.{problem}", own, unclear, f"{of_type}.{problem}")  # as engine/walk.py looks for them
                said = Said(flow.name, name, wrong, field=field.name)
                yield (said, *_menu(flow, state.name, field.options, field.name))

    # -- what it looks like --

    def _forms(self, flow: Flow, run: tuple[Said, ...], language: str) -> Iterator[Form]:
        texts = [self._text(said, language) for said in run]
        own = next((said for said in run if said.flow == flow.name), None)
        if own is None or not all(texts):
            return
        key = self._key(flow, own.slots, language)
        for chosen in islice(product(*texts), FORMS_MAX):
            yield Form(flow.name, own.state, key, language, pieces("\n".join(chosen)))

    def _text(self, said: Said, language: str) -> list[str]:
        """Its forms, each with its longest values, which stand between OPEN and CLOSE."""
        if (said, language) not in self._rendered:
            flow = self._flows[said.flow]
            state = flow.states[said.state]
            if said.line:
                assert isinstance(state, Question), "only questions have menus"
                options = options_of(state, said.field)
                found = menu(tuple(one for one in options if one.key == said.line), flow, language)
            else:
                found = list(self._variants(flow, state, said, language).values())
            self._rendered[said, language] = found
        return self._rendered[said, language]

    def _variants(self, flow: Flow, state: AnyState, said: Said, language: str) -> dict[str, str]:
        key, found = self._key(flow, said.slots, language), dict[str, str]()
        if not key:
            return found
        here = self._analysis.within(state, self._analysis.of(flow.name)[said.state])
        field = next((one for one in fields_of(state) if one.name == said.field), None)
        given = {**flow.constants, **(field.parameters if field else {})}
        source, used = flow.templates.source(key), flow.templates.variables(key)
        partly = [one for one in concerned(here.maybe, used) if one not in here.sure]
        for missing in ([], partly, *([one] for one in partly)):
            for values in tried(source, used, here.maybe.without(missing), language, self._vocabulary):
                try:
                    text = self._templates(flow).render(key, {**given, **values})
                except TemplateFailed:
                    continue  # the checker says so at its place
                found.setdefault(_VALUE.sub(OPEN, text), text)
        return found

    @staticmethod
    def _key(flow: Flow, slots: tuple[str, ...], language: str) -> str:
        """The key of the text that is said by SMS, in this language or the flow's first; "" if there is none."""
        keys = (
            f"{slot}@{one}{kind}" for one in (language, flow.languages[0]) for slot in slots for kind in (":sms", "")
        )
        return next((key for key in keys if key in flow.templates), "")

    def _templates(self, flow: Flow) -> Templates:
        """The flow's texts, with a mark before and behind each value."""
        if flow.name not in self._marked:
            fixed = flow.constants.keys() - IN_EVERY_DIALOGUE
            sources = {key: marked(flow.templates.source(key), fixed) for key in flow.templates.keys if "@" in key}
            self._marked[flow.name], _ = Templates.readable(sources, FILTERS)
        return self._marked[flow.name]


def _is_begun(flow: Flow) -> bool:
    """Whether it does not only begin where another flow calls it."""
    starts = flow.starts
    return bool(starts.on or starts.words or starts.keywords or starts.ussd)


def marked(source: str, fixed: frozenset[str] | set[str]) -> str:
    """A template that writes OPEN and CLOSE around each value; not around what is the same in every message."""

    def around(found: re.Match[str]) -> str:
        name = _FIRST_NAME.match(found[2])
        if name and name[1] in fixed:
            return found[0]
        return f'{{{{{found[1]} "{OPEN}" }}}}{{{{{found[2]}}}}}{{{{ "{CLOSE}" {found[3]}}}}}'

    return _PRINTED.sub(around, source)


def pieces(text: str) -> tuple[Piece, ...]:
    """A message with marks, as `sendable` makes it: fixed parts and values, no two fixed ones beside each other."""
    plain = septets(sendable(text.replace(OPEN, "").replace(CLOSE, ""))) is not None
    found: list[Piece] = []
    for number, part in enumerate(re.split(f"[{OPEN}{CLOSE}]", text)):
        clean = sendable(part) if plain else sendable(part + NOT_GSM).removesuffix(NOT_GSM)
        if clean or number % 2:
            found.append(Piece(clean, bool(number % 2)))
    return tuple(found)


def _longer(one: Form, other: Form) -> Form:
    """The same form, each value the longer of the two."""
    both = zip(one.pieces, other.pieces, strict=True)
    longest = tuple(max(pair, key=lambda piece: len(piece.text)) for pair in both)
    return Form(one.flow, one.state, one.key, one.language, longest)


def _menu(flow: Flow, state: str, options: tuple[Option, ...], field: str = "") -> tuple[Said, ...]:
    return tuple(Said(flow.name, state, line=option.key, field=field) for option in options if option.labels)

"""What a translator is told about a text: what it is, what stands in its braces, and how long it may become."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sms_service.authoring.lengths import known_in
from sms_service.authoring.translatable import FlowFile, Text
from sms_service.authoring.variables import Analysis, Fields, sample
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.engine.clusters import units
from sms_service.engine.model import (
    AnyState,
    Ask,
    Call,
    Collect,
    Do,
    End,
    Field,
    Flow,
    Question,
    Variables,
)
from sms_service.engine.navigation import BACK, LINES
from sms_service.engine.texts import (
    SEGMENT_SEPTETS,
    SEGMENT_SEPTETS_JOINED,
    SEGMENT_UCS2,
    SEGMENT_UCS2_JOINED,
    USSD_SEPTETS,
    USSD_UCS2,
    TemplateFailed,
    Templates,
    septets,
)
from sms_service.engine.walk import menu, options_of
from sms_service.privacy import FILTERS

PRINTED = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
"""What a text puts in: `mobile|masked` of `{{ mobile|masked }}`."""

WORDS = "Answers that people type, separated by commas: give the words people use, not a translation."
WORDS_ONCE = "No word may mean two options, and none may be STOP, CANCEL, END or QUIT: those end all messages."

SERVICE = (
    "The service's own words, which it does not have in this language: given once, they are used in all these places."
)
CONDITIONS = "What stands in {% %} stays as it is: translate each of the texts between."


class Notes:
    """The notes for one language. `flows` are all flows at hand: what one collects, another may say."""

    def __init__(self, language: str, flows: Mapping[str, Flow], vocabulary: Vocabulary) -> None:
        self._language, self._vocabulary = language, vocabulary
        self._analysis = Analysis(flows, {}, vocabulary)
        types = (shape.longest({}, language) for shape in vocabulary.types.values() if not shape.required)
        values = [*types, *(longest(language) for longest in vocabulary.given.values())]
        self._gsm = all(septets(str(value)) is not None for value in values)

    def of(self, text: Text, file: FlowFile) -> list[str]:
        """The notes, one a line."""
        notes = [f"{what_it_is(text, file.flow)}."]
        if text.service:
            notes.append(SERVICE)
        if text.words:
            return [*notes, WORDS, WORDS_ONCE]
        if text.path[-1] == "label":
            return [*notes, "The shorter the better: all lines of the menu stand in one message, below the question."]
        if text.kind:
            notes.append(f"As it is said by {text.kind.upper()} only; there is another text for the other way.")
        known = self._known(text, file.flow)
        values = {**sample(known, self._language, self._vocabulary), **_parameters(text, file.flow)}
        printed = dict.fromkeys(PRINTED.findall(file.original(text)))
        lengths = {expression: _rendered(expression, values) for expression in printed}
        notes += (self._variable(expression, longest, known) for expression, longest in lengths.items())
        taken = sum(units(lengths[expression]) for expression in PRINTED.findall(file.original(text)))
        if "{%" in file.original(text):
            notes.append(CONDITIONS)
        return [*notes, *self._limits(text, file.flow, taken)]

    def _known(self, text: Text, flow: Flow) -> Fields:
        name = text.slot.partition(".")[0]
        here = self._analysis.of(flow.name).get(name)
        return known_in(flow.states[name], here, self._analysis).maybe if here else {}

    def _variable(self, expression: str, longest: str, known: Fields) -> str:
        name = re.split(r"[|\s]", expression, maxsplit=1)[0]
        if name in self._vocabulary.constants:
            return f'{{{{ {expression} }}}} is always "{longest}".'
        kind = known[name].type.replace("_", " ") if name in known else ""
        what = f"a {kind}, " if kind else ""
        return f"{{{{ {expression} }}}} is {what}at most {units(longest)} characters."

    def _limits(self, text: Text, flow: Flow, taken: int) -> Iterator[str]:
        """How long the text may become. The import counts exactly, with whatever else stands in the same message."""
        limits, gsm = flow.limits, self._gsm
        menu_length = units("\n".join(["", *self._menu(text, flow)]))
        beside = [f"what stands in braces takes up to {taken} of them"] if taken else []
        beside += [f"the menu below it takes {menu_length}{'' if taken else ' of them'}"] if menu_length else []
        if text.kind != "ussd":
            latin, others = _room(limits.segments, gsm=True), _room(limits.segments, gsm=False)
            room = latin if gsm else others
            left = f"; {', '.join(beside)}: {max(room - taken - menu_length, 0)} are left" if beside else ""
            only = f" Only {others} in all if one letter is not in the GSM alphabet." if gsm else ""
            yield f"At most {_counted(limits.segments, 'SMS segment')}, that is {room} characters{left}.{only}"
        if text.kind == "ussd" or (flow.starts.ussd and not text.kind):
            line = f"{BACK} {LINES.get(self._language, LINES['en'])[1]}"
            beside_it = (USSD_SEPTETS if gsm else USSD_UCS2) - units(f"\n{line}")
            screens = _counted(limits.screens, "screen")
            yield f'A USSD screen has room for {beside_it} characters beside "{line}"; at most {screens}.'

    def _menu(self, text: Text, flow: Flow) -> list[str]:
        state_name, *rest = text.slot.split(".")
        state = flow.states[state_name]
        asked = rest[0] if isinstance(state, Collect) and len(rest) > 1 else ""
        return menu(options_of(state, asked), flow, self._language) if isinstance(state, Question) else []


def what_it_is(text: Text, flow: Flow) -> str:
    """Which state says this text, and when: `State ask: the question`."""
    if text.service:
        kind, wrong = text.service.removeprefix("type:").split(".")
        return f"Said when a {kind.replace('_', ' ')} is asked for and the answer is wrong ({wrong})"
    name, *rest = text.slot.split(".")
    state = flow.states[name]
    match rest:
        case ["say"]:
            what = _said(state)
        case ["unclear"]:
            what = "said when the answer was not understood"
        case ["remind"]:
            what = "the reminder, said when no answer comes"
        case ["choose", key, part]:
            what = f"the menu's line {key}" if part == "label" else f"what else means {key} of the menu"
        case [asked, "options", value, part]:
            what = f"the menu's line for {value}" if part == "label" else f"what else means {value} in the menu"
            what += f", which is kept as {asked}"
        case [asked, "ask"]:
            what = f"the question for {asked}"
        case [asked, "wrong", *problem]:
            what = f"said when the answer for {asked} is wrong{''.join(f' ({one})' for one in problem)}"
        case _:
            what = ".".join(rest)
    return f"State {name}: {what}"


def _said(state: AnyState) -> str:
    match state:
        case Collect():
            return "said once, before its questions"
        case Question():
            return "the question"
        case Do():
            return f"said after {state.effect}"
        case Call():
            return f"said before flow {state.flow} begins"
        case End():
            return "the last message"
    return "a message"


def _parameters(text: Text, flow: Flow) -> Variables:
    """What a text about a wrong answer can name besides: the limits of its field."""
    name, *rest = text.slot.split(".")
    state = flow.states[name]
    fields: tuple[Field, ...] = ()
    if isinstance(state, Ask | Collect) and "wrong" in rest[1:]:
        fields = state.fields if isinstance(state, Collect) else (state.field,)
    return next((dict(field.parameters) for field in fields if field.name == rest[0]), {})


def _rendered(expression: str, values: Variables) -> str:
    try:
        return Templates({"it": f"{{{{ {expression} }}}}"}, FILTERS).render("it", values)
    except (TemplateFailed, TypeError):
        return ""  # the checker says so at its place


def _room(segments: int, *, gsm: bool) -> int:
    alone, joined = (SEGMENT_SEPTETS, SEGMENT_SEPTETS_JOINED) if gsm else (SEGMENT_UCS2, SEGMENT_UCS2_JOINED)
    return alone if segments == 1 else segments * joined


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"

"""The questions of a flow that are answered by keys: which keys each has, and in which of its texts they may stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from sms_service.authoring.keyed_text import KeyedText
from sms_service.authoring.load import Draft
from sms_service.authoring.source import Path
from sms_service.engine.answers import fold
from sms_service.engine.model import AnyState, Ask, Choose, Collect, Consent, Field, Flow, Option

YES_KEY, NO_KEY = "1", "2"
"""What a yes_no takes for yes and for no (enrolment/answer_types/choices.py), whatever its text says."""

ENDING = 2
"""Letters in which a word of the text may differ at its end from the word that is an answer: `chai`, `chais`."""

HOW_MANY = (
    "many, number, count, कितने, कितनी, कितना, संख्या, kitne, ngapi, mangapi, wangapi, idadi, combien, nombre, কত, কয়, কয়টি, "
    "কতজন, সংখ্যা, எத்தனை, எண், எண்ணிக்கை, كم, عدد"
)
"""Words of questions whose answer is a number anyway, in the languages that the service knows."""

Kind = Literal["consent", "yes_no", "menu", "labelled"]


@dataclass(frozen=True)
class KeyQuestion:
    """One question. `prompt` is the slot of its text, `others` are those of what is said later on. `yes` and `no` are the
    keys of a consent and a yes_no, `options` those of a menu; a `labelled` menu is written by the service itself."""

    kind: Kind
    prompt: str
    others: tuple[str, ...]
    keys: tuple[str, ...]
    options: tuple[Option, ...] = ()
    yes: str = ""
    no: str = ""


@dataclass(frozen=True)
class Said:
    """One text of a question, with its place. `first` is the same text in the flow's first language; None where this is it.
    `sibling` is the one in the same language for the other channel, `by` this text's own channel where it has one."""

    slot: str
    language: str
    path: Path
    text: KeyedText
    first: KeyedText | None
    first_language: str
    sibling: KeyedText | None
    by: str


Texts = Mapping[str, Mapping[tuple[str, str], str]]
"""The templates of each slot, by language and channel ("" for any, or for SMS)."""


def key_questions(state: AnyState) -> Iterator[KeyQuestion]:
    """All of a state; a field of a `collect` is one of its own."""
    name = state.name
    later = (f"{name}.unclear", f"{name}.remind")
    match state:
        case Consent():
            keys = (state.yes.key, *(option.key for option in state.others), state.no.key)
            yield KeyQuestion("consent", f"{name}.say", later, keys, yes=state.yes.key, no=state.no.key)
        case Choose():
            kind: Kind = "labelled" if any(option.labels for option in state.options) else "menu"
            keys = tuple(option.key for option in state.options)
            yield KeyQuestion(kind, f"{name}.say", later, keys, state.options)
        case Ask():
            yield from _of_field(state.field, name, f"{name}.say", later)
        case Collect():
            for field in state.fields:
                yield from _of_field(field, name, f"{name}.{field.name}.ask", ())


def _of_field(field: Field, name: str, prompt: str, later: tuple[str, ...]) -> Iterator[KeyQuestion]:
    wrong = f"{name}.{field.name}.wrong"
    if field.type == "yes_no":
        others = (*later, wrong, f"{wrong}.unclear")
        yield KeyQuestion("yes_no", prompt, others, (YES_KEY, NO_KEY), yes=YES_KEY, no=NO_KEY)
    elif field.options:
        others = (*later, wrong, f"{wrong}.not_an_option")
        yield KeyQuestion("labelled", prompt, others, tuple(option.key for option in field.options), field.options)


def texts_of(flow: Flow, draft: Draft) -> Texts:
    """Every text of the flow that can be read."""
    texts: dict[str, dict[tuple[str, str], str]] = {}
    for template in draft.places:
        slot, _, rest = template.partition("@")
        language, _, kind = rest.partition(":")
        if language and template in flow.templates:
            texts.setdefault(slot, {})[language, kind] = template
    return texts


def said_in(slot: str, question: KeyQuestion, texts: Texts, flow: Flow, draft: Draft) -> Iterator[Said]:
    """The texts of one slot. One with a loop may name whatever keys it likes and is none of them."""
    read = {
        of: KeyedText(draft.sources[template], of[0], question.keys)
        for of, template in texts.get(slot, {}).items()
        if "{% for" not in draft.sources[template]
    }
    main = flow.languages[0]
    for (language, kind), text in read.items():
        first = None
        if language != main:
            first = read.get((main, kind)) or read.get((main, ""))
        sibling = read.get((language, "" if kind else "ussd"))
        by = ("USSD" if kind else "SMS") if sibling else ""
        yield Said(slot, language, draft.places[texts[slot][language, kind]], text, first, main, sibling, by)


def may_hold_keys(text: KeyedText, flow: Flow) -> bool:
    """Whether a value in the text may itself be a list of keys: all but the constants and what was asked for in this flow
    and cannot be such a text."""
    asked = [
        field
        for state in flow.states.values()
        for field in ((state.field,) if isinstance(state, Ask) else state.fields if isinstance(state, Collect) else ())
    ]
    free = {field.name for field in asked if field.type == "text"}
    plain = ({*flow.constants} | {field.name for field in asked}) - free
    roots = (re.findall(r"[^\W\d]\w*", token.text) for token in text.tokens if token.kind == "value")
    return any(not names or names[0] not in plain for names in roots)


def words_in(text: KeyedText, options: tuple[Option, ...], language: str) -> bool:
    """Whether a word by which one of these is chosen stands in the text, but for its ending."""
    there = " " + " ".join(token.text for token in text.tokens if token.kind == "word")
    stems = [fold(word) for option in options for word in option.words.get(language, ())]
    return any(f" {stem[: max(len(stem) - ENDING, 3)]}" in there for stem in stems if stem)


def asks_for_a_number(text: KeyedText) -> bool:
    """`How many rooms?`: that one answers with a number goes without saying."""
    words = {fold(word) for word in HOW_MANY.split(",")}
    return any(token.text in words for token in text.tokens)

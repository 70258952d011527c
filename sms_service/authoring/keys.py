"""The keys of questions, and those that a text names: all of them, no other, in every language beside the same words."""

from __future__ import annotations

from collections.abc import Iterator

from sms_service.authoring.key_questions import (
    KeyQuestion,
    Said,
    Texts,
    asks_for_a_number,
    key_questions,
    may_hold_keys,
    said_in,
    texts_of,
    words_in,
)
from sms_service.authoring.keyed_text import KeyedText, lexicon
from sms_service.authoring.load import Draft
from sms_service.authoring.source import Finding, Path
from sms_service.authoring.surplus_keys import OWN, surplus_key
from sms_service.authoring.swapped_keys import disordered, of_key, swapped
from sms_service.engine.model import AnyState, Choose, Consent, Flow

NAMED_LEAST = 2
"""Keys from which on a text is taken for a list of them: "1 to join, else do nothing" is none."""


def key_findings(flow: Flow, draft: Draft) -> Iterator[Finding]:
    """What is wrong with the keys of menus and consents, and with those that the texts of questions name."""
    texts = texts_of(flow, draft)
    for name, state in flow.states.items():
        if name in draft.unread:
            continue
        yield from _own_keys(state, draft)
        for question in key_questions(state):
            if not all(question.keys) or len(set(question.keys)) < len(question.keys):  # that was told
                continue
            if question.kind == "labelled" and isinstance(state, Choose):
                yield from _without_label(state, question, texts, flow, draft)
            for slot in (question.prompt, *question.others):
                for one in said_in(slot, question, texts, flow, draft):
                    yield from _of_text(one, question, flow, draft)


def _of_text(said: Said, question: KeyQuestion, flow: Flow, draft: Draft) -> Iterator[Finding]:
    text = said.text
    if question.kind == "labelled":
        yield from _misplaced(said, question, draft)
        return
    if question.kind == "yes_no" and not _says_yes_or_no(text, question):
        return
    if not text.named:
        if said.slot == question.prompt and text.tokens:
            yield from _none(said, question, flow, draft)
        return
    surplus = list(_surplus(said, question, draft))
    yield from surplus
    if said.slot == question.prompt or _is_list(text):
        if not surplus:
            yield from _missing(said, question, draft)
        yield from _misplaced(said, question, draft)


def _surplus(said: Said, question: KeyQuestion, draft: Draft) -> Iterator[Finding]:
    """A number that reads like a key."""
    text = said.text
    at = surplus_key(text, said.slot == question.prompt or _is_list(text))
    if at is None or _may_be_a_time(said, question):
        return
    number, keys = text.tokens[at].text, ", ".join(text.keys)
    message = f"{number} reads like a key here and is none: the keys are {keys}, write one of them or add it"
    if question.kind == "yes_no":
        message = f"{number} reads like a key here and is none: a yes_no has the keys {keys} and no other"
    yield draft.source.finding(said.path, message, word=_around(text, at))


def _misplaced(said: Said, question: KeyQuestion, draft: Draft) -> Iterator[Finding]:
    """Keys beside words that are another's, or that may be."""
    text, source = said.text, draft.source
    if swap := swapped(said, question):
        yield source.finding(said.path, swap[0], word=text.source[swap[1] : swap[2]])
    elif question.kind != "labelled" and disordered(said, question):
        assert said.first
        message = (
            f"in {said.language} the keys stand as {', '.join(text.order)}, in {said.first_language} as "
            f"{', '.join(said.first.order)}: look whether each still stands with its own words"
        )
        yield source.finding(said.path, message, "warning", word=_around(text, text.list[0]))


def _says_yes_or_no(text: KeyedText, question: KeyQuestion) -> bool:
    """Whether these numbers are keys at all. A yes_no needs to name none, and asks about numbers too."""
    meanings = [of_key(text, key, text.side).meaning for key in (question.yes, question.no)]
    return len(text.list) == len(question.keys) and any(meanings)


def _may_be_a_time(said: Said, question: KeyQuestion) -> bool:
    """`May we come at 1 or 3? YES or NO`: a consent can do without keys."""
    text = said.text
    return bool(question.yes) and not _is_list(text) and _yes_or_no(said)


def _yes_or_no(said: Said) -> bool:
    """Whether the text names a word for yes or for no, be it as `YES or NO`."""
    text, meanings = said.text, lexicon(said.language)
    return any(meanings.get(token.text) for token in text.tokens) or text.says("yes") or text.says("no")


def _is_list(text: KeyedText | None) -> bool:
    return text is not None and len(text.named) >= NAMED_LEAST


def _around(text: KeyedText, at: int) -> str:
    """A piece of the text as the file has it, by which its place is found there."""
    return text.source[text.tokens[at].start : text.tokens[at].end]


# -- the keys themselves --


def _own_keys(state: AnyState, draft: Draft) -> Iterator[Finding]:
    """Keys that the service has for itself, and such as nobody would send."""
    path: Path = ("states", state.name)
    places: list[tuple[str, Path, bool]] = []
    if isinstance(state, Choose):
        places = [(option.key, (*path, "choose", option.key), True) for option in state.options]
    elif isinstance(state, Consent):
        within = (*path, "consent")
        places = [(state.yes.key, (*within, "yes", "key"), False), (state.no.key, (*within, "no", "key"), False)]
        places += [(option.key, (*within, "other", option.key), True) for option in state.others]
    for key, place, of_key_ in places:
        if key in OWN:
            message = f'the key {key} is the service\'s own ("98 more", "0 back", "00 to the first"): take another'
            yield draft.source.finding(place, message, of_key=of_key_)
        elif key.isdigit() and key.startswith("0"):
            meant = int(key) or 1
            message = f"write the key {key} as {meant}: who sends {meant} would not be understood"
            yield draft.source.finding(place, message, of_key=of_key_)


def _without_label(state: Choose, question: KeyQuestion, texts: Texts, flow: Flow, draft: Draft) -> Iterator[Finding]:
    """Options without a label beside others that have one; the text may tell of them itself."""
    read = list(said_in(question.prompt, question, texts, flow, draft))
    if len(read) < len(texts.get(question.prompt, ())) or any(may_hold_keys(one.text, flow) for one in read):
        return
    for option in state.options:
        if option.labels or all(
            option.key in one.text.named or words_in(one.text, (option,), one.language) for one in read
        ):
            continue
        message = f"option {option.key} has no label: nobody sees it; give it one, or tell of it in the text"
        yield draft.source.finding(("states", state.name, "choose", option.key), message, of_key=True)


# -- keys that are missing --


def _none(said: Said, question: KeyQuestion, flow: Flow, draft: Draft) -> Iterator[Finding]:
    """No key at all: nobody can know what to answer, where no words say it either."""
    text, asks = said.text, question.kind == "consent"
    in_words = _yes_or_no(said) if asks else words_in(text, question.options, said.language)
    worded = any(option.words.get(said.language) for option in question.options)
    message = ""
    if _all(said.first):
        where = (said.language, said.first_language)
        message = f"in {where[0]} this text names no key, in {where[1]} it names {_keys(said.first)}"
    elif _all(said.sibling):
        other = "SMS" if said.by == "USSD" else "USSD"
        message = f"by {said.by} this text names no key, by {other} it names {_keys(said.sibling)}"
    if message and (asks or not (in_words or worded)):
        yield draft.source.finding(said.path, f"{message}: name them here too", "warning" if in_words else "error")
    elif not message and not in_words and not may_hold_keys(text, flow) and (asks or not asks_for_a_number(text)):
        keys = ", ".join(text.keys)
        message = f"this text names none of the keys {keys}: how does one answer? add them, or give each option a label"
        if asks:
            message = f"this text says neither the keys {keys} nor YES and NO: how does one answer? add them"
        yield draft.source.finding(said.path, message, "warning")


def _all(text: KeyedText | None) -> bool:
    return text is not None and len(text.named) == len(text.keys) > 1


def _keys(text: KeyedText | None) -> str:
    return ", ".join(key for key in text.keys if key in text.named) if text else ""


def _missing(said: Said, question: KeyQuestion, draft: Draft) -> Iterator[Finding]:
    """Keys that are not named beside others that are. What the first language leaves out too may be meant so."""
    for key in said.text.keys:
        if key in said.text.named:
            continue
        what, in_words = f"the key {key}", False
        if key in (question.yes, question.no):
            what = f"{key}, the key of {'yes' if key == question.yes else 'no'}"
            in_words = said.text.says("yes" if key == question.yes else "no")  # "1 to join, or NO"
        if said.first is not None and key in said.first.order:
            message = (
                f"in {said.language} this text does not name {what}; in {said.first_language} it does: add it here too"
            )
            yield draft.source.finding(said.path, message, "warning" if in_words else "error")
        elif not in_words and said.slot == question.prompt and _is_list(said.text) and not _is_list(said.first):
            message = f"this text names {_keys(said.text)} and not {what}: add it, or nobody knows of it"
            yield draft.source.finding(said.path, message, "warning")

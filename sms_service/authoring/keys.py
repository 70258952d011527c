"""The keys that a text names: all of them, no other, and in every language beside the same words.

A consent in whose translation yes and no have changed places would make members of people who refuse.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sms_service.authoring.keyed_text import Beside, KeyedText, Side
from sms_service.authoring.load import Draft
from sms_service.authoring.source import Finding, Path, shown
from sms_service.engine.model import Choose, Consent, Flow
from sms_service.engine.navigation import BACK, MORE, RESTART

OWN = frozenset((BACK, RESTART, MORE))
"""Keys of the service itself, which a text may name too."""

SLOTS = ("say", "unclear", "remind")
"""The texts of a question in which keys may stand. Only the first has to name them."""

NAMED_LEAST = 2
"""Keys from which on a text is taken for a list of them: "1 to join, else do nothing" is none."""


Swap = tuple[str, int, int]
"""A message, and from where to where in the text it is about."""


@dataclass(frozen=True)
class _Said:
    """One text of a state, with its place. `first` is the same text in the flow's first language; None where this is it."""

    slot: str
    language: str
    path: Path
    text: KeyedText
    first: KeyedText | None
    first_language: str


def key_findings(flow: Flow, draft: Draft) -> Iterator[Finding]:
    """What is wrong with the keys that the texts of consents, and of menus without labels, name."""
    texts: dict[str, dict[tuple[str, str], str]] = {}
    for template in draft.places:
        slot, _, rest = template.partition("@")
        language, _, kind = rest.partition(":")
        if language and template in flow.templates and "{% for" not in draft.sources[template]:
            texts.setdefault(slot, {})[language, kind] = template
    for name, state in flow.states.items():
        if name in draft.unread:
            continue
        if isinstance(state, Consent):
            keys = [state.yes.key, *(option.key for option in state.others), state.no.key]
        elif isinstance(state, Choose) and not any(option.labels for option in state.options):
            keys = [option.key for option in state.options]
        else:
            continue
        if not all(keys) or len(set(keys)) < len(keys):  # that was told
            continue
        for slot in SLOTS:
            for said in _said(slot, texts.get(f"{name}.{slot}", {}), keys, flow, draft):
                yield from _of_text(said, state, draft)


def _said(
    slot: str, templates: Mapping[tuple[str, str], str], keys: Sequence[str], flow: Flow, draft: Draft
) -> Iterator[_Said]:
    read = {of: KeyedText(draft.sources[template], of[0], keys) for of, template in templates.items()}
    main = flow.languages[0]
    for (language, kind), text in read.items():
        first = None
        if language != main:
            first = read.get((main, kind)) or read.get((main, "")) or read.get((main, "sms"))
        yield _Said(slot, language, draft.places[templates[language, kind]], text, first, main)


def _of_text(said: _Said, state: Consent | Choose, draft: Draft) -> Iterator[Finding]:
    text, source = said.text, draft.source
    if not text.named:
        if isinstance(state, Choose) and said.slot == "say" and _names_none(said, state):
            message = (
                f"in {said.language} this text names no key, in {said.first_language} it names {_keys(said.first)}"
            )
            yield source.finding(said.path, f"{message}: name them here too")
        return
    if said.slot != "say" and not _is_list(text):
        return
    foreign = _foreign(text)
    if foreign is not None:
        number = text.tokens[foreign].text
        keys = ", ".join(text.keys)
        message = f"{number} reads like a key here and is none: the keys are {keys}, write one of them or add it"
        yield source.finding(said.path, message, word=_around(text, foreign, foreign))
    else:
        yield from _missing(said, state, draft)
    swapped = _swapped(said, state) if isinstance(state, Consent) else _other_words(said)
    if swapped:
        message, begin, end = swapped
        yield source.finding(said.path, message, word=text.source[begin:end])
    elif _disordered(said, state):
        assert said.first
        message = (
            f"in {said.language} the keys stand as {', '.join(text.order)}, in {said.first_language} as "
            f"{', '.join(said.first.order)}: look whether each still stands with its own words"
        )
        yield source.finding(said.path, message, "warning", word=_around(text, text.list[0], text.list[0]))


# -- keys that are missing, numbers that are none --


def _names_none(said: _Said, state: Choose) -> bool:
    """Whether nobody can know what to answer: no key, where the first language has them all, and no words either."""
    words = any(option.words.get(said.language) for option in state.options)
    return said.first is not None and len(said.first.named) == len(state.options) > 1 and not words


def _keys(text: KeyedText | None) -> str:
    return ", ".join(key for key in text.keys if key in text.named) if text else ""


def _missing(said: _Said, state: Consent | Choose, draft: Draft) -> Iterator[Finding]:
    """Keys that are not named beside others that are. What the first language leaves out too may be meant so."""
    for key in said.text.keys:
        if key in said.text.named:
            continue
        what, in_words = f"the key {key}", False
        if isinstance(state, Consent) and key in (state.yes.key, state.no.key):
            what = f"{key}, the key of {'yes' if key == state.yes.key else 'no'}"
            in_words = said.text.says("yes" if key == state.yes.key else "no")  # "1 to join, or NO"
        if said.first is not None and key in said.first.order:
            message = (
                f"in {said.language} this text does not name {what}; in {said.first_language} it does: add it here too"
            )
            yield draft.source.finding(said.path, message, "warning" if in_words else "error")
        elif not in_words and said.slot == "say" and _is_list(said.text) and not _is_list(said.first):
            message = f"this text names {_keys(said.text)} and not {what}: add it, or nobody knows of it"
            yield draft.source.finding(said.path, message, "warning")


def _is_list(text: KeyedText | None) -> bool:
    return text is not None and len(text.named) >= NAMED_LEAST


def _foreign(text: KeyedText) -> int | None:
    """A number that stands in the list of the keys, written as they are, and is none of them."""
    hints = {text.hint(at) for at in text.list}
    if len(hints) > 1:  # the first stands behind other words, the last before the end
        hints = {hint for hint in (text.hint(at) for at in text.list) if hint[0]}
    if len(hints) != 1 or not all(key.isdigit() for key in text.keys):
        return None
    side, sign = hints.pop()
    missing = set(text.keys) - text.named
    numbers = text.numbers
    for place, at in enumerate(numbers):
        number = text.tokens[at].text
        neighbours = [one for one in (numbers[max(place - 1, 0)], *numbers[place + 1 : place + 2]) if one in text.list]
        if number in text.keys or number in OWN or len(number) > 2 or not neighbours or not text.alone(at):
            continue
        between = len(neighbours) == 2
        alike = side != "" and text.hint(at) == (side, sign) and any(text.clauses(at, side))
        if missing:
            near = int(min(text.keys, key=int)) <= int(number) <= int(max(text.keys, key=int)) + 1
            if alike and near:
                return at
        elif alike and len(text.list) > 1 and sign and (between or (side == "after" and sign in "=:).")):
            return at
    return None


def _around(text: KeyedText, first: int, last: int) -> str:
    """A piece of the text from one token to another, as the file has it, by which its place is found there."""
    return text.source[text.tokens[first].start : text.tokens[last].end]


# -- words that have changed places --


def _of_key(text: KeyedText, key: str, side: Side) -> Beside:
    """What stands beside a key; without a side, whatever is the key's alone."""
    at = next((at for at in text.list if text.tokens[at].text == key), None)
    if at is None:
        return Beside()
    if side:
        return text.beside(at, side)
    both = [text.beside(at, one) for one in ("before", "after") if not text.shared(at, one)]
    meant = [one for one in both if one.meaning]
    return meant[0] if len({one.meaning for one in meant}) == 1 else Beside()


def _swapped(said: _Said, state: Consent) -> Swap | None:
    """Yes beside the key of no, or no beside that of yes.

    By itself a text is blamed only where both are so, or where nothing but the word stands beside the key: "if there is no
    mistake: 1" is a yes. Where the first language has it right and the keys come in another order, one of them is enough.
    """
    text, yes_key, no_key = said.text, state.yes.key, state.no.key
    if not (yes_key.isdigit() and no_key.isdigit()):
        return None
    yes, no = _of_key(text, yes_key, text.side), _of_key(text, no_key, text.side)
    if not text.plainly and text.otherwise(yes_key, no_key) == ("yes", "no"):
        return None
    both = yes.meaning == "no" and no.meaning == "yes"
    moved = _moved(said, yes_key, no_key)
    if both or (text.side and yes.meaning == "no" != no.meaning and (yes.bare or moved)):
        return _told(said, yes_key, yes, f"is yes: people would agree by what they read as no; no is {no_key}")
    if text.side and no.meaning == "yes" != yes.meaning and (no.bare or moved):
        return _told(said, no_key, no, f"is no; yes is {yes_key}")
    for option in state.others if said.first and moved else ():
        assert said.first
        here = _of_key(text, option.key, text.side)
        if here.meaning == "yes" != yes.meaning and _of_key(said.first, option.key, said.first.side).meaning != "yes":
            return _told(said, option.key, here, f"is not yes; yes is {yes_key}")
    return None


def _moved(said: _Said, yes_key: str, no_key: str) -> bool:
    """Whether the keys come in another order than in the first language, which has the right words beside them."""
    text, first = said.text, said.first
    if first is None or not text.side or text.order == first.order:
        return False
    meanings = [_of_key(first, key, first.side).meaning for key in (yes_key, no_key)]
    return meanings == ["yes", "no"]


def _other_words(said: _Said) -> Swap | None:
    """A menu in which yes and no stand the other way round than in the flow's first language."""
    text, first = said.text, said.first
    if first is None or not (text.side and first.side):
        return None
    theirs = {key: _of_key(first, key, first.side).meaning for key in first.order if key in text.order}
    for key in (key for key, meaning in theirs.items() if meaning == "yes"):
        here = _of_key(text, key, text.side)
        for other in (other for other, meaning in theirs.items() if meaning == "no" and here.meaning == "no"):
            if _of_key(text, other, text.side).meaning == "yes":
                return _told(said, key, here, f"is yes in {said.first_language}, where no is {other}")
    return None


def _told(said: _Said, key: str, beside: Beside, what: str) -> Swap:
    text = said.text
    at = next(at for at in text.list if text.tokens[at].text == key)
    begin, end = min(beside.start, text.tokens[at].start), max(beside.end, text.tokens[at].end)
    word = " ".join(text.source[beside.start : beside.end].split())
    return f'in {said.language} "{shown(word)}" stands with {key}, and {key} {what}', begin, end


def _disordered(said: _Said, state: Consent | Choose) -> bool:
    """Whether the keys come in another order than in the first language, for no reason that the words show."""
    text, first = said.text, said.first
    if first is None or not (text.once and first.once) or text.order == first.order:
        return False
    keys = list(first.order)
    if sorted(text.order) != sorted(keys) or keys != [key for key in text.keys if key in keys]:
        return False
    if list(text.order) == sorted(keys, key=lambda key: (len(key), key)):  # 1, 2, 3 is everybody's order
        return False
    meanings = [(_of_key(text, key, text.side).meaning, _of_key(first, key, first.side).meaning) for key in keys]
    if isinstance(state, Consent):
        ours = [_of_key(text, option.key, text.side).meaning for option in (state.yes, state.no)]
        return ours != ["yes", "no"] and not _same_words(text, first, keys)
    agreed = sum(one == other != "" for one, other in meanings)
    return agreed < len(keys) - 1 and not _same_words(text, first, keys)


def _same_words(ours: KeyedText, theirs: KeyedText, keys: Collection[str]) -> bool:
    """Whether names or values that both texts have stand beside the same keys in both, and so tell that they agree."""
    one, other = _labels(ours), _labels(theirs)
    return any(one[key] & other[key] for key in keys) and not any(
        one[key] & other[another] - one[another] for key in keys for another in keys if another != key
    )


def _labels(text: KeyedText) -> dict[str, set[str]]:
    return {
        text.tokens[at].text: {word.text for clause in text.clauses(at, text.side)[:1] for word in clause}
        if text.side
        else set()
        for at in text.list
    }

"""An answer that runs ahead: `2 name Ram Kumar` says in one text what three questions would ask for.

What stands first chooses an option, what follows an option of the menu that it leads to, and the rest answers the question
at the end. Only on the way to a question is anything taken this way, and she is asked what she consents to all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from sms_service.engine.answers import fold, read_key
from sms_service.engine.model import AnyState, Ask, Choose, Consent, Flow, Option, Question

LONGEST = 4
"""Words of the longest option that is looked for at the beginning of a text."""

BETWEEN = re.compile(r"[\s:=,;|]+")
"""What stands between words; not the hyphen, which IDs and names have in them."""

SAYS_SO = "wrong incorrect mistake correct right should galat galt galti sahi theek गलत गलती सही ठीक kosa makosa sahihi"
"""Words by which one says which is right: the value comes after the last of them (`naam galat hai, sahi naam Ram hai`)."""

BESIDE = """it its is be must shall are in my the to and actually hai h hain mera meri mere ka ki ko है हैं मेरा मेरी का की ni
    iwe liwe langu yangu changu ya la cha"""
"""Words that may stand between an option and a value: `name it is Ram`, `naam hai Ram`."""

BEFORE_DIGITS = "no num number nr नंबर नम्बर namba nambari"
"""What stands before a number, and may be a name: `booth no 14`, `name No Maya`."""


AFTER = "hai hain है हैं ji जी please plz sir madam tafadhali"
"""What stands behind a value: `booth 13 hai`."""

_SAYS_SO, _BESIDE, _BEFORE_DIGITS, _AFTER = (
    frozenset(fold(word) for word in words.split()) for words in (SAYS_SO, BESIDE, BEFORE_DIGITS, AFTER)
)


class Ahead(NamedTuple):
    """Where a text runs ahead to: `ways`, the key of each option and the state that it leads to; the question that `rest` is
    the answer to (None: a menu, or nothing more was said); `named`: the last option by a word, and not by its key alone."""

    ways: tuple[tuple[str, str], ...]
    asks: Ask | None
    rest: str
    named: bool


def ahead(flow: Flow, state: Question, text: str) -> Ahead | None:
    """What `text` says beyond an answer to `state`; None: nothing that this flow would ask for."""
    words = [word for word in BETWEEN.split(text) if word]
    ways: list[tuple[str, str]] = []
    named = False
    here: AnyState | None = state if isinstance(state, Consent | Choose) else None
    if isinstance(state, Consent) and not _chosen(words, state.others):
        here = _menu_behind(flow, state, words, ways)
    while isinstance(here, Consent | Choose) and (found := _chosen(words, _options(here))):
        option, taken, named = found
        words, options, here = words[taken:], _options(here), flow.states.get(option.next)
        ways.append((option.key, option.next))
        if isinstance(here, Ask):
            return Ahead(tuple(ways), here, " ".join(_value(words, options)), named)
        words = _without(words, _BESIDE)
    return Ahead(tuple(ways), None, "", named) if ways and isinstance(here, Choose) else None


def _options(state: Consent | Choose) -> tuple[Option, ...]:
    """What one may choose ahead: never the yes nor the no to a consent."""
    return state.options if isinstance(state, Choose) else state.others


def _menu_behind(flow: Flow, state: Consent, words: list[str], ways: list[tuple[str, str]]) -> Choose | None:
    """The menu of which the words name an option, though nobody has been led to it yet: `naam galat hai`."""
    for other in state.others:
        menu = flow.states.get(other.next)
        if isinstance(menu, Choose) and (found := _chosen(words, menu.options)) and found[2]:
            ways.append((other.key, other.next))
            return menu
    return None


def _chosen(words: list[str], options: Iterable[Option]) -> tuple[Option, int, bool] | None:
    """The option that stands first, how many words name it, and whether they are more than its key."""
    for length in range(min(LONGEST, len(words)), 0, -1):
        said = fold(" ".join(words[:length]))
        for option in options:
            if said in _spellings(option):
                return option, length, True
            if length == 1 and read_key(words[0], [option.key]):
                return option, length, False
    return None


def _spellings(option: Option) -> set[str]:
    """What names it, in any language of the flow: people answer in another one than they are asked in."""
    return {fold(word) for words in (option.labels.values(), *option.words.values()) for word in words} - {""}


def _value(words: list[str], options: Iterable[Option]) -> list[str]:
    """What is left for the answer, without what only leads to it."""
    last = max((place for place, word in enumerate(words) if fold(word) in _SAYS_SO), default=-1)
    words = _without(words[last + 1 :], _BESIDE)
    if last >= 0 and (again := _chosen(words, options)) and again[2]:
        words = _without(words[again[1] :], _BESIDE)
    while words and fold(words[-1]) in _AFTER:
        words = words[:-1]
    if words and fold(words[0]) in _BEFORE_DIGITS and any(character.isdigit() for character in "".join(words)):
        words = words[1:]
    return [] if all(fold(word) in _BESIDE for word in words) else words


def _without(words: list[str], beside: frozenset[str]) -> list[str]:
    while words and fold(words[0]) in beside:
        words = words[1:]
    return words

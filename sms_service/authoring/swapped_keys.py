"""Words that stand beside another key than they should: yes with the key of no, the label of one option with another's.

A consent in whose translation yes and no have changed places would make members of people who refuse.
"""

from __future__ import annotations

from collections.abc import Collection

from sms_service.authoring.key_questions import KeyQuestion, Said
from sms_service.authoring.keyed_text import Beside, KeyedText, Side
from sms_service.authoring.source import shown
from sms_service.engine.answers import fold

Swap = tuple[str, int, int]
"""A message, and from where to where in the text it is about."""


def swapped(said: Said, question: KeyQuestion) -> Swap | None:
    """What stands beside another key than it should."""
    if question.kind == "labelled":
        return _other_labels(said, question)
    return _other_words(said) if question.kind == "menu" else _yes_and_no(said, question)


def disordered(said: Said, question: KeyQuestion) -> bool:
    """Whether the keys come in another order than in the first language, for no reason that the words show."""
    text, first = said.text, said.first
    if first is None or not (text.once and first.once) or text.order == first.order:
        return False
    keys = list(first.order)
    if sorted(text.order) != sorted(keys) or keys != [key for key in text.keys if key in keys]:
        return False
    if list(text.order) == sorted(keys, key=lambda key: (len(key), key)):  # 1, 2, 3 is everybody's order
        return False
    meanings = [(of_key(text, key, text.side).meaning, of_key(first, key, first.side).meaning) for key in keys]
    if question.yes:
        ours = [of_key(text, key, text.side).meaning for key in (question.yes, question.no)]
        return ours != ["yes", "no"] and not _same_words(text, first, keys)
    agreed = sum(one == other != "" for one, other in meanings)
    return agreed < len(keys) - 1 and not _same_words(text, first, keys)


def of_key(text: KeyedText, key: str, side: Side) -> Beside:
    """What stands beside a key; without a side, whatever is the key's alone."""
    at = next((at for at in text.list if text.tokens[at].text == key), None)
    if at is None:
        return Beside()
    if side:
        return text.beside(at, side)
    both = [text.beside(at, one) for one in ("before", "after") if not text.shared(at, one)]
    meant = [one for one in both if one.meaning]
    return meant[0] if len({one.meaning for one in meant}) == 1 else Beside()


def _yes_and_no(said: Said, question: KeyQuestion) -> Swap | None:
    """Yes beside the key of no, or no beside that of yes.

    By itself a text is blamed only where both are so, or where nothing but the word stands beside the key: "if there is no
    mistake: 1" is a yes. Where the first language has it right and the keys come in another order, one of them is enough.
    """
    text, yes_key, no_key = said.text, question.yes, question.no
    if not (yes_key.isdigit() and no_key.isdigit()):
        return None
    yes, no = of_key(text, yes_key, text.side), of_key(text, no_key, text.side)
    if not text.plainly and text.otherwise(yes_key, no_key) == ("yes", "no"):
        return None
    both = yes.meaning == "no" and no.meaning == "yes"
    moved = _moved(said, yes_key, no_key)
    if both or (text.side and yes.meaning == "no" != no.meaning and (yes.bare or moved)):
        if question.kind == "yes_no":
            return _told(said, yes_key, yes, f"is yes, {no_key} is no in every yes_no: exchange the keys")
        return _told(said, yes_key, yes, f"is yes: people would agree by what they read as no; no is {no_key}")
    if text.side and no.meaning == "yes" != yes.meaning and (no.bare or moved):
        return _told(said, no_key, no, f"is no; yes is {yes_key}")
    for key in (key for key in question.keys if key not in (yes_key, no_key)) if said.first and moved else ():
        assert said.first
        here = of_key(text, key, text.side)
        if here.meaning == "yes" != yes.meaning and of_key(said.first, key, said.first.side).meaning != "yes":
            return _told(said, key, here, f"is not yes; yes is {yes_key}")
    return None


def _moved(said: Said, yes_key: str, no_key: str) -> bool:
    """Whether the keys come in another order than in the first language, which has the right words beside them."""
    text, first = said.text, said.first
    if first is None or not text.side or text.order == first.order:
        return False
    meanings = [of_key(first, key, first.side).meaning for key in (yes_key, no_key)]
    return meanings == ["yes", "no"]


def _other_words(said: Said) -> Swap | None:
    """A menu in which yes and no stand the other way round than in the flow's first language."""
    text, first = said.text, said.first
    if first is None or not (text.side and first.side):
        return None
    theirs = {key: of_key(first, key, first.side).meaning for key in first.order if key in text.order}
    for key in (key for key, meaning in theirs.items() if meaning == "yes"):
        here = of_key(text, key, text.side)
        for other in (other for other, meaning in theirs.items() if meaning == "no" and here.meaning == "no"):
            if of_key(text, other, text.side).meaning == "yes":
                return _told(said, key, here, f"is yes in {said.first_language}, where no is {other}")
    return None


def _other_labels(said: Said, question: KeyQuestion) -> Swap | None:
    """A text that numbers the options otherwise than the menu below it: of two or more keys the words are another's label."""
    text = said.text
    if not text.side:
        return None
    labels = {option.key: fold(option.labels.get(said.language, "")) for option in question.options}
    found: list[tuple[str, Beside]] = []
    for at in text.list:
        key = text.tokens[at].text
        clause = next(iter(text.clauses(at, text.side)), [])
        words = f" {' '.join(word.text for word in clause)} "
        others = [label for other, label in labels.items() if other != key and label and f" {label} " in words]
        if clause and others and not (labels[key] and f" {labels[key]} " in words):
            count = others[0].count(" ") + 1
            ours = next(clause[place : place + count] for place in range(len(clause))
                        if " ".join(word.text for word in clause[place : place + count]) == others[0])  # fmt: skip
            found.append((key, Beside("", ours[0].start, ours[-1].end)))
    if len(found) < 2:
        return None
    key, beside = found[0]
    label = next(option.labels[said.language] for option in question.options if option.key == key)
    return _told(said, key, beside, f'is "{shown(label)}" in the menu below: leave the keys out of the text')


def _told(said: Said, key: str, beside: Beside, what: str) -> Swap:
    text = said.text
    at = next(at for at in text.list if text.tokens[at].text == key)
    begin, end = min(beside.start, text.tokens[at].start), max(beside.end, text.tokens[at].end)
    word = " ".join(text.source[beside.start : beside.end].split())
    return f'in {said.language} "{shown(word)}" stands with {key}, and {key} {what}', begin, end


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

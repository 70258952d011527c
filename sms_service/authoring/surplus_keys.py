"""A number in a text that reads like a key and is none: between the keys, behind the last of them, or among `1, 2 or 3`."""

from __future__ import annotations

from itertools import pairwise

from sms_service.authoring.keyed_text import KeyedText, Side
from sms_service.engine.answers import fold
from sms_service.engine.navigation import BACK, MORE, RESTART

OWN = frozenset((BACK, RESTART, MORE))
"""Keys of the service itself, which a text may name too."""

_OR = frozenset(
    map(fold, ("or", "and", "या", "और", "ya", "au", "na", "ou", "et", "বা", "অথবা", "ও", "அல்லது", "أو", "و"))
) | {","}  # fmt: skip
"""What stands between numbers that are listed without their words: `1, 2 or 3`."""


def surplus_key(text: KeyedText, lists: bool) -> int | None:
    """The first such number, as a place in the text's tokens. `lists`: the text is one that should list the keys, and does
    so even if it names only one of them."""
    if not text.list or not all(key.isdigit() for key in text.keys):
        return None
    found = [at for at in (_within(text) if lists else None, _behind(text), _among(text)) if at is not None]
    return min(found, default=None)


def _within(text: KeyedText) -> int | None:
    """A number that stands in the list of the keys, written as they are, and is none of them."""
    hints = {text.hint(at) for at in text.list}
    if len(hints) > 1:  # the first stands behind other words, the last before the end
        hints = {hint for hint in (text.hint(at) for at in text.list) if hint[0]}
    if len(hints) != 1:
        return None
    side, sign = hints.pop()
    missing = set(text.keys) - text.named
    numbers = text.numbers
    for place, at in enumerate(numbers):
        number = text.tokens[at].text
        neighbours = [one for one in (numbers[max(place - 1, 0)], *numbers[place + 1 : place + 2]) if one in text.list]
        if not _foreign(text, at) or len(number) > 2 or not neighbours:
            continue
        between = len(neighbours) == 2
        alike = side != "" and text.hint(at) == (side, sign) and any(text.clauses(at, side))
        if missing:
            near = int(min(text.keys, key=int)) <= int(number) <= _next(text)
            if alike and near:
                return at
        elif alike and len(text.list) > 1 and sign and (between or (side == "after" and sign in "=:).")):
            return at
    return None


def _behind(text: KeyedText) -> int | None:
    """The number that would be the next key, behind the last one and written just like it: an option that was deleted."""
    behind = [at for at in text.numbers if at > text.list[-1]]
    if len(text.list) < 2 or not behind:
        return None
    before_last, last, at = *text.list[-2:], behind[0]
    if not _foreign(text, at) or int(text.tokens[at].text) != _next(text):
        return None
    side = text.side or _dashed(text, at)
    if not side or not any(text.clauses(at, side)) or (side == "before" and _word(text, at + 1)):
        return None
    hints = {text.hint(one) for one in text.list if text.hint(one)[0]}
    alike = (
        side == _dashed(text, at) or hints == {text.hint(at)} or (_around(text, at) == _around(text, last) != ("", ""))
    )
    if side == "after":
        parted, before = _sign(text, at - 1), _sign(text, last - 1)
        joined = text.tokens[at - 1].text in _OR and hints == {("after", "")} and _sign(text, at + 1) == ""
        return at if ((alike and parted == before) or joined) else None
    parted, before = _sign(text, last + 1), _sign(text, before_last + 1)
    return at if alike and (parted == before or text.tokens[last + 1].text in _OR) else None


def _dashed(text: KeyedText, at: int) -> Side:
    """The side of the labels in `1 - Tea` and `Tea - 1`, where the number at `at` and all keys stand so."""
    for side, step in (("after", 1), ("before", -1)):
        if all(_sign(text, one + step) in ("-", "–", "—") for one in (*text.list, at)):
            return "after" if side == "after" else "before"
    return ""


def _among(text: KeyedText) -> int | None:
    """Of numbers alone, as in `Send 1 or 3.`, one that is no key. Only where the text has no others."""
    numbers = [at for at in text.numbers if text.alone(at)]
    if len(numbers) < 2 or not set(text.list) <= set(numbers) or not text.once or _word(text, numbers[-1] + 1):
        return None
    for first, last in pairwise(numbers):
        between = {token.text for token in text.tokens[first + 1 : last]}
        if not between or not between <= _OR:
            return None
    return next((at for at in numbers if _foreign(text, at) and 0 < int(text.tokens[at].text) <= _next(text)), None)


def _foreign(text: KeyedText, at: int) -> bool:
    number = text.tokens[at].text
    return number not in text.keys and number not in OWN and text.alone(at)


def _next(text: KeyedText) -> int:
    return max(map(int, text.keys)) + 1


def _word(text: KeyedText, at: int) -> bool:
    return 0 <= at < len(text.tokens) and text.tokens[at].kind != "mark"


def _sign(text: KeyedText, at: int) -> str:
    """The mark there; "" for a word, the end, or the full stop behind all."""
    if not 0 <= at < len(text.tokens) or text.tokens[at].kind != "mark":
        return ""
    return text.tokens[at].text


def _around(text: KeyedText, at: int) -> tuple[str, str]:
    """The marks on both sides of a number."""
    return _sign(text, at - 1), _sign(text, at + 1)

"""A text that names keys, as a reader takes it: which keys, in which order, and what stands beside each.

People write `Yes: 1. No: 2` and `1 yes, 2 no`, and languages differ in it: which of the two a text does is seen from all of
it. What cannot be seen surely is nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple

from sms_service.engine.answers import fold
from sms_service.engine.words import FALSE_FRIENDS, NUMBERS, WORDS

Side = Literal["before", "after", ""]
Meaning = Literal["yes", "no", ""]

_CODE = re.compile(r"\{\{.*?\}\}|\{[%#].*?[%#]\}", re.DOTALL)
_WORD = r"[^\s\d\ufffc!-/:-@\[-`{-~।॥،؛؟、。—–“”„‘’…→|]+"
_TOKEN = re.compile(
    rf"(?P<number>\d+)[\ufe0f\u20e3]*|(?P<value>\ufffc+)|(?P<word>{_WORD}(?:['’]{_WORD})*)|(?P<mark>\n|\S)"
)
_GLUED_BEFORE = re.compile(r"\d[.,:/*–-]\Z|[*#+%₹$€£]\Z")
_GLUED_BEHIND = re.compile(r"[.,:/*–-]\d|[*#%₹$€£]")
"""Signs by which a digit is a part of something longer: 1.5, 1,200, 12:30, 1/2, *384#, +91."""

_HARD = frozenset(".!?;\n।॥؟؛。…|")
_SOFT = frozenset(",،、:()[]—")
_JOINTS = frozenset(":=→>-–)")
KEY_MAX = 3
"""Digits of a key."""

MENTIONS_MAX = 200
"""Numbers of one text that are looked at: twice the keys of the longest menu. What has more is no list of keys."""

_TO = frozenset(
    map(fold, ("to", "till", "through", "se", "से", "तक", "hadi", "mpaka", "à", "إلى", "থেকে", "முதல்"))
) | frozenset("-–—….")
"""What stands between the ends of `1 to 5`."""
_MEANT: Mapping[str, Meaning] = {"yes": "yes", "joins": "yes", "no": "no", "wrong_number": "no"}


class Token(NamedTuple):
    """A word (folded), a number (in ASCII digits), a value (as it stands in its braces) or a mark, with its place."""

    kind: str
    text: str
    start: int
    end: int


class Beside(NamedTuple):
    """What the words beside a key mean, and where in the text those stand that say so. `bare`: nothing else does."""

    meaning: Meaning = ""
    start: int = 0
    end: int = 0
    bare: bool = False


class KeyedText:
    """One text in one language, and where it names the `keys`.

    `named` are all keys that it may be taken to name; `list` are the tokens of the passage that lists them, each key once;
    `once` says that it names none a second time. `side` is where their labels stand ("" where nobody can tell), `plainly`
    that signs such as `:` say so.
    """

    def __init__(self, source: str, language: str, keys: Sequence[str]) -> None:
        self.source, self.keys = source, keys
        masked = _CODE.sub(lambda code: ("\ufffc" if code[0][1] == "{" else "\n") * len(code[0]), source)
        self._masked = masked
        listed = len(re.findall(r"\d+", masked)) <= MENTIONS_MAX
        self.tokens = [_token(found, source) for found in _TOKEN.finditer(masked)] if listed else []
        self._lexicon = lexicon(language)
        self.numbers = [at for at, token in enumerate(self.tokens) if token.kind == "number"]
        last = [at for at, token in enumerate(self.tokens) if token.kind != "mark"]
        self._last = last[-1] if last else -1
        self.named = self._named(language)
        mentions = [at for at in self.numbers if self.tokens[at].text in keys and self.alone(at)]
        self.list = self._list(mentions)
        self.once = len(mentions) == len(self.list)
        self.side, self.plainly = self._side()

    @property
    def order(self) -> tuple[str, ...]:
        """The keys in the order in which the text lists them."""
        return tuple(self.tokens[at].text for at in self.list)

    def says(self, meaning: Meaning) -> bool:
        """Whether a word with this meaning stands anywhere in the text."""
        words = [token for token in self.tokens if token.kind == "word"]
        return any(found == meaning for found, _, _ in self._meanings(words))

    def alone(self, at: int) -> bool:
        """Whether a token is a number by itself, and no part of a date, a price or a phone number."""
        token = self.tokens[at]
        if token.kind != "number" or any(
            other.kind == "word" and (other.end == token.start or other.start == token.end)
            for other in self.tokens[max(at - 1, 0) : at + 2]
        ):
            return False
        before, behind = self._masked[max(token.start - 2, 0) : token.start], self._masked[token.end : token.end + 2]
        return not _GLUED_BEFORE.search(before) and not _GLUED_BEHIND.match(behind)

    def beside(self, at: int, side: Side) -> Beside:
        """What stands beside the number at `at`: the nearest words that mean something, as far as its sentence goes."""
        for number, clause in enumerate(self.clauses(at, side)):
            found = self._meanings(clause)
            meant = [one for one in found if one[0]]
            if meant:
                no = [one for one in meant if one[0] == "no"]  # a no beside a yes is a no
                meaning, first, last = (no or meant)[0]
                return Beside(meaning, first.start, last.end, number == 0 and len(meant) == len(found))
        return Beside()

    def otherwise(self, *keys: str) -> tuple[Meaning, ...]:
        """What stands beside these keys if they are read from the other side than it seemed; () if they cannot be: between
        word and key then stand the same signs everywhere, as in `Yes? 1. No? 3`."""
        step = -1 if self.side == "after" else 1
        signs, meanings = set(), {}
        for at in self.list if self.side else ():
            begin = at + step
            while self._mark(begin):
                begin += step
            low, high = sorted((at, begin))
            signs.add("".join(token.text for token in self.tokens[max(low + 1, 0) : high]))
            found = self.beside(begin - step, "before" if step < 0 else "after")
            meanings[self.tokens[at].text] = found.meaning
        alike = len(signs) == 1 and "\n" not in signs.pop()
        return tuple(meanings.get(key, "") for key in keys) if alike else ()

    def shared(self, at: int, side: Side) -> bool:
        """Whether what stands on this side of a number may as well belong to the next one there."""
        step = -1 if side == "before" else 1
        at += step
        while 0 <= at < len(self.tokens) and self.tokens[at].text not in _HARD | _SOFT - {":", "(", ")"}:
            if self.tokens[at].kind == "number":
                return True
            at += step
        return False

    def clauses(self, at: int, side: Side) -> list[list[Token]]:
        """The words on one side of a number, the nearest clause first; they end with the sentence, or at another number."""
        step = -1 if side == "before" else 1
        found: list[list[Token]] = [[]]
        at += step
        while 0 <= at < len(self.tokens) and self.tokens[at].text in _JOINTS | {"(", '"', "'", "/"}:
            at += step
        if side == "after" and 0 < at < len(self.tokens) and self.tokens[at].text == "." and self._listed(at - 1):
            at += step
        while 0 <= at < len(self.tokens):
            token = self.tokens[at]
            if token.kind == "number" or token.text in _HARD:
                break
            if token.text in _SOFT:
                found.append([])
            elif token.kind != "mark":
                found[-1].append(token)
            at += step
        return [clause[::step] for clause in found if clause]

    def hint(self, at: int) -> tuple[Side, str]:
        """On which side of a number its label seems to stand, and the sign that says so plainly ("" for none)."""
        left, right = at - 1, at + 1
        if self._mark(left) == "(" and self._mark(right) == ")":
            left, right = left - 1, right + 1
        before, behind = self._look(left), self._look(right)
        if behind in _JOINTS and before not in _JOINTS:
            return "after", behind
        if before in _JOINTS and behind not in _JOINTS:
            return "before", before
        if before == "edge" and behind in ("word", "dot"):
            return "after", "." if behind == "dot" and self._mark(left) in ("", "\n") else ""
        if before == "word" and behind == "edge":
            return "before", ""
        return "", ""

    # -- how it is found --

    def _named(self, language: str) -> frozenset[str]:
        """Generously: whatever a reader might take for a key, so that none is missed for being written unusually."""
        words = {token.text for token in self.tokens if token.kind != "value"}
        words |= {number for word, number in _number_words(language).items() if word in words}
        numbers = [at for at in self.numbers if len(self.tokens[at].text) < KEY_MAX + 1]
        for first, last in pairwise(numbers):
            low, high = int(self.tokens[first].text), int(self.tokens[last].text)
            if low + 1 < high:
                within = {key for key in self.keys if key.isdigit() and low < int(key) < high}
                between = {token.text for token in self.tokens[first + 1 : last]}
                words |= within if (between and between <= _TO) or len(within) > 1 else set()
        return frozenset(key for key in self.keys if key in words)

    def _list(self, mentions: list[int]) -> list[int]:
        """The passage that lists the keys: of several the one with the clearest signs, else the first."""
        keys = {self.tokens[at].text for at in mentions}
        windows = [mentions[at : at + len(keys)] for at in range(len(mentions) - len(keys) + 1)]
        windows = [window for window in windows if {self.tokens[at].text for at in window} == keys]
        if windows and keys:
            clear = {at: self.hint(at)[0] != "" for at in mentions}
            return max(windows, key=lambda window: sum(clear[at] for at in window))
        return sorted({self.tokens[at].text: at for at in reversed(mentions)}.values())

    def _side(self) -> tuple[Side, bool]:
        hints = [self.hint(at) for at in self.list]
        later = [hint for hint in hints[1:] if hint[0]]  # "Send: 1 yes, 2 no": the first may mislead
        sides = {side for side, _ in later or hints[:1] if side}
        if len(sides) == 1:
            return sides.pop(), bool(later) and all(sign for _, sign in later)
        if sides or len(self.list) < 2:
            return "", False
        first, last = self.beside(self.list[0], "before"), self.beside(self.list[-1], "after")
        for before, behind in ((first.meaning, last.meaning), (first.bare, last.bare)):
            if bool(before) != bool(behind):
                return ("before" if before else "after"), False
        return "", False

    def _listed(self, at: int) -> bool:
        """Whether the full stop behind this number is that of a list (`1. Tea 2. Coffee`) and ends no sentence."""
        return self.hint(at)[0] != "before"

    def _mark(self, at: int) -> str:
        return self.tokens[at].text if 0 <= at < len(self.tokens) and self.tokens[at].kind == "mark" else ""

    def _look(self, at: int) -> str:
        """What a neighbour of a number is: a sign that joins it to its label, `word`, `edge`, or `dot` (list or end?)."""
        if not 0 <= at < len(self.tokens):
            return "edge"
        token = self.tokens[at]
        if token.kind != "mark":
            return "" if token.kind == "number" else "word"
        if token.text in "-–" and self._masked[token.start - 1 : token.start].isspace():
            return "edge"
        if token.text == ".":
            return "edge" if at > self._last else "dot"
        if token.text in _JOINTS:
            return token.text
        return "word" if token.text in "(\"'" else "edge"

    def _meanings(self, words: Sequence[Token]) -> list[tuple[Meaning, Token, Token]]:
        """What the words say one after another, the longest known phrases first, as engine.answers reads them."""
        found: list[tuple[Meaning, Token, Token]] = []
        place = 0
        while place < len(words):
            for length in range(min(_LONGEST, len(words) - place), 0, -1):
                phrase = " ".join(word.text for word in words[place : place + length])
                if phrase in self._lexicon:
                    meaning = self._lexicon[phrase]
                    break
            else:
                meaning, length = "", 1
            found.append((meaning, words[place], words[place + length - 1]))
            place += length
        return found


_LONGEST = 5
"""Words of the longest phrase in engine/words.py that is looked for."""


_folded = lru_cache(maxsize=4096)(fold)


def _token(found: re.Match[str], source: str) -> Token:
    kind = found.lastgroup or ""
    text = found[0] if kind == "mark" else source[found.start() : found.end()]
    if kind != "mark":
        text = re.sub(r"\s+", "", text) if kind == "value" else _folded(text)
    return Token(kind, text, found.start(), found.end())


@lru_cache(maxsize=32)
def _number_words(language: str) -> Mapping[str, str]:
    """The words for 1 to 10 in this language and in English; in all of them for one that the service does not know."""
    base = language.partition("-")[0]
    return {
        fold(word): str(number)
        for names in ((NUMBERS[base], NUMBERS["en"]) if base in NUMBERS else NUMBERS.values())
        for number, words in enumerate(names.split(","), start=1)
        for word in words.split("/")
    }


@lru_cache(maxsize=32)
def lexicon(language: str) -> Mapping[str, Meaning]:
    """The words of this language that mean yes or no, and phrases with such a word that mean neither; YES and NO are known
    everywhere. Only what is this language's own: a word may mean something else in each."""
    base = language.partition("-")[0].lower()
    found: dict[str, Meaning] = {"yes": "yes", "no": "no"}
    for meanings in (WORDS["en"] if base != "en" else {}, WORDS.get(base, {})):
        own = meanings is WORDS.get(base)
        for meaning, phrases in meanings.items():
            if own or meaning == "neither":
                found.update({fold(phrase): _MEANT.get(meaning, "") for phrase in phrases.split(",")})
    for word, by_language in FALSE_FRIENDS.items():
        found[fold(word)] = _MEANT.get(by_language.get(base, ""), "")
    return found

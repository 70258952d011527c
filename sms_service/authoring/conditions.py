"""What conditions compare with what: a number is never equal to a text, a day is kept as 1990-12-31, yes or no is true or
false. And a yes or no that a text would say as it is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sms_service.authoring.proofread import codes
from sms_service.authoring.source import shown
from sms_service.authoring.variables import Known, longest
from sms_service.authoring.vocabulary import Vocabulary
from sms_service.engine.model import Field, Flow

Slip = tuple[str, str]
"""A sentence, and the word in the text that it is about."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|(?P<number>-?[0-9]+(?:\.[0-9]+)?)"""
    r"|(?P<name>[A-Za-z_][\w.]*)|(?P<sign>[=!<>]=|.))",
    re.DOTALL,
)
_COMPARES = ("==", "!=", "<", "<=", ">", ">=")
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_BEFORE = ("", "(", "and", "or", "not", "if", "elif")
_BEHIND = ("", ")", "and", "or", "else")
"""What may stand around a comparison, so that all of it is seen; beside a filter or a sign of arithmetic nothing is said."""
_WORDS = frozenset(("true", "false", "none", "in", "is", *_BEFORE, *_BEHIND))
"""Names that are no variables."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PART_OF_A_DAY = re.compile(r"[0-9]{4}(-[0-9]{2})?")
_WRITTEN_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_YES, _NO = ("yes", "true", "y", "1"), ("no", "false", "n", "0", "2")


class Token(NamedTuple):
    """One word of a condition. `kind` is text, number, name or sign; `value` what a text or a number stands for."""

    kind: str
    written: str
    value: Any = None


class Comparison(NamedTuple):
    """A variable, the sign, and the fixed value that it is compared with: `age`, `>=`, `18`."""

    name: str
    sign: str
    literal: Token


def comparisons(source: str) -> Iterator[Comparison]:
    """Every comparison of a variable with a fixed value in a text, or in a condition between `{% if` and `%}`."""
    for _, code in codes(source):
        tokens = list(_tokens(code))
        for place, token in enumerate(tokens):
            if token.written in _COMPARES and token.kind == "sign" and 0 < place < len(tokens) - 1:
                left, right = tokens[place - 1], tokens[place + 1]
                if not _alone(tokens, place - 2, place + 2):
                    continue
                if _variable(left) and right.kind in ("text", "number"):
                    yield Comparison(left.written, token.written, right)
                elif _variable(right) and left.kind in ("text", "number"):
                    yield Comparison(right.written, _MIRRORED[token.written], left)
            elif token.written == "in" and place and tokens[place + 1 : place + 2] == [Token("sign", "[")]:
                yield from _listed(tokens, place)


def bare_variable(code: str) -> str:
    """The variable that is all of a condition (`if married`), or ""."""
    tokens = list(_tokens(code))
    return (
        tokens[1].written if len(tokens) == 2 and tokens[0].written in ("if", "elif") and _variable(tokens[1]) else ""
    )


def single(source: str) -> Iterator[Comparison]:
    """Those that are all of their condition: `age >= 18`, and not `age >= 18 and married`."""
    for said, code in codes(source):
        tokens = list(_tokens(code))
        if not said and len(tokens) == 4 and tokens[0].written in ("if", "elif"):
            yield from comparisons(f"{{%{code}%}}")


def _listed(tokens: Sequence[Token], place: int) -> Iterator[Comparison]:
    """`area in ['N1', 'N2']`: equal to one of them."""
    name = tokens[place - 1]
    before = place - 2
    if name.written == "not":
        name, before = tokens[place - 2], place - 3
    closes = next((n for n in range(place, len(tokens)) if tokens[n].written == "]"), 0)
    inside = tokens[place + 2 : closes]
    plain = all(one.kind in ("text", "number") or one.written == "," for one in inside)
    if plain and _variable(name) and _alone(tokens, before, closes + 1):
        yield from (Comparison(name.written, "==", one) for one in inside if one.written != ",")


def _tokens(code: str) -> Iterator[Token]:
    for found in _TOKEN.finditer(code.strip("- \n\t")):
        kind, written = str(found.lastgroup), found[str(found.lastgroup)]
        value: Any = written
        if kind == "text":
            value = written[1:-1]
        elif kind == "number":
            value = float(written) if "." in written else int(written)
        yield Token(kind, written, value if kind in ("text", "number") else None)


def _variable(token: Token) -> bool:
    return token.kind == "name" and token.written.lower() not in _WORDS


def _alone(tokens: Sequence[Token], before: int, behind: int) -> bool:
    left = tokens[before].written if before >= 0 else ""
    right = tokens[behind].written if behind < len(tokens) else ""
    return left in _BEFORE and right in _BEHIND


class Kept:
    """How the variables of one flow are kept, as far as anybody can tell: a number, a text, a day, or true and false."""

    def __init__(self, flow: Flow, vocabulary: Vocabulary) -> None:
        self._flow, self._vocabulary = flow, vocabulary

    def slips(self, source: str, here: Known) -> Iterator[Slip]:
        """What is wrong with the comparisons of a text, and with its values that are true or false."""
        for name, sign, literal in comparisons(source):
            kinds, fields = self._kinds(name, here)
            if len(kinds) == 1:
                sentence = _SENTENCES[kinds.pop()](name, sign, literal, fields)
                if sentence:
                    yield sentence, literal.written
        for said, code in codes(source):
            tokens = [token.written for token in _tokens(code)] if said else []
            name = tokens[0] if tokens else ""
            if (len(tokens) == 1 or tokens[1:3] == ["|", "default"]) and self._kinds(name, here)[0] == {"yes_no"}:
                asked = name if name in here.sure else f"{name} is defined and {name}"
                advice = f"write {{% if {asked} %}}yes{{% else %}}no{{% endif %}}"
                yield f'"{name}" is said as True or False: {advice}', name

    def _kinds(self, name: str, here: Known) -> tuple[set[str], list[Field]]:
        """How a variable may be kept; "" among it where nobody can tell."""
        if name not in here.maybe or (here.wild and name not in here.sure):
            return set(), []
        fields = here.maybe.all_fields(name)
        return {self._kind(name, field) for field in fields}, fields

    def _kind(self, name: str, field: Field) -> str:
        if field.options:
            return "option"
        known = field.type in self._vocabulary.types or field.type in self._vocabulary.given
        if not known or (field.type == "text" and (name in self._flow.takes or "." in name)):
            return ""  # what a flow takes as a text may be anything
        value = longest(field, self._flow.languages[0], self._vocabulary)
        if isinstance(value, bool):
            return "yes_no"
        if isinstance(value, int):
            return "number"
        return "day" if _DAY.fullmatch(str(value)) else "text"


def _always(sign: str, greater: bool) -> str:
    """What a comparison of two different kinds comes to: they are never equal, and one kind is greater than the other."""
    if sign in ("==", "!="):
        return "never true" if sign == "==" else "always true"
    return "always true" if (sign[0] == ">") == greater else "never true"


def _about_number(name: str, sign: str, literal: Token, _fields: list[Field]) -> str:
    if literal.kind == "number":
        return ""
    number = re.fullmatch(r"\s*(-?[0-9]+)\s*", literal.value)
    advice = f"write `{name} {sign} {int(number[1])}`" if number else "compare it with a number, without quotes"
    return (
        f'"{name}" is a number and {shown(literal.written)} in quotes a text: this is {_always(sign, greater=False)}; '
        f"{advice}"
    )


def _about_text(name: str, sign: str, literal: Token, _fields: list[Field]) -> str:
    if literal.kind == "text":
        return ""
    advice = f"write `{name} {sign} '{literal.written}'`"
    if sign not in ("==", "!="):
        advice = "what shall be compared so is asked for as `type: number`"
    return (
        f'"{name}" is kept as a text and {literal.written} is a number: this is {_always(sign, greater=True)}; {advice}'
    )


def _about_option(name: str, _sign: str, literal: Token, fields: list[Field]) -> str:
    if literal.kind == "text":
        return ""  # values.never says which options there are
    options = ", ".join(dict.fromkeys(option.value for field in fields for option in field.options))
    return f'"{name}" is kept as the name of an option and never {literal.written}: it can be {options}'


def _about_day(name: str, sign: str, literal: Token, _fields: list[Field]) -> str:
    if literal.kind == "text" and _DAY.fullmatch(literal.value):
        return ""
    equals = sign in ("==", "!=")
    if literal.kind == "text" and _PART_OF_A_DAY.fullmatch(literal.value) and not equals:
        return ""  # born < '1990' holds of all days before
    written = _WRITTEN_DAY.fullmatch(literal.value) if literal.kind == "text" else None
    day = f"{written[3]}-{int(written[2]):02}-{int(written[1]):02}" if written else "1990-12-31"
    what = f"this is {_always(sign, greater=True)}"
    if literal.kind == "text" and not equals:
        what = "texts are compared sign by sign, so this tells nothing of the days"
    advice = f"write `{name} {sign} '{day}'`" if written else f"write it like '{day}', in quotes"
    return f'"{name}" is kept like 1990-12-31, and {shown(literal.written)} is written otherwise: {what}; {advice}'


def _about_yes_or_no(name: str, sign: str, literal: Token, _fields: list[Field]) -> str:
    if literal.kind == "number":
        return ""
    word = literal.value.strip().lower()
    positive = (word in _YES) == (sign == "==")
    advice = f"write `{name}` alone, or `not {name}`"
    if word in (*_YES, *_NO) and sign in ("==", "!="):
        advice = f"write `{name}` alone" if positive else f"write `not {name}`"
    return f'"{name}" is true or false and {shown(literal.written)} a text: this is {_always(sign, greater=False)}; {advice}'


_SENTENCES = {
    "number": _about_number,
    "text": _about_text,
    "option": _about_option,
    "day": _about_day,
    "yes_no": _about_yes_or_no,
    "": lambda *_: "",
}

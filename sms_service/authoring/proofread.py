"""Slips in texts and conditions, in the words of whoever wrote them: braces, quotes and `if`s that do not match.

What is left is for the engine (engine/templates.py), which knows what else a text may not hold. It is asked only about texts
whose braces match: its own look at them takes the square of the time for those that do not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

TEXT_SOURCE_MAX = 4_000
"""Characters of one text in a file. 1,600 can be sent (engine/templates.TEXT_MAX), the rest is for variables and `if`."""

LOOPS_MAX = 1
"""Loops around each other. A flow has no lists of lists, and each loop multiplies the time of all within it."""

SHOWN = 20
"""Characters of a text that a finding quotes."""

_OPENS = re.compile(r"\{[{%#]")
_QUOTED = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""", re.DOTALL)
_CODE = re.compile(r"""(?:[^'"{}%]|%(?!\})|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")*+""", re.DOTALL)
_LONE = re.compile(r"\{\s*([a-z][a-z0-9_.]*)\s*\}|(\}\})|(\{\})")
_ASSIGNS = re.compile(r"(?<![=!<>])=(?!=)")
_CLOSES = {"{{": "}}", "{%": "%}", "{#": "#}"}
_SIGNS = {
    "&&": "and", "||": "or", "AND": "and", "OR": "or", "NOT": "not", "<>": "!=", "=>": ">=", "=<": "<=", "===": "==",
}  # fmt: skip
"""Signs and words of other languages, and what stands for them here."""
_FOREIGN = re.compile(r"&&|\|\||<>|=>|=<|===|\b(?:AND|OR|NOT)\b")
_IN_WORDS = re.compile(
    r"(?P<name>[a-z][a-z0-9_.]*)\s+is\s+(?:(?P<sign>(?:bigger|greater|more|larger|higher|older|above|over)(?:\s+than)?"
    r"|(?:smaller|less|lower|younger|fewer|below|under)(?:\s+than)?|at\s+least|at\s+most|not\s+equal(?:\s+to)?"
    r"|equal(?:\s+to)?)\s+)(?P<value>-?[0-9]+|'[^']*'|\"[^\"]*\")"
)
_SIGN_OF = {"at least": ">=", "at most": "<=", "equal": "==", "not equal": "!="}
_GREATER = ("bigger", "greater", "more", "larger", "higher", "older", "above", "over")
_INVISIBLE = re.compile("[\u200b\u202a-\u202e\u2066-\u2069]")
"""What nobody sees, and what turns the order of what follows. U+200C and U+200D are left alone: Indian and Arabic scripts
are written with them."""


def slip_in_text(source: str) -> str:
    """What is wrong with a text, and what to do; "" if nothing is."""
    return _slip(source)[0]


def slip_at(source: str) -> str:
    """The words of a text that `slip_in_text` is about, as they stand there; "" for all of it."""
    return _slip(source)[1]


def _slip(source: str) -> tuple[str, str]:
    if not source.strip():
        return "this text is empty", ""
    if len(source) > TEXT_SOURCE_MAX:
        return f"this text has {len(source):,} characters: at most {TEXT_SOURCE_MAX:,} are read, 1,600 can be sent", ""
    open_: list[str] = []
    for sign, code in _pieces(source):
        if sign in _CLOSES.values():
            tag, rest = [*code.strip("- \n").split(maxsplit=1), "", ""][:2]
            if sign == "%}" and tag == "else" and re.match(r"if\b", rest):
                return "there is no {% else if %}: it is called elif", code.strip("- \n")
            if sign == "%}" and (slip := _tag(tag, open_)):
                return slip, ""
            if sign == "%}" and tag in ("if", "elif") and (slip := _comparison(_QUOTED.sub("''", rest), rest)):
                return slip, rest.rstrip()
        elif sign:
            return _never_closed(sign, code), ""
    return (f"{{% {open_[-1]} %}} is never closed: {{% end{open_[-1]} %}} is missing" if open_ else ""), ""


def invisible_sign(source: str) -> tuple[str, str]:
    """A sign in a text that nobody sees, as (sentence, sign); two empty ones where there is none."""
    found = _INVISIBLE.search(source)
    if not found:
        return "", ""
    before = source[: found.start()].split()
    where = f'behind "{before[-1][-SHOWN:]}"' if before else "at the beginning of this text"
    called = unicodedata.name(found[0]).lower()
    return f"an invisible character (U+{ord(found[0]):04X}, {called}) stands {where}: delete it", found[0]


def lone_brace(source: str) -> str:
    """The same about a single brace, which is said as it stands."""
    for sign, plain in _pieces(source):
        lone = _LONE.search(plain) if sign == "" else None
        if lone and lone[1]:
            return f"{lone[0]} is said as it stands: a variable has two braces, {{{{ {lone[1]} }}}}"
        if lone:
            return f"{lone[0]} closes nothing: a variable has two braces on both sides, {{{{ name }}}}"
    return ""


def slip_in_condition(source: str) -> str:
    """The same for a condition, which stands without braces."""
    if len(source) > TEXT_SOURCE_MAX:
        return f"this condition has {len(source):,} characters: at most {TEXT_SOURCE_MAX:,} are read"
    bare = _QUOTED.sub("''", source)
    if braces := re.search(r"\{\{|\{%|\}\}|%\}", bare):
        return f'a condition stands without {braces[0]}, like "age >= 18"'
    if "'" in bare.replace("''", "") or '"' in bare:
        return "a quote is never closed in this condition"
    if slip := _comparison(bare, source):
        return slip
    if re.search(r"(==|!=|<|>|\b(and|or|not|in))\s*\Z", bare):
        return "this condition ends too early: something is missing behind its last word"
    return ""


def _comparison(bare: str, source: str) -> str:
    """What is wrong with the signs of a condition; `bare` is without what stands in quotes."""
    if found := _FOREIGN.search(bare):
        return f"{found[0]} is no sign of a condition: write `{_SIGNS[found[0]]}`"
    if (found := _IN_WORDS.search(source)) and _IN_WORDS.search(bare):
        words = " ".join(found["sign"].removesuffix(" than").removesuffix(" to").split()).removesuffix(" than")
        sign = _SIGN_OF.get(words.removesuffix(" to")) or (">" if words.split()[0] in _GREATER else "<")
        return f"to compare, write a sign: `{found['name']} {sign} {found['value']}`"
    if not re.search(r"\w\(", bare) and _ASSIGNS.search(bare):  # a filter may be given a value by its name
        return "to compare, write ==, like \"answer == 'yes'\""
    return ""


def codes(source: str) -> Iterator[tuple[bool, str]]:
    """What stands in braces in a text, and whether it is to be said (`{{ }}`) or is an `if` or a `for`."""
    for sign, code in _pieces(source):
        if sign in ("}}", "%}"):
            yield sign == "}}", code


def literals(source: str) -> Iterator[tuple[str, str]]:
    """Values that a text or condition compares variables with, as (variable, value): `gender == 'female'`."""
    for found in re.finditer(r"""([a-z][a-z0-9_.]*)\s*[=!]=\s*(['"])([^'"]*)\2""", source):
        yield found[1], found[3]


def _pieces(source: str) -> Iterator[tuple[str, str]]:
    """The pieces of a text: ("", plain), (the sign that closes it, code), or at last (the sign that opens it, the rest)."""
    place = 0
    while opens := _OPENS.search(source, place):
        yield "", source[place : opens.start()]
        closes = _CLOSES[opens[0]]
        begin = opens.end()
        if opens[0] == "{#":
            end = source.find(closes, begin)
        else:
            found = _CODE.match(source, begin)
            end = found.end() if found else begin
        if end < 0 or not source.startswith(closes, end):
            yield opens[0], source[begin:]
            return
        yield closes, source[begin:end]
        place = end + 2
    yield "", source[place:]


def _never_closed(sign: str, rest: str) -> str:
    begin = re.split(r"[{}%]", rest, maxsplit=1)[0].rstrip()[:SHOWN]
    if len(re.findall(r"['\"]", begin)) % 2:
        return f"a quote behind {sign} is never closed"
    return f"{sign}{begin} is never closed: {_CLOSES[sign]} is missing behind it"


def _tag(tag: str, open_: list[str]) -> str:
    """Keeps count of what is open; what is wrong with this tag, or ""."""
    if tag in ("if", "for"):
        open_.append(tag)
        return "a loop within a loop is not for texts" if open_.count("for") > LOOPS_MAX else ""
    if tag in ("endif", "endfor"):
        if not open_ or open_[-1] != tag[3:]:
            return f"{{% {tag} %}} closes nothing: there is no {{% {tag[3:]} %}} before it"
        open_.pop()
    elif tag in ("else", "elif") and not open_:
        return f"{{% {tag} %}} stands outside of {{% if %}} and {{% endif %}}"
    elif tag in ("endwhile", "elseif", "end"):
        return f"there is no {{% {tag} %}}: it is called {'elif' if tag == 'elseif' else 'endif'}"
    return ""

"""What is wrong with a file that is no YAML, in the words of whoever wrote it. libyaml says only where it gave up.

A quote that is never closed is noticed lines later, a forgotten colon on the line below: the place that is told is the
one to be mended.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import yaml

from sms_service.authoring.schema import StatePart


class Slip(NamedTuple):
    """One mistake of writing: its line and column (from 1), what is wrong and what to do."""

    line: int
    column: int
    sentence: str


LINES_MAX = 100
"""Lines that are told of one kind of slip."""

KEY_MAX = 1024
"""Characters that a key can have before its colon (YAML 1.1, section 9.1.1)."""

TAB = "a tab stands here: indent with spaces"
IN_QUOTES = 'a text that begins with {0} must stand in quotes: "{0} ..."'
LIKE_A_KEY = re.compile(r"\s*(?:- )*[\w-]+:\s*\Z")
INDENTED_BY_TAB = re.compile(r" *\t")
ODD_SPACE = re.compile(
    r"^\s*?([\u00a0\u2000-\u200b\u202f\u205f\u3000\ufeff])|[\w}\]]:([\u00a0\u2000-\u200b\u202f\u205f\u3000])"
)
CURLY = re.compile(r":\s+([“”‘’„])")
STATE_KEYS = frozenset(described.alias or name for name, described in StatePart.model_fields.items())


def slips(error: yaml.MarkedYAMLError, text: str) -> list[Slip]:
    """What made libyaml give up, at the place where it is to be mended; of tabs and odd spaces every one."""
    lines = text.splitlines() or [""]
    last = error.problem_mark.line if error.problem_mark else 0
    first = error.context_mark.line if error.context_mark else last
    tabs = [number for number, line in enumerate(lines) if INDENTED_BY_TAB.match(line)]
    if last in tabs or _at(lines, last, error.problem_mark.column if error.problem_mark else 0) == "\t":
        return [Slip(number + 1, 1, TAB) for number in sorted({last, *tabs[:LINES_MAX]})]
    odd = [
        Slip(number + 1, found.start(found.lastindex or 0) + 1, "this looks like a space and is none: type it anew")
        for number, line in enumerate(lines)
        if (found := ODD_SPACE.search(line))
    ][:LINES_MAX]
    if any(min(first, last - 1) < one.line <= last + 1 for one in odd):
        return odd
    return [_Reading(error, text, lines).slip()]


def _at(lines: Sequence[str], line: int, column: int) -> str:
    return lines[line][column : column + 1] if line < len(lines) else ""


class _Reading:
    """One error of libyaml, and the text around it. Lines and columns count from 0 here."""

    def __init__(self, error: yaml.MarkedYAMLError, text: str, lines: Sequence[str]) -> None:
        mark = error.problem_mark or error.context_mark
        context = error.context_mark or mark
        self.problem, self.doing = str(error.problem), str(error.context)
        self.text, self.lines = text, lines
        self.line, self.column, self.index = (mark.line, mark.column, mark.index) if mark else (0, 0, 0)
        self.from_line, self.from_column = (context.line, context.column) if context else (0, 0)
        self.sign = _at(lines, self.line, self.column)
        self.began_with = _at(lines, self.from_line, self.from_column)

    def slip(self) -> Slip:
        for found in (self.quotes(), self.markdown(), self.by_problem()):
            if found:
                return found
        return self.here(
            f"this cannot be read ({self.problem}): look for a quote, a bracket or a colon that is missing, or a line "
            "indented too little or too much"
        )

    def row(self, number: int) -> str:
        return self.lines[number] if number < len(self.lines) else ""

    def here(self, sentence: str) -> Slip:
        return Slip(self.line + 1, self.column + 1, sentence)

    def there(self, sentence: str) -> Slip:
        """At the place where that began which could not be finished."""
        return Slip(self.from_line + 1, self.from_column + 1, sentence)

    def by_problem(self) -> Slip | None:
        problem = self.problem
        if "mapping values are not allowed" in problem:
            return self.second_colon()
        if "unexpected ':'" in problem:
            return self.here("behind this colon a space and a value are missing")
        if "could not find expected ':'" in problem:
            return self.no_colon()
        if "expected key" in problem or "expected '-'" in problem:
            return self.in_a_block()
        if "expected ','" in problem or "expected node content" in problem:
            return self.in_brackets()
        return self.in_a_token()

    def in_a_token(self) -> Slip | None:
        """A sign at the beginning of a text that means something else in YAML."""
        problem = self.problem
        if any(what in self.doing for what in ("anchor", "alias", "a tag")) or "tag handle" in problem:
            return self.there(IN_QUOTES.format(self.began_with))
        if "a block scalar" in self.doing:
            return self.there(f"{IN_QUOTES.format(self.began_with)}; without, it stands alone and the text below it")
        if "cannot start any token" in problem or "are not allowed in this context" in problem:
            if self.sign == "%" and self.row(self.line)[: self.column].endswith("{"):
                return Slip(self.line + 1, self.column, "a text with {{ }} or {% %} must stand in quotes")
            return self.here(IN_QUOTES.format(self.sign))
        if "directive" in self.doing or "directive" in problem:
            return self.there(IN_QUOTES.format("%"))
        if "<document start>" in problem:
            return self.here('the flow ended above this line, at "..." or at the end of a text: leave that out')
        return None

    # -- one method a kind of mistake --

    def quotes(self) -> Slip | None:
        """A quote that is missing or too many."""
        if "escape" in self.problem or "hexdecimal" in self.problem:
            return self.here('in "..." a \\ has a meaning of its own: write \\\\ for one that is to be read')
        if "quoted scalar" in self.doing:
            return self.there(f"the quote {self.began_with} that opens here is never closed")
        scalar = self.scalar_before()
        if scalar is None:
            return None
        start, end, quote = scalar.start_mark, scalar.end_mark, self.text[scalar.start_mark.index]
        if end.line < self.line:
            return None
        if LIKE_A_KEY.match(self.text[: end.index - 1].rpartition("\n")[2]) and start.line < end.line:
            return Slip(start.line + 1, start.column + 1, f"the quote {quote} that opens here is never closed")
        inside = self.text[start.index + 1 : end.index - 1]
        if re.search(r"[,{]\s*\w+:\s*\Z", inside):  # {en: "Yes, hi: "...
            return Slip(start.line + 1, start.column + 1, f"the quote {quote} that opens here is never closed")
        other = '"..."' if quote == "'" else "'...'"
        sign = "an apostrophe" if quote == "'" else "quotes"
        return Slip(
            end.line + 1,
            end.column,
            f"the text ends at this quote, and more follows: put a text with {sign} in {other}",
        )

    def scalar_before(self) -> yaml.ScalarToken | None:
        """The quoted text that ends right before the place where libyaml gave up."""
        found: yaml.Token | None = None
        for token in _tokens(self.text):
            if token.start_mark.index >= self.index:
                break
            found = token
        if not isinstance(found, yaml.ScalarToken) or found.style not in ("'", '"'):
            return None
        return None if self.text[found.end_mark.index : self.index].strip() else found

    def markdown(self) -> Slip | None:
        fenced = self.row(self.line).startswith("```")
        return Slip(self.line + 1, 1, "this line is Markdown, not YAML: leave it out") if fenced else None

    def second_colon(self) -> Slip:
        if glued := self.glued():
            return glued
        before = self.row(self.line)[: self.column]
        start = len(before) - len(before.lstrip(" "))
        key, colon, value = before.partition(": ")
        if not colon and self.column > KEY_MAX:
            return Slip(self.line + 1, start + 1, f"this key is too long: at most {KEY_MAX:,} characters")
        if not colon:  # the only colon of its line: the line above is not what it seems
            above = next((n for n in range(self.line - 1, -1, -1) if self.lines[n].strip()), self.line)
            indent = len(self.lines[above]) - len(self.lines[above].lstrip())
            if re.match(r"\s*-\w", self.lines[above]):
                return Slip(above + 1, indent + 2, "a space is missing after the -")
            if valued := re.match(r"\s*([\w-]+):\s+\S", self.lines[above]):
                return Slip(
                    self.line + 1, start + 1,
                    f'"{valued[1]}" has its value in the line above: leave that out, or begin this line right below it',
                )  # fmt: skip
            if re.fullmatch(r"\s*[\w-]+(\s+[\"'].*)?", self.lines[above]):
                return Slip(above + 1, indent + 1, f'a colon is missing after "{self.lines[above].split()[0]}"')
            return Slip(self.line + 1, start + 1, "this colon is one too many: put a text of several lines in quotes")
        if curly := CURLY.search(before):
            sign = curly[1]
            return Slip(
                self.line + 1, curly.start(1) + 1, f'{sign} is no quote to a computer: write straight ones, "..."'
            )
        column = len(key) + 2 + len(value) - len(value.lstrip())
        last_word = before.split()[-1]
        if last_word in STATE_KEYS:
            return Slip(self.line + 1, self.column + 1 - len(last_word), f'"{last_word}" needs a line of its own')
        return Slip(self.line + 1, column + 1, "a text with a colon in it must stand in quotes")

    def glued(self) -> Slip | None:
        """A colon right before a brace, a bracket or a quote."""
        found = re.match(r"\s*(?:- )?[\w-]+:(?=[{\[\"'])", self.row(self.line))
        return Slip(self.line + 1, found.end() + 1, "a space is missing after the colon") if found else None

    def no_colon(self) -> Slip:
        line = self.row(self.from_line)[self.from_column :]
        above = self.lines[self.from_line - 1].rstrip() if self.from_line else ""
        if re.search(r":\s+[|>][-+]?\Z", above):
            return self.there(f"the text below {above[above.rindex(':') + 1 :].strip()} must be indented more")
        if found := re.match(r"[\w-]+(:)\S", line):
            return Slip(self.from_line + 1, self.from_column + found.end(1) + 1, "a space is missing after the colon")
        if found := re.match(r"[\w-]+\s*([=：ः;])", line):
            sign = found[1]
            return Slip(
                self.from_line + 1, self.from_column + found.start(1) + 1, f"{sign} is no colon: write `key: value`"
            )
        word = re.match(r"[\w-]+", line)
        if word and (word[0] in STATE_KEYS or re.match(r"\s*(\Z|[\"'{\[])", line[word.end() :])):
            return self.there(f'a colon is missing after "{word[0]}"')
        return self.there("this line has no colon: write `key: value`, or put it in quotes with the text above it")

    def in_a_block(self) -> Slip | None:
        line = self.row(self.line)
        if glued := self.glued():
            return glued
        if self.sign and self.sign in "}]":
            return self.here(f"this {self.sign} closes nothing: leave it out")
        if not line[: self.column].strip():
            if "block collection" in self.doing:
                return self.here('the lines above begin with "- " and this one does not: add it, or leave it out above')
            dash = re.match(r"(\s*-)\w", self.row(self.line - 1)) if self.line else None
            return Slip(self.line, dash.end(1) + 1, "a space is missing after the -") if dash else self.indentation()
        if opened := re.match(r"\s*(?:- )?[\w-]+:\s+([{\[])", line):
            return Slip(self.line + 1, opened.start(1) + 1, IN_QUOTES.format("{{" if opened[1] == "{" else "["))
        return None

    def indentation(self) -> Slip:
        """A line that begins between two levels, or under one that has its value already."""
        above = re.match(r"( *)([\w-]+):\s+\S", self.row(self.line - 1)) if self.line else None
        if above and self.column - len(above[1]) > 1:
            return self.here(
                f'"{above[2]}" has its value in the line above: leave that out, or begin this line right below it'
            )
        levels: list[int] = []
        for number in range(self.line - 1, -1, -1):
            line = self.lines[number]
            indent = len(line) - len(line.lstrip(" "))
            if line.strip() and not line.lstrip().startswith("#") and (not levels or indent < levels[-1]):
                levels.append(indent)
        below = [level for level in levels if level < self.column][:1]
        deeper = [level for level in levels if level > self.column][-1:]
        wanted = " or ".join(str(level) for level in sorted([*below, *deeper])) or "0"
        return self.here(
            f"this line is indented by {self.column}, the lines around it by {wanted}: line it up with them"
        )

    def in_brackets(self) -> Slip | None:
        if "flow" not in self.doing:
            return self.here(IN_QUOTES.format(self.sign)) if self.sign else None
        return self.a_text_in_brackets() or self.brackets()

    def a_text_in_brackets(self) -> Slip | None:
        """A text that needs quotes because it stands within braces or brackets."""
        line, opened = self.row(self.line), self.row(self.from_line)
        around = opened[max(0, self.from_column - 1) : self.from_column + 2]
        if "{{" in around or "{%" in around:
            return self.there("a text with {{ }} or {% %} must stand in quotes")
        if braces := re.search(r": (\{[{%])", line[: self.column]):
            return Slip(self.line + 1, braces.start(1) + 1, "a text with {{ }} or {% %} must stand in quotes")
        if self.sign and self.sign in "{[":
            return self.here("a text with a brace or a bracket in it must stand in quotes")
        if comment := re.search(r"[\s\[{,](#)", opened[self.from_column :]):
            column = self.from_column + comment.start(1) + 1
            return Slip(self.from_line + 1, column, "what follows # is a comment: put a text with # in quotes")
        return None

    def brackets(self) -> Slip:
        """A bracket or a comma that is missing or too many."""
        line, opened = self.row(self.line), self.row(self.from_line)
        if self.index >= len(self.text.rstrip()) and (opener := self.never_closed()):
            mark = opener.start_mark
            sign = self.text[mark.index]
            return Slip(
                mark.line + 1, mark.column + 1, f"this {sign} is never closed: add {'}' if sign == '{' else ']'}"
            )
        outside = len(line) - len(line.lstrip()) <= len(opened) - len(opened.lstrip())
        if self.began_with and self.began_with in "{[" and self.line > self.from_line and outside:
            hint = ", or put the text in quotes" if self.began_with == "[" else ""
            return self.there(
                f"this {self.began_with} is never closed: add {'}' if self.began_with == '{' else ']'}{hint}"
            )
        if self.sign == ",":
            return self.here("nothing stands before this comma: leave it out")
        if self.sign == ":" and line[: self.column].strip():
            word = re.split(r"[\s,{\[]", line[: self.column].rstrip())[-1]
            column = len(line[: self.column].rstrip()) - len(word) + 1
            return Slip(
                self.line + 1,
                column,
                f'a comma is missing before "{word}", or a text with a colon must stand in quotes',
            )
        return self.here("a comma is missing before this, or a text needs quotes")

    def never_closed(self) -> yaml.Token | None:
        """The innermost bracket or brace that is still open at the end of the file."""
        open_: list[yaml.Token] = []
        for token in _tokens(self.text):
            if isinstance(token, yaml.FlowSequenceStartToken | yaml.FlowMappingStartToken):
                open_.append(token)
            elif isinstance(token, yaml.FlowSequenceEndToken | yaml.FlowMappingEndToken) and open_:
                open_.pop()
        return open_[-1] if open_ else None


def _tokens(text: str) -> Iterator[yaml.Token]:
    try:
        yield from yaml.scan(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return

"""Templates: an operator's text with the values of one person in it, and what such a template may hold.

It prints, filters, and has `if` and `for`; nothing that grows, nothing that calls. minijinja's fuel counts steps, not bytes:
forty doublings with `~`, twelve `replace` or one `indent(10**10)` ask for more memory than there is, and the process is
gone. And a dict's methods are open to a call: `{{ person.clear() }}` would clear it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

from minijinja import Environment, TemplateError

from sms_service.engine.clusters import prefix, units
from sms_service.engine.cutting import shortened

TEXT_MAX = 1600
"""UTF-16 units. Twilio refuses a longer body (error 21617); other gateways cut it."""
TEMPLATE_FUEL = 20_000
"""Steps of one rendering; a long text takes about 200. A loop within a loop would hold the worker."""

FILTERS = frozenset(
    {"capitalize", "default", "first", "int", "join", "last", "length", "lower", "title", "trim", "upper"}
)
"""minijinja's own filters that are let in: none of them makes a text longer (`join` is replaced by one that cuts)."""

_TAGS = frozenset({"if", "elif", "else", "endif", "for", "endfor"})
_OPERATORS = frozenset({"if", "elif", "else", "and", "or", "not", "in", "is"})
_CODE = re.compile(r"""\{#.*?#\}|\{[{%]((?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^'"])*?)[%}]\}""", re.DOTALL)
_QUOTED = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\"""", re.DOTALL)
_GROWS = re.compile(r"[~*+{]")
_FILTER = re.compile(r"\|\s*(\w*)")
_CALL = re.compile(r"([|.]?)\s*(\w+|[)\]'])\s*\(")
_PLAIN_TYPES = (str, int, float, bool, type(None))


Result = TypeVar("Result")


class TemplateFailed(Exception):
    """A template cannot be read or rendered. `key` names it; `sentence` says what is wrong, for the operator.

    The sentence quotes the template, never a value: it may be logged.
    """

    def __init__(self, key: str, sentence: str) -> None:
        super().__init__(f"{key}: {sentence}")
        self.key = key
        self.sentence = sentence


class _Unfit(Exception):
    """A value that a filter cannot use, or that is no text."""


class Templates:
    """minijinja templates, compiled once: `sources` by key. They may print, filter, `if` and `for`, and no more.

    `filters` are plain functions of a value, besides FILTERS. TemplateFailed for the first source that cannot be read.
    """

    def __init__(self, sources: Mapping[str, str], filters: Mapping[str, Callable[..., object]] | None = None) -> None:
        own: dict[str, Callable[..., object]] = {"join": _join, "short": _short, **(filters or {})}
        self._filters = FILTERS.union(own)
        self._sources: dict[str, str] = {}
        self._environment = Environment(
            filters={name: _guarded(name, function) for name, function in own.items()},
            fuel=TEMPLATE_FUEL,
            undefined_behavior="strict",
            auto_escape_callback=lambda _name: None,
            finalizer=_printed,
            debug=False,  # else an error carries the values of all variables
            pycompat=False,
        )
        for name in list(self._environment.globals):  # debug() prints every variable; range() and the others only grow
            self._environment.remove_global(name)
        for key, source in sources.items():
            self._add(key, source)

    @classmethod
    def readable(
        cls, sources: Mapping[str, str], filters: Mapping[str, Callable[..., object]]
    ) -> tuple[Templates, list[TemplateFailed]]:
        """Those of `sources` that can be read, and why the others cannot."""
        templates, failures = cls({}, filters), []
        for key, source in sources.items():
            try:
                templates._add(key, source)
            except TemplateFailed as failure:
                failures.append(failure)
        return templates, failures

    def _add(self, key: str, source: str) -> None:
        if problem := _forbidden(source, self._filters):
            raise TemplateFailed(key, problem)
        try:
            self._environment.add_template(key, source)
        except TemplateError as error:
            raise TemplateFailed(key, _sentence(source, error)) from None
        self._sources[key] = source

    def render(self, key: str, variables: Mapping[str, object]) -> str:
        """The text of `key`, cut to TEXT_MAX UTF-16 units between two words, its end whole (engine/cutting.py).

        TemplateFailed where it names something that has no value, or never ends. TypeError for a variable that is not
        str, int, float, bool, None, list or dict: any other object would lend its methods to the template.
        """
        text = self._evaluated(key, self._sources[key], self._environment.render_template, variables)
        return text if len(text) * 2 <= TEXT_MAX else shortened(text, lambda piece: units(piece) <= TEXT_MAX)

    def holds(self, condition: str, variables: Mapping[str, object]) -> bool:
        """Whether `condition`, an expression such as `age >= 18 and booth in booths`, is true of `variables`.

        What holds for templates holds for it, and so do the failures of `render`; the key of a failure is the condition.
        """
        if problem := _forbidden("{% if " + condition + " %}", self._filters):
            raise TemplateFailed(condition, problem)
        return bool(self._evaluated(condition, condition, self._environment.eval_expr, variables))

    @property
    def keys(self) -> Iterable[str]:
        """The names of all templates."""
        return self._sources.keys()

    def __contains__(self, key: object) -> bool:
        return key in self._sources

    def source(self, key: str) -> str:
        """The template `key` as it is written."""
        return self._sources[key]

    def variables(self, key: str) -> set[str]:
        """What `key` needs from outside, nested names whole: {"name", "enroler.first_name"}."""
        return self._environment.undeclared_variables_in_template(key, nested=True)

    @staticmethod
    def _evaluated(key: str, source: str, evaluate: Callable[..., Result], variables: Mapping[str, object]) -> Result:
        for name, value in variables.items():
            _check_plain(name, value)
        try:
            return evaluate(key, **variables)
        except TemplateError as error:
            raise TemplateFailed(key, _sentence(source, error)) from None
        except _Unfit as error:
            raise TemplateFailed(key, str(error)) from None


def _sentence(source: str, error: TemplateError) -> str:
    if error.kind == "OutOfFuel":
        return "it takes too many steps; a loop in it is too long"
    place = f"line {error.line}: " if error.line and error.line > 1 else ""
    if error.kind == "UndefinedError":
        if not error.range:  # minijinja gives no place in a condition
            return "a name in it has no value"
        code = source.encode()[: error.range[1]].decode(errors="ignore")
        return f"{place}{re.split(r'{{|{%', code)[-1].strip()!r} has no value"
    return f"{place}{error.detail or error.message}"


def _guarded(name: str, function: Callable[..., object]) -> Callable[..., object]:
    def filtered(value: object, *arguments: object) -> object:
        if value is None:  # strictness ends at a Python filter: minijinja hands it None for what is not there
            raise _Unfit(f"the filter {name!r} was given nothing")
        try:
            return function(value, *arguments)
        except (TypeError, ValueError, AttributeError, LookupError) as error:
            raise _Unfit(f"the filter {name!r} cannot use a value of this kind ({type(error).__name__})") from None

    return filtered


def _join(values: list[object], between: str = "") -> str:
    return between.join(map(str, values))[:TEXT_MAX]


def _short(value: str, most: int) -> str:
    """`value` within `most` UTF-16 units, which a longer one ends with `..`; cut between two words where one ends in the last
    quarter, for a name of half the length is no name, else between two grapheme clusters."""
    if units(value) <= most:
        return value
    fits = prefix(value, max(most - 2, 0), units)
    space = value.rfind(" ", 1, len(fits) + 1)
    return (fits[:space] if space > 0 and len(fits) - space <= most // 4 else fits).rstrip() + ".."


def _printed(value: object) -> object:
    if isinstance(value, (str, int, float)):
        return value
    if value is None:
        return ""
    raise _Unfit("it prints a list or a group of values; name one of them, or use join")


def _check_plain(name: str, value: object) -> None:
    if type(value) is dict:
        for key, inner in value.items():
            _check_plain(f"{name}.{key}", inner)
    elif type(value) is list:
        for inner in value:
            _check_plain(name, inner)
    elif type(value) not in _PLAIN_TYPES:
        raise TypeError(f"{name} is a {type(value).__name__}; a template takes only plain data")


@lru_cache(maxsize=1024)  # a condition is checked in every turn
def _forbidden(source: str, filters: frozenset[str]) -> str | None:
    """The sentence that says what in `source` a template may not hold, or None. `filters` are the names it may use."""
    for code in _CODE.finditer(source):
        bare = _QUOTED.sub("''", code[1] or "")
        tag = bare.strip("- ").partition(" ")[0].strip()
        if code[0].startswith("{%") and tag not in _TAGS:
            return f"{code[0]}: a text has only if and for"
        if sign := _GROWS.search(bare):
            return f"{code[0]}: {sign[0]} is not for texts; put the parts one after another"
        for name in _FILTER.findall(bare):
            if name not in filters:
                return f"{code[0]}: there is no filter {name!r}; there are {', '.join(sorted(filters))}"
        for mark, word in _CALL.findall(bare):
            if mark != "|" and (mark or word not in _OPERATORS):
                return f"{code[0]}: a text calls nothing; it prints values and filters them"
    return None

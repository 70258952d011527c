"""What differs between two versions of a flow, in the words of its file: states, ways, options, and texts by language."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from sms_service.authoring.source import Source

TEXT_KEYS = ("say", "ask", "label", "words")
"""Keys under which texts stand, by language or alone; besides, each problem under `wrong`."""

IN_ORDER = ("choose", "other", "options", "collect")
"""Keys under which the order is what the person sees."""

VALUE_MAX, NAMES_MAX = 60, 12
"""Characters of a value, and names of a list, that a line shows; the unified diff below has them whole."""

Written = Mapping[str, Any]
Fate = Literal["", "changes", "is gone"]


class Difference(NamedTuple):
    """One thing that differs: in words, or (`language`) a text of that language."""

    words: str
    language: str = ""


@dataclass(frozen=True)
class Changes:
    """What a newer version changes. `states` of both: what differs in each, in words. `texts`: by language, the states
    whose texts differ. `head`: what stands above the states. All empty: comments, or the layout."""

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    states: dict[str, list[str]] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    head: list[str] = field(default_factory=list)

    def words(self) -> list[str]:
        """A line for each thing that changes."""
        lines = list(self.head)
        lines += [f"states added: {_named(self.added)}"] if self.added else []
        lines += [f"states removed: {_named(self.removed)}"] if self.removed else []
        lines += (f"state {name}: {'; '.join(differing)}" for name, differing in self.states.items())
        lines += (f"texts {language}: {_named(names)}" for language, names in self.texts.items())
        return lines or ["only comments or the layout"]


def written(text: str, file: str) -> Written:
    """A flow file as plain data, also one that could not serve. Raises BrokenFlow where it is not even YAML."""
    data = Source(text, file).data
    return data if isinstance(data, dict) else {}


def compare(old: Written, new: Written) -> Changes:
    """What `new` changes of `old`."""
    before, after = _states(old), _states(new)
    languages = _languages(old, new)
    changes = Changes(
        added=[name for name in after if name not in before], removed=[name for name in before if name not in after]
    )
    changes.head.extend(one.words for one in _differences(_head(old), _head(new), (), languages))
    if before and after and next(iter(before)) != next(iter(after)):
        changes.head.append(f"begins with: {next(iter(before))} -> {next(iter(after))}")
    for name in before:
        if name not in after:
            continue
        for one in _differences(before[name], after[name], (), languages):
            if not one.language:
                changes.states.setdefault(name, []).append(one.words)
            elif name not in changes.texts.setdefault(one.language, []):
                changes.texts[one.language].append(name)
    return changes


def fate(old: Written, new: Written, state: str) -> Fate:
    """What becomes of one state of `old`: it changes, is gone, or stays as it is ("")."""
    after = _states(new)
    if state not in after:
        return "is gone"
    stays = next(_differences(_states(old).get(state), after[state], (), _languages(old, new)), None) is None
    return "" if stays else "changes"


def calls(one: Written) -> set[str]:
    """The names of the flows that a file calls."""
    called = (state.get("call") for state in _states(one).values() if isinstance(state, dict))
    return {name for name in called if isinstance(name, str)}


def ways_in(one: Written) -> list[str]:
    """What begins the flow of a file: keywords, USSD codes, what happens, kinds of words."""
    starts = one.get("starts")
    if not isinstance(starts, dict):
        return []
    values = [starts.get(key) for key in ("keywords", "ussd", "on", "words")]
    return [str(way) for value in values if value for way in (value if isinstance(value, list) else [value])]


def unified(old: str, new: str, old_name: str, new_name: str) -> list[str]:
    """The lines that differ, as `diff -u` shows them."""
    return list(difflib.unified_diff(old.splitlines(), new.splitlines(), old_name, new_name, lineterm=""))


def _states(one: Written) -> Mapping[str, Any]:
    states = one.get("states")
    return states if isinstance(states, dict) else {}


def _languages(*both: Written) -> set[str]:
    return {str(language) for one in both for language in one.get("languages") or ()}


def _head(one: Written) -> Written:
    return {key: value for key, value in one.items() if key != "states"}


def _differences(old: Any, new: Any, path: tuple[str, ...], languages: Collection[str]) -> Iterator[Difference]:
    if old == new and not isinstance(old, dict):
        return
    if path and _texts(old, path, languages) and _texts(new, path, languages):
        before, after = (_by_language(one, languages) for one in (old, new))
        changed = [language for language in {**before, **after} if before.get(language) != after.get(language)]
        yield from (Difference(".".join(path), language) for language in changed)
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            here = (*path, str(key))
            if key not in old:
                yield Difference(f"{'.'.join(here)} is new{_value(new[key], ', ')}")
            elif key not in new:
                yield Difference(f"{'.'.join(here)} is gone")
            else:
                yield from _differences(old[key], new[key], here, languages)
        if path and path[-1] in IN_ORDER and [key for key in old if key in new] != [key for key in new if key in old]:
            yield Difference(f"{'.'.join(path)} in another order")
    elif _listed(old) and _listed(new) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True), start=1):
            yield from _differences(one, other, (*path, str(number)), languages)
    else:
        yield Difference(f"{'.'.join(path)}: {_value(old) or '...'} -> {_value(new) or '...'}")


def _listed(value: Any) -> bool:
    """Whether it is a list of more than plain values, such as the cases of `decide`."""
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


def _texts(value: Any, path: tuple[str, ...], languages: Collection[str]) -> bool:
    if path[-1] not in TEXT_KEYS and "wrong" not in path[-2:]:
        return False
    alone = isinstance(value, str) and bool(languages)
    return alone or (isinstance(value, dict) and all(key in languages for key in value))


def _by_language(value: Any, languages: Collection[str]) -> dict[str, Any]:
    return dict(value) if isinstance(value, dict) else dict.fromkeys(languages, value)


def _value(value: Any, before: str = "") -> str:
    """A plain value or a list of them, short; nothing for what has keys of its own."""
    if isinstance(value, dict) or _listed(value):
        return ""
    shown = ", ".join(map(_plain, value)) if isinstance(value, list) else _plain(value)
    return before + (shown if len(shown) <= VALUE_MAX else f"{shown[: VALUE_MAX - 3]}...")


def _plain(value: Any) -> str:
    if value is None:
        return "nothing"
    return str(value).lower() if isinstance(value, bool) else str(value) or '""'


def _named(names: list[str]) -> str:
    more = len(names) - NAMES_MAX
    return ", ".join(names[:NAMES_MAX]) + (f" and {more} more" if more > 0 else "")

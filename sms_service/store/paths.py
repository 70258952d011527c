"""The path of a turn as the turn log keeps it: states and ways, with a space between (see engine.model.Turn.path).

A turn may move several sessions: two reminders that are due at once. The log has the flow of the first one; the way of each
further one comes after a word that names its flow: `ask remind confirm/: ask expired expired`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

PATH_MAX = 1000
"""Characters that the column holds. The longest paths that MAX_STEPS allow are cut, between two words."""

BESIDE = "/:"
"""Ends the word that begins another session's way. No state has a colon in its name, so it is none; and the flow is found
in a path as a flow that was called is, by its name and a stroke."""


class Way(NamedTuple):
    """What one session went through in a turn: in which flow (that of the outermost call), and the path."""

    flow: str
    path: Sequence[str]


def kept(ways: Sequence[Way]) -> str:
    """The path as the turn log keeps it."""
    words = [word for n, way in enumerate(ways) for word in ([f"{way.flow}{BESIDE}"] if n else []) + [*way.path]]
    joined = " ".join(words)
    return joined if len(joined) <= PATH_MAX else joined[: PATH_MAX + 1].rpartition(" ")[0]


def ways(flow: str, path: str) -> Iterator[Way]:
    """What is kept in one row of the turn log, session by session; `flow` is that of the row."""
    passed: list[str] = []
    for word in path.split():
        if word.endswith(BESIDE):
            yield Way(flow, passed)
            flow, passed = word.removesuffix(BESIDE), []
        else:
            passed.append(word)
    yield Way(flow, passed)

"""YAML as people write it, with the place of everything: plain data plus line and column of each key and value.

YAML 1.1 would read `no:` as false, `12:30` as 750 and the last of two equal keys silently; here a word stays a word,
and what could not be meant is a Finding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

SOURCE_MAX = 1_000_000
"""Characters of one flow file. A flow of 400 states in five languages has a third of that."""

DEPTH_MAX = 20
"""Levels of nesting; a flow needs seven. Without a limit a crafted file exhausts the stack."""

Path = tuple[str | int, ...]
WHOLE = re.compile(r"[+-]?(0|[1-9][0-9]*)\Z")
LITERALS: dict[str, Any] = {
    "true": True,
    "false": False,
    "null": None,
    "~": None,
    "": None,
}


@dataclass(frozen=True, order=True)
class Finding:
    """Something wrong in a file: where (line and column count from 1), what it is, what to do."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class BrokenFlow(Exception):
    """A flow file that must not serve. `findings` holds all that is wrong, in the order of the file."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = sorted(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class Source:
    """One YAML document: `data`, and the `place` of each path in it. Raises BrokenFlow."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self._marks: dict[Path, tuple[int, int]] = {}
        self._nodes: set[int] = set()
        if len(text) > SOURCE_MAX:
            raise BrokenFlow(
                [
                    Finding(
                        file,
                        1,
                        1,
                        f"the file has {len(text)} characters; at most {SOURCE_MAX} are read",
                    )
                ]
            )
        try:
            node = yaml.compose(text.removeprefix("\ufeff"), Loader=yaml.CSafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            there = [*text.removeprefix("\ufeff").splitlines()[line - 1 : line], ""][0][column - 1 : column]
            what = "a tab; indent with spaces" if there == "\t" else f"not YAML: {error.problem}"
            raise BrokenFlow([Finding(file, line, column, what)]) from error
        except yaml.YAMLError as error:
            raise BrokenFlow([Finding(file, 1, 1, f"not YAML: {' '.join(str(error).split())}")]) from error
        self.data: Any = self._read(node, ()) if node else {}

    def finding(self, path: Path, message: str) -> Finding:
        """A Finding at `path`, or at the nearest thing around it that stands in the file."""
        while path and path not in self._marks:
            path = path[:-1]
        line, column = self._marks.get(path, (1, 1))
        return Finding(self.file, line, column, message)

    def _read(self, node: yaml.Node, path: Path) -> Any:
        self._marks.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        if id(node) in self._nodes or len(path) > DEPTH_MAX:
            what = (
                "nested too deeply" if len(path) > DEPTH_MAX else "anchors and aliases (& *) are not read; write it out"
            )
            raise BrokenFlow([self.finding(path, what)])
        self._nodes.add(id(node))
        if not node.tag.startswith("tag:yaml.org,2002:") or "python" in node.tag:
            raise BrokenFlow([self.finding(path, f"the tag {node.tag} is not allowed")])
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._read(item, (*path, number)) for number, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode), "YAML has no fourth kind"
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            here = (*path, key)
            if key in data:
                mark = key_node.start_mark
                self.findings.append(
                    Finding(
                        self.file,
                        mark.line + 1,
                        mark.column + 1,
                        f'"{key}" stands here a second time; keep one of them',
                    )
                )
            self._marks[here] = (
                key_node.start_mark.line + 1,
                key_node.start_mark.column + 1,
            )
            data[key] = self._read(value_node, here)
        return data

    @staticmethod
    def _scalar(node: yaml.ScalarNode) -> Any:
        text: str = node.value
        if node.style:  # quoted, or a block; plain is None in Python's loader and "" in libyaml's
            return text
        if text in LITERALS:
            return LITERALS[text]
        return int(text) if WHOLE.match(text) else text

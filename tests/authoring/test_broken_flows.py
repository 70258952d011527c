"""Mistakes that operators really make, a file each under tests/broken_flows/: the checker says of each just what stands
beside it. Every message that it can give is given by one of them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.authoring.checking import BROKEN, findings
from tests.conftest import ROOT

FILES = sorted(BROKEN.rglob("*.yaml"))

MAKERS = (
    "beginnings", "belonging", "build", "build_fields", "cases", "check", "claims", "conditions", "exchanged",
    "handover", "keys", "swapped_keys", "lengths", "lint", "load", "misread", "parts", "proofread", "purposes",
    "registered", "schema", "shape_words", "source", "spoken", "suggest", "surplus", "wording", "wrong_at_once",
)  # fmt: skip
"""The modules of sms_service/authoring that make findings; but for missing.py, which speaks of several files
(tests/authoring/test_missing.py)."""

ELSEWHERE = (
    "the file has ", "more than ... keys and values", "more than ... texts", "divide the flow", "and ... more: mend",
)  # fmt: skip
"""Messages about files too large to lie here; tests/authoring/test_hostile_flows.py has them."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(BROKEN)))
def test_the_checker_says_what_stands_beside_the_file(file: Path) -> None:
    """A file with nothing beside it is one that others need, and right."""
    beside = file.with_suffix(".txt")
    assert findings(file) == (beside.read_text().splitlines() if beside.exists() else [])


def test_flows_that_are_right_alone_may_be_wrong_together() -> None:
    together = sorted((BROKEN / "together").glob("*.yaml"))
    assert findings(*together) == (BROKEN / "together" / "all.txt").read_text().splitlines()


def test_there_are_more_mistakes_than_seventy() -> None:
    assert len([file for file in FILES if file.with_suffix(".txt").exists()]) > 70
    assert {file.with_suffix(".yaml") for file in BROKEN.rglob("*.txt") if file.name != "all.txt"} <= set(FILES)


@pytest.mark.parametrize("module", MAKERS)
def test_no_message_goes_without_a_file(module: str) -> None:
    told = "\n".join(file.read_text() for file in BROKEN.rglob("*.txt"))
    missing = [
        message
        for message in messages(ROOT / "sms_service" / "authoring" / f"{module}.py")
        if not re.search(".*".join(map(re.escape, message.split("..."))), told) and not message.startswith(ELSEWHERE)
    ]
    assert missing == [], f"no file under tests/broken_flows/ makes {module}.py say this"


def messages(module: Path) -> Iterator[str]:
    """Whatever in a module reads like a message, with `...` for what is filled in: three words, no docstring, no pattern."""
    tree = ast.parse(module.read_text())
    passed_over: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):  # what libyaml says, looked for in its message
            passed_over.add(node.left)
        elif isinstance(node, ast.Expr):
            passed_over.add(node.value)
        elif isinstance(node, ast.JoinedStr):
            passed_over.update(node.values)
    for node in ast.walk(tree):
        if node in passed_over or not isinstance(node, ast.JoinedStr | ast.Constant):
            continue
        pieces = node.values if isinstance(node, ast.JoinedStr) else [node]
        text = "".join(str(piece.value) if isinstance(piece, ast.Constant) else "..." for piece in pieces)
        text = re.sub(r"\{\w*\}", "...", text) if isinstance(node, ast.Constant) else text
        if len(re.findall(r"[a-z]{2,}", text)) >= 3 and " " in text and not re.search(r"\\[swdZ]|\(\?|\[\^", text):
            yield text

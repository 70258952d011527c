"""What the service makes of a text: `sms-service answer` and `sms-service count`, one text or JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sms_service.engine.answers import read_answer
from sms_service.engine.texts import count

QUESTIONS = ("consent", "yes_no", "none")


class BadLine(Exception):
    """JSON lines that ask for nothing we know. The message names the first."""


def shown_answer(asked: dict[str, Any]) -> dict[str, Any]:
    """{"text", "language", "question"} -> {"answer": yes, no, stop, start, help, wrong_number or unclear}."""
    question = asked.get("question", "consent")
    if question not in QUESTIONS:
        raise BadLine(f"the question is one of {', '.join(QUESTIONS)}, not {question}")
    return {"answer": read_answer(str(asked["text"]), str(asked.get("language", "")), question)}


def shown_count(asked: dict[str, Any]) -> dict[str, Any]:
    """{"text"} -> {"encoding", "segments", "characters"}, as Twilio's calculator counts the text as it stands."""
    return dict(count(str(asked["text"]))._asdict())


def lines_of(show: Callable[[dict[str, Any]], dict[str, Any]], lines: Iterable[str]) -> Iterator[str]:
    """One result line for each input line: for a bad one {"error"}, and the others go on. Raises BadLine at the end if there
    was any."""
    bad = []
    for number, line in enumerate(lines, start=1):
        try:
            result = show(json.loads(line))
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError):
            bad.append(f'line {number} is not a JSON object with a "text"')
            result = {"error": bad[-1]}
        except BadLine as error:
            bad.append(f"line {number}: {error}")
            result = {"error": bad[-1]}
        yield json.dumps(result, ensure_ascii=False)
    if bad:
        raise BadLine(bad[0] if len(bad) == 1 else f"{len(bad)} lines are wrong; the first: {bad[0]}")

"""What the service makes of a text: `sms-service answer` and `sms-service count`, one text or JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sms_service.engine.answers import read_answer
from sms_service.engine.texts import count

QUESTIONS = ("consent", "yes_no", "none")


class BadLine(Exception):
    """A line of JSON lines that asks for nothing we know. The message names the line."""


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
    """One result line for each input line. Raises BadLine."""
    for number, line in enumerate(lines, start=1):
        try:
            asked = json.loads(line)
            yield json.dumps(show(asked), ensure_ascii=False)
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise BadLine(f'line {number} is not a JSON object with a "text"') from error
        except BadLine as error:
            raise BadLine(f"line {number}: {error}") from error

"""What the service makes of a text: `sms-service answer` and `sms-service count`, one text or JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sms_service.engine.answers import is_doubtful, read_answer, read_key
from sms_service.engine.texts import count

QUESTIONS = ("consent", "yes_no", "none")

KEYS = {"consent": {"1": "yes", "3": "no"}, "yes_no": {"1": "yes", "2": "no"}, "none": {}}
"""What a number answers: as our own questions print them, flows/confirm.yaml (its 2 is a mistake in the data) and every
yes_no. A consent of another flow may have other keys; there they count."""


class BadLine(Exception):
    """JSON lines that ask for nothing we know. The message names the first."""


def shown_answer(asked: dict[str, Any]) -> dict[str, Any]:
    """{"text", "language", "question"} -> {"answer": yes, no, stop, start, help, wrong_number or unclear}."""
    question = asked.get("question", "consent")
    if question not in QUESTIONS:
        raise BadLine(f"the question is one of {', '.join(QUESTIONS)}, not {question}")
    text = str(asked["text"])
    key = None if is_doubtful(text) else read_key(text, list(KEYS[question]))
    return {"answer": KEYS[question][key] if key else read_answer(text, str(asked.get("language", "")), question)}


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

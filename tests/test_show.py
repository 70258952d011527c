"""What the service makes of a text, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from sms_service.show import KEYS, BadLine, lines_of, shown_answer, shown_count

FLOWS = Path(__file__).parent.parent / "flows"


def test_an_answer() -> None:
    assert shown_answer({"text": "haan ji", "language": "hi", "question": "consent"}) == {"answer": "yes"}
    assert shown_answer({"text": "haan ji", "language": "hi", "question": "none"}) == {"answer": "unclear"}
    assert shown_answer({"text": "YES STOP"}) == {"answer": "stop"}


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("consent", "1", "yes"),
        ("consent", "(१)", "yes"),
        ("consent", "moja", "yes"),
        ("consent", "1?", "unclear"),
        ("consent", "-1", "unclear"),
        ("consent", "12", "unclear"),
        ("consent", "2", "unclear"),
        ("consent", "3.", "no"),
        ("yes_no", "1", "yes"),
        ("yes_no", "٢", "no"),
        ("yes_no", "3", "unclear"),
        ("none", "1", "unclear"),
    ],
)
def test_a_number_answers_as_our_own_questions_print_it(question: str, text: str, answer: str) -> None:
    assert shown_answer({"text": text, "question": question}) == {"answer": answer}


def test_the_numbers_of_a_consent_are_those_of_the_flow_that_asks_for_it() -> None:
    flow = yaml.load((FLOWS / "confirm.yaml").read_text(encoding="utf-8"), yaml.BaseLoader)  # yes stays a word
    consent = flow["states"]["ask"]["consent"]
    assert {consent[way]["key"]: way for way in ("yes", "no")} == KEYS["consent"]
    assert list(consent["other"]) == ["2"]


def test_a_count() -> None:
    assert shown_count({"text": "a" * 161}) == {"encoding": "GSM-7", "segments": 2, "characters": 161}
    assert shown_count({"text": "नमस्ते"})["encoding"] == "UCS-2"


def test_one_result_line_for_each_input_line() -> None:
    lines = ['{"text": "yes"}\n', '{"text": "नहीं"}\n']
    assert [json.loads(line) for line in lines_of(shown_answer, lines)] == [{"answer": "yes"}, {"answer": "no"}]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("yes", 'line 1 is not a JSON object with a "text"'),
        ("[1]", 'line 1 is not a JSON object with a "text"'),
        ('{"language": "hi"}', 'line 1 is not a JSON object with a "text"'),
        ('{"text": "a", "question": "why"}', "line 1: the question is one of consent, yes_no, none, not why"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: str, problem: str) -> None:
    shown = lines_of(shown_answer, [line])
    assert json.loads(next(shown)) == {"error": problem}
    with pytest.raises(BadLine, match=f"^{problem}$"):
        next(shown)


def test_a_bad_line_loses_none_of_those_after_it() -> None:
    shown = lines_of(shown_answer, ["", '{"text": "yes"}\n', "[]", '{"text": "no"}\n'])
    assert [json.loads(next(shown)).get("answer") for _ in range(4)] == [None, "yes", None, "no"]
    with pytest.raises(BadLine, match=r"^2 lines are wrong; the first: line 1 is not a JSON object"):
        next(shown)

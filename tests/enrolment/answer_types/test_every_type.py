"""What holds for every answer type: no text upsets it, its longest value, its parameters, its sentences."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_service.engine.texts import Templates, count
from sms_service.enrolment.answer_types import TYPES, plain, shapes
from tests.enrolment.answer_types.reading import CROPS, read

PARAMETERS: dict[str, dict[str, Any]] = {
    "number": {"min": -50, "max": 1_000_000},
    "national_id": {"format": "in.aadhaar"},
    "choice": {"options": CROPS},
}
MESSY = st.one_of(
    st.text(max_size=200),
    st.text(" 0123456789०१٢-+/.,:;?abDec५½₹\u200d\ud800\n", max_size=25),
    st.sampled_from(["31/12/1990", "25 years", "9876543210", "Ram Kumar", "yes", "https://a.example"]),
)


@pytest.mark.parametrize("answer_type", TYPES)
@given(text=MESSY)
def test_no_text_upsets_a_reader_and_its_own_output_is_read_again(answer_type: str, text: str) -> None:
    value = read(answer_type, text, **PARAMETERS.get(answer_type, {}))
    refused = str(value).startswith("?") and str(value)[1:] in TYPES[answer_type].shape.problems
    if not refused and answer_type not in ("choice", "yes_no"):  # whose values are not words anybody types
        assert read(answer_type, str(value), **PARAMETERS.get(answer_type, {})) == value


@pytest.mark.parametrize("answer_type", TYPES)
def test_the_longest_value_is_an_answer_of_its_type(answer_type: str) -> None:
    shape = shapes()[answer_type]
    for language in ("en", "hi", "bn", "ta", "ar", "sw"):
        value = shape.longest(PARAMETERS.get(answer_type, {}), language)
        if answer_type in ("name", "text"):
            assert len(value) == {"name": 60, "text": 160}[answer_type]
            assert count(value).encoding == ("GSM-7" if language in ("en", "sw") else "UCS-2")
            assert read(answer_type, value) == value
    assert shapes()["number"].longest({"min": -1000, "max": 9}, "en") == -1000
    assert shapes()["number"].longest({"max": 120}, "en") == 120
    assert shapes()["choice"].longest({"options": CROPS}, "en") == "maize"
    assert shapes()["text"].longest({"max": 5}, "hi") == "ककककक"


@pytest.mark.parametrize(
    ("answer_type", "parameters", "wrong"),
    [
        ("number", {"min": 1, "max": 9}, ""), ("number", {}, ""),
        ("number", {"min": "a"}, "min is a; it must be a whole number"),
        ("number", {"max": True}, "max is True; it must be a whole number"),
        ("number", {"min": 9, "max": 1}, "min is 9 and max is 1: no number fits; raise max or lower min"),
        ("number", {"max": -1}, "min is 0 and max is -1: no number fits; raise max or lower min"),
        ("date", {"min": "2010-12-31", "max": "today"}, ""),
        ("date", {"max": "31.12.2010"}, "max is 31.12.2010; it must be a day like 2010-12-31, or today"),
        ("date", {"max": 2010}, "max is 2010; it must be a day like 2010-12-31, or today"),
        ("date", {"min": "2010-02-31"}, "min is 2010-02-31; it must be a day like 2010-12-31, or today"),
        ("date", {"min": "2010-12-31", "max": "2009-12-31"},
        "min is 2010-12-31 and max is 2009-12-31: no day fits; change one"),
        ("text", {"max": 20}, ""), ("text", {"max": 1}, "max is 1; it must be a number of characters from 2 to 1600"),
        ("area", {"level": "block"}, ""), ("area", {"level": 3}, "level is 3; it must be a word such as district or booth"),
    ],
)  # fmt: skip
def test_parameters_are_checked(answer_type: str, parameters: dict[str, Any], wrong: str) -> None:
    assert shapes()[answer_type].check(parameters) == wrong


SENTENCES = [
    (answer_type, problem, language)
    for answer_type, shape in shapes().items()
    for problem, sentences in shape.problems.items()
    for language in sentences
]


@pytest.mark.parametrize(("answer_type", "problem", "language"), SENTENCES)
@pytest.mark.parametrize("given_", [{}, {"min": "today", "max": "today"}, {"min": "2010-12-31", "max": "2010-12-31"}])
def test_every_sentence_fits_one_sms_whatever_the_flow_gave(
    answer_type: str, problem: str, language: str, given_: dict[str, Any]
) -> None:
    templates = Templates({"it": shapes()[answer_type].problems[problem][language]})
    said = templates.render("it", given_)
    assert count(said).segments == 1
    assert count(said).encoding == ("UCS-2" if language == "hi" else "GSM-7")


def test_every_problem_has_its_sentence_in_three_languages() -> None:
    assert all(set(shapes()[name].problems[problem]) == {"en", "hi", "sw"} for name, problem, _ in SENTENCES)


def test_sentences_name_the_limits() -> None:
    problems = shapes()["number"].problems
    templates = Templates({"small": problems["too_small"]["en"], "large": problems["too_large"]["hi"]})
    assert templates.render("small", {"min": 18}) == "At least 18, please. Send a number."
    assert templates.render("large", {"max": 120}) == "ज़्यादा से ज़्यादा 120। नंबर भेजें।"


def test_text_is_made_plain_before_it_is_read() -> None:
    assert plain("  a\u200b b\t\nc\x00 १२ ٣ ") == "a b c 12 3"

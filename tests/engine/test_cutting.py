"""Texts that are too long, made to fit: words and characters stay whole, and so does the end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_service.engine.clusters import clusters
from sms_service.engine.cutting import MARK, beginning, shortened
from sms_service.engine.texts import count, sendable, septets

CASES = json.loads((Path(__file__).parents[1] / "vectors" / "segments.json").read_text(encoding="utf-8"))["cases"]
LINK = "https://sms.example.org/card/?Zk3vX9qLw8Rt"

texts = st.text(alphabet="ab .\nकिी्ँ\u200d\ufe0f😀👍🏽👨👩👧❤🇮🇳€", max_size=400)


def within(most: int) -> object:
    return lambda text: len(text) <= most


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("fits", 10, "fits"),
        ("Dear Amina, you are a member of the union", 30, "Dear... a member of the union"),
        ("One. Two is longer than one. Three is it.", 30, "One. Two is... Three is it."),
        ("First line of it\nsecond line\n1 yes\n2 no", 34, "First...\nsecond line\n1 yes\n2 no"),
        (f"{'Your card is ready, and this is said at length. ' * 5}{LINK}", 100, None),
    ],
)
def test_the_end_stays_and_no_word_is_cut(text: str, most: int, cut: str | None) -> None:
    made = shortened(text, within(most))  # type: ignore[arg-type]
    assert len(made) <= most
    assert set(made.replace(MARK, " ").split()) <= set(text.split())
    assert made.split()[-1] == text.split()[-1]
    if cut is not None:
        assert made == cut


def test_a_link_at_the_end_survives() -> None:
    made = shortened(f"{'Something is said at length here. ' * 60}{LINK}", within(200))  # type: ignore[arg-type]
    assert made.endswith(f" {LINK}")


def test_a_question_keeps_its_keys() -> None:
    question = "May we enter you as a member?\n1 yes, I join\n2 no"
    made = shortened(f"{'News of the union. ' * 60}\n{question}", within(120))  # type: ignore[arg-type]
    assert made.endswith(f"{MARK}\n{question}")


def test_what_has_no_spaces_is_cut_between_characters() -> None:
    assert shortened("क्" * 50, within(21)) == "क्" * 9 + MARK  # type: ignore[arg-type]
    assert shortened("👨\u200d👩\u200d👧" * 5, within(8)) == "👨\u200d👩\u200d👧" + MARK  # type: ignore[arg-type]


def test_where_no_space_is_near_a_word_is_cut() -> None:
    assert beginning("Ram Chandrakalavaghmare", within(20)) == "Ram Chandrakalavaghm"  # type: ignore[arg-type]
    assert beginning("Chandrakala Waghmare", within(14)) == "Chandrakala"  # type: ignore[arg-type]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
@pytest.mark.parametrize("most", [1, 2])
def test_a_text_is_cut_to_its_segments_and_stays_in_its_alphabet(case: dict[str, str], most: int) -> None:
    text = sendable(case["text"] * 3)
    made = shortened(text, lambda piece: count(piece).segments <= most)
    assert count(made).segments <= most
    assert septets(text) is None or septets(made) is not None
    assert made == text if count(text).segments <= most else len(made) < len(text)


@given(texts, st.integers(0, 120))
def test_anything_is_made_to_fit_and_no_character_is_torn(text: str, most: int) -> None:
    made = shortened(text, within(most))  # type: ignore[arg-type]
    assert len(made) <= most
    kept = made.partition(MARK)[0]
    if made != text and text.startswith(kept):
        assert clusters(text)[: len(clusters(kept))] == clusters(kept)

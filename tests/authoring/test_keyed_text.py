"""How a text that names keys is read: which it names, and on which side of them their words stand."""

from __future__ import annotations

import pytest

from sms_service.authoring.keyed_text import KeyedText

KEYS = ("1", "2", "3")


def read(text: str, language: str = "en") -> KeyedText:
    return KeyedText(text, language, KEYS)


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("Right and I join: 1. A mistake: 2. Not me or no: 3", "before"),
        ("Yes 1 no 3", "before"),
        ("Yes 1. No 3. If you do not answer we ask again", "before"),
        ("Yes=1, No=3", "before"),
        ("Yes (1) or No (3)?", "before"),
        ("If you agree press 1. If you do not, press 3", "before"),
        ("Yes 1/No 3", "before"),
        ("Tea 1 or coffee 2?", "before"),
        ("Join? 1 yes, 2 wrong, 3 no", "after"),
        ("Send: 1 yes, 3 no", "after"),
        ("Reply 1. Yes 2. Mistake 3. No", "after"),
        ("1. Yes\n2. Wrong\n3. No", "after"),
        ("1 - Yes, 3 - No", "after"),
        ("(1) Yes (3) No", "after"),
        ("1\ufe0f\u20e3 Yes 3\ufe0f\u20e3 No", "after"),
        ("Answer 1 for yes and 3 for no", "after"),
        ("1, 2 or 3?", ""),
        ("Reply YES or 1 to join, NO or 3 to refuse", ""),
    ],
)
def test_labels_stand_on_one_side_of_all_keys(text: str, side: str) -> None:
    assert read(text).side == side


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("१ हां, ३ नहीं", "13"),
        ("১ ௨ ٣", "123"),
        ("One tea, two milk", "12"),
        ("1/2/3?", "123"),
        ("1-3", "123"),
        ("From 1 to 3", "123"),
        ("1 yes, 3 no", "13"),
        ("{{ org }}: {{ 1 + 2 }}", ""),
        ("Call 1800 or 123", ""),
    ],
)
def test_keys_are_named_in_any_way_that_people_write_them(text: str, named: str) -> None:
    assert "".join(sorted(read(text).named)) == named


@pytest.mark.parametrize("text", ["1.5 km", "at 12:1", "1,200", "*1#", "+1", "₹1", "1%", "A1", "1st", "1/2"])
def test_a_digit_within_something_longer_is_no_key_by_itself(text: str) -> None:
    assert read(text).list == []


@pytest.mark.parametrize(
    ("text", "language", "meanings"),
    [
        ("Right and I join: 1. A mistake: 2. Not me or no: 3", "en", ["yes", "", "no"]),
        ("सही है, सदस्य बनूंगा: 1, गलती है: 2, मैं नहीं/नहीं: 3", "hi", ["yes", "", "no"]),
        ("Sahihi, najiunga: 1. Kosa: 2. Si mimi au hapana: 3", "sw", ["yes", "", "no"]),
        ("No objection: 1. I object: 2. No: 3", "en", ["", "", "no"]),
        ("নাহ: 3, হ্যাঁ: 1, ভুল: 2", "bn", ["no", "yes", ""]),
        ("هو: 1، لا: 2، نعم: 3", "ar", ["", "no", "yes"]),
        ("हो: 1, चूक: 2, नाही: 3", "mr", ["", "", ""]),
    ],
)
def test_words_beside_a_key_mean_yes_or_no(text: str, language: str, meanings: list[str]) -> None:
    said = read(text, language)
    assert [said.beside(at, said.side).meaning for at in said.list] == meanings


def test_of_two_passages_with_keys_the_clearer_one_is_the_list() -> None:
    said = read("Form 1 of 3. Yes: 1. Wrong: 2. No: 3")
    assert [said.tokens[at].start for at in said.list] == [18, 28, 35]
    assert not said.once


def test_a_text_full_of_numbers_is_no_list_of_keys() -> None:
    assert read("1 " * 2_000).list == []

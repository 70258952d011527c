"""How long texts are, what of them is sent, how USSD pages them, and what templates make."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_service.engine.clusters import clusters, units
from sms_service.engine.texts import TEXT_MAX, Count, TemplateFailed, Templates, count, screens, sendable, septets

CASES = json.loads((Path(__file__).parents[1] / "vectors" / "segments.json").read_text(encoding="utf-8"))["cases"]

words = st.text(alphabet="abcXYZ019.,€[éकखिी्हँ😀👍🏽👩\u200d❤\ufe0f🇮🇳", min_size=1, max_size=15)
texts = st.text(alphabet="ab €^\n\rकिी्ँ\u200d\ufe0f😀👍🏽👨👩👧❤🇮🇳🇰한가\u0301’…", max_size=400)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_text_counts_as_in_twilios_calculator(case: dict[str, Any]) -> None:
    expected = case["expected"]
    assert count(case["text"]) == Count(expected["encoding"], expected["segments"], case["detail"]["characters"])


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_what_smart_encoding_saves_is_saved_here_too(case: dict[str, Any]) -> None:
    sent = count(sendable(case["text"]))
    assert sent.encoding == case["smart_encoding"]["encoding"]
    assert sent.segments <= case["smart_encoding"]["segments"]


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 158 + "€", 1),
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("हाँ" * 23, 1),
        ("हाँ" * 24, 2),
        ("कि" * 33, 1),
        ("कि" * 66, 2),
        ("कि" * 67, 3),  # 134 units are twice 67, but no part takes half a cluster
        ("🇮🇳" * 17, 1),
        ("🇮🇳" * 18, 2),
        ("👨\u200d👩\u200d👧\u200d👦" * 6, 1),
        ("👨\u200d👩\u200d👧\u200d👦" * 7, 2),
    ],
)
def test_at_the_boundaries(text: str, segments: int) -> None:
    assert count(text).segments == segments


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("हाँ जी", ["हाँ", " ", "जी"]),
        ("क्ष", ["क्", "ष"]),
        ("👍🏽👍", ["👍🏽", "👍"]),
        ("🇰🇪🇮🇳🇰", ["🇰🇪", "🇮🇳", "🇰"]),
        ("👩\u200d❤\ufe0f\u200d👨", ["👩\u200d❤\ufe0f\u200d👨"]),
        ("1\ufe0f\u20e3", ["1\ufe0f\u20e3"]),
        ("각각", ["각", "각"]),
        ("a\r\nb", ["a", "\r", "\n", "b"]),
        ("\n\u0301", ["\n", "\u0301"]),
        ("", []),
    ],
)
def test_clusters(text: str, found: list[str]) -> None:
    assert clusters(text) == found


@given(texts)
def test_clusters_lose_nothing(text: str) -> None:
    assert "".join(clusters(text)) == text


@given(texts, texts)
def test_a_longer_text_never_costs_less(text: str, more: str) -> None:
    assert count(text + more).segments >= count(text).segments


@given(st.text())
def test_any_text_can_be_made_sendable_and_counted(text: str) -> None:
    sent = sendable(text)
    assert sendable(sent) == sent
    assert count(sent).segments >= 1
    sent.encode("utf-8")
    assert not [character for character in sent if character < " " and character != "\n"]


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("“Yes” – it’s…", '"Yes" - it\'s...'),
        ("“हाँ” – ठीक", "“हाँ” – ठीक"),
        ("र्\u200dयाले", "र्\u200dयाले"),  # a Nepali name: without its joiner it is another word
        ("Cafe\u0301", "Café"),
        ("a\r\nb\rc\x00d\te\x1b", "a\nb\ncd e"),
        ("a\ud83d", "a"),
        ("a\ud83d\ude00", "a😀"),
        ("Rs\u00a05", "Rs 5"),
    ],
)
def test_what_is_sent(text: str, sent: str) -> None:
    assert sendable(text) == sent


def test_septets() -> None:
    assert (septets(""), septets("abc"), septets("a€b"), septets("ç"), septets("\x1b")) == (0, 3, 4, None, None)


def test_a_text_that_fits_is_one_screen() -> None:
    assert screens("a" * 160) == ["a" * 160]
    assert screens("क" * 80) == ["क" * 80]
    assert screens("") == [""]


def test_a_menu_is_cut_between_its_lines() -> None:
    menu = "Which booth?\n" + "\n".join(f"{number}. Government school, ward {number}" for number in range(1, 8))
    first, second = screens(menu)
    assert first.splitlines() == [
        "Which booth?",
        "1. Government school, ward 1",
        "2. Government school, ward 2",
        "3. Government school, ward 3",
        "4. Government school, ward 4",
        "98 more",
    ]
    assert second.splitlines() == [f"{number}. Government school, ward {number}" for number in (5, 6, 7)]


def test_a_text_without_spaces_is_cut_between_clusters() -> None:
    first, second, third = screens("कि" * 90, "98 आगे")
    assert (first, second) == ("कि" * 36 + "\n98 आगे", "कि" * 36 + "\n98 आगे")
    assert third == "कि" * 18


def test_a_hindi_more_line_makes_a_long_english_text_a_hindi_one() -> None:
    assert [len(page) for page in screens("a" * 161, "98 आगे")] == [80, 80, 15]


def test_a_more_line_that_fills_the_screen_is_refused() -> None:
    with pytest.raises(ValueError, match="shorten it"):
        screens("a" * 200, "b" * 150)


@given(st.lists(words, max_size=60), st.sampled_from([" ", "\n", "  ", " \n"]))
def test_the_screens_lose_no_word_and_fit(listed: list[str], between: str) -> None:
    text = between.join(listed)
    pages = screens(text)
    assert all(page.endswith("\n98 more") for page in pages[:-1])
    assert all((septets(page) or 0) <= 160 if septets(text) is not None else units(page) <= 80 for page in pages)
    assert [word for page in pages for word in page.removesuffix("\n98 more").split()] == text.split()


def test_a_template_is_filled() -> None:
    templates = Templates(
        {
            "ask": "{{ org }}: {{ enroler.first_name }} entered you as {{ name }}, ID {{ voter_id|masked }}, booth {{ booth }}"
            "."
        },
        {"masked": lambda value: value[:3] + ".." + value[-3:]},
    )
    person = {
        "org": "XYZ",
        "enroler": {"first_name": "Sunita"},
        "name": "<Ram & Co>",
        "voter_id": "ABC1234567",
        "booth": 12,
    }
    assert templates.render("ask", person) == "XYZ: Sunita entered you as <Ram & Co>, ID ABC..567, booth 12."
    assert templates.variables("ask") == {"org", "enroler.first_name", "name", "voter_id", "booth"}


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% if age >= 18 and booth in booths %}in{% else %}out{% endif %}", "in"),
        ("{% for b in booths %}{{ loop.index }} {{ b }}\n{%- endfor %}", "1 102 12"),
        ("{{ booths|join(', ') }}", "10, 12"),
        ("{{ nick|default('friend')|upper }}", "FRIEND"),
        ("{{ '~*}}' }}{# ~ #}", "~*}}"),
        ("a{{ nothing }}b", "ab"),
        ("{{ name }}.html", "राम.html"),
    ],
)
def test_what_a_template_may_hold(source: str, text: str) -> None:
    person = {"age": 19, "booth": "12", "booths": ["10", "12"], "nothing": None, "name": "राम"}
    assert Templates({"k.html": source}).render("k.html", person) == text


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("{{ name", "unexpected end of input, expected end of variable block"),
        ("{% set x = name %}", "{% set x = name %}: a text has only if and for"),
        ("{% raw %}x{% endraw %}", "{% raw %}: a text has only if and for"),
        ("{{ name ~ name }}", "{{ name ~ name }}: ~ is not for texts; put the parts one after another"),
        ('{{ "}}" ~ name }}', '{{ "}}" ~ name }}: ~ is not for texts; put the parts one after another'),
        ("{{ 'x' * 1000000000 }}", "{{ 'x' * 1000000000 }}: * is not for texts; put the parts one after another"),
        ("{{ person.clear() }}", "{{ person.clear() }}: a text calls nothing; it prints values and filters them"),
        ("{{ person['clear']() }}", "{{ person['clear']() }}: a text calls nothing; it prints values and filters them"),
        ("{{ debug() }}", "{{ debug() }}: a text calls nothing; it prints values and filters them"),
    ],
)
def test_what_a_template_may_not_hold(source: str, sentence: str) -> None:
    with pytest.raises(TemplateFailed) as failure:
        Templates({"ask.en": source})
    assert (failure.value.key, failure.value.sentence) == ("ask.en", sentence)


@pytest.mark.parametrize(
    ("name", "most", "cut"),
    [
        ("Ram Kumar", 9, "Ram Kumar"), ("Ram Kumar", 8, "Ram Ku.."), ("Ram Kumar", 6, "Ram.."), ("Ram", 0, ".."), ("", 5, ""),
        ("Chandrakala Waghmare", 15, "Chandrakala.."), ("Chandrakala Waghmare", 19, "Chandrakala Waghm.."),
        ("राम कुमार", 8, "राम कु.."), ("राम कुमार", 7, "राम.."),  # a letter keeps its vowel sign
        ("👩🏽‍🌾👩🏽‍🌾", 10, "👩🏽‍🌾.."),
    ],
)  # fmt: skip
def test_short_cuts_what_is_too_long_between_two_letters_or_words(name: str, most: int, cut: str) -> None:
    assert Templates({"k": "{{ name|short(" + str(most) + ") }}"}).render("k", {"name": name}) == cut


def test_an_unknown_filter_is_answered_with_the_known_ones() -> None:
    with pytest.raises(TemplateFailed, match=r"there is no filter 'indent'; there are capitalize, .*, masked, .*upper"):
        Templates({"k": "{{ name|indent(10000000000) }}"}, {"masked": str})


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("Hello {{ enroler.first_nam }}", "'enroler.first_nam' has no value"),
        ("नमस्ते\n{{ missing }}", "line 2: 'missing' has no value"),
        ("{{ missing|masked }}", "the filter 'masked' was given nothing"),
        ("{{ number|masked }}", "the filter 'masked' cannot use a value of this kind (TypeError)"),
        ("{{ enroler.keys }}", "it prints a list or a group of values; name one of them, or use join"),
        (
            "{% for a in many %}{% for b in many %}{% for c in many %}x{% endfor %}{% endfor %}{% endfor %}",
            "it takes too many steps; a loop in it is too long",
        ),
    ],
)
def test_a_text_that_cannot_be_made_says_why(source: str, sentence: str) -> None:
    templates = Templates({"k": source}, {"masked": lambda value: value[-3:]})
    with pytest.raises(TemplateFailed) as failure:
        templates.render("k", {"enroler": {}, "number": 7, "many": [1] * 100})
    assert failure.value.sentence == sentence


@pytest.mark.parametrize("value", [object(), b"x", ("a",), {"inner": {1}}, [Path()]])
def test_only_plain_data_goes_into_a_template(value: object) -> None:
    with pytest.raises(TypeError, match="a template takes only plain data"):
        Templates({"k": "{{ v }}"}).render("k", {"v": value})


def test_a_text_is_cut_at_what_a_gateway_takes() -> None:
    family = "👨\u200d👩\u200d👧\u200d👦"
    assert Templates({"k": "{{ v }}"}).render("k", {"v": "a" * 1592 + family}) == "a" * 1592 + "..."
    assert Templates({"k": "{{ v }}"}).render("k", {"v": "कि" * 900}) == "कि" * 798 + "..."
    assert (
        units(Templates({"k": "{{ v }} {{ link }}"}).render("k", {"v": "word " * 900, "link": "https://x.org"}))
        <= TEXT_MAX
    )
    assert Templates({"k": "{{ v }} {{ link }}"}).render("k", {"v": "word " * 900, "link": "L"}).endswith("word  L")


@pytest.mark.parametrize(
    ("condition", "held"),
    [
        ("age >= 18", True),
        ("age >= 18 and booth in booths", False),
        ("not (age < 18) and name", True),
        ("nick is defined", False),
        ("name|length > 3", False),
    ],
)
def test_a_condition_holds_or_not(condition: str, held: bool) -> None:
    assert Templates({}).holds(condition, {"age": 19, "booth": "12", "booths": [], "name": "Ram"}) is held


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ("agee >= 18", "a name in it has no value"),
        ("person.clear()", "{% if person.clear() %}: a text calls nothing; it prints values and filters them"),
        ("name ~ name", "{% if name ~ name %}: ~ is not for texts; put the parts one after another"),
        ("name }} and {{ name", "unexpected input after expression"),
    ],
)
def test_a_condition_that_cannot_be_read_says_why(condition: str, sentence: str) -> None:
    with pytest.raises(TemplateFailed) as failure:
        Templates({}).holds(condition, {"name": "Ram", "person": {}})
    assert (failure.value.key, failure.value.sentence) == (condition, sentence)


def test_templates_know_their_keys() -> None:
    assert "ask@en" in Templates({"ask@en": "Yes?"})
    assert "ask@hi" not in Templates({"ask@en": "Yes?"})

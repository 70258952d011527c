"""USSD: what was typed last, told by what had been typed before; long texts, screen by screen, and the keys that turn them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_service.engine.clusters import units
from sms_service.engine.model import MAX_DIRECT_DIAL_INPUTS, UssdScreen
from sms_service.engine.navigation import LINES, direct_dial, is_first, newest_input, pages, turned
from sms_service.engine.texts import USSD_SEPTETS, USSD_UCS2, septets
from tests.channels.vectors import case_id, cases

HOPS = cases("at_ussd")


def field(case: dict[str, Any], name: str) -> str:
    return next(str(value) for key, value in case["params"] if key == name)


def later(case: dict[str, Any]) -> bool:
    return case["expected"]["previous_text"] is not None


@pytest.mark.parametrize("case", [case for case in HOPS if later(case)], ids=case_id)
def test_the_newest_input_is_what_follows_the_text_of_the_hop_before(case: dict[str, Any]) -> None:
    screen = UssdScreen(id=field(case, "sessionId"), text=case["expected"]["previous_text"])

    assert not is_first(screen, field(case, "sessionId"))
    assert newest_input(screen, field(case, "text")) == case["expected"]["new_input"]


@pytest.mark.parametrize("case", [case for case in HOPS if not later(case)], ids=case_id)
def test_the_first_hop_answers_nothing_but_may_walk_menus(case: dict[str, Any]) -> None:
    assert is_first(None, field(case, "sessionId"))
    assert direct_dial(field(case, "text")) == (case["expected"]["new_input"] or [])


@pytest.mark.parametrize(
    ("before", "now", "typed"),
    [
        ("", "1", "1"),
        ("", "*", "*"),
        ("*", "**1", "1"),
        ("1", "1*", ""),
        ("1", "1*#", "#"),
        ("1", "1***", "**"),
        ("1*a*b", "1*a*b*3", "3"),
        ("1", "1* Amina ", " Amina "),
        ("1*2", "7", "7"),  # a gateway that sends the newest input alone
        ("1", "12", "12"),  # begins alike, and is no continuation
    ],
)
def test_whatever_a_person_types_is_told_from_what_was_there(before: str, now: str, typed: str) -> None:
    assert newest_input(UssdScreen(id="s", text=before), now) == typed


def test_a_new_session_of_the_network_begins_anew() -> None:
    assert is_first(UssdScreen(id="yesterday", text="1*2"), "today")


def test_a_direct_dial_takes_only_so_many_steps() -> None:
    assert len(direct_dial("*".join("1" * 200))) == MAX_DIRECT_DIAL_INPUTS


# --- screens ------------------------------------------------------------------------------------------------------

LONG = " ".join(f"word{number}" for number in range(60))
HINDI = " ".join(["नमस्ते"] * 40)

words = st.text(alphabet="abcXYZ019.,€[éकखिी्हँआমাகிمر😀👍🏽", min_size=1, max_size=15)
texts = st.builds(lambda listed, between: between.join(listed), st.lists(words, max_size=50), st.sampled_from(" \n"))


def fits(page: str) -> bool:
    """Whether one screen holds it: 160 septets, or 80 UTF-16 units."""
    length = septets(page)
    return length <= USSD_SEPTETS if length is not None else units(page) <= USSD_UCS2


def test_a_short_text_is_one_page() -> None:
    assert pages("Namba ya simu?", "sw", back=False) == ["Namba ya simu?"]
    assert pages("Namba ya simu?", "sw", back=True) == ["Namba ya simu?\n0 rudi"]


def test_a_long_text_is_paged_and_says_how_to_go_on_and_back() -> None:
    first, second, third = pages(LONG, "en", back=False)

    assert first.endswith("\n98 more")
    assert second.endswith("\n98 more\n0 back")
    assert third.endswith("\n0 back")
    assert "0 back" not in first
    assert pages(LONG, "en", back=True)[0].endswith("\n98 more\n0 back"), "to the question before"


@pytest.mark.parametrize(
    ("language", "text", "more", "back"),
    [
        ("en", LONG, "98 more", "0 back"),
        ("sw", LONG, "98 zaidi", "0 rudi"),
        ("fr", LONG, "98 suite", "0 retour"),
        ("hi", HINDI, "98 और", "0 पीछे"),
        ("bn", HINDI, "98 আরও", "0 পিছনে"),
        ("ta", HINDI, "98 மேலும்", "0 பின்"),
        ("ar", HINDI, "98 المزيد", "0 رجوع"),
        ("hi", LONG, "98 more", "0 back"),  # in Devanagari, the two lines would halve the room of the screen
        ("zu", LONG, "98 more", "0 back"),
    ],
)
def test_the_lines_are_in_the_language_of_the_text(language: str, text: str, more: str, back: str) -> None:
    first, second, *_ = pages(text, language, back=False)
    assert first.splitlines()[-1] == more
    assert second.splitlines()[-2:] == [more, back]


def test_the_lines_count_where_the_text_alone_would_fit() -> None:
    room = USSD_SEPTETS - len("\n0 back")
    assert len(pages("a" * room, "en", back=True)) == 1
    assert len(pages("a" * (room + 1), "en", back=True)) == 2
    assert len(pages("a" * USSD_SEPTETS, "en", back=False)) == 1
    assert len(pages("क" * (USSD_UCS2 - len("\n0 पीछे")), "hi", back=True)) == 1
    assert len(pages("क" * (USSD_UCS2 - len("\n0 पीछे") + 1), "hi", back=True)) == 2


@given(texts, st.sampled_from([*LINES, "zu"]), st.booleans())
def test_every_page_fits_and_nothing_is_lost(text: str, language: str, back: bool) -> None:
    made = pages(text, language, back)

    assert all(map(fits, made))
    shown = []
    for number, page in enumerate(made):
        lines = page.split("\n")
        if back or number > 0:
            assert lines.pop().startswith("0 ")
        if number < len(made) - 1:
            assert lines.pop().startswith("98 ")
        shown += " ".join(lines).split()
    assert "".join(shown) == "".join(text.split()), "a word that fills a screen is cut, never shortened"


def test_blanks_at_the_end_of_a_text_do_not_bring_a_way_back_that_is_none() -> None:
    assert pages("a" * 158 + " " * 10, "en", back=False) == ["a" * 158]


# --- turning pages ------------------------------------------------------------------------------------------------


def test_98_turns_to_the_next_page_and_0_to_the_one_before() -> None:
    screen = UssdScreen(id="s", text="", pages=["one", "two", "three"])

    assert not screen.fully_shown
    assert turned(screen, "98")
    assert screen.page == 1
    assert turned(screen, " 98 ")
    assert screen.page == 2
    assert screen.fully_shown
    assert turned(screen, "0")
    assert screen.page == 1


@pytest.mark.parametrize("typed", ["९८", "98.", "৯৮"])
def test_the_keys_of_pages_are_read_as_any_key_is(typed: str) -> None:
    assert turned(UssdScreen(id="s", text="", pages=["one", "two"]), typed)


@pytest.mark.parametrize(
    ("page", "typed"),
    [(0, "0"), (2, "98"), (1, "1"), (1, ""), (1, "980"), (1, "00"), (1, "98 98"), (0, "more")],
)
def test_whatever_turns_no_page_is_an_answer(page: int, typed: str) -> None:
    screen = UssdScreen(id="s", text="", pages=["one", "two", "three"], page=page)
    assert not turned(screen, typed)
    assert screen.page == page


@pytest.mark.parametrize("typed", ["98", "0"])
def test_one_page_is_never_turned(typed: str) -> None:
    for only in ([], ["one"]):
        screen = UssdScreen(id="s", text="", pages=only)
        assert not turned(screen, typed)
        assert screen.at_its_end
        assert screen.fully_shown is bool(only), "of no page nobody can say that it was seen"

"""USSD hops: what was typed last, told by what had been typed before; and long screens, page by page."""

from __future__ import annotations

from typing import Any

import pytest

from sms_service.engine.hops import MORE_LINE, direct_dial, is_first, newest_input, pages
from sms_service.engine.model import MAX_DIRECT_DIAL_INPUTS, UssdScreen
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


def test_a_short_text_is_one_page() -> None:
    assert pages("Namba ya simu?") == ["Namba ya simu?"]


def test_a_long_text_is_paged_and_says_how_to_go_on() -> None:
    text = " ".join(f"word{number}" for number in range(60))

    *more, last = pages(text)

    assert more
    assert all(page.endswith(MORE_LINE) for page in more)
    assert MORE_LINE not in last
    assert " ".join([*(page.removesuffix(MORE_LINE).strip() for page in more), last]) == text

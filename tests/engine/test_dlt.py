"""India's registry: which registered text a message is, letter for letter, and in time that grows with its length alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_service.engine import dlt
from sms_service.engine.dlt import Ids, Registration, Rules, applies, code_of, find, fits, longest_value, meaning, told

ENTITY, OTHER_ENTITY = "1701158012345678901", "1201158012345678902"
FIRST, SECOND, THIRD = "1107161234567890123", "1107161234567890124", "1107161234567890125"
ENTERED = "XYZ: {#var#} entered you as {#var#}. Right: 1"


@pytest.mark.parametrize(
    ("registered", "text"),
    [
        ("Bye.", "Bye."),
        (ENTERED, "XYZ: Sunita entered you as Ram Kumar. Right: 1"),
        (ENTERED, f"XYZ: {'S' * 30} entered you as {'R' * 30}. Right: 1"),
        (ENTERED, "XYZ:  entered you as . Right: 1"),
        ("{#var#}", "anything"),
        ("Code {#numeric#}", "Code 83511"),
        ("See {#url#} or {#CBN#}.", "See https://a.example/?b or 51969."),
        ("{#var#}{#var#}!", "x" * 60 + "!"),
        ("a{#var#}b{#var#}c", "a" + "b" * 31 + "c"),  # the first b that fits is not the right one
        ("नमस्ते {#var#}।", "नमस्ते राम कुमार।"),
        ("one\ntwo {#var#}", "one\ntwo three"),
    ],
)
def test_a_text_that_is_the_registered_one(registered: str, text: str) -> None:
    assert fits(registered, text, 30)


@pytest.mark.parametrize(
    ("registered", "text"),
    [
        ("Bye.", "Bye"),
        ("Bye.", "bye."),
        ("Bye.", " Bye."),
        (ENTERED, "XYZ: Sunita entered you as Ram Kumar. Right: 1 "),
        (ENTERED, "XYZ: Sunita  entered you as Ram Kumar. Right:1"),
        (ENTERED, f"XYZ: {'S' * 31} entered you as Ram. Right: 1"),
        (ENTERED, f"XYZ: Sunita entered you as {'R' * 31}. Right: 1"),
        ("{#var#}", "x" * 31),
        ("{#var#}{#var#}!", "x" * 61 + "!"),
        ("ab{#var#}bc", "abc"),  # the b cannot be both
        ("Hello {# var #}", "Hello Ram"),  # no variable: the registry writes them without spaces
    ],
)
def test_a_text_that_is_not(registered: str, text: str) -> None:
    assert not fits(registered, text, 30)


pieces = st.lists(st.text("ab ", max_size=4), min_size=1, max_size=6)


@given(pieces, st.data())
def test_every_text_made_of_a_registered_one_is_it(literals: list[str], data: st.DataObject) -> None:
    values = [data.draw(st.text("abc ", max_size=5)) for _ in literals[1:]]
    text = literals[0] + "".join(value + literal for value, literal in zip(values, literals[1:], strict=True))
    registered = "{#var#}".join(literals)
    assert fits(registered, text, 5)
    most = longest_value(registered, text)
    assert most <= max(map(len, values), default=0)
    assert fits(registered, text, most)
    assert most == 0 or not fits(registered, text, most - 1)


@given(pieces, st.text("ab ", max_size=12))
def test_it_says_what_the_plainest_search_says(literals: list[str], text: str) -> None:
    def search(rest: str, left: list[str]) -> bool:
        if not rest.startswith(left[0]):
            return False
        rest = rest.removeprefix(left[0])
        if len(left) == 1:
            return not rest
        return any(search(rest[skip:], left[1:]) for skip in range(min(3, len(rest)) + 1))

    assert fits("{#var#}".join(literals), text, 3) == search(text, literals)


def test_nothing_that_is_registered_takes_long() -> None:
    """Whoever backtracks never comes to the end of these."""
    assert not fits("{#var#}a" * 200 + "b", "a" * 1600, 40)
    assert not fits("{#var#}" * 280 + "b", "a" * 1600, 30)
    assert fits("{#var#}a" * 200, "a" * 1600, 40)
    assert not fits("a{#var#}" + "aaaa" * 400 + "{#var#}b", "a" * 1600, 40)


def test_the_longest_value_that_a_text_needs() -> None:
    assert longest_value(ENTERED, f"XYZ: {'S' * 31} entered you as Ram. Right: 1") == 31
    assert longest_value("Bye.", "Bye.") == 0
    assert longest_value(ENTERED, "XYZ: something else") == -1


def test_the_first_registered_text_counts_with_the_organisation_of_its_flow_or_of_the_settings() -> None:
    own = Registration(entity=OTHER_ENTITY, templates={FIRST: "Bye, {#var#}."})
    others = Registration(templates={SECOND: "Bye, {#var#}.", THIRD: "Hello."})
    rules = Rules(entity=ENTITY)

    assert find([None, own, others], "Bye, Ram.", rules) == Ids(OTHER_ENTITY, FIRST)
    assert find([others, own], "Bye, Ram.", rules) == Ids(ENTITY, SECOND)
    assert find([None, own, others], "Hello.", rules) == Ids(ENTITY, THIRD)
    assert find([None, own, others], "hello.", rules) is None
    assert find([own], f"Bye, {'R' * 31}.", rules) is None
    assert find([own], f"Bye, {'R' * 31}.", Rules(variable_max=40)) == Ids(OTHER_ENTITY, FIRST)


def test_what_is_no_id_goes_nowhere() -> None:
    wrong = Registration(entity="17", templates={"12": "Bye.", FIRST: "Hello."})
    assert find([wrong], "Bye.", Rules()) is None
    assert find([wrong], "Hello.", Rules()) == Ids("", FIRST)


def test_the_registry_has_a_say_over_sms_to_india_alone() -> None:
    assert applies("+919876543210")
    assert not applies("+254711000111")


@pytest.mark.parametrize(
    ("reason", "code"),
    [("600", 600), ("633", 633), ("670", 670), ("0633", 633), ("599", 0), ("671", 0), ("30003", 0), ("", 0),
     ("UserInBlackList", 0), ("²", 0), ("6" * 400, 0)],
)  # fmt: skip
def test_the_codes_of_the_registry(reason: str, code: int) -> None:
    assert code_of(reason) == code


@pytest.mark.parametrize("code", [0, 600, 604, *range(614, 619), 620, 623, *range(630, 638), 670])
def test_each_code_that_is_known_has_its_own_sentence(code: int) -> None:
    assert meaning(code) != dlt.OTHER
    assert meaning(code) in told(code, 2)


def test_a_code_that_is_not_known_is_told_too() -> None:
    assert told(641, 1) == (
        "1 message to India in 24 hours refused by the registry with code 641: the registry refused it: ask your gateway "
        "what the code means"
    )
    assert told(0, 1200).startswith("1,200 messages to India in 24 hours not sent, no registered template: ")

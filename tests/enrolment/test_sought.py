"""What a person is found by in others' texts: her number with or without its country, her ID in any spelling, her name."""

from __future__ import annotations

import pytest

from sms_service.engine.answers import fold
from sms_service.enrolment.sought import FEW, Finder, Sought, national_digits

DAY = 86_400.0


def sought(phone: str, own: tuple[str, ...] = (), told: tuple[str, ...] = (), until: float = 0.0) -> Sought:
    spans = ((until - DAY, until),)
    return Sought(national_digits(phone), tuple(map(fold, own)), tuple(map(fold, told)), spans, until - DAY, (7,))


@pytest.mark.parametrize(
    ("phone", "text"),
    [
        ("+22890123456", "REG 90123456 Awa"),  # Togo: eight digits
        ("+22890123456", "REG 00228 90 12 34 56 Awa"),
        ("+6581234567", "8123 4567 Ali"),  # Singapore
        ("+2482512345", "REG 2 512 345 Ram"),  # Seychelles: seven
        ("+919876512347", "REG 9876512347 ABC1234567 12 Ram"),
        ("+919876512347", "REG \u096f\u096e\u096d\u096c\u096b\u0967\u0968\u0969\u096a\u096d"),
        ("+254712345678", "0712 345 678"),
    ],
)
def test_a_number_is_found_however_it_is_written(phone: str, text: str) -> None:
    assert Finder({1: sought(phone)}).speaks_of_any(text, 0.0)


@pytest.mark.parametrize(("phone", "text"), [("+22890123456", "REG 90123457 Awa"), ("+29024567", "REG 24567 1")])
def test_another_number_is_not_nor_one_of_five_digits_without_its_country(phone: str, text: str) -> None:
    assert not Finder({1: sought(phone)}).speaks_of_any(text, 0.0)


def test_one_of_five_digits_is_found_with_its_country() -> None:
    assert Finder({1: sought("+29024567")}).speaks_of_any("REG +290 24567 Ram", 0.0)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FIX R2222 NAME zebulon QUIXWORTH", True), ("id zqx-765-4321", True), ("ZQX 7654321", True),
        ("Zebulon", False), ("Zebulona Quixworth", False), ("ZQX7654322", False), ("", False),
    ],
)  # fmt: skip
def test_her_name_and_her_id_in_any_spelling(text: str, found: bool) -> None:
    her = sought("+919876512347", own=("Zebulon Quixworth", "ZQX7654321"))
    assert Finder({1: her}).speaks_of_any(text, 0.0) is found


def test_what_else_was_told_of_her_counts_only_while_she_was_being_entered() -> None:
    finder = Finder({1: sought("+919876512347", told=("Potters Lane",), until=10 * DAY), 2: sought("+919876512348")})
    assert finder.speaks_of_any("she lives in potters lane", 9.5 * DAY)
    assert not finder.speaks_of_any("she lives in potters lane", 10.5 * DAY)


@pytest.mark.parametrize("count", [1, FEW, FEW + 1, 40])
def test_many_are_looked_for_at_once(count: int) -> None:
    finder = Finder({one: sought(f"+9198765{one:05d}", own=(f"ABC{one:07d}",)) for one in range(count)})
    last = count - 1
    assert finder.speaks_of_any(f"98765{last:05d}", 0.0)
    assert finder.speaks_of_any(f"abc {last:07d}", 0.0)
    assert not finder.speaks_of_any(f"98765{count:05d} ABC{count:07d}", 0.0)

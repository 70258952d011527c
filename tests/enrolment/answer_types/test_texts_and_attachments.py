"""Texts in somebody's own words, links and photos."""

from __future__ import annotations

import pytest

from tests.enrolment.answer_types.reading import read, setting


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("The road, near the well.", "The road, near the well."), ("  two\n lines\x00 ", "two lines"), ("गली १२", "गली १२"),
        ("cafe\u0301", "café"), ("a\u202eb", "ab"), ("क्\u200dष", "क्\u200dष"), ("x" * 160, "x" * 160),
        ("x" * 161, "?too_long"), ("", "?too_short"), ("a", "?too_short"), ("12", "?too_short"), ("👍👍", "?too_short"),
    ],
)  # fmt: skip
def test_a_text(typed: str, found: str) -> None:
    assert read("text", typed) == found


def test_a_text_may_be_limited_further() -> None:
    assert read("text", "abc", max=3) == "abc"
    assert read("text", "abcd", max=3) == "?too_long"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("https://example.org/a?b=1", "https://example.org/a?b=1"), ("see Http://Example.org/A.", "http://example.org/A"),
        ("(https://example.org)", "https://example.org"), ("http://a.example:8080/", "http://a.example:8080/"),
        ("example.org", "?not_a_link"), ("ftp://example.org", "?not_a_link"),
        ("https://a.example https://b.example", "?not_a_link"),
        ("http://127.0.0.1/", "?not_a_link"), ("http://localhost/", "?not_a_link"),
        ("http://user:pass@example.org", "?not_a_link"),
        ("http://example.org:port/", "?not_a_link"), ("http://[::1/", "?not_a_link"), ("http://[x]/", "?not_a_link"),
        ("javascript:alert(1)", "?not_a_link"), ("https://example.org/" + "x" * 200, "?not_a_link"), ("", "?not_a_link"),
    ],
)  # fmt: skip
def test_a_link(typed: str, found: str) -> None:
    assert read("link", typed) == found


def test_a_photo_comes_along_or_as_a_link() -> None:
    assert read("photo", "", setting(media=("https://m.example/1", "https://m.example/2"))) == "https://m.example/1"
    assert read("photo", "here https://m.example/3") == "https://m.example/3"
    assert read("photo", "here it is") == "?no_photo"

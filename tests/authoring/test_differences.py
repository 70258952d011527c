"""Where a message differs from its line, and what varies between two of them."""

from __future__ import annotations

import pytest

from sms_service.authoring.differences import compare, varying


def marked(expected: str, said: str) -> tuple[str, str]:
    """Both texts, with what differs in brackets."""
    left, right = compare(expected, said)
    return tuple("".join(f"[{p.text}]" if p.differs else p.text for p in pieces) for pieces in (left, right))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("expected", "said", "left", "right"),
    [
        ("booth 12, ok", "booth 13, ok", "booth [12], ok", "booth [13], ok"),
        ("No 0000013.", "No 0000013. Welcome.", "No 0000013.", "No 0000013.[ Welcome.]"),
        ("a b c", "a c", "a [b ]c", "a c"),
        ("Saved ...: Ram", "Saved K7X: Sita", "Saved ...: [Ram]", "Saved K7X: [Sita]"),
        ("... entered you as Ram", "XYZ: Anil entered you as Rama", "... entered you as [Ram]", None),
        ("XYZ: ...", "ABC: all the rest", "[XYZ]: ...", "[ABC]: all the rest"),
        ("same", "same", "same", "same"),
        ("old words here", "others now there", "[old words here]", "[others now there]"),
        ("बूथ बारह है", "बूथ तेरह है", "बूथ [बारह] है", "बूथ [तेरह] है"),
    ],
)
def test_differing_words_are_marked(expected: str, said: str, left: str, right: str | None) -> None:
    shown = marked(expected, said)
    assert shown[0] == left
    assert right is None or shown[1] == right


def test_the_pieces_together_are_the_text() -> None:
    expected, said = "Send ... if 1, 2, ... or\nNO.", "Send YES now if 2 or\nmaybe NO!"
    left, right = compare(expected, said)
    assert ("".join(p.text for p in left), "".join(p.text for p in right)) == (expected, said)


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        ("Saved K7XW9: Ram", "Saved 2MNPQ: Ram", "Saved ...: Ram"),
        (
            "See https://xyz.example/card/?aB-9_x now.",
            "See https://xyz.example/card/?Zc-9_y now.",
            "See https://xyz.example/card/?... now.",
        ),
        ("Today is 22/11/2026.", "Today is 27/12/2027.", "Today is ..."),
        ("Same as ever.", "Same as ever.", "Same as ever."),
        ("On 22 Nov at 4", "On 3 Dec at 4", "On ... at 4"),
        ("one\ntwo K7", "one\ntwo Z9", "one\ntwo ..."),
    ],
)
def test_what_varies_is_written_as_dots(first: str, second: str, text: str) -> None:
    assert varying(first, second) == text

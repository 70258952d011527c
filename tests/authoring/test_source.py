"""YAML as people write it: words stay words, everything has its place, and what could not be meant is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sms_service.authoring.source import (
    BYTES_MAX,
    DEPTH_MAX,
    ENTRIES_MAX,
    NODES_MAX,
    SOURCE_MAX,
    BrokenFlow,
    Source,
    read_source,
    shown,
)


def data(text: str) -> Any:
    return Source(text, "x.yaml").data


def findings(text: str) -> list[str]:
    return [str(finding) for finding in Source(text, "x.yaml").findings]


def refused(text: str) -> str:
    with pytest.raises(BrokenFlow) as caught:
        Source(text, "x.yaml")
    return str(caught.value)


# --- what is read -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("no: yes", {"no": "yes"}),
        ("on: off", {"on": "off"}),
        ("y: n", {"y": "n"}),
        ("at: 12:30", {"at": "12:30"}),
        ("day: 2026-01-31", {"day": "2026-01-31"}),
        ("phone: 0712345678", {"phone": "0712345678"}),
        ("more: +5", {"more": "+5"}),
        ("octal: 0o17", {"octal": "0o17"}),
        ("price: 1_000", {"price": "1_000"}),
        ("half: 1.5", {"half": "1.5"}),
        ("long: 1234567890123456789", {"long": "1234567890123456789"}),
        ("norway: NO", {"norway": "NO"}),
        ("1: 2", {"1": 2}),
        ("times: -3", {"times": -3}),
        ("end: true", {"end": True}),
        ("text: 'true'", {"text": "true"}),
        ('text: "12"', {"text": "12"}),
        ("empty:", {"empty": None}),
        ("empty: ~", {"empty": None}),
        ("list: [a, 1, no]", {"list": ["a", 1, "no"]}),
        ('{"a":"b","c":1}', {"a": "b", "c": 1}),
        ("text: >-\n  one\n  two\n", {"text": "one two"}),
        ("text: |\n  one\n  two\n", {"text": "one\ntwo\n"}),
        ("text: one\r\nmore: two\r\n", {"text": "one", "more": "two"}),
        ("text: हाँ, ndiyo", {"text": "हाँ, ndiyo"}),
        ("text: a #1 b", {"text": "a"}),
        ("--- # a document\na: 1\n...\n", {"a": 1}),
        ("\ufeffbom: here", {"bom": "here"}),
        ("# nothing\n", {}),
        ("---\n", {}),
        ("", {}),
    ],
)
def test_words_stay_words(text: str, read: dict[str, Any]) -> None:
    assert data(text) == read


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("\ufeffa: 1\n", "1:1: the file begins with an invisible byte order mark: save it as UTF-8 without BOM"),
        ("a: 1\nb: 2\na: 3\n", '3:1: "a" stands here a second time: keep one of them'),
        ("a: &x {b: 1}\n", "1:4: anchors and aliases (&, *) are not read: write it out in each place"),
        ("a: *x\n", '1:4: a text that begins with * must stand in quotes: "* ..."'),
        ("a: &Thanks\n", '1:4: a text that begins with & must stand in quotes: "& ..."'),
        ("a: !!str b\n", "1:4: tags (!, !!) are not read: leave it out, or put a text that begins with ! in quotes"),
        ("a: {{ b }}\n", "1:4: a text with {{ }} must stand in quotes"),
        ("? [a]\n: b\n", "1:3: a key is one word, followed by a colon"),
        ("a: {b, c: d}\n", '1:5: "b" has no colon: write `key: value`, or put a text with a comma in quotes'),
        ("a: {b:c}\n", "1:5: a space is missing after the colon"),
        ("a: 1\n---\nb: 2\n", "2:1: --- begins a second file: a flow file holds one flow, leave the line out"),
        (f"a:\n b: [{'x,' * 101}]\n", f"2:{6 + 2 * ENTRIES_MAX}: more than 100 entries: the rest is not read"),
    ],
)
def test_what_cannot_be_meant_is_found_and_reading_goes_on(text: str, finding: str) -> None:
    assert findings(text) == [f"x.yaml:{finding}"]


def test_what_stands_behind_a_foreign_part_is_read() -> None:
    source = Source("a: !!python/object/apply:os.system [x, {y: z}]\nb: 2\nc: {{ d }}\ne: *f\n", "x.yaml")
    assert source.data == {"a": "-", "b": 2, "c": "-", "e": "-"}
    assert source.broken == {("a",), ("c",), ("e",)}
    assert source.is_broken(("a", 1))
    assert not source.is_broken(("b",))


def test_of_two_equal_keys_the_last_one_is_read() -> None:
    assert data("a: 1\nb: 2\na: 3\n") == {"a": 3, "b": 2}


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("a: “b”", "1:4: warning: the text stands in curly quotes, which would be sent along: write straight ones"),
        ('a: b"', '1:4: warning: this text ends with a quote (") and does not begin with one'),
    ],
)
def test_quotes_that_are_none_are_warned_of(text: str, warning: str) -> None:
    assert findings(text) == [f"x.yaml:{warning}"]


@pytest.mark.parametrize("text", ["a: say “b” to c", 'a: say "b"', "a: it's", "a: '“b”'", "“a”: b"])
def test_quotes_within_a_text_are_a_part_of_it(text: str) -> None:
    assert findings(text) == []


# --- where things stand -------------------------------------------------------------------------------------------

PLACES = """\
one:
  two: [a,
    b]
three: "Thank you, {{ name }},
  and {{ names }} and {{ name }}"
four:
"""


@pytest.mark.parametrize(
    ("path", "of_key", "word", "place"),
    [
        (("one",), False, "", "1:1"),
        (("one", "two"), False, "", "2:3"),
        (("one", "two", 1), False, "", "3:5"),
        (("one", "missing", "deeper"), False, "", "1:1"),
        (("three",), False, "", "4:8"),
        (("three",), True, "", "4:1"),
        (("three",), False, "name", "4:23"),
        (("three",), False, "names", "5:10"),
        (("three",), False, "}},", "4:28"),
        (("three",), False, "nowhere", "4:8"),
        (("three", 0), False, "", "4:8"),
        (("four",), False, "", "6:1"),
    ],
)
def test_a_finding_stands_at_its_value_or_key_or_word_or_at_the_nearest_thing_around_it(
    path: tuple[str | int, ...], of_key: bool, word: str, place: str
) -> None:
    found = Source(PLACES, "x.yaml").finding(path, "here", of_key=of_key, word=word)
    assert str(found) == f"x.yaml:{place}: here"


def test_a_misspelt_key_has_the_place_of_what_was_meant() -> None:
    source = Source("sya: {en: Hello}\n", "x.yaml")
    source.meant(("say",), ("sya",))
    assert source.place(("say", "en")) == (1, 7)
    assert source.written(("say", "en")) == ("sya", "en")


def test_what_stands_behind_a_value_in_its_line_can_be_asked() -> None:
    source = Source("a: house #12\nb:  # nothing\n", "x.yaml")
    assert (source.behind(("a",)), source.behind(("b",))) == (" #12", "  # nothing")


# --- what is refused ----------------------------------------------------------------------------------------------


def test_a_control_character_is_refused_at_its_place() -> None:
    assert refused("a: 1\nb: x\x07\n") == ("x.yaml:2:5: an invisible control character (U+0007) stands here: delete it")


def test_every_line_that_is_indented_with_a_tab_is_named() -> None:
    assert refused("a:\n\tb: 1\n  c: 2\n \td: 2\n").splitlines() == [
        "x.yaml:2:1: a tab stands here: indent with spaces",
        "x.yaml:4:1: a tab stands here: indent with spaces",
    ]


def test_what_was_found_before_the_file_broke_off_is_told_too() -> None:
    assert refused("\ufeffa: 1\na: 2\nb: [\n").splitlines() == [
        "x.yaml:1:1: the file begins with an invisible byte order mark: save it as UTF-8 without BOM",
        'x.yaml:2:1: "a" stands here a second time: keep one of them',
        "x.yaml:3:4: this [ is never closed: add ]",
    ]


def test_a_huge_file_is_refused_unread() -> None:
    assert refused("#" * (SOURCE_MAX + 1)) == (
        "x.yaml:1:1: the file has 1,000,001 characters; at most 1,000,000 are read"
    )
    assert data("#" * (SOURCE_MAX - 5) + "\na: 1") == {"a": 1}


def test_a_file_of_too_many_parts_is_refused() -> None:
    lists = f"[{','.join(['x'] * 99)}]"
    count = NODES_MAX // 100
    text = f"states: {{{', '.join(f'k{number}: {lists}' for number in range(count + 1))}}}"
    assert refused(text).endswith(": more than 50,000 keys and values: divide the flow, and `call` the parts")


def test_a_deep_file_is_refused() -> None:
    assert refused("a: " + "[" * 50 + "]" * 50) == "x.yaml:1:24: nested deeper than 20 levels: a flow needs seven"
    assert data("a: " + "[" * (DEPTH_MAX - 1) + "]" * (DEPTH_MAX - 1))


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes("a: ä\r\n".encode())
    assert read_source(file) == "a: ä\r\n", "its version is the hash of these bytes"


def test_a_file_in_another_code_is_refused_at_its_first_strange_letter(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes("a: b\nc: là\n".encode("latin-1"))
    with pytest.raises(BrokenFlow) as caught:
        read_source(file)
    assert str(caught.value) == f"{file}:2:5: this letter is not UTF-8: save the file as UTF-8"


def test_a_file_of_megabytes_is_not_even_opened(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes(b"#" * (BYTES_MAX + 1))
    file.chmod(0)
    with pytest.raises(BrokenFlow, match="the file has 4,000,001 bytes; at most 4,000,000 are read"):
        read_source(file)


def test_a_long_name_is_quoted_by_its_beginning() -> None:
    assert shown("a" * 40) == "a" * 40
    assert shown("a" * 41) == "a" * 40 + "..."

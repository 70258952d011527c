"""A text of a flow file is exchanged or added at its place, and no other byte of the file changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from sms_service.authoring.rewrite import NotRewritten, Rewrite
from sms_service.authoring.saving import ChangedMeanwhile, save
from sms_service.authoring.source import BrokenFlow, Source

FLOWS = sorted((Path(__file__).parents[2] / "flows").glob("*.yaml"))
LANGUAGES = ["en", "hi", "sw"]
SAY = ("states", "a", "say")


def put(
    old: str, value: object, language: str = "hi", path: tuple[str, ...] = SAY, languages: object = LANGUAGES
) -> str:
    """The text of state `a`, written as `old`, after `value` was put there."""
    rewrite = Rewrite(f"states:\n  a:\n{old}", "x.yaml")
    rewrite.put(path, language, value, languages)  # type: ignore[arg-type]
    return rewrite.result().removeprefix("states:\n  a:\n")


# --- a text that is there -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('    say: {en: "A", hi: "B"}  # why\n', '    say: {en: "A", hi: "C d"}  # why\n'),
        ("    say: {en: A, hi: B, sw: D}\n", "    say: {en: A, hi: C d, sw: D}\n"),
        (
            "    say:\n      en: A\n\n      hi: 'B'   # why\n      sw: D",
            "    say:\n      en: A\n\n      hi: 'C d'   # why\n      sw: D",
        ),
        (
            '    say: {\n      en: "A",\n      hi: "B"  # why\n    }\n',
            '    say: {\n      en: "A",\n      hi: "C d"  # why\n    }\n',
        ),
        ("    say:\n      hi: B\n        goes on\n      en: A\n", "    say:\n      hi: C d\n      en: A\n"),
        (
            "    say:\n      hi: |  # why\n        B\n\n      # next\n      en: A\n",
            "    say:\n      hi: |-  # why\n        C d\n\n      # next\n      en: A\n",
        ),
        ('    say: {en: "A", hi: "\\u0905"}\r\n', '    say: {en: "A", hi: "C d"}\r\n'),
    ],
)
def test_a_text_is_exchanged_as_it_was_written(old: str, new: str) -> None:
    assert put(old, "C d") == new


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("no", '"no"'),  # YAML 1.1 reads a bare no as false
        ("12", '"12"'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        (" a", '" a"'),
        ('say "a"', 'say "a"'),
        ("{{ name }}", '"{{ name }}"'),
        ("a\nb", '"a\\nb"'),
        ("a\u2028b", '"a\\U00002028b"'),
        ("नमस्ते 😀", "नमस्ते 😀"),
    ],
)
def test_what_cannot_stand_bare_gets_quotes(text: str, written: str) -> None:
    assert put("    say: {en: A, hi: B}\n", text).split("hi: ")[1] == written + "}\n"


def test_a_folded_text_is_folded_again() -> None:
    old = "    say:\n      en: A\n      hi: >-\n        one two three\n        four five\n\n        six\n      sw: D\n"
    new = "    say:\n      en: A\n      hi: >-\n        five four\n        three two one\n\n        zero\n      sw: D\n"
    assert put(old, "five four three two one\nzero") == new


@pytest.mark.parametrize(
    ("old", "words", "new"),
    [
        ("    say: {hi: [haan, 1, ji]}\n", ["han", "1", "ji"], "    say: {hi: [han, 1, ji]}\n"),
        ("    say: {hi: [haan]}\n", ["haan", "no"], '    say: {hi: [haan, "no"]}\n'),
        ("    say: {hi: haan}\n", ["haan", "ji"], "    say: {hi: [haan, ji]}\n"),
        (
            "    say:\n      hi:\n        - haan # yes\n        - ji\n",
            ["haan", "ha"],
            "    say:\n      hi:\n        - haan # yes\n        - ha\n",
        ),
        (
            "    say:\n      hi:\n        - haan\n      sw: a\n",
            ["a", "b"],
            "    say:\n      hi:\n        - a\n        - b\n      sw: a\n",
        ),
    ],
)
def test_words_of_an_option_are_a_list(old: str, words: list[str], new: str) -> None:
    assert put(old, words) == new


def test_a_text_by_channel_is_exchanged_part_by_part() -> None:
    old = "    say: {en: A, hi: {sms: B, ussd: C}}\n"
    assert put(old, {"sms": "B", "ussd": "D"}) == "    say: {en: A, hi: {sms: B, ussd: D}}\n"
    assert put("    say: {en: A, hi: B}\n", {"sms": "B", "ussd": "D"}) == ("    say: {en: A, hi: {sms: B, ussd: D}}\n")


# --- a text that is new -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('    say: {en: "A", sw: D}  # why\n', '    say: {en: "A", hi: "B", sw: D}  # why\n'),
        ("    say: {en: 'A'}\n", "    say: {en: 'A', hi: 'B'}\n"),
        (
            "    say:\n      en: A  # why\n\n      # more\n      sw: D\n",
            "    say:\n      en: A  # why\n      hi: B\n\n      # more\n      sw: D\n",
        ),
        ('    say:\n      en: "A"', '    say:\n      en: "A"\n      hi: "B"'),
        (
            '    say: {\n      en: "A", # why\n      sw: "D",\n    }\n',
            '    say: {\n      en: "A", # why\n      hi: "B",\n      sw: "D",\n    }\n',
        ),
        ('    say: {\n      en: "A"  # why\n    }\n', '    say: {\n      en: "A",  # why\n      hi: "B"\n    }\n'),
        (
            "    say:\n      en: |\n        A\n\n    next: b\n",
            "    say:\n      en: |\n        A\n      hi: |-\n        B\n\n    next: b\n",
        ),
        ("    say:\r\n      en: A\r\n", "    say:\r\n      en: A\r\n      hi: B\r\n"),
    ],
)
def test_a_new_language_is_written_like_its_neighbour(old: str, new: str) -> None:
    assert put(old, "B") == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('    say: "A"  # why\n', '    say:\n      en: "A"  # why\n      hi: "B"\n'),
        ("    x: {say: A}\n", "    x: {say: {en: A, hi: B}}\n"),
        ("    say: A\n      goes on\n", "    say:\n      en: A\n        goes on\n      hi: B\n"),
        (
            "    say: |\n      A\n        deeper\n\n    next: b\n",
            "    say:\n      en: |\n        A\n          deeper\n      hi: |-\n        B\n\n    next: b\n",
        ),
    ],
)
def test_a_text_without_a_language_becomes_one_by_language(old: str, new: str) -> None:
    path = ("states", "a", "x", "say") if "x:" in old else SAY
    assert put(old, "B", path=path, languages=["en", "hi"]) == new


def test_a_text_by_channel_is_added_in_the_layout_of_its_neighbour() -> None:
    both = {"sms": "B", "ussd": "C"}
    assert put("    say:\n      en: {sms: A, ussd: a}\n", both) == (
        "    say:\n      en: {sms: A, ussd: a}\n      hi: {sms: B, ussd: C}\n"
    )
    assert put("    say:\n      en:\n        sms: A\n        ussd: a\n", both) == (
        "    say:\n      en:\n        sms: A\n        ussd: a\n      hi:\n        sms: B\n        ussd: C\n"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("languages: [en, sw]  # two\n", "languages: [en, sw, hi]  # two\n"),
        ("languages:\n  - en\n  - sw  # two\nstates: {}\n", "languages:\n  - en\n  - sw  # two\n  - hi\nstates: {}\n"),
    ],
)
def test_a_language_is_added_to_the_list(old: str, new: str) -> None:
    rewrite = Rewrite(old, "x.yaml")
    rewrite.add_language("hi")
    assert rewrite.result() == new


# --- the flows of the service -------------------------------------------------------------------------------------


def texts(data: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The paths of all texts by language."""
    if isinstance(data, dict):
        own = [path] if {"en", "hi"} <= data.keys() and isinstance(data["hi"], str) else []
        return own + [inner for key, value in data.items() for inner in texts(value, (*path, key))]
    return []


@pytest.mark.parametrize("file", FLOWS, ids=lambda file: file.name)
def test_one_text_changed_is_one_line_changed_and_one_language_added_is_one_line_more(file: Path) -> None:
    text = file.read_bytes().decode()
    found = texts(Source(text, file.name).data)
    assert found or "say:" not in text
    for path in found:
        changed, added = Rewrite(text, file.name), Rewrite(text, file.name)
        changed.put(path, "hi", "क: {{ org }}", LANGUAGES)
        added.put(path, "ta", "வ", [*LANGUAGES, "ta"])
        before, after = text.splitlines(), changed.result().splitlines()
        assert [new for old, new in zip(before, after, strict=True) if old != new] == [
            line for line in after if line not in before
        ]
        assert len([line for line in after if "क: {{ org }}" in line]) == 1
        more = added.result().splitlines()
        assert [line for line in more if 'ta: "வ"' not in line] == before or len(more) == len(before)


# --- what is refused ----------------------------------------------------------------------------------------------


def test_an_alias_is_refused() -> None:
    with pytest.raises(BrokenFlow, match="anchors and aliases"):
        Rewrite("a: &x {en: A}\nb: *x\n", "x.yaml")


def test_a_text_written_so_that_it_cannot_be_exchanged_is_refused_and_not_spoilt() -> None:
    rewrite = Rewrite("? languages\n: en\n", "x.yaml")
    with pytest.raises(NotRewritten, match="not a list"):
        rewrite.add_language("hi")


def test_saving_keeps_the_mode_and_a_link_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    file, link = tmp_path / "a.yaml", tmp_path / "b.yaml"
    file.write_bytes(b"old")
    file.chmod(0o640)
    link.symlink_to(file)
    save(link, b"old", b"new")
    assert file.read_bytes() == b"new"
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(tmp_path.iterdir()) == [file, link]


def test_what_somebody_saved_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"theirs")
    with pytest.raises(ChangedMeanwhile, match="was changed meanwhile"):
        save(file, b"old", b"new")
    assert file.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [file]


# --- texts under new keys -----------------------------------------------------------------------------------------


FIRST, SECOND = 'p: {hi: "A {{ b }}"}', 'q: {hi: "B"}'


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "    ask: {into: n, type: name}  # who\n    next: b\n",
            f"    ask: {{into: n, type: name, wrong: {{\n      {FIRST},\n      {SECOND}}}}}  # who\n    next: b\n",
        ),
        (
            "    ask:\n      into: n  # who\n\n    next: b\n",
            f"    ask:\n      into: n  # who\n      wrong:\n        {FIRST}\n        {SECOND}\n\n    next: b\n",
        ),
        (
            "    ask:\n      wrong:\n        r: {en: R}\n      into: n\n",
            f"    ask:\n      wrong:\n        r: {{en: R}}\n        {FIRST}\n        {SECOND}\n      into: n\n",
        ),
        (
            "    ask: {type: name, wrong: {r: {en: R}}, into: n}",
            f"    ask: {{type: name, wrong: {{r: {{en: R}},\n      {FIRST},\n      {SECOND}}}, into: n}}",
        ),
    ],
)
def test_texts_under_new_keys_stand_last(old: str, new: str) -> None:
    rewrite = Rewrite(f"states:\n  a:\n{old}", "x.yaml")
    rewrite.add(("states", "a", "ask"), "wrong", {"p": {"hi": "A {{ b }}"}, "q": {"hi": "B"}})
    assert rewrite.result() == f"states:\n  a:\n{new}"


def test_what_is_no_list_of_texts_gets_none() -> None:
    rewrite = Rewrite("states:\n  a:\n    ask: {type: name, wrong: {}}\n", "x.yaml")
    with pytest.raises(NotRewritten) as told:
        rewrite.add(("states", "a", "ask"), "wrong", {"p": {"hi": "A"}})
    assert str(told.value) == "x.yaml:3: wrong is not a list of texts by name: write it another way"

"""Flow files are untrusted: whatever somebody crafts is refused within 100 MB, and without hanging.

A hang fails here, a slow machine does not: each of these takes under a second, and all of them together have five minutes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

MEGABYTES = 100
SECONDS = 300

HEAD = "flow: {name}\nabout: crafted\nstarts: {{keywords: [TELL]}}\nlanguages: [en]\nstates:\n"


def states(*lines: str) -> str:
    """The states of a flow, a line each."""
    return HEAD + "".join(f"  {line.replace('{', '{{').replace('}', '}}')}\n" for line in lines)


def each(count: int, line: str) -> Iterator[str]:
    """The same line so many times, with its number for # and the next one for @."""
    return (line.replace("#", str(number)).replace("@", str(number + 1)) for number in range(count))


ASK = "s#: {say: hi, ask: {into: a, type: text, wrong: {too_long: no, too_short: no}}, next: s@}"
LOOP = "{% for a in [" + "1," * 200 + "] %}"
BOMB = "\n".join(["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60))])
OPTIONS = ", ".join(f"{key}: {{next: zz{key}, label: same, words: {{en: [aa, bb]}}}}" for key in range(1, 96))
END = "s1990: {end: true}"
FIELDS = ", ".join(f"f#x{number}: {{type: text, ask: hi}}" for number in range(30))

CRAFTED = {
    "ten_megabytes": "#" * 10_000_000,
    "a_million_letters": "क" * 1_100_000,
    "brackets": states("a: " + "[" * 100_000),
    "brackets_closed": states("a: " + "[" * 100_000 + "]" * 100_000),
    "brackets_on_lines": states("a:", *each(100_000, " [")),
    "braces": "a: " + "{{a: " * 100_000,
    "dashes": "- " * 100_000,
    "question_marks": "? " * 100_000,
    "indented": "".join(" " * level + "a:\n" for level in range(1_400)),
    "laughs": BOMB,
    "anchors": "".join(f"a{number}: &a{number} x\n" for number in range(45_000)),
    "python_objects": "".join(f"a{number}: !!python/object/apply:os.system [x]\n" for number in range(20_000)),
    "the_same_key": "a: 1\n" * 90_000,
    "a_long_list": states("a: [" + "x," * 450_000 + "]"),
    "a_long_key": states("a" * 100_000 + ": {end: true}"),
    "a_longer_key": states("? " + "a" * 900_000, ": {end: true}"),
    "a_long_name": states("a: {say: hi, next: " + "b" * 900_000 + "}"),
    "fifty_thousand_states": states(*each(50_000, "s#: {}")),
    "states_that_lead_nowhere": states(*each(1_990, "s#: {say: hi, next: zz#}")),
    "unknown_keys": states(*each(1_990, "s#: {say: hi, nxet: zz#, colour: red}")),
    "unknown_words": states("a: {" + ", ".join(each(45_000, "k#: 1")) + "}"),
    "keywords": HEAD.replace("TELL", ", ".join(each(90_000, "w#"))) + "  bye: {{end: true}}\n",
    "menus": states(*each(95, "s#: {say: hi, choose: {" + OPTIONS + "}}")),
    "fields": states(*each(600, "s#: {collect: {" + FIELDS + "}, next: s@}")),
    "a_circle": states(*each(1_990, "s#: {say: hi, next: s@}"), "s1990: {say: hi, next: s0}"),
    "a_chain": states(*each(1_990, "s#: {say: hi, next: s@}"), END),
    "texts": states(
        *each(1_990, "s#: {say: hi, ask: {into: a, type: text, wrong: {too_long: no, too_short: no}}, next: s@}"), END
    ),
    "variables": states(*each(1_000, "s#: {say: '" + "{{ v1 }} {{ v2 }} " * 30 + "', next: s@}")),
    "a_text_of_braces": states("a: {say: '" + "{{" * 450_000 + "', end: true}"),
    "texts_of_braces": states(*each(1_900, "s#: {say: '" + "{{ a" * 100 + "', next: s@}")),
    "texts_of_quotes": states(*each(400, 's#: {say: "{{ ' + "' " * 999 + '}}", next: s@}')),
    "a_text_of_brackets": states("a: {say: '{{ " + "[" * 1_900 + "1" + "]" * 1_900 + " }}', end: true}"),
    "a_text_of_parentheses": states("a: {say: '{{ " + "(" * 1_900 + "org" + ")" * 1_900 + " }}', end: true}"),
    "a_text_of_dots": states("a: {say: '{{ org" + ".a" * 1_900 + " }}', end: true}"),
    "a_text_that_grows": states("a: {say: \"{{ 'x'*10**9 }}\", end: true}"),
    "a_text_that_loops": states("a: {say: '" + LOOP * 9 + "x" + "{% endfor %}" * 9 + "', end: true}"),
    "a_text_that_is_long": states("a: {say: '" + LOOP * 1 + "y" * 1_900 + "{% endfor %}', end: true}"),
    "a_number": states("a: {say: hi, choose: {1: a}, unclear: {times: " + "9" * 5_000 + "}}"),
    "a_length_of_time": states("a: {say: hi, choose: {1: a}, remind: {after: '" + "1" * 500_000 + " hours'}}"),
    "a_code": HEAD.replace("keywords: [TELL]", 'ussd: "*' + "1*" * 400_000 + '"') + "  bye: {{end: true}}\n",
    "a_variable": states("a: {do: set_language, with: {language: '{{ " + "a." * 400_000 + "'}, end: true}"),
    "a_quote": "a: '" + "'' " * 300_000,
    "tabs": "\t\n" * 400_000 + "a: [",
    "odd_spaces": "\u00a0" * 900_000 + "a: [",
    "spaces": "a:" + " " * 900_000 + "[",
    "control_characters": "\x00" * 500_000,
    "documents": "---\n" * 240_000,
    "directives": "%TAG ! tag:x\n" * 70_000,
}


@pytest.fixture(scope="module")
def took(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """What the check of each file took."""
    files = []
    for name, text in CRAFTED.items():
        files.append(tmp_path_factory.mktemp(name) / f"{name}.yaml")
        files[-1].write_text(text.format(name=name) if text.startswith(HEAD[:5]) else text, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-m", "tests.authoring.measured", *map(str, files)],
        cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=True,
    )  # fmt: skip
    found = [json.loads(line) for line in ended.stdout.splitlines()]
    return {str(one["file"]): one for one in found}


@pytest.mark.parametrize("name", CRAFTED)
def test_a_crafted_file_is_refused_within_100_megabytes(name: str, took: dict[str, dict[str, object]]) -> None:
    assert "died" not in took[name]
    assert int(str(took[name]["errors"])) > 0
    assert float(str(took[name]["megabytes"])) < MEGABYTES


@pytest.mark.parametrize("name", CRAFTED)
def test_nobody_has_to_read_more_than_a_page_of_it(name: str, took: dict[str, dict[str, object]]) -> None:
    assert int(str(took[name]["errors"])) <= 1_001
    assert int(str(took[name]["longest"])) < 400


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ten_megabytes", "the file has 10,000,000 bytes; at most 4,000,000 are read"),
        ("a_million_letters", "the file has 1,100,000 characters; at most 1,000,000 are read"),
        ("brackets", "nested deeper than 20 levels: a flow needs seven"),
        ("fields", "more than 50,000 keys and values: divide the flow, and `call` the parts"),
        ("fifty_thousand_states", "more: mend these first"),
        ("a_text_that_grows", "{{ 'x'*10**9 }}: * is not for texts; put the parts one after another"),
        ("a_text_that_loops", "a loop within a loop is not for texts"),
    ],
)  # fmt: skip
def test_it_is_said_what_is_too_much(name: str, message: str, took: dict[str, dict[str, object]]) -> None:
    assert str(took[name]["last"]).endswith(message)


def test_texts_beyond_number_are_refused(took: dict[str, dict[str, object]]) -> None:
    assert took["texts"]["first"] == "more than 5,000 texts: divide the flow, and `call` the parts"

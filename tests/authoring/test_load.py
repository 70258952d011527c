"""A flow file becomes a Flow, or findings: each with its line and column, what is wrong, and what to do."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from sms_service.authoring.load import CLOSED, Vocabulary, load_flow
from sms_service.authoring.source import BrokenFlow
from sms_service.engine import model
from sms_service.engine.model import Flow
from sms_service.enrolment.effects import OUTCOMES
from sms_service.enrolment.registrations import TYPES

A = "say: {en: A, hi: A}"
NAME = "a name has small letters, digits and _, begins with a letter, and has at most 50 signs"
FILTERS = "capitalize, default, first, int, join, last, length, lower, masked, masked_name, title, trim, upper"
NO_TEXT = "expected a text; if it looks like a number, true or null, put it in quotes"
FLOWS = Path(__file__).parents[2] / "flows"
VOCABULARY = Vocabulary({"save": ("saved", "known"), "opt_out": ("done",)}, ("name", "mobile"), {"org": "XYZ"})
HEAD = """\
flow: lesson
about: a flow of the tests
starts: {keywords: [LESSON]}
languages: [en, hi]
states:
"""


def load(states: str, head: str = HEAD) -> Flow:
    return load_flow(head + states, "x.yaml", VOCABULARY)


def findings(states: str, head: str = HEAD) -> list[str]:
    with pytest.raises(BrokenFlow) as caught:
        load(states, head)
    return str(caught.value).splitlines()


# --- good files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", sorted(FLOWS.glob("*.yaml")), ids=lambda file: file.name)
def test_the_flows_of_the_service_load(file: Path) -> None:
    constants = {"org": "XYZ", "service_number": "51969"}
    flow = load_flow(file.read_text(), file.name, Vocabulary(OUTCOMES, tuple(TYPES), constants))
    assert flow.name == file.stem


def test_every_kind_of_state_is_built() -> None:
    flow = load("""\
  hello: {say: {en: A, hi: A}, next: who}
  who: {say: {en: A, hi: A}, ask: {into: n, type: name}, next: menu}
  menu: {say: {en: A, hi: A}, choose: {1: details}, remind: {after: 2 hours, times: 3}}
  details:
    collect: {m: {type: mobile, ask: {en: A, hi: A}, wrong: {en: A, hi: A}, optional: true}}
    next: sure
  sure: {say: {en: A, hi: A}, consent: {purpose: p, yes: {key: 1, next: keep}, no: {key: 2, next: bye}, other: {3: bye}}}
  keep: {do: save, outcomes: {saved: which, known: bye}}
  which: {decide: [{when: "n == 'x'", next: bye}, {next: off}]}
  off: {do: opt_out, end: true}
  bye: {end: true}
""")
    kinds = {name: type(state) for name, state in flow.states.items()}
    assert kinds == {
        "hello": model.Say, "who": model.Ask, "menu": model.Choose, "details": model.Collect, "sure": model.Consent,
        "keep": model.Do, "which": model.Decide, "off": model.Do, "bye": model.End, CLOSED: model.End,
    }  # fmt: skip
    assert flow.first == "hello"
    assert flow.states["menu"].remind == model.Remind(7200.0, 3)  # type: ignore[union-attr]
    assert flow.states["sure"].wrong_number == "bye", "a wrong number is a no where the flow says nothing else"  # type: ignore[union-attr]


def test_the_version_is_the_hash_of_the_files_bytes() -> None:
    text = HEAD + "  bye: {end: true} # ä\n"
    assert load_flow(text, "x.yaml", VOCABULARY).version == hashlib.sha256(text.encode()).hexdigest()
    assert load_flow(text + "\n", "x.yaml", VOCABULARY).version != hashlib.sha256(text.encode()).hexdigest()


def test_words_that_yaml_takes_for_something_else_are_words() -> None:
    flow = load('  no: {say: {en: no, hi: 12:30}, choose: {yes: no, 1: off}}\n  "off": {end: true}\n')
    assert flow.templates.render("no.say@en", {}) == "no"
    assert flow.templates.render("no.say@hi", {}) == "12:30"
    assert [option.key for option in flow.states["no"].options] == ["yes", "1"]  # type: ignore[union-attr]


def test_one_word_may_stand_for_a_list_of_one() -> None:
    head = HEAD.replace("{keywords: [LESSON]}", '{keywords: 121, ussd: "*1#"}')
    starts = load("  bye: {end: true}\n", head).starts
    assert (starts.keywords, starts.ussd) == (("121",), ("*1#",))


# --- broken files: each error, its place (marked by ¦ here), its words --------------------------------------------


def found_at_the_mark(text: str, finding: str) -> None:
    """The file, without its mark, has this one finding at it."""
    before, _, after = text.partition("¦")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    with pytest.raises(BrokenFlow) as caught:
        load_flow(before + after, "x.yaml", VOCABULARY)
    assert str(caught.value) == f"x.yaml:{line}:{column}: {finding}"


@pytest.mark.parametrize(
    ("state", "finding"),
    [
        ("asking: {SAY, ¦next: askin}", 'there is no state "askin", did you mean "asking"?'),
        ("a: {SAY, ¦next: zebra}", 'there is no state "zebra"'),
        ("a: {SAY, ¦next: (closed)}", 'there is no state "(closed)"'),
        ("a: {SAY, choose: {¦1: b}}", 'there is no state "b"'),
        ("a: {SAY, choose: {1: a}, unclear: {¦then: b}}", 'there is no state "b"'),
        ("a: {do: opt_out, ¦next: b}", 'there is no state "b"'),
        ("a: {do: save, outcomes: {saved: a, ¦known: b}}", 'there is no state "b"'),
        ("a: {SAY, consent: {purpose: p, no: {key: 2, next: a}, yes: {key: 1, ¦next: b}}}", 'there is no state "b"'),
        ("a: {decide: [{when: x, next: a}, {¦next: b}]}", 'there is no state "b"'),
        ("¦a: {SAY}", 'where does it go on? add "next", or "end: true"'),
        ("¦a: {next: a}", "this state says nothing and does nothing: give it a text, or leave it out"),
    ],
)  # fmt: skip
def test_a_state_that_leads_nowhere_is_found(state: str, finding: str) -> None:
    found_at_the_mark(f"{HEAD}  {state}\n".replace("SAY", A), finding)


@pytest.mark.parametrize(
    ("state", "finding"),
    [
        (
            "¦a: {SAY, ask: {into: n, type: name}, do: opt_out, end: true}",
            "a state does one thing; this one has ask and do: make two states of it",
        ),
        ("¦a: {ask: {into: n, type: name}, end: true}", 'a state that asks needs the question: add "say"'),
        ("a: {SAY, ask: {into: n, ¦type: nmae}, end: true}", 'there is no answer type "nmae", did you mean "name"?'),
        (
            "a: {collect: {m: {¦type: moblie, ask: {en: A, hi: A}, wrong: {en: A, hi: A}}}, next: a}",
            'there is no answer type "moblie", did you mean "mobile"?',
        ),
        ("a: {¦do: opt_uot, end: true}", 'there is no effect "opt_uot", did you mean "opt_out"?'),
        ("a: {¦do: zebra, end: true}", 'there is no effect "zebra"'),
        ("a: {do: save, ¦outcomes: {saved: a}}", 'save may end as "known": say under outcomes where that leads'),
        (
            "a: {do: save, outcomes: {saved: a, known: a, ¦knwon: a}}",
            'save never ends as "knwon", did you mean "known"?',
        ),
        (
            "a: {SAY, ¦consent: {purpose: p, yes: {key: 1, next: a}, no: {key: 1, next: a}}}",
            "yes, no and other must each have a key of their own",
        ),
        (
            "a: {¦decide: [{next: a}, {next: a}]}",
            "every case but the last needs `when`, and the last is for all else: without it",
        ),
        (
            "a: {decide: [{¦when: 'x ==', next: a}, {next: a}]}",
            "this condition cannot be read: unexpected end of block",
        ),
        (
            "a: {decide: [{¦when: 'x|shout', next: a}, {next: a}]}",
            f"this condition cannot be read: {{% if x|shout %}}: there is no filter 'shout'; there are {FILTERS}",
        ),
    ],
)  # fmt: skip
def test_a_state_that_does_what_it_cannot_is_found(state: str, finding: str) -> None:
    found_at_the_mark(f"{HEAD}  {state}\n".replace("SAY", A), finding)


@pytest.mark.parametrize(
    ("state", "finding"),
    [
        ("a: {¦say: {en: A}, end: true}", "the text in hi is missing"),
        (
            "a: {collect: {m: {type: mobile, ask: {en: A, hi: A}, ¦wrong: {en: A}}}, next: a}",
            "the text in hi is missing",
        ),
        ("a: {SAY, choose: {1: a}, unclear: {¦say: {en: A}}}", "the text in hi is missing"),
        ("a: {say: {en: A, hi: A, ¦sw: A}, end: true}", "sw is not among this flow's languages"),
        (
            "a: {say: {¦en: 'A {{ x', hi: A}, end: true}",
            "this text cannot be filled in: a.say@en: unexpected end of input, expected end of variable block",
        ),
        (
            "a: {say: {¦en: '{{ f(1) }}', hi: A}, end: true}",
            "this text cannot be filled in: a.say@en: {{ f(1) }}: a text calls nothing; it prints values and filters them",
        ),
        ("a: {say: {¦en: {sms: A}, hi: A}, end: true}", '"ussd" is missing here'),
        ("a: {say: {en: {sms: A, ussd: A, ¦usd: A}, hi: A}, end: true}", 'unknown key "usd", did you mean "ussd"?'),
        ("a: {say: {¦en: true, hi: A}, end: true}", NO_TEXT),
        ("a: {say: {¦en: , hi: A}, end: true}", NO_TEXT),
        ("a: {say: {¦en: 12, hi: A}, end: true}", NO_TEXT),
        ("a: {say: {¦en: [A], hi: A}, end: true}", NO_TEXT),
        ("a: {¦say: A, end: true}", "expected lines of `key: value` under this"),
    ],
)  # fmt: skip
def test_a_text_that_is_missing_or_cannot_be_said_is_found(state: str, finding: str) -> None:
    found_at_the_mark(f"{HEAD}  {state}\n".replace("SAY", A), finding)


@pytest.mark.parametrize(
    ("state", "finding"),
    [
        ("a: {¦sya: {en: A}, end: true}", 'unknown key "sya", did you mean "say"?'),
        ("a: {SAY, ¦zebra: true}", 'unknown key "zebra"'),
        ("a: {SAY, choose: {1: a}, unclear: {¦tims: 2}}", 'unknown key "tims", did you mean "times"?'),
        (
            "a: {SAY, consent: {yes: {key: 1, next: a}, no: {key: 2, next: a}, purpose: p, ¦othr: {}}}",
            'unknown key "othr", did you mean "other"?',
        ),
        ("a: {SAY, choose: {1: a}, unclear: {¦times: 0}}", "expected at least 1"),
        ("a: {SAY, choose: {1: a}, unclear: {¦times: 11}}", "expected at most 10"),
        ("a: {SAY, choose: {1: a}, unclear: {¦times: many}}", "expected a whole number"),
        (
            "a: {SAY, choose: {1: a}, remind: {¦after: 9 moons}}",
            "expected a length of time such as `24 hours` or `7 days`",
        ),
        ("a: {SAY, choose: {¦ONE: a}}", "a key is one to three digits or small letters"),
        ("a: {SAY, ¦choose: {}}", "this is empty; give at least one"),
        ("a: {¦decide: []}", "this is empty; give at least one"),
        ("a: {¦collect: {}, next: a}", "this is empty; give at least one"),
        ("a: {¦end: maybe}", "expected true or false"),
        ("¦A1: {end: true}", NAME),
        ("a: {SAY, ask: {¦into: Full name, type: name}, end: true}", NAME),
        ("¦a: text", "expected lines of `key: value` under this"),
        ("a: {end: true}\n  ¦a: {end: true}", '"a" stands here a second time; keep one of them'),
        ("a: {end: true}\n¦\tb: {end: true}", "a tab; indent with spaces"),
        ("a: &x {end: true}\n  ¦b: *x", "anchors and aliases (& *) are not read; write it out"),
        ("¦a: !!python/name:os.system {}", "the tag tag:yaml.org,2002:python/name:os.system is not allowed"),
    ],
)  # fmt: skip
def test_a_key_or_value_that_is_none_is_found(state: str, finding: str) -> None:
    found_at_the_mark(f"{HEAD}  {state}\n".replace("SAY", A), finding)


@pytest.mark.parametrize(
    ("line", "instead", "finding"),
    [
        ("flow: lesson\n", "", '"flow" is missing here'),
        ("flow: lesson", "¦flow: Lesson 1", NAME),
        ("about: a flow of the tests", '¦about: ""', "this is empty"),
        ("{keywords: [LESSON]}", "{¦keyword: LESSON}", 'unknown key "keyword", did you mean "keywords"?'),
        ("{keywords: [LESSON]}", "{¦words: halt}", "expected '', 'stop', 'start', 'help' or 'stopped'"),
        ("{keywords: [LESSON]}", "{who: enroler, ¦otherwise: bay_bay}", 'there is no state "bay_bay"'),
        ("languages: [en, hi]", "¦languages: english", "expected a list: [one, two]"),
        ("[en, hi]", "[¦English]", "a language is its code of two or three small letters, like en, hi or sw"),
        ("[en, hi]", "[]", "this is empty; give at least one"),
        ("[en, hi]", "[en]\nexpires: {after: 7 days, ¦then: byee}", 'there is no state "byee", did you mean "bye"?'),
        ("[en, hi]", "[en]\n¦langauges: [hi]", 'unknown key "langauges", did you mean "languages"?'),
    ],
)  # fmt: skip
def test_a_broken_head_is_found(line: str, instead: str, finding: str) -> None:
    text = HEAD.replace(line, instead) + "  bye: {end: true}\n"
    if "¦" not in text:  # what is missing, or empty, is found at the thing around it or at its key
        key = line.partition(":")[0] if ":" in line else "languages"
        text = text.replace(f"{key}:", f"¦{key}:") if f"{key}:" in text else "¦" + text
    found_at_the_mark(text, finding)


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_file() -> None:
    found = findings("""\
  one: {say: {en: A}, next: tow}
  two: {do: opt_uot, end: true}
  two: {end: true}
  three: {say: {en: "{{", hi: A}, next: one}
""")
    assert [line.split(": ")[0] for line in found] == ["x.yaml:6:9", "x.yaml:6:23", "x.yaml:8:3", "x.yaml:9:17"]


def test_an_empty_file_says_what_it_should_hold() -> None:
    assert findings("", "") == [
        f'x.yaml:1:1: "{key}" is missing here' for key in ("about", "flow", "languages", "starts", "states")
    ]

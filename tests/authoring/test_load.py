"""A flow file becomes a Flow, or findings; what is wrong in one part does not hide what is wrong in another."""

from __future__ import annotations

import hashlib

import pytest

from sms_service.authoring.load import load_flow, read_draft
from sms_service.authoring.source import BrokenFlow
from sms_service.authoring.vocabulary import EffectShape, TypeShape, Vocabulary
from sms_service.engine import model
from sms_service.engine.model import Flow

A = "say: {en: A, hi: A}"
VOCABULARY = Vocabulary(
    effects={"save": EffectShape({"saved": {}, "known": {}}), "opt_out": EffectShape({"done": {}})},
    types={name: TypeShape({"bad": {"en": "No.", "hi": "नहीं।"}}, lambda *_: "m") for name in ("name", "mobile")},
    constants={"org": "XYZ"},
)
NAME = "1:7: a name has only small letters, digits and _, begins with a letter, and has at most 50 signs"
HEAD = """\
flow: lesson
about: a flow of the tests
starts: {keywords: [LESSON]}
languages: [en, hi]
states:
"""


def load(states: str, head: str = HEAD) -> Flow:
    return load_flow(head + states, "lesson.yaml", VOCABULARY)


def findings(states: str, head: str = HEAD) -> list[str]:
    with pytest.raises(BrokenFlow) as caught:
        load(states, head)
    return [line.removeprefix("lesson.yaml:") for line in str(caught.value).splitlines()]


# --- good files ---------------------------------------------------------------------------------------------------


def test_every_kind_of_state_is_built() -> None:
    flow = load("""\
  hello: {say: {en: A, hi: A}, next: who}
  who: {say: {en: A, hi: A}, ask: {into: n, type: name}, next: menu}
  menu: {say: {en: A, hi: A}, choose: {1: details}, remind: {after: 2 hours, times: 3}, timeout: {after: 1 day, then: bye}}
  details:
    collect: {m: {type: mobile, ask: {en: A, hi: A}, wrong: {en: A, hi: A}, optional: true}}
    next: sure
  sure: {say: {en: A, hi: A}, consent: {purpose: p, yes: {key: 1, next: keep}, no: {key: 2, next: bye}, other: {3: bye}}}
  keep: {do: save, outcomes: {saved: which, known: bye}}
  which: {decide: [{when: "n == 'x'", next: bye}, {next: other}]}
  other: {call: other, with: {n: "{{ n }}", m: 5}, outcomes: {done: off}}
  off: {do: opt_out, end: true}
  bye: {end: given_up}
""")
    kinds = {name: type(state) for name, state in flow.states.items()}
    assert kinds == {
        "hello": model.Say, "who": model.Ask, "menu": model.Choose, "details": model.Collect, "sure": model.Consent,
        "keep": model.Do, "which": model.Decide, "other": model.Call, "off": model.Do, "bye": model.End, "(done)": model.End,
    }  # fmt: skip
    assert flow.first == "hello"
    menu, sure, other = flow.states["menu"], flow.states["sure"], flow.states["other"]
    assert isinstance(menu, model.Choose)
    assert (menu.remind, menu.timeout) == (model.Remind(7200.0, 3), model.Timeout(86400.0, "bye"))
    assert isinstance(sure, model.Consent)
    assert sure.wrong_number == "bye", "a wrong number is a no where the flow says nothing else"
    assert isinstance(other, model.Call)
    assert (other.into, other.inputs) == ("other", {"n": model.Input(variable="n"), "m": model.Input(value=5)})


def test_the_version_is_the_hash_of_the_files_bytes() -> None:
    text = HEAD + "  bye: {end: true} # ä\r\n"
    assert load_flow(text, "x.yaml", VOCABULARY).version == hashlib.sha256(text.encode()).hexdigest()
    assert load_flow(text + "\n", "x.yaml", VOCABULARY).version != hashlib.sha256(text.encode()).hexdigest()


def test_words_that_yaml_takes_for_something_else_are_words() -> None:
    flow = load(
        '  no: {say: {en: no, hi: 12:30}, choose: {yes: no, 1: off}}\n  "off": {say: {en: 2024, hi: 0}, end: True}\n'
    )
    assert [flow.templates.render(f"no.say@{language}", {}) for language in ("en", "hi")] == ["no", "12:30"]
    assert [flow.templates.render(f"off.say@{language}", {}) for language in ("en", "hi")] == ["2024", "0"]
    assert [option.key for option in flow.states["no"].options] == ["yes", "1"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("written", "result"), [("true", "done"), ("TRUE", "done"), ("given_up", "given_up"), ("yes", "yes")]
)
def test_an_end_has_a_result(written: str, result: str) -> None:
    assert load(f"  bye: {{end: {written}}}\n").states["bye"] == model.End(name="bye", result=result)


def test_one_word_may_stand_for_a_list_of_one() -> None:
    head = HEAD.replace("{keywords: [LESSON]}", '{keywords: one, ussd: "*1#"}').replace("[en, hi]", "en")
    flow = load("  bye: {say: Bye, end: true}\n", head)
    assert (flow.starts.keywords, flow.starts.ussd, flow.languages) == (("one",), ("*1#",), ("en",))
    assert flow.templates.render("bye.say@en", {}) == "Bye"


def test_a_warning_does_not_refuse_a_flow() -> None:
    assert load("  bye: {say: {en: “A”, hi: A}, end: true}\n").name == "lesson"


# --- broken files -------------------------------------------------------------------------------------------------


def test_what_can_be_read_of_a_broken_file_is_read() -> None:
    draft = read_draft(
        HEAD + f"  a: {{{A}, next: b}}\n  b: [nothing]\n  c: {{{A}, nxet: a}}\n", "lesson.yaml", VOCABULARY
    )
    assert draft.flow is not None
    assert list(draft.flow.states) == ["a", "b", "c"]
    assert draft.unread == {"b"}
    assert draft.flow.states["c"] == model.Say(name="c", says=True, next="a"), (
        "a misspelt key is read as what was meant"
    )


def test_a_broken_head_does_not_hide_what_is_wrong_below() -> None:
    head = HEAD.replace("flow: lesson", "flow: A Lesson").replace("languages: [en, hi]", "languages: English, Hindi")
    assert findings("  bye: {say: {en: A}, next: by}\n", head) == [
        f'{NAME}: write "a_lesson"',
        "4:12: a list stands in brackets: [en, hi]",
        "6:9: the text in hi is missing",
        '6:29: there is no state "by", did you mean "bye"?',
    ]


def test_a_broken_state_does_not_hide_what_is_wrong_in_others() -> None:
    assert findings(f"""\
  a: {{{A}, ask: name, next: b}}
  b: {{say: {{en: A}}, do: opt_uot, end: true}}
  c: {{{A}, end: true}}
""") == [
        "6:33: expected what is asked for: a text in a `collect`, else `{into: name_of_it, type: name}`",
        "7:7: the text in hi is missing",
        '7:25: there is no effect "opt_uot", did you mean "opt_out"?',
    ]  # fmt: skip


def test_of_one_place_the_cause_alone_is_told() -> None:
    assert findings("  a: {say: {en: &x A, hi: *y}, next: 5}\n  b: {say: [A], end: true}\n") == [
        "6:17: anchors and aliases (&, *) are not read: write it out in each place",
        '6:27: a text that begins with * must stand in quotes: "* ..."',
        "6:38: expected the name of a state",
        "7:7: expected a text, or one in each language: `en: ...` and below it `hi: ...`",
    ]


def test_a_state_that_cannot_be_read_may_lead_wherever_it_names() -> None:
    """So nothing is said of states that it would lead to, nor of an end that nobody would reach."""
    assert findings(f"  a: {{{A}, choose: [b, c]}}\n  b: {{{A}, end: true}}\n  c: {{{A}, end: true}}\n") == [
        "6:28: expected `1: the name of a state` for each option"
    ]


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("", "1:1: this file is empty: a flow begins with `flow: name`"),
        ("# later\n", "1:1: this file is empty: a flow begins with `flow: name`"),
        ("- a\n", "1:1: expected lines of `key: value`: a flow begins with `flow: name`"),
        (HEAD, "5:1: there are no states under this: `name:` and under it what the state does"),
        (
            HEAD.replace("states:\n", ""),
            "1:1: there are no states: add `states:`, under it `name:`, and under that what the state does",
        ),
    ],
)
def test_a_file_without_a_flow_says_what_it_should_hold(text: str, finding: str) -> None:
    assert findings("", text) == [finding]


def test_a_circle_is_told_once_and_a_long_one_in_short() -> None:
    around = "".join(f"  s{n}: {{{A}, next: s{(n + 1) % 9}}}\n" for n in range(9))
    assert findings(around) == [
        "6:3: s0, s1, s2 and 6 more go round without asking anything: this would never end, let a question stand between"
    ]


def test_a_circle_that_only_a_misspelt_state_closes_is_none() -> None:
    assert findings(f"  asking: {{{A}, next: askin}}\n") == ['6:39: there is no state "askin", did you mean "asking"?']

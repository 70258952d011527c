"""How long messages become at their longest: with the longest values, in every language, by SMS and by USSD."""

from __future__ import annotations

from pathlib import Path

import pytest

from sms_service.authoring.lengths import Lengths, Message, stray
from sms_service.authoring.variables import Analysis
from sms_service.engine.model import Flow
from tests.authoring.checking import VOCABULARY, findings_of
from tests.authoring.drafts import HEAD, flow_of


def messages(flow: Flow, kind: str = "sms") -> dict[str, str]:
    """The longest message of each slot of a flow, in its first language."""
    lengths = Lengths(flow, Analysis({"x": flow}, {}, VOCABULARY), VOCABULARY)
    found = lengths.messages("ussd" if kind == "ussd" else "sms")
    return {message.slot: message.text for message in found if message.language == flow.languages[0]}


def test_a_text_is_filled_with_the_longest_values() -> None:
    flow = flow_of("""\
  a: {say: A, ask: {into: n, type: number, max: 120}, next: b}
  b: {say: "{{ n }}, {{ org }}", end: true}
""")
    assert messages(flow) == {"a.say": "A", "b.say": "120, XYZ"}


def test_all_that_one_turn_says_is_one_message() -> None:
    flow = flow_of("""\
  a: {say: A, next: which}
  which: {decide: [{when: org, next: short}, {next: long}]}
  short: {say: S, next: b}
  long: {say: Long, next: b}
  b: {do: opt_in, say: B, next: c}
  c: {say: "1 or 2?", choose: {1: d, 2: a}}
  d: {say: D, end: true}
""")
    assert messages(flow) == {"c.say": "A\nLong\nB\n1 or 2?", "d.say": "D"}


def test_a_menu_is_a_part_of_its_question_and_stands_below_what_is_unclear() -> None:
    flow = flow_of("""\
  a:
    say: "Which?"
    choose: {1: {next: b, label: One}, 2: {next: b, label: Two}}
    unclear: {say: "1 or 2!", times: 2}
    remind: {after: 1 hour, say: "Well?"}
  b: {say: "Sex?", ask: {into: s, type: choice, options: {f: {label: F}, m: {label: M}}, wrong: "F or M!"}, end: true}
""")
    assert messages(flow) == {
        "a.say": "Which?\n1. One\n2. Two", "a.unclear": "1 or 2!\n1. One\n2. Two", "a.remind": "Well?",
        "b.say": "Sex?\n1. F\n2. M", "b.s.wrong": "F or M!\n1. F\n2. M",
    }  # fmt: skip


def test_a_collect_asks_for_its_fields_one_by_one() -> None:
    flow = flow_of("""\
  a:
    say: Now.
    collect:
      n: {type: number, max: 9, ask: "How many?", wrong: {too_large: "At most {{ max }}."}}
      s: {type: choice, ask: "Sex?", options: {f: {label: F}, m: {label: M}}}
    end: true
""")
    found = messages(flow)
    assert found["a.s.ask"] == "Sex?\n1. F\n2. M"
    assert found["a.say"] == "Now.\nSex?\n1. F\n2. M" or found["a.say"] == "Now.\nHow many?"
    assert found["a.n.wrong.too_large"] == "At most 9."


def test_by_ussd_the_text_for_ussd_counts() -> None:
    flow = flow_of('  a: {say: {en: {sms: "Thank you.", ussd: "Ta."}}, end: true}\n')
    assert (messages(flow), messages(flow, "ussd")) == ({"a.say": "Thank you."}, {"a.say": "Ta."})


def test_the_longest_branch_of_a_text_counts() -> None:
    flow = flow_of("""\
  a: {say: A, ask: {into: n, type: number, min: 1, max: 120}, next: b}
  b: {say: "{% if n < 18 %}As long as it gets{% else %}Short{% endif %}", end: true}
""")
    assert messages(flow)["b.say"] == "As long as it gets"


def test_many_branches_between_two_questions_take_no_time() -> None:
    rows = "".join(
        f"  a{n}: {{decide: [{{when: org, next: b{n}}}, {{next: c{n}}}]}}\n"
        f"  b{n}: {{say: B, next: a{n + 1}}}\n  c{n}: {{say: CC, next: a{n + 1}}}\n"
        for n in range(15)
    )
    assert messages(flow_of(rows + "  a15: {end: true}\n")) == {"c0.say": "\n".join(["CC"] * 15)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("plain letters", ""),
        ("“curly” quotes in a text of plain letters", "“"),
        ("It costs ₹10 a month", "₹"),
        ("हिन्दी में लिखा है", ""),
        ("", ""),
    ],
)
def test_a_letter_is_a_stray_one_where_the_rest_is_plain(text: str, found: str) -> None:
    assert stray(text) == found


def test_what_phones_put_in_is_sent_plain_and_so_is_no_stray_letter() -> None:
    text = "Thank you – it’s done…"
    [message] = messages(flow_of(f'  a: {{say: "{text}", end: true}}\n')).values()
    assert message == "Thank you - it's done..."


def test_a_message_knows_its_count() -> None:
    assert Message("a.say", "hi", "क" * 71, "").count == ("UCS-2", 2, 71)


def every(flow: Flow) -> dict[str, str]:
    """For each text of a flow the longest message that it stands in, in its first language."""
    lengths = Lengths(flow, Analysis({"x": flow}, {}, VOCABULARY), VOCABULARY)
    return {one.slot: one.text for one in lengths.every("sms") if one.language == flow.languages[0]}


def test_every_outcome_has_its_message_and_not_only_the_longest() -> None:
    flow = flow_of("""\
  a: {say: A, ask: {into: language, type: text}, next: b}
  b: {say: B, next: which}
  which: {decide: [{when: org, next: short}, {next: long}]}
  short: {say: S, next: c}
  long: {say: Long, next: c}
  c: {say: C, end: true}
""")
    assert every(flow) == {
        "a.say": "A", "b.say": "B\nLong\nC", "short.say": "B\nS\nC", "long.say": "B\nLong\nC", "c.say": "B\nLong\nC",
    }  # fmt: skip


def test_a_menu_stands_below_what_the_service_says_of_a_wrong_answer_too() -> None:
    flow = flow_of("""\
  a: {say: "Sex?", ask: {into: s, type: choice, options: {f: {label: F}, m: {label: M}}}, next: b}
  b: {choose: {1: {next: c, label: One}, 2: {next: c, label: Two}}}
  c: {end: true}
""")
    assert every(flow) == {
        "a.say": "Sex?\n1. F\n2. M", "a.s.wrong.not_an_option": "Please send the number of one line.\n1. F\n2. M",
        "b.say": "1. One\n2. Two",
    }  # fmt: skip


# --- what is said of them -----------------------------------------------------------------------------------------


def found_of(folder: Path, text: str, limits: str, starts: str = "keywords: [TELL]") -> list[str]:
    """What is said of a flow with this one text."""
    top = HEAD.replace("languages:", f"starts: {{{starts}}}\n{limits}languages:")
    return [line.partition(": ")[2] for line in findings_of(folder, top + f'  bye: {{say: "{text}", end: true}}\n')]


@pytest.mark.parametrize(
    ("text", "segments", "found"),
    [
        ("a" * 160, 1, ""),
        ("a" * 161, 1, "in en this SMS takes 2 segments at its longest (161 characters, GSM-7)"),
        ("क" * 70, 1, ""),
        ("क" * 71, 1, "in en this SMS takes 2 segments at its longest (71 characters, UCS-2)"),
        ("[" * 80, 1, ""),
        ("[" * 81, 1, "in en this SMS takes 2 segments at its longest (162 characters, GSM-7)"),
        ("a" * 1530, 10, ""),
        ("a" * 1531, 10, "in en this SMS takes 11 segments at its longest (1531 characters, GSM-7)"),
    ],
)
def test_a_message_may_be_as_long_as_the_flow_says(text: str, segments: int, found: str, tmp_path: Path) -> None:
    limit = f", limits.segments is {segments}: shorten it, or raise the limit"
    assert found_of(tmp_path, text, f"limits: {{segments: {segments}}}\n") == ([found + limit] if found else [])


@pytest.mark.parametrize(
    ("text", "limits", "found"),
    [
        ("a" * 160, "", []),
        ("a" * 480, "limits: {segments: 4}\n", ["in en this takes 4 USSD screens at its longest, limits.screens is 3"]),
        ("क" * 40, "limits: {ussd_unicode: true}\n", []),
        (
            "क" * 230,
            "limits: {segments: 4, ussd_unicode: true}\n",
            ["in en this takes 4 USSD screens at its longest, limits.screens is 3"],
        ),
        ("क" * 40, "", ["not every network shows the letters of en on a USSD screen"]),
        ("It costs ₹10 a month", "limits: {ussd_unicode: true}\n", ['"₹" (U+20B9) makes this SMS dear']),
        ("It costs ₹10 a month", "", ['"₹" (U+20B9) makes this SMS dear', 'many networks cannot show "₹"']),
    ],
)
def test_a_screen_holds_what_the_networks_show(text: str, limits: str, found: list[str], tmp_path: Path) -> None:
    said = [one.removeprefix("warning: ") for one in found_of(tmp_path, text, limits, 'ussd: "*1#"')]
    assert len(said) == len(found)
    assert all(one.startswith(start) for one, start in zip(sorted(said), sorted(found), strict=True)), said

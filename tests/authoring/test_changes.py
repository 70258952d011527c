"""What differs between two versions of a flow, told in the words of its file."""

from __future__ import annotations

import pytest

from sms_service.authoring.changes import Changes, compare, fate, unified, written
from sms_service.authoring.source import BrokenFlow

FLOW = """\
flow: survey
about: a flow of the tests
starts: {keywords: [SURVEY]}
languages: [en, hi]
expires: {after: 7 days, then: bye}
states:
  ask:
    say: {en: "How old?", hi: "उम्र?"}
    ask: {into: age, type: number, min: 1, wrong: {too_small: {en: "More.", hi: "ज़्यादा।"}}}
    next: sort
    remind: {after: 24 hours}
  sort:
    decide:
      - {when: "age >= 18", next: menu}
      - {next: bye}
  menu:
    say: {en: "1 yes, 2 no", hi: "1 हां, 2 ना"}
    choose: {1: bye, 2: {label: {en: "No", hi: "ना"}, words: {en: [never]}, next: bye}}
  bye: {say: {en: "Bye.", hi: "अलविदा।"}, end: true}
"""


def changed(before: str, after: str, flow: str = FLOW) -> Changes:
    """What differs where `before` is replaced by `after`."""
    assert before in flow
    return compare(written(flow, "old"), written(flow.replace(before, after), "new"))


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("[SURVEY]", "[SURVEY, ASK]", "starts.keywords: SURVEY -> SURVEY, ASK"),
        ("7 days", "5 days", "expires.after: 7 days -> 5 days"),
        ("expires: {after: 7 days, then: bye}\n", "", "expires is gone"),
        ("about: a flow", "about: the flow", "about: a flow of the tests -> the flow of the tests"),
        ("    next: sort", "    next: menu", "state ask: next: sort -> menu"),
        ("    remind: {after: 24 hours}\n", "", "state ask: remind is gone"),
        ("24 hours}", "24 hours, times: 2}", "state ask: remind.times is new, 2"),
        ("{1: bye, ", "{1: bye, 3: ask, ", "state menu: choose.3 is new, ask"),
        ("{1: bye, ", "{", "state menu: choose.1 is gone"),
        ("{1: bye, ", "{1: ask, ", "state menu: choose.1: bye -> ask"),
        ("{1: bye, ", "{1: {label: {en: Yes, hi: हां}, next: bye}, ", "state menu: choose.1: bye -> ..."),
        ("age >= 18", "age >= 21", "state sort: decide.1.when: age >= 18 -> age >= 21"),
        ("      - {next: bye}", "      - {when: 'age > 9', next: bye}\n      - {next: bye}", "state sort: decide: ... -> ..."),
        ("min: 1", "min: 16", "state ask: ask.min: 1 -> 16"),
        ("end: true", "end: done", "state bye: end: true -> done"),
        ("min: 1", "optional: true, min: 1", "state ask: ask.optional is new, true"),
        ("How old?", "Your age?", "texts en: ask"),
        ("उम्र?", "आपकी उम्र?", "texts hi: ask"),
        ("More.", "More, please.", "texts en: ask"),
        ('"No"', '"Never"', "texts en: menu"),
        ("[never]", "[never, nope]", "texts en: menu"),
        ('"उम्र?"}', '{sms: "उम्र?", ussd: "उम्र"}}', "texts hi: ask"),
        ("# nothing\n", "", "only comments or the layout"),
    ],
)  # fmt: skip
def test_one_thing_that_changes_is_one_line(before: str, after: str, line: str) -> None:
    assert changed(before, after, FLOW + "# nothing\n").words() == [line]


def test_states_that_come_and_go() -> None:
    changes = changed("  sort:", "  sorted:")
    assert (changes.added, changes.removed, changes.states) == (["sorted"], ["sort"], {})
    assert changes.words() == ["states added: sorted", "states removed: sort"]


def test_another_first_state_changes_where_it_begins() -> None:
    changes = changed("states:\n", 'states:\n  hello: {say: {en: "Hi.", hi: "नमस्ते।"}, next: ask}\n')
    assert changes.words() == ["begins with: ask -> hello", "states added: hello"]


def test_options_in_another_order_make_another_menu() -> None:
    flow = FLOW.replace("{1: bye, 2: {label", "{2: bye, 1: {label")
    menu = changed("{2: bye, 1: {label: {en: \"No\", hi: \"ना\"}, words: {en: [never]}, next: bye}}",
                   "{1: {label: {en: \"No\", hi: \"ना\"}, words: {en: [never]}, next: bye}, 2: bye}", flow)  # fmt: skip
    assert menu.words() == ["state menu: choose in another order"]


def test_a_language_more_is_told_above_and_by_the_texts_that_it_has() -> None:
    changes = changed("[en, hi]", "[en, hi, sw]")
    assert changes.words() == ["languages: en, hi -> en, hi, sw"]
    flow = FLOW.replace("[en, hi]", "[en, hi, sw]").replace('"अलविदा।"}', '"अलविदा।", sw: "Kwaheri."}')
    assert compare(written(FLOW, ""), written(flow, "")).texts == {"sw": ["bye"]}


def test_a_menu_whose_keys_look_like_languages_is_no_text() -> None:
    flow = FLOW.replace("{1: bye, 2: {", "{en: bye, hi: {")
    assert changed("{en: bye", "{en: ask", flow).words() == ["state menu: choose.en: bye -> ask"]


def test_the_text_of_a_flow_in_one_language_stands_alone() -> None:
    flow = "flow: a\nabout: b\nlanguages: [en]\nstates:\n  hi: {say: Hello, end: true}\n"
    assert changed("Hello", "Good day", flow).words() == ["texts en: hi"]
    assert fate(written(flow, ""), written(flow.replace("Hello", "Good day"), ""), "hi") == "changes"


def test_long_values_and_many_names_are_cut() -> None:
    states = "".join(f"  s{number}: {{say: {{en: a, hi: b}}, next: bye}}\n" for number in range(15))
    changes = changed("states:\n", f"about: {'x' * 100}\nstates:\n{states}".replace("about", "purpose"))
    assert changes.head[0] == f"purpose is new, {'x' * 57}..."
    assert changes.words()[-1].endswith("s10, s11 and 3 more")


def test_the_fate_of_a_state_that_somebody_stands_in() -> None:
    old = written(FLOW, "")
    new = written(FLOW.replace("How old?", "Your age?").replace("  sort:", "  sorted:"), "")
    assert [fate(old, new, state) for state in ("ask", "sort", "menu")] == ["changes", "is gone", ""]


def test_a_file_that_could_not_serve_is_compared_all_the_same() -> None:
    assert changed("next: sort", "nxet: sort").words() == ["state ask: next is gone; nxet is new, sort"]
    assert compare(written(FLOW, ""), written("- 1", "")).removed == ["ask", "sort", "menu", "bye"]
    with pytest.raises(BrokenFlow, match="never closed"):
        written("states: [", "new.yaml")


def test_the_lines_that_differ_are_shown_as_diff_shows_them() -> None:
    shown = unified(FLOW, FLOW.replace("7 days", "5 days"), "published", "survey.yaml")
    assert shown[:2] == ["--- published", "+++ survey.yaml"]
    assert [line for line in shown[3:] if line[0] in "+-"] == [
        "-expires: {after: 7 days, then: bye}",
        "+expires: {after: 5 days, then: bye}",
    ]
    assert unified(FLOW, FLOW, "a", "b") == []

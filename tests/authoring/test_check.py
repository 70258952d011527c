"""`flow check`: it is silent about flows that are right, knows their neighbours, and tells all that is wrong at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.big_flow import big_flow
from sms_service.authoring.check import check
from tests.authoring.checking import BROKEN, GOOD, VOCABULARY, findings, findings_of
from tests.conftest import ROOT

RIGHT = sorted([*GOOD.glob("*.yaml"), *(ROOT / "flows").glob("*.yaml")])

HEAD = """\
flow: x
about: A flow of the tests.
starts: {keywords: [TELL]}
languages: [en]
states:
"""


# --- flows that are right -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", RIGHT, ids=lambda file: file.name)
def test_nothing_is_said_of_a_flow_that_is_right(file: Path) -> None:
    assert findings(file) == []


def test_nothing_is_said_of_all_of_them_together() -> None:
    assert findings(*sorted(GOOD.glob("*.yaml"))) == []
    assert findings(*sorted((ROOT / "flows").glob("*.yaml"))) == []


def test_nothing_is_said_of_400_states_in_three_languages(tmp_path: Path) -> None:
    flow = big_flow()
    assert flow.count("\n    next:") + flow.count("\n    choose:") + flow.count("\n    end:") > 300
    assert findings_of(tmp_path, flow, "big") == []


def test_line_ends_of_windows_are_line_ends(tmp_path: Path) -> None:
    for file in GOOD.glob("*.yaml"):
        (tmp_path / file.name).write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert findings(*sorted(tmp_path.glob("*.yaml"))) == []


def test_spaces_behind_a_line_and_a_missing_last_line_end_are_no_mistakes(tmp_path: Path) -> None:
    text = (GOOD / "menus.yaml").read_text().rstrip("\n").replace(":\n", ":  \n")
    assert findings_of(tmp_path, text, "menus") == []


# --- several at once ----------------------------------------------------------------------------------------------


def test_mistakes_of_every_level_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    found = findings_of(tmp_path, """\
flow: x
about: ""
starts: {keywords: [TELL], ussd: 384}
languages: [en, hi]
colour: red
states:
  ask:
    say: {en: "{{ org", hi: "नाम?"}
    ask: {into: name, type: nmae}
    remind: {after: 3 moons}
    next: thnaks
  thanks:
    say: {en: "Thanks, {{ nam }}."}
    do: opt_uot
    end: true
  later:
    say: {en: "Later.", hi: "बाद में।"}
    next: later
""")  # fmt: skip
    assert found == [
        "2:8: this is empty",
        '3:34: a USSD code is written as it is dialled, in quotes: "*384*96#"',
        '5:1: unknown key "colour"',
        "8:15: {{ org is never closed: }} is missing behind it",
        '9:29: there is no answer type "nmae", did you mean "name"?',
        "10:21: expected a length of time such as `24 hours` or `7 days`",
        '11:11: there is no state "thnaks", did you mean "thanks"?',
        "13:5: the text in hi is missing",
        '13:27: there is no variable "nam" here, did you mean "name"?',
        '14:9: there is no effect "opt_uot", did you mean "opt_out"?',
        "16:3: later goes round without asking anything: this would never end, let a question stand between",
        '16:3: nothing leads to "later": lead to it, or leave it out',
    ]


def test_one_slip_is_told_once(tmp_path: Path) -> None:
    """Not the misspelt key, and then the missing one, and then all that would have followed from it."""
    assert findings_of(tmp_path, HEAD + """\
  ask:
    say: "Name?"
    ask: {into: name, typ: name}
    nxet: thanks
  thanks:
    remid: "Thanks, {{ name }}."
    say: "Thanks, {{ name }}."
    end: true
""") == [
        '8:23: unknown key "typ", did you mean "type"?',
        '9:5: unknown key "nxet", did you mean "next"?',
        '11:5: unknown key "remid", did you mean "remind"?',
        '11:12: expected `{after: 24 hours}`',
    ]  # fmt: skip


def test_the_warnings_of_a_flow_do_not_hide_that_it_is_right(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(HEAD + "  bye: {say: “Bye”, end: true}\n")
    checked = check([tmp_path / "x.yaml"], VOCABULARY)
    assert (len(checked.findings), len(checked.errors)) == (1, 0)
    assert list(checked.flows) == ["x"]


# --- neighbours ---------------------------------------------------------------------------------------------------


def test_what_is_wrong_with_a_neighbour_is_not_told(tmp_path: Path) -> None:
    for file in (BROKEN / "yaml").glob("*.yaml"):
        shutil.copy(file, tmp_path)
    (tmp_path / "folder.yaml").mkdir()
    assert findings_of(tmp_path, HEAD + "  bye: {say: Bye, end: true}\n") == []


def test_a_neighbour_that_claims_the_same_flow_does_not_confuse(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(HEAD + "  quite: {say: Something, next: else}\n  else: {end: other}\n")
    assert findings_of(tmp_path, HEAD + '  bye: {say: "Bye, {{ name }}", end: true}\n') == [
        '6:23: there is no variable "name" here; known here: notice, org, repaired, service_number'
    ]
    assert findings(tmp_path / "other.yaml") == [
        "other.yaml:1:7: flow x belongs in x.yaml: rename the file, or the flow"
    ]


def test_a_called_flow_is_looked_up_beside_the_one_that_calls_it(tmp_path: Path) -> None:
    calls = HEAD + '  ask: {call: who, next: bye}\n  bye: {say: "Bye, {{ who.name }}.", end: true}\n'
    assert findings_of(tmp_path, calls) == ['6:15: there is no flow "who"']

    (tmp_path / "who.yaml").write_text(
        "flow: who\nabout: Asks.\nlanguages: [en]\ngives: [name]\n"
        'states:\n  ask: {say: "Name?", ask: {into: name, type: name}, end: true}\n'
    )
    assert findings_of(tmp_path, calls) == []


def test_what_another_flow_has_collected_is_known_to_the_flow_that_it_begins(tmp_path: Path) -> None:
    begun = HEAD.replace("{keywords: [TELL]}", "{on: registration.saved}") + '  bye: {say: "{{ shoe }}", end: true}\n'
    assert findings_of(tmp_path, begun) == [], "where no flow at hand saves anything, nobody can say what was collected"

    shutil.copy(ROOT / "flows" / "register.yaml", tmp_path)
    [found] = findings_of(tmp_path, begun)
    assert found == (
        '6:18: there is no variable "shoe" here; known here: area_name, booth, enroler.first_name, mobile, name, '
        "notice, org, ref ..."
    )


def test_a_flow_that_one_with_a_code_calls_is_walked_by_ussd(tmp_path: Path) -> None:
    called = (
        HEAD.replace("starts: {keywords: [TELL]}\n", "") + '  bye: {say: "₹10 and no more, thank you", end: true}\n'
    )
    letter = "many networks cannot show"
    assert not any(letter in found for found in findings_of(tmp_path, called))

    (tmp_path / "menu.yaml").write_text(
        'flow: menu\nabout: Calls.\nstarts: {ussd: "*1#"}\nlanguages: [en]\nstates:\n  ask: {call: x, end: true}\n'
    )
    assert any(letter in found for found in findings_of(tmp_path, called))


def test_a_text_can_be_checked_that_is_not_saved_yet(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(HEAD + "  bye: {say: Bye, end: true}\n")
    found = check([file], VOCABULARY, {file: HEAD + "  bye: {say: Bye, next: by}\n"}).findings
    assert [finding.message for finding in found] == [
        'there is no state "by", did you mean "bye"?',
    ]


# --- whatever is done to a file -----------------------------------------------------------------------------------


@pytest.mark.parametrize("file", sorted(GOOD.glob("*.yaml")), ids=lambda file: file.name)
def test_a_line_too_few_makes_findings_with_a_place_and_nothing_else(file: Path, tmp_path: Path) -> None:
    lines = file.read_text().splitlines(keepends=True)
    for number in range(len(lines)):
        (tmp_path / file.name).write_text("".join([*lines[:number], *lines[number + 1 :]]))
        for finding in check([tmp_path / file.name], VOCABULARY).findings:
            assert 1 <= finding.line <= len(lines)
            assert finding.column >= 1
            assert not finding.message.startswith(("this cannot be read", "Input should"))


@pytest.mark.parametrize("value", ["", "5", "true", "[]", "[a, {b: c}]", "{a: [1]}", "{{ a }}", "'{{ a'"])
def test_any_value_in_any_place_makes_findings_and_nothing_else(value: str, tmp_path: Path) -> None:
    lines = (GOOD / "entry.yaml").read_text().splitlines()
    for number, line in enumerate(lines):
        key, colon, _ = line.partition(":")
        (tmp_path / "entry.yaml").write_text(
            "\n".join([*lines[:number], f"{key}{colon} {value}", *lines[number + 1 :]])
        )
        for finding in check([tmp_path / "entry.yaml"], VOCABULARY).findings:
            assert not finding.message.startswith("Input should"), finding

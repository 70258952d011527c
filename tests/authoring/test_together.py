"""Flows that are checked as they would serve, beside one another."""

from __future__ import annotations

from sms_service.authoring.together import check_together, in_files
from tests.authoring.checking import VOCABULARY

ASKS = """\
flow: asks
about: Asks for a village.
languages: [en]
gives: [village]
states:
  ask: {say: "Which village?", ask: {into: village, type: name}, end: true}
"""
CALLS = """\
flow: calls
about: Calls it.
starts: {keywords: [VILLAGE]}
languages: [en]
states:
  go: {call: asks, outcomes: {done: bye}}
  bye: {say: "{{ asks.village }} it is.", end: true}
"""
CALLS_THE_CALLER = """\
flow: menu
about: Calls the caller.
starts: {keywords: [MENU]}
languages: [en]
states:
  go: {call: calls, end: true}
"""
SERVING = {"asks": ASKS, "calls": CALLS, "menu": CALLS_THE_CALLER}
POLL = """\
flow: poll
about: Wants a keyword.
starts: {keywords: [VILLAGE]}
languages: [en]
states:
  bye: {say: Bye, end: true}
"""


def errors(before: dict[str, str] = SERVING, /, **changed: str) -> list[str]:
    checked = check_together({**before, **changed}, changed, before, VOCABULARY)
    files = {name: f"flows/{name}.yaml" for name in changed}
    return [str(one) for one in in_files(checked.errors, files)]


def test_what_fits_is_right() -> None:
    assert errors(asks=ASKS.replace("Which village?", "Where do you live?")) == []


def test_a_result_that_a_serving_caller_has_no_way_on_for_is_told_at_the_caller() -> None:
    assert errors(asks=ASKS.replace("end: true", "end: found")) == [
        'calls.yaml as it is published:6:20: flow asks may end as "found": say under "outcomes" where that leads',
        'calls.yaml as it is published:6:31: flow asks never ends as "done"; it ends as found',
    ]


def test_so_is_a_variable_that_it_gives_no_more() -> None:
    [found] = errors(asks=ASKS.replace("gives: [village]\n", ""))
    assert found.startswith("calls.yaml as it is published:7:")
    assert "asks.village" in found


def test_a_keyword_that_two_want_is_told_at_the_one_that_is_changed_whatever_their_names() -> None:
    assert errors(poll=POLL) == [
        'flows/poll.yaml:3:21: the keyword "VILLAGE" begins flow calls already: only one flow can have it'
    ]
    assert errors(another=POLL.replace("poll", "another"))[0].startswith("flows/another.yaml:3:21: ")


def test_what_was_wrong_with_others_before_is_not_held_against_the_change() -> None:
    wrong = {**SERVING, "old": POLL.replace("poll", "old").replace("VILLAGE", "OLD") + "  lost: {end: true}\n"}
    assert errors(wrong, asks=ASKS.replace("Which", "What")) == []
    assert len(errors(wrong, old=wrong["old"])) == 1, "unless it is published itself"

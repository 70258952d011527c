"""Where states lead, and what the shape of the whole says."""

from __future__ import annotations

import pytest

from sms_service.authoring.ways import circles, ending, entries, longest_run, reached, ways_out
from tests.authoring.drafts import HEAD, flow_of

EVERY = """\
  say: {say: A, next: ask}
  ask: {say: A, ask: {into: a, type: name}, unclear: {times: 2, then: end}, next: choose}
  choose: {say: A, choose: {1: say, 2: end}, timeout: {after: 1 day, then: end}, remind: {after: 1 hour}}
  consent: {say: A, consent: {purpose: p, yes: {key: 1, next: do}, no: {key: 2, next: end}, other: {3: say}}}
  do: {do: admit_member, outcomes: {admitted: call, not_waiting: end}}
  call: {call: other, outcomes: {done: decide, given_up: end}}
  decide: {decide: [{when: org, next: say}, {when: not org, next: ask}, {next: end}]}
  out: {do: opt_out, end: gone}
  end: {end: true}
"""


@pytest.mark.parametrize(
    ("name", "ways"),
    [
        ("say", "next>ask"),
        ("ask", "next>choose unclear>end"),
        ("choose", "1>say 2>end timeout>end"),
        ("consent", "yes>do 3>say no>end wrong_number>end"),
        ("do", "admitted>call not_waiting>end"),
        ("call", "done>decide given_up>end"),
        ("decide", "1>say 2>ask else>end"),
        ("out", "done>(gone)"),
        ("end", ""),
    ],
)
def test_every_way_out_of_a_state_has_its_label(name: str, ways: str) -> None:
    found = ways_out(flow_of(EVERY).states[name])
    assert " ".join(f"{way.label}>{way.to}" for way in found) == ways


def test_one_comes_into_a_flow_by_its_first_state_by_otherwise_and_by_its_expiry() -> None:
    head = HEAD.replace(
        "states:", "starts: {keywords: [A], who: enroler, otherwise: b}\nexpires: {after: 1 day, then: c}\nstates:"
    )
    flow = flow_of("  a: {end: true}\n  b: {end: true}\n  c: {end: true}\n  d: {end: true}\n", head)
    assert entries(flow) == ["a", "b", "c"]


def test_what_can_be_reached_and_what_can_end() -> None:
    flow = flow_of("""\
  a: {say: A, choose: {1: b, 2: c}}
  b: {say: B, choose: {1: b}}
  c: {end: true}
  d: {say: D, next: a}
""")
    assert reached(["a"], flow) == {"a", "b", "c"}
    assert ending(flow) == {"a", "c", "d"}
    assert ending(flow, unread=["b"]) == {"a", "b", "c", "d"}, (
        "nobody can say that a state that was not read never ends"
    )


def test_a_state_that_leads_to_nowhere_may_end() -> None:
    assert ending(flow_of("  a: {say: A, next: zebra}\n")) == {"a"}


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ("a: {say: A, next: a}", [["a"]]),
        ("a: {say: A, next: b}\n  b: {say: B, next: a}", [["a", "b"]]),
        ("c: {say: A, next: a}\n  a: {say: A, next: b}\n  b: {say: B, next: a}", [["a", "b"]]),
        ("a: {say: A, next: b}\n  b: {say: B, choose: {1: a}}", []),
        ("a: {say: A, next: b}\n  b: {call: other, next: a}", []),
        ("a: {do: opt_in, next: b}\n  b: {decide: [{when: org, next: a}, {next: c}]}\n  c: {end: true}", [["a", "b"]]),
        ("a: {decide: [{when: org, next: b}, {next: b}]}\n  b: {end: true}", []),
        ("a: {say: A, next: zebra}", []),
    ],
)
def test_a_circle_without_a_question_is_found_once(states: str, found: list[list[str]]) -> None:
    assert list(circles(flow_of(f"  {states}\n"))) == found


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ("a: {end: true}", ("a", 1)),
        ("a: {say: A, next: b}\n  b: {say: B, next: c}\n  c: {end: true}", ("a", 3)),
        (
            "a: {say: A, next: b}\n  b: {say: B, choose: {1: c}}\n  c: {say: C, next: d}\n  d: {say: D, next: a}",
            ("c", 4),
        ),
        ("a: {decide: [{when: org, next: c}, {next: b}]}\n  b: {say: B, next: c}\n  c: {end: true}", ("a", 3)),
    ],
)
def test_the_longest_run_of_states_in_one_turn(states: str, found: tuple[str, int]) -> None:
    assert longest_run(flow_of(f"  {states}\n")) == found


def test_many_branches_take_no_longer_than_few() -> None:
    """Thirty decisions in a row are a thousand million ways."""
    rows = "".join(f"  a{n}: {{decide: [{{when: org, next: a{n + 1}}}, {{next: a{n + 1}}}]}}\n" for n in range(30))
    flow = flow_of(rows + "  a30: {end: true}\n")
    assert longest_run(flow) == ("a0", 31)
    assert list(circles(flow)) == []

"""Which variables have a value where: on every way, on some, or nobody knows."""

from __future__ import annotations

import pytest

from sms_service.authoring.variables import Analysis, Known, Table, fields_of, longest, meet, sample
from sms_service.engine.model import Field, Option
from tests.authoring.checking import VOCABULARY
from tests.authoring.drafts import HEAD, flow_of, known_in

B, C = "\n  b: {end: true}", "\n  c: {end: true}"


def words(known: Known) -> str:
    """`a b? *`: a for sure, b perhaps, and nobody knows what else."""
    names = sorted(known.maybe)
    return " ".join([*(name if name in known.sure else f"{name}?" for name in names), *(["*"] if known.wild else [])])


def test_two_ways_know_for_sure_only_what_both_know() -> None:
    table = Table()
    one = Known(table).and_(fields_of({"a": "name", "b": "name"}))
    other = Known(table).and_(fields_of({"b": "name", "c": "name"})).or_wild()
    assert (words(one), words(other), words(meet(one, other))) == ("a b", "b c *", "a? b c? *")
    assert words(meet(None, one)) == "a b"
    assert words(one.perhaps(fields_of({"b": "name", "d": "name"}))) == "a b d?"


def test_names_are_a_mapping_of_what_is_known() -> None:
    known = Known(Table()).and_(fields_of({"member.number": "text", "name": "name", "member.card": "text"}))
    assert dict(known.maybe)["name"] == Field("name", "name")
    assert (len(known.maybe), "zebra" in known.maybe, known.maybe.get("zebra")) == (3, False, None)
    assert known.maybe.sharing({"member.zebra"}) == ["member.number", "member.card"]
    assert list(known.maybe.without(["name", "member.card"])) == ["member.number"]


def test_a_variable_that_is_asked_for_in_two_ways_has_both_fields() -> None:
    short, long = Field("a", "text", parameters={"max": 5}), Field("a", "text", parameters={"max": 9})
    known = Known(Table()).and_({"a": short}).and_({"a": long})
    assert known.maybe.all_fields("a") == [short, long]


@pytest.mark.parametrize(
    ("states", "state", "known"),
    [
        ("a: {say: A, ask: {into: n, type: name}, next: b}" + B, "b", "n"),
        ("a: {say: A, ask: {into: n, type: name}, unclear: {times: 1, then: b}, next: b}" + B, "b", "n?"),
        ("a: {say: A, choose: {1: b, 2: c}}\n  b: {say: B, ask: {into: n, type: name}, next: c}\n  c: {end: true}", "c", "n?"),
        ("a: {collect: {n: {type: name, ask: N}, m: {type: name, ask: M, optional: true}}, next: b}" + B, "b", "m? n"),
        (
            "a: {collect: {n: {type: name, ask: N}}, unclear: {times: 1, then: c}, next: b}" + B + C,
            "c", "n?",
        ),
        ("a: {do: admit_member, outcomes: {admitted: b, not_waiting: c}}" + B + C, "b", "member.number"),
        ("a: {do: admit_member, outcomes: {admitted: b, not_waiting: c}}" + B + C, "c", ""),
        ("a: {do: admit_member, outcomes: {admitted: b, not_waiting: b}}" + B, "b", "member.number?"),
        ("a: {do: zebra, next: b}" + B, "b", "*"),
        ("a: {call: zebra, next: b}" + B, "b", "*"),
    ],
)  # fmt: skip
def test_what_is_known_on_arrival(states: str, state: str, known: str) -> None:
    assert words(known_in(flow_of(f"  {states}\n"))[state]) == known


def test_a_round_that_comes_back_knows_for_sure_only_what_the_beginning_knew() -> None:
    known = known_in(
        flow_of("""\
  a: {say: A, ask: {into: n, type: name}, next: b}
  b: {say: B, ask: {into: m, type: name}, next: c}
  c: {say: C, choose: {1: a, 2: d}}
  d: {end: true}
""")
    )
    assert {name: words(one) for name, one in known.items()} == {"a": "m? n?", "b": "m? n", "c": "m n", "d": "m n"}


def test_states_that_nothing_leads_to_are_left_out() -> None:
    assert list(known_in(flow_of("  a: {end: true}\n  b: {end: true}\n"))) == ["a"]


@pytest.mark.parametrize(
    ("case", "first", "second"),
    [
        ("n is defined", "n", "n?"),
        ("n is not defined", "n?", "n"),
        ("n is defined and n == 'x'", "n", "n?"),
        ("org == 'x' and n is defined", "n", "n?"),
        ("n is defined or org", "n?", "n?"),
        ("not n is defined", "n?", "n?"),
        ("zebra is defined", "n?", "n?"),
    ],
)
def test_a_condition_that_looks_makes_sure(case: str, first: str, second: str) -> None:
    known = known_in(
        flow_of(f"""\
  a: {{say: A, choose: {{1: b, 2: c}}}}
  b: {{say: B, ask: {{into: n, type: name}}, next: c}}
  c: {{decide: [{{when: "{case}", next: d}}, {{next: e}}]}}
  d: {{end: true}}
  e: {{end: true}}
""")
    )
    assert (words(known["d"]), words(known["e"])) == (first, second)


def test_an_expiry_knows_what_every_question_knew() -> None:
    flow = flow_of(
        "  a: {say: A, ask: {into: n, type: name}, next: b}\n  b: {say: B, ask: {into: m, type: name}, next: c}\n"
        "  c: {end: true}\n  late: {end: true}\n",
        HEAD.replace("states:", "expires: {after: 1 day, then: late}\nstates:"),
    )  # fmt: skip
    assert words(known_in(flow)["late"]) == "n?"


ASKS = """\
  n: {say: N, ask: {into: n, type: name}, unclear: {times: 1, then: gone}, next: m}
  m: {say: M, choose: {1: k, 2: end}}
  k: {say: K, ask: {into: k, type: name}, next: end}
  end: {end: true}
  gone: {end: gone}
"""


@pytest.mark.parametrize(("result", "known"), [("done", "who.k? who.n"), ("gone", ""), ("zebra", "who.k who.n *")])
def test_a_call_brings_what_the_called_flow_gives_at_that_end(result: str, known: str) -> None:
    asks = flow_of(ASKS, HEAD.replace("flow: x", "flow: asks").replace("states:", "gives: [n, k]\nstates:"))
    calls = flow_of(f"  a: {{call: asks, into: who, outcomes: {{{result}: b}}}}\n  b: {{end: true}}\n")
    assert words(known_in(calls, asks)["b"]) == known


def test_a_flow_begins_with_what_it_takes_and_with_what_happened() -> None:
    head = HEAD.replace("states:", "takes: {n: name}\nstarts: {on: card.ready}\nstates:")
    assert words(known_in(flow_of("  a: {end: true}\n", head))["a"]) == "card.link member.number n name"


def test_a_flow_begins_with_what_was_collected_before_that_happened() -> None:
    begun = flow_of("  a: {end: true}\n", HEAD.replace("states:", "starts: {on: registration.saved}\nstates:"))
    assert words(known_in(begun)["a"]) == "enroler.first_name ref *", "no flow at hand makes it happen"

    saves = flow_of(
        "  a: {say: A, ask: {into: mobile, type: mobile}, next: b}\n  b: {say: B, choose: {1: c, 2: d}}\n"
        "  c: {say: C, ask: {into: shoe, type: number}, next: d}\n"
        "  d: {do: save_registration, with: {name: X}, outcomes: {saved: e}}\n  e: {end: true}\n",
        HEAD.replace("flow: x", "flow: saves"),
    )  # fmt: skip
    assert words(known_in(begun, saves)["a"]) == "enroler.first_name mobile ref shoe?"


def test_flows_that_call_each_other_are_looked_at_without_end() -> None:
    one = flow_of("  a: {call: other, next: b}\n  b: {end: true}\n")
    other = flow_of("  a: {call: x, next: b}\n  b: {end: true}\n", HEAD.replace("flow: x", "flow: other"))
    assert words(known_in(one, other)["b"]) == ""


def test_a_text_said_after_an_effect_knows_what_all_its_outcomes_bring() -> None:
    flow = flow_of("  a: {do: admit_member, say: A, outcomes: {admitted: b, not_waiting: b}}\n  b: {end: true}\n")
    analysis = Analysis({"x": flow}, {}, VOCABULARY)
    assert words(analysis.within(flow.states["a"], analysis.of("x")["a"])) == "member.number?"


def test_the_longest_value_is_that_of_the_type_or_of_the_longest_option() -> None:
    options = tuple(Option(str(key), value=value) for key, value in enumerate(("a", "long", "b"), start=1))
    assert longest(Field("a", "choice", options=options), "en", VOCABULARY) == "long"
    assert longest(Field("a", "number", parameters={"max": 120}), "en", VOCABULARY) == 120
    assert longest(Field("a", "name"), "hi", VOCABULARY) == "क" * 60
    assert longest(Field("a", "member_number"), "hi", VOCABULARY)
    assert longest(Field("a", "zebra"), "en", VOCABULARY) == ""


def test_a_sample_has_groups_as_texts_get_them() -> None:
    known = Known(Table()).and_(fields_of({"a": "number", "m.number": "booth", "m.deep.er": "yes_no"}))
    values = sample(known.maybe, "en", VOCABULARY)
    assert (values["a"], values["m"], values["org"]) == (999_999_999, {"number": "9999A", "deep": {"er": True}}, "XYZ")

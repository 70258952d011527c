"""Which file is told of a variable that has no value: the one whose flow should have set it."""

from __future__ import annotations

from pathlib import Path

from sms_service.authoring.check import check
from tests.authoring.checking import BROKEN, VOCABULARY, findings

CALLS, CALLED = BROKEN / "variables" / "given_on_one_way_only.yaml", BROKEN / "variables" / "gives_place.yaml"

SAVES = """\
flow: {name}
about: An enroler enters a person.
starts: {{keywords: [{name}], who: enroler, otherwise: end}}
languages: [en]
states:
  details:
    collect:
      mobile: {{type: mobile, ask: "Mobile?"}}
      name: {{type: name, ask: "Name?"}}
      booth: {{type: booth, ask: "Booth?", optional: {optional}}}
    next: save
  save: {{do: save_registration, outcomes: {{saved: end, held: end, outside: end, refused: end}}}}
  end: {{end: true}}
"""
ASKS = """\
flow: asks
about: The person is told what was entered.
starts: {on: registration.saved}
languages: [en]
states:
  tell: {say: "{{ name }}, booth {{ booth }}", end: true}
"""


def told(folder: Path, *names: str, **flows: str) -> list[str]:
    for name, text in flows.items():
        (folder / f"{name}.yaml").write_text(text)
    found = check([folder / f"{name}.yaml" for name in names or flows], VOCABULARY).findings
    return [str(one).removeprefix(f"{folder}/") for one in found]


def test_a_called_flow_is_told_what_it_gives_on_some_ways_only() -> None:
    assert findings(CALLED) == []
    [_, told_there] = findings(CALLS, CALLED)
    assert told_there == (
        'gives_place.yaml:4:9: "place" has no value on every way to the end "done", and flow given_on_one_way_only uses it: '
        "ask for it before, or let that way end otherwise"
    )


def test_alone_the_caller_is_told_which_flow_it_is() -> None:
    assert 'flow gives_place may end as "done" without place' in findings(CALLS)[0]


def test_a_misspelt_name_that_is_given_is_told_where_it_stands(tmp_path: Path) -> None:
    called = CALLED.read_text().replace("gives: [place]", "gives: [plcae]").replace("then: far", "then: lost")
    called += "  lost: {end: lost}\n"
    calls = CALLS.read_text().replace("next: where", "outcomes: {done: where, lost: bye}").replace("home.far", "org")
    flows = {"gives_place": called, "given_on_one_way_only": f"{calls}  bye: {{end: true}}\n"}
    assert told(tmp_path, **flows) == ['gives_place.yaml:4:9: nothing in this flow sets "plcae", did you mean "place"?']
    [alone] = told(tmp_path, "given_on_one_way_only")
    assert "flow gives_place sets it and does not give it: add place to its `gives`" in alone


def test_of_two_flows_that_begin_a_third_the_one_is_told_that_lacks_something(tmp_path: Path) -> None:
    flows = {"asks": ASKS, "saves": SAVES.format(name="saves", optional="false")}
    assert told(tmp_path, **flows) == []
    flows["joins"] = SAVES.format(name="joins", optional="true")
    [told_there] = told(tmp_path, **flows)
    assert told_there == (
        'joins.yaml:12:14: flow asks starts on registration.saved and uses "booth", which has no value on every way here: '
        "ask for it before"
    )
    assert told(tmp_path, "asks") == [
        'asks.yaml:6:28: "booth" has no value where flow joins makes registration.saved happen: ask for it there'
    ]


def test_what_no_flow_collects_for_sure_is_told_where_it_is_used(tmp_path: Path) -> None:
    [found] = told(tmp_path, asks=ASKS, joins=SAVES.format(name="joins", optional="true"))
    assert found.startswith('asks.yaml:6:28: "booth" has no value on every way here: not on the one from the beginning')
    assert found.endswith("or write {{ booth|default('-') }}")

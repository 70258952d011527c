"""The JSON Schema by which editors complete and underline flow files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.big_flow import big_flow
from sms_service.authoring.editor_schema import json_schema
from sms_service.authoring.schema import StatePart
from sms_service.authoring.shape_words import belongs_under, known_keys
from sms_service.authoring.source import Source
from tests.authoring.checking import BROKEN, GOOD
from tests.authoring.json_schema import Validator
from tests.conftest import ROOT

SCHEMA = json_schema()
VALIDATOR = Validator(SCHEMA)
RIGHT = sorted([*GOOD.glob("*.yaml"), *(ROOT / "flows").glob("*.yaml")])
UNDERLINED = (
    "another_kind_of_value", "empty_menu", "five_mistakes", "head_in_disorder", "key_in_the_wrong_place", "keys_of_a_menu",
    "languages_by_name", "languages_not_indented", "limits", "menu_is_a_list", "misspelt_languages", "misspelt_states",
    "name_of_a_state", "name_of_a_variable", "next_is_a_list", "no_states", "nothing_stands_there", "remind_without_after",
    "result_with_spaces", "state_is_empty", "text_for_sms_only", "text_is_a_list", "times", "too_many_options",
    "true_is_no_text", "unknown_key",
)  # fmt: skip
"""Broken files whose mistake an editor underlines by the schema alone."""


def data_of(file: Path) -> Any:
    return Source(file.read_text(), file.name).data


def test_the_file_beside_the_flows_is_the_models_own() -> None:
    """Remake it with scripts/flow-schema."""
    assert json.loads((ROOT / "flows" / "flow.schema.json").read_text()) == SCHEMA


def test_every_flow_names_it_in_its_first_line() -> None:
    for file in (ROOT / "flows").glob("*.yaml"):
        assert file.read_text().startswith("# yaml-language-server: $schema=flow.schema.json\n"), file.name


@pytest.mark.parametrize("file", RIGHT, ids=lambda file: file.name)
def test_nothing_is_underlined_in_a_flow_that_is_right(file: Path) -> None:
    assert VALIDATOR.wrong(data_of(file)) == []


def test_nothing_is_underlined_in_400_states() -> None:
    assert VALIDATOR.wrong(Source(big_flow(), "big.yaml").data) == []


@pytest.mark.parametrize("name", UNDERLINED)
def test_a_mistake_of_shape_is_underlined(name: str) -> None:
    assert VALIDATOR.wrong(data_of(BROKEN / "shape" / f"{name}.yaml"))


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ({"say": "A", "colour": "red"}, "/states/a/colour: additionalProperties"),
        ({"say": "A", "remind": {"afer": "2 days"}}, "/states/a/remind/after: required"),
        ({"say": "A", "remind": {"after": "2 moons"}}, "/states/a/remind/after: pattern"),
        ({"say": {"english": "A"}}, "/states/a/say: anyOf"),
        ({"say": "A", "choose": {"ONE": "b"}}, "/states/a/choose/ONE: pattern"),
        ({"say": "A", "choose": {"1": {"label": "B"}}}, "/states/a/choose/1: anyOf"),
        ({"say": "A", "unclear": {"times": 11}}, "/states/a/unclear/times: maximum"),
        ({"say": "A", "end": "all done"}, "/states/a/end: pattern"),
        ({"say": "A", "back": "perhaps"}, "/states/a/back: enum"),
        ({"say": "A", "next": None}, "/states/a/next: type"),
    ],
)
def test_what_is_underlined_has_its_place(state: dict[str, Any], found: str) -> None:
    flow = {"flow": "x", "about": "x", "languages": "en", "states": {"a": state}}
    assert found in VALIDATOR.wrong(flow)


def test_it_speaks_of_what_people_write_and_not_of_what_it_becomes() -> None:
    parts = SCHEMA["$defs"]
    assert parts["ExpiresPart"]["properties"]["after"]["type"] == "string"
    assert parts["WayPart"]["properties"]["key"]["type"] == ["string", "integer"]
    assert "inputs" not in parts["StatePart"]["properties"]


# --- what is suggested --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        (
            ("x",),
            [
                "flow",
                "about",
                "starts",
                "languages",
                "limits",
                "expires",
                "answers_stopped",
                "takes",
                "gives",
                "dlt",
                "states",
            ],
        ),
        (("starts", "x"), ["on", "words", "keywords", "ussd", "who", "otherwise"]),
        (("dlt", "x"), ["entity", "header", "category", "templates"]),
        (("states", "a", "remind", "x"), ["after", "times", "say"]),
        (("states", "a", "say", "en", "x"), ["sms", "ussd"]),
        (("states", "a", "choose", "1", "x"), ["next", "label", "words"]),
        (("states", "a", "decide", 0, "x"), ["when", "next"]),
        (("states", "a", "collect", "b", "options", "c", "x"), ["label", "words"]),
        (("states", "a", "next", "x"), []),
    ],
)
def test_the_keys_of_a_place_are_known(path: tuple[str | int, ...], keys: list[str]) -> None:
    assert known_keys(path) == keys


def test_a_state_has_the_keys_that_are_written() -> None:
    known = known_keys(("states", "a", "x"))
    assert "with" in known
    assert len(known) == len(StatePart.model_fields)


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("keywords", '; it belongs under "starts"'),
        ("times", '; it belongs under "unclear" or under "remind"'),
        ("say", '; it belongs under "unclear" or under "remind"'),
        ("languages", "; it belongs at the top of the file"),
        ("hi", '; if it is a language, indent it more than the "say" or the like that it belongs to'),
        ("colour", ""),
    ],
)
def test_a_key_in_the_wrong_place_is_told_its_own(key: str, hint: str) -> None:
    assert belongs_under(key) == hint

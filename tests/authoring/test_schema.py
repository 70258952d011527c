"""The JSON Schema by which editors complete and underline flow files."""

from __future__ import annotations

import json

from sms_service.authoring.schema import json_schema
from tests.conftest import ROOT


def test_the_file_beside_the_flows_is_the_models_own() -> None:
    """Remake it with scripts/flow-schema."""
    assert json.loads((ROOT / "flows" / "flow.schema.json").read_text()) == json_schema()


def test_it_speaks_of_what_people_write_and_not_of_what_it_becomes() -> None:
    parts = json_schema()["$defs"]
    assert parts["ExpiresPart"]["properties"]["after"]["type"] == "string"
    assert parts["WayPart"]["properties"]["key"]["type"] == ["string", "integer"]


def test_every_flow_names_it_in_its_first_line() -> None:
    for file in (ROOT / "flows").glob("*.yaml"):
        assert file.read_text().startswith("# yaml-language-server: $schema=flow.schema.json\n"), file.name

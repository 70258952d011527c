"""`sms-service dlt export`: the texts that are to be registered before anything is sent to India."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sms_service.commands.flow import FlowCommands, flow_files
from sms_service.config import Config, read_config

if TYPE_CHECKING:
    from sms_service.authoring.forms import Forms
    from sms_service.engine.model import Flow

dlt_app = typer.Typer(
    no_args_is_help=True, help="India's registry of texts (docs/gateways.md, India's registry).", cls=FlowCommands
)

OURS = "(service)"
"""Stands for the flow of sentences that the service says by itself: where a flow breaks, or is left incomplete."""

COLUMNS = (
    "flow", "state", "language", "form", "text", "variables", "longest", "entity", "header", "category", "template_id",
)  # fmt: skip


@dlt_app.callback()
def dlt() -> None:
    """India's registry of texts (docs/gateways.md, India's registry)."""


@dlt_app.command("export")
def export(
    out: Annotated[Path | None, typer.Argument(help="The CSV file (default: standard output).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON value instead of CSV.")] = False,
) -> None:
    """Write every message of the flow files as it is to be registered, and which of them are registered already."""
    from sms_service.enrolment.imports import safe

    listed = rows(read_config())
    if as_json:
        text = json.dumps(listed, ensure_ascii=False, indent=1) + "\n"
        print(text, end="") if out is None else out.write_text(text, encoding="utf-8")
    else:
        lines: list[Sequence[str]] = [COLUMNS]
        for row in listed:
            longest = " ".join(map(str, row["longest"]))
            lines.append([safe(str(value)) for value in {**row, "longest": longest}.values()])
        if out is None:
            csv.writer(sys.stdout, lineterminator="\n").writerows(lines)
        else:
            with out.open("w", encoding="utf-8-sig", newline="") as file:  # the mark: else Excel reads Hindi as Latin
                csv.writer(file, lineterminator="\n").writerows(lines)
    missing = sum(1 for row in listed if not row["template_id"])
    print(f"{len(listed)} texts, {missing} of them not registered yet.", file=sys.stderr)


def rows(config: Config) -> list[dict[str, Any]]:
    """One row a form of a message, with COLUMNS as its keys: `form` counts those of a state and language, `longest` holds the
    characters of each variable at its longest, `template_id` is "" where none is registered. Raises BrokenFlow."""
    from sms_service.authoring.lint import Together
    from sms_service.authoring.load import load_flow
    from sms_service.authoring.source import read_source
    from sms_service.vocabulary import vocabulary

    words = vocabulary(config)
    loaded = (load_flow(read_source(file), str(file), words) for file in flow_files([config.flows_dir]))
    flows = {flow.name: flow for flow in loaded}
    forms = Together(flows, {}, words).forms
    return [
        *(row for flow in flows.values() for row in _of_flow(flow, flows, forms, config)),
        *_of_service(flows, config),
    ]


def _of_flow(flow: Flow, flows: dict[str, Flow], forms: Forms, config: Config) -> list[dict[str, Any]]:
    counted: dict[tuple[str, str], int] = {}
    listed = []
    for form in forms.of(flow):
        place = (form.state, form.language)
        counted[place] = counted.get(place, 0) + 1
        listed.append(
            _row(
                (flow.name, *place, counted[place]),
                form.registered,
                form.longest,
                form.text,
                [flow, *flows.values()],
                config,
            )
        )
    return listed


def _of_service(flows: dict[str, Flow], config: Config) -> list[dict[str, Any]]:
    from sms_service.closing import INCOMPLETE
    from sms_service.enrolment.effect_shapes import FIRST_NAME_MAX
    from sms_service.faults import SORRY

    who = "M" * (FIRST_NAME_MAX + len(" +91******1234"))
    listed = []
    for name, sentences in (("sorry", SORRY), ("incomplete", INCOMPLETE)):
        for language, text in sentences.items():
            longest = [len(who)] * text.count("{}")
            form = (OURS, name, language, 1)
            listed.append(_row(form, text.format("{#var#}"), longest, text.format(who), list(flows.values()), config))
    return listed


def _row(
    place: tuple[str, str, str, int], registered: str, longest: list[int], text: str, flows: list[Flow], config: Config
) -> dict[str, Any]:
    from sms_service.engine import dlt as registry

    own = flows[0].dlt if place[0] != OURS else None
    ids = registry.find((flow.dlt for flow in flows), text, config.dlt.rules())
    values = (
        *place, registered, len(longest), longest, (own and own.entity) or config.dlt.entity,
        (own and own.header) or config.dlt.header, own.category if own else "service_implicit", ids.template if ids else "",
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))

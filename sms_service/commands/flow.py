"""The part of the command line for the people who write flows: `sms-service flow ...`."""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sms_service.commands import graph, rehearsal, texts, versions
from sms_service.commands.printing import show
from sms_service.config import read_config


class FlowCommands(TyperGroup):
    """They read and write files that people name: one that cannot be read or written is told in a sentence."""

    def invoke(self, ctx: Any) -> Any:
        """Runs the command. A file that is not ours to use ends it with exit code 1."""
        try:
            return super().invoke(ctx)
        except OSError as error:
            if not error.filename:  # no file: a socket, say
                raise
            print(f"{error.filename} {_unusable(error)}", file=sys.stderr)
            raise typer.Exit(1) from error


def _unusable(error: OSError) -> str:
    match error:
        case IsADirectoryError():
            return "is a folder: name a file"
        case FileNotFoundError() | NotADirectoryError():
            return "is not there, or its folder is not: look at the name, or make the folder first"
        case PermissionError():
            return "may not be read or written by you: name another place, or have its rights changed"
    return f"cannot be read or written: {error.strerror}"


flow_app = typer.Typer(no_args_is_help=True, help="The flow files.", cls=FlowCommands)

flow_app.command("test")(rehearsal.rehearse)
flow_app.command("publish")(versions.publish)
flow_app.command("versions")(versions.versions)
flow_app.command("diff")(versions.diff)
flow_app.command("rollback")(versions.rollback)
flow_app.command("withdraw")(versions.withdraw)
flow_app.command("graph")(graph.graph)
flow_app.add_typer(texts.texts_app, name="texts")

FLOW_SUFFIXES = (".yaml", ".yml")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON value instead of a table.")]


@flow_app.command("check")
def flow_check(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Flow files or folders; all flow files without any.")
    ] = None,
    lengths: Annotated[bool, typer.Option("--lengths", help="Instead: how long and dear every message is.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show all that is wrong with flow files, as file:line:column: what, and what to do. Warnings may stay."""
    gc.disable()  # a check lasts a fraction of a second and leaves little behind; collecting would be a tenth of it
    from sms_service.authoring.check import check
    from sms_service.vocabulary import vocabulary

    config = read_config()
    asked = flow_files(files or [config.flows_dir])
    checked = check(asked, vocabulary(config))
    if lengths:
        from sms_service.workbench import prices

        listed = prices.rows(checked, config.price)
        print(json.dumps(listed, ensure_ascii=False)) if as_json else show(prices.table(listed, config.price))
        for finding in checked.errors:
            print(finding, file=sys.stderr)
        raise typer.Exit(1 if checked.errors else 0)
    if as_json:
        print(json.dumps([vars(finding) for finding in checked.findings], ensure_ascii=False))
    else:
        for finding in checked.findings:
            print(finding)
        if not checked.errors:
            print(f"{len(asked)} flow files are right.")
    raise typer.Exit(1 if checked.errors else 0)


def flow_files(given: list[Path]) -> list[Path]:
    """The flow files meant: themselves, or those in a folder. Ends with a sentence where there are none."""
    here = Path.cwd()
    near = [path.relative_to(here) if path.is_relative_to(here) else path for path in given]
    files = [file for path in near for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    others = [str(file) for file in files if file.is_file() and file.suffix not in FLOW_SUFFIXES]
    if others:
        print(f"{others[0]} is no flow file: they are called *.yaml", file=sys.stderr)
        raise typer.Exit(1)
    missing = [str(file) for file in files if not file.is_file()]
    if missing or not files:
        print(f"there is no file {missing[0]}" if missing else f"no flow files (*.yaml) in {given[0]}", file=sys.stderr)
        raise typer.Exit(1)
    return files

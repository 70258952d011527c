"""`sms-service flow graph`: a flow as a picture."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import Progress

from sms_service.config import Config, read_config

if TYPE_CHECKING:
    from sms_service.authoring.drawing import Counts
    from sms_service.engine.model import Flow

PRINTED = ("mermaid", "dot")
"""Formats that are text for another program: they go to standard output, unless a file is named."""


def graph(
    flow: Annotated[str, typer.Argument(help="The flow's name, or a flow file.")],
    how: Annotated[
        str, typer.Option("--format", help="svg, png, mermaid or dot (default: by the name of --out, else svg).")
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", help="The file to write (default: FLOW.svg or FLOW.png here; the others are printed)."),
    ] = None,
    with_counts: Annotated[
        bool, typer.Option("--counts", help="With how many people took each way, and how many wait where.")
    ] = False,
    language: Annotated[str, typer.Option(help="The language of the texts (default: the flow's first).")] = "",
) -> None:
    """Draw a flow: its states, options, time-outs and outcomes, from top to bottom."""
    from sms_service.authoring.graph import draw
    from sms_service.authoring.picture import NotDrawn
    from sms_service.workbench import drawings

    config = read_config()
    read = _flow(config, flow)
    if language and language not in read.languages:
        _end(f"{read.name} has no texts in {language}; it has {', '.join(read.languages)}")
    if out and out.suffix and not how and out.suffix.lower() not in drawings.SUFFIXES:
        known = ", ".join(dict.fromkeys(drawings.SUFFIXES.values()))
        _end(f"{out}: there is no format {out.suffix[1:]}; there are {known}")
    formats = {str(name): name for name in drawings.SUFFIXES.values()}
    asked = formats.get(how or drawings.SUFFIXES.get(out.suffix.lower() if out else "", "svg"))
    if asked is None:
        _end(f"there is no format {how}; there are {', '.join(formats)}")
    try:
        drawn = drawings.written(draw(read, language, _counts(config, read.name) if with_counts else None), asked)
    except NotDrawn as error:
        _end(str(error))
    if out is None and asked in PRINTED:
        sys.stdout.buffer.write(drawn)
        return
    file = out or Path(f"{read.name}.{asked}")
    try:
        file.write_bytes(drawn)
    except OSError as error:
        _end(f"{file} cannot be written: {error.strerror}")
    print(f"The flow {read.name} is drawn in {file}.")


def _flow(config: Config, named: str) -> Flow:
    """The flow of a file, or of the flow file of this name. Ends with a sentence where there is none; raises BrokenFlow."""
    from sms_service.authoring.load import load_flow
    from sms_service.authoring.source import read_source
    from sms_service.authoring.suggest import instead
    from sms_service.vocabulary import vocabulary

    is_file = named.endswith((".yaml", ".yml")) or "/" in named
    file = Path(named) if is_file else config.flows_dir / f"{named}.yaml"
    if not file.is_file():
        if Path(named).is_dir():
            _end(f"{named} is a folder: name one flow, or one flow file")
        names = [path.stem for path in config.flows_dir.glob("*.yaml")]
        _end(f"there is no file {file}" if is_file else f"there is no flow {named}{instead(named, names)}")
    return load_flow(read_source(file), str(file), vocabulary(config))


def _counts(config: Config, flow: str) -> Counts:
    from sms_service.workbench import drawings
    from sms_service.workbench.publishing import open_for_publishing

    engine = open_for_publishing(config)
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("counting people ...")
        return drawings.counts(engine, flow, lambda done, of: bar.update(task, completed=done, total=of))


def _end(problem: str) -> NoReturn:
    print(problem, file=sys.stderr)
    raise typer.Exit(1)

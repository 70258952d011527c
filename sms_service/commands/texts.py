"""The texts of flows for translators: `sms-service flow texts export`, `import`, `status`."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.table import Table

from sms_service.commands.printing import show
from sms_service.config import Config, read_config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sms_service.authoring.catalogues import Share
    from sms_service.authoring.pofile import PoFile
    from sms_service.authoring.translatable import FlowFile
    from sms_service.authoring.translations import Import

texts_app = typer.Typer(no_args_is_help=True, help="The texts of the flows, for translators (PO files).")

Flows = Annotated[
    list[str] | None, typer.Argument(help="Flows by name, or flow files or folders; all flows without any.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON value instead of a text.")]
SHOWN = 8
"""Names of texts that are missing which a line shows; `status --json` has them all."""


@texts_app.command("export")
def export(
    language: Annotated[str, typer.Argument(help="The language to translate into: its code, like hi.")],
    flows: Flows = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The PO file; one that exists keeps what the translators wrote. Without: on standard output."
        ),
    ] = None,
) -> None:
    """Write all texts of the flows, with notes for the translator, as a PO file (Poedit, Weblate, Crowdin)."""
    from sms_service.authoring import catalogues
    from sms_service.authoring.check import check
    from sms_service.authoring.pofile import po_text
    from sms_service.authoring.saving import ChangedMeanwhile, save
    from sms_service.vocabulary import vocabulary

    config = read_config()
    language = _language_code(language)
    files = _files(config, flows)
    if all(file.flow.languages[0] == language for file in files):
        _end(f"these flows are written in {language}: name the language to translate into")
    before = out.read_bytes() if out and out.exists() else None
    old = _po(out) if out and before is not None else None
    if old and _primary(old.headers.get("Language", language)) != language:
        _end(f"{out} is a file of {old.headers['Language']}, not of {language}: give --out another name")
    words = vocabulary(config)
    known = check([file.file for file in files], words).flows
    po = catalogues.export(language, files, known, words, datetime.now(UTC), old, everything=not flows)
    if out is None:
        sys.stdout.write(po_text(po))
        return
    if before is None:
        out.write_text(po_text(po), encoding="utf-8", newline="\n")
    else:
        try:
            save(out, before, po_text(po).encode())
        except ChangedMeanwhile as error:
            _end(str(error))
    _sum(language, [catalogues.share(file, language) for file in files if file.flow.languages[0] != language])
    print(f"Written to {out}: {len([entry for entry in po.entries if not entry.obsolete])} texts.")


@texts_app.command("import")
def import_(
    po_file: Annotated[Path, typer.Argument(help="The PO file, as the translators give it back.")],
    flows: Flows = None,
    language: Annotated[str, typer.Option(help="Its language; without: the one that its header names.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take translations into the flow files: all of them or, where one of them is wrong, none. All else stays as it is."""
    from sms_service.authoring.rewrite import NotRewritten
    from sms_service.authoring.saving import ChangedMeanwhile
    from sms_service.authoring.translations import read_import, write_import
    from sms_service.vocabulary import vocabulary

    config = read_config()
    if not po_file.is_file():
        _end(f"{po_file} is a folder: name a PO file" if po_file.is_dir() else f"there is no file {po_file}")
    po = _po(po_file)
    files = _files(config, flows)
    known = {one for file in files for one in file.flow.languages}
    language = _language_of(po, po_file, known, _language_code(language) if language else "")
    if all(file.flow.languages[0] == language for file in files):
        _end(f"these flows are written in {language}: {po_file} holds nothing to translate into")
    try:
        found = read_import(po, str(po_file), language, files, vocabulary(config), everything=not flows)
        written = bool(found.rewritten) and not found.problems and not dry_run
        if written:
            write_import(found)
    except (NotRewritten, ChangedMeanwhile) as error:
        _end(str(error))
    if as_json:
        print(json.dumps(_as_json(found, written), ensure_ascii=False))
    else:
        _tell(found, written, dry_run)
    raise typer.Exit(1 if found.problems else 0)


@texts_app.command("status")
def status(flows: Flows = None, as_json: AsJson = False) -> None:
    """Show how much of each flow is translated into each language, and what is missing."""
    from sms_service.authoring.catalogues import share

    files = _files(read_config(), flows)
    languages = list(dict.fromkeys(language for file in files for language in file.flow.languages))
    shares = [share(file, one) for file in files for one in languages if one != file.flow.languages[0]]
    if as_json:
        print(json.dumps([_share_json(one) for one in shares], ensure_ascii=False))
        return
    if not shares:
        print("These flows have one language each.")
        return
    table = Table()
    for head in ("flow", "language", "translated", "missing"):
        table.add_column(head, overflow="fold")
    for one in shares:
        table.add_row(one.flow, one.language, f"{one.translated} of {one.texts}", _shown(one.missing))
    show(table)


# --- what is meant ------------------------------------------------------------------------------------------------


def _files(config: Config, given: list[str] | None) -> list[FlowFile]:
    """The flows meant, read. Ends with a sentence where there are none; BrokenFlow where one cannot be read."""
    from sms_service.authoring.suggest import instead
    from sms_service.authoring.translatable import read_flows
    from sms_service.vocabulary import vocabulary

    here = Path.cwd()
    folder = config.flows_dir.relative_to(here) if config.flows_dir.is_relative_to(here) else config.flows_dir
    found: list[Path] = []
    for one in given or [str(folder)]:
        path = Path(one)
        if path.is_dir():
            found += sorted(path.glob("*.yaml"))
        elif path.is_file():
            found.append(path)
        elif (named := folder / f"{one}.yaml").is_file():
            found.append(named)
        else:
            names = [file.stem for file in folder.glob("*.yaml")]
            _end(f'there is no flow or file "{one}"{instead(one, names)}')
    if not found:
        _end(f"no flow files (*.yaml) in {given[0] if given else folder}")
    return read_flows(list(dict.fromkeys(found)), vocabulary(config))


def _po(file: Path) -> PoFile:
    from sms_service.authoring.pofile import BrokenPo, read_po

    try:
        return read_po(file)
    except BrokenPo as error:
        _end(str(error))


def _primary(code: str) -> str:
    """hi of hi_IN and hi-IN."""
    return re.split(r"[_-]", code.strip().lower(), maxsplit=1)[0]


def _language_code(given: str) -> str:
    from sms_service.authoring.schema import LANGUAGE
    from sms_service.authoring.shape_words import PATTERNS

    code = _primary(given)
    if not re.match(LANGUAGE, code):
        _end(f'"{given}": {PATTERNS[LANGUAGE]}')
    return code


def _language_of(po: PoFile, file: Path, known: set[str], given: str) -> str:
    """The language of a PO file: as given, else by its header, else by its name. Header and name must not differ."""
    declared, named = _primary(po.headers.get("Language", "")), _primary(file.name.partition(".")[0])
    if given:
        return given
    if declared and named in known and declared != named:
        _end(f"{file} says of itself that it is {declared}: add --language {named}, or --language {declared}")
    if not declared and named not in known:
        _end(f"{file} does not say which language it is: add --language")
    return _language_code(declared or named)


# --- what is said -------------------------------------------------------------------------------------------------


def _tell(found: Import, written: bool, dry_run: bool) -> None:
    from sms_service.authoring.changes import unified

    for finding in [*found.problems, *found.warnings]:
        print(finding, file=sys.stderr)
    if found.problems:
        many = len(found.problems)
        print(f"Nothing was written: {many} translation{'s' * (many > 1)} must be changed first.", file=sys.stderr)
        return
    for file, (old, new) in found.rewritten.items() if dry_run else ():
        print("\n".join(unified(old.decode(), new.decode(), str(file), f"{file} (new)")))
    for change in () if dry_run else found.changes:
        print(f"{change.file}: {change.name}")
    left = {"marked fuzzy": found.fuzzy, "outdated": found.outdated, "empty": found.empty}
    told = ", ".join(f"{number} {what}" for what, number in left.items() if number)
    many = len(found.changes)
    done = f"{many} text{'s' * (many > 1)} {'changed' if written else 'to change'}" if many else "Nothing changes"
    print(f"{done}{f'; left out: {told}' if told else ''}.")
    _sum(found.language, found.shares)


def _sum(language: str, shares: Sequence[Share]) -> None:
    missing = [name for one in shares for name in one.missing]
    texts = sum(one.texts for one in shares)
    lacking = f"; {len(missing)} missing: {_shown(missing)}" if missing else ""
    print(f"{language}: {texts - len(missing)} of {texts} texts translated{lacking}.")


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def _share_json(one: Share) -> dict[str, object]:
    return {**vars(one), "translated": one.translated, "missing": list(one.missing)}


def _as_json(found: Import, written: bool) -> dict[str, object]:
    return {
        "language": found.language,
        "written": written,
        "changes": [vars(change) for change in found.changes],
        "problems": [vars(finding) for finding in found.problems],
        "warnings": [vars(finding) for finding in found.warnings],
        "left_out": {"fuzzy": found.fuzzy, "outdated": found.outdated, "empty": found.empty},
        "flows": [_share_json(one) for one in found.shares],
    }


def _end(problem: str) -> NoReturn:
    print(problem, file=sys.stderr)
    raise typer.Exit(1)

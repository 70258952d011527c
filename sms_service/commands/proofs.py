"""`sms-service ledger show|list`: what is proved about one person, and the rows behind a figure."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from sms_service.commands.opened_ledger import end, opened, snapshot

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from sms_service.enrolment.proofs import Entered, Listed, Proof, Subject

Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
Lines = Annotated[bool, typer.Option("--json", help="As JSON, one object a line.")]

SHOWN = "%Y-%m-%d %H:%M:%S UTC"

DECIDED = {
    "given": "said yes",
    "refused": "said no",
    "wrong_number": "said that it is not her number",
    "withdrawn": "took it back",
    "corrected": "corrected her data",
}
READ_AS = {"forget": "FORGET", "stop": "a STOP", "": "a text"}

UNREADABLE = "unreadable"

WIDTHS = (7, 19, 13, 12, 6, 7, 12, 5)
"""Columns of the list before the name and the area, which are as long as they are."""


def show(
    named: Annotated[
        str, typer.Argument(metavar="NUMBER|REF", help="The membership number (0000013) or the reference (R4K7P).")
    ],
    as_json: Json = False,
) -> None:
    """Show all that is proved about one member or registration. Exit code 1 if a row is not as it was written."""
    from sms_service.enrolment import proofs

    with opened() as (config, engine, keys), snapshot(engine) as conn:
        about = proofs.subject(conn, keys, named)
        if about is None:
            end("there is no member and no registration of that name: write the number on the card, or the reference")
        found = proofs.proofs(conn, keys, about)
    if as_json:
        print(json.dumps({**asdict(about), "proofs": [asdict(one) for one in found]}, ensure_ascii=False, indent=2))
    else:
        print("\n".join([*_subject(about), *(line for one in found for line in _proof(one, about, config.url))]))
        if not found:
            print("\nNobody has decided anything: there is nothing to prove.")
    if about.unreadable or any(one.problem or one.unreadable for one in found):
        sys.exit(1)


def _subject(about: Subject) -> Iterator[str]:
    membership = f"Member {about.number}, {about.membership}, " if about.number else "No member, "
    yield f"{membership}registration {about.ref}: {about.status}"
    if about.unreadable:
        yield f"  Phone {about.phone or UNREADABLE}; {_fields(about.fields) if about.fields is not None else UNREADABLE}"
        yield f"  BROKEN: the bytes of {', '.join(about.unreadable)} were changed"
    elif about.fields is None:
        erased = _at(about.erased_at)[:10] if about.erased_at else "an unknown day"
        yield f"  Her data: erased on {erased}; the proof holds"
    else:
        yield f"  Phone {about.phone}; {_fields(about.fields)}"
    for at in about.calls:
        yield f"  Rang us on {_at(at)}, while she was asked: weaker than a text, covered by no hash, and no consent"


def _proof(one: Proof, about: Subject, url: str) -> Iterator[str]:
    asked, answer = one.asked, one.answer
    erased = "erased with her data" if about.fields is None and not about.unreadable else "-"
    erased = UNREADABLE if one.unreadable else erased
    yield ""
    yield f"{_at(answer.at)}: {DECIDED.get(one.decision, one.decision)} ({one.purpose}), decision {one.row}"
    if asked.by:
        carried = f"message {asked.by}" + (f", at the gateway {asked.gateway_id}" if asked.gateway_id else "")
        yield f"  Asked      {_at(asked.at)} by {carried}"
        told = f", the gateway's word: {asked.report_word} at {_at(asked.report_at)}" if asked.report_word else ""
        later = f"; later {asked.later} (told afterwards, covered by no hash)" if asked.later else ""
        yield f"  Delivery   {asked.status} when she answered{told}{later}"
        yield f"  Text       ({asked.language}) {_quoted(asked.text, erased)}"
    else:
        yield "  Asked      by nobody: it was her own text, or the office's deed"
    if one.notice:
        yield f"  Notice     {url}/notice/{one.notice}"
    yield f"  Flow       {asked.flow or '-'}, state {asked.state or '-'}, version {asked.version[:12] or '-'}"
    yield f"  Answered   {_quoted(answer.text, erased)}, read as {READ_AS.get(one.verdict, one.verdict)}"
    if answer.raw not in (None, "", answer.text):
        yield f"  As it came {_quoted(answer.raw, erased)}"
    yield f"  Numbers    from {answer.sender or erased} to {answer.to or '-'}, by {answer.channel}, {answer.message_id}"
    yield f"  Clocks     ours {_at(answer.at)}, the gateway's {answer.gateway_time or 'not told'}"
    yield from _entered(one.entered)
    if one.change:
        yield f"  Before     {_fields(one.change['before'])}"
        yield f"  After      {_fields(one.change['after'])}"
    if one.unreadable:
        yield f"  BROKEN     the bytes of {', '.join(one.unreadable)} were changed"
    yield f"  Hashes     {_hashes(one)}"


def _fields(values: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _quoted(text: str | None, erased: str) -> str:
    return erased if text is None else json.dumps(text, ensure_ascii=False)


def _entered(entered: Entered | None) -> Iterator[str]:
    if entered is None:
        return
    who = "she herself" if entered.enroler == "" else entered.enroler or "an enroler who is erased"
    way = f", {entered.way}" if entered.way and entered.enroler != "" else ""
    yield f"  Entered by {who}{way}"
    if entered.appointed_by:
        yield f"  Appointed  by {', then '.join(one or 'somebody who is erased' for one in entered.appointed_by)}"
    yield f"  Areas      {' < '.join(entered.areas)}"


def _hashes(one: Proof) -> str:
    if one.problem:
        return f"BROKEN: {one.problem}"
    if not one.link:
        return "hold; not chained yet (the sweeper does it within ten seconds)"
    day = f", under the signed head of {one.day}" if one.day else ", under no signed head yet"
    return f"hold; link {one.link} of the chain{day}"


# --- the list behind a figure -------------------------------------------------------------------------------------


def list_rows(
    purpose: Annotated[str | None, typer.Option(help="membership, news, events; data: corrections.")] = None,
    decision: Annotated[str | None, typer.Option(help="given, refused, wrong_number, withdrawn or corrected.")] = None,
    area: Annotated[str | None, typer.Option(help="The code of an area: all that was entered in it.")] = None,
    day: Annotated[str | None, typer.Option(help="A day (UTC): 2026-11-22.")] = None,
    as_json: Lines = False,
) -> None:
    """List the decisions behind a figure, the oldest first, people masked."""
    from sms_service.enrolment import proofs

    if decision is not None and decision not in DECIDED:
        end(f"--decision is one of {', '.join(DECIDED)}")
    since, until = _day(day)
    with opened() as (_config, engine, keys), snapshot(engine) as conn:
        wanted = proofs.Wanted(purpose, decision, _area(conn, area), since, until)
        count = 0
        if not as_json:
            print(_row("row", "time (UTC)", "decision", "purpose", "ref", "member", "by", "phone", "name, area"))
        for one in proofs.listed(conn, keys, wanted):
            print(json.dumps(asdict(one), ensure_ascii=False) if as_json else _line(one))
            count += 1
    if not as_json:
        print(f"{count:,} decisions")


def _line(one: Listed) -> str:
    told = ", ".join(filter(None, (one.name, one.area))) or "-"
    at = datetime.fromtimestamp(one.at, UTC).strftime("%Y-%m-%d %H:%M:%S")
    phone = one.phone or "erased"
    return _row(
        str(one.row), at, one.decision, one.purpose, one.ref or "-", one.number or "-", one.channel, phone, told
    )


def _row(*cells: str) -> str:
    *columns, last = cells
    return "  ".join([*(f"{cell:<{width}}" for cell, width in zip(columns, WIDTHS, strict=True)), last])


def _day(day: str | None) -> tuple[float | None, float | None]:
    if day is None:
        return None, None
    try:
        begins = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        end("--day is a day like 2026-11-22")
    return begins.timestamp(), (begins + timedelta(days=1)).timestamp()


def _area(conn: Connection, code: str | None) -> tuple[int, int] | None:
    from sms_service.enrolment import areas, tree

    if code is None:
        return None
    area_id = areas.id_of(conn, code)
    if area_id is None:
        end(f"there is no area with the code {code}")
    numbered = tree.range_of(conn, area_id)
    if numbered is None:
        end("the areas are being imported just now: try again when that is done")
    return numbered


def _at(seconds: float | None) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(SHOWN) if seconds is not None else "at an unknown time"

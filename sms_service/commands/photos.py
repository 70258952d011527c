"""`sms-service photos list|show|accept|refuse`: the office looks at the photos that members and enrolers sent."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from sms_service.config import read_config

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from sms_service.enrolment.effects.act import Start
    from sms_service.service import Service

photos_app = typer.Typer(
    no_args_is_help=True, help="Photos of members, which the office looks at before they are on a card."
)

LISTED = 100
"""Photos that the list shows, the oldest first: nobody looks at more at a time."""

Ids = Annotated[list[int], typer.Argument(help="Numbers of photos, as `photos list` shows them.", min=1)]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@photos_app.command("list")
def list_(as_json: Json = False) -> None:
    """Show the photos that wait, the oldest first. Of the member no more than her number and her masked name."""
    from rich.console import Console
    from rich.table import Table

    from sms_service.enrolment import photo_queue

    now = time.time()
    with _service() as service, service.reads.begin() as conn:
        found = list(photo_queue.waiting(conn, service.keys, LISTED))
        total = photo_queue.count(conn)
    if as_json:
        told = [
            {
                "id": one.id, "age_seconds": int(now - one.received_at), "member": one.member.number_text,
                "sent_by": "herself" if one.own else "enroler",
            }
            for one in found
        ]  # fmt: skip
        print(json.dumps(told))
        return
    if not found:
        print("no photo waits.")
        return
    table = Table("id", "age", "member", "sent by")
    for one in found:
        table.add_row(str(one.id), age(now - one.received_at), one.shown, "herself" if one.own else "her enroler")
    Console().print(table)
    if total > len(found):
        print(f"{total} photos wait; these are the oldest.")


@photos_app.command("show")
def show(
    photo_id: Annotated[int, typer.Argument(metavar="ID", help="The number of the photo.", min=1)],
    file: Annotated[Path, typer.Argument(help="The file to write: photo.jpg. Delete it when you have looked.")],
) -> None:
    """Write a photo that waits to a file that only you can read."""
    from sms_service.enrolment import photo_queue

    with _service() as service, service.reads.begin() as conn:
        try:
            data = photo_queue.picture(conn, service.keys, photo_id)
        except photo_queue.NotWaiting as error:
            _end(f"{error}; `sms-service photos list` shows what does")
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(data)
    except OSError as error:
        _end(f"{file} cannot be written: {error.strerror}")
    print(f"{file}: {len(data):,} bytes. Delete it when you have looked.")


@photos_app.command("accept")
def accept(ids: Ids) -> None:
    """Take photos: each member's card is drawn anew with hers, with the number it has, and its link is texted."""
    from sms_service.enrolment import photo_queue

    with _service() as service:

        def take(photo_id: int) -> str:
            with service.engine.begin() as conn:
                card = photo_queue.accept(conn, service.keys, photo_id, time.time())
            return "is accepted; the card comes anew" if card else "is accepted; no card of hers is valid now"

        try:
            _each(ids, take)
        finally:
            service.bell.ring("cards")


@photos_app.command("refuse")
def refuse(
    ids: Ids,
    reason: Annotated[str, typer.Option(help="Why: dark, blurred, face, several or other, or a word or two of yours.")],
) -> None:
    """Refuse photos: they are deleted, and each member hears by SMS why, and how to send another.

    The words dark (too dark), blurred, face (it is not seen), several (more than one person) and other (somebody else) are
    said in her language."""
    from sms_service.enrolment import photo_queue
    from sms_service.enrolment.effect_shapes import WHY, WHY_MAX

    why = " ".join(reason.split())
    if not why or (why not in WHY and len(why) > WHY_MAX):
        _end(f"--reason is a word or two, at most {WHY_MAX} letters: it stands in an SMS to the member")
    with _service() as service:

        def turn_down(photo_id: int) -> str:
            now = time.time()

            def make(conn: Connection) -> Start:
                return photo_queue.refuse(conn, service.keys, photo_id, why, now)

            service.turns.start(make, now)
            return "is refused, and its member is told"

        _each(ids, turn_down)


def age(seconds: float) -> str:
    """As somebody in an office says it: 5 min, 3 h, 12 days."""
    minutes = int(seconds // 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"


def _each(ids: Sequence[int], decide: Callable[[int], str]) -> None:
    """Decides each by itself: one that does not wait any more does not keep the others from it."""
    from sms_service.enrolment.photo_queue import NotWaiting

    missing = []
    for photo_id in dict.fromkeys(ids):
        try:
            print(f"{photo_id} {decide(photo_id)}.")
        except NotWaiting:
            missing.append(str(photo_id))
    if missing:
        _end(f"no photo waits as {', '.join(missing)}; `sms-service photos list` shows what does")


@contextmanager
def _service() -> Iterator[Service]:
    from sms_service.service import open_service

    service = open_service(read_config(), time.time())
    try:
        yield service
    finally:
        service.close()


def _end(problem: str) -> NoReturn:
    print(problem, file=sys.stderr)
    raise typer.Exit(1)

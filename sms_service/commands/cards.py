"""`sms-service card verify|key|show|reissue|revoke|preview`: checking cards, deciding about them, and how they look."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from sms_service.config import Config, read_config

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from sms_service.enrolment.card_code import CardCode
    from sms_service.enrolment.cards import Card
    from sms_service.privacy import Keys

card_app = typer.Typer(no_args_is_help=True, help="Membership cards: check them, reissue or revoke them, see them.")

Number = Annotated[str, typer.Argument(help="The membership number, as it stands on the card: 0000013.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
KEY_HEX = 64
SHOWN = "%Y-%m-%d %H:%M"

REISSUED_AT_ONCE = 200
"""Cards reissued in one transaction: less than a second, in which nobody else writes on SQLite."""


@card_app.command("verify")
def verify(
    text: Annotated[str, typer.Argument(help="What a scanner read from the card: the whole address.")],
    public_key: Annotated[
        str,
        typer.Option("--public-key", help="The key of `card key`, in hex: then no settings and no database are read."),
    ] = "",
    as_json: Json = False,
) -> None:
    """Check the signature in a card's code, without network. Exit code 1 if it is forged, mistyped, or has expired."""
    from sms_service.enrolment.card_code import Forged, NotACode, checked, found_in
    from sms_service.enrolment.numbers import Mistyped

    key = _key(public_key)
    try:
        number, digits = found_in(text)
        code = checked(key, number, digits)
    except (NotACode, Mistyped) as error:
        _answer(as_json, {"verdict": "not a code"}, f"{error}. Scan it again.", 1)
    except Forged as error:
        _answer(as_json, {"verdict": "forged", "number": number}, f"FORGED: {error}.", 1)
    ended = code.until is not None and code.until < datetime.now(UTC).date()
    _answer(as_json, _told(code, "expired" if ended else "valid signature"), _sentence(code, ended), int(ended))


def _told(code: CardCode, verdict: str) -> dict[str, object]:
    from sms_service.enrolment.numbers import written

    return {
        "verdict": verdict, "number": written(code.number), "serial": code.serial, "issued": code.issued.isoformat(),
        "until": code.until.isoformat() if code.until else None,
    }  # fmt: skip


def _sentence(code: CardCode, ended: bool) -> str:
    from sms_service.enrolment.numbers import written

    card = f"card {code.serial} of member {written(code.number)}, issued {code.issued}"
    if ended:
        return f"EXPIRED: valid signature, {card}, valid until {code.until}."
    until = f", valid until {code.until}" if code.until else ""
    return f"valid signature: {card}{until}. Whether it was replaced or withdrawn since: open the address."


def _key(given: str) -> bytes:
    if given:
        try:
            key = bytes.fromhex(given)
        except ValueError:
            key = b""
        if len(given) != KEY_HEX or len(key) * 2 != KEY_HEX:
            _end(f"--public-key is {KEY_HEX} hex digits, as `sms-service card key` prints them")
        return key
    return _our_keys().public_key("card")


@card_app.command("key")
def key() -> None:
    """Print the public key that scanners check our cards with."""
    print(_our_keys().public_key("card").hex())


@card_app.command("show")
def show(number: Number, as_json: Json = False) -> None:
    """Show how a member's card stands, and what became of it and of those before."""
    from sms_service.enrolment import card_changes

    now = time.time()
    with _card(number, writes=False) as (conn, found):
        standing = "being drawn" if found.status == "wanted" else found.standing(now)
        log = [
            {"at": _at(at), "serial": serial, "change": change, "reason": reason}
            for at, serial, change, reason in card_changes.changes(conn, found)
        ]
    until = found.last_day.isoformat() if found.last_day else None
    if as_json:
        told = {"number": found.member.number_text, "serial": found.serial, "standing": standing, "until": until}
        print(json.dumps({**told, "changes": log}, ensure_ascii=False))
        return
    print(f"card {found.serial} of member {found.member.number_text}: {standing}{f', until {until}' if until else ''}")
    for one in log:
        print(f"  {one['at']}  card {one['serial']} {one['change']}" + (f": {one['reason']}" if one["reason"] else ""))


@card_app.command("reissue")
def reissue(
    number: Annotated[str, typer.Argument(help="The membership number, as it stands on the card: 0000013.")] = "",
    reason: Annotated[str, typer.Option(help="Why; kept with the card.")] = "by the office",
    drawn_before_0005: Annotated[
        bool,
        typer.Option(
            "--drawn-before-0005",
            help="Every card that was drawn before membership numbers had a check digit; each member is texted.",
        ),
    ] = False,
) -> None:
    """Draw a member's card anew and text her the link; the old link and the old code say "replaced" from now on."""
    from sms_service.enrolment import card_changes
    from sms_service.enrolment.card_code import SERIAL_MAX

    if bool(number) == drawn_before_0005:
        _end("name one member's number, or --drawn-before-0005 for the cards of before the check digit")
    if drawn_before_0005:
        _reissue_old()
        return
    now = time.time()
    with _card(number) as (conn, found):
        if found.member.status != "valid":
            _end(f"the membership {number} has ended: there is no card to reissue")
        if found.serial >= SERIAL_MAX:
            _end(f"member {found.member.number_text} has had {SERIAL_MAX:,} cards; a code holds no higher serial")
        done = card_changes.reissue(conn, found, reason, now)
        serial = found.serial + 1 if done else found.serial
    if not done:
        _end(f"card {serial} of member {found.member.number_text} is about to be drawn anyway; nothing was changed")
    print(f"card {serial} of member {found.member.number_text} will be drawn, and its link texted.")


def _reissue_old() -> None:
    """Some hundred in a transaction; what was done stays done if the command is stopped."""
    from sms_service.enrolment import card_changes

    done = 0
    with _office() as (config, engine, keys):
        with engine.connect() as conn:
            total = card_changes.count_of_before_0005(conn)
        with _bar(total) as advance:
            more = True
            while more:
                with engine.begin() as conn:
                    some = card_changes.of_before_0005(conn, keys, REISSUED_AT_ONCE)
                    moved = sum(card_changes.reissue(conn, one, "had no check digit", time.time()) for one in some)
                done, more = done + moved, moved > 0
                advance(moved)
                _ring(config)
    print(f"{done:,} cards will be drawn anew, and their links texted.")


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("reissuing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("", total=total or None)
        yield lambda more: progress.advance(task, more)


@card_app.command("revoke")
def revoke(number: Number, reason: Annotated[str, typer.Option(help="Why; kept with the card.")]) -> None:
    """Make a member's card invalid at once. She stays a member; `card reissue` gives her a new one."""
    from sms_service.enrolment import card_changes

    with _card(number) as (conn, found):
        done = card_changes.revoke(conn, found, reason, time.time())
    if not done:
        _end(f"card {found.serial} of member {found.member.number_text} was revoked before")
    print(f"card {found.serial} of member {found.member.number_text} is revoked.")


@card_app.command("preview")
def preview(
    out: Annotated[Path, typer.Option(help="The picture's file: card.png, or card.pdf.")],
    language: Annotated[str, typer.Option(help="Of the labels: en, hi, sw, bn, ta, ar, fr.")] = "en",
    name: Annotated[str, typer.Option(help="The name on the sample.")] = "",
    area: Annotated[str, typer.Option(help="The area on the sample.")] = "",
    photo: Annotated[Path | None, typer.Option(help="A photo for the sample (JPEG).")] = None,
    template: Annotated[
        Path | None, typer.Option(help="A Typst file (default: card.template of the settings).")
    ] = None,
) -> None:
    """Draw a sample card by the template, as members would get it. A broken template is told with its line."""
    from sms_service.enrolment import cardface

    config = read_config()
    file = template or (Path(config.card.template) if config.card.template else None)
    face = replace(cardface.SAMPLE, organisation=config.organisation, language=language)
    face = replace(face, name=name or face.name, area=area or face.area)
    draw = cardface.pdf if out.suffix.lower() == ".pdf" else cardface.png
    try:
        chosen = cardface.read_template(file) if file else cardface.SHIPPED
        face = replace(face, photo=photo.read_bytes() if photo else None)
        cardface.check_template(chosen)
        drawn = draw(face, chosen)
    except OSError as error:
        _end(f"{error.filename} cannot be read: {error.strerror}")
    except cardface.BrokenTemplate as error:
        _end(str(error))
    try:
        out.write_bytes(drawn)
    except OSError as error:
        _end(f"{out} cannot be written: {error.strerror}")
    print(f"{out}: {len(drawn):,} bytes, by {chosen.name}")
    if missing := cardface.without_font(f"{face.organisation}{face.name}{face.area}"):
        print(f"left out, since no font has them: {' '.join(missing)}", file=sys.stderr)


def _at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(SHOWN)


def _our_keys() -> Keys:
    with _office() as (_config, _engine, keys):
        return keys


@contextmanager
def _office() -> Iterator[tuple[Config, Engine, Keys]]:
    """The settings, the database in its newest form, and our keys."""
    from sms_service.service import open_keys
    from sms_service.store import database

    config = read_config()
    engine = database.open_database(config.sql_url)
    try:
        database.migrate(engine)
        yield config, engine, open_keys(config, engine)
    finally:
        engine.dispose()


@contextmanager
def _card(number: str, writes: bool = True) -> Iterator[tuple[Connection, Card]]:
    """The member's card in one transaction; ends the command where there is none. After it the workers are rung for."""
    from sms_service.enrolment import cards
    from sms_service.enrolment.numbers import Mistyped, read_number
    from sms_service.store import database

    try:
        wanted = read_number(number)
    except Mistyped:
        _end(f"{number} is mistyped: a digit is wrong, missing, or two changed places")
    with _office() as (config, engine, keys), (engine if writes else database.reading(engine)).begin() as conn:
        found = cards.by_member(conn, keys, wanted)
        if found is None:
            _end(f"no member has the number {number}, or she was forgotten")
        yield conn, found
    if writes:
        _ring(config)


def _ring(config: Config) -> None:
    """Wakes the worker; with Redis down the sweeper finds the card within seconds."""
    from sms_service.store.bell import Bell
    from sms_service.store.redis_client import open_redis

    client = open_redis(config.live_url)
    try:
        Bell(client).ring("cards")
    finally:
        client.close()


def _answer(as_json: bool, told: dict[str, object], sentence: str, code: int) -> NoReturn:
    print(json.dumps(told) if as_json else sentence)
    sys.exit(code)


def _end(message: str) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(1)

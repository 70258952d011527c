"""Enrolments by machine, with drops, repeats, STOPs and wrong numbers mixed in: members = consents = cards, every one with
its full evidence, and any edit of the ledger is found.

150 here; `make enrolments` runs 10,000. `ENROLMENTS_SEED=7` makes others.
"""

from __future__ import annotations

import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from sqlalchemy import text
from typer.testing import CliRunner
from werkzeug.test import Client

from sms_service import intake, turn
from sms_service.cli import app
from sms_service.store import people
from sms_service.web import hooks
from tests.conftest import KEY, ROOT
from tests.day.country import Country
from tests.day.database import BELOW, COUNTED
from tests.day.wordings import Wordings
from tests.many import tamper
from tests.many.compare import Comparison
from tests.many.play import DAY, Run
from tests.many.weather import StormyAfricasTalking, StormyTwilio
from tests.town import RULES_OFF, Town
from workers import cards, deliver, erase, sweep

COUNT, SEED = (int(os.environ.get(f"ENROLMENTS_{name}", value)) for name, value in (("COUNT", "150"), ("SEED", "1")))
MORNING = datetime(2027, 3, 2, 2, 0, tzinfo=UTC).timestamp()

DECIDED, ERASED = 26.0, 62.0
"""Days after which the last of a family of three has answered or is silent, and after which those who came to nothing are
erased."""

UNSIGNED = ("ledger_head", "at")
"""When a head was signed: the day that it is of is under the signature, the moment is not."""

KEPT = 30
"""Days until they are: only then is looked at their evidence, which nobody can read any more afterwards."""


@pytest.fixture
def run(tmp_path: Path, valkey_url: str, live: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """The service with a country imported, gateways in bad weather, and a clock that is set."""
    clock = SimpleNamespace(now=MORNING)
    for module in (hooks, intake, deliver, cards, sweep, erase):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: clock.now))
    monkeypatch.setattr(turn, "PAUSE", 0.0)
    settings = {
        **RULES_OFF, "RULES__WRONG_NUMBERS": "0", "DATA_DIR": str(tmp_path), "REDIS_URL": valkey_url, "PRIVACY__KEY": KEY,
        "DEMO_DIR": "", "PRIVACY__ERASE_AFTER_DAYS": str(KEPT),
    }  # fmt: skip
    country, now = Country(random.Random(SEED)), lambda: float(clock.now)
    with (
        StormyTwilio(now=now) as twilio,
        StormyAfricasTalking(now=now) as africastalking,
        Town(settings, twilio, africastalking) as town,
    ):
        for place, gateway in enumerate((twilio, africastalking)):
            gateway.brew(random.Random(SEED * 2 + place), Client(town._server.app))
        for command, csv in (("areas", country.areas_csv()), ("enrolers", country.enrolers_csv())):
            file = tmp_path / f"{command}.csv"
            file.write_text(csv, encoding="utf-8")
            done = CliRunner().invoke(app, [command, "import", str(file)], env=town.environment)
            assert done.exit_code == 0, done.output
        yield Run(town, country, Wordings(ROOT / "flows"), clock, SEED, COUNT, loud=COUNT > 1_000)


def test_members_are_consents_are_cards(run: Run, tmp_path: Path) -> None:
    began = time.monotonic()
    run.play(DECIDED)
    played = time.monotonic() - began
    look = Comparison(run)
    figures = look.members_are_consents_are_cards()
    registered = look.everybody_stands_as_she_said()
    decisions = look.each_decision_has_its_evidence()
    told = look.one_confirmation_each()
    sums_are_right(run)
    run.run(MORNING + ERASED * DAY)
    after = Comparison(run)
    if (again := after.members_are_consents_are_cards()) != figures or len(after.decisions) != decisions:
        run.problems.append(f"{again} and {len(after.decisions)} decisions are not what they were before the erasing")
    forgotten_are_nowhere(run, tmp_path)
    edits = every_edit_is_found(run, tmp_path)
    told_of(run, figures, registered, decisions, told, edits, played, time.monotonic() - began)
    assert not run.problems, f"{len(run.problems)} problems:\n" + "\n".join(run.problems[:60])


def sums_are_right(run: Run) -> None:
    """SUM of the state and its districts, in good weather, is what plain SQL counts."""
    for gateway in run.gateways.values():
        gateway.storm = False
    for code in ("ST", "ST-RAN", "ST-DHA", "ST-KTU"):
        her = run.country.in_charge(code)
        gateway = run.gateways[her.by]
        gateway.text(run.town.url, her.phone, {"hi": "योग", "en": "SUM", "sw": "JUMLA"}[her.language])
        run.town.work()
        said = run.wordings.read("sum.summed", gateway.tries[-1].text)
        with run.town.service.reads.begin() as conn:
            found = {str(status): int(count) for status, count in conn.execute(text(BELOW), {"code": code})}
        told = {name: int(said.values.get(name, 0)) for name in COUNTED} if said else {}
        if told != {name: found.get(name, 0) for name in COUNTED}:
            run.problems.append(f"SUM of {code} says {told}, the database {found}")


def forgotten_are_nowhere(run: Run, folder: Path) -> None:
    """Of a forgotten person neither number nor ID nor name stands anywhere: not in a file, not in Redis, and not in what the
    keys of other people open."""
    gone = [one for one in run.book.people if one.forgotten]
    names = {word for one in gone for word in (one.phone[-9:], one.who.voter_id, one.who.name.split()[1])}
    client = run.town.service.redis
    places = {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file() and file.suffix != ".csv"}
    places |= {f"Redis {key!r}": bytes(key) + (client.dump(key) or b"") for key in client.scan_iter()}
    places |= opened(run)
    shortest = min(map(len, names), default=1)
    words = re.compile(rb"[0-9A-Za-z]{%d,}" % shortest)  # few of a file that is nearly all encrypted
    for place, held in places.items():
        told = b" ".join(words.findall(held))
        run.problems += [f"{name}, who is forgotten, stands in {place}" for name in names if name.encode() in told]


def opened(run: Run) -> dict[str, bytes]:
    """All texts in the database, by table and row, that can still be read."""
    columns = {"turn": ("text", "reply"), "outbox": ("text",), "registration": ("fields", "raw")}
    found: dict[str, bytes] = {}
    with run.town.service.reads.begin() as conn:
        known: dict[int, people.Person | None] = {}
        for table, sealed in columns.items():
            for row in conn.execute(text(f"SELECT * FROM {table}")):
                if row.person_id not in known:
                    known[row.person_id] = people.by_id(conn, run.town.service.keys, row.person_id)
                person = known[row.person_id]
                for name in sealed if person else ():
                    if value := getattr(row, f"{name}_sealed"):
                        assert person
                        found[f"{table} {row[0]}.{row[1]} {name}"] = person.key.decrypt(
                            f"{table}.{name}", value
                        ).encode()
    return found


# --- the ledger -------------------------------------------------------------------------------------------------------


def every_edit_is_found(run: Run, folder: Path) -> Counter[str]:
    """What `ledger verify` says of the ledger as it is, and of each edit of a copy. How many of each kind there were."""
    rng, edits = random.Random(SEED), Counter[str]()
    with tamper.Copy(folder / tamper.FILE, run.town.environment) as copy:
        clean = copy.verified()
        assert (clean.code, clean.faults) == (0, []), clean
        with copy.edited(tamper.chained_anew(1)):
            assert copy.verified().code == 0, "the hands do not know how the chain is made"
        rows = {table: copy.rows(table) for table in tamper.TABLES}
        for what, first, edit in hands(rng, rows):
            edits[what.partition(" ")[0]] += 1
            with copy.edited(edit):
                found = copy.verified()
            if found.code == 0:
                run.problems.append(f"{what} is not found")
            elif first and first not in (found.faults[0]["row"], found.faults[0]["seq"]) if found.faults else True:
                run.problems.append(
                    f"{what}: row {first} is not named first: {found.faults[:2]}{found.complained[-300:]}"
                )
    return edits


def hands(rng: random.Random, rows: dict[str, list[dict[str, Any]]]) -> Iterator[tuple[str, int, tamper.Edit]]:
    """Every edit: what it is, the row or link that is to be named first (0: any), and what it does."""
    for table, key in tamper.TABLES.items():
        for column in rows[table][0]:
            if (table, column) == UNSIGNED:
                continue
            for row in rng.sample(rows[table], min(3, len(rows[table]))):
                names = column in ("id", "seq", "consent_id", "day")
                value = tamper.flipped(row[column], rng, bit=6 if isinstance(row[column], str) else 20)
                first = 0 if table == "ledger_head" or names else int(row[key])
                yield f"flip of {table}.{column}, row {row[key]}", first, tamper.set_to(table, row[key], column, value)
    decisions, links = rows["consent"], rows["ledger_link"]
    some = rng.sample(decisions[1:-1], 3)
    for row in some:
        yield f"deletion of decision {row['id']}", row["id"], tamper.deleted("consent", row["id"])
        yield f"deletion of link {row['id']}", 0, tamper.deleted("ledger_link", rng.choice(links[1:-1])["seq"])
        for mac, named in ((row["mac"], "its mac"), (None, "no mac")):
            edit, behind = tamper.forged(row, mac), decisions[-1]["id"] + 1
            yield f"forgery like {row['id']} with {named}", behind, edit
            yield f"forgery like {row['id']} with {named}, swept", behind, tamper.swept(edit)
        yield f"rechained from {row['id']}", row["id"], tamper.chained_anew(row["id"], verdict="2")
        yield f"text for a time in {row['id']}", row["id"], tamper.set_to("consent", row["id"], "at", "x")
        yield f"nul in {row['id']}", row["id"], tamper.set_to("consent", row["id"], "language", row["language"] + "\0x")
        yield (
            f"blob in {row['id']}",
            row["id"],
            tamper.set_to("consent", row["id"], "language", row["language"].encode()),
        )
        yield f"text for a number in {row['id']}", row["id"], tamper.set_to("consent", row["id"], "turn_no", "x")
    for here, there in ((some[0], some[1]), (some[1], some[2])):
        least = min(here["id"], there["id"])
        yield f"swap of {here['id']} and {there['id']}", least, tamper.swapped(here, there)


# --- what it prints -----------------------------------------------------------------------------------------------------


def told_of(
    run: Run, figures: dict[str, int], registered: Counter[str], decisions: int, told: Counter[str], edits: Counter[str],
    played: float, seconds: float,
) -> None:  # fmt: skip
    """Its figures, the last line in short."""
    print("", file=sys.stderr)
    for title, table in (
        ("what happened", run.figures),
        ("what people meant", run.book.said),
        ("how they stand", registered),
    ):
        print(f"\n{title}")
        for name, count in sorted(table.items(), key=lambda one: (-one[1], one[0])):
            print(f"  {count:7} {name}")
    print(
        f"\n{COUNT:,} enrolments, seed {SEED}: {figures['members']:,} members = {figures['consents']:,} consents = "
        f"{figures['cards']:,} cards; {decisions:,} decisions with their evidence; confirmations {dict(told)}; "
        f"{sum(edits.values())} edits of the ledger {dict(edits)}; {len(run.problems)} problems; "
        f"{played:.0f} s played, {seconds:.0f} s in all"
    )

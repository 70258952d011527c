"""A scripted day of 200 enrolers in 3 districts, 3 % of whose texts are malformed: every registration is saved, drafted with
the right question, or held with its reason, and SUM equals the database.

`make day` has each enroler do four times as much. `DAY_SEED=7` makes another day, `DAY_READ=60` prints that many exchanges
of each language.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from typer.testing import CliRunner

from sms_service import intake
from sms_service.cli import app
from sms_service.web import hooks
from tests.conftest import KEY, ROOT
from tests.day.book import DAY, HOUR
from tests.day.commands import counts
from tests.day.country import DISTRICTS, ENROLERS, Country, Enroler
from tests.day.database import asks_for_sums, compared_with_the_database
from tests.day.doors import someone
from tests.day.plan import NOT_OPEN, malformed_share, plan
from tests.day.play import Day
from tests.day.wordings import Wordings
from tests.gateways import AfricasTalking, Twilio
from tests.town import Town
from workers import cards, deliver, sweep

SEED, USUAL, READ = (
    int(os.environ.get(f"DAY_{name}", value)) for name, value in (("SEED", "1"), ("USUAL", "1"), ("READ", "0"))
)
MORNING = datetime(2027, 3, 2, 2, 0, tzinfo=UTC).timestamp()
EVENING = MORNING + 15 * 3_600.0
"""When SUM is asked for: the same day in India and in Kenya, and the last reply has come."""

LONGER = {
    "confirm.ask", "confirm.member", "confirm.ask.unclear", "confirm.refused", "confirm.sorry", "card.link", "stop.stopped",
    "help.anybody", "try.entered", "list.found", "appointed.code", "activate.activated",
}  # fmt: skip
"""What is longer than one segment, in Hindi: what people read who are asked, two answers in one (TRY), lists, and what
somebody reads once when she becomes an enroler. Every other answer to an enroler is one SMS."""

RULES = {
    "same_phone", "phone_full", "same_id", "outside", "closed", "too_many", "booth_full", "sequence", "identical_replies",
    "same_minute", "wrong_numbers",
}  # fmt: skip
"""What speaks up on every such day."""


@pytest.fixture
def day(
    tmp_path: Path, valkey_url: str, live: redis.Redis, twilio: Twilio, africastalking: AfricasTalking,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Day]:  # fmt: skip
    """The service with the country imported, at the start of the day."""
    clock = SimpleNamespace(now=MORNING)
    for module in (hooks, intake, deliver, cards, sweep):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=lambda: clock.now))
    settings = {"DATA_DIR": str(tmp_path), "REDIS_URL": valkey_url, "PRIVACY__KEY": KEY, "DEMO_DIR": ""}
    country = Country(random.Random(SEED))
    with Town(settings, twilio, africastalking) as town:
        for command, csv in (("areas", country.areas_csv()), ("enrolers", country.enrolers_csv())):
            file = tmp_path / f"{command}.csv"
            file.write_text(csv, encoding="utf-8")
            types(town, command, "import", str(file))
        types(town, "areas", "open", NOT_OPEN, "--from", "2027-03-20")
        made = Day(town, country, Wordings(ROOT / "flows"), clock, SEED)
        made.book.shut.add(NOT_OPEN)
        yield made


def types(town: Town, *arguments: str) -> None:
    """Somebody of the office types a command."""
    done = CliRunner().invoke(app, list(arguments), env=town.environment)
    assert done.exit_code == 0, done.output


def test_a_day_of_200_enrolers_on_3_districts(day: Day) -> None:
    began = time.monotonic()
    plan(day, MORNING, USUAL)
    day.run(EVENING)
    day.clock.now = EVENING
    summed = asks_for_sums(day)
    registered = compared_with_the_database(day)
    left_open = len(day.drafts)
    reminded = the_next_day(day)
    silent = the_next_week(day)
    shown(day, summed, registered, (left_open, reminded, silent), time.monotonic() - began)
    assert not day.problems, f"{len(day.problems)} problems:\n" + "\n".join(day.problems[:60])
    assert 0.02 < malformed_share(day) < 0.05
    assert {rule for entry in day.book.entries for rule in entry.every_rule} >= RULES, "the day lacks something"
    assert {kind for kind, *_ in day.figures.long} <= LONGER
    assert not day.figures.surplus, "stored though nobody asked for it"


def the_next_day(day: Day) -> int:
    """Whoever is silent is reminded, once; what was begun and not ended is over; COUNT tells today from all days. How many
    were reminded."""
    day.clock.now = EVENING + DAY
    sweeps(day)
    silent = [(entry.who.mobile, "confirm.ask") for entry in day.book.entries if entry.status == "waiting"]
    day.came("the next day", silent)
    day.drafts.clear()
    for her in ask_again(day):
        who = someone(day, her)
        day.enters(her, who, day.crowd.line(her.language, who), meaning="yes in 300")
        counts(day, her)
    day.run(EVENING + DAY + HOUR)
    compared_with_the_database(day)
    return len(silent)


def the_next_week(day: Day) -> int:
    """Whoever stayed silent is no member, and her phone is asked about the next one; COUNT says so. How many were silent."""
    day.clock.now = EVENING + 8 * DAY
    sweeps(day)
    waiting = [entry for entry in day.book.entries if entry.status == "waiting"]
    day.came("the next week", [message for entry in waiting for message in day.book.expire(entry, day.now)])
    for her in ask_again(day):
        counts(day, her)
    compared_with_the_database(day)
    return len(waiting)


def sweeps(day: Day) -> None:
    """What time has brought is done: two rounds, of so many people as may wait."""
    for _ in range(2):
        day.town.sweep()
        day.town.work()


def ask_again(day: Day) -> list[Enroler]:
    """Of each language some enrolers who are about, and have somebody who does not answer."""
    silent = {
        entry.enroler.phone: entry.enroler for entry in day.book.entries if entry.status in ("waiting", "expired")
    }
    active = [her for her in silent.values() if her.status == "activated"]
    return [her for _, _, language, _ in DISTRICTS for her in [one for one in active if one.language == language][:4]]


# --- what it prints -----------------------------------------------------------------------------------------------


def shown(
    day: Day, summed: dict[str, dict[str, int]], registered: Counter[str], later: tuple[int, int, int], seconds: float
) -> None:
    """The figures of the day."""
    figures = day.figures
    print(f"\nA day of {ENROLERS} enrolers in {len(DISTRICTS)} districts, seed {SEED}: {seconds:.0f} s")
    print(f"malformed: {malformed_share(day):.1%} of the enrolers' texts")
    print("entries left open: {}; reminded: {}; silent: {}".format(*later))
    tables: dict[str, Counter[Any]] = {
        "texts": figures.texts, "what came of them": figures.outcomes, "malformed": figures.malformed,
        "registrations": registered, "held or noted by": Counter(r for e in day.book.entries for r in e.every_rule),
        "way": Counter(e.way for e in day.book.entries), "messages by language and segments": figures.segments,
        "longer than one segment": figures.long, "stored though nobody asked for it": figures.surplus,
    }  # fmt: skip
    for title, table in tables.items():
        print(f"\n{title}")
        for name, count in sorted(table.items(), key=lambda one: (-one[1], str(one[0]))):
            print(f"  {count:6} {name if isinstance(name, str) else ' '.join(map(str, name))}")
    print("\nSUM = the database = the book")
    for code, told in summed.items():
        print(f"  {code:12} " + "  ".join(f"{count:5} {name}" for name, count in told.items()))
    for language in ("en", "hi", "sw", "hi/en") if READ else ():
        exchanges = [one for one in day.exchanges if one.language == language]
        print(f"\n{language}")
        for exchange in random.Random(SEED).sample(exchanges, min(READ, len(exchanges))):
            print(f"  > {exchange.text!r}")
            for to, answer in exchange.answers:
                print(f"    < {to[-4:]} {answer}")

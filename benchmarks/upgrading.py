"""What an upgrade costs who texts meanwhile: `python benchmarks/upgrading.py [FROM TO REGISTRATIONS]`.

A PostgreSQL of the benchmark's own, at revision FROM, with so many registrations, and as many people, turns, messages
and half as many cards. While it is brought to revision TO, somebody writes a row of `outbox` every 20 ms: the longest
that this took is how long people wait.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from alembic import command
from alembic.config import Config as AlembicConfig
from registering import postgres
from sqlalchemy import Connection, Engine, make_url, text

from sms_service.store import database, transaction

FROM, TO, COUNT = "0004", "0005", 1_000_000
PAUSE = 0.02
"""Seconds between two rows of whoever writes meanwhile."""

FILL = (
    "INSERT INTO area (code, level, name) VALUES ('A', 'booth', 'Booth 1')",
    """INSERT INTO person (phone_index, phone_sealed, wrapped_key, language, channel, turn_no, created_at, stopped_at)
       SELECT sha256(('p' || n)::bytea), decode(repeat('ab', 42), 'hex'), decode(repeat('cd', 60), 'hex'), 'en', 'twilio',
           1, n, CASE WHEN n % 20 = 0 THEN n END FROM generate_series(1, :count) n""",
    """INSERT INTO enroler (person_id, area_id, level, name_sealed, status, created_at)
       SELECT min(person.id), min(area.id), 'booth', '', 'activated', 1.0 FROM person, area WHERE person.phone_index =
           sha256('p1'::bytea)""",
    """INSERT INTO registration (ref, person_id, enroler_id, area_id, fields_sealed, status, created_at, decided_at,
           raw_sealed)
       SELECT 'r' || person.id, person.id, enroler.person_id, enroler.area_id, decode(repeat('ab', 120), 'hex'),
           (ARRAY['confirmed', 'confirmed', 'refused', 'expired'])[1 + person.id % 4], 1.0, person.id,
           decode(repeat('ab', 90), 'hex') FROM person, enroler""",
    """INSERT INTO turn (person_id, turn_no, channel, inbound_id, kind, flow, version, state_before, state_after, at,
           gateway_time, text_sealed, reply_sealed, ends, sessions_sealed)
       SELECT id, 1, 'twilio', 'SM' || id, 'sms', 'confirm', repeat('a', 64), 'ask', 'done', 1.0, '',
           decode(repeat('ab', 60), 'hex'), '', true, decode(repeat('ab', 80), 'hex') FROM person""",
    """INSERT INTO outbox (ref, person_id, turn_no, channel, flow, text_sealed, to_stopped, status, reason, attempts, due_at,
           gateway_id, segments, created_at)
       SELECT 'o' || id, id, 1, 'twilio', 'confirm', decode(repeat('ab', 180), 'hex'), false, 'delivered', '', 1, 1.0,
           'SM' || id, 1, 1.0 FROM person""",
    """INSERT INTO consent (person_id, registration_id, purpose, decision, verdict, language, flow, version, state,
           wording_sealed, prompt, prompt_gateway_id, reply_sealed, channel, inbound_id, turn_no, gateway_time, at)
       SELECT person_id, id, 'membership', 'given', '1', 'en', 'confirm', repeat('a', 64), 'ask',
           decode(repeat('ab', 180), 'hex'), 'o' || person_id, '', '', 'twilio', 'SM' || person_id, 1, '', 1.0
       FROM registration WHERE status = 'confirmed'""",
    """INSERT INTO member (person_id, registration_id, consent_id, area_id, status, since)
       SELECT consent.person_id, registration_id, consent.id, area_id, 'valid', 1.0
       FROM consent JOIN registration ON registration.id = registration_id""",
    """INSERT INTO card (member_number, status, png_sealed, pdf_sealed, wanted_at, ready_at)
       SELECT number, 'ready', decode(repeat('ab', 3000), 'hex'), decode(repeat('ab', 3000), 'hex'), 1.0, 1.0 FROM member""",
)
WRITE = """
    INSERT INTO outbox (ref, person_id, turn_no, channel, flow, text_sealed, to_stopped, status, reason, attempts, due_at,
        gateway_id, segments, created_at)
    SELECT :ref, min(id), :turn_no, 'twilio', '', '', false, 'sent', '', 1, 1.0, '', 1, 1.0 FROM person WHERE id < 100
"""


def main() -> None:
    """Fills, upgrades, prints."""
    before, after = sys.argv[1:3] if len(sys.argv) > 2 else (FROM, TO)
    count = int(sys.argv[3]) if len(sys.argv) > 3 else COUNT
    with tempfile.TemporaryDirectory(prefix="upgrading-") as folder, postgres(folder) as address:
        engine = database.open_database(
            make_url(address).set(drivername="postgresql+psycopg").render_as_string(hide_password=False), 0
        )
        brought_to(engine, before)
        begun = time.perf_counter()
        for statement in FILL:
            with engine.begin() as conn:
                conn.execute(text(statement), {"count": count} if ":count" in statement else {})
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
            conn.execute(text("VACUUM ANALYZE"))
        print(f"{count:,} registrations at {before}, made in {time.perf_counter() - begun:.0f} s", flush=True)
        ended, waits = threading.Event(), [0.0]
        writer = threading.Thread(target=write, args=(engine, ended, waits))
        writer.start()
        begun = time.perf_counter()
        brought_to(engine, after)
        taken = time.perf_counter() - begun
        ended.set()
        writer.join()
        print(f"to {after}: {taken:.1f} s; of {len(waits):,} rows written meanwhile one waited {max(waits):.1f} s")
        engine.dispose()


def brought_to(engine: Engine, revision: str) -> None:
    """As `database.migrate` does, but to this revision."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def write(engine: Engine, ended: threading.Event, waits: list[float]) -> None:
    """A row every PAUSE, until `ended`; how long each took."""
    number = 1
    while not ended.wait(PAUSE):
        number += 1
        begun = time.perf_counter()
        row = {"ref": f"w{number}", "turn_no": number}
        transaction.run(engine, partial(Connection.execute, statement=text(WRITE), parameters=row))
        waits.append(time.perf_counter() - begun)


if __name__ == "__main__":
    main()

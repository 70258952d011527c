"""A nation to measure in: its tree of areas, its enrolers, and registrations as if the drive had been on for some days."""

from __future__ import annotations

import time
from collections.abc import Iterator

from sqlalchemy import Connection, text

BOOTHS, BLOCKS, DISTRICTS, DIVISIONS = 80, 16, 10, 5
"""In a block, in a district, in a division, in a state: the town has one of each, and a piece of a second block."""


def area_lines(count: int) -> Iterator[str]:
    """state > division > district > block > booth, so many in all."""
    yield "code,parent,level,name,target\n"
    left, block = count, -1
    while left > 0:
        block += 1
        district, division, state = (
            block // BLOCKS, block // (BLOCKS * DISTRICTS), block // (BLOCKS * DISTRICTS * DIVISIONS),
        )  # fmt: skip
        chain = [("state", f"S{state}"), ("division", f"S{state}V{division}"), ("district", f"S{state}D{district}")]
        chain += [("block", f"B{block}"), *(("booth", f"B{block}-{number}") for number in range(1, BOOTHS + 1))]
        firsts = (BLOCKS * DISTRICTS * DIVISIONS, BLOCKS * DISTRICTS, BLOCKS)
        new = [one for one, each in zip(chain, firsts, strict=False) if block % each == 0] + chain[3:]
        above = dict(zip(("division", "district", "block", "booth"), (code for _, code in chain[:4]), strict=True))
        for level, code in new[:left]:
            name = f"Booth {code.partition('-')[2]}" if level == "booth" else f"{level.title()} {code}"
            yield f"{code},{above.get(level, '')},{level},{name},500\n"
        left -= len(new)


def enrolers_of(areas: int, count: int) -> Iterator[tuple[str, str, str]]:
    """Phone, area and number of the booth of each enroler: spread evenly over the blocks."""
    booths = [line.partition(",")[0] for line in area_lines(areas) if ",booth," in line]
    for number in range(count):
        booth = booths[number * len(booths) // count]
        yield f"+9198{number:08d}", booth, booth.partition("-")[2]


PEOPLE = """
    INSERT INTO person (phone_index, phone_sealed, wrapped_key, language, channel, turn_no, created_at)
    SELECT sha256(('x' || n)::bytea), decode(repeat('ab', 42), 'hex'), decode(repeat('cd', 60), 'hex'), 'en', 'handset', 0, 1.0
    FROM generate_series(1, :count) n
"""
ENTRIES = """
    WITH chosen AS (
        SELECT person_id, area_id, row_number() OVER (ORDER BY person_id) - 1 AS n
        FROM enroler JOIN area ON area.id = area_id WHERE :block = '' OR area.code LIKE :block || '-%'
    ), their AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM person WHERE id > :after)
    INSERT INTO registration
        (ref, person_id, enroler_id, area_id, fields_sealed, voter_id_index, status, created_at, raw_sealed)
    SELECT 'x' || their.id, their.id, chosen.person_id, chosen.area_id, decode(repeat('ab', 120), 'hex'),
        sha256(('v' || their.id)::bytea), (ARRAY['waiting', 'confirmed', 'confirmed', 'refused'])[1 + their.id % 4],
        :at - 86400 - their.id % 864000, decode(repeat('ab', 90), 'hex')
    FROM their JOIN chosen ON chosen.n = their.n % (SELECT count(*) FROM chosen)
"""
PROOFS = """
    INSERT INTO consent (person_id, registration_id, purpose, decision, verdict, language, flow, version, state,
        wording_sealed, prompt, prompt_gateway_id, reply_sealed, channel, inbound_id, turn_no, gateway_time, at)
    SELECT person_id, id, 'membership', 'given', 'yes', 'en', 'confirm', 'v', 'ask', decode(repeat('ab', 150), 'hex'),
        'p', '', decode(repeat('ab', 30), 'hex'), 'handset', 'i' || id, 1, '', 1.0
    FROM registration WHERE person_id > :after AND status = 'confirmed'
"""
MEMBERS = """
    INSERT INTO member (person_id, registration_id, consent_id, area_id, status, since)
    SELECT entered.person_id, entered.id, consent.id, area_id, 'valid', 1.0
    FROM registration entered JOIN consent ON consent.registration_id = entered.id WHERE entered.person_id > :after
"""


def register(conn: Connection, count: int, block: str = "") -> None:
    """So many registrations of the last days, by the enrolers in turn, or by those of one block; nobody can read them."""
    after = conn.execute(text("SELECT coalesce(max(id), 0) FROM person")).scalar_one()
    conn.execute(text(PEOPLE.replace("'x' || n", f"'{after} ' || n")), {"count": count})
    conn.execute(text(ENTRIES), {"after": after, "block": block, "at": time.time()})
    for statement in (PROOFS, MEMBERS):
        conn.execute(text(statement), {"after": after})
